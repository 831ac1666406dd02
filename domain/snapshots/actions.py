"""Keeping a report as it is now, and noting that a task of the cycle is done."""

from typing import Any

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.dates import local_day
from domain.db import WriteTx
from domain.errors import NotFound
from domain.policy import Permission, require
from domain.snapshots import rules
from domain.snapshots.models import SeasonMark, Snapshot
from domain.snapshots.rules import Season
from domain.tables import Book, drawn, plain_rows


async def take(tx: WriteTx, book: Book, filters: dict[str, Any], place: Place) -> Snapshot:
    """Keep what a report shows now. `place` is all that it was made of: whoever sees all of it may read it later.

    Raises TooLarge.
    """
    require(tx.actor, Permission.SEE, place)
    ready = await drawn(book)
    found = Snapshot(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        what=book.name,
        filters=filters,
        title=book.title[:300],
        document=rules.document_of(ready, list(plain_rows(ready.main))),
        taken_by=tx.actor.person_id,
        taken_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "snapshot.take", "snapshot", found.id, place, title=found.title)
    return found


async def finish(tx: WriteTx, place: Place, season: Season, snapshot_id: int | None = None) -> SeasonMark:
    """Note that the rating or the correction of this month is done in a place; twice is once. NotFound in other months."""
    require(tx.actor, Permission.PLAN, place)
    period = rules.period_of(local_day(tx.now, tx.actor.timezone))
    if period is None or period[0] is not season or place.region_id is None or place.school_id is not None:
        raise NotFound
    query = select(SeasonMark).where(
        SeasonMark.region_id == place.region_id,
        SeasonMark.season == season,
        SeasonMark.month == period[1],
        SeasonMark.municipality_id.is_(None)
        if place.municipality_id is None
        else SeasonMark.municipality_id == place.municipality_id,
    )
    found = await tx.session.scalar(query)
    if found is not None:
        return found
    found = SeasonMark(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        season=season,
        month=period[1],
        snapshot_id=snapshot_id,
        done_by=tx.actor.person_id,
        done_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    month = period[1].isoformat()
    audit.record(tx, "season.finish", "season", found.id, place, season=season.value, month=month)
    return found
