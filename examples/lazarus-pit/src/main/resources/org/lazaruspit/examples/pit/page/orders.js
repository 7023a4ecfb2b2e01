// Orders of an operator: asks for the reason, sends the order, shows the result.

import { $, write } from './dom.js';
import { post } from './api.js';
import { now, plain } from './words.js';

/** Button, question and effect by order. */
export const ORDERS = {
  revive: ['Revive', 'Revive %s?', 'The agent is revived now, against any policy. A healthy agent is left alone.'],
  stop: ['Stop', 'Stop %s?', 'The agent is ended and not revived, until an operator resumes or revives it.'],
  pause: ['Pause', 'Pause %s?', 'The pit leaves the agent alone, dead or alive. A revival under way is finished.'],
  resume: ['Resume', 'Resume %s?', 'Ends a stop or a pause: the pit supervises the agent again.'],
  lift: ['Lift', 'Lift quarantine and hold of %s?', 'Ends quarantine and hold. A dead agent is revived as its policy says.'],
  deny: ['Deny', 'Deny the revival of %s?', 'The denial holds until the agent has a new incarnation, or an operator orders a revival.'],
};

const WHOLE = {
  stop: 'Every agent of the mission is ended and not revived, until an operator resumes the mission.',
  pause: 'The pit leaves every agent of the mission alone. Revivals under way are finished.',
  resume: 'Ends a stop or a pause of the mission. Orders for single agents still hold.',
  lift: 'Ends every quarantine and hold in the mission. One dead agent is revived first, then the others.',
};

/** Shows a result, also to a screen reader. */
export function announce(text, bad = false) {
  const notice = $('notice');
  write(notice, text);
  notice.dataset.bad = bad;
  notice.classList.add('visible');
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => notice.classList.remove('visible'), bad ? 12_000 : 6_000);
}

/**
 * Asks for the reason, and sends the order.
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
    sendOrder(order, target, $('ask-reason').value.trim(), $('ask-until').value);
  };
  dialog.showModal();
  $('ask-reason').focus();
}

async function sendOrder(order, target, reason, seconds) {
  if (reason === '') {
    trouble('Give a reason, for the journal.');
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
    announce(DONE[order].replace('%s', () => plain(target.name)));
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

/** Approves a revival that is shown with its evidence. */
export async function approve(revival, button) {
  button.disabled = true;
  try {
    await post('/api/revivals/' + encodeURIComponent(revival.id) + '/approve', { reason: 'approved on the page' });
    announce(revival.agent_id + ': approved.');
  } catch (e) {
    button.disabled = false;
    announce(revival.agent_id + ': ' + plain(e.message), true);
  }
}
