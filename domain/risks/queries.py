"""Profiles, programmes with their shares, concept documents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import case, exists, func, or_, select

from domain import people, progress, roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.progress import Assignment, Standing, Status
from domain.risks import rules
from domain.risks.models import ChosenRisk, MeasureSlot, RiskProfile
from domain.risks.rules import Asked, ConceptDocument, RiskFactor, Stage


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What is known about a school's risks; `profile` is None before it was entered."""

    school: schools.School
    profile: RiskProfile | None
    chosen: frozenset[RiskFactor]
    versions: int
    names: dict[int, str]  # person id → name


class ProfileRow(NamedTuple):
    """A line of the table of profiles."""

    school: schools.School
    profile: RiskProfile | None
    chosen: frozenset[RiskFactor]


class ProgrammeRow(NamedTuple):
    """One chosen risk's programme at one stage (None: measures without a stage)."""

    school_id: int
    factor: RiskFactor
    stage: Stage | None
    total: int  # without those that are not required
    confirmed: int
    in_review: int

    @property
    def points(self) -> int | None:
        """Points by the share of confirmed measures."""
        return rules.points(self.confirmed, self.total)


class DocumentRow(NamedTuple):
    """A concept document that a school owes or has handed in."""

    document: ConceptDocument
    factor: RiskFactor | None
    assignment: Assignment
    measure: roadmaps.Measure
    standing: Standing
    stage: Stage | None = None


class SchoolDocuments(NamedTuple):
    """A line of the table of concept documents."""

    school: schools.School
    chosen: frozenset[RiskFactor]
    rows: Sequence[DocumentRow]

    def of(self, document: ConceptDocument) -> list[DocumentRow]:
        """Its documents of one kind."""
        return [row for row in self.rows if row.document is document]

    @property
    def not_asked(self) -> list[RiskFactor]:
        """Chosen risks whose programme nobody has asked for."""
        asked = {row.factor for row in self.of(ConceptDocument.ANTIRISK_PROGRAMME)}
        return [] if None in asked else sorted(self.chosen - asked)  # one without a risk stands for all


class ProgrammeFact(NamedTuple):
    """A measure that counts in a programme's share."""

    assignment: Assignment
    measure: roadmaps.Measure
    standing: Standing


async def profile_of(tx: Tx, school_id: int) -> ProfileView:
    """The risks of a school that the actor sees."""
    school = await schools.school(tx, school_id)
    query = select(RiskProfile).where(RiskProfile.school_id == school.id).order_by(RiskProfile.id.desc())
    found = (await tx.session.scalars(query)).all()
    newest = found[0] if found else None
    ids = [newest.entered_by, newest.curator_id, newest.coordinator_id, newest.disputed_by] if newest else []
    return ProfileView(
        school,
        newest,
        (await chosen(tx, [school.id])).get(school.id, frozenset()),
        len(found),
        await people.person_names(tx, ids),
    )


async def profiles(tx: Tx) -> list[ProfileRow]:
    """Every school in the actor's places with its newest profile, in three queries."""
    found = [row.school for row in await schools.school_list(tx)]
    newest = select(func.max(RiskProfile.id)).group_by(RiskProfile.school_id)
    query = select(RiskProfile).where(
        RiskProfile.id.in_(newest), within(tx.actor, Permission.SEE, RiskProfile)
    )
    by_school = {profile.school_id: profile for profile in await tx.session.scalars(query)}
    risks = await chosen(tx, [school.id for school in found])
    return [ProfileRow(s, by_school.get(s.id), risks.get(s.id, frozenset())) for s in found]


async def chosen(tx: Tx, school_ids: Collection[int]) -> dict[int, frozenset[RiskFactor]]:
    """Chosen risks by school. The caller has checked the right to see them."""
    query = select(ChosenRisk.school_id, ChosenRisk.factor).where(
        ChosenRisk.school_id.in_(school_ids), ChosenRisk.dropped_at.is_(None)
    )
    found: dict[int, set[RiskFactor]] = {}
    for school_id, factor in await tx.session.execute(query):
        found.setdefault(school_id, set()).add(RiskFactor(factor))
    return {school_id: frozenset(factors) for school_id, factors in found.items()}


