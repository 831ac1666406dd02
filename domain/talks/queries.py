"""Threads, and questions that wait for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from domain import people, progress, roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import Forbidden
from domain.policy import Permission, allows, within
from domain.progress import Assignment
from domain.talks.models import Utterance
from domain.talks.rules import Side, Turn


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything said about an assignment, the oldest first; `side` is the actor's, None for a reader."""

    assignment: Assignment
    said: Sequence[Utterance]
    names: dict[int, str]  # person id → name
    side: Side | None

    @property
    def last(self) -> Utterance | None:
        """What was said last."""
        return self.said[-1] if self.said else None

    @property
    def waits(self) -> bool:
        """Whether the other side waits for the actor's answer."""
        last = self.last
        return last is not None and last.turn is Turn.QUESTION and self.side not in {None, last.side}


class OpenQuestion(NamedTuple):
    """A question that the actor may answer."""

    utterance: Utterance
    assignment: Assignment
    measure: roadmaps.Measure
    school: progress.Holder
    name: str


def side_of(tx: Tx, work: Assignment) -> Side:
    """On which side the actor speaks; the own team's side comes first. Raises Forbidden for readers."""
    if allows(tx.actor, Permission.SUBMIT, work.place):
        return Side.SCHOOL
    if allows(tx.actor, Permission.REVIEW, work.place) or allows(tx.actor, Permission.OVERRULE, work.place):
        return Side.REVIEWER
    raise Forbidden


async def thread(tx: Tx, assignment_id: int) -> Thread:
    """The thread of an assignment that the actor sees."""
    work = await progress.assignment(tx, assignment_id)
    query = select(Utterance).where(Utterance.assignment_id == work.id).order_by(Utterance.id)
    said = (await tx.session.scalars(query)).all()
    try:
        side = side_of(tx, work)
    except Forbidden:
        side = None
    return Thread(work, said, await people.person_names(tx, [u.said_by for u in said]), side)


async def open_questions(tx: Tx) -> list[OpenQuestion]:
    """Questions whose answer is the actor's turn, the oldest first: a school's are its reviewer's, a reviewer's are
    the whole team's."""
    newest = select(func.max(Utterance.id)).group_by(Utterance.assignment_id)
    query = (
        select(Utterance, Assignment, roadmaps.Measure, schools.School)
        .join(Assignment, Assignment.id == Utterance.assignment_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .outerjoin(schools.School, schools.School.id == Assignment.school_id)
        .where(
            Utterance.id.in_(newest),
            Utterance.turn == Turn.QUESTION,
            within(tx.actor, Permission.SEE, Utterance),
        )
        .order_by(Utterance.id)
    )
    rows = (await tx.session.execute(query)).all()
    names = await people.person_names(tx, [row[0].said_by for row in rows])
    mine = []
    turns: dict[Place, bool] = {}
    for said, work, measure, school in rows:
        place = work.place
        if said.said_by == tx.actor.person_id:
            is_mine = False
        elif said.side is Side.REVIEWER:
            is_mine = tx.actor.keeps(place)
        else:
            if place not in turns:
                own = progress.is_own(tx.actor, place)
                turns[place] = not own and await progress.is_reviewer(tx, place)
            is_mine = turns[place]
        if is_mine:
            holder = await progress.holder_of(tx, work, school)
            mine.append(OpenQuestion(said, work, measure, holder, names.get(said.said_by or 0, "")))
    return mine
