"""Reading a register: where the table is, what its columns mean, what a row says. Pure.

Headers and wordings are those of registers and summary tables of four regions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.documents import Grid
from domain.errors import N_, DomainError
from domain.schools import SchoolStatus

HEADER_WITHIN = 25  # rows of a sheet in which its header is looked for
NOTHING = ("", "-", "–", "—")  # how an empty cell is written

# What columns are called. The first pattern that fits a header gives its meaning, so the particular stands
# before the general («школа-наставник» before «школа»).
SYNONYMS: tuple[tuple[str, str], ...] = (
    ("number", r"^(№|n)(\s*п\s*/?\s*п)?\.?$|^п\s*/\s*п$"),
    ("distance_km", r"расстояни"),
    ("mentor_short", r"наставник.*(кратк|сокращ)"),
    ("mentor", r"наставник|школа[\s-]*(куратор|партн[её]р)|ближайш\w+ сош"),
    ("schools_total", r"всего (школ|оо\b|образоват)|(число|количество) (школ|оо)\b(?!.*(зон|шнор|шнсу))"),
    ("federal_login", r"логин|\bedu|^код (оо|школы)"),
    ("region", r"^регион|субъект"),
    ("short_name", r"кратк|сокращ[её]нн"),
    (
        "full_name",
        r"наименование.*(\bоо\b|\bоу\b|школ|образовательн\w+ (организ|учрежд))|полное наименование",
    ),
    ("municipality", r"муниципал|^(мр|го|мо|мсу)\b|^район|^территори|^городской округ"),
    (
        "full_name",
        r"^наименование$|^название|^школа\b|^школы$|^(оо|оу|(обще)?образовательн\w+ (организаци|учреждени)\w+)$",
    ),
    ("cohort", r"^групп|когорт|^год (вхождения|участия|включения)|^волна"),
    ("status", r"^статус|категори"),
    ("social_index", r"^(значение )?(исбш|исб)\b|индекс социальн"),
)
_SYNONYMS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in SYNONYMS)

_LOGIN = re.compile(r"edu\d{6}", re.IGNORECASE)
_DISTRICT = re.compile(r"([\w-]+)ск(?:ого|ом|ий|ому) (?:муниципальн\w+ )?район", re.IGNORECASE)
_REGION = re.compile(r"([\w-]+ск)(?:ой|ая) област|([\w-]+ск)(?:ого|ий) кра|Республик\w (\w+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_FEDERAL_COHORT = re.compile(r"500\s*\+\W{0,3}\s*(20\d\d)")
_TOTALS = re.compile(r"^(итого|всего|в целом|по региону|по области)\b", re.IGNORECASE)
# Of several words in one cell the list of low results decides: it is what the support is given for.
STATUSES = (
    (re.compile(r"резильент", re.IGNORECASE), SchoolStatus.RESILIENT),
    (
        re.compile(r"\bш?нор\b|низки\w+ (образовательн\w+ )?результат", re.IGNORECASE),
        SchoolStatus.LOW_RESULTS,
    ),
    (re.compile(r"\bшнсу\b|неблагоприятн", re.IGNORECASE), SchoolStatus.ADVERSE_CONDITIONS),
    (re.compile(r"зон\w+ риска", re.IGNORECASE), SchoolStatus.AT_RISK),
)


class NotARegister(DomainError):
    """No table with names of schools or municipalities was found."""

    sentence = N_(
        "No list of schools was found in the file. It needs a header row with a column such as "
        "«Полное наименование», «Школа» or «Муниципальное образование»."
    )


@dataclass(slots=True)
class RegisterRow:
    """What one row says; empty where the register does not say."""

    sheet: str
    row: int
    region: str = ""
    municipality: str = ""
    full_name: str = ""
    short_name: str = ""
    mentor: str = ""
    distance_km: int | None = None
    social_index: float | None = None
    status: SchoolStatus | None = None
    federal_login: str | None = None
    schools_total: int | None = None
    cohorts: list[str] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)  # headers of cells that could not be understood
    totals: list[int] = field(default_factory=list)  # totals of the same schools that contradict each other


class Reading(NamedTuple):
    """A register as read; `of_schools` is False for a list of municipalities with their totals."""

    of_schools: bool
    rows: list[RegisterRow]
    columns: dict[str, str]  # meaning → header
    passed_over: list[str]  # sheets that hold another table


def read(grids: Sequence[Grid]) -> Reading:
    """The first table with a header of a register, and every other table with the same header."""
    found: dict[str, int] = {}
    first_header: list[str] = []
    rows: list[RegisterRow] = []
    passed_over: list[str] = []
    for grid in grids:
        lines = [[_clean(cell) for cell in line] for line in grid.texts()]
        at = _header_row(lines)
        if at is None or (first_header and lines[at] != first_header):
            passed_over.append(grid.name)
            continue
        first_header, found = lines[at], columns(lines[at])
        title = " ".join([*grid.above, *(cell for line in lines[:at] for cell in line if cell)])
        numbers = [row.number for row in grid.rows]
        rows.extend(_rows(_Table(grid.name, lines[at + 1 :], numbers[at + 1 :], first_header, found, title)))
    if not first_header:
        raise NotARegister
    of_schools = bool({"full_name", "short_name"} & found.keys())
    return Reading(of_schools, rows, {f: first_header[i] for f, i in found.items()}, passed_over)


def columns(header: Sequence[str]) -> dict[str, int]:
    """Meaning → number of the column; of two columns with one meaning the first counts."""
    found: dict[str, int] = {}
    for index, text in enumerate(header):
        field_name = meaning(text)
        if field_name is not None:
            found.setdefault(field_name, index)
    return found


def meaning(header: str) -> str | None:
    """What a column with this header holds; None for a column that is kept as it is written."""
    text = " ".join(header.split()).strip(" :*")
    return next((name for name, pattern in _SYNONYMS if text and pattern.search(text)), None)


def status_of(words: str) -> SchoolStatus | None:
    """Why the school is supported, by the words of the register."""
    return next((status for pattern, status in STATUSES if pattern.search(words)), None)


def federal_cohorts(words: str) -> list[str]:
    """Cohorts of the federal project that a text names: «участник проекта «500+» 2022» → 500+ 2022."""
    return [f"500+ {year}" for year in _FEDERAL_COHORT.findall(words)]


def district_in(text: str) -> str:
    """The district that a full name or a title mentions: «Дергачевского района» → Дергачевский район."""
    found = _DISTRICT.search(text)
    return f"{found[1]}ский район" if found else ""


def region_in(text: str) -> str:
    """The region that a full name mentions: «Саратовской области» → Саратовская область."""
    found = _REGION.search(text)
    if not found:
        return ""
    if found[3]:
        return f"Республика {found[3]}"
    return f"{found[1]}ая область" if found[1] else f"{found[2]}ий край"


def number_in(text: str) -> float | None:
    """The number of a cell such as «45 км» or «39,4 (самый низкий в МР)»."""
    found = _NUMBER.search(text)
    return float(found[0].replace(",", ".")) if found else None


def _header_row(lines: Sequence[Sequence[str]]) -> int | None:
    best, best_score = None, 0
    for index, line in enumerate(lines[:HEADER_WITHIN]):
        known = columns(line)
        names = {"full_name", "short_name"} & known.keys() or {
            "municipality",
            "schools_total",
        } <= known.keys()
        # A title is one long cell; a header has several, and none of them a sentence.
        is_title = sum(map(bool, line)) == 1 and len(line) > 1
        if names and not is_title and len(known) > best_score:
            best, best_score = index, len(known)
    return best


class _Table(NamedTuple):
    """A table with its header found: the lines below it and their numbers in the file."""

    name: str
    lines: list[list[str]]
    numbers: list[int]
    header: list[str]
    found: dict[str, int]
    title: str


def _rows(table: _Table) -> Iterator[RegisterRow]:
    for number, values in zip(table.numbers, table.lines, strict=True):
        name = _cell(values, table.found, "full_name") or _cell(values, table.found, "short_name")
        numbered = all(value.isdigit() for value in values if value)  # «1 2 3 4 5» under a header
        is_total = _TOTALS.match(name) or _TOTALS.match(next(filter(None, values), ""))
        if any(values) and values != table.header and not numbered and not is_total:
            yield _row(table, number, values)


def _row(table: _Table, number: int, values: list[str]) -> RegisterRow:
    header, found, title = table.header, table.found, table.title
    row = RegisterRow(table.name, number)
    row.full_name = _cell(values, found, "full_name") or _cell(values, found, "short_name")
    row.short_name = _cell(values, found, "short_name")
    row.municipality = (
        _cell(values, found, "municipality") or district_in(row.full_name) or district_in(title)
    )
    row.region = _cell(values, found, "region") or region_in(row.full_name) or region_in(title)
    row.mentor = _cell(values, found, "mentor_short") or _cell(values, found, "mentor")
    cohort, status = _cell(values, found, "cohort"), _cell(values, found, "status")
    row.cohorts = [cohort] if cohort else federal_cohorts(status)
    row.status = status_of(status) or status_of(cohort)
    _numbers(row, values, header, found)
    login = _cell(values, found, "federal_login")
    if login:
        match = _LOGIN.search(login)
        row.federal_login = match[0].lower() if match else None
        row.unreadable += [] if match else [header[found["federal_login"]]]
    taken = set(found.values()) - ({found["status"]} if "status" in found else set())
    row.details = {
        header[i]: value
        for i, value in enumerate(values)
        if i not in taken and i < len(header) and header[i] and value not in NOTHING
    }
    return row


def _numbers(row: RegisterRow, values: list[str], header: list[str], found: dict[str, int]) -> None:
    read: dict[str, float | None] = {}
    for name, most in (("distance_km", 5000), ("social_index", 100), ("schools_total", 100_000)):
        text = _cell(values, found, name)
        number = number_in(text)
        if text not in NOTHING and (number is None or not 0 <= number <= most):
            row.unreadable.append(header[found[name]])
            number = None
        read[name] = number
    row.social_index = read["social_index"]
    row.distance_km = _whole(read["distance_km"])
    row.schools_total = _whole(read["schools_total"])
    totals = [
        number_in(value)
        for name, value in zip(header, values, strict=False)
        if meaning(name) == "schools_total" and value not in NOTHING
    ]
    if len(set(totals)) > 1:
        row.totals = [round(total) for total in totals if total is not None]


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _cell(values: list[str], found: dict[str, int], name: str) -> str:
    index = found.get(name)
    value = values[index] if index is not None and index < len(values) else ""
    return "" if value in ("-", "–", "—") else value


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())
