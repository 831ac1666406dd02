"""Reading a register: where the table is, what its columns mean, what a row says. Pure.

Headers and wordings are those of registers and summary tables of four regions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.documents import Grid, deeper_header, told_apart
from domain.errors import N_, DomainError
from domain.schools import SchoolStatus
from domain.turning import turned

HEADER_WITHIN = 25  # rows of a sheet in which its header is looked for
_OF_PLACES = frozenset({"full_name", "short_name", "municipality", "region", "mentor", "mentor_short"})
NOTHING = ("", "-", "–", "—")  # how an empty cell is written

# What columns are called; the first pattern that fits counts («школа-наставник» before «школа»).
SYNONYMS: tuple[tuple[str, str], ...] = (
    ("number", r"^(№|n)(\s*п\s*/?\s*п)?\.?$|^п\s*/\s*п$"),
    ("distance_km", r"расстояни|удал[её]нн\w+ (от|,)|^удал[её]нность|^км\b"),
    ("mentor_short", r"наставник.*(кратк|сокращ)"),
    ("mentor", r"наставник|школ\w*[\s-]*(куратор|партн[её]р|лидер)|школ\w+ с высоким|(базов|опорн)\w+ (школ|оо\b)|ближайш\w+ сош"),
    ("schools_total", r"всего (школ|оо\b|(обще)?образоват)|^(школ|оо) всего|(число|кол-?(ичест)?во) (школ|оо|(обще)?образовательн\w+ организац\w+)\b(?!.*(зон|шнор|шнсу))"),
    ("federal_login", r"логин|\bedu|^код (оо|школы)"),
    ("region", r"^регион\b|субъект|^(область|край|республика)$"),
    ("short_name", r"кратк|сокращ[её]нн|^сокр\b"),
    ("full_name", r"наименование.*(\bоо\b|\bоу\b|школ|образовательн\w+ (организ|учрежд))|полное наименование"),
    ("municipality", r"муниципал|^(мр|го|мо|мсу)\b|^район|^территори|^(городской )?округ|^город\b|^наименование (района|города|округа|терр|мо\b)|^ате$|^административно|^моуо$|^орган управления образ"),
    ("full_name", r"^(юридическое )?наименование( (организации|учреждения|юр\w+ лица))?$|^полное название|^название|^школа\b|^школы( шнор)?$|^участники? проекта$|^(учреждение|организация|оо|оу|(обще)?образовательн\w+ (организаци|учреждени)\w+)( *\(.*\))?$"),
    ("cohort", r"^групп|когорт|^год (вхождения|участия|включения)|^волна|^поток\b|^участие в проекте|^проект$"),
    ("status", r"^статус|категори|^(признак )?(шнор|шнсу)\b|^список \(|^тип поддержки|^(основание|причина) (включения|отнесения)"),
    ("social_index", r"^(значение |индекс )?(исбш|исб)\b|индекс социальн|^значение индекса"),
)  # fmt: skip
# Columns about people and addresses, whatever place or school stands in their headers too.
_ABOUT_PEOPLE = re.compile(
    r"\bфио\b|ф\.\s?и\.\s?о|фамили|телефон|почт|e-?mail|адрес|должност|координатор|руководител|директор|ответственн|^куратор",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"(?<=[а-яё])-\s*\n\s*(?=[а-яё])")  # «общеобразова-», on the next line «тельной»
# A row of one cell that names the place of the schools below it.
_GROUP = re.compile(r"район|округ|муниципал|^(г|город|го|мр|мо)\b\.?|\b(мр|го|мо)$", re.IGNORECASE)
_SCHOOL = re.compile(
    r"школ|\b[сон]?о?ш\b|гимнази|лице|\bм[бака]?оу\b|центр образован|кадетск|интернат", re.IGNORECASE
)
_POST = re.compile(
    r"^(и\.\s?о\.\s?)?(начальник|директор|руководител|заведующ|заместител|председател|исполнител|исп\b|глава)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^([А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё-]+|[А-ЯЁ][а-яё-]+\s[А-ЯЁ]\.\s?[А-ЯЁ]\.)$")
_ORDER = re.compile(r"^(\d{1,2}|[IVXІХ]{1,5})[.)]\s*")
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


class Left(NamedTuple):
    """A line of the table that holds no school: a group's name, a note, a total, a signature."""

    sheet: str
    row: int
    text: str


class Reading(NamedTuple):
    """A register as read; `of_schools` is False for a list of municipalities with their totals."""

    of_schools: bool
    rows: list[RegisterRow]
    columns: dict[str, str]  # meaning → header
    passed_over: list[str]  # sheets that hold another table
    header: list[str]  # every column of the first table
    meanings: list[str | None]  # what each was taken for
    left: list[Left]


