"""Entities that Telegram finds by itself: commands, addresses, mentions, hashtags."""

from __future__ import annotations

import re
from typing import Any

from .text import in_order, units

JSON = dict[str, Any]

_ZONES = (
    "ru|рф|su|com|org|net|edu|gov|info|biz|io|me|dev|app|ai|co|uk|de|fr|eu|ua|by|kz|uz|am|ge|tv|xyz|online|site"
    "|pro|moscow|москва|дети|рус|tech|store|club|cloud|link|news|top|page|school|academy|education"
)
_TAIL = r"(?:[/?#][^\s<>\"«»]*)?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "url",
        re.compile(
            rf"(?<![\w@./-])(?:(?:https?|ftp|tg|ton)://(?:[\w-]+\.)+[\w-]+(?::\d+)?{_TAIL}"
            rf"|(?:tg|ton)://[\w-]+{_TAIL}"
            rf"|(?:[\w-]+\.)+(?:{_ZONES})(?::\d+)?(?![\w@-]){_TAIL})",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w@./])@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#&])#(?=\w*[^\W\d])\w{1,256}(?![\w#])")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d[\d ()-]{8,17}\d(?!\w)")),
)
_CLOSED = frozenset({"pre", "code", "text_link", "text_mention", "custom_emoji"})


def _overlap(one: JSON, other: JSON) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )


def with_found(text: str, entities: list[JSON]) -> list[JSON]:
    """The given entities and those that the text itself shows, in order, at most 100."""
    kept = list(entities)
    closed = [entity for entity in entities if entity["type"] in _CLOSED]
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            words = found[0].rstrip(".,:;!?)…'\"") if kind == "url" else found[0]
            entity: JSON = {"type": kind, "offset": units(text[: found.start()]), "length": units(words)}
            if not any(_overlap(entity, other) for other in closed):
                kept.append(entity)
                closed.append(entity)
    return in_order(kept)[:100]
