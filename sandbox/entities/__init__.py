"""Text with formatting: parse modes, entities, lengths."""

from .found import with_found
from .html import BadMarkup, parse_html
from .links import BadLink, checked_link, linked_user
from .markdown import parse_markdown
from .render import to_html
from .text import cut, trimmed, units

__all__ = [
    "BadLink",
    "BadMarkup",
    "checked_link",
    "cut",
    "linked_user",
    "parse_html",
    "parse_markdown",
    "to_html",
    "trimmed",
    "units",
    "with_found",
]
