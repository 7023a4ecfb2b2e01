// Elements are made here, from text alone: nothing that an agent says is ever read as markup.

export const $ = (id) => document.getElementById(id);

/** An element with attributes (a function is a listener, false and null are left out) and children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('aria-')) {
      element.setAttribute(name, value); // where false is a value, too
    } else if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A shape out of the page's own collection. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', '#i-' + name);
  svg.append(use);
  return svg;
}

/** Changes the shape that an icon shows. */
export function turn(svg, name) {
  const href = '#i-' + name;
  if (svg.firstChild.getAttribute('href') !== href) {
    svg.firstChild.setAttribute('href', href);
  }
}

/** Writes a text only where it is another: what doesn't change costs no layout. */
export function write(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A text of unknown origin, which runs in its own direction and no further. */
export const bdi = (text, attributes = {}) => el('bdi', attributes, text);
