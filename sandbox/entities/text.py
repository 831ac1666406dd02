"""Counting as Telegram counts: offsets and lengths are UTF-16 code units."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

# The order of entities that share a place: the outer one first (td/telegram/MessageEntity.cpp).
_PRIORITY = {
    "pre": 2,
    "code": 3,
    "blockquote": 0,
    "expandable_blockquote": 0,
    "text_link": 4,
    "text_mention": 4,
}


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts as two."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def cut(text: str, offset: int, length: int) -> str:
    """The part of the text that an entity covers."""
    raw = text.encode("utf-16-le")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def in_order(entities: list[JSON]) -> list[JSON]:
    """Sorted by place, the longer first, the outer kind first."""
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], _PRIORITY.get(e["type"], 5)))


def trimmed(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Text without spaces around it, entities moved along and cut; empty ones vanish."""
    text = text.replace("\r", "").replace("\0", "")
    body = text.rstrip(" \n\t\v\f\u00a0")
    start = 0
    first = min((e["offset"] for e in entities), default=len(body))
    while start < min(len(body), first) and body[start] in " \n":
        start += 1
    body = body[start:]
    limit = units(body)
    kept: list[JSON] = []
    for entity in entities:
        begin = max(0, entity["offset"] - start)
        end = min(limit, entity["offset"] + entity["length"] - start)
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return body, kept
