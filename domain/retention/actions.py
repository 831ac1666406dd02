"""Old rows leave the database, some thousands at a time, so that nobody waits for the writer."""

from typing import Any

from sqlalchemy import delete, inspect, select, tuple_

from domain.actor import SYSTEM
from domain.db import Database
from domain.retention import queries
from domain.retention.rules import USUAL, Ages

AT_ONCE = 5000


async def forget_old(db: Database, ages: Ages = USUAL) -> dict[str, int]:
    """Delete what nothing needs any more; how many rows of each kind. May run late or twice."""
    gone: dict[str, int] = {}
    for name in queries.old(db.clock.now(), ages):
        while (count := await _some(db, name, ages)) > 0:
            gone[name] = gone.get(name, 0) + count
            if count < AT_ONCE:
                break
    return gone


async def _some(db: Database, name: str, ages: Ages) -> int:
    async with db.write(SYSTEM) as tx:
        table, which = queries.old(tx.now, ages)[name]
        keys: Any = inspect(table).primary_key
        some = select(*keys).where(which).limit(AT_ONCE)
        found = await tx.session.execute(
            delete(table)
            .where(keys[0].in_(some) if len(keys) == 1 else tuple_(*keys).in_(some))
            .execution_options(synchronize_session=False)
        )
        if name == "dialogues" and found.rowcount:  # type: ignore[attr-defined]
            tx.announce("dialogues")  # what was remembered of them
        return int(found.rowcount)  # type: ignore[attr-defined]
