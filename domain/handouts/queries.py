"""The list of reports, and what a person's words narrow them to."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from domain import accounts, listings, outcomes, packs, programme, schools
from domain.accounts import Filters, Report, UnknownFilter, UnknownReport, UnknownValue
from domain.db import Tx
from domain.errors import NotFound
from domain.handouts import rules
from domain.handouts.models import KeptReport, Takeaway
from domain.handouts.rules import State
from domain.meanings import ABOUT, TITLES
from domain.policy import Permission, within

PLACES = ("municipality", "school")
DIGITS = 9  # of any number that a filter can mean


async def size(tx: Tx) -> int:
    """How many schools the actor sees: whether a large report is written at once or in the background."""
    query = select(func.count()).where(within(tx.actor, Permission.SEE, schools.School))
    return await tx.session.scalar(query) or 0


BUILT_IN = (
    Report("board", TITLES["board"], ABOUT["board"], ("municipality", "cohort", "track"), accounts.board),
    Report("missing", TITLES["missing"], ABOUT["missing"], ("municipality", "school", "cohort", "roadmap", "track"), accounts.missing, large=True),
    Report("overdue", TITLES["overdue"], ABOUT["overdue"], ("municipality", "school", "roadmap"), accounts.late, large=True),
    Report("engagement", TITLES["engagement"], ABOUT["engagement"], ("municipality", "school", "cohort", "roadmap"), listings.engagement, large=True),
    Report("dynamics", TITLES["dynamics"], ABOUT["dynamics"], (*PLACES, "cohort", "by", "before", "after"), accounts.dynamics, large=True),
    Report("clusters", TITLES["clusters"], ABOUT["clusters"], (*PLACES, "cohort", "by", "before", "after"), accounts.clusters, large=True),
    Report("municipalities", TITLES["municipalities"], ABOUT["municipalities"], (), accounts.municipalities),
    Report("wave", TITLES["wave"], ABOUT["wave"], ("region", *PLACES, "wave"), accounts.wave),
    Report("curators", TITLES["curators"], ABOUT["curators"], ("weeks",), accounts.curators, coordinators=True),
    Report("pairs", TITLES["pairs"], ABOUT["pairs"], (*PLACES, "cohort", "round"), listings.pairs, large=True),
    Report("results", TITLES["results"], ABOUT["results"], (*PLACES, "cohort", "year"), listings.results, large=True),
    Report("register", TITLES["register"], ABOUT["register"], ("municipality",), listings.register, coordinators=True, large=True),
    Report("indicators", TITLES["indicators"], ABOUT["indicators"], ("municipality", "year"), listings.indicator_lines, coordinators=True),
    Report("agreements", TITLES["agreements"], ABOUT["agreements"], ("municipality",), listings.agreement_lines),
    Report("effectiveness", TITLES["effectiveness"], ABOUT["effectiveness"], ("roadmap",), listings.effectiveness, coordinators=True),
)  # fmt: skip


@cache
def catalogue() -> dict[str, Report]:
    """All reports by name, in the order of the list."""
    return {report.name: report for report in BUILT_IN}


def report(name: str) -> Report:
    """The report of this name. Raises UnknownReport."""
    found = catalogue().get(name)
    if found is None:
        raise UnknownReport(name=name, known=", ".join(catalogue()))
    return found


async def filters_of(tx: Tx, of: Report, given: Mapping[str, str]) -> Filters:
    """Filters by their words: ids or names of places, cohorts, plans. Raises UnknownFilter and UnknownValue."""
    values: dict[str, Any] = {}
    for key, text in given.items():
        name, words = key.strip().lower(), text.strip()
        if not words:
            continue
        if name == "place" and PLACES[0] in of.filters:
            values |= await _place_of(tx, words)
            continue
        if name not in of.filters:
            raise UnknownFilter(name=of.name, filter=key, known=", ".join(of.filters) or "—")
        values |= await _value(tx, name, words)
    return Filters(**values)


async def _place_of(tx: Tx, words: str) -> dict[str, Any]:
    try:
        place = await schools.find_place(tx, words)
    except NotFound:
        raise UnknownValue(filter="place", value=words, known=await _names(tx)) from None
    if place.school_id is not None:
        return {"school_id": place.school_id, "municipality_id": place.municipality_id}
    return {"municipality_id": place.municipality_id, "region_id": place.region_id}


async def _value(tx: Tx, name: str, words: str) -> dict[str, Any]:
    if words.isdecimal() and len(words) > DIGITS:
        raise UnknownValue(filter=name, value=f"{words[:DIGITS]}…", known="1, 2, …")
    if name in PLACES:
        column = f"{name}_id"
        if words.isdecimal():
            return {column: int(words)}
        found = await _place_of(tx, words)
        if found.get(column) is None:
            raise UnknownValue(filter=name, value=words, known=await _names(tx))
        return found
    if name == "by":
        if words not in outcomes.GROUPINGS:
            raise accounts.UnknownGrouping(name=words, known=", ".join(outcomes.GROUPINGS))
        return {"by": words}
    if name == "cohort" and not words.isdecimal():
        cohort = await programme.find_cohort(tx, words)
        if cohort is None:
            known = ", ".join(c.name for c in await programme.cohorts(tx))
            raise UnknownValue(filter=name, value=words, known=known or "—")
        return {"cohort_id": cohort.id}
    if not words.isdecimal():
        raise UnknownValue(filter=name, value=words, known="1, 2, …")
    number = int(words)
    if name == "weeks" and not 1 <= number <= 60:
        raise UnknownValue(filter=name, value=words, known="1–60")
    plain = {"before", "after", "weeks", "year"}
    return {name if name in plain else f"{name}_id": number}


async def _names(tx: Tx) -> str:
    return ", ".join(place.name for place in list(await schools.municipalities(tx))[:30]) or "—"


async def counted(tx: Tx, what: str, given: Mapping[str, str]) -> KeptReport | None:
    """Kept numbers that are fresh and will be counted anew for long enough, so that nobody has to be told that they are
    looked at; None where there are none such, see `want`."""
    key = rules.key_of(rules.scope_of(tx.actor.grants), what, given)
    found = await tx.session.scalar(select(KeptReport).where(KeptReport.key == key))
    if found is None or found.document is None or found.as_of is None:
        return None
    old = tx.has_passed(found.as_of + rules.FRESH) or tx.has_passed(found.asked_at + rules.WANTED / 2)
    return None if old else found


async def takeaways(tx: Tx) -> list[Takeaway]:
    """The actor's own exports, the newest first."""
    query = select(Takeaway).where(Takeaway.person_id == (tx.actor.person_id or 0))
    return list((await tx.session.scalars(query.order_by(Takeaway.id.desc()).limit(50))).all())


