"""What a person must act on today; nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from domain import people, progress
from domain.actor import Actor
from domain.dates import local_day
from domain.db import Tx
from domain.outbox import OutboxMessage
from domain.progress import Standing
from domain.reminders import rules


@dataclass(frozen=True, slots=True)
class Digest:
    """The morning of one person; falsy when nothing has to be done."""

    overdue: Sequence[progress.WorkRow]
    returned: Sequence[progress.WorkRow]
    soon: Sequence[progress.WorkRow]
    to_review: Sequence[progress.QueueRow]

    def __len__(self) -> int:
        return len(self.overdue) + len(self.returned) + len(self.soon) + len(self.to_review)


async def digest(tx: Tx, person_id: int) -> Digest:
    """Computed from the present state: what was handed in meanwhile is gone from it.

    Only the holder of the ball is reminded (DOMAIN.md §4.4); deadlines in doubt never remind.
    """
    actor = await people.actor_by_id(tx, person_id)
    return await digest_of(replace_actor(tx, actor))


async def digest_of(tx: Tx) -> Digest:
    """The same for the actor of the transaction."""
    work = await progress.my_work(tx, open_only=True)
    by_standing: dict[Standing, list[progress.WorkRow]] = {}
    for row in work:
        if row.assignment.reminds or row.standing is Standing.RETURNED:
            by_standing.setdefault(row.standing, []).append(row)
    return Digest(
        overdue=by_standing.get(Standing.OVERDUE, []),
        returned=by_standing.get(Standing.RETURNED, []),
        soon=by_standing.get(Standing.SOON, []),
        to_review=await progress.queue(tx),
    )


def replace_actor(tx: Tx, actor: Actor) -> Tx:
    """The same transaction seen by another person."""
    return replace(tx, actor=actor)


async def waiting_for_digest(tx: Tx, default_hour: int) -> list[people.Person]:
    """People for whom it is digest time and for whom today's has not been queued."""
    query = select(people.Person).where(
        people.Person.telegram_id.is_not(None),
        people.Person.consent_at.is_not(None),
        people.Person.unreachable.is_(None),
    )
    waiting = []
    for person in (await tx.session.scalars(query)).all():
        day = local_day(tx.now, person.timezone)
        hour = person.digest_hour if person.digest_hour is not None else default_hour
        if person.snoozed_until and person.snoozed_until > day:
            continue
        if rules.is_digest_time(tx.now, person.timezone, hour):
            waiting.append(person)
    keys = {key(person, tx): person for person in waiting}
    done = await tx.session.scalars(
        select(OutboxMessage.dedupe_key).where(
            OutboxMessage.kind == "digest", OutboxMessage.dedupe_key.in_(keys)
        )
    )
    for taken in done.all():
        keys.pop(taken)
    return list(keys.values())


def key(person: people.Person, tx: Tx) -> str:
    """One digest a day a person, ever."""
    return f"digest:{person.id}:{local_day(tx.now, person.timezone).isoformat()}"
