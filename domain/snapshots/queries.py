"""Kept reports of the actor's places, and what the month asks of coordinators."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from domain import people
from domain.actor import COORDINATORS, Place
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.snapshots import rules
from domain.snapshots.models import SeasonMark, Snapshot
from domain.snapshots.rules import Season


class SeasonTask(NamedTuple):
    """What this month asks of a place, and whether it has been done."""

    season: Season
    month: date
    place: Place
    done: SeasonMark | None


async def snapshot(tx: Tx, snapshot_id: int) -> Snapshot:
    """One kept report; NotFound where the actor does not see the whole of its place."""
    query = select(Snapshot).where(Snapshot.id == snapshot_id, within(tx.actor, Permission.SEE, Snapshot))
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def snapshots(tx: Tx, *, what: str = "", limit: int = 100) -> list[tuple[Snapshot, str]]:
    """Kept reports with the names of those who kept them, the newest first."""
    query = select(Snapshot).where(within(tx.actor, Permission.SEE, Snapshot))
    if what:
        query = query.where(Snapshot.what == what)
    found = (await tx.session.scalars(query.order_by(Snapshot.id.desc()).limit(limit))).all()
    names = await people.person_names(tx, [one.taken_by for one in found])
    return [(one, names.get(one.taken_by or 0, "")) for one in found]


async def season_tasks(tx: Tx) -> Sequence[SeasonTask]:
    """Tasks of this month in the places that the actor coordinates; none in other months."""
    period = rules.period_of(tx.day(tx.actor.timezone))
    if period is None:
        return []
    season, month = period
    places = tx.actor.places(*COORDINATORS)
    query = select(SeasonMark).where(SeasonMark.season == season, SeasonMark.month == month)
    marks = {(m.region_id, m.municipality_id): m for m in (await tx.session.scalars(query)).all()}
    return [
        SeasonTask(season, month, place, marks.get((place.region_id or 0, place.municipality_id)))
        for place in places
    ]
