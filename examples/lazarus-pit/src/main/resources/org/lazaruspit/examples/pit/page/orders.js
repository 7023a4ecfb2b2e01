// What a person can order: asked for its reason first, then sent, then told how it went.

import { $, write } from './dom.js';
import { post } from './api.js';
import { now, plain } from './words.js';

/** By order: the button, the question, the effect. */
export const ORDERS = {
  revive: ['Revive', 'Revive %s?', 'It is brought back now, whatever stood in the way. One that is healthy is left alone.'],
  stop: ['Stop', 'Stop %s?', 'It is ended and not brought back, until somebody resumes or revives it.'],
  pause: ['Pause', 'Pause %s?', 'The pit leaves it alone, dead or alive. A revival under way is finished.'],
  resume: ['Resume', 'Resume %s?', 'Ends a stop or a pause: the pit looks after it again.'],
  lift: ['Lift', 'Lift what holds %s?', 'Ends quarantine and hold. If it is dead, it is revived as its policy says.'],
  deny: ['Deny', 'Deny the revival of %s?', 'The no holds until the agent has a new incarnation, or a person has it revived.'],
};

const WHOLE = {
  stop: 'Every agent of the mission is ended and not brought back, until somebody resumes the mission.',
  pause: 'The pit leaves every agent of the mission alone. Revivals under way are finished.',
  resume: 'Ends a stop or a pause of the mission. What single agents are under still holds.',
  lift: 'Ends every quarantine and hold in the mission. Those that are dead come back one first.',
};

/** Tells how something went, on the screen and to a screen reader. */
export function say(text, bad = false) {
  const said = $('said');
  write(said, text);
  said.dataset.bad = bad;
  said.classList.add('seen');
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove('seen'), bad ? 12_000 : 6_000);
}

/**
 * Asks for the reason, and gives the order.
 *
 * @param order a key of ORDERS
 * @param target {cell_id, agent_id} or {cell_id} for a whole mission, or {revival}; with name
 */
export function ask(order, target) {
  const [verb, question, effect] = ORDERS[order];
  const dialog = $('ask');
  const name = plain(target.name);
  write($('ask-title'), question.replace('%s', () => name));
  write($('ask-effect'), target.agent_id || target.revival ? effect : WHOLE[order]);
  write($('ask-yes'), verb);
  $('ask-yes').disabled = false;
  $('ask-reason').value = '';
  $('ask-until').value = '';
  $('ask-until-field').hidden = order !== 'pause';
  $('ask-trouble').hidden = true;
  $('ask-no').onclick = () => dialog.close();
  $('ask-form').onsubmit = (event) => {
    event.preventDefault();
    give(order, target, $('ask-reason').value.trim(), $('ask-until').value);
  };
  dialog.showModal();
  $('ask-reason').focus();
}

async function give(order, target, reason, seconds) {
  if (reason === '') {
    trouble('Say why: the journal keeps it.');
    return;
  }
  $('ask-yes').disabled = true;
  try {
    if (order === 'deny') {
      await post('/api/revivals/' + encodeURIComponent(target.revival) + '/deny', { reason });
    } else {
      const until = seconds ? new Date(now() + seconds * 1000).toISOString() : null;
      await post('/api/orders',
        { order, cell: target.cell_id, agent: target.agent_id ?? null, until, reason });
    }
    $('ask').close();
    say(DONE[order].replace('%s', () => plain(target.name)));
  } catch (e) {
    trouble(e.message);
    $('ask-yes').disabled = false;
  }
}

const DONE = {
  revive: '%s: revival ordered.',
  stop: '%s: stopped.',
  pause: '%s: paused.',
  resume: '%s: resumed.',
  lift: '%s: lifted.',
  deny: '%s: denied.',
};

function trouble(text) {
  write($('ask-trouble'), plain(text));
  $('ask-trouble').hidden = false;
}

/** Says yes to a revival that is in view with its evidence. */
export async function approve(revival, button) {
  button.disabled = true;
  try {
    await post('/api/revivals/' + encodeURIComponent(revival.id) + '/approve', { reason: 'approved on the page' });
    say(revival.agent_id + ': approved.');
  } catch (e) {
    button.disabled = false;
    say(revival.agent_id + ': ' + plain(e.message), true);
  }
}
