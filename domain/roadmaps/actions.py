"""Importing a plan, settling its doubts, approving it."""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from domain import audit, deadlines
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import N_, InvalidInput, NotFound
from domain.policy import Permission, require
from domain.roadmaps import queries, rules
from domain.roadmaps.models import Measure, Roadmap, Track

if TYPE_CHECKING:  # only named here: reading documents loads libraries that a roadmap does not need
    from domain import documents

EDITABLE = frozenset(
    {"number", "title", "responsible_raw", "expected_result", "indicator", "evidence_required"}
)


async def import_draft(
    tx: WriteTx,
    owner: Place,
    reading: "documents.Reading",
    *,
    file_name: str,
    level: rules.Level | None = None,
    school_year: bool = False,
) -> Roadmap:
    """Keep what was read from a document as a draft of the owner's roadmap; nothing is live until approved."""
    require(tx.actor, Permission.PLAN, owner)
    year = reading.reference_year or tx.now.year
    bounds = rules.period(year, school_year=school_year)
    roadmap = Roadmap(
        title=reading.title or file_name,
        level=level or rules.level_of(owner),
        region_id=owner.region_id,
        municipality_id=owner.municipality_id,
        school_id=owner.school_id,
        reference_year=year,
        school_year=school_year,
        starts_on=bounds.start,
        ends_on=bounds.due,
        state=rules.RoadmapState.DRAFT,
        file_name=file_name[:255],
        columns=dict(reading.columns),
        skipped=[{"row": s.row, "text": s.text, "why": s.why} for s in reading.skipped],
        created_by=tx.actor.person_id,
        created_at=tx.now,
    )
    tx.session.add(roadmap)
    await tx.session.flush()
    tracks: dict[str, Track] = {}
    for item in reading.items:
        if item.section and item.section not in tracks:
            track = Track(
                roadmap_id=roadmap.id, position=len(tracks), title=item.section, goal=item.section_goal
            )
            tracks[item.section] = track
            tx.session.add(track)
    await tx.session.flush()
    for position, item in enumerate(reading.items):
        track_id = tracks[item.section].id if item.section else None
        tx.session.add(_measure(roadmap.id, track_id, position, item, bounds))
    await tx.session.flush()
    audit.record(
        tx, "roadmap.import", "roadmap", roadmap.id, owner, file=file_name, measures=len(reading.items)
    )
    return roadmap


def _measure(
    roadmap_id: int, track_id: int | None, position: int, item: "documents.Item", bounds: deadlines.Window
) -> Measure:
    return Measure(
        roadmap_id=roadmap_id,
        track_id=track_id,
        position=position,
        number=item.number,
        title=item.activity or "",
        responsible_raw=item.responsible_raw,
        responsible=list(item.responsible),
        expected_result=item.result,
        indicator=item.indicator,
        evidence_required=item.document,
        deadline_text=item.deadline_raw,
        source=f"{item.place.table}, {item.place.row}"[:120],
        **_meaning(item.deadline, bounds),
    )


def _meaning(deadline: deadlines.Deadline, bounds: deadlines.Window) -> dict[str, Any]:
    windows = rules.windows_of(deadline, bounds)
    return {
        "deadline_kind": deadline.kind,
        "windows": windows,
        "recurrence": deadline.recurrence,
        "doubts": list(deadline.doubts),
        "reminds": deadline.reminds and any(due for _, due in windows),
        "settled": None,
    }


async def retype_deadline(tx: WriteTx, measure_id: int, text: str) -> Measure:
    """Say a deadline in other words; the author's words stay beside it. Raises DeadlineUnclear."""
    measure, roadmap = await _draft_measure(tx, measure_id)
    meaning = deadlines.parse(text, context(roadmap))
    values = _meaning(meaning, deadlines.Window(roadmap.starts_on, roadmap.ends_on))
    if not any(due for _, due in values["windows"]):
        raise rules.DeadlineUnclear(text=text)
    for field, value in values.items():
        setattr(measure, field, value)
    # A person has just said it and sees the meaning: that settles it.
    measure.deadline_typed, measure.settled, measure.reminds = text, rules.Settled.RETYPED, True
    audit.record(tx, "measure.deadline", "measure", measure.id, roadmap.place, text=text)
    return measure


async def settle_deadline(tx: WriteTx, measure_id: int, choice: rules.Settled) -> Measure:
    """Answer a doubt: the deadline is as read, or it never reminds."""
    measure, roadmap = await _draft_measure(tx, measure_id)
    dated = any(due for _, due in measure.windows)
    if choice is rules.Settled.AS_READ and not dated:
        raise rules.DeadlineUnclear(text=measure.deadline_text or "")
    measure.settled = choice
    measure.reminds = choice is rules.Settled.AS_READ
    audit.record(tx, "measure.settle", "measure", measure.id, roadmap.place, choice=choice)
    return measure


