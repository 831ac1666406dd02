"""Correcting the production calendar of a region."""

from datetime import date

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.calendars.models import CalendarDay
from domain.db import WriteTx
from domain.errors import NotFound
from domain.policy import Permission, require


async def set_day(tx: WriteTx, region_id: int, day: date, *, works: bool, note: str = "") -> CalendarDay:
    """A regional coordinator says that a day is off or at work; said again, the last word counts."""
    require(tx.actor, Permission.REGISTER, Place(region_id))
    query = select(CalendarDay).where(CalendarDay.region_id == region_id, CalendarDay.day == day)
    found = await tx.session.scalar(query)
    if found is None:
        found = CalendarDay(region_id=region_id, day=day)
        tx.session.add(found)
    found.works, found.note = works, note.strip()[:200]
    found.set_by, found.set_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    audit.record(tx, "calendar.set", "calendar_day", found.id, found.place, day=day.isoformat(), works=works)
    return found


async def forget_day(tx: WriteTx, day_id: int) -> None:
    """The calendar of the country counts again for this day."""
    found = await tx.session.get(CalendarDay, day_id)
    if found is None:
        raise NotFound
    require(tx.actor, Permission.REGISTER, found.place)
    await tx.session.delete(found)
    audit.record(tx, "calendar.forget", "calendar_day", day_id, found.place, day=found.day.isoformat())
