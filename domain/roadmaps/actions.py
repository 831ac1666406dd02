"""Importing a plan, settling its doubts, approving it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from domain import audit, deadlines
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import N_, InvalidInput, NotFound
from domain.files import StoredFile
from domain.policy import Permission, require
from domain.roadmaps import queries, rules
from domain.roadmaps.models import Measure, Roadmap, Track

if TYPE_CHECKING:  # only named here: reading documents loads libraries that a roadmap does not need
    from domain import documents

# What a row keeps while it is set aside, and what it gives to those made of it.
KEPT = (
    "track_id",
    "position",
    "number",
    "title",
    "responsible_raw",
    "responsible",
    "expected_result",
    "indicator",
    "evidence_required",
    "deadline_text",
    "deadline_typed",
    "deadline_kind",
    "windows",
    "recurrence",
    "doubts",
    "reminds",
    "settled",
    "source",
    "as_read",
    "notes",
    "targets",
    "edited",
)
EDITABLE = frozenset(
    {"number", "title", "responsible_raw", "expected_result", "indicator", "evidence_required"}
)


async def import_draft(
    tx: WriteTx,
    owner: Place,
    reading: "documents.Reading",
    *,
    file_name: str,
    file: StoredFile | None = None,
    level: rules.Level | None = None,
    school_year: bool = False,
    columns: Mapping[str, str | int] | None = None,
) -> Roadmap:
    """Keep what was read from a document as a draft of the owner's roadmap; nothing is live until approved.

    `file`: the document's bytes in the store, from which it can be read again with other columns. `columns`: those
    that a person had chosen and the reading followed.
    """
    require(tx.actor, Permission.PLAN, owner)
    year = reading.reference_year or tx.now.year
    bounds = rules.period(year, school_year=school_year)
    if reading.period and reading.period.start and reading.period.due and not school_year:
        bounds = reading.period
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
        file_sha256=file.sha256 if file else None,
        columns=dict(reading.columns),
        layout=[list(column) for column in reading.layout],
        overrides=dict(columns or {}),
        doubts=list(reading.doubts),
        skipped=rules.passed_over(reading.skipped),
        created_by=tx.actor.person_id,
        created_at=tx.now,
    )
    tx.session.add(roadmap)
    await tx.session.flush()
    tracks = await place_tracks(tx, roadmap, [(i.section, i.section_goal) for i in reading.items])
    for position, item in enumerate(reading.items):
        track_id = tracks[item.section].id if item.section else None
        values = rules.texts_of(item) | rules.meaning_of(item.deadline, bounds)
        tx.session.add(Measure(roadmap_id=roadmap.id, track_id=track_id, position=position, **values))
    await tx.session.flush()
    audit.record(
        tx, "roadmap.import", "roadmap", roadmap.id, owner, file=file_name, measures=len(reading.items)
    )
    return roadmap


async def place_tracks(
    tx: WriteTx, roadmap: Roadmap, sections: Iterable[tuple[str | None, str | None]]
) -> dict[str, Track]:
    """The tracks of a roadmap by title, in the order of its rows' (section, goal); known ones are kept."""
    known = await tx.session.scalars(select(Track).where(Track.roadmap_id == roadmap.id))
    tracks = {track.title: track for track in known}
    goals: dict[str, str | None] = {}
    for section, goal in sections:
        if section:
            goals.setdefault(section, goal)
    for position, (title, goal) in enumerate(goals.items()):
        if title not in tracks:
            tracks[title] = Track(roadmap_id=roadmap.id, title=title)
            tx.session.add(tracks[title])
        tracks[title].position, tracks[title].goal = position, goal
    await tx.session.flush()
    return tracks


