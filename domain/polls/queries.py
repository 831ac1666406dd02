"""Polls of one's places, the sheet of one who answers, and results."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, or_, select

from domain import audiences, people
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.polls import rules
from domain.polls.models import Ballot, Poll, PollQuestion, PollSeat
from domain.tables import Book
from domain.texts import Texts


class PollRow(NamedTuple):
    """A line of the list: how many voices there could be and are."""

    poll: Poll
    voters: int
    answered: int


class Sheet(NamedTuple):
    """A poll as the one sees it who was asked."""

    poll: Poll
    questions: Sequence[PollQuestion]
    seat: PollSeat
    is_open: bool

    @property
    def missing(self) -> PollQuestion | None:
        """The first question that still needs an answer."""
        draft = self.seat.draft
        return next((q for q in self.questions if q.required and not q.fits(draft.get(str(q.id)))), None)


class Results(NamedTuple):
    """Counts of a poll. `tallies` are empty while an anonymous poll has too few answers."""

    poll: Poll
    voters: int
    answered: int
    questions: Sequence[PollQuestion]
    tallies: Sequence[rules.Tally]
    is_hidden: bool

    @property
    def percent(self) -> int | None:
        """How many of those asked have answered, rounded half up."""
        return rules.percent(self.answered, self.voters)


def _visible(tx: Tx) -> ColumnElement[bool]:
    return or_(within(tx.actor, Permission.OVERRULE, Poll), Poll.made_by == (tx.actor.person_id or 0))


def asked_of(found: audiences.Preview, *, per_school: bool) -> list[audiences.Recipient]:
    """Who of a circle is asked: of a poll with one answer for a school only those who stand for a school."""
    return [r for r in found.recipients if r.at.school_id is not None or not per_school]


def voices(asked: Sequence[audiences.Recipient], *, per_school: bool) -> int:
    """How many answers there can be: of people, or of schools."""
    return len({r.at.school_id for r in asked} if per_school else asked)


async def poll(tx: Tx, poll_id: int) -> Poll:
    """A poll of one's own, or of a place that one coordinates; else NotFound."""
    found = await tx.session.scalar(select(Poll).where(Poll.id == poll_id, _visible(tx)))
    if found is None:
        raise NotFound
    return found


async def poll_list(tx: Tx, *, limit: int = 100) -> list[PollRow]:
    """Polls of one's own and of places that one coordinates, newest first."""
    voted = func.count(func.distinct(case((PollSeat.is_done, PollSeat.voter))))
    query = (
        select(Poll, func.count(func.distinct(PollSeat.voter)), voted)
        .outerjoin(PollSeat, PollSeat.poll_id == Poll.id)
        .where(_visible(tx))
        .group_by(Poll.id)
        .order_by(Poll.id.desc())
        .limit(limit)
    )
    return [PollRow(*row) for row in (await tx.session.execute(query))]


async def questions(tx: Tx, poll_id: int) -> Sequence[PollQuestion]:
    """Questions in their order. The caller has checked the right to see them."""
    query = select(PollQuestion).where(PollQuestion.poll_id == poll_id)
    return (await tx.session.scalars(query.order_by(PollQuestion.position))).all()


async def sheet(tx: Tx, poll_id: int) -> Sheet:
    """The actor's own sheet; NotFound for everybody who was not asked."""
    seat = await tx.session.get(PollSeat, (poll_id, tx.actor.person_id or 0))
    found = await tx.session.get(Poll, poll_id)
    if seat is None or found is None:
        raise NotFound
    return Sheet(found, await questions(tx, poll_id), seat, found.is_open(tx.now))


async def results(tx: Tx, poll_id: int) -> Results:
    """Counts and shares of a poll that the actor may see."""
    found = await poll(tx, poll_id)
    counted = select(
        func.count(func.distinct(PollSeat.voter)),
        func.count(func.distinct(case((PollSeat.is_done, PollSeat.voter)))),
    ).where(PollSeat.poll_id == poll_id)
    voters, answered = (await tx.session.execute(counted)).one()
    asked = await questions(tx, poll_id)
    given = [ballot.answers for ballot in await _ballots(tx, poll_id)]
    is_hidden = found.anonymous and answered < rules.FEWEST
    tallies = (
        []
        if is_hidden
        else [rules.tally(q.kind, q.options, q.top, (one.get(str(q.id)) for one in given)) for q in asked]
    )
    return Results(found, voters, answered, asked, tallies, is_hidden)


async def _ballots(tx: Tx, poll_id: int) -> Sequence[Ballot]:
    # By the random number: of an anonymous poll the order tells nothing.
    query = select(Ballot).where(Ballot.poll_id == poll_id).order_by(Ballot.sent_at, Ballot.id)
    return (await tx.session.scalars(query)).all()


async def ballots(tx: Tx, poll_id: int) -> list[tuple[Ballot, str]]:
    """Every ballot with the person's name (nobody's of an anonymous poll), none while they are hidden."""
    found = await results(tx, poll_id)
    if found.is_hidden:
        return []
    given = await _ballots(tx, poll_id)
    names = await people.person_names(tx, [ballot.person_id for ballot in given])
    return [(ballot, names.get(ballot.person_id or 0, "")) for ballot in given]


async def book(tx: Tx, poll_id: int, say: Texts) -> Book:
    """The results to take away, in the reader's words and zone.

    Raises ResultsHidden while an anonymous poll has too few answers.
    """
    found = await results(tx, poll_id)
    if found.is_hidden:
        raise rules.ResultsHidden(n=rules.FEWEST)
    local = tx.now.astimezone(ZoneInfo(tx.actor.timezone))
    return rules.book(say, found, await ballots(tx, poll_id), local)


async def silent_names(tx: Tx, poll_id: int) -> list[tuple[str, str]]:
    """Who has not answered: names with their places; of a school that has answered nobody is named.

    Of an anonymous poll nobody is: whoever watches the names and the counts change could tell whose answer came.
    """
    if (await poll(tx, poll_id)).anonymous:
        return []
    query = (
        select(people.Person.name, PollSeat.place_name)
        .join(PollSeat, PollSeat.person_id == people.Person.id)
        .where(PollSeat.poll_id == poll_id, PollSeat.is_done.is_(False))
        .order_by(PollSeat.place_name, people.Person.name)
    )
    return [(name, place) for name, place in (await tx.session.execute(query))]


async def silent(tx: Tx, poll_id: int) -> Sequence[PollSeat]:
    """Seats of those who have not answered. For the rules of the system."""
    query = select(PollSeat).where(PollSeat.poll_id == poll_id, PollSeat.is_done.is_(False))
    return (await tx.session.scalars(query)).all()


async def ending(tx: Tx, until: datetime) -> Sequence[Poll]:
    """Open polls that end before this moment and of which nobody was reminded. For the planner."""
    query = select(Poll).where(
        Poll.closed_at.is_(None),
        Poll.reminded_at.is_(None),
        Poll.closes_at > tx.now,
        Poll.closes_at <= until,
    )
    return (await tx.session.scalars(query)).all()
