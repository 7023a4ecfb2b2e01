// Panel beside the list: an agent, mission or revival, with its evidence and its orders.

import { $, bdi, el, icon, write } from './dom.js';
import { get } from './api.js';
import { approve, ask, ORDERS } from './orders.js';
import { badge, remark, tally } from './rows.js';
import { timeline } from './timeline.js';
import { ago, brief, day, length, now, plain, REVIVALS, shape, inLocalTime, until, word } from './words.js';

const SHOWN = 20;

export class Details {
  #model;
  #panel = $('details');
  #shown = null;
  #close;
  #go;
  #parts = null;
  #asked = 0;
  #last = [];

  /** @param on {close(), go(kind, key)}: called to close the panel, and to show another item */
  constructor(model, on) {
    this.#model = model;
    this.#close = on.close;
    this.#go = on.go;
  }

  get shown() {
    return this.#shown;
  }

  /** Shows an agent, a mission or a revival. */
  show(kind, key) {
    this.#shown = { kind, key };
    this.#parts = null;
    this.#last = [];
    this.#panel.hidden = false;
    document.body.dataset.details = 'open';
    this.#panel.scrollTop = 0;
    this.update(true);
    this.#panel.focus({ preventScroll: true });
  }

  hide() {
    this.#shown = null;
    this.#parts = null;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
    delete document.body.dataset.details;
  }

  /**
   * Updates the panel.
   *
   * @param changed whether data may have changed, and not only the time
   */
  update(changed = false) {
    if (!this.#shown) {
      return;
    }
    const { kind, key } = this.#shown;
    const item = kind === 'agents' ? this.#model.agents.get(key)
      : kind === 'missions' ? this.#model.cells.get(key) : this.#model.revivals.get(key);
    if (!item) {
      this.#panel.replaceChildren(this.#bar('Gone'),
        el('p', {}, 'No longer in the fleet of this pit.'));
      this.#parts = null;
      return;
    }
    if (!this.#parts) {
      this.#build(kind, item);
    }
    this.#parts.fill(item);
    const agent = kind === 'revivals' ? this.#model.agentOf(item) : item;
    if (changed && (this.#last[0] !== item || this.#last[1] !== agent)) {
      this.#last = [item, agent];
      this.#ask(kind, item);
    }
  }

  #bar(title) {
    return el('div', { class: 'bar' }, el('h2', {}, title),
      el('button', { class: 'quiet close', type: 'button', 'aria-label': 'Close details', click: () => this.#close() },
        icon('unhealthy')));
  }

