"""Parse mode MarkdownV2 (td/telegram/MessageEntity.cpp, parse_markdown_v2), without quotes and custom emoji."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .html import BadMarkup
from .links import BadLink, checked_link, linked_user
from .text import in_order, units

JSON = dict[str, Any]

_RESERVED = "_*[]()~`>#+-=|{}.!"
_MARKS = (
    ("```", "pre"),
    ("`", "code"),
    ("__", "underline"),
    ("||", "spoiler"),
    ("_", "italic"),
    ("*", "bold"),
)
_ALL_MARKS = (*_MARKS, ("~", "strikethrough"), ("[", "text_link"))
_TITLES = {"pre": "Pre", "code": "Code", "underline": "Underline", "spoiler": "Spoiler", "italic": "Italic"}
_ALL_TITLES = {**_TITLES, "bold": "Bold", "strikethrough": "Strikethrough", "text_link": "TextUrl"}


@dataclass
class _Open:
    kind: str
    offset: int
    at: int
    begin: int
    language: str = ""


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.entities: list[JSON] = []

    @property
    def offset(self) -> int:
        return units("".join(self.out))

    def byte(self, at: int) -> int:
        return len(self.text[:at].encode("utf-8", "surrogatepass"))

    def run(self) -> tuple[str, list[JSON]]:
        while self.at < len(self.text):
            char = self.text[self.at]
            after = self.text[self.at + 1 : self.at + 2]
            if char == "\\" and after and 0 < ord(after) <= 126:
                self.out.append(after)
                self.at += 2
            elif not self._mark(char):
                self.out.append(char)
                self.at += 1
        if self.open:
            last = self.open[-1]
            raise BadMarkup(
                f"Can't find end of {_ALL_TITLES[last.kind]} entity at byte offset {self.byte(last.at)}"
            )
        return "".join(self.out), in_order(self.entities)

    def _mark(self, char: str) -> bool:
        """Handle a reserved character; False where it stands for itself."""
        inside = self.open[-1].kind if self.open else ""
        if inside in ("code", "pre"):
            closing = "```" if inside == "pre" else "`"
            if self.text.startswith(closing, self.at):
                self._close(closing)
                return True
            if char == "`":
                raise BadMarkup("Character '`' is reserved and must be escaped with the preceding '\\'")
            return False
        if inside == "text_link" and char == "]":
            self._close("]")
            return True
        if char not in _RESERVED:
            return False
        for mark, kind in _ALL_MARKS:
            if self.text.startswith(mark, self.at):
                if inside == kind:
                    self._close(mark)
                else:
                    self._start(mark, kind)
                return True
        raise BadMarkup(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")

    def _start(self, mark: str, kind: str) -> None:
        opened = _Open(kind, self.offset, self.at, len(self.out))
        self.at += len(mark)
        if kind == "pre":
            end = self.at
            while end < len(self.text) and not self.text[end].isspace() and self.text[end] != "`":
                end += 1
            if end > self.at and end < len(self.text) and self.text[end] != "`":
                opened.language = self.text[self.at : end]
                self.at = end
            if self.text.startswith("\n", self.at):
                self.at += 1
        self.open.append(opened)

    def _close(self, mark: str) -> None:
        last = self.open.pop()
        self.at += len(mark)
        entity: JSON = {"type": last.kind, "offset": last.offset, "length": self.offset - last.offset}
        if last.language:
            entity["language"] = last.language
        if last.kind == "text_link" and not self._address(entity, "".join(self.out[last.begin :])):
            return
        if entity["length"]:
            self.entities.append(entity)

    def _address(self, entity: JSON, words: str) -> bool:
        url = words
        if self.text.startswith("(", self.at):
            begin = self.at + 1
            end = self.text.find(")", begin)
            if end < 0:
                raise BadMarkup(f"Can't find end of a URL at byte offset {self.byte(begin)}")
            url = self.text[begin:end].replace("\\", "")
            self.at = end + 1
        user_id = linked_user(url)
        if user_id is not None:
            entity.update(type="text_mention", user_id=user_id)
            return True
        try:
            entity["url"] = checked_link(url)
        except BadLink:
            return False
        return True


def parse_markdown(text: str) -> tuple[str, list[JSON]]:
    """Plain text and its entities. Raises BadMarkup with Telegram's own reason."""
    return _Parser(text).run()
