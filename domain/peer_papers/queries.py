"""What a pair lets one see: documents of the school that one writes to, read-only, while the round runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from domain import peer_review, progress, risks, schools
from domain.actor import SYSTEM
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission
from domain.progress import Assignment, Evidence, Status, Submission


class Report(NamedTuple):
    """A report of the partner that may be read."""

    submission: Submission
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class PartnerPapers:
    """What a school sees of the school that it writes to, as long as the round runs."""

    school: schools.School
    profile: risks.ProfileView
    documents: Sequence[tuple[risks.DocumentRow, Report | None]]
    measures: Sequence[tuple[progress.WorkRow, Report | None]]

    @property
    def reports(self) -> dict[int, tuple[str, Report]]:
        """What may be read, by assignment: how it is called, and the report."""
        papers = [(row.assignment.id, row.measure.label, report) for row, report in self.documents]
        work = [(row.assignment.id, row.measure.label, report) for row, report in self.measures]
        return {id_: (label, report) for id_, label, report in (*papers, *work) if report is not None}


async def partner_papers(tx: Tx, form_id: int) -> PartnerPapers:
    """Documents of the school that the actor's school writes to, read-only; NotFound unless the round runs."""
    form, _, found = await peer_review.own_form(tx, form_id)
    if not found.runs(progress.today(tx)):
        raise NotFound
    if form.parted_at is not None:
        raise peer_review.PartnerChanged
    # The pair is the right: of this one school, and of what is picked below, nothing else.
    seen = replace(tx, actor=replace(SYSTEM, timezone=tx.actor.timezone, language=tx.actor.language))
    papers = list(await risks.concept_documents(seen, form.about_id))
    its_papers = {row.assignment.id for row in papers}
    work = await progress.my_work(seen, school_id=form.about_id, permission=Permission.SEE)
    reports = await _reports(seen, form.about_id, its_papers)
    return PartnerPapers(
        school=await schools.school(seen, form.about_id),
        profile=await risks.profile_of(seen, form.about_id),
        documents=[(row, reports.get(row.assignment.id)) for row in papers],
        measures=[(r, reports.get(r.assignment.id)) for r in work if r.assignment.id not in its_papers],
    )


async def _reports(tx: Tx, school_id: int, its_papers: Collection[int]) -> dict[int, Report]:
    """Confirmed reports, and concept documents as soon as they are handed in, by assignment."""
    confirmed = Assignment.status == Status.CONFIRMED
    paper = and_(Assignment.id.in_(its_papers), Assignment.status == Status.IN_REVIEW)
    newest = and_(Submission.assignment_id == Assignment.id, Submission.version == Assignment.version)
    query = (
        select(Submission, Evidence)
        .join(Assignment, newest)
        .outerjoin(Evidence, and_(Evidence.submission_id == Submission.id, Evidence.wiped_at.is_(None)))
        .where(Assignment.school_id == school_id, or_(confirmed, paper), Submission.withdrawn_at.is_(None))
        .order_by(Evidence.id)
    )
    found: dict[int, tuple[Submission, list[Evidence]]] = {}
    for sent, item in await tx.session.execute(query):
        kept = found.setdefault(sent.assignment_id, (sent, []))[1]
        if item is not None and not item.joined:
            kept.append(item)
    return {id_: Report(*report) for id_, report in found.items()}


async def partner_file(tx: Tx, form_id: int, evidence_id: int) -> Evidence:
    """A file among the partner's papers; NotFound for any other."""
    papers = await partner_papers(tx, form_id)
    for item in (item for _, report in papers.reports.values() for item in report.evidence):
        if item.id == evidence_id and item.sha256:
            return item
    raise NotFound
