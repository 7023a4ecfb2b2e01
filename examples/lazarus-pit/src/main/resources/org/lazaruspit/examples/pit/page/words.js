// Texts for statuses, times, and strings of unknown origin.

/**
 * Characters that steer a display or are invisible: controls, marks of direction, and characters
 * without width. Joiners stay: scripts and emoji need them.
 */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

/** Returns the text with invisible characters as visible codes. */
export function plain(text) {
  return String(text ?? '').replace(STEERING, (c) => {
    return '\u27e8' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9';
  });
}

/** Returns the text as of plain, shortened to a maximum length. */
export function brief(text, most) {
  const shown = plain(text);
  if (shown.length <= most) {
    return shown;
  }
  // Keeps surrogate pairs whole.
  return shown.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '') + '\u2026';
}

/** Statuses of agents, the most urgent first: status, shape, word. */
export const STATUSES = [
  ['asks', 'approval', 'waits for you'],
  ['unhealthy', 'unhealthy', 'unhealthy'],
  ['quarantined', 'quarantined', 'quarantined'],
  ['refused', 'refused', 'refused'],
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

/** Returns the word for a status. */
export const word = (status) => STATUSES[RANKS.get(status)]?.[2] ?? status;

/** Returns the shape of a status. */
export const shape = (status) => STATUSES[RANKS.get(status)]?.[1] ?? 'unknown';

/** Returns the urgency of an agent: 0 is the highest. */
export function rank(agent) {
  return RANKS.get(agent.shown) ?? RANKS.get('unknown');
}

/** Statuses of revivals: word and shape. */
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

/** Texts for the events of a journal. */
export const STEPS = {
  requested: 'Requested',
  ordered: 'Ordered by an operator',
  handover_requested: 'Hand-over requested',
  approved: 'Approved',
  denied: 'Denied',
  stop: 'Stop the rest of the old process',
  verify_checkpoint: 'Verify the checkpoint',
  raise_incarnation: 'Raise the incarnation',
  start: 'Start the agent',
  register: 'Register it with its gateway',
  verify_health: 'Wait for proof of health',
  attempt_failed: 'This attempt failed',
  revived: 'Healthy in its new incarnation',
  failed: 'Given up',
  declined: 'Declined by the policy',
  superseded: 'No longer needed',
};

const PARTS = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];

/** Returns a duration in its two largest units: "2 h 5 min". */
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

/** Returns the time between two lines of a journal: "+0.8 ms", "+12.3 s". */
export function gap(millis) {
  if (millis < 1000) {
    return '+' + (millis < 10 ? millis.toFixed(1) : Math.round(millis)) + '\u00a0ms';
  }
  return '+' + (millis < 60_000 ? (millis / 1000).toFixed(1) + '\u00a0s' : length(millis / 1000));
}

let ahead = 0;

/** Sets the clock of the daemon, the source of all its times. */
export function setClock(instant) {
  const theirs = Date.parse(instant);
  if (Number.isFinite(theirs)) {
    ahead = theirs - Date.now();
  }
}

/** Returns the time of the daemon, in milliseconds. */
export const now = () => Date.now() + ahead;

/** Returns the time since an instant: "12 s ago"; an empty text without an instant. */
export function ago(instant, parts = 2) {
  return instant ? length((now() - Date.parse(instant)) / 1000, parts) + ' ago' : '';
}

/** Returns the seconds since an instant; infinity without an instant. */
export const age = (instant) => (instant ? (now() - Date.parse(instant)) / 1000 : Infinity);

/** Returns the time until an instant: "in 5 min". */
export function until(instant) {
  return 'in ' + length((Date.parse(instant) - now()) / 1000);
}

const pad = (number, width = 2) => String(number).padStart(width, '0');

/** Returns the local time of day, with milliseconds on request. */
export function clock(instant, millis = false) {
  const time = new Date(instant);
  const text = [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => pad(n)).join(':');
  return millis ? text + '.' + pad(time.getMilliseconds(), 3) : text;
}

/** Returns the local date and time: "2026-01-31 09:30:00". */
export function day(instant) {
  const time = new Date(instant);
  return [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join('-')
    + ' ' + clock(instant);
}

/** Returns a text of the pit with its instants in local time. */
export function inLocalTime(text) {
  return plain(text).replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (instant) => day(instant));
}

/** Returns milliseconds with a fraction: times of a journal are finer than those of Date. */
export function fine(instant) {
  const fraction = /\.(\d+)/.exec(instant);
  const whole = Date.parse(instant.replace(/\.\d+/, ''));
  return whole + (fraction ? Number('0.' + fraction[1]) * 1000 : 0);
}
