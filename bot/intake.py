"""What a person sends as evidence: read from the message, fetched, checked, made durable."""

import asyncio
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message

from bot.talk import Talk
from domain import files, progress
from domain.db import WriteTx
from domain.errors import N_, DomainError
from domain.files import MIME, FileRefused, StoredFile
from domain.progress import Source

SENT_AS_PHOTO = frozenset({"jpg", "png"})


class NotEvidence(DomainError):
    """A kind of message that proves nothing here; `reason` says what to send instead."""

    sentence = N_("This does not fit into a report. Please send text, a file, a photo or a link.")


class TooLargeForTelegram(DomainError):
    """Telegram does not hand a file of this size to bots."""

    sentence = N_(
        "The file “%(name)s” is larger than 20 MB, and Telegram does not pass it on. Make it smaller (for example, "
        "save it as PDF), or put it on the school's site and send the link."
    )


VOICE = N_("I cannot put a voice message into a report. Please write it in a few words.")
STICKER = N_("A sticker proves little. Please send text, a file, a photo or a link.")


@dataclass(frozen=True, slots=True)
class Item:
    """One message as evidence, small enough to be remembered until the person says what it belongs to."""

    message_id: int
    text: str = ""
    file_id: str = ""
    name: str = ""
    size: int = 0
    photo: bool = False

    def memo(self) -> dict[str, Any]:
        """For the dialogue state."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An item whose bytes, if any, are durable."""

    item: Item
    stored: StoredFile | None = None
    kind: str = ""


def item_of(message: Message) -> Item:
    """Read a message as evidence. Raises NotEvidence with what to send instead."""
    words = words_of(message)
    if message.document is not None:
        document = message.document
        if (document.mime_type or "").startswith("video/"):
            raise NotEvidence(reason=files.VIDEO)
        name = document.file_name or N_("file")
        return Item(message.message_id, words, document.file_id, name, document.file_size or 0)
    if message.photo:
        largest = message.photo[-1]
        name = f"photo_{message.message_id}.jpg"
        return Item(message.message_id, words, largest.file_id, name, largest.file_size or 0, photo=True)
    if message.text:
        return Item(message.message_id, words)
    if message.voice or message.video_note or message.audio:
        raise NotEvidence(reason=VOICE)
    if message.video or message.animation:
        raise NotEvidence(reason=files.VIDEO)
    if message.sticker:
        raise NotEvidence(reason=STICKER)
    raise NotEvidence


def words_of(message: Message) -> str:
    """Text or caption, with the addresses that hide behind words."""
    words = message.text or message.caption or ""
    entities = message.entities or message.caption_entities or []
    hidden = [e.url for e in entities if e.type == "text_link" and e.url and e.url not in words]
    return "\n".join([words, *hidden])


async def fetch(talk: Talk, item: Item, *, allowed: Collection[str], max_mb: int) -> Fetched:
    """Download and check a file, and make it durable. Raises FileRefused or TooLargeForTelegram."""
    if not item.file_id:
        return Fetched(item)
    if item.size > max_mb * 1024 * 1024:
        raise FileRefused(reason=files.TOO_LARGE, name=item.name, max=max_mb)
    path = talk.files.incoming()
    try:
        try:
            await talk.bot.download(item.file_id, destination=path)
        except TelegramBadRequest as refused:
            # 20 MB on the public Bot API; a server of one's own gives out more.
            if "too big" in refused.message:
                raise TooLargeForTelegram(name=item.name) from refused
            raise
        kind = await asyncio.to_thread(
            files.check_evidence, item.name, path, allowed={*allowed, *SENT_AS_PHOTO}, max_mb=max_mb
        )
        return Fetched(item, await talk.files.keep(path), kind)
    finally:
        path.unlink(missing_ok=True)


async def put(tx: WriteTx, chat_id: int, assignment_id: int, fetched: Fetched) -> None:
    """Into the draft; the same message twice stays one thing."""
    item, source = fetched.item, Source(chat_id, fetched.item.message_id)
    if fetched.stored is None:
        await progress.add_text(tx, assignment_id, item.text, source)
        return
    as_photo = fetched.kind in SENT_AS_PHOTO
    await progress.add_file(
        tx,
        assignment_id,
        fetched.stored,
        name=item.name,
        mime=MIME.get(fetched.kind),
        photo=as_photo,
        # A picture sent as a document has an id that Telegram does not show as a photo.
        telegram_file_id=item.file_id if as_photo == item.photo else None,
        caption=item.text,
        source=source,
    )
