"""What was given and could be taken back."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from domain import moving, roadmaps
from domain.db import Tx
from domain.errors import NotFound
from domain.progress import Assignment, Handout, Submission
from domain.recalls import rules
from domain.revisions import Revision, RevisionState


async def handouts(tx: Tx, roadmap_id: int) -> Sequence[Handout]:
    """When the roadmap was given to schools, the newest first; what was taken back is left out."""
    await roadmaps.roadmap_for_planning(tx, roadmap_id)
    query = select(Handout).where(Handout.roadmap_id == roadmap_id, Handout.taken_back_at.is_(None))
    return (await tx.session.scalars(query.order_by(Handout.id.desc()))).all()


async def handout(tx: Tx, handout_id: int) -> Handout:
    """One giving of a roadmap that the actor may change."""
    found = await tx.session.get(Handout, handout_id)
    if found is None:
        raise NotFound
    await roadmaps.roadmap_for_planning(tx, found.roadmap_id)
    return found


async def is_untouched(tx: Tx, handout_id: int) -> bool:
    """Whether one giving could be taken back now."""
    query = select(Assignment.id).where(Assignment.handout_id == handout_id)
    return await _passes(tx, (await tx.session.scalars(query)).all())


async def may_reopen(tx: Tx, roadmap_id: int) -> bool:
    """Whether nobody has begun to work by this roadmap."""
    try:
        await require_unbegun(tx, roadmap_id)
    except (rules.WorkHandedIn, rules.WorkBegun):
        return False
    return True


async def require_unbegun(tx: Tx, roadmap_id: int) -> Sequence[int]:
    """Assignments of a roadmap that could all be taken back; raises WorkHandedIn, WorkBegun, the latter also where
    schools have added rows of their own."""
    query = select(Assignment.id).where(Assignment.roadmap_id == roadmap_id)
    found = (await tx.session.scalars(query)).all()
    await require_untouched(tx, found)
    added = select(func.count(Assignment.id)).join(
        roadmaps.Roadmap, roadmaps.Roadmap.id == Assignment.roadmap_id
    )
    own = await tx.session.scalar(added.where(roadmaps.Roadmap.template_id == roadmap_id))
    if own:
        raise rules.WorkBegun(n=own)
    return found


async def may_undo(tx: Tx, revision: Revision) -> bool:
    """Whether an applied newer version could be undone now."""
    kept = revision.replaced
    affected = [*kept["added"], *(m["id"] for m in kept["measures"])]
    query = select(Assignment.id).where(Assignment.measure_id.in_(affected))
    try:
        await require_newest(tx, revision)
        await require_unsubmitted(tx, (await tx.session.scalars(query)).all(), after=kept["last_submission"])
    except (rules.WorkHandedIn, rules.NewerRevision, rules.GivenSince):
        return False
    return await _passes(tx, kept["given"])


async def _passes(tx: Tx, assignment_ids: Collection[int]) -> bool:
    try:
        await require_untouched(tx, assignment_ids)
    except (rules.WorkHandedIn, rules.WorkBegun):
        return False
    return True


async def require_newest(tx: Tx, revision: Revision) -> None:
    """Pass where nothing has come after an applied newer version; raises NewerRevision, GivenSince."""
    newer = select(Revision.id).where(
        Revision.roadmap_id == revision.roadmap_id,
        Revision.state == RevisionState.APPLIED,
        Revision.id > revision.id,
    )
    if await tx.session.scalar(newer.limit(1)) is not None:
        raise rules.NewerRevision
    since = select(Handout.id).where(
        Handout.roadmap_id == revision.roadmap_id,
        Handout.taken_back_at.is_(None),
        Handout.id > revision.replaced["last_handout"],
    )
    if await tx.session.scalar(since.limit(1)) is not None:
        raise rules.GivenSince


async def require_untouched(tx: Tx, assignment_ids: Collection[int]) -> None:
    """Pass where schools have not worked on these assignments; raises WorkHandedIn, WorkBegun."""
    await require_unsubmitted(tx, assignment_ids)
    begun = await moving.touched(tx, assignment_ids)
    if begun:
        raise rules.WorkBegun(n=len(begun))


async def require_unsubmitted(tx: Tx, assignment_ids: Collection[int], after: int = 0) -> None:
    """Pass where nothing was handed in for these assignments (`after`: none newer than that report); raises
    WorkHandedIn."""
    query = select(func.count(Submission.assignment_id.distinct())).where(
        Submission.assignment_id.in_(assignment_ids), Submission.id > after
    )
    count = await tx.session.scalar(query)
    if count:
        raise rules.WorkHandedIn(n=count)
