"""Numbers as people type them into tables: counts of people, shares, and cells that say that there is nothing. Pure."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any

from domain.errors import N_

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_EXACT = re.compile(r"-?\d{1,20}(\.\d{1,20})?")
_LONGEST = 40  # characters; no count of people has as many


class Unread(Exception):
    """What stands there was not understood: a catalogue key and what goes into it."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message: str = message
        self.params: Mapping[str, Any] = params


@cache
def _words() -> dict[str, re.Pattern[str]]:
    document = tomllib.loads((Path(__file__).parent / "figures.toml").read_text("utf-8"))
    return {kind: re.compile(pattern) for kind, pattern in document.items()}


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, a dash, «н/д»."""
    return _words()["nothing"].fullmatch(_plain(text)) is not None


def is_mark(text: str) -> bool:
    """Whether a cell is only ticked: «+», «х», «да»."""
    return _words()["mark"].fullmatch(_plain(text)) is not None


def is_unit(text: str) -> bool:
    """Whether a header names only what is counted in: «%», «кол-во»."""
    return _words()["unit_alone"].fullmatch(_plain(text).strip(" ,")) is not None


def number(text: str) -> Fraction:
    """The number of a cell, with its unit or without: «1 000», «12 чел.», «12,5 %». Raises Unread."""
    plain = _words()["of"].sub("", text.strip().casefold())
    found = _NUMBER.fullmatch(_words()["unit"].sub("", plain)) if len(plain) <= _LONGEST else None
    if found is None:
        raise Unread(N_("«%(value)s» is not a number"), value=text)
    return Fraction(found[0].replace(",", "."))


def count(text: str) -> int | None:
    """A whole number of people; None where nothing stands. Raises Unread."""
    if is_nothing(text):
        return None
    found = number(text)
    if found.denominator != 1 or found < 0:
        raise Unread(N_("«%(value)s» is not a number of people"), value=text)
    return int(found)


def out_of(text: str) -> str:
    """Of how many a cell counts: 24 of «3 из 24»; empty where it does not say."""
    found = _words()["out_of"].fullmatch(_plain(text))
    return found[1] if found else ""


def share(text: str) -> Fraction:
    """A share in per cent. Raises Unread where it is none."""
    found = number(text)
    if not 0 <= found <= 100:
        raise Unread(N_("a share of %(value)s per cent is impossible"), value=text)
    return found


def decimals_of(text: str) -> int:
    """How many digits stand after the sign of a number's fraction; a sheet's own division has noise in its last ones."""
    found = _NUMBER.search(text)
    return min(len(found[0].replace(",", ".").partition(".")[2]), 9) if found else 0


def follows(printed: str, part: int, whole: int) -> bool:
    """Whether a printed share can have been rounded from these counts, with as many decimals as it has."""
    return abs(Fraction(100 * part, whole) - number(printed)) <= Fraction(1, 2 * 10 ** decimals_of(printed))


def counts_of_share(printed: str, whole: int, finest: int = 0) -> range:
    """The counts that can have been rounded to a share, of at least `finest` decimals."""
    exact, half = share(printed), Fraction(1, 2 * 10 ** max(decimals_of(printed), finest))
    first, last = ceil((exact - half) * whole / 100), floor((exact + half) * whole / 100)
    return range(max(first, 0), min(last, whole) + 1)


def of_share(printed: str, whole: int) -> int:
    """The count that a share of so many must come from. Raises Unread where no count, or more than one, gives it."""
    exact = share(printed)
    part = floor(exact * whole / 100 + Fraction(1, 2))
    if whole and not follows(printed, part, whole):
        raise Unread(
            N_("%(value)s per cent of %(participants)s is not a number of people"),
            value=printed,
            participants=whole,
        )
    return part


def part_of_one(text: str) -> Fraction | None:
    """A share that a sheet keeps as a part of one (0.125 shown as 12,5 %); None for any other number."""
    plain = text.replace(",", ".").strip()
    if not re.fullmatch(r"[01](\.\d+)?|\d(\.\d+)?e-\d{1,2}", plain):
        return None
    found = Fraction(plain)
    return found if found <= 1 else None


def half_up(value: Fraction, decimals: int) -> Decimal:
    """Rounded half up: 12.5 → 13, never the banker's 12. For values that are not negative."""
    scaled = floor(value * 10**decimals + Fraction(1, 2))
    return Decimal(scaled).scaleb(-decimals)


def exact(value: Any) -> Fraction | None:
    """A plain number of a document, or as somebody typed it: 2, 1.5, «1,5», «1 000», «25 %»; None for anything else."""
    if isinstance(value, Fraction):
        return value
    plain = "".join(str(value).split()).removesuffix("%").replace(",", ".")
    # «True» is no number, and «1e999999999» none that is to be written out.
    return Fraction(plain) if isinstance(value, int | float | str) and _EXACT.fullmatch(plain) else None


def shown(value: Fraction) -> str:
    """An exact number for a sentence."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
