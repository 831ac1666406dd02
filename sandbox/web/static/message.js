// One message as a bubble.

import { fileUrl } from "./api.js";
import { el, icon } from "./dom.js";
import { clock, fileSize, formatted } from "./format.js";
import { WORDS } from "./words.js";

/** A line that stands for a message elsewhere: in a reply, in the pinned bar. */
export function summary(message) {
  if (message.text) return message.text;
  if (message.caption) return message.caption;
  if (message.photo) return WORDS.photo;
  if (message.document) return message.document.file_name || WORDS.file;
  for (const kind of ["video", "voice", "contact", "location", "poll", "sticker"]) {
    if (message[kind]) return WORDS[kind];
  }
  return WORDS.file;
}

/** What an event in the chat says, empty for a message that a person wrote. */
export function notice(message) {
  if (message.pinned_message) return `${WORDS.pinnedNotice}: «${summary(message.pinned_message)}»`;
  if (message.new_chat_members) return `${message.new_chat_members[0].first_name}: ${WORDS.joined}`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name}: ${WORDS.left}`;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return WORDS.migrated;
  return "";
}

function photo(message) {
  const large = message.photo.at(-1);
  const image = el("img", {
    src: fileUrl(large.file_id, true),
    alt: message.caption || WORDS.photo,
    width: large.width,
    height: large.height,
    loading: "lazy",
  });
  return el("a", { class: "photo", href: fileUrl(large.file_id, true), target: "_blank", rel: "noopener" }, image);
}

function fileCard(file, name) {
  const ending = (name.match(/\.([^.]{1,5})$/) || ["", ""])[1];
  return el(
    "a",
    { class: "file", href: fileUrl(file.file_id), download: name },
    el("span", { class: "file-kind", "aria-hidden": "true" }, ending || icon("file")),
    el(
      "span",
      { class: "file-words" },
      el("span", { class: "file-name" }, name),
      el("span", { class: "file-size" }, fileSize(file.file_size || 0)),
    ),
  );
}

function attachment(message) {
  if (message.photo) return photo(message);
  if (message.animation) return fileCard(message.animation, message.animation.file_name || WORDS.video);
  if (message.document) return fileCard(message.document, message.document.file_name || WORDS.file);
  if (message.video) return fileCard(message.video, message.video.file_name || WORDS.video);
  if (message.audio) return fileCard(message.audio, message.audio.file_name || WORDS.file);
  if (message.voice) return fileCard(message.voice, WORDS.voice);
  if (message.sticker) return el("div", { class: "big" }, message.sticker.emoji || "🙂");
  if (message.dice) return el("div", { class: "big" }, `${message.dice.emoji} ${message.dice.value}`);
  if (message.contact) {
    const name = [message.contact.first_name, message.contact.last_name].filter(Boolean).join(" ");
    return el("div", { class: "card" }, el("b", {}, name), el("span", {}, message.contact.phone_number));
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    const title = message.venue ? message.venue.title : WORDS.location;
    return el("div", { class: "card" }, el("b", {}, title), el("span", {}, `${latitude}, ${longitude}`));
  }
  if (message.poll) {
    const options = message.poll.options.map((option) => el("li", {}, option.text));
    return el("div", { class: "card" }, el("b", {}, message.poll.question), el("ul", {}, options));
  }
  return null;
}

function buttonKind(button) {
  if (button.url || button.login_url) return "link";
  return button.copy_text ? "copy" : "";
}

function keyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return el(
    "div",
    { class: "inline" },
    rows.map((row) =>
      el(
        "div",
        { class: "inline-row" },
        row.map((button) =>
          el(
            "button",
            {
              type: "button",
              class: `inline-button ${buttonKind(button)} ${button.style || ""}`,
              onClick: (event) => actions.press(message, button, event.currentTarget),
            },
            button.text,
          ),
        ),
      ),
    ),
  );
}

function quoted(message, actions) {
  const replied = message.reply_to_message;
  if (!replied) return null;
  return el(
    "button",
    { type: "button", class: "quoted", onClick: () => actions.show(replied.message_id) },
    el("b", {}, replied.from?.first_name || ""),
    el("span", {}, summary(replied)),
  );
}

/** The node of a message; `actions` are what one can do with it. */
export function bubble(message, actions, { group = false } = {}) {
  const event = notice(message);
  if (event) return el("div", { class: "message event", "data-id": message.message_id }, el("span", {}, event));
  const words = message.text ?? message.caption ?? "";
  const entities = message.entities || message.caption_entities || [];
  const forwarded = message.forward_origin?.sender_user?.first_name;
  const foot = el(
    "div",
    { class: "foot" },
    message.reactions?.length ? el("span", { class: "reactions" }, message.reactions.join(" ")) : null,
    el("span", {}, `${message.edit_date ? `${WORDS.edited} ` : ""}${clock(message.date)}`),
  );
  const body = el(
    "div",
    { class: "bubble" },
    group && !message.mine ? el("div", { class: "sender" }, message.from.first_name) : null,
    forwarded ? el("div", { class: "sender" }, `↪ ${forwarded}`) : null,
    quoted(message, actions),
    attachment(message),
    words ? el("div", { class: "words" }, formatted(words, entities, actions), foot) : foot,
  );
  body.append(
    el(
      "button",
      {
        type: "button",
        class: "round small act",
        "aria-label": WORDS.actions,
        onClick: (event_) => actions.menu(message, event_.currentTarget),
      },
      icon("down"),
    ),
  );
  const kind = `${message.mine ? "mine" : "theirs"}${message.photo ? " with-photo" : ""}`;
  return el(
    "div",
    { class: `message ${kind}`, "data-id": message.message_id },
    body,
    keyboard(message, actions),
  );
}
