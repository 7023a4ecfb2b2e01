// Events of the daemon, read with fetch: an EventSource cannot send a token.

import { send } from './api.js';

/** Silence in ms after which the connection counts as lost: the daemon sends at least every 10 s. */
const SILENCE = 30_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Reads events, and connects again after each end.
 *
 * @param on {event(name, data), connected(), lost(trouble, pause)}; lost returns false to give up
 * @return {stop(), again()}: to end; to retry at once instead of after the pause
 */
export function follow(path, on) {
  let stopped = false;
  let abort = new AbortController();
  let wake = () => {};
  const run = async () => {
    let pause = FIRST_PAUSE;
    while (!stopped) {
      abort = new AbortController();
      let trouble = null;
      try {
        await read(path, abort, on, () => { pause = FIRST_PAUSE; });
      } catch (e) {
        trouble = e;
      }
      if (stopped) {
        return;
      }
      // Spreads the reconnects of many pages after a restart of the daemon.
      const wait = pause * (0.75 + Math.random() / 2);
      if (on.lost(trouble, wait) === false) {
        return;
      }
      await new Promise((done) => {
        wake = done;
        setTimeout(done, wait);
      });
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  };
  run();
  return {
    stop() {
      stopped = true;
      abort.abort();
      wake();
    },
    again: () => wake(),
  };
}

async function read(path, abort, on, began) {
  let watch = setTimeout(() => abort.abort(), SILENCE);
  try {
    const response = await send(path, { signal: abort.signal, headers: { Accept: 'text/event-stream' } });
    on.connected();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = parser((name, data) => {
      began();
      on.event(name, data);
    });
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(watch);
      watch = setTimeout(() => abort.abort(), SILENCE);
      take(part.value);
    }
  } finally {
    clearTimeout(watch);
  }
}

/**
 * Parses a stream of server-sent events, cut at any place.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function parser(event) {
  let pieces = [];
  let name = '';
  let data = [];
  const line = (text) => {
    if (text === '') {
      if (data.length > 0) {
        event(name || 'message', data.join('\n'));
      }
      name = '';
      data = [];
    } else if (text.startsWith('data:')) {
      data.push(text.slice(text[5] === ' ' ? 6 : 5));
    } else if (text.startsWith('event:')) {
      name = text.slice(6).trim();
    }
  };
  return (piece) => {
    // A large event comes in hundreds of pieces, joined once at the end of the line.
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      pieces.push(piece.slice(from, end));
      const text = pieces.length === 1 ? pieces[0] : pieces.join('');
      pieces = [];
      from = end + 1;
      line(text.endsWith('\r') ? text.slice(0, -1) : text);
    }
    if (from < piece.length) {
      pieces.push(piece.slice(from));
    }
  };
}
