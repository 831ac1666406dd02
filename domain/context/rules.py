"""Tables by municipality as regions print them: counts, shares and totals under any headers, and whether the printed
shares follow from the counts. Pure. Sources that disagree stay side by side; nothing is corrected silently."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from domain.outcomes import percent
from domain.schools import fold

STEM = 5  # letters of a word by which two headers are the same thing: «дефицитов», «дефициты»
NEAR = 12  # how far a total is looked for that would give the printed share
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


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
    printed: int | None
    fitting: tuple[int, ...]  # totals near by that would give the printed share

    @property
    def follows(self) -> bool:
        """Whether the printed share, where there is one, follows from the counts."""
        return self.printed is None or self.printed == self.computed

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

    Of several totals the one whose remark names the same thing («табл. зоны риска»), else the first.
    """
    totals = [header for header in headers if is_total(header)]
    if not totals:
        return []
    rest = [header for header in headers if header not in totals]
    shares = {_bare(h, "percent"): h for h in rest if _words()["percent"].search(fold(h))}
    found = []
    for header in rest:
        if _words()["count"].search(fold(header)) and header not in shares.values():
            name = _bare(header, "count")
            base = max(totals, key=lambda total: len(_stems(total) & _stems(name)))
            title = re.sub(r"[,;]?\s*\S+$", "", header) if "," in header else header
            found.append(Measure(title, header, shares.get(name), base))
    return found


def municipal_table(rows: Iterable[tuple[str, Mapping[str, str]]]) -> MunicipalTable:
    """The table of (municipality, header → text). A cell without a number gives no share."""
    listed = list(rows)
    headers = list(dict.fromkeys(header for _, cells in listed for header in cells))
    known = measures(headers)
    sums: dict[str, int] = {}
    counts: dict[str, int] = {}
    result = []
    for name, cells in listed:
        totals = {h: n for h in headers if is_total(h) and (n := _whole(cells.get(h, ""))) is not None}
        shares = [share for measure in known if (share := _share(measure, cells, totals)) is not None]
        result.append(MunicipalRow(name, totals, shares))
        for header, total in totals.items():
            sums[header] = sums.get(header, 0) + total
        for share in shares:
            counts[share.measure] = counts.get(share.measure, 0) + share.part
    return MunicipalTable(result, sums, counts)


def _share(measure: Measure, cells: Mapping[str, str], totals: Mapping[str, int]) -> Share | None:
    count = _whole(cells.get(measure.counted, ""))
    total = totals.get(measure.total)
    if count is None or total is None:
        return None
    computed = percent(count, total)
    printed = _whole(cells.get(measure.percent or "", ""))
    fitting: tuple[int, ...] = ()
    if printed is not None and printed != computed:
        near = range(max(total - NEAR, count, 1), total + NEAR + 1)
        fitting = tuple(other for other in near if percent(count, other) == printed)
    return Share(measure.name, count, total, computed, printed, fitting)


def _whole(text: str) -> int | None:
    found = _NUMBER.search(text)
    if found is None:
        return None
    # Shares are printed whole; one with decimals is compared by its own rounding, half up.
    return int(float(found[0].replace(",", ".")) + 0.5)


def _bare(header: str, kind: str) -> str:
    text = _words()["aside"].sub("", fold(header))
    return " ".join(_words()[kind].sub("", " ".join(text.replace(" ,", ",").split())).strip(" ,;").split())


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d]{2,}", fold(text))
    return {word[:STEM] for word in words if not any(word.startswith(n) for n in _words()["noise"])}
