// Elements. Text only ever becomes text nodes, so that nothing from the data is read as markup.

const SVG = "http://www.w3.org/2000/svg";

export const h = (name, properties, ...children) => filled(document.createElement(name), properties, children);
export const svg = (name, properties, ...children) => filled(document.createElementNS(SVG, name), properties, children);

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

let last = 0;
/** An id that no other element of the page has. */
export const freshId = (prefix) => `${prefix}-${(last += 1)}`;

/** Says something to people who do not see the page change. */
export function announce(text) {
  const region = document.querySelector("#announcements");
  if (region) region.textContent = text;
}
