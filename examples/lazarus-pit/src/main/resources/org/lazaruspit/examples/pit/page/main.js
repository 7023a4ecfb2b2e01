// The page: lists, search and connection.

import { $, el, icon, write } from './dom.js';
import { forgetToken, takeToken, useToken } from './api.js';
import { follow } from './stream.js';
import { listed, Model, ORDERS } from './model.js';
import { Grid } from './grid.js';
import { HEADS, ROWS } from './rows.js';
import { Details } from './details.js';
import { announce } from './orders.js';
import { age, ago, clock, length, now, plain, REVIVALS, STATUSES } from './words.js';

const model = new Model();
const VIEWS = ['agents', 'missions', 'revivals'];
const state = {
  view: 'agents',
  words: '',
  status: null,
  cell: null,
  order: { agents: 'trouble', missions: 'trouble', revivals: 'open' },
};

const grid = new Grid($('scroller'), (item) => details.show(state.view, item.key));
const details = new Details(model, {
  close: closeDetails,
  go: (kind, key) => (kind === 'cell' ? showAgentsOf(key) : details.show(kind, key)),
});

function closeDetails() {
  details.hide();
  $('scroller').focus({ preventScroll: true });
}

// ---- lists

function setView(view) {
  state.view = view;
  state.status = null;
  const { label, make, fill } = ROWS[view];
  grid.kind(view, label, HEADS[view].length, make, fill);
  $('head').className = 'head ' + view;
  $('head').replaceChildren(...HEADS[view].map((name, index) =>
    el('span', { class: 'cell ' + headClass(view, index) }, name)));
  $('sort').replaceChildren(...Object.entries(ORDERS[view]).map(([key, [words]]) =>
    el('option', { value: key, selected: state.order[view] === key }, words)));
  details.hide();
  show();
}

const HEAD_CLASSES = {
  agents: ['status', 'who', 'mission', 'inc', 'progress', 'beat', 'remark'],
  missions: ['status', 'who', 'inc', 'tally', 'id'],
  revivals: ['status', 'who', 'mission', 'cause', 'inc', 'beat', 'remark'],
};
const headClass = (view, index) => HEAD_CLASSES[view][index];

let waiting = false;

/** Renders once before the next frame, for any number of calls. */
function show() {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      render();
    });
  }
}

function render() {
  const items = listed(model, state.view, state, state.order[state.view]);
  grid.items(items);
  tabs();
  chips();
  const all = state.view === 'agents' ? model.agents.size
    : state.view === 'missions' ? model.cells.size : model.revivals.size;
  write($('count'), items.length === all ? all + ' ' + state.view : items.length + ' of ' + all + ' ' + state.view);
  $('empty').hidden = items.length > 0;
  write($('empty'), !model.loaded ? 'Waiting for the daemon \u2026'
    : all === 0 ? NOTHING[state.view] : 'No match. Esc in the search field clears it.');
  head();
}

const NOTHING = {
  agents: 'No agents yet: active missions have agents.',
  missions: 'No active missions yet. To create a mission: lazarus-pit cell create.',
  revivals: 'No revivals yet.',
};

const tabButtons = VIEWS.map((view, index) => {
  const words = el('span', {}, view[0].toUpperCase() + view.slice(1));
  const count = el('span', { class: 'n' });
  const asks = el('span', { class: 'asks', hidden: true }, el('span'), el('span', { class: 'more' }));
  const button = el('button', {
    type: 'button', role: 'tab', id: 'tab-' + view, 'aria-controls': 'list',
    'aria-keyshortcuts': String(index + 1), click: () => setView(view),
    keydown: (event) => turnTab(event, index),
  }, words, count, asks);
  $('views').append(button);
  return { view, button, count, asks };
});

/** Moves between tabs by arrow keys. */
function turnTab(event, index) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const to = tabButtons[(index + step + VIEWS.length) % VIEWS.length];
    setView(to.view);
    to.button.focus();
  }
}

