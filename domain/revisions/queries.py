"""Looking at a comparison before it is applied, and at what was applied before."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from domain import giving, moving, progress, roadmaps
from domain.actor import Place
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.progress import Assignment
from domain.revisions import rules
from domain.revisions.models import Revision
from domain.revisions.rules import Change, ChangeKind, RevisionState


class Comparison(NamedTuple):
    """A newer version beside the living roadmap."""

    revision: Revision
    roadmap: roadmaps.Roadmap
    tracks: dict[int, str]
    changes: list[Change]
    counts: dict[ChangeKind, int]
    worked: Collection[int]  # measures with work of schools: never taken away
    holders: int  # schools that have the roadmap and would get what is added
    to_offices: int  # added measures that would go to offices instead
    moving: int  # open assignments whose deadline would move
    keeping: int  # those that would stay, because their school has a date of its own
    told: int  # people who would hear of it


async def revision(tx: Tx, revision_id: int) -> Revision:
    """One revision of a roadmap that the actor may change."""
    found = await tx.session.get(Revision, revision_id)
    if found is None:
        raise NotFound
    await roadmaps.roadmap_for_planning(tx, found.roadmap_id)
    return found


async def revision_list(tx: Tx, roadmap_id: int) -> Sequence[Revision]:
    """What became of newer versions, the newest first."""
    await roadmaps.roadmap_for_planning(tx, roadmap_id)
    query = select(Revision).where(
        Revision.roadmap_id == roadmap_id, Revision.state != RevisionState.DISCARDED
    )
    return (await tx.session.scalars(query.order_by(Revision.id.desc()))).all()


async def earlier_of(tx: Tx, draft: roadmaps.Roadmap) -> roadmaps.Roadmap | None:
    """The living roadmap of which a draft seems to be a newer version.

    Of the same place it is the newest one that is called alike, or whose measures most of the draft's are. Of a place
    below or above, a coordinator may have sent back what another wrote: then both must agree, and one plan alone.
    The draft's year counts where its document names it; a plan that was taken from here may not name any.
    """
    model = roadmaps.Roadmap
    query = (
        select(model)
        .where(within(tx.actor, Permission.PLAN, model), model.state == roadmaps.RoadmapState.APPROVED)
        .where(model.template_id.is_(None))
        .order_by(model.id.desc())
    )
    living = [row for row in await tx.session.scalars(query) if _of_the_years(draft, row)]
    titles = await _titles(tx, [draft.id, *(row.id for row in living)])
    own = titles.get(draft.id, frozenset())
    elsewhere = []
    for row in living:
        alike = rules.called_alike(row.title, draft.title)
        shared = rules.share(own, titles.get(row.id, frozenset()))
        if row.place == draft.place and (alike or shared >= rules.MOST):
            return row
        if alike and shared >= rules.MOST:
            elsewhere.append(row)
    return elsewhere[0] if len(elsewhere) == 1 else None


def _of_the_years(draft: roadmaps.Roadmap, living: roadmaps.Roadmap) -> bool:
    if draft.reference_year == living.reference_year:
        return True
    return bool(draft.doubts) and living.starts_on.year <= draft.reference_year <= living.ends_on.year


async def _titles(tx: Tx, roadmap_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """What the measures of each roadmap are called."""
    measure = roadmaps.Measure
    found: dict[int, set[str]] = {}
    query = select(measure.roadmap_id, measure.title).where(measure.roadmap_id.in_(roadmap_ids))
    for roadmap_id, title in await tx.session.execute(query):
        found.setdefault(roadmap_id, set()).add(rules.fold(title))
    return {roadmap_id: frozenset(titles) for roadmap_id, titles in found.items()}


async def comparison(tx: Tx, revision_id: int) -> Comparison:
    """What applying the newer version would do, as the roadmap stands now."""
    found = await revision(tx, revision_id)
    view = await roadmaps.roadmap(tx, found.roadmap_id)
    changes = rules.compare(found.rows, view.measures)
    work = await moving.open_work(tx, [c.measure.id for c in changes if c.moves and c.measure is not None])
    told = await progress.holders(tx, {w.place for w in work})
    schools = await tx.session.scalar(
        select(func.count(Assignment.school_id.distinct())).where(Assignment.roadmap_id == found.roadmap_id)
    )
    gone = [c.measure.id for c in changes if c.kind is ChangeKind.GONE and c.measure is not None]
    return Comparison(
        revision=found,
        roadmap=view.roadmap,
        tracks={track.id: track.title for track in view.tracks},
        changes=changes,
        counts=dict(Counter(change.kind for change in changes)),
        worked=await moving.worked_measures(tx, gone),
        holders=schools or 0,
        to_offices=await _to_offices(tx, found, changes),
        moving=len(work),
        keeping=await moving.keeping(
            tx, [c.measure.id for c in changes if c.moves and c.measure is not None]
        ),
        told=len({person for people in told.values() for person in people}),
    )


async def _to_offices(tx: Tx, found: Revision, changes: Sequence[Change]) -> int:
    """How many of the added rows name only offices that have a part in the roadmap."""
    added = [c.row for c in changes if c.kind is ChangeKind.ADDED and c.row is not None]
    if not added:
        return 0
    query = select(*Assignment.place_columns()).where(Assignment.roadmap_id == found.roadmap_id).distinct()
    holders = [Place(*where) for where in await tx.session.execute(query)]
    receivers = (giving.receivers(found.rows[row]["responsible"], holders) for row in added)
    return sum(bool(places) and places[0].school_id is None for places in receivers)
