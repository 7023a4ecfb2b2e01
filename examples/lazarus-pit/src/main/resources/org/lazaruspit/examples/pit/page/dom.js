// Creates elements from text alone: no text of an agent is ever read as markup.

export const $ = (id) => document.getElementById(id);

/** Creates an element with attributes (a function is a listener, false and null are left out) and children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('aria-')) {
      element.setAttribute(name, value); // false is a value here
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

/** Creates an icon of the page's collection. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', '#i-' + name);
  svg.append(use);
  return svg;
}

/** Changes the shape of an icon. */
export function turn(svg, name) {
  const href = '#i-' + name;
  if (svg.firstChild.getAttribute('href') !== href) {
    svg.firstChild.setAttribute('href', href);
  }
}

/** Writes a text if it has changed: an unchanged text costs no layout. */
export function write(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Creates an element for a text of unknown origin, isolated in its direction. */
export const bdi = (text, attributes = {}) => el('bdi', attributes, text);
