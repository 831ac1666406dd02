"""A school makes a shared plan its own: words, dates, rows of its own; curators propose, the head decides."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from domain import audit, moving, outbox, people, progress, roadmaps, schools
from domain.actor import Role
from domain.adapting import queries, rules
from domain.adapting.models import EditProposal
from domain.adapting.rules import ProposalState
from domain.db import WriteTx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, require
from domain.progress import Assignment, Status
from domain.roadmaps import Level, Measure, Roadmap, RoadmapState, SchoolWording


async def reword(tx: WriteTx, assignment_id: int, fields: Mapping[str, str | None]) -> None:
    """Say a measure in the school's own words; what equals the plan's is the plan's again. Raises TextNeeded."""
    work, measure = await _owed(tx, assignment_id)
    if work.roadmap_id != (await _shared(tx, work)).id:
        await _reword_own(tx, work, measure, fields)
        return
    texts = rules.clean(fields, measure)
    query = select(SchoolWording).where(
        SchoolWording.measure_id == measure.id, SchoolWording.school_id == work.school_id
    )
    kept = (await tx.session.scalars(query)).first()
    if kept is None and not texts:
        return
    if kept is None:
        kept = SchoolWording(
            measure_id=measure.id,
            region_id=work.region_id,
            municipality_id=work.municipality_id,
            school_id=work.school_id,
        )
        tx.session.add(kept)
    kept.texts = texts
    kept.base = {name: getattr(measure, name) or "" for name in texts}
    kept.changed_by, kept.changed_at = tx.actor.person_id, tx.now
    audit.record(tx, "plan.reword", "assignment", work.id, work.place, fields=sorted(texts))


async def _reword_own(
    tx: WriteTx, work: Assignment, measure: Measure, fields: Mapping[str, str | None]
) -> None:
    for name, words in rules.clean(fields, measure).items():
        setattr(measure, name, words or None)
    audit.record(tx, "plan.reword", "assignment", work.id, work.place, fields=sorted(fields))


async def move_date(tx: WriteTx, assignment_id: int, due_on: date) -> Assignment:
    """Give an open assignment a date of the school's own, inside the plan's period; the plan's changes leave it.

    The plan's own date again ends that. Raises OutsidePeriod, AlreadySubmitted, AssignmentClosed.
    """
    work, measure = await _owed(tx, assignment_id)
    await progress.check_open(tx, work)
    rules.check_inside(due_on, (await _shared(tx, work)).bounds)
    dates = rules.planned(roadmaps.parse_windows(measure.windows), work.occurrence)
    was, work.due_on = work.due_on, due_on
    work.keeps_date, work.reminds = due_on != dates.due, True
    work.starts_on = dates.start if dates.start is not None and dates.start <= due_on else None
    audit.record(
        tx, "plan.move_date", "assignment", work.id, work.place,
        due_on=due_on.isoformat(), was=progress.iso(was),
    )  # fmt: skip
    return work


async def add_row(
    tx: WriteTx, roadmap_id: int, school_id: int, *, title: str, due_on: date, evidence: str = ""
) -> Assignment:
    """Add a measure of the school's own to a shared plan. Raises TextNeeded, OutsidePeriod."""
    school = await schools.school(tx, school_id)
    require(tx.actor, Permission.ADAPT, school.place)
    plan = (await queries.school_plan(tx, roadmap_id, school_id)).roadmap
    if not title.strip():
        raise rules.TextNeeded
    rules.check_inside(due_on, plan.bounds)
    own = await roadmaps.own_plan(tx, roadmap_id, school_id) or await _own_plan(tx, plan, school)
    last = await tx.session.scalar(select(func.max(Measure.position)).where(Measure.roadmap_id == own.id))
    measure = Measure(
        roadmap_id=own.id,
        position=(last if last is not None else -1) + 1,
        title=title.strip()[: rules.LONGEST],
        evidence_required=evidence.strip()[: rules.LONGEST] or None,
        deadline_kind="until",
        windows=[[None, due_on.isoformat()]],
        reminds=True,
    )
    tx.session.add(measure)
    await tx.session.flush()
    work = Assignment(
        measure_id=measure.id,
        roadmap_id=own.id,
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school_id,
        due_on=due_on,
        reminds=True,
        status=Status.NOT_DONE,
        status_at=tx.now,
    )
    tx.session.add(work)
    await tx.session.flush()
    audit.record(tx, "plan.add_row", "assignment", work.id, work.place, title=measure.title)
    return work


async def _own_plan(tx: WriteTx, plan: Roadmap, school: schools.School) -> Roadmap:
    own = Roadmap(
        title=plan.title,
        level=Level.SCHOOL,
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school.id,
        reference_year=plan.reference_year,
        school_year=plan.school_year,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        state=RoadmapState.APPROVED,
        period_settled=True,
        template_id=plan.id,
        created_by=tx.actor.person_id,
        created_at=tx.now,
        approved_by=tx.actor.person_id,
        approved_at=tx.now,
    )
    tx.session.add(own)
    await tx.session.flush()
    return own


