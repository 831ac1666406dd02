"""Entities back into HTML, as a person's eyes or a test would read them."""

from __future__ import annotations

from html import escape
from typing import Any

from .text import in_order

JSON = dict[str, Any]

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
    "code": ("<code>", "</code>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}


def _tags(entity: JSON) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{escape(entity["custom_emoji_id"])}">', "</tg-emoji>"
    if kind == "pre":
        language = entity.get("language")
        if language:
            return f'<pre><code class="language-{escape(language)}">', "</code></pre>"
        return "<pre>", "</pre>"
    return _TAGS.get(kind, ("", ""))


def to_html(text: str, entities: list[JSON]) -> str:
    """The text with its formatting as Telegram HTML; what Telegram found by itself (links, commands) stays plain."""
    raw = text.encode("utf-16-le")
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for entity in in_order(entities):
        start, end = _tags(entity)
        if start:
            opening.setdefault(entity["offset"], []).append(start)
            closing.setdefault(entity["offset"] + entity["length"], []).insert(0, end)
    places = sorted({0, len(raw) // 2, *opening, *closing})
    parts: list[str] = []
    for index, place in enumerate(places):
        parts += closing.get(place, [])
        parts += opening.get(place, [])
        end_place = places[index + 1] if index + 1 < len(places) else len(raw) // 2
        parts.append(escape(raw[place * 2 : end_place * 2].decode("utf-16-le", "replace"), quote=False))
    return "".join(parts)