function tabs() {
  const sizes = { agents: model.agents.size, missions: model.cells.size, revivals: model.revivals.size };
  const asking = model.asking();
  for (const { view, button, count, asks } of tabButtons) {
    button.setAttribute('aria-selected', view === state.view);
    button.tabIndex = view === state.view ? 0 : -1;
    write(count, String(sizes[view]));
    if (view === 'revivals') {
      asks.hidden = asking === 0;
      write(asks.firstChild, asking + '\u00a0');
      write(asks.lastChild, asking === 1 ? 'waits for you' : 'wait for you');
    }
  }
  document.title = (asking > 0 ? '(' + asking + ') ' : '') + 'Lazarus Pit';
}

let chipsShown = '';

/** Shows the statuses with their counts, as filters. */
function chips() {
  const wanted = [];
  if (state.cell !== null) {
    wanted.push(['cell', 'Mission: ' + plain(model.cells.get(state.cell)?.mission_name ?? state.cell), 'unhealthy', '', true]);
  }
  if (state.view === 'revivals') {
    const counts = new Map();
    for (const revival of model.revivals.values()) {
      counts.set(revival.status, (counts.get(revival.status) ?? 0) + 1);
    }
    for (const [status, [word, shape]] of Object.entries(REVIVALS)) {
      if (counts.get(status) || state.status === status) {
        wanted.push([status, word, shape, String(counts.get(status) ?? 0), state.status === status]);
      }
    }
  } else {
    const counts = model.tally(state.cell);
    for (const [status, shape, word] of STATUSES) {
      if (counts.get(status) || state.status === status) {
        wanted.push([status, word, shape, String(counts.get(status) ?? 0), state.status === status]);
      }
    }
  }
  const text = JSON.stringify(wanted);
  if (text === chipsShown) {
    return;
  }
  chipsShown = text;
  const focused = $('chips').contains(document.activeElement) ? document.activeElement.dataset.status : null;
  $('chips').replaceChildren(...wanted.map(([status, word, shape, count, on]) => el('button', {
    type: 'button', class: 'chip', 'data-status': status, 'aria-pressed': on, click: () => pick(status),
  }, icon(shape), el('span', { class: 'word' }, word), count && el('span', { class: 'n' }, count))));
  if (focused) {
    $('chips').querySelector('[data-status="' + focused + '"]')?.focus();
  }
}

function pick(status) {
  if (status === 'cell') {
    state.cell = null;
  } else {
    state.status = state.status === status ? null : status;
  }
  $('scroller').scrollTop = 0;
  show();
}

function showAgentsOf(cell) {
  setView('agents');
  state.cell = cell;
  show();
  $('scroller').focus();
}

$('search').addEventListener('input', () => {
  state.words = $('search').value;
  $('scroller').scrollTop = 0;
  show();
});
$('sort').addEventListener('change', () => {
  state.order[state.view] = $('sort').value;
  $('scroller').scrollTop = 0;
  show();
});

// ---- daemon and connection

let link = 'connecting';
let lostAt = 0;
let lastEvent = 0;
let retryAt = 0;
let daemon = null;

/** Shows the state of the pit in one line. */
function head() {
  const health = model.health;
  if (!health) {
    return;
  }
  const silent = age(health.health.last_round);
  const late = silent > 3 * health.config.poll_interval + 10;
  const problems = [...health.health.complaints, ...(health.plugin_problems ?? [])];
  if (late && link === 'live') {
    problems.unshift('the last round ended ' + ago(health.health.last_round));
  }
  const pit = $('pit');
  pit.dataset.bad = problems.length > 0;
  const since = 'pit ' + health.pid + ', up ' + length(age(health.started_at));
  const round = health.health.last_round ? 'last round ' + ago(health.health.last_round) : 'no round yet';
  write(pit, plain((health.dry_run ? 'DRY RUN: starts and stops no agent \u00b7 ' : '')
    + (problems.length > 0 ? 'TROUBLE: ' + problems.join(' \u00b7 ') + ' \u00b7 ' : '')
    + since + ', ' + round + overdue(health)));
  pit.title = pit.textContent;
}

function overdue(health) {
  const count = health.overdue?.length ?? 0;
  return count === 0 ? '' : ' \u00b7 ' + count + ' overdue';
}

