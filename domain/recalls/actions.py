"""Undoing an import, an assignment, an approval; never at the price of a school's work."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update

from domain import audit, moving, outbox, progress, revisions, roadmaps
from domain.db import Base, WriteTx
from domain.outbox import OutboxMessage, OutboxState
from domain.progress import Assignment, Handout
from domain.recalls import queries, rules
from domain.revisions import Revision, RevisionState, thawed
from domain.roadmaps import Measure, Roadmap, Track


async def take_back(tx: WriteTx, handout_id: int) -> int:
    """Take back one giving of a roadmap. Returns how many assignments. Raises WorkHandedIn, WorkBegun."""
    handout = await queries.handout(tx, handout_id)
    roadmap = await roadmaps.roadmap_for_planning(tx, handout.roadmap_id)
    if handout.taken_back_at is not None:
        return 0
    query = select(Assignment.id).where(Assignment.handout_id == handout_id)
    count = await _remove(tx, (await tx.session.scalars(query)).all())
    handout.taken_back_at = tx.now
    audit.record(
        tx, "roadmap.take_back", "roadmap", roadmap.id, roadmap.place, handout=handout_id, assignments=count
    )
    return count


async def reopen_roadmap(tx: WriteTx, roadmap_id: int) -> Roadmap:
    """Make an approved roadmap a draft again and take back all that was given by it.

    Raises WorkHandedIn, WorkBegun, and NewerRevision where a newer version has been applied to it.
    """
    await roadmaps.roadmap_for_planning(tx, roadmap_id)
    applied = select(Revision.id).where(
        Revision.roadmap_id == roadmap_id, Revision.state == RevisionState.APPLIED
    )
    if await tx.session.scalar(applied.limit(1)) is not None:
        raise rules.NewerRevision
    await _remove(tx, await queries.require_unbegun(tx, roadmap_id))
    await tx.session.execute(
        update(Handout)
        .where(Handout.roadmap_id == roadmap_id, Handout.taken_back_at.is_(None))
        .values(taken_back_at=tx.now)
    )
    await tx.session.execute(delete(Revision).where(Revision.roadmap_id == roadmap_id))
    return await roadmaps.reopen(tx, roadmap_id)


async def _remove(tx: WriteTx, assignment_ids: Sequence[int]) -> int:
    await queries.require_untouched(tx, assignment_ids)
    await tx.session.execute(delete(Assignment).where(Assignment.id.in_(assignment_ids)))
    return len(assignment_ids)


async def undo_import(tx: WriteTx, revision_id: int) -> Revision:
    """Give the roadmap back the shape that it had before a newer version was applied.

    Deadlines that had moved move back, and who was told of the move is told of this as well.
    Raises WorkHandedIn, WorkBegun, NewerRevision, GivenSince.
    """
    revision = await revisions.revision(tx, revision_id)
    if revision.state is RevisionState.UNDONE:
        return revision
    if revision.state is not RevisionState.APPLIED:
        raise revisions.RevisionClosed
    roadmap = await roadmaps.roadmap_for_planning(tx, revision.roadmap_id)
    await queries.require_newest(tx, revision)
    kept = revision.replaced
    affected = [*kept["added"], *(m["id"] for m in kept["measures"])]
    query = select(Assignment.id).where(Assignment.measure_id.in_(affected))
    await queries.require_unsubmitted(
        tx, (await tx.session.scalars(query)).all(), after=kept["last_submission"]
    )
    await queries.require_untouched(tx, kept["given"])
    await tx.session.execute(delete(Assignment).where(Assignment.id.in_(kept["given"])))
    await tx.session.execute(delete(Measure).where(Measure.id.in_(kept["added"])))
    moves = await _restore(tx, roadmap, kept)
    heard = await _heard(tx, f"revision:{revision_id}")
    subject, key = f"revision-undone:{revision_id}", f"u{revision_id}"
    await moving.tell_moved(tx, moves, subject=subject, key=key, only=heard)
    revision.state, revision.undone_at = RevisionState.UNDONE, tx.now
    roadmap.columns, roadmap.layout = kept["columns"], kept["layout"]
    roadmap.version += 1
    audit.record(
        tx, "roadmap.undo_import", "roadmap", roadmap.id, roadmap.place,
        revision=revision_id, file=revision.file_name,
    )  # fmt: skip
    return revision


async def _restore(tx: WriteTx, roadmap: Roadmap, kept: dict[str, Any]) -> list[progress.Move]:
    tracks = {t["id"]: t for t in kept["tracks"]}
    known = {t.id: t for t in await tx.session.scalars(select(Track).where(Track.roadmap_id == roadmap.id))}
    await _put_back(tx, Track, known, tracks)
    rows = await tx.session.scalars(select(Measure).where(Measure.roadmap_id == roadmap.id))
    measures = {measure.id: measure for measure in rows}
    for measure in measures.values():
        place = kept["places"].get(str(measure.id))
        if place is not None:
            measure.position, measure.track_id = place
    # A measure that a person has changed since keeps that change.
    own = {
        id_ for id_, version in kept["versions"].items()
        if int(id_) in measures and measures[int(id_)].version != version
    }  # fmt: skip
    before = {m["id"]: m for m in kept["measures"] if str(m["id"]) not in own}
    await _put_back(tx, Measure, measures, before)
    moves = await _put_back_work(tx, kept, own)
    await tx.session.flush()
    await tx.session.execute(
        delete(Track).where(Track.roadmap_id == roadmap.id, Track.id.not_in(list(tracks)))
    )
    return moves


async def _put_back(
    tx: WriteTx, model: type[Base], known: Mapping[int, Base], before: dict[int, dict[str, Any]]
) -> None:
    table = cast(Table, model.__table__)
    for id_, values in before.items():
        clean = thawed(table, values)
        if id_ in known:
            clean.pop("version", None)
            for name, value in clean.items():
                setattr(known[id_], name, value)
        else:
            await tx.session.execute(insert(model).values(**clean))
    await tx.session.flush()


async def _put_back_work(tx: WriteTx, kept: dict[str, Any], own: Collection[str]) -> list[progress.Move]:
    """Assignments as they were: dates of the open ones move back, removed ones return under their numbers."""
    table = cast(Table, Assignment.__table__)
    before = {a["id"]: thawed(table, a) for a in kept["assignments"] if str(a["measure_id"]) not in own}
    query = select(Assignment).where(Assignment.id.in_(before))
    living = {a.id: a for a in await tx.session.scalars(query)}
    await moving.renumber(tx, {a: before[a.id]["occurrence"] for a in living.values()})
    moves: list[progress.Move] = []
    for id_, values in before.items():
        work = living.get(id_)
        if work is None:
            await tx.session.execute(insert(Assignment).values(**values))
        elif (
            not work.keeps_date
            and work.status in progress.OPEN
            and (work.starts_on, work.due_on)
            != (
                values["starts_on"],
                values["due_on"],
            )
        ):
            moves.append(progress.Move(id_, work.place, work.due_on, values["due_on"]))
            work.starts_on, work.due_on = values["starts_on"], values["due_on"]
            work.reminds = values["reminds"]
    return moves


async def _heard(tx: WriteTx, subject: str) -> set[int]:
    """Who has been told of the move already; what has not left yet is taken back."""
    await outbox.cancel(tx, subject=subject, reason="import undone")
    query = select(OutboxMessage.person_id).where(
        OutboxMessage.subject == subject, OutboxMessage.state != OutboxState.CANCELLED
    )
    return {person_id for person_id in await tx.session.scalars(query) if person_id is not None}
