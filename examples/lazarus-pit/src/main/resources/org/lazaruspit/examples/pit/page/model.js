// Data of the page, and the lists to show. Touches no element.

import { age, plain, rank, REVIVALS, setClock, word } from './words.js';

/** State of the fleet, from the events of the daemon. */
export class Model {
  agents = new Map();
  cells = new Map();
  revivals = new Map();
  health = null;
  loaded = false;

  /** Applies an event; returns false for an unknown event. */
  take(name, data) {
    if (name === 'fleet') {
      this.#fleet(data);
    } else if (name === 'revival') {
      this.#revival(data);
    } else if (name === 'health') {
      this.health = data;
      setClock(data.now);
    } else {
      return false;
    }
    return true;
  }

  #fleet(data) {
    if (data.full) {
      this.agents.clear();
      this.cells.clear();
      this.revivals.clear();
      this.loaded = true;
    }
    const renamed = new Set();
    for (const cell of data.cells ?? []) {
      this.cells.set(cell.cell_id, { key: cell.cell_id, ...this.cells.get(cell.cell_id), ...cell });
      renamed.add(cell.cell_id);
    }
    if (renamed.size > 0) {
      for (const item of [...this.agents.values(), ...this.revivals.values()]) {
        if (renamed.has(item.cell_id)) {
          item.mission = this.cells.get(item.cell_id).mission_name;
          item.text = null;
        }
      }
    }
    for (const change of data.agents ?? []) {
      const key = keyOf(change.cell_id, change.agent_id);
      const agent = { key, ...this.agents.get(key), ...change };
      // Waiting for approval takes precedence over any other status.
      agent.shown = agent.revival?.status === 'pending_approval' ? 'asks' : agent.status;
      agent.mission = this.cells.get(agent.cell_id)?.mission_name ?? agent.cell_id;
      agent.text = null;
      this.agents.set(key, agent);
    }
    for (const [cell, agent] of data.agents_gone ?? []) {
      this.agents.delete(keyOf(cell, agent));
    }
    for (const cell of data.cells_gone ?? []) {
      this.cells.delete(cell);
    }
  }

  #revival(data) {
    if (data.gone) {
      this.revivals.delete(data.id);
    } else {
      const agent = this.agents.get(keyOf(data.cell_id, data.agent_id));
      this.revivals.set(data.id, {
        ...data,
        key: data.id,
        name: agent?.name ?? '',
        mission: this.cells.get(data.cell_id)?.mission_name ?? data.cell_id,
        text: null,
      });
    }
  }

  agentOf(item) {
    return this.agents.get(keyOf(item.cell_id, item.agent_id));
  }

  /** Returns the revivals of an agent, newest first. */
  revivalsOf(agent) {
    return [...this.revivals.values()]
      .filter((it) => it.agent_id === agent.agent_id && it.cell_id === agent.cell_id)
      .sort(newest);
  }

  /** Returns the number of revivals that wait for approval. */
  asking() {
    let count = 0;
    for (const revival of this.revivals.values()) {
      count += revival.status === 'pending_approval' ? 1 : 0;
    }
    return count;
  }

  /** Counts agents by status, of one mission or of all. */
  tally(cellId = null) {
    const counts = new Map();
    for (const agent of this.agents.values()) {
      if (cellId === null || agent.cell_id === cellId) {
        counts.set(agent.shown, (counts.get(agent.shown) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Counts agents by status for every mission, in one pass. */
  tallies() {
    const all = new Map();
    for (const agent of this.agents.values()) {
      let counts = all.get(agent.cell_id);
      if (!counts) {
        all.set(agent.cell_id, (counts = new Map()));
      }
      counts.set(agent.shown, (counts.get(agent.shown) ?? 0) + 1);
    }
    return all;
  }
}

export const keyOf = (cell, agent) => cell + ' ' + agent;

const newest = (a, b) => (a.requested_at < b.requested_at ? 1 : a.requested_at > b.requested_at ? -1 : 0);
const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byPlace = (a, b) => byText(a.mission, b.mission) || byText(a.cell_id, b.cell_id) || byText(a.agent_id, b.agent_id);

/** Sort orders by view. */
export const ORDERS = {
  agents: {
    trouble: ['trouble first', (a, b) => rank(a) - rank(b) || byPlace(a, b)],
    mission: ['mission', byPlace],
    id: ['agent id', (a, b) => byText(a.agent_id, b.agent_id) || byPlace(a, b)],
    beat: ['longest silent', (a, b) => age(b.last_heartbeat) - age(a.last_heartbeat) || byPlace(a, b)],
    incarnation: ['most revived', (a, b) => b.incarnation - a.incarnation || byPlace(a, b)],
  },
  missions: {
    trouble: ['trouble first', (a, b) => b.ill - a.ill || byText(a.mission_name, b.mission_name)],
    name: ['name', (a, b) => byText(a.mission_name, b.mission_name)],
    size: ['most agents', (a, b) => b.size - a.size || byText(a.mission_name, b.mission_name)],
  },
  revivals: {
    open: ['open first', (a, b) => openness(a) - openness(b) || newest(a, b)],
    newest: ['newest first', newest],
    agent: ['agent id', (a, b) => byText(a.agent_id, b.agent_id) || newest(a, b)],
  },
};

function openness(revival) {
  switch (revival.status) {
    case 'pending_approval': return 0;
    case 'reviving':
    case 'verifying': return 1;
    case 'pending': return 2;
    default: return 3;
  }
}

/** Returns the searched text of an item, in lower case; computed once per change. */
function searched(item, view) {
  if (item.text === null || item.text === undefined) {
    const parts = view === 'agents'
      ? [item.agent_id, item.name, item.mission, item.gateway, item.status, item.judgement,
        item.progress, item.waiting, item.current_task, item.standing?.kind, item.standing?.reason,
        word(item.shown)]
      : view === 'missions' ? [item.mission_name, item.status, item.standing?.kind]
        : [item.agent_id, item.name, item.mission, item.status,
          REVIVALS[item.status]?.[0], item.cause, item.reason, item.detail];
    item.text = plain(parts.filter(Boolean).join('\n')).toLowerCase();
  }
  return item.text;
}

/**
 * Returns the items to list.
 *
 * @param view agents, missions or revivals
 * @param filter {words, status, cell}: every word must match; status and cell are null for any
 */
export function listed(model, view, filter, order) {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  let items = view === 'agents' ? model.agents : view === 'missions' ? missions(model) : model.revivals;
  const found = [];
  for (const item of items.values()) {
    if ((filter.cell === null || item.cell_id === filter.cell)
        && (filter.status === null || has(item, view, filter.status))
        && words.every((word) => searched(item, view).includes(word) || isIdOf(item, word))) {
      found.push(item);
    }
  }
  return found.sort((ORDERS[view][order] ?? Object.values(ORDERS[view])[0])[1]);
}

/** Returns the part of an id to search: random ids contain most short texts, so only long ones match. */
const isIdOf = (item, word) => word.length >= 6
  && (item.cell_id.includes(word) || Boolean(item.id?.includes(word)));

function has(item, view, status) {
  if (view === 'missions') {
    return item.tally.has(status);
  }
  return (view === 'agents' ? item.shown : item.status) === status;
}

function missions(model) {
  const tallies = model.tallies();
  const items = new Map();
  for (const cell of model.cells.values()) {
    const tally = tallies.get(cell.cell_id) ?? new Map();
    const size = [...tally.values()].reduce((a, b) => a + b, 0);
    const ill = ['asks', 'unhealthy', 'quarantined', 'refused', 'held', 'degraded']
      .reduce((sum, status) => sum + (tally.get(status) ?? 0), 0);
    items.set(cell.cell_id, { ...cell, tally, size, ill, text: null });
  }
  return items;
}
