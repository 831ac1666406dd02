"""Queueing the digests of today. May run late, twice or never: the key decides."""

from domain import outbox
from domain.actor import SYSTEM
from domain.db import Database
from domain.reminders import queries, rules


async def plan(db: Database, *, default_hour: int = 9) -> int:
    """Queue today's digest for everyone who has something to act on; returns how many.

    Opens its own transactions, a long reading one and a short writing one, so that planning for a region
    does not keep writers waiting.
    """
    due = []
    async with db.read(SYSTEM) as tx:
        for person in await queries.waiting_for_digest(tx, default_hour):
            if await queries.digest(tx, person.id):
                due.append((person.id, queries.key(person, tx), rules.day_ends_at(tx.now, person.timezone)))
    if due:
        async with db.write(SYSTEM) as wtx:
            for person_id, key, expires_at in due:
                await outbox.put(
                    wtx,
                    "digest",
                    person_id=person_id,
                    subject=f"digest:{person_id}",
                    dedupe_key=key,
                    expires_at=expires_at,
                )
    return len(due)
