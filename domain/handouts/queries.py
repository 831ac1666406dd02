"""The list of reports, those of lists among them, and what a person's words narrow them to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from domain import accounts, chase, effects, indicators, outcomes, packs, programme, reports, schools
from domain.accounts import Filters, Report, UnknownFilter, UnknownReport, UnknownValue
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.handouts import rules
from domain.handouts.models import KeptReport, Takeaway
from domain.handouts.rules import State
from domain.meanings import ABOUT, TITLES, named
from domain.policy import Permission, within
from domain.tables import Book, Column, Kind
from domain.texts import Texts

PLACES = ("municipality", "school")
# What a filter may be called, in both languages of the command line.
ALIASES = {"place": "place", "from": "before", "to": "after"}


async def engagement(tx: Tx, filters: Filters, say: Texts) -> Book:
    """How far every school takes part: its measures by state, and those from which nothing has come for long."""
    counts: dict[int, list[int]] = {}
    for row in await reports.school_progress(tx, school_id=filters.school_id):
        if filters.roadmap_id in (None, row.roadmap_id):
            kept = counts.setdefault(row.school_id, [0, 0, 0, 0])
            for at, count in enumerate((row.total, row.done, row.in_review, row.overdue)):
                kept[at] += count
    silent = {found.school_id: found.last_at for found in await chase.uninvolved(tx)}
    found = await schools.school_list(
        tx, municipality_id=filters.municipality_id, cohort_id=filters.cohort_id
    )
    columns = [
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
        Column("total", say("Measures"), Kind.COUNT),
        Column("done", say("Confirmed"), Kind.COUNT),
        Column("percent", say("Confirmed, per cent"), Kind.PERCENT),
        Column("in_review", say("In review"), Kind.COUNT),
        Column("overdue", say("Overdue"), Kind.COUNT),
        Column("silent", say("Nothing has come for long")),
        Column("last_at", say("Last active"), Kind.DATE),
    ]
    lines: list[list[Any]] = []
    for school, municipality in found:
        if school.id in counts and filters.school_id in (None, school.id):
            total, done, waiting, late = counts[school.id]
            quiet = say("yes") if school.id in silent else say("no")
            line = [municipality, school.name, total, done, outcomes.percent(done, total), waiting, late]
            seen = silent.get(school.id)
            lines.append([*line, quiet, local_day(seen, tx.actor.timezone) if seen else None])
    return accounts.titled(tx, "engagement", say, [(columns, lines)], "confirmed", "percent")


async def results(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Every result behind the dynamics, with its source; read as it is written."""
    known = await outcomes.known_procedures(tx)
    columns = [
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
        Column("procedure", say("Procedure")),
        Column("year", say("Year"), Kind.COUNT),
        Column("participants", say("Participants"), Kind.COUNT),
        Column("below", say("Below the threshold"), Kind.COUNT),
        Column("percent", say("Below the threshold, per cent"), Kind.PERCENT),
        Column("source", say("Source")),
    ]
    query = outcomes.result_lines(tx, accounts.narrowed(filters), filters.year)

    async def lines() -> AsyncIterator[list[Any]]:
        async for row in await tx.session.stream(query):
            above, name, key, year, participants, below, source = row
            share = outcomes.percent(below, participants)
            yield [
                above,
                name,
                known[key].title if key in known else key,
                year,
                participants,
                below,
                share,
                source,
            ]

    return accounts.titled(tx, "results", say, [(columns, lines())], "percent")


async def register(tx: Tx, filters: Filters, say: Texts) -> Book:
    """The register of schools; read as it is written."""
    columns = [
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
        Column("full_name", say("Full name")),
        Column("login", say("Federal login")),
        Column("status", say("Status")),
        Column("settlement", say("Town or village")),
        Column("social_index", say("Index of social wellbeing"), Kind.POINTS),
    ]
    query = (
        select(
            schools.Municipality.name,
            schools.School.name,
            schools.School.full_name,
            schools.School.federal_login,
            schools.School.status,
            schools.School.settlement,
            schools.School.social_index,
        )
        .join(schools.Municipality, schools.Municipality.id == schools.School.municipality_id)
        .where(within(tx.actor, Permission.SEE, schools.School))
        .order_by(schools.Municipality.name, schools.School.name)
    )
    if filters.municipality_id is not None:
        query = query.where(schools.School.municipality_id == filters.municipality_id)

    async def lines() -> AsyncIterator[list[Any]]:
        async for row in await tx.session.stream(query):
            above, name, full, login, status, settlement, index = row
            words = [named(say, kind.value) if kind else None for kind in (status, settlement)]
            yield [above, name, full, login, *words, index]

    return accounts.titled(tx, "register", say, [(columns, lines())])


