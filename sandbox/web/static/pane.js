// One person's chat with the bot.

import { ask, tell, upload } from "./api.js";
import { Chooser } from "./chooser.js";
import { Composer } from "./composer.js";
import { alertBox, menu, question, toast } from "./dialogs.js";
import { avatar, el, icon } from "./dom.js";
import { dayKey, dayName } from "./format.js";
import { startPayload } from "./links.js";
import { bubble, summary } from "./message.js";
import { WORDS } from "./words.js";

const PHONE = "+7 900 000-00-00";
const PLACE = [57.6261, 39.8845];
const TYPING_SECONDS = 5.5;

/** A pane: `onPerson` hears whom it shows. */
export class Pane {
  constructor(side, onPerson) {
    this.side = side;
    this.onPerson = onPerson;
    this.person = null;
    this.chatId = 0;
    this.reset();
    this.chooser = new Chooser((person) => this.become(person));
    this.composer = new Composer({
      say: (text, replyTo) => this.say(text, replyTo),
      files: (files, caption, asPhotos) => this.sendFiles(files, caption, asPhotos),
      edit: (message, text) => this.act("edit", { message_id: message.message_id, text }),
      press: (button) => this.pressKey(button),
      web: () => this.complain(WORDS.webApp),
      complain: (text) => this.complain(text),
    });
    this.more = el(
      "button",
      { type: "button", class: "round", "aria-label": WORDS.more, title: WORDS.more, onClick: () => this.showMore() },
      icon("more"),
    );
    this.chips = el("nav", { class: "chips", hidden: true });
    this.pinned = el("button", { type: "button", class: "pinned", hidden: true });
    this.list = el("div", { class: "messages", role: "log", "aria-live": "polite", tabindex: "0" });
    this.atBottom = true;
    this.list.addEventListener("scroll", () => {
      this.atBottom = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    });
    new ResizeObserver(() => this.atBottom && this.toBottom()).observe(this.list);
    this.lower = el("div", { class: "lower" });
    this.node = el(
      "section",
      { class: "pane", "aria-label": side },
      el("div", { class: "head" }, this.chooser.button, this.more, this.chooser.panel),
      this.chips,
      this.pinned,
      this.list,
      this.lower,
    );
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.state?.started) this.composer.addFiles([...event.dataTransfer.files]);
    });
  }

  reset() {
    this.rev = 0;
    this.state = null;
    this.messages = new Map();
    this.loading = null;
    this.again = false;
  }

  /** Show this person's chat. */
  async become(person) {
    this.person = person;
    this.chatId = 0;
    this.reset();
    this.list.replaceChildren();
    this.chooser.draw(person);
    this.onPerson(person);
    await this.refresh();
  }

  // --- reading

  /** Ask for what changed; calls that come meanwhile are answered by one more. */
  async refresh() {
    if (!this.person) return;
    if (this.loading) {
      this.again = true;
      return;
    }
    const asked = { person: this.person.id, chat: this.chatId, since: this.rev };
    this.loading = ask("chat", asked);
    try {
      const feed = await this.loading;
      if (asked.person === this.person.id && asked.chat === this.chatId) this.take(feed);
    } finally {
      this.loading = null;
    }
    if (this.again) {
      this.again = false;
      await this.refresh();
    }
  }

  take(feed) {
    const first = this.state === null;
    this.rev = feed.rev;
    this.state = feed;
    const low = this.atBottom;
    for (const message of feed.messages) this.put(message);
    this.days();
    this.drawHead();
    this.drawPinned();
    this.drawLower();
    const mine = feed.messages.some((message) => message.from.id === this.person.id);
    if (first || low || mine) this.toBottom();
  }

  toBottom() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  put(message) {
    message.mine = message.from.id === this.person.id;
    const old = this.messages.get(message.message_id);
    if (message.deleted) {
      old?.node.remove();
      this.messages.delete(message.message_id);
      return;
    }
    const node = bubble(message, this.actions(), { group: this.state.chat.type !== "private" });
    if (old) old.node.replaceWith(node);
    else this.insert(node, message);
    this.messages.set(message.message_id, { message, node });
    for (const image of node.querySelectorAll("img")) {
      image.addEventListener("load", () => this.atBottom && this.toBottom(), { once: true });
    }
  }

  insert(node, message) {
    const album = message.media_group_id;
    const home = album ? this.list.querySelector(`[data-album="${CSS.escape(album)}"]`) : null;
    if (home) {
      home.append(node);
      return;
    }
    if (album) {
      const side = message.mine ? "mine" : "theirs";
      this.list.append(el("div", { class: `album ${side}`, "data-album": album }, node));
    } else {
      this.list.append(node);
    }
  }

  days() {
    for (const line of this.list.querySelectorAll(".day")) line.remove();
    let last = null;
    for (const { message, node } of this.messages.values()) {
      const key = dayKey(message.date);
      if (key !== last) {
        const host = node.parentElement === this.list ? node : node.parentElement;
        host.before(el("div", { class: "day" }, el("span", {}, dayName(message.date, this.state.now))));
        last = key;
      }
    }
  }

  // --- drawing

  drawHead() {
    const { typing, groups } = this.state;
    this.typing?.remove();
    clearTimeout(this.typingTimer);
    if (typing) {
      const words = WORDS.typing[typing] || WORDS.typing.default;
      this.typing = el("div", { class: "message theirs typing" }, el("div", { class: "bubble" }, words));
      this.list.append(this.typing);
      this.typingTimer = setTimeout(() => this.refresh(), TYPING_SECONDS * 1000);
    }
    this.chips.hidden = !groups.length;
    const chats = [{ id: 0, title: WORDS.botChat }, ...groups];
    this.chips.replaceChildren(
      ...chats.map((one) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": String(one.id === this.chatId),
            onClick: () => this.openChat(one.id),
          },
          one.title,
        ),
      ),
    );
  }

  async openChat(chatId) {
    this.reset();
    this.chatId = chatId;
    this.list.replaceChildren();
    await this.refresh();
  }

  drawPinned() {
    const number = this.state.pinned.at(-1);
    const found = this.messages.get(number)?.message;
    this.pinned.hidden = !found;
    if (!found) return;
    this.pinned.onclick = () => this.show(number);
    this.pinned.replaceChildren(
      icon("pin"),
      el("span", { class: "context-words" }, el("b", {}, WORDS.pinned), el("span", {}, summary(found))),
    );
  }

  drawLower() {
    const { started, blocked, bot, chat } = this.state;
    const welcome = this.list.querySelector(".welcome");
    if (!started && !welcome && !this.messages.size) {
      this.list.append(
        el(
          "div",
          { class: "welcome" },
          avatar(bot.id, bot.name, "bot large"),
          el("b", {}, bot.name),
          bot.description ? el("p", {}, bot.description) : null,
          el("button", { type: "button", class: "plain", onClick: () => this.askLink() }, WORDS.openLink),
        ),
      );
    } else if (started && welcome) {
      welcome.remove();
    }
    if (blocked && chat.type === "private") {
      this.lower.replaceChildren(
        el("p", { class: "hint" }, WORDS.blocked),
        this.wide(WORDS.unblock, () => this.act("block", { blocked: false })),
      );
    } else if (!started) {
      this.lower.replaceChildren(this.wide(WORDS.start, () => this.say("/start", null)));
    } else {
      if (this.composer.node.parentElement !== this.lower) this.lower.replaceChildren(this.composer.node);
      const fromBot = [...this.messages.values()].filter(({ message }) => message.by_bot);
      this.composer.update(this.state, fromBot.at(-1)?.message);
    }
  }

  wide(words, action) {
    return el("button", { type: "button", class: "wide", onClick: action }, words);
  }

  /** Bring a message into view and let it glow. */
  show(number) {
    const node = this.messages.get(number)?.node;
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("glow");
    setTimeout(() => node?.classList.remove("glow"), 1500);
  }

  complain(text) {
    toast(this.lower, text);
  }

  // --- acting

  /** A request for this person; a refusal is shown. */
  async act(path, body) {
    try {
      const chat = this.chatId || undefined;
      const found = await tell(path, { person: this.person.id, chat, ...body });
      await this.refresh();
      return found;
    } catch (error) {
      this.complain(`${WORDS.failed}: ${error.message}`);
      return null;
    }
  }

  say(text, replyTo) {
    return this.act("send", { text, reply_to: replyTo });
  }

  async sendFiles(files, caption, asPhotos) {
    try {
      const fields = { person: this.person.id, caption, as_photos: asPhotos ? "1" : "0", chat: this.chatId || "" };
      await upload(fields, files);
      await this.refresh();
    } catch (error) {
      this.complain(`${WORDS.failed}: ${error.message}`);
    }
  }

  async pressKey(button) {
    if (button.request_contact) await this.act("send", { contact: PHONE });
    else if (button.request_location) await this.act("send", { location: PLACE });
    else if (button.web_app) this.complain(WORDS.webApp);
    else await this.say(button.text, null);
  }

  actions() {
    return {
      press: (message, button, node) => this.press(message, button, node),
      menu: (message, node) => this.showActions(message, node),
      show: (number) => this.show(number),
      command: (text) => this.say(text, null),
      link: (url) => this.followLink(url),
    };
  }

  async press(message, button, node) {
    if (button.url) {
      if (!this.followLink(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
      return;
    }
    if (button.copy_text) {
      await navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
      this.complain(WORDS.copied);
      return;
    }
    if (!button.callback_data) {
      this.complain(WORDS.webApp);
      return;
    }
    node.classList.add("busy");
    node.disabled = true;
    const found = await this.act("press", { message_id: message.message_id, data: button.callback_data });
    node.classList.remove("busy");
    node.disabled = false;
    if (!found) return;
    const { answer } = found;
    if (!answer) this.complain(WORDS.noAnswer);
    else if (answer.text && answer.show_alert) alertBox(this.state.bot.name, answer.text);
    else if (answer.text) this.complain(answer.text);
    if (answer?.url) this.followLink(answer.url);
  }

  showActions(message, node) {
    const items = [[WORDS.reply, () => this.composer.reply(message)]];
    const words = message.text ?? message.caption;
    if (words) {
      items.push([
        WORDS.copy,
        () => navigator.clipboard?.writeText(words).then(() => this.complain(WORDS.copied), () => {}),
      ]);
    }
    if (message.mine && words) items.push([WORDS.edit, () => this.composer.edit(message)]);
    if (this.state.chat.type === "private") {
      items.push([WORDS.remove, () => this.act("delete", { message_id: message.message_id })]);
    }
    menu(node, items);
  }

  showMore() {
    if (!this.state) return;
    const { blocked } = this.state;
    menu(this.more, [
      [WORDS.openLink, () => this.askLink()],
      [blocked ? WORDS.unblock : WORDS.block, () => this.act("block", { blocked: !blocked })],
    ]);
  }

  // --- deep links

  askLink() {
    question({
      title: WORDS.openLink,
      hint: WORDS.linkHint,
      fields: [["link", WORDS.linkLabel]],
      accept: WORDS.open,
      onAccept: ({ link }) => {
        const text = link.trim();
        if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) this.say(`/start ${text}`, null);
        else if (!this.followLink(text)) this.complain(WORDS.badLink);
      },
    });
  }

  /** A link to this bot becomes `/start payload` of this person; whether it was one. */
  followLink(url) {
    const payload = startPayload(url, this.state.bot.username);
    if (payload === null) return false;
    this.openChat(0).then(() => this.say(`/start ${payload}`.trim(), null));
    return true;
  }
}
