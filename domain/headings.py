"""Tables of results of assessments: where they begin, and what each column holds, whatever it is called. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from domain.documents import Grid, header_rows, joined_header
from domain.outcomes import AssessmentProcedure, Cluster, procedures
from domain.schools import fold

HEADER_WITHIN = 25  # rows of a sheet in which its first header is looked for
TITLE_ROWS = 3  # rows of one text above a further header that are its title
CLUSTER = "cluster"  # stands for a procedure where the pupils are the failing ones of a school
VALUES = ("below", "share", "passed", "passed_share", "cluster")  # columns that make a table one of results
_YEAR = re.compile(r"(?<!\d)20\d\d(?:\s*[-–/]\s*(?:20)?\d\d)?(?!\d)")
_BARE_MARK = re.compile(r"(.*?\s|)([2-5])(\s*,?\s*%)?")

Known = Mapping[str, AssessmentProcedure]
Line = tuple[int, list[str]]  # number in the file, cells


class Heading(NamedTuple):
    """What a column holds."""

    at: int  # column, from 0
    role: str  # one of VALUES, login, school, municipality, procedure, year, participants, number
    procedure: str | None
    year: int | None
    text: str
    cluster: Cluster | None = None  # of a column in which schools of one cluster are ticked


class Table(NamedTuple):
    """One table of a sheet; a sheet may hold several, each with a title that names its procedure or year."""

    name: str
    headings: list[Heading]
    lines: list[Line]
    procedure: str | None
    year: int | None
    known: Known


@cache
def words() -> dict[str, dict[str, re.Pattern[str]]]:
    """The patterns of `headings.toml`."""
    document = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))
    return {part: {k: re.compile(v) for k, v in found.items()} for part, found in document.items()}


def says(part: str, kind: str, text: str) -> bool:
    """Whether a text holds the words of a kind."""
    return words()[part][kind].search(fold(text)) is not None


def procedure_in(text: str, known: Known | None = None) -> str | None:
    """The procedure that a text names, of those `known`; without them, of those shipped."""
    folded = fold(text)
    for key, one in (procedures() if known is None else known).items():
        if folded == key or (not one.retired and all(re.search(word, folded) for word in one.words)):
            return key
    return CLUSTER if says("rows", "failing", text) else None


def year_in(text: str) -> int | None:
    """The year that a text names; of a school year the one in which it ends."""
    found = _YEAR.search(text)
    if found is None:
        short = words()["rows"]["short_year"].search(fold(text))  # «22/23 уч. г.»
        return 2000 + int(short[1]) if short else None
    last = re.findall(r"\d+", found[0])[-1]
    return int(last) if len(last) == 4 else 2000 + int(last)


def cluster_alone(text: str) -> Cluster | None:
    """The cluster that a text is about, where it is about one alone: «Сильно неуспевающие»."""
    if not says("clusters", "ticked", text):
        return None
    found = [c for c in Cluster if c is not Cluster.NONE and says("clusters", c.value, text)]
    return found[0] if len(found) == 1 else None


def tables_of(grid: Grid, procedure: str | None, year: int | None, known: Known) -> list[Table]:
    """The tables of a sheet. `procedure` and `year` stand for what the tables do not say by themselves."""
    lines = [[" ".join(cell.split()) for cell in line] for line in grid.texts()]
    begins = _first_header(lines, known)
    if begins is None:
        return []
    at, place = begins
    word = fold(lines[at][place])
    title = " ".join([*grid.above, *(c for row in lines[:at] for c in row if c), grid.name])
    found: list[Table] = []
    while at is not None:
        first, last = header_rows(lines, at, place)
        after = next((i for i in range(last + 1, len(lines)) if fold(lines[i][place]) == word), None)
        ends = len(lines) if after is None else _title_from(lines, header_rows(lines, after, place)[0], last)
        headings = headings_of(joined_header(lines, first, last, place), known)
        was = found[-1] if found else None
        found.append(
            Table(
                grid.name,
                headings,
                [(grid.rows[i].number, lines[i]) for i in range(last + 1, ends)],
                procedure or procedure_in(title, known) or (was.procedure if was else None),
                year or year_in(title) or (was.year if was else None),
                known,
            )
        )
        if after is not None:
            title = " ".join(c for row in lines[ends:after] for c in row if c)
        at = after  # type: ignore[assignment]
    return found


def _first_header(lines: Sequence[list[str]], known: Known) -> tuple[int, int] | None:
    """The row that names the schools, and the column where."""
    for at, line in enumerate(lines[:HEADER_WITHIN]):
        place = next(
            (i for i, cell in enumerate(line) if says("columns", "school", cell.replace("_", " "))), None
        )
        if place is None:
            place = next((i for i, cell in enumerate(line) if says("columns", "login", cell)), None)
        if place is None or sum(map(bool, line)) < 2:
            continue
        first, last = header_rows(list(lines), at, place)
        found = headings_of(joined_header(list(lines), first, last, place), known)
        if any(h.role in VALUES for h in found) or _lists_by_cluster(lines[last + 1 :]):
            return at, place
    return None


def _lists_by_cluster(lines: Sequence[list[str]]) -> bool:
    """Whether schools are listed under rows that name their cluster alone."""
    return any(cluster_alone(lone_text(line)) for line in lines)


def _title_from(lines: Sequence[list[str]], header: int, after: int) -> int:
    """The first of the rows of one text that stand right above a header."""
    at = header
    while at - 1 > after and header - at < TITLE_ROWS and lone_text(lines[at - 1]):
        at -= 1
    return at


def lone_text(line: Sequence[str]) -> str:
    """The only text of a row, its number aside; empty where there are several or none."""
    filled = [cell for cell in line if cell]
    if len(filled) == 2 and re.fullmatch(r"(\d{1,3}|[IVXІХ]{1,5})[.)]?", filled[0]):
        filled = filled[1:]
    return filled[0] if len(filled) == 1 and re.search(r"[^\W\d]", filled[0]) else ""


def headings_of(texts: Sequence[str], known: Known) -> list[Heading]:
    """What every column holds, by its header."""
    return [_heading(index, text, known) for index, text in enumerate(_marked(texts))]


def _marked(texts: Sequence[str]) -> list[str]:
    """Columns that are called «2», «3», «4», «5» without quotes, beside each other, are marks."""
    parts = [_BARE_MARK.fullmatch(text) for text in texts]
    groups: dict[tuple[str, str], set[str]] = {}
    for found in filter(None, parts):
        groups.setdefault((found[1], found[3] or ""), set()).add(found[2])
    return [
        f"{m[1]}«{m[2]}»{m[3] or ''}" if m and {"2", "3", "4"} <= groups[m[1], m[3] or ""] else text
        for text, m in zip(texts, parts, strict=True)
    ]


def _heading(index: int, text: str, known: Known) -> Heading:
    folded = text.replace("_", " ")
    found, when = procedure_in(text, known), year_in(text)
    only = cluster_alone(text)
    if says("columns", "login", folded):
        return Heading(index, "login", None, when, text)
    if says("columns", "cluster", folded) or only:
        return Heading(index, "cluster", CLUSTER, when, text, only)
    if says("values", "below", folded):
        return Heading(index, "share" if says("values", "share", folded) else "below", found, when, text)
    roles = (
        ("school",) if says("columns", "both", folded) else ("municipality", "school", "year", "procedure")
    )
    for role in roles:
        if says("columns", role, folded) and found is None:
            return Heading(index, role, None, None, text)
    return Heading(index, _counted(folded), found, when, text)


def _counted(text: str) -> str:
    """What a column of numbers counts; empty where it is of no use here."""
    if says("values", "other", text):
        return ""
    if says("values", "passed", text):
        return "passed_share" if says("values", "share", text) else "passed"
    return next((role for role in ("participants", "number") if says("values", role, text)), "")
