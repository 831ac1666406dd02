"""How broadcasts and letters about them read at the moment of sending."""

from collections.abc import Mapping
from datetime import date

from aiogram.types import InlineKeyboardButton

from bot.letters import plain, reader
from bot.notice import Document, FileId, Notice, Stored
from bot.presses import Seen
from bot.presses_news import Said, Write
from bot.ui import button, clip, link, safe
from domain import broadcasts
from domain.audiences import Segment
from domain.broadcasts import Ask, BroadcastFile, Extras, Reply
from domain.db import Tx, WriteTx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.texts import Texts

Rows = tuple[tuple[InlineKeyboardButton, ...], ...]


def worded(say: Texts, values: Mapping[str, str | date]) -> dict[str, str]:
    """What is filled in, as the reader's language says it."""
    return {key: say.date(value) if isinstance(value, date) else value for key, value in values.items()}


def broadcast_text(say: Texts, text: str, author: str, values: Mapping[str, str | date] | None = None) -> str:
    """How a broadcast reads: who writes, then the words."""
    head = say("✉️ %(author)s writes:", author=author) if author else say("✉️ A message for you:")
    return f"{head}\n\n{broadcasts.to_html(text, worded(say, values or {}))}"


def asking(
    say: Texts, broadcast_id: int, extras: Extras, reader_id: int, *, reply: Reply | None = None
) -> Rows:
    """The buttons below a broadcast. `broadcast_id` 0: a test, whose buttons do nothing."""
    _ = plain(say)
    rows: list[tuple[InlineKeyboardButton, ...]] = []
    if extras.link_url:
        rows.append((link(extras.link_label, extras.link_url),))
    answer = button(_("Answer"), Write(broadcast=broadcast_id, reader=reader_id))
    if extras.ask is Ask.READ:
        rows.append((button(_("I have read it"), Seen(id=broadcast_id)), answer))
    elif extras.ask is Ask.COMING:
        coming = ("✓ " if reply is Reply.COMING else "") + _("I will come")
        absent = ("✓ " if reply is Reply.NOT_COMING else "") + _("I cannot come")
        rows.append(
            (
                button(coming, Said(id=broadcast_id, said=Reply.COMING)),
                button(absent, Said(id=broadcast_id, said=Reply.NOT_COMING)),
            )
        )
        rows.append((answer,))
    else:
        rows.append((answer,))
    return tuple(rows)


def attached(file: BroadcastFile) -> Document:
    """A file of a broadcast: by Telegram's own id where it has one, and that id is kept."""

    async def keep(tx: WriteTx, telegram_file_id: str) -> None:
        await broadcasts.remember_file(tx, file.id, telegram_file_id)

    if file.telegram_file_id:
        return Document(FileId(file.telegram_file_id), file.name, as_photo=file.photo)
    return Document(Stored(file.sha256), file.name, as_photo=file.photo, keep=keep)


async def broadcast(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """A coordinator's words to somebody who is still meant; once more only to those who have not read them."""
    broadcast_id, reader_id = int(message.params["broadcast_id"]), message.person_id or 0
    again = bool(message.params.get("again"))
    page = await broadcasts.page_for(tx, broadcast_id, reader_id, again=again)
    if page is None:
        return None
    found = page.broadcast
    extras = Extras(found.ask, found.link_label, found.link_url)
    text = broadcast_text(say, found.text, page.author, page.values)
    if again:
        text = say("Once more, since it is not marked as read:") + "\n" + text
    first = attached(page.files[0]) if found.rides and page.files else None
    rows = asking(say, found.id, extras, reader_id, reply=page.reply)
    return Notice(text, rows, document=first)


async def broadcast_file(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """One more file of a broadcast, without words of its own."""
    broadcast_id = int(message.params["broadcast_id"])
    page = await broadcasts.page_for(tx, broadcast_id, message.person_id or 0)
    file = next((f for f in page.files if f.id == message.params["file_id"]), None) if page else None
    return Notice("", document=attached(file)) if file is not None else None


async def broadcast_test(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The author's own look at what is about to be sent, filled in for the first of its readers."""
    mine = await reader(tx, message)
    params, file = message.params, None
    try:
        if params["file_id"]:
            file = attached((await broadcasts.own_files(mine, [params["file_id"]]))[0])
        if "text" not in params:
            return Notice("", document=file)
        segment, (label, url) = Segment.from_json(params["segment"]), params["link"]
        found = await broadcasts.preview(mine, segment)
        values = await broadcasts.example(mine, segment, next(iter(found.recipients), None))
    except DomainError:
        return None
    rows = asking(say, 0, Extras(Ask(params["ask"]), label, url), message.person_id or 0)
    return Notice(broadcast_text(say, params["text"], mine.actor.name, values), rows, document=file)


async def broadcast_letter(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """What a reader answered, to the author; or the author's word back."""
    mine = await reader(tx, message)
    try:
        letter, about, names = await broadcasts.letter(mine, int(message.params["letter_id"]))
    except DomainError:
        return None
    name = names.get(letter.said_by) or plain(say)("somebody")
    head = (
        say("💬 <b>%(name)s</b> on your message “%(words)s”", name=name, words=clip(about.headline, 60))
        if letter.is_answer
        else say("💬 <b>%(name)s</b> answers you", name=name)
    )
    press = Write(broadcast=about.id, reader=letter.person_id)
    return Notice(f"{head}\n\n{safe(letter.text)}", ((button(plain(say)("Answer"), press),),))
