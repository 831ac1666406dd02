"""Who was invited, who comes, who came."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import or_, select

from domain import people
from domain.audiences import Recipient
from domain.db import Tx
from domain.errors import NotFound
from domain.events import rules
from domain.events.models import Event, Guest
from domain.policy import Permission, within


class Attendance(NamedTuple):
    """The list of the day."""

    event: Event
    guests: Sequence[tuple[Guest, str]]  # with the person's name, by place and name
    coming: int
    came: int

    @property
    def percent(self) -> int | None:
        """How many of those invited took part, rounded half up; nothing of nobody."""
        return rules.percent(self.came, len(self.guests))


async def event(tx: Tx, event_id: int) -> Event:
    """An event that the actor organises: one's own, or of a place that one coordinates."""
    own = or_(within(tx.actor, Permission.OVERRULE, Event), Event.made_by == (tx.actor.person_id or 0))
    found = await tx.session.scalar(select(Event).where(Event.id == event_id, own))
    if found is None:
        raise NotFound
    return found


async def event_list(tx: Tx, *, limit: int = 50) -> Sequence[Event]:
    """Events that the actor organises, the latest first."""
    own = or_(within(tx.actor, Permission.OVERRULE, Event), Event.made_by == (tx.actor.person_id or 0))
    return (
        await tx.session.scalars(select(Event).where(own).order_by(Event.starts_at.desc()).limit(limit))
    ).all()


async def guests(tx: Tx, event_id: int) -> Attendance:
    """Who was invited to an event that the actor organises."""
    found = await event(tx, event_id)
    query = (
        select(Guest, people.Person.name)
        .join(people.Person, people.Person.id == Guest.person_id)
        .where(Guest.event_id == event_id)
        .order_by(Guest.place, people.Person.name)
    )
    rows = (await tx.session.execute(query)).all()
    coming = sum(guest.answer is rules.Answer.COMING for guest, _ in rows)
    came = sum(guest.came_at is not None for guest, _ in rows)
    return Attendance(found, rows, coming, came)


async def not_invited(tx: Tx, event: Event, recipients: Sequence[Recipient]) -> list[Recipient]:
    """Who of a circle has no invitation yet."""
    known = set(await tx.session.scalars(select(Guest.person_id).where(Guest.event_id == event.id)))
    return [r for r in recipients if r.person.id not in known]


async def announced(tx: Tx, event_id: int) -> Event | None:
    """An event as a group chat may read it; None once it is gone. For what leaves; nobody's rights are asked."""
    return await tx.session.get(Event, event_id)


async def find_guest(tx: Tx, event_id: int) -> tuple[Event, Guest]:
    """The actor's own invitation; NotFound for everybody else."""
    query = (
        select(Event, Guest)
        .join(Guest, Guest.event_id == Event.id)
        .where(Event.id == event_id, Guest.person_id == (tx.actor.person_id or 0))
    )
    found = (await tx.session.execute(query)).first()
    if found is None:
        raise NotFound
    return found


async def at_the_door(tx: Tx, event_id: int) -> tuple[Event, Guest]:
    """The actor's own invitation while the code works. Raises TooEarly, EventOver."""
    event, guest = await find_guest(tx, event_id)
    if event.cancelled_at is not None or tx.now > event.ends_at + rules.CODE_HOURS:
        raise rules.EventOver
    if tx.now < event.starts_at - rules.CODE_HOURS:
        raise rules.TooEarly
    return event, guest


async def find_by_code(tx: Tx, code: str) -> int | None:
    """The event with this code that goes on now and to which the actor is invited."""
    query = (
        select(Event.id)
        .join(Guest, Guest.event_id == Event.id)
        .where(
            Guest.person_id == (tx.actor.person_id or 0),
            Event.code == code,
            Event.cancelled_at.is_(None),
            Event.starts_at <= tx.now + rules.CODE_HOURS,
            Event.ends_at >= tx.now - rules.CODE_HOURS,
        )
        .order_by(Event.starts_at.desc())
    )
    return await tx.session.scalar(query.limit(1))


async def ics(tx: Tx, event_id: int) -> bytes:
    """The calendar file for somebody invited, or for who organises it."""
    try:
        found = await event(tx, event_id)
    except NotFound:
        found, _ = await find_guest(tx, event_id)
    return rules.to_ics(f"event-{event_id}", found.spec, found.made_at)
