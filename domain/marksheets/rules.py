"""Reading tables of results: long («процедура, год, участники») or wide (a pair of columns for each procedure and year),
under rows that name a municipality, a procedure, a year or a cluster. Pure; what cannot be read is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from domain import figures
from domain.documents import Grid
from domain.errors import N_, DomainError
from domain.figures import Unread
from domain.headings import (
    CLUSTER,
    VALUES,
    Heading,
    Known,
    Table,
    cluster_alone,
    lone_text,
    procedure_in,
    says,
    tables_of,
    year_in,
)
from domain.outcomes import Cluster, cluster, procedures


class NoResults(DomainError):
    """No table with schools and results was found."""

    sentence = N_(
        "No table of results was found. It needs a header row with a column of schools and columns for "
        "participants and for those below the threshold."
    )


class Entry(NamedTuple):
    """One result as a row gives it; `cluster` is set for entries about clusters."""

    sheet: str
    row: int
    school: str
    municipality: str
    login: str
    procedure: str
    year: int
    participants: int | None
    below: int | None
    cluster: Cluster | None = None
    carried: bool = False  # the municipality stands in a row above

    @property
    def nobody(self) -> bool:
        """Whether the school only stands there: a dash or an empty cell in place of its numbers."""
        return self.participants is None and self.cluster is None


class Problem(NamedTuple):
    """What is to be looked at in a row; `message` is a catalogue key. Row 0 is the whole sheet."""

    sheet: str
    row: int
    message: str
    params: Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """A file as read. Rows of `problems` were left out, those of `doubts` were not."""

    entries: list[Entry] = field(default_factory=list)
    absent: list[Entry] = field(default_factory=list)  # schools that stand there without any number
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    columns: list[Heading] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)  # headers of columns that mean nothing here


@dataclass(slots=True)
class _Above:
    """What rows above say for those below: municipality, procedure, year, cluster."""

    municipality: str = ""
    procedure: str | None = None
    year: int | None = None
    cluster: Cluster | None = None


class _Row(NamedTuple):
    """One row: its number, its cells, those of columns that are of no procedure, and what rows above say."""

    number: int
    line: list[str]
    said: Mapping[str, str]
    above: _Above


def read(
    grids: Sequence[Grid],
    *,
    procedure: str | None = None,
    year: int | None = None,
    known: Known | None = None,
    name: str = "",
) -> Reading:
    """Every result of every table. `procedure` and `year` stand for what the file does not say; where nobody says it,
    the `name` of the file may. `known` are the procedures of the installation, without them those shipped.
    Raises NoResults."""
    reading = Reading()
    tables = [(g, tables_of(g, procedure, year, procedures() if known is None else known)) for g in grids]
    shown = any(found for grid, found in tables if not grid.hidden)
    for grid, found in tables:
        if found and grid.hidden and shown:
            # An old draft often lies there; what people see counts.
            reading.doubts.append(Problem(grid.name, 0, N_("a hidden sheet, not read"), {}))
            continue
        for table in found:
            _read_table(_by_name(table, name), reading)
    if not reading.columns:
        raise NoResults
    return reading


def _by_name(table: Table, name: str) -> Table:
    """A table whose procedure or year nothing in the file names."""
    text = name.replace("_", " ")
    return table._replace(
        procedure=table.procedure or procedure_in(text, table.known), year=table.year or year_in(text)
    )


def _read_table(table: Table, reading: Reading) -> None:
    _as_percent(table.headings, [line for _, line in table.lines])
    known = {(h.at, h.text) for h in reading.columns}
    reading.columns += [h for h in table.headings if h.role and (h.at, h.text) not in known]
    unused = [h.text for h in table.headings if not h.role and h.text and h.text not in reading.unused]
    reading.unused += unused
    above, finest = _Above(), _finest(table)
    for number, line in table.lines:
        for item in _row(table, number, line, above):
            if isinstance(item, Problem):
                reading.problems.append(item)
            else:
                (reading.absent if item.nobody else reading.entries).append(item)
        reading.doubts += _doubts(table, number, line, finest)


def _as_percent(headings: list[Heading], lines: list[list[str]]) -> None:
    """Shares that a sheet keeps as parts of one (0.125 shown as 12,5 %) become per cent, column by column.

    A column of small percentages (0,5 % of 200) is told from it by the counts: the reading that more rows follow is taken.
    """
    for h in headings:
        if h.role not in ("share", "passed_share"):
            continue
        found = [(line, part) for line in lines if (part := figures.part_of_one(_cell(line, h))) is not None]
        said = sum(not figures.is_nothing(_cell(line, h)) for line in lines)
        if len(found) < said or not any(0 < part < 1 for _, part in found):
            continue
        of = [(part, _people(_participants(headings, line, (h.procedure, h.year)))) for line, part in found]
        parts = sum(n > 0 and abs(part * n - round(part * n)) < Fraction(1, 10**6) for part, n in of)
        small = sum(n > 0 and figures.follows(str(float(part)), round(part * n / 100), n) for part, n in of)
        if parts < small:
            continue
        for line, part in found:
            line[h.at] = f"{float(part * 100):.10f}".rstrip("0").rstrip(".")


def _finest(table: Table) -> int:
    """How many decimals shares of a table have: among 12,5 and 33,3 a plain 30 is 30,0."""
    shares = [_cell(line, h) for h in table.headings if h.role == "share" for _, line in table.lines]
    return max(map(figures.decimals_of, shares), default=0)


def _people(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _row(table: Table, number: int, line: list[str], above: _Above) -> Iterator[Entry | Problem]:
    said = {h.role: _cell(line, h) for h in table.headings if h.role and h.procedure is None}
    # «Экзамен», «Предмет» and «Класс» name a procedure together.
    said["procedure"] = " ".join(_cell(line, h) for h in table.headings if h.role == "procedure")
    filled = [cell for cell in line if cell]
    numbered = filled == [str(n + 1) for n in range(len(filled))]  # «1 2 3 4» under a header
    if numbered or says("rows", "total", filled[0]) or _opens(table, line, above):
        return
    school, login = said.get("school", ""), said.get("login", "")
    if says("rows", "total", school):
        return
    alone = not login and not said.get("municipality", "") and not says("rows", "school", school)
    if alone and says("rows", "sums", school):
        above.municipality = school  # its own sums; its schools stand below
        return
    if not school and not login:
        if any(_cell(line, h) for h in table.headings if h.role in (*VALUES, "participants", "number")):
            yield Problem(table.name, number, N_("the name of the school is missing"), {})
        return
    above.municipality = said.get("municipality", "") or above.municipality
    for key in _keys(table, above):
        try:
            entry = _entry(table, _Row(number, line, said, above), key)
        except Unread as unread:
            yield Problem(table.name, number, unread.message, {"school": school, **unread.params})
            continue
        if entry is not None:
            yield entry


def _opens(table: Table, line: list[str], above: _Above) -> bool:
    """Whether a row names what the rows below it are about, or is a note."""
    text = lone_text(line)
    if not text:
        return False
    if says("rows", "note", text):
        return True
    if says("rows", "school", text):
        return False
    procedure = procedure_in(text, table.known)
    if procedure is not None and procedure != CLUSTER:
        above.procedure, above.year = procedure, year_in(text) or above.year
    elif (named := cluster_alone(text)) is not None:
        above.cluster = named
    elif says("rows", "place", text):
        above.municipality = text
    elif (year := year_in(text)) is not None:
        above.year = year
    else:
        return False
    return True


def _keys(table: Table, above: _Above) -> list[tuple[str | None, int | None]]:
    found = [(h.procedure, h.year) for h in table.headings if h.role in VALUES]
    return list(dict.fromkeys(found)) or ([(CLUSTER, None)] if above.cluster else [])


def _entry(table: Table, row: _Row, key: tuple[str | None, int | None]) -> Entry | None:
    number, line, said, above = row
    cells = _cells(table, line, key)
    participants = _participants(table.headings, line, key)
    participants = participants or figures.out_of(cells.get("below", ""))
    below, share = _missed_of(cells, participants)
    mark = cells.get("cluster", "")
    procedure = (
        key[0] or procedure_in(said.get("procedure", ""), table.known) or above.procedure or table.procedure
    )
    year = key[1] or year_in(said.get("year", "")) or above.year or table.year
    empty = figures.is_nothing(below) and figures.is_nothing(share) and mark == ""
    if procedure == CLUSTER and empty and above.cluster:
        mark, empty = above.cluster.value, False
    if empty and (procedure in (None, CLUSTER) or year is None):
        return None
    if procedure is None:
        named = (h.text for h in table.headings if h.role in VALUES and (h.procedure, h.year) == key)
        raise Unread(
            N_(
                "«%(value)s»: which procedure this is was not understood; name it in the table or at the import"
            ),
            value=said.get("procedure", "").strip() or next(named, ""),
        )
    if year is None:
        raise Unread(N_("the year is missing: write it into the table or name it at the import"))
    place = said.get("municipality", "") or above.municipality
    start = Entry(
        table.name, number, said.get("school", ""), place, said.get("login", ""), procedure, year, None, None
    )._replace(carried=not said.get("municipality", ""))
    if procedure == CLUSTER:
        return _cluster_entry(start, below, share, mark, participants)
    counted = figures.count(participants)
    if counted == 0 and all(figures.is_nothing(text) or figures.number(text) == 0 for text in (below, share)):
        return start._replace(participants=0, below=0)
    if empty:
        if figures.count(cells.get("participants", "")):
            raise Unread(N_("it is not said how many were below the threshold; if nobody, write 0"))
        return start  # nobody took part: no result, and none is made up
    if counted is None:
        raise Unread(N_("the number of participants is missing, a column with it is needed"))
    return start._replace(participants=counted, below=_missed(below, share, counted))


def _cells(table: Table, line: list[str], key: tuple[str | None, int | None]) -> dict[str, str]:
    """What stands in the columns of a procedure and year; a ticked column gives the name of its cluster."""
    cells: dict[str, str] = {}
    for h in table.headings:
        if (h.procedure, h.year) != key:
            continue
        text = _cell(line, h)
        if h.cluster is not None:
            if figures.is_nothing(text) or (not figures.is_mark(text) and cells.get("cluster")):
                text = cells.get("cluster", "")
            elif figures.is_mark(text):
                text = h.cluster.value
        if text or h.role not in cells:
            cells[h.role] = text
    return cells


def _missed_of(cells: Mapping[str, str], participants: str) -> tuple[str, str]:
    """(below, share) as texts; from those who passed, where only they are counted."""
    below, share = cells.get("below", ""), cells.get("share", "")
    if not (figures.is_nothing(below) and figures.is_nothing(share)):
        return below, share
    passed, rest = cells.get("passed", ""), cells.get("passed_share", "")
    counted = figures.count(participants)
    if counted is not None and not figures.is_nothing(passed):
        return str(counted - (figures.count(passed) or 0)), share
    if counted and not figures.is_nothing(rest):
        return str(counted - figures.of_share(rest, counted)), share
    return below, share


def _cluster_entry(start: Entry, below: str, share: str, mark: str, participants: str) -> Entry:
    counted = figures.count(participants)
    if counted and not (figures.is_nothing(below) and figures.is_nothing(share)):
        missed = _missed(below, share, counted)
        return start._replace(participants=counted, below=missed, cluster=cluster(missed, counted))
    if not figures.is_nothing(share):
        exact = figures.share(share)
        return start._replace(cluster=cluster(exact.numerator, 100 * exact.denominator))
    found = next((c for c in Cluster if says("clusters", c.value, mark)), None)
    if found is None:
        raise Unread(
            N_("the cluster «%(value)s» is not known; there are severe, moderate, basic and off the list"),
            value=mark,
        )
    return start._replace(cluster=found)


def _participants(headings: list[Heading], line: list[str], key: tuple[str | None, int | None]) -> str:
    """Participants of a procedure and year; they may be given once for several procedures or years."""
    for wanted in (key, (None, key[1]), (None, None)):
        for role in ("participants", "number"):  # «участников» before any other number
            found = [h for h in headings if h.role == role and (h.procedure, h.year) == wanted]
            # The shortest: «участников» before «участников с ОВЗ».
            if found and (text := _cell(line, min(found, key=lambda h: len(h.text)))):
                return text
    return ""


def _missed(below: str, share: str, participants: int) -> int:
    if figures.is_nothing(below):
        return figures.of_share(share, participants)
    missed = figures.count(below)
    if missed is None or not 0 <= missed <= participants:
        raise Unread(
            N_("%(below)s of %(participants)s below the threshold is impossible"),
            below=below,
            participants=participants,
        )
    return missed


def _doubts(table: Table, number: int, line: list[str], finest: int) -> Iterator[Problem]:
    """Counts and a share that contradict each other: the counts are taken; a share that several counts give."""
    for key in _keys(table, _Above()):
        cells = _cells(table, line, key)
        below, share = cells.get("below", ""), cells.get("share", "")
        try:
            of = figures.count(_participants(table.headings, line, key))
            if not of or figures.is_nothing(share):
                continue
            missed = figures.count(below)
            params = {"below": below, "participants": of, "value": share}
            if missed is None and len(fitting := figures.counts_of_share(share, of, finest)) > 1:
                said = N_(
                    "%(value)s per cent of %(participants)s fits %(first)s to %(last)s people, %(below)s was taken"
                )
                taken = {"below": figures.of_share(share, of), "first": fitting[0], "last": fitting[-1]}
                yield Problem(table.name, number, said, {**params, **taken})
            elif missed is not None and not figures.follows(share, missed, of):
                said = N_("%(below)s of %(participants)s is not %(value)s per cent")
                yield Problem(table.name, number, said, params)
        except Unread:
            continue  # told already


def _cell(line: list[str], heading: Heading) -> str:
    return line[heading.at].strip() if heading.at < len(line) else ""
