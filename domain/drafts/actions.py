"""Shaping a draft: which column is what, which row is one measure, what period the dates belong to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from domain import audit, deadlines, roadmaps
from domain.db import WriteTx
from domain.drafts import rules
from domain.errors import InvalidInput
from domain.roadmaps import Measure, Roadmap, Settled, Track

if TYPE_CHECKING:  # only named here: reading documents loads libraries that a draft does not need
    from domain import documents


async def split_measure(
    tx: WriteTx, measure_id: int, parts: Sequence[rules.Part], *, seen: int | None = None
) -> list[Measure]:
    """Make several rows of one; the other texts go with each. Raises OnePart, DeadlineUnclear, DraftChanged."""
    measure, roadmap = await roadmaps.draft_measure(tx, measure_id, seen)
    wanted = [rules.Part(part.title.strip(), part.deadline) for part in parts if part.title.strip()]
    if not 2 <= len(wanted) <= rules.MOST_PARTS:
        raise rules.OnePart
    await _make_room(tx, roadmap, measure.position + 1, len(wanted) - 1)
    base = {field: getattr(measure, field) for field in roadmaps.KEPT}
    rows = [measure]
    for offset, _ in enumerate(wanted[1:], start=1):
        rows.append(
            Measure(roadmap_id=roadmap.id, **base | {"position": measure.position + offset, "as_read": {}})
        )
    for row, part in zip(rows, wanted, strict=True):
        row.title, row.edited = part.title, sorted({*row.edited, "title"})
        if part.deadline is not None and part.deadline.strip():
            _retype(row, roadmap, part.deadline)
    tx.session.add_all(rows)
    await tx.session.flush()
    audit.record(
        tx, "measure.split", "measure", measure_id, roadmap.place, version=measure.version,
        fields=["title"], parts=[row.id for row in rows],
    )  # fmt: skip
    return rows


async def merge_next(tx: WriteTx, measure_id: int, *, seen: int | None = None) -> Measure:
    """Make one row of this one and the one below. Raises NothingToMerge, DraftChanged."""
    measure, roadmap = await roadmaps.draft_measure(tx, measure_id, seen)
    query = (
        select(Measure)
        .where(Measure.roadmap_id == roadmap.id, Measure.position > measure.position)
        .order_by(Measure.position)
        .limit(1)
    )
    below = (await tx.session.scalars(query)).first()
    if below is None:
        raise rules.NothingToMerge
    for field, value in rules.joined(measure, below).items():
        setattr(measure, field, value)
    measure.edited = sorted({*measure.edited, *rules.JOINED})
    measure.notes = list(dict.fromkeys([*measure.notes, *below.notes]))
    words, more = measure.deadline_typed or measure.deadline_text, below.deadline_typed or below.deadline_text
    if more and " ".join(more.split()) != " ".join((words or "").split()):
        # Both sets of words stay to be read; what they mean together is asked anew.
        measure.deadline_text = "; ".join(filter(None, (words, more)))
        measure.deadline_typed = None
        _mean(measure, roadmap, roadmaps.reading_of(roadmap, measure.deadline_text))
    await roadmaps.set_aside(tx, roadmap, below, "merged")
    audit.record(
        tx, "measure.merge", "measure", measure_id, roadmap.place, version=measure.version,
        fields=[*rules.JOINED, "deadline"], merged=below.id,
    )  # fmt: skip
    return measure


async def restore_row(tx: WriteTx, roadmap_id: int, key: str) -> Measure:
    """Take back a row that was dropped, or that the reader passed over. Raises NoSuchRow."""
    roadmap = await roadmaps.open_draft(tx, roadmap_id)
    entry = next((e for e in roadmap.skipped if e.get("key") == key), None)
    if entry is None:
        raise rules.NoSuchRow
    roadmap.skipped = [e for e in roadmap.skipped if e.get("key") != key]
    rows = await _rows(tx, roadmap)
    kept = entry.get("measure")
    if kept:
        values = dict(kept) | {"settled": Settled(kept["settled"]) if kept["settled"] else None}
        known = await tx.session.scalars(select(Track.id).where(Track.roadmap_id == roadmap_id))
        if values["track_id"] not in known.all():
            values["track_id"] = None
    else:
        near = _above(rows, entry)
        values = {
            "title": " ".join(entry["text"].split(" | ")),
            "source": entry.get("source", ""),
            "track_id": near.track_id if near else None,
            "position": near.position + 1 if near else 0,
            "notes": ["restored"],
            **roadmaps.meaning_of(roadmaps.reading_of(roadmap, ""), roadmap.bounds),
        }
    await _make_room(tx, roadmap, values["position"], 1)
    measure = Measure(roadmap_id=roadmap_id, **values)
    tx.session.add(measure)
    await tx.session.flush()
    audit.record(tx, "measure.restore", "measure", measure.id, roadmap.place, title=measure.title)
    return measure


async def take_month(tx: WriteTx, measure_id: int, *, seen: int | None = None) -> Measure:
    """Answer a doubt: the whole month is meant. Raises DeadlineUnclear where none is in question."""
    measure, roadmap = await roadmaps.draft_measure(tx, measure_id, seen)
    month = rules.whole_month(measure)
    if month is None or month.start is None or month.due is None:
        raise roadmaps.DeadlineUnclear(text=measure.deadline_text or "")
    measure.windows = [[month.start.isoformat(), month.due.isoformat()]]
    measure.settled, measure.reminds = Settled.RETYPED, True
    audit.record(
        tx, "measure.settle", "measure", measure_id, roadmap.place, version=measure.version,
        fields=["deadline"], choice="whole_month",
    )  # fmt: skip
    return measure


async def accept_targets(
    tx: WriteTx, measure_id: int, quotes: Sequence[str] | None = None, *, seen: int | None = None
) -> Measure:
    """Keep targets found in a measure's texts as counted ones: those of the quotes, or all."""
    measure, roadmap = await roadmaps.draft_measure(tx, measure_id, seen)
    offered = roadmaps.offered_targets(measure)
    taken = [target for target in offered if quotes is None or target.quote in set(quotes)]
    measure.targets = [*measure.targets, *(target.to_json() for target in taken)]
    audit.record(
        tx, "measure.targets", "measure", measure_id, roadmap.place, version=measure.version,
        fields=["targets"], accepted=[target.quote for target in taken],
    )  # fmt: skip
    return measure


