// Building elements. Everything that comes from people or from the library goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: el("p", {class: "quiet"}, "text", child, null). Handlers are given as onclick: fn. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return add(node, ...children);
}

/** Append text and elements, leaving out nulls. */
export function add(node, ...children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An icon of the sprite, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

/** Only addresses that open a web page are made into links. */
export function safeLink(address) {
  return /^(https?:\/\/|\/(?!\/))/.test(String(address)) ? String(address) : null;
}

/** A phone number as the dialler takes it. */
export function dialable(phone) {
  return String(phone).replace(/[^0-9+*#]/g, "");
}

/** Put text on the clipboard; false when the browser does not let us. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text);
  }
}

function copyOldWay(text) {
  const area = el("textarea", { class: "sr", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
