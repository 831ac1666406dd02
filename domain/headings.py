"""Tables of results of assessments: where they begin, and what each column holds, whatever it is called. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from domain.documents import Grid, header_rows, joined_header
from domain.errors import N_, DomainError
from domain.outcomes import AssessmentProcedure, Cluster, procedures
from domain.schools import fold

HEADER_WITHIN = 25  # rows of a sheet in which its first header is looked for
NAMED_WITHIN = 40  # cells of a column that are looked at for names of clusters
TITLE_ROWS = 3  # rows of one text above a further header that are its title
CLUSTER = "cluster"  # stands for a procedure where the pupils are the failing ones of a school
OTHER = "?"  # stands for a procedure where a subject is named that nobody compares here
VALUES = ("below", "share", "passed", "passed_share", "cluster")  # columns that make a table one of results
COUNTED = (
    "participants",
    "number",
    "mark",
)  # columns that say of how many; «mark»: with a mark above the lowest
YEAR = re.compile(r"(?<!\d)20\d\d(?:\s*[-–/]\s*(?:20)?\d\d)?(?!\d)")
_BARE_MARK = re.compile(r"(.*?\s|)([2-5])(\s*,?\s*%)?")

Known = Mapping[str, AssessmentProcedure]
Line = tuple[int, list[str]]  # number in the file, cells


LONGEST_LIST = 300  # characters of the columns that a refusal names


class NoResults(DomainError):
    """No table with schools and results was found."""

    sentence = N_(
        "No table of results was found. It needs a header row with a column of schools and columns for "
        "participants and for those below the threshold."
    )


class NoValues(NoResults):
    """There are schools, but no results beside them."""

    sentence = N_(
        "Sheet «%(sheet)s», row %(row)s: there is a column of schools, but none of those below the threshold: "
        "%(columns)s. Call one so that it says «below the threshold», in people or per cent."
    )


class NoSchools(NoResults):
    """There are results, but nobody says of which schools."""

    sentence = N_(
        "Sheet «%(sheet)s», row %(row)s: there are results, but no column of schools. Results are brought in by school: "
        "a column «School» is needed."
    )


class Heading(NamedTuple):
    """What a column holds."""

    at: int  # column, from 0
    role: str  # one of VALUES, COUNTED, login, school, municipality, procedure, year
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
    around: tuple[str, ...] = ()  # titles, the nearest first, and the name of the file
    rows: Mapping[int, int] = {}  # column → row, where a line was made of several rows


@cache
def words() -> dict[str, dict[str, re.Pattern[str]]]:
    """The patterns of `headings.toml`."""
    document = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))
    return {part: {k: re.compile(v) for k, v in found.items()} for part, found in document.items()}


def says(part: str, kind: str, text: str) -> bool:
    """Whether a text holds the words of a kind."""
    return words()[part][kind].search(fold(text)) is not None


def procedure_in(text: str, known: Known | None = None, around: Sequence[str] = ()) -> str | None:
    """The procedure that a text names, of those `known`; without them, of those shipped.

    What a text leaves out, the texts `around` it may say, the nearest first: «Математика, 5 класс» under «ВПР 2023».
    """
    folded, every = _unnumbered(text), procedures() if known is None else known
    for key, one in every.items():
        if folded == key or (not one.retired and all(re.search(word, folded) for word in one.words)):
            return key
    if says("rows", "failing", text):
        return CLUSTER
    if says("rows", "other_subject", text):
        return None
    said = ""
    for further in around:
        said += f" {_unnumbered(further)}"
        if (found := _completed(folded, said, every)) is not None:
            return found
    return None


def _unnumbered(text: str) -> str:
    """A text without numbers of schools and marks, which are no grades."""
    return words()["rows"]["no_grade"].sub("", fold(text))


def _completed(text: str, around: str, known: Known) -> str | None:
    """The procedure of which a text says most and the texts around it the rest; None where several would do."""
    hits: dict[str, int] = {}
    for key, one in known.items():
        here = [bool(re.search(word, text)) for word in one.words]
        if not one.retired and any(here):
            rest = (word for word, is_here in zip(one.words, here, strict=True) if not is_here)
            if all(re.search(word, around) for word in rest):
                hits[key] = sum(here)
    most = [key for key, count in hits.items() if count == max(hits.values())]
    return most[0] if len(most) == 1 else None


def year_in(text: str) -> int | None:
    """The year that a text names; of a school year the one in which it ends."""
    found = YEAR.search(text)
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


def _own(heading: Heading, lowest: Sequence[str], known: Known) -> Heading:
    """What a column holds by its own cell, where it says whose the row is under a text that names a procedure."""
    if heading.role in VALUES or heading.procedure is None or heading.at >= len(lowest):
        return heading
    own = heading_of(heading.at, lowest[heading.at], known)
    return own if own.role in ("login", "school", "municipality", "year") else heading


def _by_content(headings: list[Heading], lines: Sequence[list[str]]) -> list[Heading]:
    """Columns that hold nothing but names of clusters are clusters, whatever they are called («Категория»)."""
    found = []
    for h in headings:
        said = [line[h.at] for line in lines if h.role not in ("school", "login") and line[h.at]]
        named = sum(says("clusters", "alone", text) for text in said[:NAMED_WITHIN])
        is_cluster = named > 0 and 2 * named > len(said[:NAMED_WITHIN])
        found.append(Heading(h.at, "cluster", CLUSTER, h.year, h.text) if is_cluster else h)
    return found


def _beside(headings: list[Heading]) -> list[list[Heading]]:
    """The columns of tables that stand beside each other, each with a column of schools of its own."""
    parts: list[list[Heading]] = [[]]
    for h in headings:
        roles = {o.role for o in parts[-1]}
        if h.role == "school" and "school" in roles and roles & set(VALUES):
            whose: list[Heading] = []
            while parts[-1][-1].role not in (*VALUES, *COUNTED):
                whose.insert(0, parts[-1].pop())
            parts.append(whose)
        parts[-1].append(h)
    return parts


def plain_lines(grid: Grid) -> list[list[str]]:
    """The rows of a sheet, every cell on one line, words that were broken at its end made whole."""
    broken = words()["rows"]["broken"]
    return [
        [" ".join((broken.sub("", cell) if "\n" in cell else cell).split()) for cell in line]
        for line in grid.texts()
    ]


def tables_of(
    grid: Grid, procedure: str | None, year: int | None, known: Known, name: str = ""
) -> list[Table]:
    """The tables of a sheet. `procedure` and `year` stand for what the tables do not say by themselves; where nobody
    says it, the `name` of the file may."""
    lines = plain_lines(grid)
    begins = _first_header(lines, known)
    if begins is None:
        return []
    at, place = begins
    word, file = fold(lines[at][place]), name.replace("_", " ")
    title = top = " ".join([*grid.above, *(c for row in lines[:at] for c in row if c), grid.name])
    found: list[Table] = []
    while at is not None:
        first, last = header_rows(lines, at, place)
        after = next((i for i in range(last + 1, len(lines)) if fold(lines[i][place]) == word), None)
        ends = len(lines) if after is None else _title_from(lines, header_rows(lines, after, place)[0], last)
        around = tuple(dict.fromkeys((title, top, file)))
        joined = joined_header(lines, first, last, place)
        headings = [_own(h, lines[last], known) for h in headings_of(joined, known, around)]
        headings = _by_content(headings, lines[last + 1 : len(lines) if after is None else after])
        was = found[-1] if found else None
        named = procedure or procedure_in(title, known, around[1:])
        if named is None and not says("rows", "other_subject", title):
            named = procedure_in(file, known) or (was.procedure if was else None)
        found += [
            Table(
                grid.name,
                columns,
                [(grid.rows[i].number, lines[i]) for i in range(last + 1, ends)],
                named,
                year or year_in(title) or (was.year if was else None) or year_in(file),
                known,
                around,
            )
            for columns in _beside(headings)
        ]
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
        found = _by_content(found, lines[last + 1 :])
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


def headings_of(texts: Sequence[str], known: Known, around: Sequence[str] = ()) -> list[Heading]:
    """What every column holds, by its header; targets, changes and parts of the pupils beside the results are no
    results, unless the table has nothing else."""
    marked = _marked(texts)
    found = [heading_of(index, text, known, around) for index, text in enumerate(marked)]
    beside = [h.role in VALUES and says("values", "aside", h.text) for h in found]
    if any(h.role in VALUES and not aside for h, aside in zip(found, beside, strict=True)):
        found = [h._replace(role="") if aside else h for h, aside in zip(found, beside, strict=True)]
    whole = {_column(h) for h in found if not says("values", "part", h.text)}
    return [
        h._replace(role="") if h.role and says("values", "part", h.text) and _column(h) in whole else h
        for h in found
    ]


def _column(heading: Heading) -> tuple[str, str | None, int | None]:
    return heading.role, heading.procedure, heading.year


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


def heading_of(index: int, text: str, known: Known, around: Sequence[str] = ()) -> Heading:
    """What a column of this header holds; texts `around` may say which procedure."""
    folded = text.replace("_", " ")
    found, when = procedure_in(text, known), year_in(text)
    only = cluster_alone(text)
    if says("columns", "login", folded):
        return Heading(index, "login", None, when, text)
    if says("columns", "cluster", folded) or only:
        return Heading(index, "cluster", CLUSTER, when, text, only)
    roles = (
        ("school",) if says("columns", "both", folded) else ("municipality", "school", "year", "procedure")
    )
    below = says("values", "below", folded)
    for role in roles:
        if not below and says("columns", role, folded) and found is None:
            return Heading(index, role, None, None, text)
    if found is None:
        found = OTHER if says("rows", "other_subject", text) else procedure_in(text, known, around)
    if below:
        return Heading(index, "share" if says("values", "share", folded) else "below", found, when, text)
    return Heading(index, _counted(folded), found, when, text)


def _counted(text: str) -> str:
    """What a column of numbers counts; empty where it is of no use here."""
    if says("values", "other", text):
        is_share = says("values", "share", text) or not says("values", "mark", text)
        return "" if is_share else "mark"
    if says("values", "passed", text):
        return "passed_share" if says("values", "share", text) else "passed"
    return next((role for role in ("participants", "number") if says("values", role, text)), "")


def nothing_found(grids: Sequence[Grid], known: Known) -> NoResults:
    """What the likeliest row of a header lacks."""
    for grid in grids:
        for row, line in zip(grid.rows, plain_lines(grid), strict=True):
            headings = headings_of(line, known)
            roles = {h.role for h in headings}
            several = sum(map(bool, line)) > 1
            if several and roles & {"school", "login"} and not roles & set(VALUES):
                columns = ", ".join(f"«{h.text}»" for h in headings if h.text)
                return NoValues(sheet=grid.name, row=row.number, columns=columns[:LONGEST_LIST])
            if several and roles & set(VALUES) and roles & {"municipality", "participants", "number"}:
                return NoSchools(sheet=grid.name, row=row.number)
    return NoResults()
