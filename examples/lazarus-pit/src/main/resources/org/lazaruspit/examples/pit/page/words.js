// From data to words: times, statuses, and texts of unknown origin.

/**
 * What could steer a display or pass for something else: controls, marks of direction, and
 * characters without width. Joiners stay: scripts and emoji are written with them.
 */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

/** A text with everything in it made visible. */
export function plain(text) {
  return String(text ?? '').replace(STEERING, (c) => {
    return '\u27e8' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9';
  });
}

/** The same, no longer than this. */
export function brief(text, most) {
  const shown = plain(text);
  if (shown.length <= most) {
    return shown;
  }
  // A character of two units is not cut in half.
  return shown.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '') + '\u2026';
}

/** What agents are shown as, what needs most attention first: status, shape, word. */
export const STATUSES = [
  ['asks', 'approval', 'asks you'],
  ['unhealthy', 'unhealthy', 'unhealthy'],
  ['quarantined', 'quarantined', 'quarantined'],
  ['held', 'held', 'held'],
  ['degraded', 'degraded', 'degraded'],
  ['reviving', 'reviving', 'reviving'],
  ['unknown', 'unknown', 'unknown'],
  ['stopped', 'stopped', 'stopped'],
  ['paused', 'paused', 'paused'],
  ['inactive', 'inactive', 'inactive'],
  ['healthy', 'healthy', 'healthy'],
];

const RANKS = new Map(STATUSES.map(([status], rank) => [status, rank]));

/** A status in a word. */
export const word = (status) => STATUSES[RANKS.get(status)]?.[2] ?? status;

/** Its shape. */
export const shape = (status) => STATUSES[RANKS.get(status)]?.[1] ?? 'unknown';

/** How much attention an agent needs: the smaller the more. */
export function rank(agent) {
  return RANKS.get(agent.shown) ?? RANKS.get('unknown');
}

/** The statuses of revivals: what they are called here, and the shape. */
export const REVIVALS = {
  pending_approval: ['waits for you', 'approval'],
  pending: ['pending', 'pending'],
  reviving: ['reviving', 'reviving'],
  verifying: ['verifying', 'reviving'],
  revived: ['revived', 'done'],
  failed: ['failed', 'unhealthy'],
  denied: ['denied', 'stopped'],
  declined: ['declined', 'stopped'],
  superseded: ['superseded', 'inactive'],
};

/** What the lines of a journal are called here. */
export const STEPS = {
  requested: 'Asked for',
  ordered: 'Ordered by a person',
  handover_requested: 'Hand-over asked for',
  approved: 'Approved',
  denied: 'Denied',
  stop: 'Stop what is left of the old process',
  verify_checkpoint: 'Verify the checkpoint',
  raise_incarnation: 'Raise the incarnation',
  start: 'Start the agent',
  register: 'Register it with its gateway',
  verify_health: 'Wait until it is proven healthy',
  attempt_failed: 'This attempt failed',
  revived: 'Healthy in its new incarnation',
  failed: 'Given up',
  declined: 'Declined by the policy',
  superseded: 'No longer needed',
};

const PARTS = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];

/** A length of time in its two largest parts: "2 h 5 min". */
export function length(seconds, parts = 2) {
  if (!Number.isFinite(seconds)) {
    return '';
  }
  let left = Math.max(0, Math.floor(seconds));
  const words = [];
  for (const [unit, size] of PARTS) {
    const count = Math.floor(left / size);
    if (count > 0 || (unit === 's' && words.length === 0)) {
      words.push(count + '\u00a0' + unit);
      left -= count * size;
    } else if (words.length > 0) {
      break;
    }
    if (words.length === parts) {
      break;
    }
  }
  return words.join(' ');
}

/** The time between two lines of a journal: "+0.8 ms", "+12.3 s". */
export function gap(millis) {
  if (millis < 1000) {
    return '+' + (millis < 10 ? millis.toFixed(1) : Math.round(millis)) + '\u00a0ms';
  }
  return '+' + (millis < 60_000 ? (millis / 1000).toFixed(1) + '\u00a0s' : length(millis / 1000));
}

let ahead = 0;

/** Learns the daemon's clock, which all its times are of. */
export function setClock(instant) {
  const theirs = Date.parse(instant);
  if (Number.isFinite(theirs)) {
    ahead = theirs - Date.now();
  }
}

/** The daemon's time, in milliseconds. */
export const now = () => Date.now() + ahead;

/** How long ago: "12 s ago"; an empty text for what never was. */
export function ago(instant, parts = 2) {
  return instant ? length((now() - Date.parse(instant)) / 1000, parts) + ' ago' : '';
}

/** Seconds since, or infinity for what never was. */
export const age = (instant) => (instant ? (now() - Date.parse(instant)) / 1000 : Infinity);

/** How long to go: "in 5 min". */
export function until(instant) {
  return 'in ' + length((Date.parse(instant) - now()) / 1000);
}

const pad = (number, width = 2) => String(number).padStart(width, '0');

/** A time of day here, with milliseconds where they are wanted. */
export function clock(instant, millis = false) {
  const time = new Date(instant);
  const text = [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => pad(n)).join(':');
  return millis ? text + '.' + pad(time.getMilliseconds(), 3) : text;
}

/** A day and a time here, as numbers: "2026-01-31 09:30:00". */
export function day(instant) {
  const time = new Date(instant);
  return [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join('-')
    + ' ' + clock(instant);
}

/** What the pit says, with its times in those of this place. */
export function inLocalTime(text) {
  return plain(text).replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (instant) => day(instant));
}

/**
 * Milliseconds with a fraction: a journal's times are finer than what Date keeps.
 */
export function fine(instant) {
  const fraction = /\.(\d+)/.exec(instant);
  const whole = Date.parse(instant.replace(/\.\d+/, ''));
  return whole + (fraction ? Number('0.' + fraction[1]) * 1000 : 0);
}