async def edit_measure(tx: WriteTx, measure_id: int, **fields: str | None) -> Measure:
    """Correct what was read; the deadline has its own actions."""
    measure, roadmap = await _draft_measure(tx, measure_id)
    if not set(fields) <= EDITABLE:
        raise InvalidInput
    for field, value in fields.items():
        setattr(measure, field, (value or "").strip() or None)
    if not measure.title:
        raise InvalidInput(reason=N_("A measure needs its text."))
    audit.record(tx, "measure.edit", "measure", measure.id, roadmap.place, fields=sorted(fields))
    return measure


async def drop_measure(tx: WriteTx, measure_id: int) -> None:
    """Leave a row out of the roadmap; it stays listed among the rows passed over."""
    measure, roadmap = await _draft_measure(tx, measure_id)
    roadmap.skipped = [
        *roadmap.skipped,
        {"row": measure.position + 1, "text": measure.title, "why": "dropped"},
    ]
    await tx.session.delete(measure)
    audit.record(tx, "measure.drop", "measure", measure.id, roadmap.place, title=measure.title)


async def add_measure(tx: WriteTx, roadmap_id: int, *, title: str, deadline_text: str = "") -> Measure:
    """Add a row by hand at the end."""
    roadmap = await _draft(tx, roadmap_id)
    last = await tx.session.scalar(select(func.max(Measure.position)).where(Measure.roadmap_id == roadmap_id))
    meaning = deadlines.parse(deadline_text, context(roadmap))
    if not title.strip():
        raise InvalidInput(reason=N_("A measure needs its text."))
    measure = Measure(
        roadmap_id=roadmap_id,
        position=(last if last is not None else -1) + 1,
        title=title.strip(),
        responsible=[],
        deadline_text=deadline_text or None,
        **_meaning(meaning, deadlines.Window(roadmap.starts_on, roadmap.ends_on)),
    )
    tx.session.add(measure)
    await tx.session.flush()
    audit.record(tx, "measure.add", "measure", measure.id, roadmap.place)
    return measure


async def approve(tx: WriteTx, roadmap_id: int) -> Roadmap:
    """Make the roadmap live. Doubts that nobody settled never remind; approving twice is harmless."""
    roadmap = await queries.roadmap_for_planning(tx, roadmap_id)
    if roadmap.state is rules.RoadmapState.APPROVED:
        return roadmap
    count = await tx.session.scalar(select(func.count()).where(Measure.roadmap_id == roadmap_id))
    if not count:
        raise rules.RoadmapEmpty
    roadmap.state, roadmap.approved_by, roadmap.approved_at = (
        rules.RoadmapState.APPROVED,
        tx.actor.person_id,
        tx.now,
    )
    audit.record(tx, "roadmap.approve", "roadmap", roadmap.id, roadmap.place, measures=count)
    return roadmap


async def discard(tx: WriteTx, roadmap_id: int) -> None:
    """Throw a draft away."""
    roadmap = await _draft(tx, roadmap_id)
    await tx.session.execute(delete(Measure).where(Measure.roadmap_id == roadmap_id))
    await tx.session.execute(delete(Track).where(Track.roadmap_id == roadmap_id))
    await tx.session.delete(roadmap)
    audit.record(tx, "roadmap.discard", "roadmap", roadmap.id, roadmap.place, title=roadmap.title)


def context(roadmap: Roadmap) -> deadlines.Context:
    """What a deadline of this roadmap is read against."""
    return deadlines.Context(
        year=roadmap.reference_year,
        period=deadlines.Window(roadmap.starts_on, roadmap.ends_on),
        school_year=roadmap.school_year,
    )


def reading_of(roadmap: Roadmap, text: str) -> deadlines.Deadline:
    """What these words would mean in this roadmap; changes nothing."""
    return deadlines.parse(text, context(roadmap))


async def set_window(tx: WriteTx, measure: Measure, index: int, due_on: date) -> None:
    """Note a moved date of an approved measure; `progress.move_due` moves what is owed."""
    windows = [list(window) for window in measure.windows] or [[None, None]]
    windows[index] = [windows[index][0], due_on.isoformat()]
    if windows[index][0] and windows[index][0] > due_on.isoformat():
        windows[index][0] = None
    measure.windows, measure.settled, measure.reminds = windows, rules.Settled.RETYPED, True


async def _draft(tx: WriteTx, roadmap_id: int) -> Roadmap:
    roadmap = await queries.roadmap_for_planning(tx, roadmap_id)
    if roadmap.state is not rules.RoadmapState.DRAFT:
        raise rules.RoadmapClosed
    roadmap.version += 1
    return roadmap


async def _draft_measure(tx: WriteTx, measure_id: int) -> tuple[Measure, Roadmap]:
    measure = await tx.session.get(Measure, measure_id)
    if measure is None:
        raise NotFound
    return measure, await _draft(tx, measure.roadmap_id)
