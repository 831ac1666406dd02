"""Queueing the digests of today, and what people choose about them. Planning may run late, twice or never."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from domain import audit, calendars, mornings, outbox, people, progress
from domain.actor import SYSTEM
from domain.dates import local_day
from domain.db import Database, WriteTx
from domain.errors import Forbidden
from domain.mornings import MARKS, Candidate, DigestChoice, DigestMark
from domain.reminders import queries

LONGEST_REST = timedelta(days=12)  # a last day in the holidays is spoken of before them
CHUNK = 2000  # people of one writing transaction: others must not wait long


async def plan(db: Database, *, default_hour: int = 9) -> int:
    """Queue today's digest for everyone who has something to act on; returns how many.

    Opens its own transactions, a long reading one and short writing ones, so that planning for a country does not
    keep writers waiting. A kill in between leaves whole chunks, and the next run goes on from there.
    """
    async with db.read(SYSTEM) as tx:
        moment = tx.now
        planned = await mornings.morning(tx, default_hour)
    looked = iter(planned.looked)
    while chunk := list(islice(looked, CHUNK)):
        async with db.write(SYSTEM) as wtx:
            await outbox.put_many(wtx, "digest", _digests(chunk, planned.receivers, moment))
            await _mark(wtx, chunk, moment)
    return len(planned.receivers)


def _digests(chunk: Sequence[Candidate], receivers: set[int], moment: datetime) -> Iterator[dict[str, Any]]:
    ends: dict[str, datetime] = {}
    for person in chunk:
        if person.person_id not in receivers:
            continue
        if person.timezone not in ends:
            ends[person.timezone] = mornings.day_ends_at(moment, person.timezone)
        yield {
            "person_id": person.person_id,
            "subject": f"digest:{person.person_id}",
            "dedupe_key": mornings.key(person.person_id, person.day),
            "params": {"since": person.looked_at.isoformat() if person.looked_at else None},
            "expires_at": ends[person.timezone],
        }


async def _mark(tx: WriteTx, chunk: Sequence[Candidate], moment: datetime) -> None:
    """One statement for all who were looked at together the last time, which is nearly everybody."""
    is_sqlite = tx.session.get_bind().dialect.name == "sqlite"
    insert = (insert_sqlite if is_sqlite else insert_postgresql)(MARKS)
    together: dict[datetime | None, list[int]] = {}
    for person in chunk:
        together.setdefault(person.looked_at, []).append(person.person_id)
    for before, members in together.items():
        rows = select(
            people.Person.id, literal(moment, MARKS.c.looked_at.type), literal(before, MARKS.c.before_at.type)
        ).where(people.Person.id.in_(members))
        marks = insert.from_select(["person_id", "looked_at", "before_at"], rows)
        await tx.session.execute(
            marks.on_conflict_do_update(
                index_elements=["person_id"],
                set_={"looked_at": marks.excluded.looked_at, "before_at": marks.excluded.before_at},
            )
        )


async def snooze(tx: WriteTx, until: date) -> None:
    """No digest before this day; what was said today is said again then. Raises BadChoice."""
    if not progress.today(tx) < until <= progress.today(tx) + timedelta(days=mornings.LONGEST_PAUSE):
        raise mornings.BadChoice(days=mornings.LONGEST_PAUSE)
    await people.snooze(tx, until)
    await tx.session.execute(delete(DigestMark).where(DigestMark.person_id == (tx.actor.person_id or 0)))


async def _choice(tx: WriteTx) -> DigestChoice:
    person = await people.me(tx)
    found = await tx.session.get(DigestChoice, person.id)
    if found is None:
        found = DigestChoice(person_id=person.id, weekdays=list(mornings.WORKDAYS))
        tx.session.add(found)
    return found


async def choose_hour(tx: WriteTx, hour: int) -> None:
    """The local hour from which the digest comes. Raises BadChoice."""
    if not mornings.FIRST_HOUR <= hour < mornings.LAST_HOUR:
        raise mornings.BadChoice(reason=mornings.NO_HOUR)
    (await people.me(tx)).digest_hour = hour


async def choose_days(tx: WriteTx, weekdays: Sequence[int]) -> None:
    """Days of the week on which it comes; 0 is Monday. Raises BadChoice for none."""
    wanted = sorted(set(weekdays) & set(mornings.WORKDAYS))
    if not wanted:
        raise mornings.BadChoice(reason=mornings.NO_DAY)
    (await _choice(tx)).weekdays = wanted


async def pause(tx: WriteTx, first: date, last: date) -> None:
    """On leave from one day to another, both included: no digests. Raises BadChoice."""
    today = progress.today(tx)
    if not today <= last or last < first or (last - first).days > mornings.LONGEST_PAUSE:
        raise mornings.BadChoice(days=mornings.LONGEST_PAUSE)
    found = await _choice(tx)
    found.paused_from, found.paused_until = first, last
    audit.record(tx, "reminders.pause", "person", tx.actor.person_id, until=last.isoformat())


async def resume(tx: WriteTx) -> None:
    """Back again: no pause and no snooze, and whoever was named for the days of the pause reviews no more."""
    found = await _choice(tx)
    if found.paused_until is not None:
        await people.end_substitutes(tx)
    found.paused_from, found.paused_until = None, None
    (await people.me(tx)).snoozed_until = None


async def hand_over(tx: WriteTx, substitute_id: int) -> int:
    """Who reviews or coordinates names a stand-in for the days of their leave; how many places that one gets.

    Only whoever `queries.stand_ins` offers: a coordinator's stand-in holds the coordinator's rights for these days,
    as one whom the level above names does. Raises Forbidden for anybody else, BadChoice without a pause.
    """
    found = await _choice(tx)
    if found.paused_from is None or found.paused_until is None:
        raise mornings.BadChoice(reason=mornings.NO_LEAVE)
    if substitute_id not in [person.id for person in await queries.stand_ins(tx)]:
        raise Forbidden
    person_id = tx.actor.person_id or 0
    given = await people.substitute(
        queries.as_system(tx),
        person_id,
        substitute_id,
        starts_on=max(found.paused_from, progress.today(tx)),
        ends_on=found.paused_until,
    )
    return len(given)


async def plan_endings(tx: WriteTx, *, default_hour: int = 9) -> int:
    """On the last working day of a substitution, say so to who stands in; planning again changes nothing.

    Whether anything still waits for their decision is asked at sending: where nothing does, nothing is sent.
    """
    today = tx.now.date()
    rows: dict[str, dict[str, Any]] = {}
    for person, grant in await people.endings(tx, today - timedelta(days=1), today + LONGEST_REST):
        own = await calendars.own_days(tx, grant.region_id)
        last, first = grant.ends_on, grant.starts_on
        if last is None or first is None:
            continue
        day = max(first, mornings.step_day(last, 0, own))
        is_now = mornings.is_digest_time(tx.now, person.timezone, person.digest_hour or default_hour, own)
        if day != local_day(tx.now, person.timezone) or not is_now:
            continue
        key = f"substitute_ends:{grant.substitute_for}:{person.id}:{last}"
        rows[key] = {
            "person_id": person.id,
            "subject": f"substitute:{grant.substitute_for}:{person.id}",
            "dedupe_key": key,
            "params": {"absent": grant.substitute_for, "until": last.isoformat()},
            "expires_at": mornings.day_ends_at(tx.now, person.timezone),
        }
    await outbox.put_many(tx, "substitute_ends", list(rows.values()))
    return len(rows)
