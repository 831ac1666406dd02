// Building elements without markup in strings: text is always text.

/** An element with attributes, listeners (onClick…) and children; null children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

const PATHS = {
  send: "M4 12 20 4l-4.500 16-4-6.500zM11.500 13.500 20 4",
  attach: "M20 11.500 12 19.500a5 5 0 0 1-7-7l8.500-8.500a3.500 3.500 0 0 1 5 5L10 17.500a1.800 1.800 0 0 1-2.600-2.600L15 7.500",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  down: "m6 9 6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v5",
  keyboard: "M3 7h18v10H3zM7 10.500h.01M12 10.500h.01M17 10.500h.01M8 14h8",
  menu: "M4 7h16M4 12h16M4 17h10",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
};

/** A small line icon; decorative, so hidden from readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A round picture with initials, coloured by number. */
export function avatar(id, name, kind = "") {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] || "")
    .join("")
    .toUpperCase();
  return el("span", { class: `avatar tone${Math.abs(id) % 7} ${kind}`, "aria-hidden": "true" }, initials || "?");
}
