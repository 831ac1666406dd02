"""What the cells of one row say of a procedure and year: how many took part, how many stayed below. Pure."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from domain import figures
from domain.figures import Unread
from domain.headings import COUNTED, VALUES, Heading, says

Key = tuple[str | None, int | None]  # procedure and year; None where the column does not say it
_FEW = Fraction(1, 2)  # by how much four rounded shares may miss the whole, in per cent
_TOGETHER = re.compile(r"(\d[\d ]*)\s*/\s*(\d[\d ]*)(?:\s*/\s*(\d+(?:[.,]\d+)?)\s*%?)?")
_COUNT_AND_SHARE = re.compile(r"(\d+)\s*[(/]\s*(\d+(?:[.,]\d+)?)\s*%?\s*\)?")
_SHARE_AND_COUNT = re.compile(r"(\d+(?:[.,]\d+)?\s*%)\s*[(/]\s*(\d+)\s*(?:[^\W\d]+\.?)?\s*\)?")


class Tally(NamedTuple):
    """Texts of one row about one procedure and year; empty where nothing stands."""

    participants: str
    below: str
    share: str
    mark: str  # a cluster's name

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of those below."""
        return figures.is_nothing(self.below) and figures.is_nothing(self.share) and self.mark == ""


def keys_of(headings: Sequence[Heading]) -> list[Key]:
    """Procedures and years of which a table has results."""
    return list(dict.fromkeys((h.procedure, h.year) for h in headings if h.role in VALUES))


def tally(headings: Sequence[Heading], line: Sequence[str], key: Key) -> Tally:
    """What a row says of one procedure and year; of those who passed, where only they are counted."""
    cells = _cells(headings, line, key)
    participants = participants_of(headings, line, key) or cells.get("participants", "")
    participants = participants or figures.out_of(cells.get("below", ""))
    below, share = cells.get("below", ""), cells.get("share", "")
    if not participants and not figures.is_nothing(below):
        participants = _all_marks(headings, line, key, below)
    if figures.is_nothing(below) and figures.is_nothing(share):
        below, share = _rest(cells, participants, below, share)
    return Tally(participants, below, share, cells.get("cluster", ""))


def _rest(cells: Mapping[str, str], participants: str, below: str, share: str) -> tuple[str, str]:
    passed, rest = cells.get("passed", ""), cells.get("passed_share", "")
    counted = figures.count(participants)
    if counted is not None and not figures.is_nothing(passed):
        return str(counted - (figures.count(passed) or 0)), share
    if counted and not figures.is_nothing(rest):
        return str(counted - figures.of_share(rest, counted)), share
    return below, share


def _cells(headings: Sequence[Heading], line: Sequence[str], key: Key) -> dict[str, str]:
    """What stands in the columns of a procedure and year; a ticked column gives the name of its cluster."""
    cells: dict[str, str] = {}
    for h in headings:
        if (h.procedure, h.year) != key:
            continue
        text = cell(line, h)
        if h.cluster is not None:
            if figures.is_nothing(text) or (not figures.is_mark(text) and cells.get("cluster")):
                text = cells.get("cluster", "")
            elif figures.is_mark(text):
                text = h.cluster.value
        if h.role in ("below", "share"):
            cells.update(_together(h, text))
        elif text or h.role not in cells:
            cells[h.role] = text
    return cells


def _together(h: Heading, text: str) -> dict[str, str]:
    """Several numbers in one cell: «24/3» under «участники / не преодолели», «3 (12,5 %)», «12,5 % (3)»."""
    if not ("/" in text or "(" in text):
        return {h.role: text}
    if (found := _SHARE_AND_COUNT.fullmatch(text)) is not None:
        return {"share": found[1], "below": found[2]}
    if _counts_both(h.text) and (both := _TOGETHER.fullmatch(text)) is not None:
        participants, below = (both[1], both[2]) if _participants_first(h.text) else (both[2], both[1])
        return {"participants": participants, "below": below}
    if h.role == "share" and (found := _COUNT_AND_SHARE.fullmatch(text)) is not None:
        return {"below": found[1], "share": found[2]}
    return {h.role: text}


def _counts_both(header: str) -> bool:
    return "/" in header and says("values", "participants", header)