async def remove_row(tx: WriteTx, assignment_id: int) -> None:
    """Take a row of the school's own out, while nothing hangs on it. Raises AssignmentClosed."""
    work, measure = await _owed(tx, assignment_id)
    if work.roadmap_id == (await _shared(tx, work)).id:
        raise Forbidden
    if await moving.touched(tx, [work.id]):
        raise progress.AssignmentClosed
    audit.record(tx, "plan.remove_row", "assignment", work.id, work.place, title=measure.title)
    await tx.session.delete(work)
    await tx.session.flush()
    await tx.session.delete(measure)


async def propose(
    tx: WriteTx,
    assignment_id: int,
    fields: Mapping[str, str | None],
    *,
    due_on: date | None = None,
    why: str = "",
) -> EditProposal:
    """A curator or coordinator proposes other words or another date; the school's head hears of it.

    Raises NothingProposed, OutsidePeriod, AssignmentClosed, Forbidden for the own team.
    """
    work = await progress.assignment(tx, assignment_id)
    if work.school_id is None or tx.actor.works_at(work.school_id):
        raise Forbidden
    if not any(allows(tx.actor, p, work.place) for p in (Permission.REVIEW, Permission.ADAPT)):
        raise Forbidden
    await progress.check_open(tx, work)
    shown = (await progress.work_card(tx, work.id)).measure
    texts = rules.clean(fields, shown)
    if not texts and due_on in {None, work.due_on}:
        raise rules.NothingProposed
    if due_on is not None:
        rules.check_inside(due_on, (await _shared(tx, work)).bounds)
    fresh = EditProposal(
        assignment_id=work.id,
        region_id=work.region_id,
        municipality_id=work.municipality_id,
        school_id=work.school_id,
        texts=texts,
        due_on=due_on if due_on != work.due_on else None,
        why=why.strip()[:1000],
        state=ProposalState.OPEN,
        proposed_by=tx.actor.person_id,
        proposed_at=tx.now,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(tx, "plan.propose", "assignment", work.id, work.place, proposal=fresh.id)
    for person in await people.holders(tx, [Role.SCHOOL_HEAD], work.place):
        await outbox.put(
            tx,
            "edit_proposed",
            person_id=person.id,
            subject=f"edit:{fresh.id}",
            dedupe_key=f"edit_proposed:{fresh.id}:{person.id}",
            params={"proposal_id": fresh.id},
        )
    return fresh


async def answer(tx: WriteTx, proposal_id: int, *, take: bool) -> EditProposal:
    """The head takes a proposal over or leaves it. Raises ProposalClosed, and what taking it raises."""
    found = await queries.proposal(tx, proposal_id)
    require(tx.actor, Permission.ADAPT, found.place)
    if not tx.actor.keeps(found.place):
        raise Forbidden
    state = ProposalState.TAKEN if take else ProposalState.DECLINED
    if found.state is not ProposalState.OPEN:
        raise rules.ProposalClosed
    if take and found.texts:
        shown = (await progress.work_card(tx, found.assignment_id)).measure
        now = {name: getattr(shown, name) for name in rules.TEXTS}
        await reword(tx, found.assignment_id, now | found.texts)
    if take and found.due_on is not None:
        await move_date(tx, found.assignment_id, found.due_on)
    found.state, found.answered_by, found.answered_at = state, tx.actor.person_id, tx.now
    audit.record(tx, f"plan.{state}", "assignment", found.assignment_id, found.place, proposal=found.id)
    if found.proposed_by is not None:
        await outbox.put(
            tx,
            "edit_answered",
            person_id=found.proposed_by,
            subject=f"edit:{found.id}",
            dedupe_key=f"edit_answered:{found.id}",
            params={"proposal_id": found.id},
        )
    return found


async def _owed(tx: WriteTx, assignment_id: int) -> tuple[Assignment, Measure]:
    """An assignment of a school whose plan the actor may adapt. Raises NotFound, Forbidden."""
    work = await progress.assignment(tx, assignment_id)
    if work.school_id is None:
        raise NotFound
    require(tx.actor, Permission.ADAPT, work.place)
    return work, await tx.session.get_one(Measure, work.measure_id)


async def _shared(tx: WriteTx, work: Assignment) -> Roadmap:
    """The plan that an assignment belongs to; of a school's own row the one that it adds to."""
    found = await tx.session.get_one(Roadmap, work.roadmap_id)
    return found if found.template_id is None else await tx.session.get_one(Roadmap, found.template_id)
