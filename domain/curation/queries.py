"""The log of one curator, of a school, of everybody below a coordinator; activity by week."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from domain import people, roadmaps, schools
from domain.actor import Role
from domain.curation import rules
from domain.curation.models import CuratorNote
from domain.curation.rules import Entry, EntryKind, Week
from domain.dates import local_day
from domain.db import Tx
from domain.policy import Permission, Placed, allows, within
from domain.progress import Assignment, Decision, Review, Submission
from domain.talks import Side, Turn, Utterance

DAY = timedelta(days=1)


class CuratorRow(NamedTuple):
    """A curator and what they did by week, the newest week first."""

    person: people.Person
    schools: list[str]
    weeks: list[Week]
    last_day: date | None
    silent_weeks: int  # whole ones

    @property
    def total(self) -> int:
        """Everything in the period."""
        return sum(week.total for week in self.weeks)


def _mine(tx: Tx, table: type[Placed], person_id: Any) -> ColumnElement[bool]:
    """One's own lines, and those at places where the actor coordinates."""
    return or_(within(tx.actor, Permission.OVERRULE, table), person_id == tx.actor.person_id)


async def log(
    tx: Tx, *, first: date, last: date, person_id: int | None = None, school_id: int | None = None
) -> list[Entry]:
    """Everything done from `first` to `last`, both included, the newest first, in four queries.

    Days are those of the reader. One's own lines, and for coordinators everybody's inside their places.
    """
    found = [
        *await _reviews(tx, first, last, person_id, school_id),
        *await _talk(tx, first, last, person_id, school_id),
        *await _notes(tx, first, last, person_id, school_id),
    ]
    names = await people.person_names(tx, [entry.person_id for entry in found])
    named = [entry._replace(person=names.get(entry.person_id or 0, "")) for entry in found]
    return sorted(named, key=lambda entry: (entry.day, entry.at), reverse=True)


async def _reviews(
    tx: Tx, first: date, last: date, person_id: int | None, school_id: int | None
) -> list[Entry]:
    query = _narrowed(
        select(Review, schools.School, roadmaps.Measure)
        .join(Submission, Submission.id == Review.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(_mine(tx, Assignment, Review.reviewer_id)),
        (Review.reviewer_id, person_id),
        (Assignment.school_id, school_id),
    )
    return [
        _entry(
            tx,
            review.at,
            EntryKind.CONFIRMED if review.decision is Decision.CONFIRM else EntryKind.RETURNED,
            person_id=review.reviewer_id,
            school=school,
            measure=measure.label,
            line=review.comment,
        )
        for review, school, measure in await _between(tx, query, Review.at, first, last)
    ]


async def _talk(tx: Tx, first: date, last: date, person_id: int | None, school_id: int | None) -> list[Entry]:
    query = _narrowed(
        select(Utterance, schools.School, roadmaps.Measure)
        .join(Assignment, Assignment.id == Utterance.assignment_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(Utterance.side == Side.REVIEWER, _mine(tx, Utterance, Utterance.said_by)),
        (Utterance.said_by, person_id),
        (Utterance.school_id, school_id),
    )
    return [
        _entry(
            tx,
            said.said_at,
            EntryKind.ANSWERED if said.turn is Turn.ANSWER else EntryKind.ASKED,
            person_id=said.said_by,
            school=school,
            measure=measure.label,
            line=said.text,
        )
        for said, school, measure in await _between(tx, query, Utterance.said_at, first, last)
    ]


async def _notes(
    tx: Tx, first: date, last: date, person_id: int | None, school_id: int | None
) -> list[Entry]:
    query = _narrowed(
        select(CuratorNote, schools.School)
        .join(schools.School, schools.School.id == CuratorNote.school_id)
        .where(
            _mine(tx, CuratorNote, CuratorNote.noted_by),
            CuratorNote.held_on >= first,
            CuratorNote.held_on <= last,
        ),
        (CuratorNote.noted_by, person_id),
        (CuratorNote.school_id, school_id),
    )
    return [
        _entry(
            tx,
            made.noted_at,
            EntryKind(made.kind.value),
            person_id=made.noted_by,
            school=school,
            measure=None,
            line=made.line,
        )._replace(day=made.held_on, note_id=made.id)
        for made, school in (await tx.session.execute(query))
    ]


def _narrowed(query: Any, *filters: tuple[Any, int | None]) -> Any:
    for column, value in filters:
        query = query.where(column == value) if value is not None else query
    return query


async def _between(
    tx: Tx, query: Any, moment: Any, first: date, last: date
) -> Iterable[tuple[Any, Any, Any]]:
    """Rows whose moment falls on these days at the reader's place."""
    # A day begins within 14 hours of UTC's: read a day more on each side, then look at the local day.
    begin = datetime.combine(first - DAY, datetime.min.time(), UTC)
    end = datetime.combine(last + 2 * DAY, datetime.min.time(), UTC)
    rows = (await tx.session.execute(query.where(moment >= begin, moment < end))).all()
    return [
        row._tuple()
        for row in rows
        if first <= local_day(getattr(row[0], moment.key), tx.actor.timezone) <= last
    ]


def _entry(
    tx: Tx,
    at: datetime,
    kind: EntryKind,
    *,
    person_id: int | None,
    school: schools.School,
    measure: str | None,
    line: str,
) -> Entry:
    day = local_day(at, tx.actor.timezone)
    return Entry(day, at, kind, person_id, "", school.id, school.name, measure, line)


async def activity(tx: Tx, *, first: date, last: date) -> list[CuratorRow]:
    """Every curator inside the actor's places and what they did by week; the most silent first."""
    holders = await people.person_list(tx, role=Role.CURATOR)
    names = {row.school.id: row.school.name for row in await schools.school_list(tx)}
    entries: dict[int, list[Entry]] = {}
    for entry in await log(tx, first=first, last=last):
        entries.setdefault(entry.person_id or 0, []).append(entry)
    curators: dict[int, tuple[people.Person, list[str]]] = {}
    for holder in holders:
        mine = holder.person.id == tx.actor.person_id
        if not mine and not allows(tx.actor, Permission.OVERRULE, holder.grant.place):
            continue
        _, theirs = curators.setdefault(holder.person.id, (holder.person, []))
        name = names.get(holder.grant.school_id or 0)
        if name is not None and name not in theirs:
            theirs.append(name)
    rows = []
    for person_id, (person, theirs) in curators.items():
        own = entries.get(person_id, [])
        weeks = rules.by_week(own, first, last)
        last_day = max((entry.day for entry in own), default=None)
        rows.append(CuratorRow(person, theirs, weeks, last_day, rules.silent_weeks(weeks, first, last)))
    return sorted(rows, key=lambda row: (row.total, row.person.name))


async def my_schools(tx: Tx) -> list[schools.School]:
    """Schools whose log the actor may keep: those reviewed as a curator, by name."""
    found = await schools.school_list(tx, permission=Permission.REVIEW)
    return [row.school for row in found if not tx.actor.works_at(row.school.id)]
