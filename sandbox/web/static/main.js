// The page: one or two panes, the extra buttons, and the stream of changes.

import { ask, tell, watch } from "./api.js";
import { el } from "./dom.js";
import { toast } from "./dialogs.js";
import { Pane } from "./pane.js";
import { WORDS } from "./words.js";

const host = document.getElementById("panes");
const second = document.getElementById("second");
const tabs = document.getElementById("tabs");
const panes = { left: new Pane("left", named), right: new Pane("right", named) };
let people = [];

function named() {
  const query = new URLSearchParams();
  for (const [side, pane] of Object.entries(panes)) {
    if (pane.person && pane.node.isConnected) query.set(side, pane.person.id);
  }
  history.replaceState(null, "", `?${query}`);
  drawTabs();
}

function drawTabs() {
  const two = panes.right.node.isConnected;
  tabs.hidden = !two;
  tabs.replaceChildren(
    ...Object.entries(panes).map(([side, pane]) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": String(host.dataset.front === side),
          onClick: () => front(side),
        },
        pane.person ? pane.person.first_name : WORDS.choosePerson,
      ),
    ),
  );
}

function front(side) {
  host.dataset.front = side;
  drawTabs();
}

async function showSecond(open, person) {
  second.setAttribute("aria-pressed", String(open));
  second.textContent = open ? WORDS.secondOn : WORDS.secondOff;
  host.classList.toggle("two", open);
  if (!open) {
    panes.right.node.remove();
    front("left");
    named();
    return;
  }
  host.append(panes.right.node);
  const other = person || panes.right.person || people.find((one) => one.id !== panes.left.person?.id);
  if (other) await panes.right.become(other);
  else named();
}

function drawExtras(labels) {
  const buttons = labels.map((label, index) =>
    el(
      "button",
      {
        type: "button",
        class: "plain",
        onClick: async (event) => {
          const button = event.currentTarget;
          button.disabled = true;
          try {
            const person = panes.left.person?.id;
            toast(document.body, (await tell("extra", { index, person })).message);
          } catch (error) {
            toast(document.body, `${WORDS.failed}: ${error.message}`);
          }
          button.disabled = false;
        },
      },
      label,
    ),
  );
  document.getElementById("extras").replaceChildren(...buttons);
}

function lost(isLost) {
  document.body.classList.toggle("offline", isLost);
  document.querySelector(".lost")?.remove();
  if (isLost) document.body.append(el("p", { class: "lost", role: "status" }, WORDS.lost));
}

async function begin() {
  const state = await ask("state");
  people = state.people;
  document.getElementById("bot").textContent = `${state.bot.name} · @${state.bot.username}`;
  document.title = `${state.bot.name}: ${WORDS.botChat.toLowerCase()}`;
  drawExtras(state.extras);
  const query = new URLSearchParams(location.search);
  const find = (side) => people.find((person) => String(person.id) === query.get(side));
  host.append(panes.left.node);
  host.dataset.front = "left";
  const chosen = find("left") || people[0];
  const other = find("right");
  if (chosen) await panes.left.become(chosen);
  else panes.left.chooser.create();
  if (other) await showSecond(true, other);
  second.addEventListener("click", () => showSecond(!panes.right.node.isConnected));
  watch(() => {
    for (const pane of Object.values(panes)) {
      if (pane.node.isConnected) pane.refresh().catch(() => {});
    }
  }, lost);
}

begin();