function connection() {
  const words = { connecting: 'connecting \u2026', live: 'live', lost: 'not connected', refused: 'no token' };
  const element = $('link');
  element.dataset.link = link;
  write(element, words[link]);
  document.body.dataset.link = link;
  const banner = $('banner');
  banner.hidden = link !== 'lost';
  if (link === 'lost') {
    const pause = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const stale = lastEvent ? ' Data as of ' + clock(lastEvent) + '.' : '';
    const longer = Date.now() - lostAt > 60_000
      ? ' A restarted daemon may have another address: lazarus-pit page prints it.' : '';
    write(banner, banner.dataset.why + ' Lost ' + length((Date.now() - lostAt) / 1000) + ' ago, trying again in '
      + pause + '\u00a0s.' + stale + longer);
  }
}

let stream = null;

function connect() {
  $('entry').hidden = true;
  $('work').hidden = false;
  link = 'connecting';
  connection();
  stream?.stop();
  stream = follow('/api/events', {
    connected() {},
    event(name, data) {
      lastEvent = now();
      const value = JSON.parse(data);
      const again = link === 'lost' && lostAt > 0;
      if (!model.take(name, value)) {
        return;
      }
      if (link !== 'live') {
        link = 'live';
        connection();
      }
      if (name === 'health') {
        greet(value, again);
      } else if (again) {
        announce('Connected again.');
      }
      show();
      details.update(name !== 'health');
    },
    lost(trouble, pause) {
      if (trouble?.status === 401 || trouble?.status === 403) {
        refused(trouble);
        return false;
      }
      if (link !== 'lost') {
        lostAt = Date.now();
      }
      link = 'lost';
      retryAt = Date.now() + pause;
      $('banner').dataset.why = trouble?.status > 0 ? plain(trouble.message) : 'The daemon does not answer.';
      connection();
      return true;
    },
  });
}

/** Announces a restart of the daemon. */
function greet(health) {
  const started = health.pid + ' ' + health.started_at;
  if (daemon !== null && daemon !== started) {
    announce('Connected again: the daemon was restarted at ' + clock(health.started_at) + '.');
  }
  daemon = started;
}

function refused(trouble) {
  forgetToken();
  link = 'refused';
  connection();
  askForToken(plain(trouble.message));
}

function askForToken(why) {
  $('work').hidden = true;
  $('entry').hidden = false;
  write($('entry-why'), why);
  $('token').value = '';
  $('token').focus();
}

$('entry').addEventListener('submit', (event) => {
  event.preventDefault();
  useToken($('token').value);
  connect();
});

// ---- keys and time

document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, textarea, select');
  if (event.key === 'Escape' && !document.querySelector('dialog[open]')) {
    if (event.target === $('search') && state.words !== '') {
      $('search').value = '';
      state.words = '';
      show();
    } else if (details.shown) {
      closeDetails();
    }
    return;
  }
  if (typing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')
      || $('work').hidden) {
    if (event.target === $('search') && (event.key === 'ArrowDown' || event.key === 'Enter')) {
      event.preventDefault();
      $('scroller').focus();
      grid.go(0);
    }
    return;
  }
  if (event.key === '/') {
    event.preventDefault();
    $('search').focus();
    $('search').select();
  } else if (event.key === '?') {
    $('keys').showModal();
  } else if ('123'.includes(event.key)) {
    setView(VIEWS[Number(event.key) - 1]);
    $('scroller').focus();
  }
});
$('help').addEventListener('click', () => $('keys').showModal());

setInterval(() => {
  if (document.visibilityState === 'visible' && !$('work').hidden) {
    grid.refresh();
    details.update();
    head();
    connection();
  }
}, 1000);
document.addEventListener('visibilitychange', () => stream?.again());
addEventListener('online', () => stream?.again());
addEventListener('hashchange', () => {
  if (takeToken() && link === 'refused') {
    connect();
  }
});

setView('agents');
if (takeToken()) {
  connect();
} else {
  link = 'refused';
  connection();
  askForToken('This page needs the token of the daemon.');
}
