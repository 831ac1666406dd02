"""What a change of dates touches."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select, union

from domain import progress
from domain.db import Base, Tx
from domain.progress import Assignment
from domain.roadmaps import SchoolWording


async def open_work(tx: Tx, measure_ids: Collection[int]) -> Sequence[Assignment]:
    """Assignments of these measures that are still owed, those left out whose school keeps a date of its own."""
    query = select(Assignment).where(
        Assignment.measure_id.in_(measure_ids),
        Assignment.status.in_(progress.OPEN),
        Assignment.keeps_date.is_(False),
    )
    return (await tx.session.scalars(query)).all()


async def keeping(tx: Tx, measure_ids: Collection[int]) -> int:
    """How many open assignments of these measures have a date of their school's own."""
    query = select(func.count()).where(
        Assignment.measure_id.in_(measure_ids),
        Assignment.status.in_(progress.OPEN),
        Assignment.keeps_date,
    )
    return await tx.session.scalar(query) or 0


async def worked_measures(tx: Tx, measure_ids: Collection[int]) -> set[int]:
    """Which of these measures schools have worked on."""
    query = select(Assignment.id, Assignment.measure_id).where(Assignment.measure_id.in_(measure_ids))
    of = dict((await tx.session.execute(query)).all())
    return {of[i] for i in await touched(tx, of)}


async def touched(tx: Tx, assignment_ids: Collection[int]) -> set[int]:
    """Assignments that something of a school's hangs on: a draft, a report, a request, own words or an own date,
    whatever points at them."""
    if not assignment_ids:
        return set()
    owners = Assignment.__table__.c.id
    pointing = [
        select(column).where(column.in_(assignment_ids))
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column is owners for key in column.foreign_keys)
    ]
    decided = select(Assignment.id).where(
        Assignment.id.in_(assignment_ids),
        or_(Assignment.status != progress.Status.NOT_DONE, Assignment.keeps_date),
    )
    own_words = (
        select(Assignment.id)
        .join(SchoolWording, SchoolWording.measure_id == Assignment.measure_id)
        .where(Assignment.id.in_(assignment_ids), SchoolWording.school_id == Assignment.school_id)
    )
    return set(await tx.session.scalars(union(decided, own_words, *pointing)))
