// Words, entities, sizes and times as a messenger shows them.

import { el } from "./dom.js";
import { WORDS } from "./words.js";

const CLOCK = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long", year: "numeric" });

export const clock = (seconds) => CLOCK.format(new Date(seconds * 1000));

/** A line between days: «Сегодня», «Вчера», «3 марта»; today is the sandbox's own, whose clock may run ahead. */
export function dayName(seconds, today) {
  const day = new Date(seconds * 1000);
  const now = new Date(today * 1000);
  const distance = Math.round((startOfDay(now) - startOfDay(day)) / 86400000);
  if (distance === 0) return WORDS.today;
  if (distance === 1) return WORDS.yesterday;
  return (day.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR).format(day);
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

export const dayKey = (seconds) => startOfDay(new Date(seconds * 1000)).getTime();

/** «340 Б», «12 КБ», «1,4 МБ». */
export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} Б`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} КБ`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} МБ`;
}

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};

function wrapper(entity, words, actions) {
  if (entity.type in TAGS) return el(TAGS[entity.type]);
  if (entity.type === "expandable_blockquote") {
    return el("blockquote", {
      class: "folded",
      tabindex: "0",
      onClick: (event) => event.currentTarget.classList.toggle("folded"),
    });
  }
  if (entity.type === "spoiler") {
    return el("span", {
      class: "spoiler",
      tabindex: "0",
      onClick: (event) => event.currentTarget.classList.add("seen"),
    });
  }
  if (entity.type === "text_link") return link(entity.url, actions);
  if (entity.type === "url") return link(/^[a-z]+:\/\//i.test(words) ? words : `http://${words}`, actions);
  if (entity.type === "email") return link(`mailto:${words}`, actions);
  if (entity.type === "bot_command") {
    return el("button", { type: "button", class: "command", onClick: () => actions.command(words) });
  }
  return el("span", { class: "mention" });
}

function link(url, actions) {
  const safe = /^(https?|mailto|tg|ftp):/i.test(url) ? url : "#";
  return el("a", {
    href: safe,
    target: "_blank",
    rel: "noopener noreferrer",
    onClick: (event) => {
      if (actions.link(url)) event.preventDefault();
    },
  });
}

/** The words with their entities as nodes; entities may be nested, offsets are UTF-16 as in JavaScript itself. */
export function formatted(text, entities, actions) {
  const root = document.createDocumentFragment();
  const order = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const open = [{ node: root, end: text.length }];
  let at = 0;
  const upTo = (place) => {
    while (at < place) {
      while (open.length > 1 && open.at(-1).end <= at) open.pop();
      const end = Math.min(place, open.at(-1).end);
      open.at(-1).node.append(text.slice(at, end));
      at = end;
    }
    while (open.length > 1 && open.at(-1).end <= at) open.pop();
  };
  for (const entity of order) {
    upTo(entity.offset);
    const end = Math.min(entity.offset + entity.length, open.at(-1).end);
    if (end <= entity.offset) continue;
    const node = wrapper(entity, text.slice(entity.offset, end), actions);
    open.at(-1).node.append(node);
    open.push({ node, end });
  }
  upTo(text.length);
  return root;
}
