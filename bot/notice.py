"""What a queued message looks like at the moment of sending."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiogram.types import InlineKeyboardButton

from domain.db import Tx
from domain.outbox import OutboxMessage
from domain.texts import Texts


@dataclass(frozen=True, slots=True)
class FileId:
    """A file that Telegram already has."""

    value: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send: its bytes, its place on the disk, or Telegram's own id of it."""

    content: bytes | Path | FileId
    name: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One rendered message. `text` is Telegram's HTML, escaped; with a document it becomes the caption."""

    text: str
    buttons: tuple[tuple[InlineKeyboardButton, ...], ...] = ()
    silent: bool = False
    document: Document | None = None


# Asked at the moment of sending, in a reading transaction of the system: is it still true, and how does it read in
# this language? None means «not true any more»: the message is cancelled.
Renderer = Callable[[Tx, OutboxMessage, Texts], Awaitable[Notice | None]]
Renderers = Mapping[str, Renderer]  # by kind
