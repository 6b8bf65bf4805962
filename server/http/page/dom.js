// Elements in one call. Styles go through the object model: the page's policy allows no style attributes.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `class`, `on` (listeners), `vars` (custom properties), `data`; the rest are attributes, left out when null or false. */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** An element of SVG. */
export function s(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** An icon of the sprite in the page. */
export function icon(name) {
  return s("svg", { class: "icon", "aria-hidden": "true" }, s("use", { href: `#i-${name}` }));
}

function fill(element, { class: names, on = {}, vars = {}, data = {}, ...attributes }, children) {
  if (names) element.setAttribute("class", names);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(name, String(value));
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** Whether the visitor asked for less motion. */
export const prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
