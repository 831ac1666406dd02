// Toasts, alerts, questions and small menus.

import { el } from "./dom.js";
import { WORDS } from "./words.js";

const TOAST_SECONDS = 4;
const READING_SECONDS = 0.05; // more for every letter

/** A line at the bottom of a pane that goes away by itself. */
export function toast(host, text) {
  host.querySelector(":scope > .toast")?.remove();
  const node = el("div", { class: "toast", role: "status" }, text);
  host.append(node);
  setTimeout(() => node.remove(), (TOAST_SECONDS + text.length * READING_SECONDS) * 1000);
}

function show(node) {
  document.body.append(node);
  node.addEventListener("close", () => node.remove());
  node.addEventListener("click", (event) => {
    if (event.target === node) node.close();
  });
  node.showModal();
}

/** An alert that the bot sent; waits to be closed. */
export function alertBox(title, text) {
  const close = el("button", { type: "button", class: "strong", onClick: () => node.close() }, WORDS.close);
  const node = el("dialog", { class: "box" }, el("h2", {}, title), el("p", {}, text), el("div", { class: "row" }, close));
  show(node);
}

/** Asks for the values of some fields; calls back with an object of them. */
export function question({ title, hint, fields, accept, onAccept }) {
  const inputs = fields.map(([name, label]) =>
    el("label", {}, el("span", {}, label), el("input", { name, autocomplete: "off", maxlength: "200" })),
  );
  const form = el(
    "form",
    {
      method: "dialog",
      onSubmit: () => onAccept(Object.fromEntries(new FormData(form))),
    },
    el("h2", {}, title),
    hint ? el("p", {}, hint) : null,
    inputs,
    el(
      "div",
      { class: "row" },
      el("button", { type: "button", class: "plain", onClick: () => node.close() }, WORDS.cancel),
      el("button", { class: "strong" }, accept),
    ),
  );
  const node = el("dialog", { class: "box" }, form);
  show(node);
  form.querySelector("input")?.focus();
}

/** A menu beside a button: `items` are [words, action]. */
export function menu(anchor, items) {
  document.querySelector(".popup")?.remove();
  const close = () => {
    node.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
  };
  const outside = (event) => {
    if (!node.contains(event.target)) close();
  };
  const escape = (event) => {
    if (event.key === "Escape") {
      close();
      anchor.focus();
    }
  };
  const node = el(
    "div",
    { class: "popup", role: "menu" },
    items.map(([words, action]) =>
      el(
        "button",
        {
          type: "button",
          role: "menuitem",
          onClick: () => {
            close();
            action();
          },
        },
        words,
      ),
    ),
  );
  document.body.append(node);
  place(node, anchor);
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", escape, true);
  node.querySelector("button")?.focus({ preventScroll: true });
}

function place(node, anchor) {
  const at = anchor.getBoundingClientRect();
  const left = Math.min(at.left, window.innerWidth - node.offsetWidth - 8);
  const below = at.top < window.innerHeight / 2;
  node.style.left = `${Math.max(8, left)}px`;
  node.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - node.offsetHeight - 4)}px`;
}
