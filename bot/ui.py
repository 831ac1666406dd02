"""The small Telegram vocabulary: button, screen, page. Knows no slice of the domain."""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

T = TypeVar("T")
Row = Sequence[InlineKeyboardButton]

PAGE = 5  # lines of a list; more do not fit a phone (SCREENS.md)
LABEL = 44  # characters of a button that a phone still shows


@dataclass(frozen=True, slots=True)
class Expects:
    """What the next text or file from this chat means, with what must be remembered until then."""

    what: str
    memo: dict[str, Any] = field(default_factory=dict)
    lasts: str = ""  # under which name its buttons go on with it after another screen has come in between


@dataclass(frozen=True, slots=True)
class Screen:
    """One message that is edited: Telegram's HTML and buttons, the main one first."""

    text: str
    rows: Sequence[Row] = ()
    expects: Expects | None = None

    def markup(self) -> InlineKeyboardMarkup | None:
        """The keyboard, or none."""
        rows = [list(row) for row in self.rows if row]
        return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def button(label: str, press: CallbackData) -> InlineKeyboardButton:
    """A button that comes back to us; long labels are cut where a phone would."""
    return InlineKeyboardButton(text=clip(label, LABEL), callback_data=press.pack())


def link(label: str, url: str) -> InlineKeyboardButton:
    """A button that opens an address."""
    return InlineKeyboardButton(text=clip(label, LABEL), url=url)


def safe(text: str) -> str:
    """Text of people or documents for a place where HTML is read."""
    return html.escape(text, quote=False)


def bold(text: str) -> str:
    """The same, in bold."""
    return f"<b>{safe(text)}</b>"


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where possible. For plain text, before escaping."""
    text = text.strip()
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,.;:…—–-«(") + "…"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; a number that no longer exists gives the nearest page."""

    items: Sequence[T]
    number: int
    total: int

    def turning(self, press: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
        """The row «‹ 2/4 ›», empty where everything is on one page."""
        if self.total <= 1:
            return []
        before, after = (self.number - 1) % self.total, (self.number + 1) % self.total
        label = f"{self.number + 1} / {self.total}"
        return [button("‹", press(before)), button(label, press(self.number)), button("›", press(after))]


def page(items: Sequence[T], number: int, size: int = PAGE) -> Page[T]:
    """The part of a list with this number, counted from 0."""
    total = max(1, math.ceil(len(items) / size))
    number = min(max(number, 0), total - 1)
    return Page(items[number * size : (number + 1) * size], number, total)
