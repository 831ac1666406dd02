"""History: who did what, where and when."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator

from admin.auth import Visitor
from admin.forms import Choice, Filters
from admin.page import Visit
from admin.tables import Format, export
from admin.words import DEEDS, ROLES
from domain import audit, people, schools
from domain.actor import Place, Role
from domain.db import Tx
from domain.errors import N_, Forbidden
from domain.policy import Permission
from domain.tables import Table

closed = APIRouter()
PAGE, EXPORT = 50, 5000
_NAMES = re.compile(r"%\((\w+)\)s")
# First part of the names of actions → what one filters by.
KINDS = {
    "submission": N_("Reports"),
    "review": N_("Decisions"),
    "roadmap": N_("Roadmaps"),
    "measure": N_("Measures and deadlines"),
    "broadcast": N_("Broadcasts"),
    "event": N_("Events"),
    "poll": N_("Polls"),
    "invitation": N_("Invitations"),
    "role": N_("Roles"),
    "person": N_("People"),
    "school": N_("Schools"),
}


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        return None


Day = Annotated[date | None, BeforeValidator(_day)]


class AuditFilters(Filters):
    """Filters of the history."""

    person: Choice = None
    kind: str = ""
    since: Day = None
    until: Day = None
    before: Choice = None
    format: Format = ""


class Deed(NamedTuple):
    """A line of the history in words."""

    at: datetime
    who: str
    what: str
    place: str
    comment: str
    link: str


async def deeds(tx: Tx, visit: Visit, found: Sequence[audit.AuditEntry]) -> list[Deed]:
    """Entries as sentences: three queries for places and two for people, however many entries."""
    places = {Place(e.region_id, e.municipality_id, e.school_id) for e in found}
    names = await schools.place_names(tx, places)
    about = [e.subject_id for e in found if e.subject_kind == "person"]
    persons = await people.person_names(tx, [*(e.person_id for e in found), *about])
    return [_deed(visit, entry, names, persons) for entry in found]


def _deed(
    visit: Visit,
    entry: audit.AuditEntry,
    names: dict[Place, schools.PlaceName],
    persons: dict[int, str],
) -> Deed:
    say = visit.say
    details = {key: _plain(value) for key, value in entry.details.items()}
    if details.get("role") in set(Role):
        details["role"] = say(ROLES[Role(details["role"])])
    message = DEEDS.get(entry.action, entry.action)
    # An old entry may lack what the sentence names.
    what = say(message, **{name: details.get(name, "…") for name in _NAMES.findall(message)})
    subject = persons.get(entry.subject_id or 0, "") if entry.subject_kind == "person" else ""
    if subject and entry.subject_id != entry.person_id:
        what = f"{what} — {subject}"
    place = Place(entry.region_id, entry.municipality_id, entry.school_id)
    who = persons.get(entry.person_id or 0) or say("the system")
    comment = str(details.get("comment", ""))
    return Deed(entry.at, who, what, names[place].name, comment, _link(entry))


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _link(entry: audit.AuditEntry) -> str:
    pages = {
        "assignment": "/work/",
        "person": "/people/",
        "roadmap": "/roadmaps/",
        "broadcast": "/broadcasts/",
        "event": "/events/",
        "poll": "/polls/",
    }
    base = pages.get(entry.subject_kind)
    gone = entry.action in ("roadmap.discard", "person.erase")
    return f"{base}{entry.subject_id}" if base and entry.subject_id and not gone else ""


def _midnight(visit: Visit, day: date | None, *, after: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=after), time(), ZoneInfo(visit.actor.timezone))


@closed.get("/audit")
async def history(visit: Visitor, filters: Annotated[AuditFilters, Query()]) -> Response:
    """What was done in one's places, newest first."""
    if not visit.may(Permission.AUDIT):
        raise Forbidden
    kind = filters.kind if filters.kind in KINDS else ""
    wanted = [action for action in DEEDS if action.startswith(f"{kind}.")] if kind else []
    limit = EXPORT if filters.format else PAGE + 1
    async with visit.read() as tx:
        found = await audit.entries(
            tx,
            person_id=filters.person,
            actions=wanted,
            before_id=filters.before,
            limit=limit,
            since=_midnight(visit, filters.since),
            until=_midnight(visit, filters.until, after=1),
        )
        rows = await deeds(tx, visit, found[:PAGE] if not filters.format else found)
        persons = {row.person.id: row.person.name for row in await people.person_list(tx)}
    if filters.format:
        return export(_table(visit, rows), filters.format, "history")
    return visit.page(
        "audit/list.html",
        rows=rows,
        filters=filters,
        persons=persons,
        kinds=KINDS,
        older=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def _table(visit: Visit, rows: list[Deed]) -> Table:
    say = visit.say
    return Table(
        say("History"),
        [say("When"), say("Who"), say("What"), say("Where"), say("Comment")],
        [[_local(visit, r.at), r.who, r.what, r.place, r.comment] for r in rows],
    )


def _local(visit: Visit, at: datetime) -> str:
    return at.astimezone(ZoneInfo(visit.actor.timezone)).strftime("%Y-%m-%d %H:%M")
