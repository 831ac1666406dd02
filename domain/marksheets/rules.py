"""Reading tables of results whatever their columns are called: long («процедура, год, участники») or wide (a pair of
columns for each procedure and year, under one, two or three header rows). Pure; what cannot be read is named."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

from domain.documents import Grid, header_rows, joined_header
from domain.errors import N_, DomainError
from domain.outcomes import AssessmentProcedure, Cluster, cluster, procedures
from domain.schools import fold

HEADER_WITHIN = 25  # rows of a sheet in which its header is looked for
CLUSTER = "cluster"  # stands for a procedure where the pupils are the failing ones of a school
_YEAR = re.compile(r"(?<!\d)20\d\d(?:\s*[-–/]\s*(?:20)?\d\d)?(?!\d)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


Known = Mapping[str, AssessmentProcedure]


class NoResults(DomainError):
    """No table with schools and results was found."""

    sentence = N_(
        "No table of results was found. It needs a header row with a column of schools and columns for "
        "participants and for those below the threshold."
    )


class Heading(NamedTuple):
    """What a column holds."""

    at: int  # column, from 0
    role: str  # login, school, municipality, procedure, year, cluster, below, share, participants
    procedure: str | None
    year: int | None
    text: str


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

    @property
    def nobody(self) -> bool:
        """Whether the school only stands there: a dash or an empty cell in place of its numbers."""
        return self.participants is None and self.cluster is None


class Problem(NamedTuple):
    """What is to be looked at in a row; `message` is a catalogue key."""

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


class _Sheet(NamedTuple):
    name: str
    headings: list[Heading]
    lines: list[tuple[int, list[str]]]
    procedure: str | None
    year: int | None
    known: Known


class _Unread(Exception):
    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message, self.params = message, params


@cache
def _words() -> dict[str, dict[str, re.Pattern[str]]]:
    document = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    return {part: {k: re.compile(v) for k, v in found.items()} for part, found in document.items()}


def procedure_in(text: str, known: Known | None = None) -> str | None:
    """The procedure that a text names, of those `known`; without them, of those shipped."""
    folded = fold(text)
    for key, one in (procedures() if known is None else known).items():
        if folded == key or (not one.retired and all(re.search(word, folded) for word in one.words)):
            return key
    return CLUSTER if _words()["rows"]["failing"].search(folded) else None


def year_in(text: str) -> int | None:
    """The year that a text names; of a school year the one in which it ends."""
    found = _YEAR.search(text)
    if found is None:
        return None
    last = re.findall(r"\d+", found[0])[-1]
    return int(last) if len(last) == 4 else 2000 + int(last)


def read(
    grids: Sequence[Grid],
    *,
    procedure: str | None = None,
    year: int | None = None,
    known: Known | None = None,
) -> Reading:
    """Every result of every table. `procedure` and `year` stand for what the file does not say; `known` are the
    procedures of the installation, without them those shipped. Raises NoResults."""
    reading = Reading()
    for grid in grids:
        sheet = _sheet(grid, procedure, year, procedures() if known is None else known)
        if sheet is None:
            continue
        reading.columns += [h for h in sheet.headings if h.role]
        reading.unused += [h.text for h in sheet.headings if not h.role and h.text]
        for number, line in sheet.lines:
            for item in _row(sheet, number, line):
                if isinstance(item, Problem):
                    reading.problems.append(item)
                else:
                    (reading.absent if item.nobody else reading.entries).append(item)
            reading.doubts += _doubts(sheet, number, line)
    if not reading.columns:
        raise NoResults
    return reading


def _sheet(grid: Grid, procedure: str | None, year: int | None, known: Known) -> _Sheet | None:
    lines = [[" ".join(cell.split()) for cell in line] for line in grid.texts()]
    school = _words()["columns"]["school"]
    for at, line in enumerate(lines[:HEADER_WITHIN]):
        place = next((i for i, cell in enumerate(line) if school.search(fold(cell))), None)
        if place is None or sum(map(bool, line)) < 2:
            continue
        first, last = header_rows(lines, at, place)
        texts = joined_header(lines, first, last, place)
        headings = [_heading(index, text, known) for index, text in enumerate(texts)]
        if any(h.role in ("below", "share", "cluster") for h in headings):
            title = " ".join([*grid.above, *(c for row in lines[:first] for c in row if c), grid.name])
            body = [(grid.rows[i].number, lines[i]) for i in range(last + 1, len(lines))]
            _as_percent(headings, [line for _, line in body])
            named = procedure or procedure_in(title, known)
            return _Sheet(grid.name, headings, body, named, year or year_in(title), known)
    return None


def _as_percent(headings: list[Heading], lines: list[list[str]]) -> None:
    """Shares that a sheet keeps as parts of one (0.125 shown as 12,5 %) become per cent, column by column.

    A column of small percentages (0,5 % of 200) is told from it by the counts: the reading that more rows follow is taken.
    """
    for h in headings:
        if h.role != "share":
            continue
        found = [(line, share) for line in lines if (share := _part_of_one(_cell(line, h))) is not None]
        said = sum(not _nothing(_cell(line, h)) for line in lines)
        if len(found) < said or not any(0 < share < 1 for _, share in found):
            continue
        of = [(share, _people(_participants(headings, line, (h.procedure, h.year)))) for line, share in found]
        parts = sum(n > 0 and abs(share * n - round(share * n)) < Fraction(1, 10**6) for share, n in of)
        small = sum(n > 0 and _follows(str(float(share)), round(share * n / 100), n) for share, n in of)
        if parts < small:
            continue
        for line, share in found:
            line[h.at] = f"{float(share * 100):.10f}".rstrip("0").rstrip(".")


def _part_of_one(text: str) -> Fraction | None:
    plain = text.replace(",", ".").strip()
    return (
        Fraction(plain)
        if re.fullmatch(r"[01](\.\d+)?|\d\.\d+e-\d+", plain) and Fraction(plain) <= 1
        else None
    )


def _people(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _heading(index: int, text: str, known: Known) -> Heading:
    folded, words = fold(text), _words()
    found, when = procedure_in(text, known), year_in(text)
    for role in ("login", "cluster"):
        if words["columns"][role].search(folded):
            return Heading(index, role, CLUSTER if role == "cluster" else None, when, text)
    if words["values"]["below"].search(folded):
        role = "share" if words["values"]["share"].search(folded) else "below"
        return Heading(index, role, found, when, text)
    for role in ("municipality", "school", "year", "procedure"):
        if words["columns"][role].search(folded) and found is None:
            return Heading(index, role, None, None, text)
    role = "participants" if words["values"]["participants"].search(folded) else ""
    return Heading(index, role, found, when, text)


def _row(sheet: _Sheet, number: int, line: list[str]) -> Iterator[Entry | Problem]:
    said = {h.role: _cell(line, h) for h in sheet.headings if h.role and h.procedure is None}
    # «Экзамен», «Предмет» and «Класс» name a procedure together.
    said["procedure"] = " ".join(_cell(line, h) for h in sheet.headings if h.role == "procedure")
    school, login = said.get("school", ""), said.get("login", "")
    filled = [cell for cell in line if cell]
    numbered = filled == [str(n + 1) for n in range(len(filled))]  # «1 2 3 4» under a header
    if numbered or _words()["rows"]["total"].search(fold(filled[0])):
        return
    if not school and not login:
        yield Problem(sheet.name, number, N_("the name of the school is missing"), {})
        return
    for key in _keys(sheet):
        try:
            entry = _entry(sheet, number, line, key, said)
        except _Unread as unread:
            yield Problem(sheet.name, number, unread.message, {"school": school, **unread.params})
            continue
        if entry is not None:
            yield entry


def _keys(sheet: _Sheet) -> list[tuple[str | None, int | None]]:
    found = [(h.procedure, h.year) for h in sheet.headings if h.role in ("below", "share", "cluster")]
    return list(dict.fromkeys(found))


def _entry(
    sheet: _Sheet,
    number: int,
    line: list[str],
    key: tuple[str | None, int | None],
    said: Mapping[str, str],
) -> Entry | None:
    cells = {h.role: _cell(line, h) for h in sheet.headings if (h.procedure, h.year) == key}
    below, share, mark = (cells.get(role, "") for role in ("below", "share", "cluster"))
    participants = _participants(sheet.headings, line, key)
    empty = all(map(_nothing, (below, share))) and mark == ""
    procedure = key[0] or procedure_in(said.get("procedure", ""), sheet.known) or sheet.procedure
    year = key[1] or year_in(said.get("year", "")) or sheet.year
    if empty and (procedure in (None, CLUSTER) or year is None):
        return None
    if procedure is None:
        raise _Unread(N_("which procedure this is was not understood"))
    if year is None:
        raise _Unread(N_("the year is missing, please name it"))
    place = said.get("municipality", ""), said.get("login", "")
    start = sheet.name, number, said.get("school", ""), *place, procedure, year
    if procedure == CLUSTER:
        return _cluster_entry(start, below, share, mark, participants)
    counted = _count(participants)
    if counted == 0 and all(_nothing(text) or _number(text) == 0 for text in (below, share)):
        return Entry(*start, 0, 0)
    if empty:
        if _count(cells.get("participants", "")):
            raise _Unread(N_("it is not said how many were below the threshold; if nobody, write 0"))
        return Entry(*start, None, None)  # nobody took part: no result, and none is made up
    if counted is None:
        raise _Unread(N_("the number of participants is missing"))
    return Entry(*start, counted, _missed(below, share, counted))


def _cluster_entry(
    start: tuple[str, int, str, str, str, str, int], below: str, share: str, mark: str, participants: str
) -> Entry | None:
    counted = _count(participants)
    if counted and not (_nothing(below) and _nothing(share)):
        missed = _missed(below, share, counted)
        return Entry(*start, counted, missed, cluster(missed, counted))
    if not _nothing(share):
        exact = _number(share)
        if not 0 <= exact <= 100:
            raise _Unread(N_("a share of %(value)s per cent is impossible"), value=share)
        return Entry(*start, None, None, cluster(exact.numerator, 100 * exact.denominator))
    found = next((c for c in Cluster if _words()["clusters"][c.value].search(fold(mark))), None)
    if found is None:
        raise _Unread(N_("the cluster «%(value)s» is not known"), value=mark)
    return Entry(*start, None, None, found)


def _participants(headings: list[Heading], line: list[str], key: tuple[str | None, int | None]) -> str:
    """Participants of a procedure and year; they may be given once for several procedures or years."""
    for wanted in (key, (None, key[1]), (None, None)):
        for h in headings:
            if h.role == "participants" and (h.procedure, h.year) == wanted and _cell(line, h):
                return _cell(line, h)
    return ""


def _missed(below: str, share: str, participants: int) -> int:
    if not _nothing(below):
        missed = _count(below)
        if missed is None or not 0 <= missed <= participants:
            raise _Unread(
                N_("%(below)s of %(participants)s below the threshold is impossible"),
                below=below,
                participants=participants,
            )
        return missed
    exact = _number(share)
    if not 0 <= exact <= 100:
        raise _Unread(N_("a share of %(value)s per cent is impossible"), value=share)
    missed = floor(exact * participants / 100 + Fraction(1, 2))
    if participants and not _follows(share, missed, participants):
        raise _Unread(
            N_("%(value)s per cent of %(participants)s is not a number of people"),
            value=share,
            participants=participants,
        )
    return missed


def _follows(share: str, missed: int, participants: int) -> bool:
    """Whether a printed share can have been rounded from these counts, with as many decimals as it has."""
    found = _NUMBER.search(share)
    decimals = len(found[0].replace(",", ".").partition(".")[2]) if found else 0
    # A sheet's own division has noise in its last digits.
    return abs(Fraction(100 * missed, participants) - _number(share)) <= Fraction(
        1, 2 * 10 ** min(decimals, 9)
    )


def _doubts(sheet: _Sheet, number: int, line: list[str]) -> Iterator[Problem]:
    """Counts and a share that both stand there and contradict each other: the counts are taken."""
    for key in _keys(sheet):
        cells = {h.role: _cell(line, h) for h in sheet.headings if (h.procedure, h.year) == key}
        below, share = cells.get("below", ""), cells.get("share", "")
        try:
            of = _count(_participants(sheet.headings, line, key))
            missed = _count(below)
            if of and missed is not None and not _nothing(share) and not _follows(share, missed, of):
                params = {"below": below, "participants": of, "value": share}
                yield Problem(
                    sheet.name, number, N_("%(below)s of %(participants)s is not %(value)s per cent"), params
                )
        except _Unread:
            continue  # told already


def _cell(line: list[str], heading: Heading) -> str:
    return line[heading.at].strip() if heading.at < len(line) else ""


def _nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, a dash, «н/д»."""
    return _words()["rows"]["nothing"].search(fold(text)) is not None


def _count(text: str) -> int | None:
    """A whole number; None where nothing stands."""
    if _nothing(text):
        return None
    number = _number(text)
    if number.denominator != 1 or number < 0:
        raise _Unread(N_("«%(value)s» is not a number of people"), value=text)
    return int(number)


def _number(text: str) -> Fraction:
    # «14 (17 %)»: the share in brackets only repeats the count.
    plain = re.sub(r"(?<=\d)\s*\([^()]*\)$", "", text.strip().casefold())
    found = _NUMBER.fullmatch(_words()["rows"]["unit"].sub("", plain))
    if found is None:
        raise _Unread(N_("«%(value)s» is not a number"), value=text)
    return Fraction(found[0].replace(",", "."))
