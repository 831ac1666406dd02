// The lower edge of a pane: menu, files, words, reply keyboard.

import { el, icon } from "./dom.js";
import { menu } from "./dialogs.js";
import { summary } from "./message.js";
import { fileSize } from "./format.js";
import { WORDS } from "./words.js";

const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;

/** Writing. `actions`: say(text, replyTo), files(list, caption, asPhotos), edit(message, text), press(button), web(url). */
export class Composer {
  constructor(actions) {
    this.actions = actions;
    this.files = [];
    this.context = null;
    this.commands = [];
    this.keyboard = null;
    this.forced = 0;
    this.area = el("textarea", {
      rows: "1",
      placeholder: WORDS.write,
      "aria-label": WORDS.write,
      onInput: () => this.grow(),
      onKeydown: (event) => this.key(event),
      onPaste: (event) => this.paste(event),
    });
    this.picker = el("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "aria-label": WORDS.attach,
      onChange: () => {
        this.addFiles([...this.picker.files]);
        this.picker.value = "";
      },
    });
    this.menuButton = this.round("menu", WORDS.menu, () => this.showMenu());
    this.keyButton = this.round("keyboard", WORDS.keyboard, () => this.toggleKeys());
    this.sendButton = this.round("send", WORDS.send, () => this.send());
    this.sendButton.classList.add("send");
    this.contextBar = el("div", { class: "context", hidden: true });
    this.fileBar = el("div", { class: "chosen", hidden: true });
    this.asPhotos = el("input", { type: "checkbox", checked: true });
    this.keys = el("div", { class: "keys", hidden: true });
    this.node = el(
      "div",
      { class: "composer" },
      this.contextBar,
      this.fileBar,
      el(
        "div",
        { class: "line" },
        this.menuButton,
        this.round("attach", WORDS.attach, () => this.picker.click()),
        this.picker,
        this.area,
        this.keyButton,
        this.sendButton,
      ),
      this.keys,
    );
  }

  round(name, label, action) {
    return el("button", { type: "button", class: "round", "aria-label": label, title: label, onClick: action }, icon(name));
  }

  /** Take over what the chat says: commands, menu button, reply keyboard. */
  update(feed, lastFromBot) {
    this.commands = feed.commands;
    this.web = feed.menu_button.type === "web_app" ? feed.menu_button : null;
    this.menuButton.hidden = !this.commands.length && !this.web;
    const changed = JSON.stringify(feed.keyboard) !== JSON.stringify(this.keyboard);
    this.keyboard = feed.keyboard;
    const rows = feed.keyboard?.keyboard;
    this.keyButton.hidden = !rows;
    this.area.placeholder = feed.keyboard?.input_field_placeholder || WORDS.write;
    if (!changed) return;
    this.keys.hidden = !rows;
    this.keys.replaceChildren(...(rows || []).map((row) => el("div", { class: "keys-row" }, row.map((b) => this.key_(b)))));
    if (feed.keyboard?.force_reply && lastFromBot && this.forced !== lastFromBot.message_id) {
      this.forced = lastFromBot.message_id;
      this.reply(lastFromBot);
    }
  }

  key_(button) {
    return el("button", { type: "button", onClick: () => this.actions.press(button) }, button.text);
  }

  toggleKeys() {
    this.keys.hidden = !this.keys.hidden;
  }

  showMenu() {
    if (this.web) {
      this.actions.web(this.web.web_app.url);
      return;
    }
    menu(
      this.menuButton,
      this.commands.map((command) => [
        el("span", { class: "command-line" }, el("b", {}, `/${command.command}`), ` ${command.description}`),
        () => this.actions.say(`/${command.command}`, null),
      ]),
    );
  }

  grow() {
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 160)}px`;
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && this.context) {
      this.setContext(null);
    }
  }

  paste(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) {
      event.preventDefault();
      this.addFiles(files);
    }
  }

  // --- answering and changing

  reply(message) {
    this.setContext({ kind: "reply", message });
  }

  edit(message) {
    this.setContext({ kind: "edit", message });
    this.area.value = message.text ?? message.caption ?? "";
    this.grow();
  }

  setContext(context) {
    if (this.context?.kind === "edit") this.area.value = "";
    this.context = context;
    this.contextBar.hidden = !context;
    if (context) {
      this.contextBar.replaceChildren(
        icon(context.kind),
        el(
          "span",
          { class: "context-words" },
          el("b", {}, context.kind === "edit" ? WORDS.edit : WORDS.reply),
          el("span", {}, summary(context.message)),
        ),
        this.round("close", WORDS.cancel, () => this.setContext(null)),
      );
      this.area.focus();
    }
    this.grow();
  }

  // --- files

  addFiles(files) {
    this.files.push(...files);
    this.drawFiles();
    this.area.focus();
  }

  drawFiles() {
    this.fileBar.hidden = !this.files.length;
    const rows = this.files.map((file, index) =>
      el(
        "span",
        { class: "chosen-file" },
        el("span", { class: "file-name" }, file.name),
        el("span", { class: "file-size" }, fileSize(file.size)),
        this.round("close", WORDS.dropFile, () => {
          this.files.splice(index, 1);
          this.drawFiles();
        }),
      ),
    );
    const pictures = this.files.some((file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type));
    const choice = pictures ? el("label", { class: "as-photos" }, this.asPhotos, WORDS.asPhotos) : null;
    this.fileBar.replaceChildren(...rows, ...(choice ? [choice] : []));
  }

  // --- sending

  async send() {
    const text = this.area.value.trim();
    const { context, files } = this;
    if (context?.kind === "edit") {
      this.setContext(null);
      if (text) await this.actions.edit(context.message, text);
      return;
    }
    if (files.length && text.length > CAPTION_LIMIT) {
      this.actions.complain(WORDS.longCaption);
      return;
    }
    if (!text && !files.length) return;
    this.area.value = "";
    this.files = [];
    this.setContext(null);
    this.drawFiles();
    if (files.length) {
      await this.actions.files(files, text, this.asPhotos.checked);
      return;
    }
    let reply = context?.message.message_id ?? null;
    for (let at = 0; at < text.length; at += TEXT_LIMIT) {
      await this.actions.say(text.slice(at, at + TEXT_LIMIT), reply);
      reply = null;
    }
  }
}
