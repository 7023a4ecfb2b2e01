// Steps of a revival, from its journal.

import { bdi, el, icon } from './dom.js';
import { clock, fine, gap, plain, STEPS, inLocalTime } from './words.js';

const SHAPES = {
  attempt_failed: ['unhealthy', 'bad'],
  failed: ['unhealthy', 'bad'],
  denied: ['stopped', 'bad'],
  declined: ['stopped', 'bad'],
  superseded: ['inactive', 'dim'],
  revived: ['done', 'good'],
  approved: ['done', 'good'],
};

/** Writes the steps into an ordered list. */
export function timeline(list, steps, revival) {
  const items = [];
  let attempt = 0;
  let before = null;
  steps.forEach((step, index) => {
    if (step.attempt !== attempt && step.attempt > 0) {
      attempt = step.attempt;
      items.push(el('li', { class: 'attempt' }, 'Attempt ' + attempt));
    }
    items.push(line(step, before, index === steps.length - 1 && isUnderWay(revival.status)));
    before = step;
  });
  list.replaceChildren(...items);
}

function line(step, before, goesOn) {
  const [shape, mood] = goesOn ? ['reviving', 'now'] : SHAPES[step.event] ?? ['healthy', 'plain'];
  const passed = before ? gap(Math.max(0, fine(step.at) - fine(before.at))) : '';
  return el('li', { class: 'step ' + mood },
    icon(shape),
    el('span', { class: 'what' }, STEPS[step.event] ?? plain(step.event),
      step.event === 'raise_incarnation' ? ' to ' + step.incarnation : '', goesOn ? ' \u2026' : ''),
    el('time', { datetime: step.at, title: step.at }, clock(step.at, true)),
    el('span', { class: 'gap' }, passed),
    step.detail ? el('span', { class: 'detail' }, bdi(inLocalTime(step.detail))) : null);
}

const isUnderWay = (status) => status === 'reviving' || status === 'verifying';
