"""A shared plan as one school has it, and which schools have changed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from domain import people, progress, roadmaps, schools
from domain.adapting import rules
from domain.adapting.models import EditProposal
from domain.adapting.rules import Difference, ProposalState
from domain.db import Tx
from domain.deadlines import Window
from domain.errors import NotFound
from domain.policy import Permission, allows, within
from domain.progress import Assignment, Status
from domain.roadmaps import Measure, Roadmap, SchoolWording


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One assignment of a school: the plan's row, the school's words and date beside it."""

    assignment: Assignment
    measure: Measure  # in the plan's words
    shown: Measure  # in the school's
    differences: Sequence[Difference]
    planned: Window
    is_own: bool  # added by the school
    proposals: Sequence[EditProposal] = ()

    @property
    def moved(self) -> bool:
        """Whether the school has a date of its own."""
        return self.assignment.keeps_date and self.assignment.due_on != self.planned.due


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A shared plan as one school has it."""

    roadmap: Roadmap
    school: schools.School
    rows: Sequence[PlanRow]
    names: dict[int, str]
    may_adapt: bool
    may_propose: bool


class Adapted(NamedTuple):
    """A school and what it has changed of a plan."""

    school: schools.School
    municipality: str
    rows: Sequence[PlanRow]
    waived: int
    stale: int  # own words where the plan says something else since


async def school_plan(tx: Tx, roadmap_id: int, school_id: int) -> SchoolPlan:
    """The plan that a school shares with others, with its own words, dates and rows. Raises NotFound."""
    roadmap = (await roadmaps.roadmap(tx, roadmap_id)).roadmap
    school = await schools.school(tx, school_id)
    found = await _work(tx, roadmap_id, school_id)
    if not found:
        raise NotFound
    ids = [work.id for work, *_ in found]
    query = select(EditProposal).where(
        EditProposal.assignment_id.in_(ids), EditProposal.state == ProposalState.OPEN
    )
    proposals: dict[int, list[EditProposal]] = {}
    for proposal in await tx.session.scalars(query.order_by(EditProposal.id)):
        proposals.setdefault(proposal.assignment_id, []).append(proposal)
    rows = [_row(*row, roadmap_id, proposals.get(row[0].id, ())) for row in found]
    may_adapt = allows(tx.actor, Permission.ADAPT, school.place)
    return SchoolPlan(
        roadmap=roadmap,
        school=school,
        rows=rows,
        names=await people.person_names(tx, [p.proposed_by for found in proposals.values() for p in found]),
        may_adapt=may_adapt,
        may_propose=not tx.actor.works_at(school_id)
        and (may_adapt or allows(tx.actor, Permission.REVIEW, school.place)),
    )


async def _work(
    tx: Tx, roadmap_id: int, school_id: int | None = None
) -> Sequence[tuple[Assignment, Measure, SchoolWording | None]]:
    plans = select(Roadmap.id).where((Roadmap.id == roadmap_id) | (Roadmap.template_id == roadmap_id))
    own_words = (SchoolWording.measure_id == Measure.id) & (SchoolWording.school_id == Assignment.school_id)
    query = (
        select(Assignment, Measure, SchoolWording)
        .join(Measure, Measure.id == Assignment.measure_id)
        .outerjoin(SchoolWording, own_words)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.roadmap_id.in_(plans),
            Assignment.school_id.is_not(None),
        )
        .order_by(Assignment.school_id, Assignment.roadmap_id, Measure.position, Assignment.occurrence)
    )
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    return (await tx.session.execute(query)).all()


def _row(
    work: Assignment,
    measure: Measure,
    wording: SchoolWording | None,
    roadmap_id: int,
    proposals: Sequence[EditProposal] = (),
) -> PlanRow:
    own = rules.differences(measure, wording.texts, wording.base) if wording is not None else []
    dates = rules.planned(roadmaps.parse_windows(measure.windows), work.occurrence)
    return PlanRow(
        assignment=work,
        measure=measure,
        shown=roadmaps.worded(measure, wording),
        differences=own,
        planned=dates,
        is_own=work.roadmap_id != roadmap_id,
        proposals=proposals,
    )


async def adapted(tx: Tx, roadmap_id: int) -> list[Adapted]:
    """Schools of the actor's places that have changed anything of a plan, and what; by municipality and name."""
    await roadmaps.roadmap(tx, roadmap_id)
    by_school: dict[int, list[PlanRow]] = {}
    for row in await _work(tx, roadmap_id):
        by_school.setdefault(row[0].school_id or 0, []).append(_row(*row, roadmap_id))
    result = []
    for listed in await schools.school_list(tx):
        rows = by_school.get(listed.school.id, [])
        changed = [row for row in rows if row.differences or row.moved or row.is_own]
        waived = sum(row.assignment.status is Status.WAIVED for row in rows)
        if changed or waived:
            stale = sum(difference.stale for row in changed for difference in row.differences)
            result.append(Adapted(listed.school, listed.municipality, changed, waived, stale))
    return result


async def proposal(tx: Tx, proposal_id: int) -> EditProposal:
    """One proposal inside the actor's places, locked for writing where the database can."""
    query = select(EditProposal).where(
        EditProposal.id == proposal_id, within(tx.actor, Permission.SEE, EditProposal)
    )
    found = (await tx.session.scalars(query.with_for_update())).first()
    if found is None:
        raise NotFound
    return found


async def proposal_card(tx: Tx, proposal_id: int) -> tuple[EditProposal, progress.WorkCard]:
    """A proposal with the assignment that it is about."""
    found = await proposal(tx, proposal_id)
    return found, await progress.work_card(tx, found.assignment_id)
