"""How far a roadmap is: counted over schools, or for one school with its documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, select

from domain import progress, roadmaps, schools
from domain.actor import Place
from domain.dates import local_day
from domain.db import Tx
from domain.policy import Permission, within
from domain.progress import Assignment, Evidence, Review, Standing, Status, Submission
from domain.schools import Office


class HolderState(NamedTuple):
    """How one assignment stands: a school or an office, one of the measure's dates."""

    place: Place
    due_on: date | None
    standing: Standing
    handed_in_on: date | None
    decided_on: date | None
    documents: Sequence[str]  # names of files, links and the beginnings of texts, as sent last


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """A measure and how it stands. Counts are of schools: one counts as done with the last of its dates."""

    measure: roadmaps.Measure
    states: list[HolderState] = field(default_factory=list)
    offices: list[HolderState] = field(default_factory=list)  # of municipalities and the region

    @property
    def total(self) -> int:
        """Schools that owe it, those let off left out."""
        return len(self._schools() - self._let_off())

    @property
    def waived(self) -> int:
        """Schools of which it is not required."""
        return len(self._let_off())

    @property
    def handed_in(self) -> int:
        """Schools that have handed in all of it."""
        return len(self._all_in({Standing.CONFIRMED, Standing.IN_REVIEW}))

    @property
    def confirmed(self) -> int:
        """Schools of which all is confirmed."""
        return len(self._all_in({Standing.CONFIRMED}))

    @property
    def overdue(self) -> int:
        """Schools that are late with something."""
        return len({s.place for s in self.states if s.standing is Standing.OVERDUE})

    @property
    def last_on(self) -> date | None:
        """The day on which something was handed in last."""
        return max((s.handed_in_on for s in [*self.states, *self.offices] if s.handed_in_on), default=None)

    @property
    def documents(self) -> list[str]:
        """All documents, each once, in the order of schools, offices and dates."""
        found = [*self.states, *self.offices]
        return list(dict.fromkeys(name for state in found for name in state.documents))

    def _schools(self) -> set[Place]:
        return {s.place for s in self.states}

    def _let_off(self) -> set[Place]:
        return self._all_in({Standing.WAIVED}, needs=False)

    def _all_in(self, wanted: set[Standing], *, needs: bool = True) -> set[Place]:
        # Of several dates a school may be let off one: the others decide.
        allowed = wanted | {Standing.WAIVED}
        short = {s.place for s in self.states if s.standing not in allowed}
        having = {s.place for s in self.states if s.standing in wanted} if needs else self._schools()
        return having - short


@dataclass(frozen=True, slots=True)
class Execution:
    """A roadmap with its tracks and rows; `school` where it is one school's."""

    roadmap: roadmaps.Roadmap
    place: schools.PlaceName
    school: schools.School | None
    tracks: dict[int, roadmaps.Track]
    rows: Sequence[ExecutionRow]
    schools: int
    offices: dict[Place, Office]
    day: date


async def execution(
    tx: Tx, roadmap_id: int, *, school_id: int | None = None, municipality_id: int | None = None
) -> Execution:
    """The state of a roadmap in the actor's places, of one school or municipality where asked."""
    view = await roadmaps.roadmap(tx, roadmap_id)
    measures, plans = await _as_owed(tx, view, school_id)
    school = await schools.school(tx, school_id) if school_id is not None else None
    query = (
        select(Assignment)
        .where(within(tx.actor, Permission.SEE, Assignment), Assignment.roadmap_id.in_(plans))
        .order_by(Assignment.school_id, Assignment.occurrence)
    )
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    if municipality_id is not None:
        query = query.where(Assignment.municipality_id == municipality_id)
    owed = (await tx.session.scalars(query)).all()
    sent = await _sent(tx, plans)
    rows = {m.id: ExecutionRow(m) for m in measures}
    day = progress.today(tx)
    for work in owed:
        if work.measure_id in rows:
            row = rows[work.measure_id]
            states = row.offices if work.school_id is None else row.states
            states.append(_state(tx, work, sent.get(work.id), day))
    return Execution(
        roadmap=view.roadmap,
        place=await schools.place_name(tx, view.roadmap.place),
        school=school,
        tracks={track.id: track for track in view.tracks},
        # What a newer version no longer has is shown to those who worked on it.
        rows=[r for r in rows.values() if r.measure.gone_at is None or r.states or r.offices],
        schools=len({work.school_id for work in owed if work.school_id is not None}),
        offices=await schools.offices(tx, {work.place for work in owed}),
        day=day,
    )


class _Sent(NamedTuple):
    submission: Submission
    review: Review | None
    documents: list[str]


async def _as_owed(
    tx: Tx, view: roadmaps.RoadmapView, school_id: int | None
) -> tuple[Sequence[roadmaps.Measure], Sequence[int]]:
    """The measures of a plan and the plans that they are of: for one school in its own words, with its own rows."""
    if school_id is None:
        return view.measures, [view.roadmap.id]
    found = await roadmaps.own_words(tx, [m.id for m in view.measures], school_id)
    own = await roadmaps.own_plan(tx, view.roadmap.id, school_id)
    added = (await roadmaps.roadmap(tx, own.id)).measures if own is not None else []
    worded = [roadmaps.worded(m, found.get(m.id)) for m in view.measures]
    return [*worded, *added], [view.roadmap.id, *([own.id] if own is not None else [])]


async def _sent(tx: Tx, plans: Sequence[int]) -> dict[int, _Sent]:
    """The newest version of every report by the plans, with its decision and its documents."""
    newest = and_(Submission.assignment_id == Assignment.id, Submission.version == Assignment.version)
    scope = within(tx.actor, Permission.SEE, Assignment), Assignment.roadmap_id.in_(plans)
    query = (
        select(Submission, Review)
        .join(Assignment, newest)
        .outerjoin(Review, Review.submission_id == Submission.id)
        .where(*scope, Submission.withdrawn_at.is_(None))
        .order_by(Review.id)
    )
    found = {sub.assignment_id: _Sent(sub, review, []) for sub, review in (await tx.session.execute(query))}
    evidence = (
        select(Evidence)
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Assignment, newest)
        .where(*scope, Evidence.wiped_at.is_(None))
        .order_by(Evidence.id)
    )
    for item in await tx.session.scalars(evidence):
        words = item.name or roadmaps.short(item.text or "", 80)
        if item.assignment_id in found and words and not item.joined:
            found[item.assignment_id].documents.append(words)
    return found


def _state(tx: Tx, work: Assignment, sent: _Sent | None, day: date) -> HolderState:
    counts = work.status in (Status.IN_REVIEW, Status.CONFIRMED, Status.NOTED, Status.RETURNED)
    handed_in = sent if counts else None
    return HolderState(
        place=work.place,
        due_on=work.due_on,
        standing=progress.standing(work.status, work.due_on, day),
        handed_in_on=local_day(handed_in.submission.submitted_at, tx.actor.timezone) if handed_in else None,
        decided_on=local_day(handed_in.review.at, tx.actor.timezone)
        if handed_in and handed_in.review
        else None,
        documents=handed_in.documents if handed_in else (),
    )
