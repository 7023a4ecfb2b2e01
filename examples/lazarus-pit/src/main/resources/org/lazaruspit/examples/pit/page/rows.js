// Rows of each list. Rows are used again: filling writes every part.

import { el, icon, turn, write } from './dom.js';
import { STATUSES, REVIVALS, ago, age, brief, day, shape, inLocalTime, until, word } from './words.js';

const cell = (name, ...children) => el('span', { class: 'cell ' + name, role: 'gridcell' }, ...children);

/** Creates a status with shape and word. */
export function badge() {
  const form = icon('unknown');
  const text = el('span', { class: 'word' });
  const element = el('span', { class: 'badge' }, form, text);
  return {
    element,
    show(status, words = status, look = status) {
      if (element.dataset.status !== status) {
        element.dataset.status = status;
        turn(form, look);
      }
      write(text, words);
    },
  };
}

/** Returns the most important remark on an agent. */
export function remark(agent) {
  const restriction = agent.standing;
  if (restriction) {
    const end = restriction.until ? ', ends ' + until(restriction.until) : '';
    const name = restriction.cause ? restriction.kind + ' (' + restriction.cause + ')' : restriction.kind;
    return name + end + (restriction.reason ? ': ' + restriction.reason : '');
  }
  if (agent.waiting) {
    return agent.waiting;
  }
  return agent.judgement.replace(/^alive(: |$)/, '');
}

export const HEADS = {
  agents: ['Status', 'Agent', 'Mission', 'Inc.', 'Progress', 'Heartbeat', 'Remark'],
  missions: ['Status', 'Mission', 'Agents', 'Health', 'Cell'],
  revivals: ['Status', 'Agent', 'Mission', 'Cause', 'Inc.', 'Requested', 'Evidence'],
};

function agentRow() {
  const state = badge();
  const parts = {
    id: el('span', { class: 'id' }), name: el('bdi', { class: 'name' }), mission: el('bdi', {}),
    incarnation: cell('inc'), progress: el('bdi', {}), beat: cell('beat'), remark: el('bdi', {}),
  };
  const element = el('div', { class: 'row agents' }, cell('status', state.element),
    cell('who', parts.id, ' ', parts.name), cell('mission', parts.mission), parts.incarnation,
    cell('progress', parts.progress), parts.beat, cell('remark', parts.remark));
  return { element, state, parts };
}

function fillAgent({ element, state, parts }, agent) {
  state.show(agent.shown, word(agent.shown), shape(agent.shown));
  write(parts.id, agent.agent_id);
  write(parts.name, agent.name === agent.agent_id ? '' : brief(agent.name, 60));
  write(parts.mission, brief(agent.mission, 60));
  write(parts.incarnation, String(agent.incarnation));
  write(parts.progress, brief(agent.progress ?? '', 60));
  write(parts.beat, ago(agent.last_heartbeat, 1));
  write(parts.remark, brief(inLocalTime(remark(agent)), 200));
  const quiet = age(agent.last_heartbeat) > 600 ? 'yes' : 'no';
  if (element.dataset.quiet !== quiet) {
    element.dataset.quiet = quiet;
  }
}

function missionRow() {
  const state = badge();
  const parts = { name: el('bdi', {}), size: cell('inc'), tally: cell('tally'), id: cell('id') };
  const element = el('div', { class: 'row missions' }, cell('status', state.element),
    cell('who', parts.name), parts.size, parts.tally, parts.id);
  return { element, state, parts };
}

function fillMission({ state, parts }, mission) {
  const kind = mission.standing?.kind;
  if (kind) {
    state.show(kind);
  } else if (mission.status === 'active') {
    state.show('healthy', 'active');
  } else {
    state.show('inactive', mission.status);
  }
  write(parts.name, brief(mission.mission_name, 90));
  write(parts.size, String(mission.size));
  tally(parts.tally, mission.tally);
  write(parts.id, mission.cell_id);
}

/** Shows counts like "2 held, 10 healthy", with shapes. */
export function tally(element, counts) {
  const there = STATUSES.filter(([status]) => counts.get(status));
  const text = there.map(([status]) => counts.get(status) + ' ' + status).join(', ');
  if (element.dataset.text === text) {
    return;
  }
  element.dataset.text = text;
  element.replaceChildren(...there.map(([status, look, words]) =>
    el('span', { class: 'badge small', 'data-status': status }, icon(look),
      el('span', { class: 'word' }, counts.get(status) + ' ' + words))));
}

function revivalRow() {
  const state = badge();
  const parts = {
    id: el('span', { class: 'id' }), name: el('bdi', { class: 'name' }), mission: el('bdi', {}),
    cause: cell('cause'), incarnation: cell('inc'), asked: cell('beat'), reason: el('bdi', {}),
  };
  const element = el('div', { class: 'row revivals' }, cell('status', state.element),
    cell('who', parts.id, ' ', parts.name), cell('mission', parts.mission), parts.cause,
    parts.incarnation, parts.asked, cell('remark', parts.reason));
  return { element, state, parts };
}

function fillRevival({ state, parts }, revival) {
  const [words, look] = REVIVALS[revival.status] ?? [revival.status, 'unknown'];
  state.show(revival.status, words, look);
  write(parts.id, revival.agent_id);
  write(parts.name, revival.substitute ? 'tasks to ' + revival.substitute
    : revival.name === revival.agent_id ? '' : brief(revival.name, 60));
  write(parts.mission, brief(revival.mission, 60));
  write(parts.cause, revival.cause);
  write(parts.incarnation, String(revival.incarnation));
  write(parts.asked, ago(revival.requested_at, 1));
  parts.asked.title = day(revival.requested_at);
  write(parts.reason, brief(inLocalTime(revival.reason), 200));
}

/** Name, creation and filling of rows by view. */
export const ROWS = {
  agents: { label: 'Agents', make: agentRow, fill: fillAgent },
  missions: { label: 'Missions', make: missionRow, fill: fillMission },
  revivals: { label: 'Revivals', make: revivalRow, fill: fillRevival },
};

