"""Which row of a newer version is which measure, and what changed. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from domain import deadlines, roadmaps
from domain.errors import N_, DomainError, Stale

ALIKE = 0.62  # of 1: two texts that one person would call the same measure, reworded
ALIKE_NUMBERED = 0.4  # the same where number and track agree as well
MOST = 0.7  # of a draft's measures: so much is shared by two versions of one plan
FEWEST = 3  # measures from which two plans are compared by them
COMPARED = 300  # characters of a text that are compared
MOST_PAIRS = (
    100_000  # all pairs are compared up to so many; beyond, the same number or the neighbourhood decides
)
NEIGHBOURS = 30  # rows up and down
# Texts of a row; the deadline has its own comparison.
TEXTS = ("number", "title", "responsible_raw", "expected_result", "indicator", "evidence_required")


class RevisionState(StrEnum):
    """proposed → applied → undone; or proposed → discarded."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


class ChangeKind(StrEnum):
    """What a newer version does to a measure."""

    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"  # its deadline, and perhaps its words too
    ADDED = "added"
    GONE = "gone"
    LEFT_OUT = "left_out"  # a person left this row out of the roadmap before


CHANGING = frozenset({ChangeKind.REWORDED, ChangeKind.MOVED, ChangeKind.GONE})


class NotApproved(DomainError):
    """A draft is simply read again; only a living plan has revisions."""

    sentence = N_("This roadmap is still a draft: upload the new document instead of it.")


class RevisionClosed(Stale):
    """Applied, undone or discarded already."""

    sentence = N_("This comparison has been dealt with already.")


class RevisionChanged(Stale):
    """Somebody else has matched a row or given a date since."""

    sentence = N_("Somebody has changed this comparison since you opened it. Here is how it stands now.")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the comparison."""

    kind: ChangeKind
    row: int | None  # of the newer version
    measure: roadmaps.Measure | None
    texts: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)  # field → was, now
    was: Sequence[deadlines.Window] = ()
    now: Sequence[deadlines.Window] = ()
    doubts: Sequence[str] = ()  # about the new deadline; while one blocks, nothing moves

    @property
    def moves(self) -> bool:
        """Whether dates change for sure."""
        return self.kind is ChangeKind.MOVED and deadlines.BLOCKING_DOUBTS.isdisjoint(self.doubts)


def matched(
    rows: Sequence[dict[str, Any]], measures: Sequence[roadmaps.Measure], tracks: dict[int, str]
) -> list[int | None]:
    """For each row of a newer version the measure that it is, by number, text and place; each measure once."""
    result: list[int | None] = [None] * len(rows)
    free = {m.id: m for m in measures}
    for key in (_whole, _named, _placed, _titled):  # the same words first, the surest sameness first
        waiting: dict[Any, list[int]] = {}
        for m in measures:
            if m.id in free:
                waiting.setdefault(key(_of_measure(m, tracks)), []).append(m.id)
        for index, row in enumerate(rows):
            known = waiting.get(key(_of_row(row))) if result[index] is None else None
            if known:
                result[index] = known.pop(0)
                del free[result[index]]  # type: ignore[arg-type]
    pairs = sorted(_alike(rows, result, list(free.values()), measures, tracks), reverse=True)
    for _, index, measure_id in ((score, -i, -m) for score, i, m in pairs):
        if result[index] is None and measure_id in free:
            result[index] = measure_id
            del free[measure_id]
    return result


class _Face(NamedTuple):
    number: str
    title: str
    section: str
    result: str


def _of_measure(m: roadmaps.Measure, tracks: dict[int, str]) -> _Face:
    read = m.as_read or {}
    section = tracks.get(m.track_id or 0)
    return _Face(*(fold(t) for t in (
        read.get("number", m.number), read.get("title", m.title), section,
        read.get("expected_result", m.expected_result),
    )))  # fmt: skip


def _of_row(row: dict[str, Any]) -> _Face:
    return _Face(*(fold(t) for t in (row["number"], row["title"], row["section"], row["expected_result"])))


def _whole(face: _Face) -> tuple[str, ...]:
    return face


def _named(face: _Face) -> tuple[str, ...]:
    return face.title, face.result


def _placed(face: _Face) -> tuple[str, ...]:
    return face.section, face.title


def _titled(face: _Face) -> tuple[str, ...]:
    return (face.title,)


def _alike(
    rows: Sequence[dict[str, Any]],
    result: Sequence[int | None],
    free: Sequence[roadmaps.Measure],
    measures: Sequence[roadmaps.Measure],
    tracks: dict[int, str],
) -> Iterator[tuple[float, int, int]]:
    """Pairs that may be the same, each with its score; index and id negated so that the earlier wins a tie."""
    places = {m.id: n / max(1, len(measures) - 1) for n, m in enumerate(measures)}
    faces = [(m.id, _of_measure(m, tracks)) for m in free]
    many = len(faces) * result.count(None) > MOST_PAIRS
    for index, row in enumerate(rows):
        if result[index] is not None:
            continue
        face = _of_row(row)
        place = index / max(1, len(rows) - 1)
        for measure_id, other in faces:
            number = bool(face.number) and face.number == other.number
            if many and not number and abs(place - places[measure_id]) > NEIGHBOURS / len(rows):
                continue
            text = fuzz.ratio(face.title[:COMPARED], other.title[:COMPARED]) / 100
            track = face.section == other.section
            if text >= ALIKE or (text >= ALIKE_NUMBERED and number and track):
                near = 1 - abs(place - places[measure_id])
                yield 0.7 * text + 0.12 * number + 0.08 * track + 0.1 * near, -index, -measure_id


def called_alike(one: str, other: str) -> bool:
    """Whether two titles are those of one plan."""
    return fuzz.ratio(fold(one)[:COMPARED], fold(other)[:COMPARED]) >= 90


def share(own: frozenset[str], other: frozenset[str]) -> float:
    """How much of one plan's measures stand in another one, 0 to 1; a plan of a few measures tells nothing."""
    return len(own & other) / len(own) if len(own) >= FEWEST else 0.0


