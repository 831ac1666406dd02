"""Tokens → items: dates, months, quarters, years and phrases of repetition, found left to right by pattern.

What no pattern takes stays a bare item with its own letter, and `outline.py` sees to it.
"""

from collections.abc import Callable

from domain.deadlines import rules_days, rules_parts, rules_repeats, rules_years
from domain.deadlines.found import Found, Item
from domain.deadlines.patterns import MATCH, STARTERS
from domain.deadlines.tokens import Tokens


def _marker(name: str) -> Callable[[Found], list[Item] | None]:
    return lambda found: [("*", name)]


RULES: dict[str, Callable[[Found], list[Item] | None]] = {
    **rules_days.RULES,
    **rules_parts.RULES,
    **rules_repeats.RULES,
    **rules_years.RULES,
    "stage": lambda found: [],
    "duration": _marker("relative"),
    "holidays": _marker("holidays"),
    "ongoing": _marker("ongoing"),
}


def items(tokens: Tokens) -> list[Item]:
    """All items of a text, in order."""
    codes, values, texts = tokens.codes, tokens.values, tokens.texts
    found: list[Item] = []
    at, end = 0, len(codes)
    while at < end:
        code = codes[at]
        match = MATCH(codes, at) if code in STARTERS else None
        if match is not None and match.lastgroup is not None:
            stop = match.end()
            item = RULES[match.lastgroup](Found(codes[at:stop], values[at:stop], texts[at:stop]))
            if item is not None:
                found.extend(item)
                at = stop
                continue
        found.append((code, values[at]))
        at += 1
    return found
