"""Asking to be let off, answering, and noting how far one is."""

from sqlalchemy import select

from domain import audit, outbox, people, progress, roadmaps
from domain.actor import Place, Role
from domain.db import WriteTx
from domain.errors import NotFound
from domain.obligations import queries, rules
from domain.obligations.models import CountNote, Waiver
from domain.obligations.rules import WaiverState
from domain.policy import Permission, require, within
from domain.progress import Assignment, Status


async def ask_waiver(tx: WriteTx, assignment_id: int, reason: str) -> Waiver:
    """A school asks not to have to hand this in. Asked already: the same request.

    Raises ReasonNeeded, AssignmentClosed, and AlreadySubmitted while a report is in review.
    """
    work = await progress.assignment(tx, assignment_id, Permission.SUBMIT)
    known = await _open_waiver(tx, work.id)
    if known is not None:
        return known
    await progress.check_open(tx, work)
    waiver = _waiver(tx, work, rules.reason_of(reason), WaiverState.ASKED)
    await tx.session.flush()
    audit.record(tx, "waiver.ask", "assignment", work.id, work.place, reason=waiver.reason)
    for person in await _coordinators(tx, work.place):
        await outbox.put(
            tx,
            "waiver_asked",
            person_id=person.id,
            subject=f"waiver:{waiver.id}",
            dedupe_key=f"waiver_asked:{waiver.id}:{person.id}",
            params={"waiver_id": waiver.id},
        )
    return waiver


async def take_waiver_back(tx: WriteTx, waiver_id: int) -> Waiver:
    """The school does it after all."""
    waiver, work = await _found(tx, waiver_id, Permission.SUBMIT)
    if waiver.state is WaiverState.TAKEN_BACK:
        return waiver
    await _check_unanswered(tx, waiver)
    waiver.state, waiver.answered_by, waiver.answered_at = WaiverState.TAKEN_BACK, tx.actor.person_id, tx.now
    audit.record(tx, "waiver.take_back", "assignment", work.id, work.place)
    await outbox.cancel(tx, subject=f"waiver:{waiver.id}", reason="taken back")
    return waiver


async def grant_waiver(tx: WriteTx, waiver_id: int, answer: str = "") -> Waiver:
    """A coordinator lets the school off. The actor's own repeated press gives the same answer again.

    Raises OwnSchool, AlreadyAnswered (who, when), HandedInMeanwhile.
    """
    return await _answer(tx, waiver_id, WaiverState.GRANTED, answer.strip()[: rules.LONGEST])


async def decline_waiver(tx: WriteTx, waiver_id: int, answer: str) -> Waiver:
    """A coordinator says why it is required. Raises as `grant_waiver`, and ReasonNeeded."""
    return await _answer(tx, waiver_id, WaiverState.DECLINED, rules.reason_of(answer))


async def _answer(tx: WriteTx, waiver_id: int, state: WaiverState, answer: str) -> Waiver:
    waiver, work = await _found(tx, waiver_id, Permission.SEE)
    if queries.is_own(tx, waiver):
        raise progress.OwnSchool if work.school_id is not None else progress.OwnWork
    require(tx.actor, Permission.OVERRULE, work.place)
    if waiver.state is state and waiver.answered_by == tx.actor.person_id:
        return waiver
    await _check_unanswered(tx, waiver)
    if state is WaiverState.GRANTED:
        if work.status not in progress.OPEN:
            raise rules.HandedInMeanwhile
        work.status, work.status_at = Status.WAIVED, tx.now
    waiver.state, waiver.answer = state, answer
    waiver.answered_by, waiver.answered_at = tx.actor.person_id, tx.now
    audit.record(tx, f"waiver.{state}", "assignment", work.id, work.place, answer=answer)
    if waiver.asked_by is not None:
        await outbox.put(
            tx,
            "waiver_answered",
            person_id=waiver.asked_by,
            subject=f"waiver:{waiver.id}",
            dedupe_key=f"waiver_answered:{waiver.id}",
            params={"waiver_id": waiver.id},
        )
    return waiver


async def waive(tx: WriteTx, assignment_id: int, reason: str) -> Waiver:
    """A coordinator lets a school off without having been asked; a request that waits is granted by it."""
    work = await progress.assignment(tx, assignment_id)
    known = await _open_waiver(tx, work.id)
    if known is not None:
        return await grant_waiver(tx, known.id, rules.reason_of(reason))
    if progress.is_own(tx.actor, work.place):
        raise progress.OwnSchool if work.school_id is not None else progress.OwnWork
    require(tx.actor, Permission.OVERRULE, work.place)
    await progress.check_open(tx, work)
    waiver = _waiver(tx, work, rules.reason_of(reason), WaiverState.GRANTED)
    waiver.asked_by, waiver.answered_by, waiver.answered_at = None, tx.actor.person_id, tx.now
    work.status, work.status_at = Status.WAIVED, tx.now
    await tx.session.flush()
    audit.record(tx, "waiver.granted", "assignment", work.id, work.place, reason=waiver.reason)
    return waiver