async def set_period(
    tx: WriteTx,
    roadmap_id: int,
    *,
    year: int,
    school_year: bool,
    last_year: int | None = None,
    seen: int | None = None,
) -> int:
    """Say which year the roadmap is for; deadlines that nobody has settled mean that year from now on.

    `year` is the one in which the (first) calendar or school year begins. Returns how many deadlines changed
    their meaning. Raises ReadAnew, InvalidInput.
    """
    roadmap = await roadmaps.open_draft(tx, roadmap_id, seen)
    bounds = roadmaps.period(year, school_year=school_year, last_year=last_year)
    inside = last_year is not None and year <= roadmap.reference_year <= last_year
    roadmap.reference_year = roadmap.reference_year if inside else year
    roadmap.school_year, roadmap.period_settled = school_year, True
    roadmap.starts_on, roadmap.ends_on = bounds  # type: ignore[assignment]  # `period` gives both ends
    roadmap.layout_version += 1
    rows = await _rows(tx, roadmap)
    meanings = roadmaps.understand(
        [(row.track_id, row.deadline_text or "") for row in rows], roadmaps.context(roadmap)
    )
    changed = 0
    for row, meaning in zip(rows, meanings, strict=True):
        if row.settled is None:
            before = row.windows, row.doubts
            _mean(row, roadmap, meaning)
            changed += before != (row.windows, row.doubts)
    audit.record(
        tx, "roadmap.period", "roadmap", roadmap_id, roadmap.place,
        starts_on=roadmap.starts_on.isoformat(), ends_on=roadmap.ends_on.isoformat(), changed=changed,
    )  # fmt: skip
    return changed


