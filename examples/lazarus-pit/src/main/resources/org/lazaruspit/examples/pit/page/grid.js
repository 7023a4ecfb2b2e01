// List of any length with elements only for visible rows, filled again as the list scrolls. The
// keyboard moves the chosen row, which is announced to assistive technology.

import { el } from './dom.js';

const MORE = 6;

export class Grid {
  #scroller;
  #space;
  #make;
  #fill;
  #open;
  #rows = [];
  #items = [];
  #chosen = null;
  #height = 36;
  #scheduled = false;

  /**
   * @param scroller the element that scrolls
   * @param make creates the cells of a row, and returns {element, ...}
   * @param fill writes an item into a row
   * @param open called with the item on a click or Enter
   */
  constructor(scroller, open) {
    this.#scroller = scroller;
    this.#open = open;
    this.#space = el('div', { class: 'space', role: 'presentation' });
    scroller.replaceChildren(this.#space);
    scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    scroller.addEventListener('keydown', (event) => this.#key(event));
    // With the keyboard a row is always chosen, to show the position.
    scroller.addEventListener('focus', () => this.#chooseOne());
    new ResizeObserver(() => this.#measure()).observe(scroller);
  }

  /** Shows rows of another kind. */
  kind(name, label, columns, make, fill) {
    this.#scroller.setAttribute('aria-label', label);
    this.#scroller.setAttribute('aria-colcount', columns);
    this.#scroller.dataset.kind = name;
    this.#make = make;
    this.#fill = fill;
    this.#rows = [];
    this.#items = [];
    this.#chosen = null;
    this.#space.replaceChildren();
    this.#scroller.scrollTop = 0;
    this.#measure();
  }

  #measure() {
    const height = parseFloat(getComputedStyle(this.#scroller).getPropertyValue('--row'));
    this.#height = height || 36;
    this.#sized();
    this.refresh();
  }

  #sized() {
    this.#space.style.height = this.#items.length * this.#height + 'px';
  }

  items(items) {
    this.#items = items;
    this.#scroller.setAttribute('aria-rowcount', items.length);
    this.#sized();
    this.#chooseOne();
    this.#render();
  }

  #chooseOne() {
    if (this.#scroller.matches(':focus-visible') && this.#index() < 0) {
      this.go(0);
    }
  }

  get chosen() {
    return this.#chosen;
  }

  /** Fills the visible rows again, before the next frame. */
  refresh() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      requestAnimationFrame(() => {
        this.#scheduled = false;
        this.#render();
      });
    }
  }

  #render() {
    if (!this.#make) {
      return;
    }
    const height = this.#height;
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / height) - MORE);
    const end = Math.min(this.#items.length,
      Math.ceil((this.#scroller.scrollTop + this.#scroller.clientHeight) / height) + MORE);
    const count = Math.max(0, end - first);
    while (this.#rows.length < count) {
      const row = this.#make();
      row.element.setAttribute('role', 'row');
      row.element.id = 'row-' + this.#rows.length;
      row.element.addEventListener('click', () => {
        if (!window.getSelection()?.toString()) {
          this.choose(row.item.key);
          this.#open(row.item);
        }
      });
      this.#rows.push(row);
      this.#space.append(row.element);
    }
    // A visible row keeps its index, so that scrolling fills one row, not all.
    const total = this.#rows.length;
    let active = null;
    const used = new Set();
    for (let index = first; index < end; index++) {
      const row = this.#rows[index % total];
      used.add(row);
      this.#place(row, index);
      if (row.item.key === this.#chosen) {
        active = row.element.id;
      }
    }
    for (const row of this.#rows) {
      if (!used.has(row)) {
        row.element.hidden = true;
      }
    }
    if (active) {
      this.#scroller.setAttribute('aria-activedescendant', active);
    } else {
      this.#scroller.removeAttribute('aria-activedescendant');
    }
  }

  #place(row, index) {
    const item = this.#items[index];
    const element = row.element;
    if (row.index !== index || row.height !== this.#height) {
      row.index = index;
      row.height = this.#height;
      element.style.transform = 'translateY(' + index * this.#height + 'px)';
      element.setAttribute('aria-rowindex', index + 1);
    }
    element.hidden = false;
    const chosen = item.key === this.#chosen;
    if (row.chosen !== chosen) {
      row.chosen = chosen;
      element.setAttribute('aria-selected', chosen);
    }
    row.item = item;
    this.#fill(row, item);
  }

  /** Chooses an item, or no item for null, without opening it. */
  choose(key) {
    this.#chosen = key;
    this.refresh();
  }

  #index() {
    return this.#items.findIndex((item) => item.key === this.#chosen);
  }

  /** Chooses an item by index, and scrolls to it. */
  go(index) {
    if (this.#items.length === 0) {
      return;
    }
    const to = Math.max(0, Math.min(this.#items.length - 1, index));
    this.#chosen = this.#items[to].key;
    const top = to * this.#height;
    const box = this.#scroller;
    if (top < box.scrollTop) {
      box.scrollTop = top;
    } else if (top + this.#height > box.scrollTop + box.clientHeight) {
      box.scrollTop = top + this.#height - box.clientHeight;
    }
    this.#render();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#height) - 1);
    const at = this.#index();
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#items.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.go(to);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      this.#open(this.#items[at]);
    }
  }
}
