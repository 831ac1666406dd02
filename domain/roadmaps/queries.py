"""Reading plans: one's own, those below, and the approved ones above."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, false, func, or_, select

from domain import audit, calendars, people
from domain.actor import Actor, Grant, Place
from domain.dates import NO_OWN_DAYS, OwnDays
from domain.db import Tx
from domain.deadlines import BLOCKING_DOUBTS
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, within
from domain.roadmaps.models import Measure, Roadmap, SchoolWording, Track
from domain.roadmaps.rules import Finding, RoadmapState, findings

_REMEMBERED = 200  # roadmaps back, in which a choice of columns is looked for


class RoadmapRow(NamedTuple):
    """A line of the list of roadmaps."""

    roadmap: Roadmap
    measures: int
    doubts: int


class RoadmapView(NamedTuple):
    """A roadmap with everything in it, in the order of the document."""

    roadmap: Roadmap
    tracks: Sequence[Track]
    measures: Sequence[Measure]
    own_days: OwnDays = NO_OWN_DAYS  # of its region


def visible(actor: Actor) -> ColumnElement[bool]:
    """Approved plans at, below or above the actor's places; drafts only of those who plan there."""
    drafts = within(actor, Permission.PLAN, Roadmap)
    if actor.is_system:
        return drafts
    overlapping = or_(false(), *(_overlaps(grant) for grant in actor.grants))
    return or_(drafts, and_(Roadmap.state != RoadmapState.DRAFT, overlapping))


def _overlaps(grant: Grant) -> ColumnElement[bool]:
    pairs = [
        (column, value)
        for column, value in zip(Roadmap.place_columns(), grant.place, strict=True)
        if value is not None
    ]
    return and_(*(or_(column.is_(None), column == value) for column, value in pairs))


DOUBTFUL = and_(  # Measure.is_doubtful
    Measure.settled.is_(None),
    func.json_array_length(Measure.doubts) > 0,
    or_(
        *(
            cast(Measure.doubts, Text).contains(f'"{code}"', autoescape=True)
            for code in sorted(BLOCKING_DOUBTS)
        )
    ),
)


async def roadmap_list(tx: Tx, *, state: RoadmapState | None = None) -> list[RoadmapRow]:
    """Roadmaps that the actor may see: drafts first, then the newest."""
    query = (
        select(Roadmap, func.count(Measure.id), func.coalesce(func.sum(case((DOUBTFUL, 1), else_=0)), 0))
        .outerjoin(Measure, Measure.roadmap_id == Roadmap.id)
        .where(
            visible(tx.actor), Roadmap.template_id.is_(None)
        )  # what schools added stands with the plan itself
        .group_by(Roadmap.id)
        .order_by(Roadmap.state != RoadmapState.DRAFT, Roadmap.id.desc())
    )
    if state is not None:
        query = query.where(Roadmap.state == state)
    return [RoadmapRow(*row) for row in (await tx.session.execute(query))]


async def of_document(tx: Tx, owner: Place, sha256: str, year: int) -> Roadmap | None:
    """The owner's newest roadmap of this year that was read from the very same file, or None."""
    columns = zip(Roadmap.place_columns(), owner, strict=True)
    query = (
        select(Roadmap)
        .where(
            *(column.is_(None) if value is None else column == value for column, value in columns),
            Roadmap.file_sha256 == sha256,
            Roadmap.reference_year == year,
            visible(tx.actor),
        )
        .order_by(Roadmap.id.desc())
        .limit(1)
    )
    found: Roadmap | None = await tx.session.scalar(query)
    return found


async def draft_of(tx: Tx, owner: Place, sha256: str, *, year: int | None = None) -> Roadmap | None:
    """The owner's draft that was read from the very same file, or None; `year`: only one of this year."""
    columns = zip(Roadmap.place_columns(), owner, strict=True)
    query = (
        select(Roadmap)
        .where(
            *(column.is_(None) if value is None else column == value for column, value in columns),
            Roadmap.file_sha256 == sha256,
            Roadmap.state == RoadmapState.DRAFT,
            visible(tx.actor),
        )
        .order_by(Roadmap.id.desc())
        .limit(1)
    )
    if year is not None:
        query = query.where(Roadmap.reference_year == year)
    found: Roadmap | None = await tx.session.scalar(query)
    return found


