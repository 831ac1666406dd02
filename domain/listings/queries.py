"""Reports that are lists: schools, results, pairs, indicators and agreements with a line for each, as books."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select

from domain import (
    accounts,
    chase,
    effects,
    indicators,
    outcomes,
    peer_review,
    peer_watch,
    progress,
    reports,
    schools,
)
from domain.accounts import Filters
from domain.dates import local_day
from domain.db import Tx
from domain.listings import rules
from domain.meanings import named
from domain.policy import Permission, within
from domain.tables import Book, Column, Kind
from domain.texts import Texts


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


async def pairs(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Schools and their partners in the chosen round, else in those that run, else in the newest: a line for each."""
    lines: list[rules.PairLine] = []
    rounds = await _rounds(tx, filters)
    enrolled = select(schools.Enrollment.school_id).where(schools.Enrollment.cohort_id == filters.cohort_id)
    of_cohort = set(await tx.session.scalars(enrolled)) if filters.cohort_id is not None else None
    for its in rounds:
        found = await peer_review.view(tx, its.id)
        told = await peer_watch.answers(tx, its.id)
        lines += [
            line
            for line in rules.pair_lines(say, found, told, tx.actor.timezone)
            if filters.municipality_id in (None, line.municipality_id)
            and (filters.school_id is None or filters.school_id in line.of_pair)
            and (of_cohort is None or line.school_id in of_cohort)
        ]
    columns, counted = rules.pair_columns(say), rules.by_municipality(lines)
    document = {
        "rounds": [{"round": its.id, "title": its.title} for its in rounds],
        "rows": [line.document() for line in lines],
        "municipalities": [row._asdict() for row in counted],
    }
    return accounts.titled(
        tx,
        "pairs",
        say,
        [(columns, [line.cells for line in lines]), (rules.count_columns(say), counted)],
        "silent",
        document=document,
        facts=[(say("Round"), its.title) for its in rounds],
    )


async def _rounds(tx: Tx, filters: Filters) -> list[peer_review.PeerRound]:
    if filters.round_id is not None:
        return [await peer_review.round_(tx, filters.round_id)]
    known = [its for its in await peer_review.rounds(tx) if its.started_at is not None]
    today = progress.today(tx)
    return [its for its in known if its.runs(today)] or known[:1]
