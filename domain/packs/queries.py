"""What was confirmed, and by which files."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from domain import programme, roadmaps, schools
from domain.db import Tx
from domain.packs.models import ChosenFile
from domain.packs.rules import Pack, PackEmpty, Proof, arrange, stand_in
from domain.policy import Permission, within
from domain.progress import Assignment, Evidence, Kind, Review, Status, Submission, WipedFile
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
    proofs = await proofs_of(tx, scope)
    chosen = await tx.session.scalars(select(ChosenFile.evidence_id))
    pack = arrange(
        proofs,
        await file_rules(tx, {proof.school_id for proof in proofs}),
        folders=scope.school_id is None,
        chosen=frozenset(chosen),
    )
    if not pack.files:
        raise PackEmpty
    return pack


async def file_rules(tx: Tx, school_ids: Collection[int]) -> dict[int, programme.FileRules]:
    """What a slot takes, by school: one query for all schools of the same cohorts."""
    cohorts = await schools.cohort_ids(tx, sorted(school_ids))
    query = select(schools.School.id, schools.School.region_id).where(schools.School.id.in_(school_ids))
    known: dict[tuple[int, frozenset[int]], programme.FileRules] = {}
    found = {}
    for school_id, region_id in await tx.session.execute(query):
        key = region_id, frozenset(cohorts.get(school_id, ()))
        if key not in known:
            known[key] = await programme.file_rules(tx, *key)
        found[school_id] = known[key]
    return found


async def wiped_since(tx: Tx, moment: datetime) -> bool:
    """Whether a file that may be in a pack of that moment was wiped since: such a pack must not be handed out."""
    newest = await tx.session.scalar(select(func.max(WipedFile.wiped_at)))
    return newest is not None and newest >= moment


async def proofs_of(tx: Tx, scope: Scope) -> list[Proof]:
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
    return [_proof(row) for row in (await tx.session.execute(query))]


Row = tuple[Evidence, Submission, datetime | None, roadmaps.Measure, schools.School, MeasureSlot | None]


def _proof(row: Row) -> Proof:
    item, submission, confirmed_at, measure, school, slot = row
    return Proof(
        school_id=school.id,
        login=school.federal_login or stand_in(school.id),
        school=school.name,
        measure_id=measure.id,
        number=measure.number,
        measure=" ".join(f"{measure.number or ''} {measure.title}".split())[:300],
        factor=slot.factor if slot else None,
        stage=slot.stage if slot else None,
        report=submission.id,
        handed_in_at=submission.submitted_at,
        confirmed_at=confirmed_at,
        name=item.name or "",
        size=item.size or 0,
        sha256=item.sha256 or "",
        photo=item.kind is Kind.PHOTO,
        evidence_id=item.id,
        document=slot.document.value if slot and slot.document else None,
    )