async def retype_deadline(tx: WriteTx, measure_id: int, text: str, *, seen: int | None = None) -> Measure:
    """Say a deadline in other words; the author's words stay beside it. Raises DeadlineUnclear, DraftChanged."""
    measure, roadmap = await draft_measure(tx, measure_id, seen)
    text = deadlines.spelled_out(text, tx.day(tx.actor.timezone))
    values = rules.meaning_of(reading_of(roadmap, text), roadmap.bounds)
    if not any(due for _, due in values["windows"]):
        raise rules.DeadlineUnclear(text=text)
    for field, value in values.items():
        setattr(measure, field, value)
    # A person has just said it and sees the meaning: that settles it.
    measure.deadline_typed, measure.settled, measure.reminds = text, rules.Settled.RETYPED, True
    _trace(tx, "measure.deadline", measure, roadmap, ["deadline"], text=text)
    return measure


async def settle_deadline(
    tx: WriteTx, measure_id: int, choice: rules.Settled, *, seen: int | None = None
) -> Measure:
    """Answer a doubt: the deadline is as read, or it never reminds."""
    measure, roadmap = await draft_measure(tx, measure_id, seen)
    dated = any(due for _, due in measure.windows)
    if choice is rules.Settled.AS_READ and not dated:
        raise rules.DeadlineUnclear(text=measure.deadline_text or "")
    measure.settled = choice
    measure.reminds = choice is rules.Settled.AS_READ
    _trace(tx, "measure.settle", measure, roadmap, ["deadline"], choice=choice)
    return measure


async def edit_measure(
    tx: WriteTx, measure_id: int, *, seen: int | None = None, **fields: str | None
) -> Measure:
    """Correct what was read; the deadline has its own actions."""
    measure, roadmap = await draft_measure(tx, measure_id, seen)
    if not set(fields) <= EDITABLE:
        raise InvalidInput
    changed: list[str] = []
    for field, value in fields.items():
        clean = (value or "").strip() or None
        # A form sends every field back with the browser's line ends; only a real change is a person's own.
        if _folded(clean) != _folded(getattr(measure, field)):
            setattr(measure, field, clean)
            changed.append(field)
    if not measure.title:
        raise InvalidInput(reason=N_("A measure needs its text."))
    measure.edited = sorted({*measure.edited, *changed})
    _trace(tx, "measure.edit", measure, roadmap, sorted(changed))
    return measure


def _folded(text: str | None) -> str:
    return "\n".join((text or "").split("\r\n")).strip()


async def drop_measure(tx: WriteTx, measure_id: int, *, seen: int | None = None) -> None:
    """Leave a row out of the roadmap; it stays listed among the rows passed over and can be taken back."""
    measure, roadmap = await draft_measure(tx, measure_id, seen)
    await set_aside(tx, roadmap, measure, "dropped")
    audit.record(tx, "measure.drop", "measure", measure_id, roadmap.place, title=measure.title)


async def set_aside(tx: WriteTx, roadmap: Roadmap, measure: Measure, why: str) -> None:
    """Take a row out and keep all of it among the rows passed over."""
    row = measure.source.rpartition(", ")[2]
    entry = {
        "key": f"m{measure.id}",
        "row": int(row) if row.isdecimal() else None,
        "text": measure.title,
        "why": why,
        "source": measure.source,
        "measure": {field: getattr(measure, field) for field in KEPT},
    }
    roadmap.skipped = [*roadmap.skipped, entry]
    await tx.session.delete(measure)


async def add_measure(tx: WriteTx, roadmap_id: int, *, title: str, deadline_text: str = "") -> Measure:
    """Add a row by hand at the end."""
    roadmap = await open_draft(tx, roadmap_id)
    last = await tx.session.scalar(select(func.max(Measure.position)).where(Measure.roadmap_id == roadmap_id))
    if not title.strip():
        raise InvalidInput(reason=N_("A measure needs its text."))
    measure = Measure(
        roadmap_id=roadmap_id,
        position=(last if last is not None else -1) + 1,
        title=title.strip(),
        deadline_text=deadline_text.strip() or None,
        **rules.meaning_of(reading_of(roadmap, deadline_text), roadmap.bounds),
    )
    tx.session.add(measure)
    await tx.session.flush()
    audit.record(tx, "measure.add", "measure", measure.id, roadmap.place, title=measure.title)
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


