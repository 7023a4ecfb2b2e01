// Requests to the daemon. The token comes in the page's address, behind the #, which no browser
// sends anywhere; it is kept for this tab alone.

const KEPT = 'lazarus-pit-token';
let token = '';

/** Reads the token and removes it from the address, where it is visible on the screen. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    useToken(given);
    history.replaceState(null, '', location.pathname);
  } else {
    token = sessionStorage.getItem(KEPT) ?? '';
  }
  return token !== '';
}

/** Sets the token, and keeps it as long as the tab. */
export function useToken(given) {
  token = given.trim();
  sessionStorage.setItem(KEPT, token);
}

export function forgetToken() {
  token = '';
  sessionStorage.removeItem(KEPT);
}

/** Error with a message for people; status 0 without a response. */
export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request; throws RequestError if there is no response or a refusal. */
export async function send(path, options = {}) {
  let response;
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new RequestError(401, 'The token is invalid: it has characters that tokens do not have.');
  }
  try {
    response = await fetch(path, {
      ...options,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      headers: { ...options.headers, Authorization: 'Bearer ' + token },
    });
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new RequestError(0, 'The daemon does not answer.');
  }
  if (!response.ok) {
    throw new RequestError(response.status, await reason(response));
  }
  return response;
}

/** Returns the detail of a refusal (RFC 9457). */
async function reason(response) {
  if (response.status === 401) {
    return 'The daemon does not accept this token: it may be of another daemon, or replaced.';
  }
  try {
    const problem = await response.json();
    return problem.detail ?? problem.title ?? 'The daemon answered ' + response.status + '.';
  } catch {
    return 'The daemon answered ' + response.status + '.';
  }
}

export const get = async (path) => (await send(path)).json();

export async function post(path, body) {
  const response = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return text ? JSON.parse(text) : {};
}