def fold(text: str | None) -> str:
    """Words without case and spacing, as sameness is asked."""
    return " ".join((text or "").casefold().replace("ё", "е").split()).strip(" .;")


def compare(rows: Sequence[dict[str, Any]], measures: Sequence[roadmaps.Measure]) -> list[Change]:
    """What a newer version changes: its rows in order, then the measures that are gone."""
    by_id = {m.id: m for m in measures}
    changes: list[Change] = []
    for index, row in enumerate(rows):
        measure = by_id.pop(row["measure_id"], None) if row["measure_id"] else None
        now = roadmaps.parse_windows(row["windows"])
        if measure is None and row["left_out"]:
            changes.append(Change(ChangeKind.LEFT_OUT, index, None, now=now))
        elif measure is None:
            changes.append(Change(ChangeKind.ADDED, index, None, now=now, doubts=tuple(row["doubts"])))
        else:
            changes.append(_change(index, row, measure, now))
    for measure in by_id.values():
        # What a person added by hand or split off was never in the document and cannot leave it.
        if measure.gone_at is None and measure.as_read:
            windows = roadmaps.parse_windows(measure.windows)
            changes.append(Change(ChangeKind.GONE, None, measure, was=windows))
    return changes


def _change(
    index: int, row: dict[str, Any], measure: roadmaps.Measure, now: Sequence[deadlines.Window]
) -> Change:
    texts = dict(_reworded(row, measure))
    was = roadmaps.parse_windows(measure.windows)
    anew = _deadline_changed(row, measure)
    if anew:
        texts["deadline_text"] = measure.deadline_text, row["deadline_text"]
    moved = anew and sorted(map(_key, was)) != sorted(map(_key, now))
    doubts = tuple(row["doubts"]) if anew else ()
    kind = ChangeKind.REWORDED if texts or measure.gone_at else ChangeKind.SAME
    return Change(
        ChangeKind.MOVED if moved else kind, index, measure, texts, was, now if moved else was, doubts
    )


def left_out(row: dict[str, Any], skipped: Iterable[dict[str, Any]]) -> bool:
    """Whether a person dropped or merged this very row before."""
    kept = (entry["measure"].get("as_read") for entry in skipped if entry.get("measure"))
    words = fold(row["title"]), fold(row["expected_result"])
    return any(words == (fold(read.get("title")), fold(read.get("expected_result"))) for read in kept if read)


def _reworded(
    row: dict[str, Any], measure: roadmaps.Measure
) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    # Compared with what was read last, not with what a person made of it: their corrections stay.
    read = measure.as_read or {}
    for name in TEXTS:
        before = read.get(name, getattr(measure, name))
        if " ".join((before or "").split()) != " ".join((row[name] or "").split()):
            yield name, (getattr(measure, name), row[name])


def _deadline_changed(row: dict[str, Any], measure: roadmaps.Measure) -> bool:
    """Whether the newer version says another deadline; the same words keep what a person settled."""
    if row.get("typed"):
        return True
    read = (measure.as_read or {}).get("deadline_text", measure.deadline_text)
    return fold(read) != fold(row["deadline_text"])


def _key(window: deadlines.Window) -> tuple[date, date]:
    return window.due or date.max, window.start or date.min
