"""Samples for a second look."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select

from domain import people, progress, roadmaps, schools
from domain.db import Tx
from domain.oversight import rules
from domain.oversight.models import SecondLook, SeenReport
from domain.policy import Permission, within
from domain.progress import Assignment, Review, Status, Submission


class SampleRow(NamedTuple):
    """A confirmed report of the sample."""

    submission: Submission
    assignment: Assignment
    measure: roadmaps.Measure
    school: schools.School
    review: Review
    reviewer: str
    look: SecondLook | None  # the newest, once somebody looked again


async def seen(tx: Tx, submission_ids: Collection[int]) -> set[int]:
    """Which of these reports the actor has opened."""
    query = select(SeenReport.submission_id).where(
        SeenReport.submission_id.in_(submission_ids), SeenReport.person_id == tx.actor.person_id
    )
    return set((await tx.session.scalars(query)).all())


async def sample(
    tx: Tx, *, size: int, seed: str, since: datetime | None = None, until: datetime | None = None
) -> list[SampleRow]:
    """Confirmed reports drawn for a second look inside the actor's places, the same for the same `seed`.

    What the actor has confirmed and what the own school has sent are for other eyes. `since` is included, `until` not;
    both are moments of the confirmation.
    """
    newest = select(func.max(Review.id)).group_by(Review.submission_id)
    query = (
        select(Submission, Assignment, roadmaps.Measure, schools.School, Review)
        .join(
            Assignment,
            and_(Assignment.id == Submission.assignment_id, Assignment.version == Submission.version),
        )
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(Review, and_(Review.submission_id == Submission.id, Review.id.in_(newest)))
        .where(within(tx.actor, Permission.UNCONFIRM, Assignment), Assignment.status == Status.CONFIRMED)
    )
    if since is not None:
        query = query.where(Review.at >= since)
    if until is not None:
        query = query.where(Review.at < until)
    found = {
        row[0].id: row
        for row in (await tx.session.execute(query))
        if not tx.actor.works_at(row[3].id) and row[4].reviewer_id != tx.actor.person_id
    }
    drawn = [found[n] for n in rules.pick(found, size, seed)]
    names = await people.person_names(tx, [row[4].reviewer_id for row in drawn])
    looks = await _looks(tx, [row[0].id for row in drawn])
    return [SampleRow(*row, names.get(row[4].reviewer_id or 0, ""), looks.get(row[0].id)) for row in drawn]


async def _looks(tx: Tx, submission_ids: Collection[int]) -> dict[int, SecondLook]:
    query = select(SecondLook).where(SecondLook.submission_id.in_(submission_ids)).order_by(SecondLook.id)
    return {look.submission_id: look for look in await tx.session.scalars(query)}


async def confirmed_review(tx: Tx, submission: Submission, work: Assignment) -> Review:
    """The confirmation that stands. Raises NotConfirmed."""
    review = await progress.review_of(tx, submission.id)
    if work.status is not Status.CONFIRMED or work.version != submission.version or review is None:
        raise rules.NotConfirmed
    return review