async def profile_for(tx: Tx, profile_id: int) -> RiskProfile:
    """One profile of a school that the actor sees, the newest of its school. Raises ProfileChanged."""
    query = select(RiskProfile).where(
        RiskProfile.id == profile_id, within(tx.actor, Permission.SEE, RiskProfile)
    )
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise NotFound
    newest = select(func.max(RiskProfile.id)).where(RiskProfile.school_id == found.school_id)
    if await tx.session.scalar(newest) != found.id:
        raise rules.ProfileChanged
    return found


async def slots(tx: Tx, measure_ids: Collection[int]) -> dict[int, MeasureSlot]:
    """Where these measures belong, by measure."""
    query = select(MeasureSlot).where(MeasureSlot.measure_id.in_(measure_ids))
    return {slot.measure_id: slot for slot in await tx.session.scalars(query)}


async def programmes(tx: Tx, *, school_id: int | None = None) -> list[ProgrammeRow]:
    """The programmes of the chosen risks with their counts, by school, risk and stage; one query."""
    required = case((Assignment.status != Status.WAIVED, 1), else_=0)
    confirmed = case((Assignment.status == Status.CONFIRMED, 1), else_=0)
    in_review = case((Assignment.status == Status.IN_REVIEW, 1), else_=0)
    query = (
        select(
            Assignment.school_id,
            MeasureSlot.factor,
            MeasureSlot.stage,
            func.sum(required),
            func.sum(confirmed),
            func.sum(in_review),
        )
        .join(MeasureSlot, MeasureSlot.measure_id == Assignment.measure_id)
        .join(
            ChosenRisk,
            (ChosenRisk.school_id == Assignment.school_id)
            & (ChosenRisk.factor == MeasureSlot.factor)
            & ChosenRisk.dropped_at.is_(None),
        )
        .where(within(tx.actor, Permission.SEE, Assignment), MeasureSlot.document.is_(None))
        .where(Assignment.school_id.is_not(None))
        .group_by(Assignment.school_id, MeasureSlot.factor, MeasureSlot.stage)
        .order_by(Assignment.school_id, MeasureSlot.factor, MeasureSlot.stage)
    )
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    return [
        ProgrammeRow(school, RiskFactor(factor), Stage(stage) if stage else None, total, done, waiting)
        for school, factor, stage, total, done, waiting in (await tx.session.execute(query))
    ]


async def programme_facts(
    tx: Tx, school_id: int
) -> dict[tuple[RiskFactor, Stage | None], list[ProgrammeFact]]:
    """The measures behind the shares of a school's programmes, by risk and stage."""
    await schools.school(tx, school_id)
    query = (
        select(Assignment, roadmaps.Measure, MeasureSlot)
        .join(MeasureSlot, MeasureSlot.measure_id == Assignment.measure_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .join(
            ChosenRisk,
            (ChosenRisk.school_id == Assignment.school_id)
            & (ChosenRisk.factor == MeasureSlot.factor)
            & ChosenRisk.dropped_at.is_(None),
        )
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.school_id == school_id,
            MeasureSlot.document.is_(None),
        )
        .order_by(MeasureSlot.factor, MeasureSlot.stage, roadmaps.Measure.position, Assignment.occurrence)
    )
    day = progress.today(tx)
    found: dict[tuple[RiskFactor, Stage | None], list[ProgrammeFact]] = {}
    for work, measure, slot in await tx.session.execute(query):
        key = RiskFactor(slot.factor or 0), Stage(slot.stage) if slot.stage else None
        standing = progress.standing(work.status, work.due_on, day)
        found.setdefault(key, []).append(ProgrammeFact(work, measure, standing))
    return found


