"""Parse mode HTML, byte for byte as the server parses it (td/telegram/MessageEntity.cpp, parse_html)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .links import BadLink, checked_link, linked_user
from .text import in_order

JSON = dict[str, Any]

TAGS = frozenset(
    [
        "a",
        "b",
        "strong",
        "i",
        "em",
        "s",
        "strike",
        "del",
        "u",
        "ins",
        "tg-spoiler",
        "tg-emoji",
        "tg-time",
        "span",
        "pre",
        "code",
        "blockquote",
    ]
)
_PLAIN = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_SPACE = b" \t\r\n\0\v"
_NAMED = {b"lt": ord("<"), b"gt": ord(">"), b"amp": ord("&"), b"quot": ord('"')}
_REFERENCE = re.compile(rb"&(?:#x([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]*));?")


class BadMarkup(ValueError):
    """The text cannot be parsed; the reason names the byte offset."""


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


def _reference(source: bytes, at: int) -> tuple[int, int]:
    """Code point and end of a character reference at ``&``; (0, at) where it is none."""
    found = _REFERENCE.match(source, at)
    if found is None:
        return 0, at
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        return _NAMED.get(name, 0), found.end()
    digits, base = (hexadecimal, 16) if hexadecimal is not None else (decimal, 10)
    code = int(digits, base) if digits and len(digits) < 9 else 0
    if code == 0 or code >= 0x10FFFF:
        return 0, at
    return code, found.end()


class _Parser:
    def __init__(self, text: str) -> None:
        self.source = text.encode("utf-8", "surrogatepass") + b"\0"
        self.end = len(self.source) - 1
        self.at = 0
        self.out = bytearray()
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[JSON] = []

    def run(self) -> tuple[str, list[JSON]]:
        while self.at < self.end:
            byte = self.source[self.at]
            if byte == 0x26:  # &
                code, after = _reference(self.source, self.at)
                if code:
                    self.out += chr(code).encode("utf-8", "surrogatepass")
                    self.offset += 1 + (code > 0xFFFF)
                    self.at = after
                    continue
            if byte != 0x3C:  # <
                if byte & 0xC0 != 0x80:
                    self.offset += 1 + (byte >= 0xF0)
                self.out.append(byte)
                self.at += 1
                continue
            if self.source[self.at + 1] == 0x2F:
                self._close_tag()
            else:
                self._open_tag()
        if self.open:
            raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return self.out.decode("utf-8", "replace"), in_order(self.entities)

    def _skip(self, stop: bytes) -> bytes:
        begin = self.at
        while self.source[self.at] not in stop:
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self.at < self.end and self.source[self.at] in _SPACE:
            self.at += 1

    def _open_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._skip(_SPACE + b">").decode("utf-8", "replace").lower()
        if self.at >= self.end:
            raise BadMarkup(f"Unclosed start tag at byte offset {begin}")
        if tag not in TAGS:
            raise BadMarkup(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self.source[self.at] != 0x3E:
            self._skip_space()
            if self.source[self.at] == 0x3E:
                break
            argument = self._attribute(tag, begin, argument)
        if tag == "span" and argument != "spoiler":
            raise BadMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int, argument: str) -> str:
        name = self._skip(_SPACE + b"=>/\"'").decode("utf-8", "replace")
        if not name:
            raise BadMarkup(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_space()
        if self.source[self.at] != 0x3D:  # =
            if self.at >= self.end:
                raise BadMarkup(f'Unclosed start tag "{tag}" at byte offset {begin}')
            return "1" if tag == "blockquote" and name == "expandable" else argument
        self.at += 1
        self._skip_space()
        if self.at >= self.end:
            raise BadMarkup(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value = self._value()
        if self.at >= self.end:
            raise BadMarkup(f"Unclosed start tag at byte offset {begin}")
        if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
            return value
        if (tag, name) == ("code", "class") and value.startswith("language-"):
            return value[9:]
        if (tag, name) == ("span", "class") and value.startswith("tg-"):
            return value[3:]
        return "1" if (tag, name) == ("blockquote", "expandable") else argument

    def _value(self) -> str:
        quote = self.source[self.at]
        if quote not in b"\"'":
            begin = self.at
            while chr(self.source[self.at]).isascii() and (
                chr(self.source[self.at]).isalnum() or self.source[self.at] in b".-"
            ):
                self.at += 1
            if self.source[self.at] not in _SPACE + b">":
                raise BadMarkup(f"Unexpected end of name token at byte offset {begin}")
            return self.source[begin : self.at].decode().lower()
        self.at += 1
        value = bytearray()
        while self.at < self.end and self.source[self.at] != quote:
            if self.source[self.at] == 0x26:
                code, after = _reference(self.source, self.at)
                if code:
                    value += chr(code).encode("utf-8", "surrogatepass")
                    self.at = after
                    continue
            value.append(self.source[self.at])
            self.at += 1
        if self.at < self.end:
            self.at += 1
        return value.decode("utf-8", "replace")

    def _close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise BadMarkup(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name = self._skip(_SPACE + b">").decode("utf-8", "replace").lower()
        self._skip_space()
        if self.source[self.at] != 0x3E:
            raise BadMarkup(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        last = self.open[-1]
        if name and name != last.tag:
            raise BadMarkup(
                f'Unmatched end tag at byte offset {begin}, expected "</{last.tag}>", found "</{name}>"'
            )
        if self.offset > last.offset:
            self._entity(last)
        self.open.pop()

    def _entity(self, last: _Open) -> None:
        place: JSON = {"offset": last.offset, "length": self.offset - last.offset}
        if last.tag in _PLAIN:
            self.entities.append({"type": _PLAIN[last.tag], **place})
        elif last.tag == "tg-emoji":
            if not re.fullmatch(r"-?[1-9]\d{0,18}", last.argument):
                raise BadMarkup("Invalid custom emoji identifier specified")
            self.entities.append({"type": "custom_emoji", **place, "custom_emoji_id": last.argument})
        elif last.tag == "a":
            self._link(last, place)
        elif last.tag == "blockquote":
            kind = "expandable_blockquote" if last.argument else "blockquote"
            self.entities.append({"type": kind, **place})
        elif last.tag in ("pre", "code"):
            self._code(last, place)

    def _link(self, last: _Open, place: JSON) -> None:
        url = last.argument or self.out[last.begin :].decode("utf-8", "replace")
        user_id = linked_user(url)
        if user_id is not None:
            self.entities.append({"type": "text_mention", **place, "user_id": user_id})
            return
        try:
            self.entities.append({"type": "text_link", **place, "url": checked_link(url)})
        except BadLink:
            return  # Telegram drops a link that it cannot read and keeps the words

    def _code(self, last: _Open, place: JSON) -> None:
        """``<pre><code class="language-…">`` is one entity of both tags, whichever stands outside."""
        previous = self.entities[-1] if self.entities else None
        same = previous is not None and all(previous[key] == place[key] for key in place)
        if previous is not None and same and last.tag == "pre" and previous["type"] == "code":
            if previous.get("language"):
                previous["type"] = "pre"
                return
        elif (
            previous is not None
            and same
            and last.tag == "code"
            and previous["type"] == "pre"
            and last.argument
        ):
            previous["language"] = last.argument
            return
        entity = {"type": last.tag, **place}
        if last.tag == "code" and last.argument:
            entity["language"] = last.argument
        self.entities.append(entity)


def parse_html(text: str) -> tuple[str, list[JSON]]:
    """Plain text and its entities. Raises BadMarkup with Telegram's own reason."""
    return _Parser(text).run()