async def reopen(tx: WriteTx, roadmap_id: int) -> Roadmap:
    """Make an approved roadmap a draft again; `revisions.take_back` first sees to what was given to schools."""
    roadmap = await queries.roadmap_for_planning(tx, roadmap_id)
    if roadmap.state is rules.RoadmapState.APPROVED:
        roadmap.state, roadmap.approved_by, roadmap.approved_at = rules.RoadmapState.DRAFT, None, None
        audit.record(tx, "roadmap.reopen", "roadmap", roadmap.id, roadmap.place)
    return roadmap


async def discard(tx: WriteTx, roadmap_id: int) -> None:
    """Throw a draft away."""
    roadmap = await open_draft(tx, roadmap_id)
    await tx.session.execute(delete(Measure).where(Measure.roadmap_id == roadmap_id))
    await tx.session.execute(delete(Track).where(Track.roadmap_id == roadmap_id))
    await tx.session.delete(roadmap)
    audit.record(tx, "roadmap.discard", "roadmap", roadmap.id, roadmap.place, title=roadmap.title)


def context(roadmap: Roadmap) -> deadlines.Context:
    """What a deadline of this roadmap is read against."""
    return deadlines.Context(
        year=roadmap.reference_year, period=roadmap.bounds, school_year=roadmap.school_year
    )


def reading_of(roadmap: Roadmap, text: str) -> deadlines.Deadline:
    """What these words would mean in this roadmap; changes nothing."""
    return deadlines.parse(text, context(roadmap))


async def set_window(tx: WriteTx, measure: Measure, index: int, due_on: date) -> None:
    """Note a moved date of an approved measure; `moving.move_due` moves what is owed."""
    windows = [list(window) for window in measure.windows] or [[None, None]]
    windows[index] = [windows[index][0], due_on.isoformat()]
    if windows[index][0] and windows[index][0] > due_on.isoformat():
        windows[index][0] = None
    measure.windows, measure.settled, measure.reminds = windows, rules.Settled.RETYPED, True
    measure.version += 1


async def open_draft(tx: WriteTx, roadmap_id: int, seen: int | None = None) -> Roadmap:
    """A draft about to be changed. `seen`: the reading on which the caller's page stood; raises ReadAnew."""
    roadmap = await queries.roadmap_for_planning(tx, roadmap_id)
    if roadmap.state is not rules.RoadmapState.DRAFT:
        raise rules.RoadmapClosed
    if seen is not None and seen != roadmap.layout_version:
        raise rules.ReadAnew
    roadmap.version += 1
    return roadmap


async def draft_measure(tx: WriteTx, measure_id: int, seen: int | None = None) -> tuple[Measure, Roadmap]:
    """A row of a draft about to be changed. `seen`: the version that the caller looked at; raises DraftChanged."""
    measure = await tx.session.get(Measure, measure_id, with_for_update=True)
    if measure is None:
        raise NotFound
    roadmap = await open_draft(tx, measure.roadmap_id)
    await check_seen(tx, measure, seen)
    measure.version += 1
    return measure, roadmap


async def check_seen(tx: WriteTx, measure: Measure, seen: int | None) -> None:
    """Pass where the caller looked at this very version of the row; otherwise say who changed what since."""
    if seen is not None and seen != measure.version:
        name, fields = await queries.changes_since(tx, measure, seen)
        raise rules.DraftChanged(name=name, fields=fields, measure_id=measure.id)


def _trace(
    tx: WriteTx, action: str, measure: Measure, roadmap: Roadmap, fields: list[str], **details: Any
) -> None:
    audit.record(
        tx, action, "measure", measure.id, roadmap.place, fields=fields, version=measure.version, **details
    )