def _participants_first(header: str) -> bool:
    return says("values", "participants", header.partition("/")[0]) and not says(
        "values", "below", header.partition("/")[0]
    )


def participants_of(headings: Sequence[Heading], line: Sequence[str], key: Key) -> str:
    """Participants of a procedure and year; they may be given once for several procedures or years."""
    for wanted in (key, (None, key[1]), (None, None)):
        for role in ("participants", "number"):  # «участников» before any other number
            found = [h for h in headings if h.role == role and (h.procedure, h.year) == wanted]
            # The shortest: «участников» before «участников с ОВЗ».
            if found and (text := cell(line, min(found, key=lambda h: len(h.text)))):
                return text
    # The one column that says no other thing: of the procedure that only it names.
    fitting = [
        h
        for h in headings
        if h.role in ("participants", "number")
        and (h.procedure is None or key[0] is None)
        and (h.year is None or key[1] is None or h.year == key[1])
    ]
    return cell(line, fitting[0]) if len(fitting) == 1 else ""


def counts_people(headings: Sequence[Heading], key: Key) -> bool:
    """Whether any column says how many took part in a procedure and year."""
    return any(
        h.role in COUNTED and h.procedure in (None, key[0]) and h.year in (None, key[1]) for h in headings
    )


def _all_marks(headings: Sequence[Heading], line: Sequence[str], key: Key, below: str) -> str:
    """Participants where only marks are counted: everybody got one of them."""
    others = [cell(line, h) for h in headings if h.role == "mark" and (h.procedure, h.year) == key]
    if len(others) < 3:
        return ""
    try:
        return str((figures.count(below) or 0) + sum(figures.count(text) or 0 for text in others))
    except Unread:
        return ""


def as_percent(headings: Sequence[Heading], lines: Sequence[list[str]]) -> None:
    """Shares that a sheet keeps as parts of one (0.125 shown as 12,5 %) become per cent, column by column.

    A column of small percentages (0,5 % of 200) is told from it by the counts: the reading that more rows follow is taken.
    """
    for h in headings:
        if h.role not in ("share", "passed_share"):
            continue
        found = [(line, part) for line in lines if (part := figures.part_of_one(cell(line, h))) is not None]
        said = sum(not figures.is_nothing(cell(line, h)) for line in lines)
        if len(found) < said or not any(0 < part < 1 for _, part in found):
            continue
        of = [(part, _people(participants_of(headings, line, (h.procedure, h.year)))) for line, part in found]
        parts = sum(n > 0 and abs(part * n - round(part * n)) < Fraction(1, 10**6) for part, n in of)
        small = sum(n > 0 and figures.follows(str(float(part)), round(part * n / 100), n) for part, n in of)
        if parts < small:
            continue
        for line, part in found:
            line[h.at] = f"{float(part * 100):.10f}".rstrip("0").rstrip(".")


def marks_as_shares(headings: Sequence[Heading], lines: Sequence[list[str]]) -> list[Heading]:
    """Headings where columns «2», «3», «4», «5» without a sign hold per cents: in every row they make 100, however many
    took part (so do the forms of the national assessments)."""
    shares: set[int] = set()
    for h in headings:
        key = h.procedure, h.year
        if h.role != "below" or not says("values", "lowest_mark", h.text):
            continue
        beside = [o for o in headings if o.role == "mark" and (o.procedure, o.year) == key]
        if len(beside) < 3:
            continue
        sums = [(_sum(line, [h, *beside]), participants_of(headings, line, key)) for line in lines]
        known = [(total, people) for total, people in sums if total]
        whole = bool(known) and all(abs(total - 100) <= _FEW for total, _ in known)
        if whole and any(_people(people) not in (0, 100) for _, people in known):
            shares |= {h.at, *(o.at for o in beside)}
    role = {"below": "share", "mark": ""}
    return [h._replace(role=role[h.role]) if h.at in shares else h for h in headings]


def _sum(line: Sequence[str], headings: Sequence[Heading]) -> Fraction:
    total = Fraction()
    for h in headings:
        text = cell(line, h)
        if not figures.is_nothing(text):
            try:
                total += figures.number(text)
            except Unread:
                return Fraction()
    return total


def _people(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def cell(line: Sequence[str], heading: Heading) -> str:
    """The text of a column."""
    return line[heading.at].strip() if heading.at < len(line) else ""