async def size(tx: Tx) -> int:
    """How many schools the actor sees: whether a large report is written at once or in the background."""
    query = select(func.count()).where(within(tx.actor, Permission.SEE, schools.School))
    return await tx.session.scalar(query) or 0


async def indicator_lines(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Indicators with their values at dates, targets and states; the retired ones on a sheet of their own."""
    table = await indicators.table(tx, municipality_id=filters.municipality_id)
    dates = [day for day in table.dates if filters.year is None or day.year == filters.year]
    columns = [
        Column("track", say("Track")),
        Column("title", say("Indicator")),
        *(Column(day.isoformat(), say("on %(day)s", day=f"{day:%d.%m.%Y}"), Kind.POINTS) for day in dates),
        Column("unit", say("Unit")),
        Column("target", say("Target"), Kind.POINTS),
        Column("state", say("State")),
        Column("source", say("Source")),
    ]

    def line(row: indicators.Row) -> list[Any]:
        by_day = {value.on: value for value in row.values}
        shown = [_shown(by_day.get(day)) for day in dates]
        one = row.indicator
        documents = "; ".join(dict.fromkeys(v.document for v in row.values if v.document))
        words = say(indicators.STATES[row.state])
        unit = "%" if one.unit is indicators.Unit.SHARE else say("units")
        source = documents or say(indicators.SOURCES[one.source])
        return [one.track, one.title, *shown, unit, accounts.plain(row.target), words, source]

    gone = [
        Column("title", say("Indicator")),
        Column("reason", say("Reason")),
        Column("on", say("Retired"), Kind.DATE),
    ]
    retired = [
        [r.indicator.title, r.indicator.retired_reason, local_day(r.indicator.retired_at, tx.actor.timezone)]
        for r in table.retired
        if r.indicator.retired_at is not None
    ]
    document = {
        "dates": table.dates,
        "rows": [_indicator_json(row) for row in table.rows],
        "retired": [
            {**_indicator_json(row), "reason": row.indicator.retired_reason} for row in table.retired
        ],
    }
    sheets: list[tuple[list[Column], Any]] = [(columns, [line(row) for row in table.rows]), (gone, retired)]
    return accounts.titled(tx, "indicators", say, sheets, "target", "percent", document=document)


def _shown(value: indicators.Value | None) -> int | None:
    if value is None:
        return None
    return value.numerator if value.denominator is None else value.percent


def _indicator_json(row: indicators.Row) -> dict[str, Any]:
    return {
        "indicator": row.indicator.title,
        "track": row.indicator.track,
        "unit": row.indicator.unit.value,
        "source": row.indicator.source.value,
        "target": accounts.plain(row.target),
        "state": row.state.value,
        "missing": accounts.plain(row.missing),
        "values": [
            {
                "on": v.on,
                "numerator": v.numerator,
                "denominator": v.denominator,
                "percent": v.percent,
                "document": v.document,
            }
            for v in row.values
        ],
    }


async def agreement_lines(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Agreements with schools and offices, the newest first."""
    columns = [
        Column("municipality", say("Municipality")), Column("place", say("School or office")),
        Column("kind", say("What was agreed")), Column("partner", say("With whom")),
        Column("document", say("Document")),
        Column("signed_on", say("Signed on"), Kind.DATE), Column("until", say("Until"), Kind.DATE),
    ]  # fmt: skip
    lines = []
    for row in await indicators.agreements(tx, municipality_id=filters.municipality_id):
        one, kind = row.agreement, say(indicators.AGREEMENTS[row.agreement.kind])
        where = [row.above or row.place, row.place]
        lines.append([*where, kind, one.partner, one.document, one.signed_on, one.until])
    return accounts.titled(tx, "agreements", say, [(columns, lines)])


async def effectiveness(tx: Tx, filters: Filters, say: Texts) -> Book:
    """The analysis of a plan's measures; without a choice, of the newest in use."""
    roadmap_id = filters.roadmap_id or await reports.default_roadmap(tx)
    columns = [
        Column("measure", say("Measure")), Column("required", say("Schools"), Kind.COUNT),
        Column("done", say("Have done it"), Kind.COUNT),
        Column("percent", say("Have done it, per cent"), Kind.PERCENT),
        Column("effect", say("Effect")), Column("problem", say("Problem")),
        Column("proposal", say("Proposal")), Column("verdict", say("Verdict")),
        Column("covered", say("Positive results of those that have done it, per cent"), Kind.PERCENT),
        Column("others", say("of the others, per cent"), Kind.PERCENT),
        Column("covered_clusters", say("Positive clusters of those that have done it, per cent"), Kind.PERCENT),
        Column("other_clusters", say("Positive clusters of the others, per cent"), Kind.PERCENT),
    ]  # fmt: skip
    if roadmap_id is None:
        return accounts.titled(tx, "effectiveness", say, [(columns, [])], "effective")
    found = await effects.analysis(tx, roadmap_id)
    lines = []
    for row in found.rows:
        said = row.said
        words = [said.effect, said.problem, said.proposal] if said else [None, None, None]
        verdict = say(effects.VERDICTS[said.verdict]) if said and said.verdict else None
        moved = [m.percent for m in (row.covered, row.others, row.covered_clusters, row.other_clusters)]
        name = " ".join(f"{row.measure.number or ''} {row.measure.title}".split())
        lines.append([name, row.required, row.done, row.done_percent, *words, verdict, *moved])
    facts = [(say("Roadmap"), found.roadmap.title)]
    if (years := found.result_years or found.cluster_years) is not None:
        facts.append((say("Years"), f"{years[0]}, {years[1]}"))
    return accounts.titled(tx, "effectiveness", say, [(columns, lines)], "effective", "percent", facts=facts)


BUILT_IN = (
    Report("board", TITLES["board"], ABOUT["board"], ("municipality", "cohort", "track"), accounts.board),
    Report("missing", TITLES["missing"], ABOUT["missing"], ("municipality", "school", "cohort", "roadmap", "track"), accounts.missing, large=True),
    Report("overdue", TITLES["overdue"], ABOUT["overdue"], ("municipality", "school", "roadmap"), accounts.late, large=True),
    Report("engagement", TITLES["engagement"], ABOUT["engagement"], ("municipality", "school", "cohort", "roadmap"), engagement, large=True),
    Report("dynamics", TITLES["dynamics"], ABOUT["dynamics"], (*PLACES, "cohort", "by", "before", "after"), accounts.dynamics),
    Report("clusters", TITLES["clusters"], ABOUT["clusters"], (*PLACES, "cohort", "by", "before", "after"), accounts.clusters),
    Report("municipalities", TITLES["municipalities"], ABOUT["municipalities"], (), accounts.municipalities),
    Report("wave", TITLES["wave"], ABOUT["wave"], ("region", *PLACES, "wave"), accounts.wave),
    Report("curators", TITLES["curators"], ABOUT["curators"], ("weeks",), accounts.curators, coordinators=True),
    Report("results", TITLES["results"], ABOUT["results"], (*PLACES, "cohort", "year"), results, large=True),
    Report("register", TITLES["register"], ABOUT["register"], ("municipality",), register, coordinators=True, large=True),
    Report("indicators", TITLES["indicators"], ABOUT["indicators"], ("municipality", "year"), indicator_lines, coordinators=True),
    Report("agreements", TITLES["agreements"], ABOUT["agreements"], ("municipality",), agreement_lines),
    Report("effectiveness", TITLES["effectiveness"], ABOUT["effectiveness"], ("roadmap",), effectiveness, coordinators=True),
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
