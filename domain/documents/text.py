"""Texts of cells made readable without changing their words."""

import html
import re
from functools import lru_cache

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_BREAKING_TAG = re.compile(
    r"<\s*(?:br|/p|/li|/div|/tr|/ul|/ol)\s*/?\s*>|<\s*(?:li|p|div|tr)\b[^<>]{0,200}>", re.IGNORECASE
)
_TAG = re.compile(
    r"</?\s*(?:b|i|u|s|p|br|ul|ol|li|div|span|strong|em|font|a|sup|sub|table|tbody|thead|tr|td|th|h[1-6])\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_INVISIBLE = {ord(c): None for c in "\u00ad\u200b\u200c\u200d\u2060\ufeff"}
_ENTITY = re.compile(r"&(?:#?\w{2,8});")


_UNCLEAN = re.compile(
    r"[<&\r\v\f\t\u00a0\u00ad\u2000-\u200d\u202f\u2060\u3000\ufeff]|  | \n|\n[ \n]|^\s|\s\Z"
)


def clean(text: str) -> str:
    """A cell's text: marks of HTML and invisible signs out, spaces single, line breaks kept."""
    if not _UNCLEAN.search(text):
        return text
    if "<" in text:
        text = _TAG.sub("", _BREAKING_TAG.sub("\n", text))
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    text = text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    text = _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
    return re.sub(r"\n{2,}", "\n", text) if "\n\n" in text else text


def one_line(text: str) -> str:
    """All white space single."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def squeezed(text: str) -> str:
    """Only letters, digits and №, lower case: «Сро-\\nки» and «№п/ п» compare equal to their whole words."""
    return re.sub(r"[^\w№]+", "", text.lower().replace("ё", "е"))
