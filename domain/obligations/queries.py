"""Requests that wait for a coordinator, and how far counted measures are."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select

from domain import progress, roadmaps, schools
from domain.actor import Place
from domain.dates import local_day, working_days_between
from domain.db import Tx
from domain.errors import NotFound
from domain.obligations import rules
from domain.obligations.models import CountNote, Waiver
from domain.obligations.rules import Count, WaiverState
from domain.policy import Permission, within
from domain.progress import Assignment


class WaiverRow(NamedTuple):
    """A request with what it is about."""

    waiver: Waiver
    assignment: Assignment
    measure: roadmaps.Measure
    school: progress.Holder
    waiting: int  # working days since it was asked


def _rows(
    tx: Tx, permission: Permission
) -> Select[Waiver, Assignment, roadmaps.Measure, schools.School | None]:
    return (
        select(Waiver, Assignment, roadmaps.Measure, schools.School)
        .join(Assignment, Assignment.id == Waiver.assignment_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .outerjoin(schools.School, schools.School.id == Waiver.school_id)
        .where(within(tx.actor, permission, Waiver))
    )


_WAITING = Waiver.state == WaiverState.ASKED, Assignment.status.in_(progress.OPEN)


async def open_waivers(tx: Tx) -> list[WaiverRow]:
    """Requests that the actor may answer, the longest waiting first; one's own is for somebody else.

    A request rests while the school's report on the same assignment is in review.
    """
    query = _rows(tx, Permission.OVERRULE).where(*_WAITING)
    rows = await tx.session.execute(query.order_by(Waiver.asked_at, Waiver.id))
    return [await _row(tx, *row) for row in rows if not is_own(tx, row[0])]


async def waiting_waivers(tx: Tx, *, inside: Place | None = None) -> int:
    """How many requests wait for the actor's answer: as many as `open_waivers` lists, of one place where it is named."""
    query = (
        select(Waiver)
        .join(Assignment, Assignment.id == Waiver.assignment_id)
        .where(within(tx.actor, Permission.OVERRULE, Waiver), *_WAITING)
    )
    found = [waiver for waiver in await tx.session.scalars(query) if not is_own(tx, waiver)]
    return sum(inside is None or inside.covers(waiver.place) for waiver in found)


def is_own(tx: Tx, waiver: Waiver) -> bool:
    """Whether the request is the actor's own: of the own team or office, or of the region's office by oneself."""
    asked = waiver.asked_by is not None and waiver.asked_by == tx.actor.person_id
    return asked or progress.is_own(tx.actor, waiver.place)


async def _row(
    tx: Tx, waiver: Waiver, work: Assignment, measure: roadmaps.Measure, school: schools.School | None
) -> WaiverRow:
    asked_on = local_day(waiver.asked_at, tx.actor.timezone)
    waiting = working_days_between(asked_on, progress.today(tx))
    return WaiverRow(waiver, work, measure, await progress.holder_of(tx, work, school), waiting)


async def waiver_card(tx: Tx, waiver_id: int) -> WaiverRow:
    """One request of a school that the actor sees."""
    query = _rows(tx, Permission.SEE).where(Waiver.id == waiver_id)
    found = (await tx.session.execute(query)).first()
    if found is None:
        raise NotFound
    return await _row(tx, *found)


async def waivers(tx: Tx, assignment_id: int) -> Sequence[Waiver]:
    """All requests about an assignment, the newest first."""
    await progress.assignment(tx, assignment_id)
    query = select(Waiver).where(Waiver.assignment_id == assignment_id).order_by(Waiver.id.desc())
    return (await tx.session.scalars(query)).all()


async def count_notes(tx: Tx, assignment_id: int) -> Sequence[CountNote]:
    """The way of a counted measure, the newest note first."""
    await progress.assignment(tx, assignment_id)
    query = select(CountNote).where(CountNote.assignment_id == assignment_id).order_by(CountNote.id.desc())
    return (await tx.session.scalars(query)).all()


async def counts(tx: Tx, rows: Iterable[tuple[Assignment, roadmaps.Measure]]) -> dict[int, Count]:
    """How far each of these assignments is, by its id; only those that are counted. One query for any number.

    The assignments are those that the caller has read with its own rights.
    """
    pairs = {assignment.id: measure for assignment, measure in rows}
    newest = (
        select(func.max(CountNote.id))
        .where(CountNote.assignment_id.in_(pairs))
        .group_by(CountNote.assignment_id)
    )
    found = {
        note.assignment_id: Count(note.done, note.wanted, note.noun, note.noted_at)
        for note in await tx.session.scalars(select(CountNote).where(CountNote.id.in_(newest)))
    }
    for assignment_id, measure in pairs.items():
        target = rules.wanted_of(measure) if assignment_id not in found else None
        if target is not None:
            found[assignment_id] = Count(0, int(target.value), target.noun)
    return found