async def shift_years(tx: WriteTx, roadmap_id: int, years: int, *, seen: int | None = None) -> int:
    """Move a whole draft by so many years: its period, and every date of its measures; how many measures moved.

    The author's words stay; where they name a year, they are said anew beside it. Doubts stay open. Raises ReadAnew,
    InvalidInput.
    """
    roadmap = await roadmaps.open_draft(tx, roadmap_id, seen)
    if not 1 <= years <= rules.MOST_YEARS:
        raise InvalidInput
    bounds = deadlines.shifted(roadmap.bounds, years)
    roadmap.starts_on, roadmap.ends_on = bounds  # type: ignore[assignment]  # a roadmap's bounds have both ends
    roadmap.reference_year += years
    roadmap.layout_version += 1
    rows = await _rows(tx, roadmap)
    anew = roadmaps.understand(
        [(row.track_id, row.deadline_text or "") for row in rows], roadmaps.context(roadmap)
    )
    moved = 0
    for row, meaning in zip(rows, anew, strict=True):
        if any(due for _, due in row.windows):
            _shift(row, roadmap, meaning, years)
            row.version += 1
            moved += 1
    audit.record(
        tx, "roadmap.shift_years", "roadmap", roadmap_id, roadmap.place, years=years, measures=moved,
        starts_on=roadmap.starts_on.isoformat(), ends_on=roadmap.ends_on.isoformat(),
    )  # fmt: skip
    return moved


def _shift(row: Measure, roadmap: Roadmap, anew: deadlines.Deadline, years: int) -> None:
    """One measure's dates; `anew`: what the author's words mean in the plan's new years."""
    before = roadmaps.parse_windows(row.windows)
    wanted = [
        [day.isoformat() if day else None for day in deadlines.shifted(window, years)] for window in before
    ]
    if row.settled is None and roadmaps.meaning_of(anew, roadmap.bounds)["windows"] == wanted:
        _mean(row, roadmap, anew)  # words without a year follow the plan's
        return
    row.windows = wanted
    if row.settled is Settled.NO_REMINDERS or row.is_doubtful:
        return
    words = rules.later_words(row.deadline_typed or row.deadline_text or "", years)
    said = roadmaps.meaning_of(roadmaps.reading_of(roadmap, words), roadmap.bounds)["windows"]
    row.deadline_typed = words if said == wanted else rules.in_figures(wanted)
    row.settled = Settled.RETYPED


async def set_report_dates(
    tx: WriteTx,
    roadmap_id: int,
    words: str,
    *,
    measure_ids: Sequence[int] | None = None,
    seen: int | None = None,
) -> int:
    """Say when to report on measures that go on all the time: «10 июня, 20 декабря», «ежеквартально».

    For all that ask for it, or for the named ones. Returns how many. Raises DeadlineUnclear, ReadAnew.
    """
    roadmap = await roadmaps.open_draft(tx, roadmap_id, seen)
    rows = await _rows(tx, roadmap)
    if measure_ids is None:
        chosen = rules.asks_report_dates(rows)
    else:
        chosen = [row for row in rows if row.id in set(measure_ids)]
    for row in chosen:
        _retype(row, roadmap, words)
        row.version += 1
    audit.record(
        tx, "roadmap.report_dates", "roadmap", roadmap_id, roadmap.place, text=words, measures=len(chosen)
    )
    return len(chosen)


