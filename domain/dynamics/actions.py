"""Keeping tables of large regions, so that their page does not compare hundreds of thousands of results on every look."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from domain import changes, outcomes
from domain.actor import Actor, Grant, Place, Role
from domain.db import Database, Tx
from domain.dynamics import queries, rules
from domain.dynamics.models import KeptDynamics
from domain.dynamics.queries import Asked
from domain.looks import look
from domain.schools import School


async def keep_tables(db: Database, region_ids: Iterable[int]) -> int:
    """Keep the tables of the two newest years of these regions; how many. Where nothing has changed since they were
    counted, they hold for now as well: only the moment is moved on.

    Counting takes a second: it happens while reading, and only what was found is written in one short transaction.
    """
    kept = 0
    for region_id in region_ids:
        # Whoever sees the region, and nothing but the region.
        reader = Actor(None, (Grant(Role.OBSERVER, Place(region_id)),))
        async with db.read(reader) as tx:
            found = await _tables(tx, region_id)
        if found:
            async with db.write(reader) as tx:
                years = KeptDynamics.before != found[0].before, KeptDynamics.after != found[0].after
                others = KeptDynamics.region_id == region_id, years[0] | years[1]
                await tx.session.execute(delete(KeptDynamics).where(*others))
                for table in found:
                    await tx.session.merge(table)
        kept += len(found)
    return kept


async def _tables(tx: Tx, region_id: int) -> list[KeptDynamics]:
    stamps = await changes.stamps(tx)
    with look() as seen:
        years = await outcomes.newest_years(tx)
        if years is None:
            return []
        before, after = years
        of = {"region_id": region_id, "before": before, "after": after, "taken_at": tx.now}
        own = [getattr(KeptDynamics, name) == of[name] for name in ("region_id", "before", "after")]
        known = (await tx.session.scalars(select(KeptDynamics).where(*own))).all()
        as_they_were = all(t.stamps and changes.same(stamps, t.stamps) for t in known)
        if {t.by for t in known} == {*queries.KEPT, queries.SHARES} and as_they_were:
            return [KeptDynamics(**of, by=t.by, stamps=t.stamps, document=t.document) for t in known]
        shares = await outcomes.group_shares(tx, select(School.id).where(School.region_id == region_id))
        documents: dict[str, Any] = {
            queries.SHARES: {"shares": [[*key, share] for key, share in shares.items()]}
        }
        for by in queries.KEPT:
            documents[by] = rules.write_table(await queries.counted(tx, Asked(*years, by)))
    tables = changes.tables_of(seen.statements) - {KeptDynamics.__tablename__}
    from_: dict[str, Any] = {name: stamps[name] for name in tables} if tables <= stamps.keys() else {}
    return [KeptDynamics(**of, by=by, stamps=from_, document=document) for by, document in documents.items()]
