"""Queueing the weekly summaries, and reminding of joint actions, events, last days. May run late, twice or never: the key decides."""

from domain import broadcasts, chase, events, groups, mornings, outbox, polls, reminders
from domain.actor import SYSTEM
from domain.dates import local_day
from domain.db import Database
from domain.weekly import queries


async def plan(db: Database, *, default_hour: int = 9) -> int:
    """Queue this week's summary for every coordinator on the first working day of the week; returns how many."""
    async with db.read(SYSTEM) as tx:
        due = await queries.waiting_for_summary(tx, default_hour)
    async with db.write(SYSTEM) as wtx:
        await outbox.put_many(
            wtx,
            "weekly_summary",
            [
                {
                    "person_id": person.id,
                    "subject": f"weekly:{person.id}",
                    "dedupe_key": queries.key(person.id, local_day(wtx.now, person.timezone)),
                    "expires_at": mornings.day_ends_at(wtx.now, person.timezone),
                }
                for person in due
            ],
        )
        await chase.plan_steps(wtx)
        await reminders.plan_endings(wtx, default_hour=default_hour)
        await events.plan(wtx)
        await polls.plan(wtx)
        await groups.plan(wtx)
        await broadcasts.forget_unsent(wtx)
    return len(due)
