"""What was confirmed, and by which files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from domain import programme, roadmaps, schools
from domain.db import Tx
from domain.packs.rules import Pack, PackEmpty, Proof, arrange
from domain.policy import Permission, within
from domain.progress import Assignment, Evidence, Kind, Review, Status, Submission
from domain.risks import MeasureSlot


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom, by which plan, for which risk and stage; None means all that the actor sees."""

    school_id: int | None = None
    municipality_id: int | None = None
    roadmap_id: int | None = None
    factor: int | None = None
    stage: int | None = None


async def pack_of(tx: Tx, scope: Scope) -> Pack:
    """The pack of confirmed reports' newest versions. Raises NotFound for a foreign school, and PackEmpty."""
    if scope.school_id is not None:
        await schools.school(tx, scope.school_id)
    rules_ = await programme.file_rules(tx)
    proofs = await _proofs(tx, scope)
    pack = arrange(
        proofs,
        max_files=rules_.max_files,
        max_mb=rules_.max_file_mb,
        types=rules_.file_types,
        folders=scope.school_id is None,
    )
    if not pack.files:
        raise PackEmpty
    return pack


async def _proofs(tx: Tx, scope: Scope) -> list[Proof]:
    """Files by school, risk, stage, the plan's order and the order of sending; photos only where no PDF holds them."""
    newest = select(func.max(Review.id)).group_by(Review.submission_id)
    joined = select(Evidence.submission_id).where(Evidence.joined.is_(True), Evidence.wiped_at.is_(None))
    query = (
        select(Evidence, Submission, Review.at, roadmaps.Measure, schools.School, MeasureSlot)
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(
            Assignment,
            and_(Assignment.id == Submission.assignment_id, Assignment.version == Submission.version),
        )
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .outerjoin(Review, and_(Review.submission_id == Submission.id, Review.id.in_(newest)))
        .outerjoin(MeasureSlot, MeasureSlot.measure_id == Assignment.measure_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.status == Status.CONFIRMED,
            Evidence.sha256.is_not(None),
            or_(
                Evidence.kind == Kind.FILE,
                and_(Evidence.kind == Kind.PHOTO, Submission.id.not_in(joined)),
            ),
        )
        .order_by(
            schools.School.name,
            Assignment.school_id,
            MeasureSlot.factor.nulls_first(),
            MeasureSlot.stage.nulls_first(),
            roadmaps.Measure.position,
            Assignment.occurrence,
            Evidence.id,
        )
    )
    for column, value in (
        (Assignment.school_id, scope.school_id),
        (Assignment.municipality_id, scope.municipality_id),
        (Assignment.roadmap_id, scope.roadmap_id),
        (MeasureSlot.factor, scope.factor),
        (MeasureSlot.stage, scope.stage),
    ):
        query = query.where(column == value) if value is not None else query
    return [_proof(row) for row in (await tx.session.execute(query)).tuples()]


Row = tuple[Evidence, Submission, datetime | None, roadmaps.Measure, schools.School, MeasureSlot | None]


def _proof(row: Row) -> Proof:
    item, submission, confirmed_at, measure, school, slot = row
    return Proof(
        school_id=school.id,
        login=school.federal_login or f"school{school.id}",
        school=school.name,
        measure_id=measure.id,
        number=measure.number,
        measure=measure.label,
        factor=slot.factor if slot else None,
        stage=slot.stage if slot else None,
        report=submission.id,
        handed_in_at=submission.submitted_at,
        confirmed_at=confirmed_at,
        name=item.name or "",
        size=item.size or 0,
        sha256=item.sha256 or "",
        photo=item.kind is Kind.PHOTO,
    )
