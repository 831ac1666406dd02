"""Keeping movements of large regions, so that their page does not compare hundreds of thousands of results on every look."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import delete, select, tuple_

from domain import changes, outcomes
from domain.actor import Actor, Grant, Place, Role
from domain.db import Database, Tx
from domain.dynamics import queries, rules
from domain.dynamics.models import KeptDynamics
from domain.dynamics.queries import MOVES, NO_YEARS, SHARES, Asked
from domain.looks import look
from domain.outcomes import TRACK
from domain.schools import School


async def keep_moves(db: Database, region_ids: Iterable[int]) -> int:
    """Keep who moved between each year and the one before it in these regions, who works by which track, and the shares
    of all schools; how many of them. Where nothing has changed since one was counted, it holds for now as well: only
    the moment is moved on.

    Counting takes seconds: it happens while reading, and only what was found is written in one short transaction.
    """
    kept = 0
    for region_id in region_ids:
        # Whoever sees the region, and nothing but the region.
        reader = Actor(None, (Grant(Role.OBSERVER, Place(region_id)),))
        async with db.read(reader) as tx:
            found = await _found(tx, region_id)
        async with db.write(reader) as tx:
            keys = [(one.before, one.after, one.by) for one in found]
            key = tuple_(KeptDynamics.before, KeptDynamics.after, KeptDynamics.by)
            others = KeptDynamics.region_id == region_id, key.not_in(keys)
            await tx.session.execute(delete(KeptDynamics).where(*others))
            for one in found:
                await tx.session.merge(one)
        kept += len(found)
    return kept


async def _found(tx: Tx, region_id: int) -> list[KeptDynamics]:
    years = await outcomes.years(tx)
    if len(years) < 2:
        return []
    stamps = await changes.stamps(tx)
    wanted: list[tuple[int, int, str, Callable[[], Awaitable[dict[str, Any]]]]] = [
        *((*pair, MOVES, partial(_moves, tx, pair)) for pair in zip(years[1:], years, strict=False)),
        (*NO_YEARS, TRACK, partial(_tracks, tx)),
        (*NO_YEARS, SHARES, partial(_shares, tx, region_id)),
    ]
    return [
        await _anew(tx, stamps, {"region_id": region_id, "before": before, "after": after, "by": by}, count)
        for before, after, by, count in wanted
    ]


async def _anew(
    tx: Tx, stamps: Mapping[str, int], key: dict[str, Any], count: Callable[[], Awaitable[dict[str, Any]]]
) -> KeptDynamics:
    """What is known, while none of its tables has changed; else counted."""
    known = await tx.session.get(KeptDynamics, key)
    if known is not None and known.stamps and changes.same(stamps, known.stamps):
        return KeptDynamics(**key, taken_at=tx.now, stamps=known.stamps, document=known.document)
    with look() as seen:
        document = await count()
    tables = changes.tables_of(seen.statements)
    from_: dict[str, Any] = {name: stamps[name] for name in tables} if tables <= stamps.keys() else {}
    return KeptDynamics(**key, taken_at=tx.now, stamps=from_, document=document)


async def _moves(tx: Tx, years: tuple[int, int]) -> dict[str, Any]:
    return rules.write_moves(await queries.moves(tx, Asked(*years)))


async def _tracks(tx: Tx) -> dict[str, Any]:
    return rules.write_groups(await queries.groups_of(tx, Asked(*NO_YEARS, TRACK)))


async def _shares(tx: Tx, region_id: int) -> dict[str, Any]:
    shares = await outcomes.group_shares(tx, select(School.id).where(School.region_id == region_id))
    return {"shares": [[*key, share] for key, share in shares.items()]}
