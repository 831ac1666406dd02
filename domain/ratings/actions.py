"""Publishing a rating."""

from dataclasses import replace

from domain import handouts, seasons, snapshots
from domain.actor import COORDINATORS, Place
from domain.db import WriteTx
from domain.errors import NotFound
from domain.seasons import Season
from domain.snapshots import Snapshot
from domain.texts import Texts

RATING = "engagement"  # the report that a rating keeps


async def publish(tx: WriteTx, place: Place, say: Texts) -> Snapshot:
    """Keep the rating of a place as it is now and note the task of this month as done.

    Twice is once: the first table stays. Made with the one role that the actor holds there, so that whoever sees the
    place may read it later. NotFound for places that the actor does not coordinate, and in months without a rating.
    """
    grant = next(
        (
            g
            for g in tx.actor.grants
            if g.role in COORDINATORS and g.place == place and place.school_id is None
        ),
        None,
    )
    if grant is None:
        raise NotFound
    known = await seasons.mark(tx, place, Season.RATING)
    if known is not None and known.snapshot_id is not None:
        return await snapshots.snapshot(tx, known.snapshot_id)
    mine = replace(tx, actor=replace(tx.actor, grants=(grant,)))
    of = handouts.report(RATING)
    book = await of.build(mine, await handouts.filters_of(mine, of, {}), say)
    kept = await snapshots.take(tx, book, {}, place)
    await seasons.finish(tx, place, Season.RATING, kept.id)
    return kept