async def given_by_risk(tx: Tx, place: Place, factors: Collection[RiskFactor]) -> dict[int, list[int]]:
    """Measures by living roadmap that a school of this place owes for these risks: antirisk programmes that were asked
    for, and measures that other schools of the risk were given. The caller has checked the right to the school."""
    others = exists().where(Assignment.measure_id == MeasureSlot.measure_id)
    query = (
        select(roadmaps.Roadmap, roadmaps.Measure.id)
        .join(roadmaps.Measure, roadmaps.Measure.roadmap_id == roadmaps.Roadmap.id)
        .join(MeasureSlot, MeasureSlot.measure_id == roadmaps.Measure.id)
        .where(
            MeasureSlot.factor.in_([int(factor) for factor in factors]),
            roadmaps.Roadmap.state == roadmaps.RoadmapState.APPROVED,
            roadmaps.Roadmap.region_id == place.region_id,
            roadmaps.Measure.gone_at.is_(None),
            or_(MeasureSlot.document.is_not(None), others),
        )
        .order_by(roadmaps.Roadmap.id, roadmaps.Measure.position)
    )
    found: dict[int, list[int]] = {}
    for roadmap, measure_id in await tx.session.execute(query):
        if roadmap.place.covers(place):
            found.setdefault(roadmap.id, []).append(measure_id)
    return found


async def asked_before(tx: Tx, owner: Place, asked: Asked) -> str | None:
    """The title of the owner's living roadmap that asks for the same document, stage and year."""
    query = (
        select(roadmaps.Roadmap)
        .join(roadmaps.Measure, roadmaps.Measure.roadmap_id == roadmaps.Roadmap.id)
        .join(MeasureSlot, MeasureSlot.measure_id == roadmaps.Measure.id)
        .where(
            roadmaps.Roadmap.state == roadmaps.RoadmapState.APPROVED,
            roadmaps.Roadmap.region_id == owner.region_id,
            roadmaps.Roadmap.reference_year == asked.until.year,
            MeasureSlot.document == asked.document,
            MeasureSlot.stage == asked.stage,
        )
    )
    found = (await tx.session.scalars(query)).all()
    return next((roadmap.title for roadmap in found if roadmap.place == owner), None)


async def concept_documents(tx: Tx, school_id: int) -> Sequence[DocumentRow]:
    """The concept documents of a school: handed in, reviewed and kept in versions as any assignment."""
    await schools.school(tx, school_id)
    return (await _documents(tx, school_id)).get(school_id, [])


async def missing_documents(tx: Tx, school_id: int) -> list[tuple[ConceptDocument, RiskFactor | None]]:
    """Documents of a school's set that nobody has asked for yet."""
    rows = await concept_documents(tx, school_id)
    risks_ = (await chosen(tx, [school_id])).get(school_id, frozenset())
    asked = {(row.document, row.factor): row for row in rows}
    return [pair for pair in rules.wanted_documents(risks_, asked) if pair not in asked]


async def document_table(tx: Tx) -> list[SchoolDocuments]:
    """Every school in the actor's places with its concept documents, in a handful of queries."""
    found = [row.school for row in await schools.school_list(tx)]
    rows = await _documents(tx, None)
    risks_ = await chosen(tx, [school.id for school in found])
    return [SchoolDocuments(s, risks_.get(s.id, frozenset()), rows.get(s.id, [])) for s in found]


async def _documents(tx: Tx, school_id: int | None) -> dict[int, list[DocumentRow]]:
    query = (
        select(Assignment, roadmaps.Measure, MeasureSlot)
        .join(MeasureSlot, MeasureSlot.measure_id == Assignment.measure_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            MeasureSlot.document.is_not(None),
            Assignment.school_id.is_not(None),
        )
    )
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    day, order = progress.today(tx), list(ConceptDocument)
    found: dict[int, list[DocumentRow]] = {}
    for work, measure, slot in await tx.session.execute(query):
        if slot.document is not None and work.school_id is not None:
            factor = RiskFactor(slot.factor) if slot.factor else None
            stage = Stage(slot.stage) if slot.stage else None
            standing = progress.standing(work.status, work.due_on, day)
            row = DocumentRow(slot.document, factor, work, measure, standing, stage)
            found.setdefault(work.school_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda r: (order.index(r.document), r.factor or 0, r.stage or 0, r.assignment.id))
    return found
