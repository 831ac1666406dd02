"""Reading the corrections."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from domain.actor import Place
from domain.calendars.models import CalendarDay
from domain.dates import OwnDays, has_order
from domain.db import Tx, once
from domain.policy import Permission, require

CALENDAR_IS_DUE = 11  # the government's order comes in early autumn; from this month on its absence is told


async def calendar_days(tx: Tx, region_id: int) -> Sequence[CalendarDay]:
    """The corrections of a region, for the panel."""
    require(tx.actor, Permission.REGISTER, Place(region_id))
    query = select(CalendarDay).where(CalendarDay.region_id == region_id).order_by(CalendarDay.day)
    return (await tx.session.scalars(query)).all()


@once
async def own_days(tx: Tx, region_id: int | None) -> OwnDays:
    """The same as a mapping for `dates.is_working`; days are no secret."""
    return (await all_own_days(tx)).get(region_id or 0, {})


async def missing_year(tx: Tx, region_id: int) -> int | None:
    """Next year, where it is near and neither an order of the government nor the region has said its days off."""
    year = tx.now.year + 1
    if tx.now.month < CALENDAR_IS_DUE or has_order(year):
        return None
    query = select(CalendarDay.id).where(
        CalendarDay.region_id == region_id,
        CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return year if await tx.session.scalar(query.limit(1)) is None else None


@once
async def all_own_days(tx: Tx) -> Mapping[int, OwnDays]:
    """All regions' corrections by region, for planning."""
    query = select(CalendarDay.region_id, CalendarDay.day, CalendarDay.works)
    found: dict[int, dict[date, bool]] = {}
    for region_id, day, works in await tx.session.execute(query):
        found.setdefault(region_id, {})[day] = works
    return found
