"""Reports as they were on a date: kept, shown again, compared; the ratings and corrections of the year."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Form, read_form, sent
from admin.page import Visit
from admin.pages.reporting import file_of, offered
from domain import handouts, ratings, schools, seasons, snapshots
from domain.actor import COORDINATORS, Grant, Place, Role
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.seasons import Season
from domain.tables import Book, Kind

closed = APIRouter()
KEEPERS = {*COORDINATORS, Role.OBSERVER}


class SeasonForm(Form):
    """Which task of the month is done, and where."""

    season: Season
    region: Choice = None
    municipality: Choice = None
    school: Choice = None


def _grant(visit: Visit) -> Grant:
    """The one role that the snapshot is made with: whoever sees all of its place may read it later."""
    found = next((grant for grant in visit.actor.grants if grant.role in KEEPERS), None)
    if found is None:
        raise Forbidden
    return found


@closed.get("/snapshots")
async def snapshot_list(visit: Visitor) -> Response:
    """Kept reports, and what this month asks for."""
    async with visit.read() as tx:
        found = await snapshots.snapshots(tx)
        tasks = await seasons.season_tasks(tx)
        names = await schools.place_names(tx, [task.place for task in tasks])
    return visit.page("snapshots/list.html", rows=found, tasks=tasks, names=names, seasons=seasons.SEASONS)


@closed.post("/snapshots")
async def keep(visit: Visitor, request: Request) -> Response:
    """Keep a report as it is now."""
    form = {key: str(value) for key, value in (await sent(request)).items()}
    what = form.pop("what", "")
    of = next((report for report in offered(visit) if report.name == what), None)
    if of is None:
        raise NotFound
    grant = _grant(visit)
    async with visit.write() as tx:
        # Only what this one role shows: another role of the same person may see other places.
        mine = Tx(tx.session, replace(visit.actor, grants=(grant,)), tx.now)
        filters = await handouts.filters_of(mine, of, form)
        book = await of.build(mine, filters, visit.say)
        kept = await snapshots.take(tx, book, handouts.asked(filters), grant.place)
    return visit.go(f"/snapshots/{kept.id}", "kept")


@closed.get("/snapshots/{snapshot_id}")
async def snapshot_page(visit: Visitor, snapshot_id: int, request: Request) -> Response:
    """A report as it was; beside another one of the same kind, what has changed since."""
    against = request.query_params.get("against", "")
    kind = request.query_params.get("format", "")
    async with visit.read() as tx:
        found = await snapshots.snapshot(tx, snapshot_id)
        others = [one for one, _ in await snapshots.snapshots(tx, what=found.what) if one.id != found.id]
        other = await snapshots.snapshot(tx, int(against)) if against.isdecimal() else None
    book = _book(found)
    if kind in ("xlsx", "csv", "json"):
        return file_of(visit, book, kind)
    headers: list[str] = []
    changes: list[snapshots.Change] = []
    if other is not None and other.what == found.what:
        older, newer = sorted((other, found), key=lambda one: one.taken_at)
        headers, changes = snapshots.compare(older.document, newer.document)
    return visit.page(
        "snapshots/page.html",
        found=found,
        book=book,
        others=others,
        other=other,
        headers=headers,
        changes=[change for change in changes if change.differs],
        numbers=(Kind.COUNT, Kind.PERCENT, Kind.POINTS),
        percent=Kind.PERCENT,
    )


def _book(found: snapshots.Snapshot) -> Book:
    return snapshots.book_of(found.what, found.title, found.taken_at, found.document)


@closed.post("/seasons")
async def finish(visit: Visitor, request: Request) -> Response:
    """Note that this month's rating or correction is done; a rating keeps its table."""
    form = read_form(SeasonForm, await sent(request))
    place = Place(form.region, form.municipality, form.school)
    if not any(grant.place == place for grant in visit.actor.grants):
        raise NotFound
    async with visit.write() as tx:
        if place.school_id is not None:
            await seasons.nothing_to_change(tx, place)
        elif form.season is Season.RATING:
            await ratings.publish(tx, place, visit.say)
        else:
            await seasons.finish(tx, place, form.season)
    return visit.go("/snapshots", "saved")
