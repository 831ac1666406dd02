// Choosing who one is.

import { ask, tell } from "./api.js";
import { avatar, el, icon } from "./dom.js";
import { question } from "./dialogs.js";
import { WORDS } from "./words.js";

/** The button with the person's name, and the list that it opens. */
export class Chooser {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.people = [];
    this.person = null;
    this.button = el("button", {
      type: "button",
      class: "who",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      onClick: () => this.toggle(),
    });
    this.search = el("input", {
      class: "search",
      type: "search",
      placeholder: WORDS.searchPeople,
      "aria-label": WORDS.searchPeople,
      onInput: () => this.fill(),
    });
    this.list = el("ul", { class: "people", role: "listbox", "aria-label": WORDS.choosePerson });
    const add = el("button", { type: "button", class: "plain add", onClick: () => this.create() }, WORDS.newPerson);
    this.panel = el("div", { class: "chooser", hidden: true }, this.search, this.list, add);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.panel.contains(event.target) && !this.button.contains(event.target)) this.toggle(false);
    });
    this.draw(null);
  }

  /** Show whose window it is. */
  draw(person) {
    this.person = person;
    const name = person ? person.name : WORDS.choosePerson;
    this.button.replaceChildren(
      avatar(person?.id ?? 0, person ? name : "?"),
      el(
        "span",
        { class: "who-words" },
        el("span", { class: "who-name" }, name),
        person?.about ? el("span", { class: "who-about" }, person.about) : null,
      ),
      icon("down"),
    );
  }

  async toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.people = await ask("people");
    this.search.value = "";
    this.fill();
    this.search.focus();
  }

  fill() {
    const words = this.search.value.trim().toLowerCase();
    const found = this.people.filter((person) => `${person.name} ${person.about}`.toLowerCase().includes(words));
    const rows = found.map((person) =>
      el(
        "li",
        { role: "none" },
        el(
          "button",
          {
            type: "button",
            role: "option",
            "aria-selected": String(person.id === this.person?.id),
            onClick: () => this.choose(person),
          },
          avatar(person.id, person.name),
          el(
            "span",
            { class: "who-words" },
            el("span", { class: "who-name" }, person.name),
            person.about ? el("span", { class: "who-about" }, person.about) : null,
          ),
        ),
      ),
    );
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "nobody" }, WORDS.nobody)]));
  }

  choose(person) {
    this.toggle(false);
    this.onChoose(person);
  }

  create() {
    this.toggle(false);
    question({
      title: WORDS.newPerson,
      fields: [
        ["first_name", WORDS.firstName],
        ["last_name", WORDS.lastName],
      ],
      accept: WORDS.add,
      onAccept: async (values) => {
        if (values.first_name.trim()) this.onChoose(await tell("people", values));
      },
    });
  }
}
