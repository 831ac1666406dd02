"""Noting that a task of the cycle is done."""

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.dates import local_day
from domain.db import WriteTx
from domain.errors import NotFound
from domain.policy import Permission, require
from domain.seasons import queries, rules
from domain.seasons.models import SeasonAnswer, SeasonMark
from domain.seasons.rules import Season


async def finish(tx: WriteTx, place: Place, season: Season, snapshot_id: int | None = None) -> SeasonMark:
    """Note that the rating or the correction of this month is done in a place; twice is once. NotFound in other months."""
    require(tx.actor, Permission.PLAN, place)
    found = await queries.mark(tx, place, season)
    if found is not None:
        return found
    month = tx.day(tx.actor.timezone).replace(day=1)
    found = SeasonMark(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        season=season,
        month=month,
        snapshot_id=snapshot_id,
        done_by=tx.actor.person_id,
        done_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "season.finish", "season", found.id, place, season=season.value, month=month.isoformat())
    return found


async def nothing_to_change(tx: WriteTx, place: Place) -> None:
    """A school says that its plan needs no correction this month; twice is once. NotFound in other months."""
    require(tx.actor, Permission.ADAPT, place)
    period = rules.period_of(local_day(tx.now, tx.actor.timezone))
    if period is None or period[0] is not Season.CORRECTION or place.school_id is None:
        raise NotFound
    query = select(SeasonAnswer.id).where(
        SeasonAnswer.school_id == place.school_id, SeasonAnswer.month == period[1]
    )
    if await tx.session.scalar(query) is not None:
        return
    found = SeasonAnswer(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        month=period[1],
        done_by=tx.actor.person_id,
        done_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "season.unchanged", "season_answer", found.id, place, month=period[1].isoformat())