def read(grids: Sequence[Grid], chosen: Sequence[str | None] | None = None) -> Reading:
    """The first table with a header of a register, and every other one of the same kind.

    `chosen`: what a person took each column of the first table for; it holds for tables with the same header.
    """
    if not any(_table(grid) for grid in grids):
        grids = turned(grids)
    first: _Table | None = None
    rows: list[RegisterRow] = []
    left: list[Left] = []
    passed_over: list[str] = []
    for grid in grids:
        table = _table(grid)
        if table is None or (first is not None and not _of_one_kind(first, table)):
            passed_over.append(grid.name)
            continue
        if chosen is not None and (first is None or table.header == first.header):
            named = list(chosen)[: len(table.header)]
            table = table._replace(found={name: index for index, name in enumerate(named) if name})
            if not (_lists_schools(table.found) or {"municipality", "schools_total"} <= table.found.keys()):
                raise NotARegister
        first = first or table
        rows.extend(_rows(table, left))
    if first is None:
        raise NotARegister
    by_index = {index: name for name, index in first.found.items()}
    return Reading(
        _lists_schools(first.found),
        rows,
        {name: first.header[index] for name, index in first.found.items()},
        passed_over,
        first.header,
        [by_index.get(index) for index in range(len(first.header))],
        left,
    )


def _lists_schools(found: Mapping[str, int]) -> bool:
    return bool({"full_name", "short_name"} & found.keys())


def _of_one_kind(first: "_Table", other: "_Table") -> bool:
    """Whether a further table goes on with the register: the same header, or schools with their places again."""
    if first.header == other.header:
        return True
    both = _lists_schools(first.found) and _lists_schools(other.found)
    return both and "municipality" in first.found and "municipality" in other.found


def _table(grid: Grid) -> "_Table | None":
    """The table of a grid with its header of one row or several, or None where no header is found."""
    texts = grid.texts()
    lines = [[_clean(cell) for cell in line] for line in texts]
    headers = [[_heading(cell) for cell in line] for line in texts[:HEADER_WITHIN]]
    at = _header_row(headers)
    if at is None:
        return None
    header, below = deeper_header(grid, at, told_apart(headers[at]))
    title = " ".join([*grid.above, *(cell for line in lines[:at] for cell in line if cell)])
    numbers = [row.number for row in grid.rows]
    filled = {row.number: [cell for cell in row.cells if cell.text] for row in grid.rows[below:]}
    across = frozenset(n for n, cells in filled.items() if len(cells) == 1 and cells[0].span > 1)
    return _Table(grid.name, lines[below:], numbers[below:], header, columns(header), title, across)


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
    found = next((name for name, pattern in _SYNONYMS if text and pattern.search(text)), None)
    return None if found in _OF_PLACES and _ABOUT_PEOPLE.search(text) else found


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
    across: frozenset[int]  # numbers of rows with one cell that runs over several columns


def _rows(table: _Table, left: list[Left]) -> Iterator[RegisterRow]:
    group = ""
    for number, values in zip(table.numbers, table.lines, strict=True):
        filled = [value for value in values if value]
        if not filled or _repeats(values, table.header):
            continue
        if all(value.isdigit() for value in filled):  # «1 2 3 4 5» under a header
            continue
        named = _group(values, table.found, across=number in table.across)
        if named:
            group = named
        elif not _says_nothing(values, table.found, across=number in table.across):
            row = _row(table, number, values)
            if group and not _cell(values, table.found, "municipality"):
                row.municipality = group
            yield row
            continue
        left.append(Left(table.name, number, " | ".join(dict.fromkeys(filled))))


def _repeats(values: Sequence[str], header: Sequence[str]) -> bool:
    return [_folded(value) for value in values] == [_folded(text) for text in header]


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _group(values: Sequence[str], found: Mapping[str, int], *, across: bool) -> str:
    """The municipality that a row of one cell names for the schools below it."""
    alone = {value for value in values if value}
    if len(alone) != 1 or not _lists_schools(found) or (_cell(values, found, "municipality") and not across):
        return ""
    text = _ORDER.sub("", alone.pop())  # «II. г. Торжок»
    return text if _GROUP.search(text) and not _SCHOOL.search(text) and len(text) < 100 else ""


def _says_nothing(values: Sequence[str], found: Mapping[str, int], *, across: bool) -> bool:
    """Whether a line is a total, a note or a signature and no row of the register."""
    name = _cell(values, found, "full_name") or _cell(values, found, "short_name")
    filled = [value for value in values if value]
    if _TOTALS.match(name) or _TOTALS.match(filled[0]):
        return True
    if not _lists_schools(found):
        return len(filled) == 1 and not _cell(values, found, "municipality")
    if _POST.match(filled[0]) and any(_PERSON.match(value) for value in filled[1:]):
        return True
    place_alone = bool(_cell(values, found, "municipality")) and not across  # its school is missing
    return not name and len(set(filled)) == 1 and not place_alone


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


def _cell(values: Sequence[str], found: Mapping[str, int], name: str) -> str:
    index = found.get(name)
    value = values[index] if index is not None and index < len(values) else ""
    return "" if value in ("-", "–", "—") else value


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def _heading(cell: str) -> str:
    """A header's words, those broken at the ends of lines made whole."""
    return _clean(_BROKEN.sub("", cell))