async def chosen_columns(tx: Tx, layout: Sequence[tuple[str, str]]) -> dict[str, str | int]:
    """The columns that a person chose last for a document with these very headers; empty where nobody did.

    `layout` as `documents.Reading` has it. Only documents of places where the actor plans are looked at.
    """
    headers = [_squeezed(header) for _, header in layout]
    if not any(headers):
        return {}
    query = (
        select(Roadmap.layout, Roadmap.overrides)
        .where(within(tx.actor, Permission.PLAN, Roadmap))
        .order_by(Roadmap.id.desc())
        .limit(_REMEMBERED)
    )
    for known, overrides in await tx.session.execute(query):
        if overrides and [_squeezed(header) for _, header in known] == headers:
            return dict(overrides)
    return {}


def _squeezed(header: str) -> str:
    return "".join(header.split()).casefold()


async def roadmap(tx: Tx, roadmap_id: int) -> RoadmapView:
    """One roadmap with its tracks and measures, or NotFound."""
    found = await tx.session.scalar(select(Roadmap).where(Roadmap.id == roadmap_id, visible(tx.actor)))
    if found is None:
        raise NotFound
    tracks = await tx.session.scalars(
        select(Track).where(Track.roadmap_id == roadmap_id).order_by(Track.position)
    )
    measures = await tx.session.scalars(
        select(Measure).where(Measure.roadmap_id == roadmap_id).order_by(Measure.position)
    )
    return RoadmapView(found, tracks.all(), measures.all(), await calendars.own_days(tx, found.region_id))


async def track_titles(tx: Tx, roadmap_id: int) -> list[tuple[int, str]]:
    """Tracks of a roadmap by id and title, in its order, or NotFound."""
    query = (
        select(Track.id, Track.title)
        .select_from(Roadmap)
        .outerjoin(Track, Track.roadmap_id == Roadmap.id)
        .where(Roadmap.id == roadmap_id, visible(tx.actor))
        .order_by(Track.position)
    )
    rows = (await tx.session.execute(query)).all()
    if not rows:
        raise NotFound
    return [(row[0], row[1]) for row in rows if row[0] is not None]


def check_plan(view: RoadmapView) -> list[Finding]:
    """What to look at before the plan is approved: warnings with names, in the order of the rows."""
    return findings(view.roadmap, view.measures, view.own_days)


async def roadmap_for_planning(tx: Tx, roadmap_id: int) -> Roadmap:
    """One roadmap that the actor may change; Forbidden where one may only read it."""
    found = await tx.session.scalar(select(Roadmap).where(Roadmap.id == roadmap_id, visible(tx.actor)))
    if found is None:
        raise NotFound
    if not allows(tx.actor, Permission.PLAN, found.place):
        raise Forbidden
    return found


async def measure(tx: Tx, measure_id: int) -> Measure:
    """One measure of a visible roadmap."""
    query = (
        select(Measure)
        .join(Roadmap, Roadmap.id == Measure.roadmap_id)
        .where(Measure.id == measure_id, visible(tx.actor))
    )
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise NotFound
    return found


async def changes_since(tx: Tx, measure: Measure, seen: int) -> tuple[str, list[str]]:
    """Who last changed a row after a version of it, and which fields were changed since."""
    found = await audit.entries(tx, subject_kind="measure", subject_id=measure.id)
    since = [entry for entry in found if entry.details.get("version", 0) > seen]
    names = await people.person_names(tx, [entry.person_id for entry in since[:1]])
    fields = sorted({field for entry in since for field in entry.details.get("fields", ())})
    return next(iter(names.values()), ""), fields


async def own_words(tx: Tx, measure_ids: Collection[int], school_id: int) -> dict[int, SchoolWording]:
    """A school's own words for these measures, by measure."""
    query = select(SchoolWording).where(
        SchoolWording.school_id == school_id,
        SchoolWording.measure_id.in_(measure_ids),
        within(tx.actor, Permission.SEE, SchoolWording),
    )
    return {found.measure_id: found for found in await tx.session.scalars(query)}


async def own_plan(tx: Tx, template_id: int, school_id: int) -> Roadmap | None:
    """What a school has added to a plan that it shares with others, where it has added anything."""
    query = select(Roadmap).where(
        Roadmap.template_id == template_id, Roadmap.school_id == school_id, visible(tx.actor)
    )
    return (await tx.session.scalars(query)).first()


async def open_doubts(tx: Tx) -> int:
    """Deadlines in drafts and live plans that wait for the actor's word."""
    query = (
        select(func.count())
        .select_from(Measure)
        .join(Roadmap, Roadmap.id == Measure.roadmap_id)
        .where(
            within(tx.actor, Permission.PLAN, Roadmap),
            Roadmap.state != RoadmapState.ARCHIVED,
            DOUBTFUL,
        )
    )
    return await tx.session.scalar(query) or 0
