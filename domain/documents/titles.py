"""The title of a roadmap and the years that it is for: from the lines above its table, or else from its rows."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from domain.deadlines import Window
from domain.documents.text import one_line

_APPENDIX = re.compile(
    r"^\s*(?:приложени|утвержд|согласован|к приказу|к распоряж|к постановл|от\s+\d|№\s*\d|приказ(?:ом)?\s|директор|начальник|«?_{2,})",
    re.IGNORECASE,
)
_TITLE = re.compile(r"дорожн|план|перечень|мероприяти|программ|комплекс|график|карта|мер\b", re.IGNORECASE)
_SECTION = re.compile(r"^\s*(?:трек|раздел|направление|блок|этап|задача|модуль)\s*[\dIVX№:.]", re.IGNORECASE)
_SCHOOL_YEARS = re.compile(r"(20\d\d)\s*[-–—/]\s*(?:20)?(\d\d)\s*(?:-?й|-?го)?\s*уч", re.IGNORECASE)
_TWO_YEARS = re.compile(r"(20\d\d)\s*г?\.?\s*[-–—/]\s*(20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_DATED = re.compile(r"\b\d{1,2}[.]\d{1,2}[.](20\d\d)|\b\d{1,2}\s+[а-я]{3,8}\s+(20\d\d)")
_NEXT_YEAR = re.compile(r"план\w*\s+(?:\w+\s+){0,3}на\s+(20\d\d)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}|[IVXІХ]{1,4})[.)]\s*[А-ЯЁ«]")
_LONGEST_SECTION = 160
_MOST_LINES = 6
_LONGEST_LINE = 400


@dataclass(slots=True)
class Years:
    """The reference year of a document, where it was found, and the period that its title names."""

    year: int | None = None
    school_year: bool = False
    period: Window | None = None
    doubts: list[str] = field(default_factory=list)


def title_of(above: list[str]) -> tuple[str | None, list[str]]:
    """The title among the lines above a table, and the lines that are no part of it."""
    lines = [line for text in above for line in _own_lines(text)]
    start = len(lines)
    while start > 0 and len(lines) - start < _MOST_LINES:
        line = lines[start - 1]
        if len(line) > _LONGEST_LINE or _APPENDIX.match(line) or line.endswith((";", ":")):
            break
        start -= 1
    block = lines[start:]
    while len(block) > 1 and not _TITLE.search(block[0]):
        start += 1
        block = lines[start:]
    if not block:
        return None, lines
    return one_line(" ".join(block)), lines[:start]


def _own_lines(text: str) -> list[str]:
    """The lines of a text; a title broken over two lines inside one paragraph is one line."""
    lines = [one_line(line) for line in text.split("\n") if line.strip()]
    if any(_APPENDIX.match(line) for line in lines):
        return lines
    return [one_line(text)] if lines else []


def is_section_line(line: str, above: str = "") -> bool:
    """Whether a line above a table names a part of the plan and not the plan itself, whose title stands `above` it."""
    if _SECTION.match(line):
        return True
    numbered = _NUMBERED.match(line) is not None and len(line) < _LONGEST_SECTION
    return numbered and bool(_TITLE.search(above)) and not above.endswith((";", ":"))


def title_years(title: str | None) -> Years:
    """What a title says: «на 2022 год», «на 2021-2024 годы», «на 2022/2023 учебный год»."""
    if not title:
        return Years()
    if found := _SCHOOL_YEARS.search(title):
        first = int(found.group(1))
        return Years(first, True, Window(date(first, 8, 1), date(first + 1, 8, 31)))
    if found := _TWO_YEARS.search(title):
        first, second = int(found.group(1)), int(found.group(2)[-2:]) + 2000
        if first < second < first + 15:
            return Years(first, False, Window(date(first, 1, 1), date(second, 12, 31)))
    years = {int(year) for year in _YEAR.findall(_DATED.sub(" ", title))}
    if len(years) == 1:
        year = years.pop()
        return Years(year, False, Window(date(year, 1, 1), date(year, 12, 31)))
    return Years()


def document_years(
    title: str | None, others: list[str], deadlines: list[str], rows: list[str], name: str
) -> Years:
    """The reference year: title, date of the order above, years in the deadlines, in the rows, in the file's name."""
    years = title_years(title)
    dated = _dates(others)
    if years.period is not None and years.period.start and years.period.due:
        several = years.period.due.year - years.period.start.year > 1
        if several and dated and years.period.start.year <= dated[-1] <= years.period.due.year:
            years.year = dated[-1]
        return years
    if dated:
        return Years(dated[-1], doubts=["year_from_document"])
    counted = Counter(int(year) for text in deadlines for year in _YEAR.findall(text))
    if counted:
        return Years(min(counted, key=lambda y: (-counted[y], y)), doubts=["year_from_deadlines"])
    planned = [int(found) for text in rows for found in _NEXT_YEAR.findall(text)]
    if planned:
        return Years(min(planned) - 1, doubts=["year_from_text"])
    if found := _YEAR.search(name):
        return Years(int(found.group(1)), doubts=["year_from_name"])
    return Years(doubts=["no_year"])


def _dates(lines: list[str]) -> list[int]:
    return [int(a or b) for line in lines for a, b in _DATED.findall(line)]