  #build(kind, item) {
    this.#parts = kind === 'missions' ? this.#mission(item) : this.#agent(kind, item);
  }

  /** Builds the panel of an agent, or of a revival of it. */
  #agent(kind, item) {
    const state = badge();
    const facts = el('dl', { class: 'facts' });
    const decision = el('section', { class: 'decision', hidden: true, 'aria-label': 'Waits for you' });
    const buttons = el('p', { class: 'buttons', role: 'group', 'aria-label': 'Orders' });
    const why = el('section', { class: 'why' });
    const journal = el('section', { class: 'journal' });
    this.#panel.replaceChildren(this.#bar(item.agent_id), el('p', { class: 'sub' }, state.element,
      ' ', bdi('', { class: 'name' })), decision, facts, buttons,
      ...(kind === 'agents' ? [why, journal] : [journal, why]));
    const name = this.#panel.querySelector('.name');
    const shown = { buttons: '', facts: '', decision: '', journal: '' };
    const fill = (thing) => {
      const agent = kind === 'agents' ? thing : this.#model.agentOf(thing);
      const revival = kind === 'revivals' ? thing : agent && this.#model.revivalsOf(agent)[0];
      write(name, agent ? brief(agent.name, 200) : '');
      if (agent) {
        state.show(agent.shown, word(agent.shown), shape(agent.shown));
      }
      this.#facts(facts, agent, revival, shown);
      this.#decision(decision, agent, revival, shown);
      this.#buttons(buttons, agent, shown);
      this.#journal(journal, kind === 'revivals' ? [thing] : this.#model.revivalsOf(agent), shown);
    };
    return { fill, why, shown };
  }

  #facts(list, agent, revival, shown) {
    const rows = agent ? [
      ['Mission', this.#link('missions', agent.cell_id, agent.mission)],
      ['Cell', mono(agent.cell_id)],
      ['Gateway', agent.gateway],
      ['Incarnation', String(agent.incarnation)],
      ['Last heartbeat', agent.last_heartbeat ? ago(agent.last_heartbeat) + ' \u00b7 ' + day(agent.last_heartbeat) : 'unknown'],
      ['Progress', agent.progress],
      ['Waits', agent.waiting],
      ['Current task', agent.current_task && mono(agent.current_task)],
      ['Judgement', agent.judgement],
      ['Ordered', restriction(agent.standing)],
    ] : [['Cell', mono(revival.cell_id)]];
    fillFacts(list, rows, shown);
  }

  #link(kind, key, text) {
    return el('button', { class: 'link', type: 'button', click: () => this.#go(kind, key) }, bdi(brief(text, 120)));
  }

  /** Fills the question for approval, with its evidence. */
  #decision(section, agent, revival, shown) {
    const asks = revival?.status === 'pending_approval' ? revival : null;
    const state = asks ? asks.id : '';
    if (shown.decision !== state) {
      shown.decision = state;
      section.hidden = !asks;
      if (asks) {
        const what = asks.substitute ? 'Hand its tasks to ' + asks.substitute + '?' : 'Revive it?';
        const name = agent?.agent_id ?? asks.agent_id;
        section.replaceChildren(el('h3', {}, icon('approval'), what),
          el('p', { class: 'evidence' }, bdi(inLocalTime(asks.reason))),
          el('p', { class: 'dim' }, 'Cause ', el('code', {}, asks.cause), ' \u00b7 incarnation ' + asks.incarnation
            + ' \u00b7 requested ', el('span', { class: 'since' }), '.'),
          el('p', { class: 'buttons' },
            el('button', { class: 'primary yes', type: 'button', click: (e) => approve(asks, e.currentTarget) }, 'Approve'),
            el('button', { class: 'no', type: 'button', click: () => ask('deny', { revival: asks.id, name }) }, 'Deny \u2026')));
      }
    }
    if (asks) {
      const left = length((Date.parse(asks.requested_at) + 86_400_000 - now()) / 1000);
      write(section.querySelector('.since'), ago(asks.requested_at) + ', expires in ' + left);
    }
  }

  #buttons(group, agent, shown) {
    const kind = agent?.standing?.kind;
    const orders = !agent ? []
      : ['revive', kind !== 'stopped' && 'stop', kind !== 'stopped' && kind !== 'paused' && 'pause',
        (kind === 'stopped' || kind === 'paused') && 'resume',
        (['quarantined', 'held'].includes(kind) || ['quarantined', 'held'].includes(agent.status)) && 'lift']
        .filter(Boolean);
    if (shown.buttons !== orders.join()) {
      shown.buttons = orders.join();
      keepFocus(group, () => group.replaceChildren(...orders.map((order) => el('button',
        { type: 'button', 'data-order': order, click: () => ask(order, { cell_id: agent.cell_id, agent_id: agent.agent_id, name: agent.agent_id }) },
        ORDERS[order][0] + ' \u2026'))));
    }
  }

  /** Fills the list of revivals, with the newest expanded. */
  #journal(section, revivals, shown) {
    const ids = revivals.slice(0, SHOWN).map((revival) => revival.id).join();
    if (shown.journal !== ids) {
      shown.journal = ids;
      const open = new Set([...section.querySelectorAll('details[open]')].map((it) => it.dataset.revival));
      section.replaceChildren(el('h3', {}, revivals.length === 1 ? 'Revival' : 'Revivals'),
        ...revivals.slice(0, SHOWN).map((revival, index) => this.#chapter(revival, index === 0 || open.has(revival.id))),
        ...(revivals.length === 0 ? [el('p', { class: 'dim' }, 'No revivals known.')] : []),
        ...(revivals.length > SHOWN ? [el('p', { class: 'dim' }, 'Older revivals are in logs/revivals.jsonl of the cell.')] : []));
    }
    for (const chapter of section.querySelectorAll('details')) {
      const revival = this.#model.revivals.get(chapter.dataset.revival);
      if (revival) {
        const [words, look] = REVIVALS[revival.status] ?? [revival.status, 'unknown'];
        chapter.state.show(revival.status, words, look);
        write(chapter.querySelector('.when'), ago(revival.requested_at));
        if (chapter.open && chapter.version !== version(revival)) {
          this.#steps(chapter, revival);
        }
      }
    }
  }

  #chapter(revival, open) {
    const state = badge();
    const chapter = el('details', { 'data-revival': revival.id, open },
      el('summary', {}, state.element, ' ', el('span', { class: 'cause' }, revival.cause), ' ',
        el('span', { class: 'when dim' })),
      el('p', { class: 'evidence' }, bdi(inLocalTime(revival.reason))),
      el('ol', { class: 'steps' }),
      el('p', { class: 'dim mono' }, revival.id));
    chapter.state = state;
    chapter.addEventListener('toggle', () => this.update());
    return chapter;
  }

  async #steps(chapter, revival) {
    const wanted = version(revival);
    chapter.version = wanted;
    const list = chapter.querySelector('ol');
    try {
      const revivalWithSteps = await get('/api/revivals/' + encodeURIComponent(revival.id));
      if (chapter.version === wanted) {
        timeline(list, revivalWithSteps.steps, revival);
      }
    } catch (e) {
      list.replaceChildren(el('li', { class: 'trouble' }, 'Steps not loaded: ' + plain(e.message)));
    }
  }

  #mission(cell) {
    const counts = el('p', { class: 'tally' });
    const facts = el('dl', { class: 'facts' });
    const buttons = el('p', { class: 'buttons', role: 'group', 'aria-label': 'Orders for the whole mission' });
    this.#panel.replaceChildren(this.#bar(bdi(brief(cell.mission_name, 200))),
      counts, facts, buttons,
      el('p', {}, el('button', { class: 'link', type: 'button', click: () => this.#go('cell', cell.cell_id) }, 'Show its agents')));
    const shown = { facts: '', buttons: '' };
    return {
      shown,
      fill: (mission) => {
        tally(counts, this.#model.tally(mission.cell_id));
        fillFacts(facts, [
          ['Cell', mono(mission.cell_id)],
          ['Status', mission.status],
          ['Ends', mission.deadline && day(mission.deadline)
            + (Date.parse(mission.deadline) < now() ? ' (overdue: no automatic revival)' : ', ' + until(mission.deadline))],
          ['Ordered', restriction(mission.standing)],
        ], shown);
        const kind = mission.standing?.kind;
        const orders = [kind !== 'stopped' && 'stop', !kind && 'pause', kind && 'resume', 'lift'].filter(Boolean);
        if (shown.buttons !== orders.join()) {
          shown.buttons = orders.join();
          keepFocus(buttons, () => buttons.replaceChildren(...orders.map((order) => el('button',
            { type: 'button', 'data-order': order, click: () => ask(order, { cell_id: mission.cell_id, name: mission.mission_name }) },
            ORDERS[order][0] + ' all \u2026'))));
        }
      },
    };
  }

  /** Loads the explanation at each change: it has no events of its own. */
  async #ask(kind, item) {
    if (kind === 'missions') {
      return;
    }
    const asked = ++this.#asked;
    const parts = this.#parts;
    try {
      const why = await get('/api/why?cell=' + item.cell_id + '&agent=' + encodeURIComponent(item.agent_id));
      if (asked === this.#asked && parts === this.#parts) {
        fillWhy(parts, why);
      }
    } catch (e) {
      if (asked === this.#asked && parts === this.#parts) {
        parts.why.replaceChildren(el('p', { class: 'dim' }, plain(e.message)));
      }
    }
  }
}

function fillWhy(parts, why) {
  const text = JSON.stringify([why.evidence, why.rules, why.next]);
  if (parts.shown.why === text) {
    return;
  }
  parts.shown.why = text;
  const list = (items) => el('ul', {}, ...items.map((item) => el('li', {}, bdi(inLocalTime(item)))));
  parts.why.replaceChildren(el('h3', {}, 'Why'),
    el('p', { class: 'next' }, el('strong', {}, 'Next: '), bdi(inLocalTime(why.next))),
    el('h4', {}, 'Evidence'), why.evidence.length ? list(why.evidence) : el('p', { class: 'dim' }, 'None yet.'),
    el('h4', {}, 'Rules'), list(why.rules));
}

const version = (revival) => revival.status + ' ' + revival.changed_at + ' ' + (revival.step ?? '');
const mono = (text) => el('code', {}, text);

function restriction(it) {
  return it && it.kind + (it.cause ? ' (' + it.cause + ')' : '') + ' since ' + day(it.since)
    + (it.until ? ', ends ' + until(it.until) : '') + (it.reason ? ': ' + it.reason : '');
}

/** Writes facts with a value. Touches only changed texts, so that a selection stays. */
function fillFacts(list, rows, shown) {
  const there = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const names = there.map(([name]) => name).join();
  if (shown.facts !== names) {
    shown.facts = names;
    list.replaceChildren(...there.flatMap(([name]) => [el('dt', {}, name), el('dd', {}, bdi(''))]));
  }
  there.forEach(([, value], index) => {
    const slot = list.querySelectorAll('dd')[index].firstChild;
    if (typeof value === 'string') {
      write(slot, inLocalTime(value));
    } else if (slot.textContent !== value.textContent) {
      slot.replaceChildren(value);
    }
  });
}

/** Restores the focus on a button that is created again. */
function keepFocus(group, change) {
  const had = document.activeElement?.closest?.('button');
  const order = group.contains(had) ? had.dataset.order : null;
  change();
  if (order) {
    (group.querySelector('[data-order="' + order + '"]') ?? group.querySelector('button'))?.focus();
  }
}
