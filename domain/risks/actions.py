"""Entering and verifying profiles, choosing risks, placing measures into programmes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from domain import audit, giving, progress, roadmaps, schools
from domain.actor import SYSTEM, Place
from domain.db import WriteTx
from domain.errors import N_, DomainError, Forbidden
from domain.policy import Permission, allows, require
from domain.risks import queries, rules
from domain.risks.models import ChosenRisk, MeasureSlot, RiskProfile
from domain.risks.rules import Asked, ConceptDocument, RiskFactor, RiskLevel, Stage
from domain.texts import Texts


@dataclass(slots=True)
class Imported:
    """What an import of profiles brought: schools by federal login, and refused rows with the reason."""

    entered: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, DomainError] = field(default_factory=dict)


async def enter_profile(
    tx: WriteTx, school_id: int, levels: Sequence[RiskLevel], *, source: str = ""
) -> RiskProfile:
    """A school or its coordinator enters ten levels; the same ones once more change nothing.

    Other levels are a new profile: it has to be verified anew. Raises LevelsWrong.
    """
    school = await schools.school(tx, school_id)
    if not allows(tx.actor, Permission.SUBMIT, school.place):
        require(tx.actor, Permission.PLAN, school.place)
    if len(levels) != len(RiskFactor):
        raise rules.LevelsWrong
    present = (await queries.profile_of(tx, school.id)).profile
    plain = [RiskLevel(level).value for level in levels]
    if present is not None and present.levels == plain and present.disputed_at is None:
        return present
    fresh = RiskProfile(
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school.id,
        levels=plain,
        source=source.strip()[:200],
        entered_by=tx.actor.person_id,
        entered_at=tx.now,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(
        tx, "risk.enter", "school", school.id, school.place, levels=rules.letters(levels), source=fresh.source
    )
    return fresh


async def import_profiles(tx: WriteTx, rows: Iterable[tuple[str, str]], *, source: str) -> Imported:
    """Profiles by federal login or name («edu760152», «В В В С …»); a bad row is refused and does not stop the others."""
    known: dict[str, list[schools.School]] = {}
    for row in await schools.school_list(tx, permission=Permission.PLAN):
        for key in {(row.school.federal_login or "").casefold(), row.school.search_name} - {""}:
            known.setdefault(key, []).append(row.school)
    result = Imported()
    for said, words in rows:
        name = said.strip()
        found = known.get(name.casefold()) or known.get(schools.search_name(name), [])
        try:
            if len(found) != 1:
                raise rules.SchoolUnclear if found else rules.SchoolUnknown
            before = (await queries.profile_of(tx, found[0].id)).profile
            after = await enter_profile(tx, found[0].id, rules.levels_of(words), source=source)
            (result.unchanged if after is before else result.entered).append(name)
        except DomainError as refused:
            result.refused[name] = refused
    return result


async def verify_profile(tx: WriteTx, profile_id: int) -> RiskProfile:
    """The curator or the coordinator has looked at it; both have to, and they are two people.

    Raises OwnSchool, AlreadyVerified, ProfileChanged.
    """
    profile = await queries.profile_for(tx, profile_id)
    as_curator, as_coordinator = _sides(tx, profile)
    if tx.actor.person_id in {profile.curator_id, profile.coordinator_id} - {None}:
        raise rules.AlreadyVerified
    if as_curator and profile.curator_at is None:
        profile.curator_id, profile.curator_at = tx.actor.person_id, tx.now
    elif as_coordinator and profile.coordinator_at is None:
        profile.coordinator_id, profile.coordinator_at = tx.actor.person_id, tx.now
    else:
        return profile  # this side has been looked at by somebody else
    profile.disputed_by, profile.disputed_at, profile.objection = None, None, ""
    audit.record(tx, "risk.verify", "school", profile.school_id, profile.place, profile=profile.id)
    return profile


async def dispute_profile(tx: WriteTx, profile_id: int, objection: str) -> RiskProfile:
    """The curator or the coordinator does not agree; what was verified is open again. Raises CommentNeeded."""
    profile = await queries.profile_for(tx, profile_id)
    _sides(tx, profile)
    if not objection.strip():
        raise progress.CommentNeeded
    profile.curator_id, profile.curator_at = None, None
    profile.coordinator_id, profile.coordinator_at = None, None
    profile.disputed_by, profile.disputed_at = tx.actor.person_id, tx.now
    profile.objection = objection.strip()[:2000]
    audit.record(tx, "risk.dispute", "school", profile.school_id, profile.place, objection=profile.objection)
    return profile


def _sides(tx: WriteTx, profile: RiskProfile) -> tuple[bool, bool]:
    """Whether the actor looks as the curator, as the coordinator. Raises OwnSchool and Forbidden."""
    if tx.actor.works_at(profile.school_id):
        raise progress.OwnSchool
    sides = (
        allows(tx.actor, Permission.REVIEW, profile.place),
        allows(tx.actor, Permission.OVERRULE, profile.place),
    )
    if not any(sides):
        raise Forbidden
    return sides


async def choose_risks(tx: WriteTx, school_id: int, factors: Collection[RiskFactor]) -> None:
    """A school or its coordinator says which risks are worked on; those left out are dropped. Raises NoProfile."""
    school = await schools.school(tx, school_id)
    if not allows(tx.actor, Permission.SUBMIT, school.place):
        require(tx.actor, Permission.PLAN, school.place)
    view = await queries.profile_of(tx, school.id)
    if view.profile is None:
        raise rules.NoProfile
    wanted = {RiskFactor(factor) for factor in factors}
    if wanted == view.chosen:
        return
    open_choices = select(ChosenRisk).where(
        ChosenRisk.school_id == school.id, ChosenRisk.dropped_at.is_(None)
    )
    for row in await tx.session.scalars(open_choices):
        if row.factor not in wanted:
            row.dropped_at = tx.now
    for factor in sorted(wanted - view.chosen):
        tx.session.add(
            ChosenRisk(
                school_id=school.id, factor=int(factor), chosen_by=tx.actor.person_id, chosen_at=tx.now
            )
        )
    await tx.session.flush()
    audit.record(tx, "risk.choose", "school", school.id, school.place, factors=sorted(int(f) for f in wanted))
    await _catch_up(tx, school, wanted - view.chosen)


async def _catch_up(tx: WriteTx, school: schools.School, fresh: Collection[RiskFactor]) -> None:
    """What other schools of these risks were given already, this one owes from now on: nobody has to press for it."""
    system = WriteTx(tx.session, SYSTEM, tx.now)
    for roadmap_id, measure_ids in (await queries.given_by_risk(tx, school.place, fresh)).items():
        await giving.assign(system, roadmap_id, [school.id], measure_ids=measure_ids)


async def place_measures(
    tx: WriteTx,
    measure_ids: Collection[int],
    *,
    factor: RiskFactor | None = None,
    stage: Stage | None = None,
    document: ConceptDocument | None = None,
) -> int:
    """A coordinator says to which risk and stage measures belong, or which concept document they are.

    Replaces what was said before; returns how many.
    """
    present = await queries.slots(tx, measure_ids)
    for measure_id in sorted(set(measure_ids)):
        measure = await roadmaps.measure(tx, measure_id)
        roadmap = await roadmaps.roadmap_for_planning(tx, measure.roadmap_id)
        slot = present.get(measure_id)
        if slot is None:
            slot = MeasureSlot(measure_id=measure_id)
            tx.session.add(slot)
        slot.factor = int(factor) if factor else None
        slot.stage = int(stage) if stage else None
        slot.document = document
        audit.record(
            tx,
            "measure.place",
            "measure",
            measure_id,
            roadmap.place,
            factor=slot.factor,
            stage=slot.stage,
            document=document,
        )
    await tx.session.flush()
    return len(set(measure_ids))


async def give_by_risk(tx: WriteTx, roadmap_id: int, *, among: Collection[int] | None = None) -> int:
    """Give the measures of each risk's programme to exactly the schools that have chosen the risk.

    `among`: only these schools. Returns how many assignments are new; once more, none.
    """
    view = await roadmaps.roadmap(tx, roadmap_id)
    places = await queries.slots(tx, [measure.id for measure in view.measures])
    receivers = [
        row.school.id
        for row in await schools.school_list(tx, permission=Permission.PLAN)
        if view.roadmap.place.covers(row.school.place) and (among is None or row.school.id in among)
    ]
    risks = await queries.chosen(tx, receivers)
    given = 0
    for factor in RiskFactor:
        measures = [measure_id for measure_id, slot in places.items() if slot.factor == factor]
        choosing = [school_id for school_id in receivers if factor in risks.get(school_id, ())]
        if measures and choosing:
            given += await giving.assign(tx, roadmap_id, choosing, measure_ids=measures)
    return given


async def ask_documents(
    tx: WriteTx, owner: Place, asked: Sequence[Asked], say: Texts, *, cohort_id: int | None = None
) -> roadmaps.Roadmap:
    """Ask schools for concept documents: a roadmap of them, approved and given at once.

    An antirisk programme is asked for each risk, of the schools that have chosen it or choose it later. From here on
    they are handed in, reviewed and kept in versions as any measure. Raises NothingAsked, AlreadyAsked.
    """
    require(tx.actor, Permission.PLAN, owner)
    today = progress.today(tx)
    if not asked or any(one.until < today for one in asked):
        raise rules.NothingAsked
    for one in asked:
        title = await queries.asked_before(tx, owner, one)
        if title is not None:
            raise rules.AlreadyAsked(title=title)
    roadmap = await _documents_plan(tx, owner, asked, say)
    general: list[int] = []
    for position, (one, factor) in enumerate(_rows(asked)):
        measure = _document_measure(roadmap, position, one, factor, say)
        tx.session.add(measure)
        await tx.session.flush()
        slot = MeasureSlot(
            measure_id=measure.id,
            factor=int(factor) if factor else None,
            stage=int(one.stage) if one.stage else None,
            document=one.document,
        )
        tx.session.add(slot)
        if factor is None:
            general.append(measure.id)
    await tx.session.flush()
    await roadmaps.approve(tx, roadmap.id)
    group = await giving.group(tx, roadmap.id, giving.Group(cohort_id=cohort_id))
    receivers = [row.school.id for row in group]
    if general and receivers:
        await giving.assign(tx, roadmap.id, receivers, measure_ids=general)
    await give_by_risk(tx, roadmap.id, among=receivers)
    return roadmap


def _rows(asked: Sequence[Asked]) -> list[tuple[Asked, RiskFactor | None]]:
    return [
        (one, factor)
        for one in asked
        for factor in (RiskFactor if one.document is ConceptDocument.ANTIRISK_PROGRAMME else [None])
    ]


async def _documents_plan(tx: WriteTx, owner: Place, asked: Sequence[Asked], say: Texts) -> roadmaps.Roadmap:
    days = sorted(one.until for one in asked)
    title = say(N_("Concept documents, %(year)s"), year=days[-1].year)
    roadmap = roadmaps.Roadmap(
        title=title,
        level=roadmaps.level_of(owner),
        region_id=owner.region_id or 0,
        municipality_id=owner.municipality_id,
        school_id=owner.school_id,
        reference_year=days[-1].year,
        starts_on=min(progress.today(tx), days[0]),
        ends_on=days[-1],
        state=roadmaps.RoadmapState.DRAFT,
        period_settled=True,
        created_by=tx.actor.person_id,
        created_at=tx.now,
    )
    tx.session.add(roadmap)
    await tx.session.flush()
    audit.record(tx, "documents.ask", "roadmap", roadmap.id, owner, documents=[one.document for one in asked])
    return roadmap


def _document_measure(
    roadmap: roadmaps.Roadmap, position: int, one: Asked, factor: RiskFactor | None, say: Texts
) -> roadmaps.Measure:
    title = say(rules.DOCUMENTS[one.document])
    if factor is not None:
        # The risk first: on a button only the beginning is seen.
        risk = say(rules.FACTORS[factor])
        title = say(N_("Antirisk programme %(n)s. %(risk)s"), n=int(factor), risk=risk)
    if one.stage is not None:
        title = f"{title}, {say(N_('stage %(n)s'), n=int(one.stage))}"
    until = say(N_("until %(day)s"), day=say.date(one.until, year=True))
    return roadmaps.Measure(
        roadmap_id=roadmap.id,
        position=position,
        title=title,
        expected_result=say(rules.DOCUMENTS[one.document]),
        evidence_required=say(N_("The document itself as a file, with a signature and a date")),
        deadline_text=until,
        deadline_typed=until,
        deadline_kind="until",
        windows=[[None, one.until.isoformat()]],
        reminds=True,
        settled=roadmaps.Settled.RETYPED,
    )
