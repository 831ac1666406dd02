"""Silences, schools that do not take part, what goes out tomorrow, and the days on which people work."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, sent
from admin.page import Visit
from domain import calendars, chase, people, reminders, schools
from domain.actor import SYSTEM
from domain.dates import local_day, transfers_of, working_day_after
from domain.db import Tx
from domain.errors import Forbidden
from domain.policy import Permission, holders

closed = APIRouter()


class StepForm(Form):
    """A joint action with a school."""

    school: int
    what: str
    until: date


class CloseForm(Form):
    """What came of it."""

    outcome: str = ""


class DayForm(Form):
    """A day that differs from the country's calendar."""

    day: date
    works: bool
    note: str = ""


class TomorrowQuery(Filters):
    """One person, or everybody."""

    person: Choice = None


class Receiver(NamedTuple):
    """Somebody who gets a digest, and what will stand in it."""

    id: int
    name: str
    digest: reminders.Digest


@closed.get("/silence")
async def silence(visit: Visitor) -> Response:
    """Who has been silent for long, and what was agreed."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        silences = await chase.silences(tx, all_of_them=True)
        uninvolved = await chase.uninvolved(tx)
        steps = await chase.joint_steps(tx, open_only=True)
        names = await people.person_names(tx, [step.owner_id for step in steps])
        named = await schools.place_names(tx, {step.place for step in steps})
        today = local_day(tx.now, visit.actor.timezone)
    return visit.page(
        "chasing/silence.html",
        silences=silences,
        uninvolved=uninvolved,
        steps=steps,
        names=names,
        places={place: found.name for place, found in named.items()},
        today=today,
        days=chase.UNINVOLVED_DAYS,
    )


@closed.post("/silence/steps")
async def add_step(visit: Visitor, request: Request) -> Response:
    """Agree a joint action."""
    form = read_form(StepForm, await sent(request))
    async with visit.write() as tx:
        await chase.add_step(tx, form.school, what=form.what, until=form.until)
    return visit.go("/silence", "resolved")


@closed.post("/silence/steps/{step_id}/close")
async def close_step(visit: Visitor, request: Request, step_id: int) -> Response:
    """It is done."""
    form = read_form(CloseForm, await sent(request))
    async with visit.write() as tx:
        await chase.close_step(tx, step_id, form.outcome)
    return visit.go("/silence", "resolved")


@closed.get("/tomorrow")
async def tomorrow(visit: Visitor, query: Annotated[TomorrowQuery, Query()]) -> Response:
    """What goes out on the next working morning, as things stand now: for one's places or one person."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        zone = visit.actor.timezone
        own = await calendars.own_days(tx, visit.actor.grants[0].place.region_id)
        day = working_day_after(local_day(tx.now, zone) + timedelta(days=1), own)
        # Late in the morning of that day, so that everybody's hour but the afternoon's has come.
        moment = datetime.combine(day, time(reminders.LAST_HOUR - 1), ZoneInfo(zone))
        found = await _receivers(tx, moment, query.person, visit)
    return visit.page("chasing/tomorrow.html", day=day, rows=found, one=query.person is not None)


async def _receivers(tx: Tx, moment: datetime, person_id: int | None, visit: Visit) -> list[Receiver]:
    visible = {row.person.id: row.person.name for row in await people.person_list(tx)}
    then = replace(tx, actor=SYSTEM, now=moment)
    planned = await reminders.morning(then, visit.panel.settings.digest_hour)
    found = []
    for candidate in planned.looked:
        if candidate.person_id not in visible or candidate.person_id not in planned.receivers:
            continue
        if person_id is None or candidate.person_id == person_id:
            said = await reminders.digest(then, candidate.person_id, since=candidate.looked_at)
            found.append(Receiver(candidate.person_id, candidate.name, said))
    return sorted(found, key=lambda r: r.name)


@closed.get("/calendar")
async def calendar(visit: Visitor) -> Response:
    """The region's own days."""
    region = _region(visit)
    async with visit.read() as tx:
        days = await calendars.calendar_days(tx, region)
        missing = await calendars.missing_year(tx, region)
        year = local_day(tx.now, visit.actor.timezone).year
    country = [(y, moved) for y in (year, year + 1) if (moved := transfers_of(y))]
    return visit.page("chasing/calendar.html", days=days, missing_year=missing, country=country)


@closed.post("/calendar")
async def set_day(visit: Visitor, request: Request) -> Response:
    """A day off more, or a Saturday at work."""
    region = _region(visit)
    form = read_form(DayForm, await sent(request))
    async with visit.write() as tx:
        await calendars.set_day(tx, region, form.day, works=form.works, note=form.note)
    return visit.go("/calendar", "resolved")


@closed.post("/calendar/{day_id}/forget")
async def forget_day(visit: Visitor, day_id: int) -> Response:
    """The country's calendar counts again."""
    _region(visit)
    async with visit.write() as tx:
        await calendars.forget_day(tx, day_id)
    return visit.go("/calendar", "resolved")


def _region(visit: Visit) -> int:
    places = visit.actor.places(*holders(Permission.REGISTER))
    if not places or places[0].region_id is None:
        raise Forbidden
    return places[0].region_id
