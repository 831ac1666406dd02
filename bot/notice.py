"""What a queued message looks like at the moment of sending."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiogram.types import InlineKeyboardButton

from domain.db import Tx, WriteTx
from domain.outbox import OutboxMessage
from domain.texts import Texts


@dataclass(frozen=True, slots=True)
class FileId:
    """A file that Telegram already has."""

    value: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of our own store, by its hash; where it lies is known to the one who sends."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send: its bytes, its place on the disk or in the store, or Telegram's own id of it.

    `as_photo`: shown as a picture. `keep`: what to do with Telegram's id of it once it has been sent.
    """

    content: bytes | Path | FileId | Stored
    name: str
    as_photo: bool = False
    keep: Callable[[WriteTx, str], Awaitable[None]] | None = None


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


class Address(Protocol):
    """Where and how a person is reached (`people.Address`)."""

    @property
    def chat_id(self) -> int:
        """The private chat."""

    @property
    def language(self) -> str:
        """In which messages are rendered."""

    @property
    def timezone(self) -> str:
        """In which quiet hours are reckoned."""

    @property
    def reachable(self) -> bool:
        """False once the messenger refused the person."""


FindAddress = Callable[[Tx, int], Awaitable[Address | None]]
MarkUnreachable = Callable[[WriteTx, int, str], Awaitable[None]]
