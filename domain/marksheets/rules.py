"""Reading tables of results: long («процедура, год, участники») or wide (a pair of columns for each procedure and year),
under rows that name a municipality, a procedure, a year or a cluster. Pure; what cannot be read is named."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain import figures
from domain.cards import cards_of
from domain.documents import Grid
from domain.errors import N_
from domain.figures import Unread
from domain.headings import (
    CLUSTER,
    OTHER,
    VALUES,
    Heading,
    Known,
    Table,
    cluster_alone,
    lone_text,
    nothing_found,
    procedure_in,
    says,
    tables_of,
    year_in,
)
from domain.outcomes import Cluster, cluster, procedures
from domain.tallies import Key, as_percent, cell, counts_people, keys_of, marks_as_shares, tally

UNKNOWN = N_(
    "«%(value)s»: which procedure this is was not understood; name it in the table or at the import, a new one add to the procedures"
)

# A rounded share compared with another one would call schools «unchanged» or «nobody below» that are not.
ONLY_SHARE = N_(
    "«%(value)s»: only the share is known, and it alone does not say how many people it is. Add a column with the "
    "participants beside it"
)
TOGETHER = {  # what is said of many rows at once
    UNKNOWN: N_(
        "«%(value)s» (rows: %(rows)s): which procedure this is was not understood; name it in the table or at the "
        "import, a new one add to the procedures"
    ),
    ONLY_SHARE: N_(
        "«%(value)s» (rows: %(rows)s): only the share is known, and it alone does not say how many people it is. Add "
        "a column with the participants beside it"
    ),
}


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
    around: str = ""  # titles, names of the sheet and the file: they may name the municipality

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
    school: str = ""
    login: str = ""
    around: str = ""  # titles and the name of the file
    told: set[tuple[str, str]] = field(default_factory=set)  # procedures and years of that school so far
    named: dict[str, str | None] = field(default_factory=dict)  # procedures by what cells say

    def take(self, said: Mapping[str, str]) -> None:
        """Remember whose row this is."""
        school, login = said.get("school", ""), said.get("login", "")
        if (school, login) != (self.school, self.login):
            self.school, self.login = school, login
            self.told.clear()
        self.told.add(_about(said))
        self.municipality = said.get("municipality", "") or self.municipality


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
    every = procedures() if known is None else known
    of_all = " ".join(
        [name, *(grids[0].above if grids else ())]
    )  # a title over the first table is of all of them
    tables = [(g, tables_of(g, procedure, year, every, of_all)) for g in grids]
    tables = [(g, found or cards_of(g, procedure, year, every, of_all)) for g, found in tables]
    shown = any(found for grid, found in tables if not grid.hidden)
    for grid, found in tables:
        if found and grid.hidden and shown:
            # An old draft often lies there; what people see counts.
            reading.doubts.append(Problem(grid.name, 0, N_("a hidden sheet, not read"), {}))
            continue
        for table in found:
            _read_table(table, reading)
    if not reading.columns:
        raise nothing_found(grids, every)
    reading.problems = _gathered(reading.problems)
    return reading


def _gathered(problems: list[Problem]) -> list[Problem]:
    """One line for all rows that lack the same thing of the whole table."""
    rows = Counter((p.sheet, p.message, p.params["value"]) for p in problems if p.message in TOGETHER)
    kept: dict[tuple[object, ...], Problem] = {}
    for number, problem in enumerate(problems):
        if problem.message not in TOGETHER:
            kept[number,] = problem
            continue
        value = problem.params["value"]
        key = problem.sheet, problem.message, value
        params = {"value": value, "rows": rows[key]}
        several = problem._replace(message=TOGETHER[problem.message], params=params)
        kept.setdefault(key, several if rows[key] > 1 else problem)
    return list(kept.values())


def _read_table(table: Table, reading: Reading) -> None:
    lines = [line for _, line in table.lines if not _is_sum(table, line)]
    table = table._replace(headings=marks_as_shares(table.headings, lines))
    as_percent(table.headings, lines)
    known = {(h.at, h.text) for h in reading.columns}
    reading.columns += [h for h in table.headings if h.role and (h.at, h.text) not in known]
    unused = [h.text for h in table.headings if not h.role and h.text and h.text not in reading.unused]
    reading.unused += unused
    # A card says itself whose it is; the title of its sheet may be that of another school.
    above, finest = _Above(around="" if table.rows else " ".join(table.around)), _finest(table)
    for number, line in table.lines:
        for item in _row(table, number, line, above):
            if isinstance(item, Problem):
                reading.problems.append(item)
            else:
                (reading.absent if item.nobody else reading.entries).append(item)
        if not _is_sum(table, line):
            reading.doubts += _doubts(table, number, line, finest)


def _is_sum(table: Table, line: Sequence[str]) -> bool:
    """Whether a row holds sums of others: «Итого», «Вся выборка», in the column of schools «Ярославская обл.»."""
    if says("rows", "total", next(filter(None, line), "")):
        return True
    school = next((cell(line, h) for h in table.headings if h.role == "school"), "")
    return says("rows", "total", school) or says("rows", "whole", school)


def _finest(table: Table) -> int:
    """How many decimals shares of a table have: among 12,5 and 33,3 a plain 30 is 30,0."""
    shares = [cell(line, h) for h in table.headings if h.role == "share" for _, line in table.lines]
    return max(map(figures.decimals_of, shares), default=0)


def _row(table: Table, number: int, line: list[str], above: _Above) -> Iterator[Entry | Problem]:
    said = {h.role: cell(line, h) for h in table.headings if h.role and h.procedure is None}
    # «Экзамен», «Предмет» and «Класс» name a procedure together.
    said["procedure"] = " ".join(cell(line, h) for h in table.headings if h.role == "procedure").strip()
    filled = [text for text in line if text]
    numbered = filled == [str(n + 1) for n in range(len(filled))]  # «1 2 3 4» under a header
    if numbered or _is_sum(table, line) or says("rows", "note", filled[0]) or _opens(table, line, above):
        return
    school, login = said.get("school", ""), said.get("login", "")
    alone = not login and not said.get("municipality", "") and not says("rows", "school", school)
    if alone and says("rows", "sums", school):
        above.municipality = school  # its own sums; its schools stand below
        return
    if not school and not login and not _goes_on(said, above):
        if any(cell(line, h) for h in table.headings if h.role in (*VALUES, "participants", "number")):
            yield Problem(table.name, number, N_("the name of the school is missing"), {})
        return
    above.take(said)
    for key in keys_of(table.headings) or ([(CLUSTER, None)] if above.cluster else []):
        own = next(
            (table.rows[h.at] for h in table.headings if h.at in table.rows and _is_value(h, key)), number
        )
        try:
            entry = _entry(table, _Row(own, line, said, above), key)
        except Unread as unread:
            yield Problem(table.name, own, unread.message, {"school": above.school, **unread.params})
            continue
        if entry is not None:
            yield entry


def _is_value(heading: Heading, key: Key) -> bool:
    return heading.role in VALUES and (heading.procedure, heading.year) == key


def _goes_on(said: dict[str, str], above: _Above) -> bool:
    """Whether a row without a school is about that of the row above: its next procedure or year. A cell that ran down
    over several rows leaves them empty in a csv file."""
    goes_on = above.school != "" and said["procedure"] != "" and _about(said) not in above.told
    if goes_on:
        said.update(school=above.school, login=above.login)
    return goes_on


def _about(said: Mapping[str, str]) -> tuple[str, str]:
    return said["procedure"], said.get("year", "")


def _opens(table: Table, line: list[str], above: _Above) -> bool:
    """Whether a row names what the rows below it are about, or is a note."""
    text = lone_text(line)
    if not text or says("rows", "note", text):
        return text != ""
    if (named := cluster_alone(text)) is not None:
        above.cluster = named
        return True
    if says("rows", "school", text):
        return False
    procedure = procedure_in(text, table.known)
    if procedure is None and not says("rows", "place", text):
        procedure = procedure_in(text, table.known, table.around)
    if procedure is not None and procedure != CLUSTER:
        above.procedure, above.year = procedure, year_in(text) or above.year
    elif says("rows", "place", text):
        above.municipality = text
    elif (year := year_in(text)) is not None:
        above.year = year
    else:
        return False
    return True


def _entry(table: Table, row: _Row, key: Key) -> Entry | None:
    number, line, said, above = row
    found = tally(table.headings, line, key)
    mark = found.mark
    procedure = key[0] or _procedure(table, said["procedure"], above)
    year = key[1] or year_in(said.get("year", "")) or above.year or table.year
    empty = found.is_empty
    if procedure == CLUSTER and empty and above.cluster:
        mark, empty = above.cluster.value, False
    if empty and (procedure in (None, OTHER, CLUSTER) or year is None):
        return None
    if procedure in (None, OTHER):
        named = (h.text for h in table.headings if _is_value(h, key))
        raise Unread(
            UNKNOWN,
            value=said["procedure"] or next(named, ""),
        )
    if year is None:
        raise Unread(N_("the year is missing: write it into the table or name it at the import"))
    start = Entry(
        table.name,
        number,
        above.school,
        said.get("municipality", "") or above.municipality,
        above.login,
        procedure,
        year,
        None,
        None,
        carried=not said.get("municipality", ""),
        around=above.around,
    )
    if procedure == CLUSTER:
        return _cluster_entry(start, found.below, found.share, mark, found.participants)
    counted = figures.count(found.participants)
    nobody = all(figures.is_nothing(text) or figures.number(text) == 0 for text in (found.below, found.share))
    if counted == 0 and nobody:
        return start._replace(participants=0, below=0)
    if empty:
        if counted:
            raise Unread(N_("it is not said how many were below the threshold; if nobody, write 0"))
        return start  # nobody took part: no result, and none is made up
    if counted is None:
        if not counts_people(table.headings, key) and figures.is_nothing(found.below):
            raise Unread(ONLY_SHARE, value=next(h.text for h in table.headings if _is_value(h, key)))
        raise Unread(N_("the number of participants is missing, a column with it is needed"))
    return start._replace(participants=counted, below=_missed(found.below, found.share, counted))


def _procedure(table: Table, said: str, above: _Above) -> str | None:
    """The procedure of a row; a subject that nobody compares is not taken for the one of the title."""
    if said not in above.named:  # the same few words in thousands of rows
        found = procedure_in(said, table.known, table.around) if said else None
        above.named[said] = found or (OTHER if says("rows", "other_subject", said) else None)
    return above.named[said] or above.procedure or table.procedure


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
    for key in keys_of(table.headings):
        try:
            found = tally(table.headings, line, key)
            below, share = found.below, found.share
            of = figures.count(found.participants)
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
