"""Inviting, answering, coming."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain import audiences, audit, groups, outbox, people
from domain.audiences import Recipient, Segment
from domain.db import WriteTx
from domain.errors import NotFound
from domain.events import queries, rules
from domain.events.models import Event, Guest

AHEAD = timedelta(days=2)


async def create(
    tx: WriteTx,
    spec: rules.EventSpec,
    segment: Segment,
    *,
    request_key: str,
    group_ids: Sequence[int] = (),
) -> Event:
    """Invite everyone of a segment, each once, and say it in groups; the same press twice is one event.

    Raises WrongTime, NobodyToWrite, NotForGroups.
    """
    place = audiences.author_place(tx)
    known = await tx.session.scalar(select(Event).where(Event.request_key == request_key))
    if known is not None and known.made_by == tx.actor.person_id:
        return known
    rules.check(spec, tx.now)
    if group_ids and not segment.is_public:
        raise groups.NotForGroups
    found = await audiences.preview(tx, segment)
    if not found.recipients:
        raise audiences.NobodyToWrite
    event = Event(
        request_key=request_key,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        kind=spec.kind,
        title=spec.title.strip()[:200],
        about=spec.about.strip(),
        where=spec.where.strip()[:500],
        starts_at=spec.starts_at,
        ends_at=spec.ends_at,
        code=f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}",
        segment=segment.to_json(),
        made_by=tx.actor.person_id,
        made_at=tx.now,
        groups=list(dict.fromkeys(group_ids)),
    )
    tx.session.add(event)
    await tx.session.flush()
    audit.record(
        tx, "event.create", "event", event.id, place, title=event.title, guests=len(found.recipients)
    )
    await _invite(tx, event, found.recipients)
    await groups.announce(
        tx, event.groups, "group_event", f"{event.id}", {"event_id": event.id}, expires_at=event.starts_at
    )
    return event


async def invite(tx: WriteTx, event_id: int, segment: Segment) -> int:
    """Invite a further circle; who is invited already is not invited twice. How many were added.

    Until the end: whoever comes uninvited is put on the list of the day, without an invitation to what has begun.
    Raises EventOver, NobodyToWrite, AllInvited.
    """
    event = await queries.event(tx, event_id)
    await tx.session.refresh(event, with_for_update=True)  # of two presses at once the second sees the first
    if event.cancelled_at is not None or event.ends_at <= tx.now:
        raise rules.EventOver
    found = await audiences.preview(tx, segment)
    if not found.recipients:
        raise audiences.NobodyToWrite
    added = await queries.not_invited(tx, event, found.recipients)
    if not added:
        raise rules.AllInvited
    audit.record(tx, "event.invite", "event", event.id, event.place, title=event.title, guests=len(added))
    await _invite(tx, event, added, at=tx.now)
    return len(added)


async def _invite(
    tx: WriteTx, event: Event, recipients: Sequence[Recipient], *, at: datetime | None = None
) -> None:
    tx.session.add_all(
        Guest(event_id=event.id, person_id=r.person.id, place=r.place[:200], invited_at=at)
        for r in recipients
    )
    if event.starts_at <= tx.now:
        return
    await outbox.put_many(
        tx,
        "event_invitation",
        [
            {
                "person_id": r.person.id,
                "subject": f"event:{event.id}",
                "dedupe_key": f"event:{event.id}:{r.person.id}",
                "params": {"event_id": event.id},
                "expires_at": event.starts_at,
            }
            for r in recipients
        ],
    )


async def answer(tx: WriteTx, event_id: int, said: rules.Answer) -> Guest:
    """«Буду / не буду»; the last word counts until the beginning. Raises EventOver."""
    event, guest = await queries.find_guest(tx, event_id)
    if event.cancelled_at is not None or event.starts_at <= tx.now:
        raise rules.EventOver
    guest.answer, guest.answered_at = said, tx.now
    return guest


async def attend(tx: WriteTx, event_id: int, code: str) -> Guest:
    """A guest types the code shown at the event; a second time changes nothing.

    Raises WrongCode, TooEarly, EventOver.
    """
    event, guest = await queries.at_the_door(tx, event_id)
    if not secrets.compare_digest(code.strip().encode(), event.code.encode()):
        raise rules.WrongCode
    if guest.came_at is None:
        guest.came_at, guest.marked_by = tx.now, tx.actor.person_id
    return guest


async def mark(tx: WriteTx, event_id: int, person_id: int, *, came: bool) -> None:
    """The organiser ticks the list of the day. Raises NotYet before the time for it, EventOver after."""
    event = await queries.event(tx, event_id)
    if event.cancelled_at is not None or tx.now > event.ends_at + rules.LATE_MARKS:
        raise rules.EventOver
    if tx.now < event.starts_at - rules.CODE_HOURS:
        raise rules.NotYet
    guest = await tx.session.get(Guest, (event_id, person_id))
    if guest is None:
        raise NotFound
    guest.came_at = (guest.came_at or tx.now) if came else None
    guest.marked_by = tx.actor.person_id


async def cancel(tx: WriteTx, event_id: int) -> None:
    """It does not take place: invitations and reminders that have not left do not leave."""
    event = await queries.event(tx, event_id)
    if event.cancelled_at is not None:
        return
    event.cancelled_at = tx.now
    await outbox.cancel(tx, subject=f"event:{event_id}", reason="the event was cancelled")
    guests = await tx.session.scalars(select(Guest.person_id).where(Guest.event_id == event_id))
    await outbox.put_many(
        tx,
        "event_cancelled",
        [
            {
                "person_id": person_id,
                "subject": f"event_cancelled:{event_id}",
                "dedupe_key": f"event_cancelled:{event_id}:{person_id}",
                "params": {"event_id": event_id},
                "expires_at": event.ends_at,
            }
            for person_id in guests
        ],
    )
    for group in await groups.group_list(tx):
        if group.id in event.groups:
            await groups.announce(
                tx,
                [group.id],
                "group_event_cancelled",
                f"{event_id}",
                {"event_id": event_id},
                expires_at=event.ends_at,
            )
    audit.record(tx, "event.cancel", "event", event_id, event.place, title=event.title)


async def plan(tx: WriteTx) -> int:
    """Queue the reminders of the evening before to all who have not declined; planning again changes nothing."""
    query = (
        select(Event, Guest, people.Person.timezone)
        .join(Guest, Guest.event_id == Event.id)
        .join(people.Person, people.Person.id == Guest.person_id)
        .where(Event.cancelled_at.is_(None), Event.starts_at > tx.now, Event.starts_at < tx.now + AHEAD)
    )
    rows = []
    for event, guest, zone in await tx.session.execute(query):
        moment = rules.evening_before(event.starts_at, event.starts_at.astimezone(ZoneInfo(zone)))
        invited_at = guest.invited_at or event.made_at
        # Whom the invitation reached after that evening's hour, it has just reminded.
        if guest.answer is not rules.Answer.NOT_COMING and invited_at < moment <= tx.now:
            rows.append(
                {
                    "person_id": guest.person_id,
                    "subject": f"event:{event.id}",
                    "dedupe_key": f"event_reminder:{event.id}:{guest.person_id}",
                    "params": {"event_id": event.id},
                    "expires_at": event.starts_at,
                }
            )
    await outbox.put_many(tx, "event_reminder", rows)
    return len(rows)
