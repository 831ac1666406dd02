"""Keeping numbers of large regions, so that their pages do not count tens of thousands of schools on every look."""

from typing import Any

from domain import dynamics
from domain.actor import SYSTEM
from domain.db import Database
from domain.overview import queries, rules
from domain.overview.models import KeptBoard

LARGE = 2_000  # schools of a region; below that counting anew takes no time to speak of


async def keep_boards(db: Database, *, least: int = LARGE) -> int:
    """Count the boards of large regions anew and keep them; how many.

    Counting takes seconds: it happens while reading, and only what was found is written in one short transaction.
    """
    found: dict[int, dict[str, Any]] = {}
    async with db.read(SYSTEM) as tx:
        for region_id in await queries.large_regions(tx, least):
            wave = await queries.current_wave_of(tx, region_id)
            if wave is not None:
                found[wave.id] = rules.write_raws(*await queries.raw_lines(tx, wave))
        taken_at = tx.now
    if found:
        async with db.write(SYSTEM) as tx:
            for wave_id, document in found.items():
                await tx.session.merge(KeptBoard(wave_id=wave_id, taken_at=taken_at, document=document))
    return len(found)


async def keep_dynamics(db: Database, *, least: int = LARGE) -> int:
    """Keep the movements of results of large regions; how many tables of them."""
    async with db.read(SYSTEM) as tx:
        regions = await queries.large_regions(tx, least)
    return await dynamics.keep_moves(db, regions)
