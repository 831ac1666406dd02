"""Looking at what was handed in, across versions, assignments and schools."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from domain import roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, within
from domain.progress import Assignment, Evidence, Kind, Submission
from domain.proof.models import UnjoinableReport


class Unjoined(NamedTuple):
    """A report with photos and no PDF of them: the photos' hashes in their order."""

    submission_id: int
    photos: tuple[str, ...]


async def unjoined(tx: Tx, *, submission_id: int | None = None, limit: int = 20) -> list[Unjoined]:
    """Reports whose photos have not been made into a PDF, the oldest first; for the system only."""
    if not tx.actor.is_system:
        raise Forbidden
    joined = aliased(Evidence)
    lacking = (
        select(Submission.id)
        .where(
            Submission.id.not_in(select(UnjoinableReport.submission_id)),
            exists().where(Evidence.submission_id == Submission.id, *_photo()),
            ~exists().where(
                joined.submission_id == Submission.id, joined.joined.is_(True), joined.wiped_at.is_(None)
            ),
        )
        .order_by(Submission.id)
        .limit(limit)
    )
    if submission_id is not None:
        lacking = lacking.where(Submission.id == submission_id)
    ids = (await tx.session.scalars(lacking)).all()
    query = select(Evidence.submission_id, Evidence.sha256).where(Evidence.submission_id.in_(ids), *_photo())
    found: dict[int, list[str]] = {}
    for number, sha256 in await tx.session.execute(query.order_by(Evidence.id)):
        found.setdefault(number or 0, []).append(sha256 or "")
    return [Unjoined(number, tuple(found[number])) for number in ids]


def _photo() -> tuple[ColumnElement[bool], ...]:
    return Evidence.kind == Kind.PHOTO, Evidence.sha256.is_not(None), Evidence.wiped_at.is_(None)


class Repeat(NamedTuple):
    """The same file in another report; the school is named only to those who may see it."""

    evidence_id: int  # of the report at hand
    name: str | None
    school: str | None
    measure: str | None
    submitted_at: datetime
    same_school: bool


async def repeats(tx: Tx, submission_id: int, *, limit: int = 20) -> list[Repeat]:
    """Files of a report that were handed in for another assignment too, here or anywhere, the oldest first."""
    here = (
        await tx.session.execute(
            select(Assignment.id, *Assignment.place_columns())
            .join(Submission, Submission.assignment_id == Assignment.id)
            .where(Submission.id == submission_id, within(tx.actor, Permission.SEE, Assignment))
        )
    ).first()
    if here is None:
        raise NotFound
    mine, other = aliased(Evidence), aliased(Evidence)
    query = (
        select(mine.id, mine.name, Assignment, schools.School.name, roadmaps.Measure, Submission.submitted_at)
        .join(other, other.sha256 == mine.sha256)
        .join(Submission, Submission.id == other.submission_id)
        .join(Assignment, Assignment.id == other.assignment_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            mine.submission_id == submission_id,
            mine.joined.is_(False),
            mine.sha256.is_not(None),
            other.assignment_id != here.id,
            Submission.withdrawn_at.is_(None),
        )
        .order_by(Submission.submitted_at, mine.id)
    )
    found: dict[tuple[int, int], Repeat] = {}
    for id_, name, work, school, measure, at in await tx.session.execute(query):
        visible = allows(tx.actor, Permission.SEE, work.place)
        found.setdefault(
            (id_, work.id),  # versions of one assignment are one repeat
            Repeat(
                id_,
                name,
                school if visible else None,
                measure.label if visible else None,
                at,
                work.place == Place(*here[1:]),
            ),
        )
    return list(found.values())[:limit]


async def fresh_files(tx: Tx, *, within_: timedelta, limit: int = 100) -> list[Evidence]:
    """Files of the newest reports, the newest first; for the system only."""
    if not tx.actor.is_system:
        raise Forbidden
    query = (
        select(Evidence)
        .join(Submission, Submission.id == Evidence.submission_id)
        .where(
            Submission.submitted_at > tx.now - within_,
            Evidence.kind.in_({Kind.FILE, Kind.PHOTO}),
            Evidence.joined.is_(False),
            Evidence.sha256.is_not(None),
        )
        .order_by(Evidence.id.desc())
        .limit(limit)
    )
    return list(await tx.session.scalars(query))
