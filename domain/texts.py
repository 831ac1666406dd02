"""Texts for people: one gettext catalogue for the bot, the panel and the command line.

Msgids are English; `locales/ru/*.po` is complete. Parameters are `%(name)s`. Used as

    say = texts("ru")
    say("Accepted, No. %(number)s.", number=7)                      # parameters are HTML-escaped
    say.n("%(n)s file", "%(n)s files", 3)                            # plurals by the language's rule
    say.date(day)  say.day(day)  say.time(moment, zone)              # as people say them

Extraction: `say`, `say.n`, `_`, `N_`, and in templates `_` / `ngettext`.
"""

import gettext
import html
import io
from collections.abc import Mapping
from datetime import date as Day
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import floor
from numbers import Rational
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from domain.errors import N_, DomainError

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "ru"
# The day stands before the month, in English too: so people here write it, and so a typed «25/04» is read.
_LOCALES = {"en": "en_GB"}
_SHORT = {"en": "MMMd"}  # «30 Apr»: «03/04» would be two days to those who read English


class Raw(str):
    """Text that is already HTML and must not be escaped again."""


class Texts:
    """Sentences of one language; `escape=False` where the reader is not an HTML reader."""

    def __init__(self, language: str, *, escape: bool = True) -> None:
        self.language = language
        self.escape = escape
        self.gettext = catalogue(language)
        self.locale = Locale.parse(_LOCALES.get(language, language))

    def __call__(self, message: str, /, **params: Any) -> str:
        """One sentence, its parameters filled in."""
        return self._fill(self.gettext.gettext(message), params)

    def n(self, singular: str, plural: str, n: int, /, **params: Any) -> str:
        """A sentence that depends on a number, given to it as `%(n)s`."""
        return self._fill(self.gettext.ngettext(singular, plural, n), {"n": n, **params})

    def error(self, error: DomainError) -> str:
        """What to tell a person about a named error; a `reason` parameter is itself a message."""
        params = dict(error.params)
        reason = params.pop("reason", None)
        return self(reason or error.sentence, **params)

    def date(self, day: Day, *, year: bool = False) -> str:
        """«30 апреля», with the year where asked."""
        return format_date(day, "d MMMM y" if year else "d MMMM", locale=self.locale)

    def day(self, day: Day, *, today: Day | None = None) -> str:
        """«30 апреля, четверг»; the year where it is not the year of `today`."""
        year = today is not None and day.year != today.year
        return format_date(day, "d MMMM y, EEEE" if year else "d MMMM, EEEE", locale=self.locale)

    def short(self, day: Day) -> str:
        """«30.04» («30 Apr») for tables, and as an example of a day to type."""
        return format_skeleton(_SHORT.get(self.language, "MMdd"), day, locale=self.locale)

    def time(self, moment: datetime, zone: str) -> str:
        """«30 апреля, 10:12» in the zone of the reader."""
        local = moment.astimezone(ZoneInfo(zone))
        return format_datetime(local, "d MMMM, HH:mm", locale=self.locale)

    def number(self, value: Rational | Decimal | float | None) -> str:
        """«603», «66,6»: at most two decimals, half up; a dash where nothing is known."""
        if value is None:
            return "–"
        hundredths = floor(Fraction(value) * 100 + Fraction(1, 2))
        whole, rest = divmod(abs(hundredths), 100)
        sign = "−" if hundredths < 0 else ""
        decimals = f".{rest:02d}".rstrip("0").rstrip(".")
        return f"{sign}{whole}{decimals}".replace(".", "," if self.language == "ru" else ".")

    def size(self, size: int) -> str:
        """A file size: «640 КБ», «1,2 МБ», «61,6 ГБ»."""
        if size < 1024 * 1024:
            return self(N_("%(n)s KB"), n=max(1, round(size / 1024)))
        is_huge = size >= 1024**3
        number = f"{size / 1024 ** (3 if is_huge else 2):.1f}".removesuffix(".0")
        number = number.replace(".", "," if self.language == "ru" else ".")
        return self(N_("%(n)s GB"), n=number) if is_huge else self(N_("%(n)s MB"), n=number)

    def _fill(self, text: str, params: Mapping[str, Any]) -> str:
        if not params:
            return text
        return text % {key: self._value(value) for key, value in params.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Raw) and self.escape:
            return html.escape(value, quote=False)
        return value


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """All .po files of a language, compiled in memory and merged (English is its own source)."""
    merged: Catalog | None = None
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as source:
            parsed = read_po(source, locale=language)
        if merged is None:
            merged = parsed
        else:
            _add(merged, parsed)
    if merged is None:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _add(merged: Catalog, part: Catalog) -> None:
    # One catalogue instead of a chain of them: a page asks for hundreds of sentences.
    for message in part:
        if message.id and merged.get(message.id, message.context) is None:
            merged[message.id] = message


@cache
def texts(language: str, *, escape: bool = True) -> Texts:
    """Sentences of a language; an unknown one reads the default."""
    return Texts(language if language in LANGUAGES else DEFAULT_LANGUAGE, escape=escape)
