// Requests to the daemon. The token comes in the page's own address, behind the #, which no browser
// sends anywhere; it is kept for this tab alone.

const KEPT = 'lazarus-pit-token';
let token = '';

/** Takes the token out of the address, where nobody shall read it over a shoulder. */
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

/** From now on this token is sent, and kept as long as the tab. */
export function useToken(given) {
  token = given.trim();
  sessionStorage.setItem(KEPT, token);
}

export function forgetToken() {
  token = '';
  sessionStorage.removeItem(KEPT);
}

/** What went wrong, in words for a person; status 0 where nobody answered. */
export class Trouble extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request that is answered with something else than a refusal. */
export async function send(path, options = {}) {
  let response;
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new Trouble(401, 'This token has characters that no token has.');
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
    throw new Trouble(0, 'The daemon does not answer.');
  }
  if (!response.ok) {
    throw new Trouble(response.status, await reason(response));
  }
  return response;
}

/** What the daemon says of its refusal (RFC 9457). */
async function reason(response) {
  if (response.status === 401) {
    return 'The daemon does not take this token: it may be another daemon\u2019s, or have been replaced.';
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