async def require_again(tx: WriteTx, assignment_id: int, reason: str) -> Assignment:
    """A coordinator asks for it after all. Raises NotWaived, ReasonNeeded."""
    work = await progress.assignment(tx, assignment_id)
    require(tx.actor, Permission.OVERRULE, work.place)
    if work.status is not Status.WAIVED:
        raise rules.NotWaived
    reason = rules.reason_of(reason)
    work.status, work.status_at = (Status.RETURNED if work.version else Status.NOT_DONE), tx.now
    audit.record(tx, "waiver.end", "assignment", work.id, work.place, reason=reason)
    for person in await people.team(tx, work.place):
        await outbox.put(
            tx,
            "required_again",
            person_id=person.id,
            subject=f"assignment:{work.id}",
            dedupe_key=f"required_again:{work.id}:{tx.now.isoformat()}:{person.id}",
            params={"assignment_id": work.id, "reason": reason},
        )
    return work


async def note_count(
    tx: WriteTx, assignment_id: int, done: int, *, wanted: int | None = None, note: str = ""
) -> CountNote:
    """A school notes how many it has done; `wanted` where the plan's own number is not the right one.

    The same numbers without a word once more add nothing. Raises CountOutside, AssignmentClosed.
    """
    work = await progress.assignment(tx, assignment_id, Permission.SUBMIT)
    if work.status in {Status.CONFIRMED, Status.NOTED, Status.WAIVED}:
        raise progress.AssignmentClosed
    if not (0 <= done <= rules.MOST and (wanted is None or 1 <= wanted <= rules.MOST)):
        raise rules.CountOutside(max=rules.MOST)
    notes = await queries.count_notes(tx, work.id)
    target = rules.wanted_of(await tx.session.get_one(roadmaps.Measure, work.measure_id))
    before = notes[0] if notes else None
    if wanted is None:
        wanted = before.wanted if before else int(target.value) if target else None
    note = note.strip()[: rules.LONGEST]
    if before is not None and (before.done, before.wanted, note) == (done, wanted, ""):
        return before
    fresh = CountNote(
        assignment_id=work.id,
        done=done,
        wanted=wanted,
        noun=target.noun[:120] if target else "",
        note=note,
        noted_by=tx.actor.person_id,
        noted_at=tx.now,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(tx, "count.note", "assignment", work.id, work.place, done=done, wanted=wanted)
    return fresh


def _waiver(tx: WriteTx, work: Assignment, reason: str, state: WaiverState) -> Waiver:
    waiver = Waiver(
        assignment_id=work.id,
        region_id=work.region_id,
        municipality_id=work.municipality_id,
        school_id=work.school_id,
        reason=reason,
        asked_by=tx.actor.person_id,
        asked_at=tx.now,
        state=state,
    )
    tx.session.add(waiver)
    return waiver


async def _open_waiver(tx: WriteTx, assignment_id: int) -> Waiver | None:
    query = select(Waiver).where(Waiver.assignment_id == assignment_id, Waiver.state == WaiverState.ASKED)
    return (await tx.session.scalars(query)).first()


async def _found(tx: WriteTx, waiver_id: int, permission: Permission) -> tuple[Waiver, Assignment]:
    """A request and its assignment, locked for writing where the database can."""
    query = (
        select(Waiver).where(Waiver.id == waiver_id, within(tx.actor, permission, Waiver)).with_for_update()
    )
    waiver = (await tx.session.scalars(query)).first()
    if waiver is None:
        raise NotFound
    return waiver, await progress.assignment(tx, waiver.assignment_id)


async def _check_unanswered(tx: WriteTx, waiver: Waiver) -> None:
    if waiver.state is not WaiverState.ASKED:
        names = await people.person_names(tx, [waiver.answered_by])
        raise rules.AlreadyAnswered(
            name=names.get(waiver.answered_by or 0, ""), at=waiver.answered_at, state=waiver.state
        )


async def _coordinators(tx: WriteTx, holder: Place) -> list[people.Person]:
    """Who answers: the municipality's coordinators, without one the region's; nobody of the own team or office."""
    own = {tx.actor.person_id}
    if holder.municipality_id is not None:
        own |= {person.id for person in await people.team(tx, holder)}
    for role, place in (
        (Role.MUNICIPAL_COORDINATOR, Place(holder.region_id, holder.municipality_id)),
        (Role.REGIONAL_COORDINATOR, Place(holder.region_id)),
    ):
        found = [person for person in await people.holders(tx, [role], place) if person.id not in own]
        if found:
            return found
    return []