async def read_anew(
    tx: WriteTx,
    roadmap_id: int,
    reading: "documents.Reading",
    columns: Mapping[str, str | int],
    *,
    seen: int | None = None,
) -> Roadmap:
    """Take over another reading of the same document, with the columns that a person chose.

    What a person has changed, settled, dropped, merged, split or added stays; the rest follows the reading.
    """
    roadmap = await roadmaps.open_draft(tx, roadmap_id, seen)
    roadmap.columns, roadmap.overrides = dict(reading.columns), dict(columns)
    roadmap.layout = [list(column) for column in reading.layout]
    roadmap.layout_version += 1
    old = await _rows(tx, roadmap)
    tracks = await roadmaps.place_tracks(tx, roadmap, [(i.section, i.section_goal) for i in reading.items])
    aside = [entry for entry in roadmap.skipped if entry.get("measure")]
    gone = {entry["source"] for entry in aside}
    by_source: dict[str, list[Measure]] = {}
    for row in old:
        by_source.setdefault(row.source, []).append(row)
    taken: list[Measure] = []
    for item in reading.items:
        texts = roadmaps.texts_of(item)
        known = by_source.get(texts["source"])
        if not known and texts["source"] in gone:
            continue
        row = known.pop(0) if known else Measure(roadmap_id=roadmap_id)
        _follow(row, roadmap, texts, roadmaps.meaning_of(item.deadline, roadmap.bounds))
        row.track_id = tracks[item.section].id if item.section else None
        taken.append(row)
    followed = {id(row) for row in taken}
    left = [row for row in old if id(row) not in followed]
    kept = [row for row in left if not row.source or row.edited or row.settled]
    for row in left:
        if row.source and not (row.edited or row.settled):
            await tx.session.delete(row)
    for position, row in enumerate(_in_place(taken, kept, old)):
        row.position = position
        tx.session.add(row)
    roadmap.skipped = [*roadmaps.passed_over(reading.skipped), *aside]
    await tx.session.flush()
    used = {row.track_id for row in (*taken, *kept)}
    await tx.session.execute(delete(Track).where(Track.roadmap_id == roadmap_id, Track.id.not_in(used)))
    audit.record(
        tx,
        "roadmap.columns",
        "roadmap",
        roadmap_id,
        roadmap.place,
        columns=dict(columns),
        measures=len(taken),
    )
    return roadmap


def _follow(row: Measure, roadmap: Roadmap, texts: dict[str, Any], meaning: dict[str, Any]) -> None:
    edited = set(row.edited or ())
    if "responsible_raw" in edited:
        edited.add("responsible")
    words = row.deadline_text
    for field, value in texts.items():
        if field not in edited:
            setattr(row, field, value)
    if row.settled is None or (row.settled is not Settled.RETYPED and row.deadline_text != words):
        for field, value in meaning.items():
            setattr(row, field, value)
    row.version = (row.version or 0) + 1


def _in_place(taken: list[Measure], kept: list[Measure], old: Sequence[Measure]) -> list[Measure]:
    """The read rows in the reading's order; those of a person's own stay behind what stood before them."""
    result = list(taken)
    before = {row.id: old[n - 1] if n else None for n, row in enumerate(old)}
    for row in kept:
        above = before[row.id]
        result.insert(result.index(above) + 1 if above in result else len(result), row)
    return result


def _mean(row: Measure, roadmap: Roadmap, meaning: deadlines.Deadline) -> None:
    values = roadmaps.meaning_of(meaning, roadmap.bounds)
    if "first_of_month" in row.doubts and "first_of_month" not in values["doubts"]:
        # Said by the document's cell, which the words alone no longer show.
        values["doubts"], values["reminds"] = ["first_of_month", *values["doubts"]], False
    for field, value in values.items():
        setattr(row, field, value)


def _retype(row: Measure, roadmap: Roadmap, words: str) -> None:
    values = roadmaps.meaning_of(roadmaps.reading_of(roadmap, words), roadmap.bounds)
    if not any(due for _, due in values["windows"]):
        raise roadmaps.DeadlineUnclear(text=words)
    for field, value in values.items():
        setattr(row, field, value)
    row.deadline_typed, row.settled, row.reminds = words, Settled.RETYPED, True


async def _rows(tx: WriteTx, roadmap: Roadmap) -> Sequence[Measure]:
    query = select(Measure).where(Measure.roadmap_id == roadmap.id).order_by(Measure.position)
    return (await tx.session.scalars(query)).all()


async def _make_room(tx: WriteTx, roadmap: Roadmap, position: int, size: int) -> None:
    await tx.session.execute(
        update(Measure)
        .where(Measure.roadmap_id == roadmap.id, Measure.position >= position)
        .values(position=Measure.position + size)
    )


def _above(rows: Sequence[Measure], entry: dict[str, Any]) -> Measure | None:
    """The row that stands nearest above a passed-over one in the source."""
    table = entry.get("source", "").rpartition(", ")[0]
    best: Measure | None = None
    for row in rows:
        where, _, number = row.source.rpartition(", ")
        if where == table and number.isdecimal() and int(number) < (entry.get("row") or 0):
            best = row
    return best