async def takeaway(tx: Tx, takeaway_id: int) -> Takeaway:
    """One of the actor's own exports; NotFound for anybody else's."""
    found = await tx.session.get(Takeaway, takeaway_id)
    if found is None or found.person_id != tx.actor.person_id:
        raise NotFound
    return found


async def kept(tx: Tx, of: Report, given: Mapping[str, str]) -> KeptReport | None:
    """The numbers of this page as they were counted last for exactly the actor's places."""
    key = rules.key_of(rules.scope_of(tx.actor.grants), of.name, given)
    return await tx.session.scalar(select(KeptReport).where(KeptReport.key == key))


async def made(tx: Tx, takeaway_id: int, folder: Path) -> tuple[Takeaway, Path]:
    """A finished export and its file. Raises ExportGone where its days, or the role that it was made for, are over."""
    of = await takeaway(tx, takeaway_id)
    path = folder / of.path
    is_there = bool(of.path) and await asyncio.to_thread(path.is_file)
    is_mine = of.scope == rules.scope_of(tx.actor.grants)
    if of.state is not State.READY or not is_there or not is_mine or await outlived(tx, of):
        raise rules.ExportGone
    return of, path


async def outlived(tx: Tx, of: Takeaway) -> bool:
    """Whether the days of a finished file are over, or a pack may hold a file that was wiped since."""
    is_over = of.expires_at is not None and of.expires_at <= tx.now
    return is_over or (of.what == rules.PACK and await packs.wiped_since(tx, of.asked_at))


async def ordered_packs(tx: Tx) -> list[Takeaway]:
    """The actor's packs that are being written or wait to be fetched, the newest first."""
    shown = [of for of in await takeaways(tx) if of.what == rules.PACK and of.state is not State.GONE]
    return [of for of in shown if of.asked_at > tx.now - rules.PACK_LIFE][:10]
