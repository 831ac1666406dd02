"""Tables by municipality as regions print them: counts, shares and totals under any headers, and whether the printed
shares follow from the counts. Pure. Sources that disagree stay side by side; nothing is corrected silently."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from domain import figures
from domain.outcomes import percent
from domain.schools import fold

STEM = 5  # letters of a word by which two headers are the same thing: «дефицитов», «дефициты»
EXACT = 4  # decimals beyond which a share was divided by the sheet and printed by nobody
NEAR = 12  # how far a total is looked for that would give the printed share
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_BOTH = re.compile(r"(\d+)\s*\(\s*(\d+(?:[.,]\d+)?\s*%?)\s*\)")  # «3 (60 %)»


class Measure(NamedTuple):
    """A count of schools with its share and the total that it is a share of."""

    name: str
    counted: str  # header
    percent: str | None
    total: str


class Share(NamedTuple):
    """One cell: a count, the total it belongs to, the share as computed and as printed."""

    measure: str
    part: int
    total: int
    computed: int | None
    printed: int | float | None
    fitting: tuple[int, ...]  # totals near by that would give the printed share

    @property
    def follows(self) -> bool:
        """Whether the printed share, where there is one, follows from the counts."""
        return self.printed is None or _gives(self.part, self.total, self.printed)

    @property
    def possible(self) -> bool:
        """Whether there are not more than all."""
        return 0 <= self.part <= self.total


class MunicipalRow(NamedTuple):
    """A municipality with its totals by every source and its shares."""

    name: str
    totals: Mapping[str, int]
    shares: Sequence[Share]

    @property
    def totals_agree(self) -> bool:
        """Whether all sources count the same number of schools."""
        return len(set(self.totals.values())) < 2


class MunicipalTable(NamedTuple):
    """All rows, and the sums of their counts."""

    rows: Sequence[MunicipalRow]
    totals: Mapping[str, int]
    counts: Mapping[str, int]

    @property
    def mismatches(self) -> list[tuple[str, Share]]:
        """(municipality, cell) where a printed share does not follow from its counts, or cannot be."""
        return [(row.name, s) for row in self.rows for s in row.shares if not (s.follows and s.possible)]

    @property
    def disagreements(self) -> list[MunicipalRow]:
        """Rows whose sources count different totals."""
        return [row for row in self.rows if not row.totals_agree]


@cache
def _words() -> dict[str, Any]:
    document = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    noise = document.pop("noise")
    return {**{key: re.compile(value) for key, value in document.items()}, "noise": frozenset(noise)}


def is_total(header: str) -> bool:
    """Whether a column counts all schools."""
    return _words()["total"].search(fold(header)) is not None


def measures(headers: Sequence[str]) -> list[Measure]:
    """Counts among the headers with the share beside and the total that each is a part of.

    Of several totals the one whose remark names the same thing («табл. зоны риска»), else the first. A column beside
    which a share of the same name stands is a count, whether it says so or not.
    """
    totals = [header for header in headers if is_total(header)]
    if not totals:
        return []
    rest = [header for header in headers if header not in totals]
    shares = {_bare(h, "percent"): h for h in rest if _is(h, "percent")}
    found = []
    for header in rest:
        name = _bare(header, "count")
        if header not in shares.values() and (_is(header, "count") or name in shares):
            base = max(totals, key=lambda total: len(_stems(total) & _stems(name)))
            found.append(Measure(_title(header), header, shares.get(name), base))
    return found


def _is(header: str, kind: str) -> bool:
    return _words()[kind].search(_opened(header)) is not None


def _opened(header: str) -> str:
    """A header whose unit in brackets, «(шт.)», stands open as after a comma."""
    unit: re.Pattern[str] = _words()["unit"]
    return unit.sub(lambda found: ", " + found[0][1:-1], fold(header))


def _title(header: str) -> str:
    """A measure as people call it: its header without the word for counting."""
    plain = _words()["unit"].sub("", header)
    return re.sub(_words()["count"].pattern, "", plain, flags=re.IGNORECASE).strip(" ,;:") or header


def municipal_table(rows: Iterable[tuple[str, Mapping[str, str]]]) -> MunicipalTable:
    """The table of (municipality, header → text). A cell without a number gives no share."""
    listed = _parted(list(rows))
    headers = list(dict.fromkeys(header for _, cells in listed for header in cells))
    known = measures(headers)
    parts_of_one = {m.percent for m in known if m.percent and _as_parts(m, [cells for _, cells in listed])}
    sums: dict[str, int] = {}
    counts: dict[str, int] = {}
    result = []
    for name, cells in listed:
        totals = {h: n for h in headers if is_total(h) and (n := _whole(cells.get(h, ""))) is not None}
        found = (_share(measure, cells, totals, parts_of_one) for measure in known)
        shares = [share for share in found if share is not None]
        result.append(MunicipalRow(name, totals, shares))
        for header, total in totals.items():
            sums[header] = sums.get(header, 0) + total
        for share in shares:
            counts[share.measure] = counts.get(share.measure, 0) + share.part
    return MunicipalTable(result, sums, counts)


def _parted(rows: list[tuple[str, Mapping[str, str]]]) -> list[tuple[str, Mapping[str, str]]]:
    """Columns whose every cell holds a count and its share, «3 (60 %)», as two columns."""
    headers = {header for _, cells in rows for header in cells}
    both = {}
    for header in headers:
        said = [text for _, cells in rows if not figures.is_nothing(text := cells.get(header, ""))]
        if said and not is_total(header) and all(_BOTH.fullmatch(text.strip()) for text in said):
            counted = re.sub(_words()["aside"].pattern, "", header).strip(" ,;:")
            both[header] = counted, f"{_title(counted)}, %"

    def parted(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for header, text in cells.items():
            found = _BOTH.fullmatch(text.strip()) if header in both else None
            if found is None:
                yield (both[header][0] if header in both else header), text
            else:
                yield from zip(both[header], found.groups(), strict=True)

    return [(name, dict(parted(cells))) for name, cells in rows] if both else rows


def _share(
    measure: Measure,
    cells: Mapping[str, str],
    totals: Mapping[str, int],
    parts_of_one: Collection[str | None],
) -> Share | None:
    count = _whole(cells.get(measure.counted, ""))
    total = totals.get(measure.total)
    if count is None or total is None:
        return None
    printed = _printed(cells.get(measure.percent or "", ""), 100 if measure.percent in parts_of_one else 1)
    fitting: tuple[int, ...] = ()
    if printed is not None and not _gives(count, total, printed):
        near = range(max(total - NEAR, count, 1), total + NEAR + 1)
        fitting = tuple(other for other in near if _gives(count, other, printed))
    return Share(measure.name, count, total, percent(count, total), printed, fitting)


def _gives(part: int, whole: int, printed: float) -> bool:
    """Whether so many of so many, rounded half up with the decimals that are printed, are this share."""
    if not whole:
        return not printed
    exact, decimals = Fraction(100 * part, whole), figures.decimals_of(f"{printed:.10g}")
    if decimals > EXACT:  # a sheet's own division
        return abs(exact - Fraction(printed)) < Fraction(1, 10**EXACT)
    return figures.half_up(exact, decimals) == figures.half_up(Fraction(str(printed)), decimals)


def _as_parts(measure: Measure, lines: Sequence[Mapping[str, str]]) -> bool:
    """Whether a column of shares holds parts of one, as sheets keep per cents: 0.4 shown as 40 %."""
    said = [text for cells in lines if not figures.is_nothing(text := cells.get(measure.percent or "", ""))]
    parts = [part for text in said if (part := figures.part_of_one(text)) is not None]
    return len(parts) == len(said) and any(0 < part < 1 for part in parts)


def _printed(text: str, times: int) -> int | float | None:
    found = _NUMBER.search(text)
    if found is None:
        return None
    exact = Fraction(found[0].replace(",", ".")) * times
    return int(exact) if exact.denominator == 1 else float(exact)


def _whole(text: str) -> int | None:
    found = _NUMBER.search(text)
    return None if found is None else int(float(found[0].replace(",", ".")) + 0.5)


def _bare(header: str, kind: str) -> str:
    text = _words()["aside"].sub("", _opened(header))
    return " ".join(_words()[kind].sub("", " ".join(text.replace(" ,", ",").split())).strip(" ,;:").split())


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d]{2,}", fold(text))
    return {word[:STEM] for word in words if not any(word.startswith(n) for n in _words()["noise"])}
