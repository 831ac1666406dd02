"""The list of reports: each reads its slices inside what the actor may see and becomes a book."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

from domain import context, curation, giving, monitoring, outcomes, overview, reports, schools
from domain.accounts import rules
from domain.accounts.rules import Filters
from domain.actor import Place
from domain.db import Tx
from domain.dynamics import Asked, Behind, counted, every_school_behind, schools_without
from domain.meanings import KINDS, SHEETS, STATES, TITLES, meanings, named, notes_of
from domain.policy import Permission, allows
from domain.tables import Book, Column, Kind, Sheet
from domain.texts import Texts

PLACES = ("municipality", "school")


async def late(tx: Tx, filters: Filters, say: Texts) -> Book:
    """What is late now."""
    rows = [*await reports.overdue(tx, narrow(filters)), *await reports.overdue_offices(tx, narrow(filters))]
    rows.sort(key=lambda r: (-r.days_late, r.municipality, r.school))
    columns = [
        Column("days_late", say("Days late"), Kind.COUNT),
        Column("due_on", say("Due"), Kind.DATE),
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
        Column("number", say("No.")),
        Column("measure", say("Measure")),
    ]
    itself = say("the office itself")
    lines = [
        [r.days_late, r.due_on, r.municipality, r.school or itself, r.number or "—", r.measure] for r in rows
    ]
    return titled(tx, "overdue", say, [(columns, lines)], "overdue", document=[r._asdict() for r in rows])


async def missing(tx: Tx, filters: Filters, say: Texts) -> Book:
    """«Кто не сдал»: schools × measures, the offices below; then the same by measure."""
    offices = await reports.office_matrix(tx, narrow(filters))
    table = reports.with_offices(await reports.matrix(tx, narrow(filters)), offices)
    states = {state: say(words) for state, words in STATES.items()}
    columns = [
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
        Column("done", say("Done"), Kind.COUNT),
        Column("total", say("In all"), Kind.COUNT),
        Column("percent", say("Done, per cent"), Kind.PERCENT),
        *(Column(f"m{head.id}", head.label) for head in table.measures),
    ]
    lines: list[list[Any]] = []
    for row in table.rows:
        cells = [row.cells.get(head.id) for head in table.measures]
        lines.append(
            [
                row.municipality,
                row.school or say("the office itself"),
                row.done,
                row.total,
                outcomes.percent(row.done, row.total),
                *(states[cell.standing] if cell else None for cell in cells),
            ]
        )
    by = [
        Column("measure", say("Measure")),
        Column("total", say("Schools"), Kind.COUNT),
        Column("missing", say("Not handed in"), Kind.COUNT),
        Column("overdue", say("Overdue"), Kind.COUNT),
        Column("due_on", say("Due"), Kind.DATE),
        Column("schools", say("Who")),
        Column("offices", say("Municipalities and the region")),
    ]
    measures = reports.list_by_measure(table)
    people = [
        [
            *(m.measure.label, m.total, len(m.missing), m.overdue, m.due_on),
            *(", ".join(n for _, n in m.missing), ", ".join(m.offices)),
        ]
        for m in measures
    ]
    document = rules.missing_json(table, measures)
    return titled(tx, "missing", say, [(columns, lines), (by, people)], "confirmed", document=document)


async def dynamics(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Movements of results by group and procedure. The schools behind each number are read as they are written."""
    asked = Asked(*await _years(tx, filters, clusters=False), _grouping(filters), narrowed(filters))
    table = await counted(tx, asked)

    async def behind() -> AsyncIterator[tuple[str, str, Behind]]:
        for name, key in product(table.groups, table.titles):
            async for of in every_school_behind(tx, asked, group=name, procedure=key):
                yield name, key, of

    async def lines() -> AsyncIterator[list[Any]]:
        async for name, key, of in behind():
            yield [named(say, name), table.titles[key], say(KINDS[of.kind]), of.municipality, of.name]

    async def lists() -> dict[str, Any]:
        found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        async for name, key, of in behind():
            found.setdefault((name, key, of.kind), []).append(rules.listed(of))
        without = {name: await schools_without(tx, asked, group=name) for name in table.groups}
        silent = {name: [rules.listed(of) for of in schools] for name, (schools, _) in without.items()}
        return rules.dynamics_json(table, asked.by, found, silent)

    columns = [
        Column("group", say("Group")),
        Column("procedure", say("Procedure")),
        Column("kind", say("Dynamics")),
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
    ]
    return titled(
        tx,
        "dynamics",
        say,
        [(rules.dynamics_columns(say), rules.dynamics_rows(say, table)), (columns, lines())],
        *("dynamics", "positive_result", "percent"),
        lists=lists,
        facts=[(say("Years"), f"{asked.before}, {asked.after}")],
        remarks=notes_of(say, asked.by, **table.overlap._asdict()),
    )


async def clusters(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Movements between clusters by group, the transitions, the schools behind each number."""
    before, after = await _years(tx, filters, clusters=True)
    by = _grouping(filters)
    table = await outcomes.cluster_table(
        tx, before=before, after=after, by=by, narrowed=narrowed(filters), tracks=await _tracks(tx, by)
    )
    lines = [
        [
            named(say, name),
            *(row.raised, row.left, row.positive_percent, row.same, row.same_percent),
            *(row.down, row.down_percent, row.total, row.unknown),
        ]
        for name, row in table.rows.items()
    ]
    moves = [
        Column("from", f"{before} → {after}"),
        *(Column(c.value, named(say, c.value), Kind.COUNT) for c in outcomes.Cluster),
    ]
    moved = [[named(say, b.value), *line.values()] for b, line in table.transitions.items()]
    columns = [
        Column("group", say("Group")),
        Column("kind", say("Dynamics")),
        Column("municipality", say("Municipality")),
        Column("school", say("School")),
    ]
    behind = [
        [named(say, name), say(KINDS[kind]), table.members[i].municipality, table.members[i].name]
        for name, lists in table.lists.items()
        for kind, ids in lists.items()
        for i in ids
    ]
    assumed = say.n(
        "%(n)s school is not on the later list and counts as having left it.",
        "%(n)s schools are not on the later list and count as having left it.",
        table.assumed,
    )
    return titled(
        tx,
        "clusters",
        say,
        [(rules.cluster_columns(say), lines), (moves, moved), (columns, behind)],
        *("clusters", "percent"),
        document=rules.clusters_json(table, by),
        facts=[(say("Years"), f"{before}, {after}")],
        remarks=[*([assumed] if table.assumed else []), *notes_of(say, by, **table.overlap._asdict())],
    )


async def municipalities(tx: Tx, filters: Filters, say: Texts) -> Book:
    """Counts and shares by municipality from the registers, totals of every source beside."""
    table = await context.municipal_table(tx, say(context.TOTAL))
    totals, counts = list(table.totals), list(table.counts)
    columns = [
        Column("municipality", say("Municipality")),
        *(Column(f"total{n}", name, Kind.COUNT) for n, name in enumerate(totals)),
    ]
    for n, name in enumerate(counts):
        columns.append(Column(f"count{n}", name, Kind.COUNT))
        columns.append(Column(f"percent{n}", say("%(name)s, per cent", name=name), Kind.PERCENT))
    lines: list[list[Any]] = []
    for row in table.rows:
        by_name = {s.measure: s for s in row.shares}
        line: list[Any] = [row.name, *(row.totals.get(name) for name in totals)]
        for name in counts:
            share = by_name.get(name)
            line += [share.part, share.computed] if share else [None, None]
        lines.append(line)
    if lines:
        sums: list[Any] = [say("Total"), *table.totals.values()]
        for name in counts:
            sums += [table.counts[name], None]
        lines.append(sums)
    return titled(
        tx,
        "municipalities",
        say,
        [(columns, lines)],
        *("percent", "follows"),
        document=rules.municipal_json(table),
        remarks=rules.municipal_remarks(say, table),
    )


async def wave(tx: Tx, filters: Filters, say: Texts) -> Book:
    """The forecast of a wave, official results beside it, what the next points cost."""
    known = await monitoring.waves(tx)
    chosen = filters.wave_id or (known[0].id if known else None)
    if chosen is None:
        raise rules.NoWave
    of = await monitoring.wave(tx, chosen)
    found = await own_standing(tx, chosen, await _place(tx, filters, of.region_id))
    score, plain = found.forecast.score, rules.plain
    columns = [
        Column("criterion", say("Criterion")),
        Column("points", say("Points"), Kind.POINTS),
        Column("max", say("Maximum"), Kind.POINTS),
    ]
    parts = score.lines if score else ()
    lines: list[list[Any]] = [[line.title, plain(line.points), plain(line.max)] for line in parts]
    lines.append([say("Forecast"), plain(score.total if score else None), plain(found.of.max)])
    lines += [
        [say("Official result, %(source)s", source=result.source), plain(given.total), plain(given.max)]
        for result, given in found.official
    ]
    remarks = [] if score else [say(monitoring.TOTALS_ONLY)]
    remarks += [
        say.n(
            "%(n)s more confirmed measure: +%(gain)s, that is +%(total)s of %(max)s.",
            "%(n)s more confirmed measures: +%(gain)s, that is +%(total)s of %(max)s.",
            step.needed,
            gain=say.number(step.gain),
            total=say.number(step.total_gain),
            max=say.number(found.of.max),
        )
        for step in found.forecast.steps
        if getattr(step, "source", "confirmed_share") == "confirmed_share"
    ]
    sheets: list[tuple[Sequence[Column], Any]] = [(columns, lines)]
    more = {"document": rules.standing_json(found), "remarks": remarks, "title": of.title}
    return titled(tx, "wave", say, sheets, *("forecast", "confirmed"), **more)


async def board(tx: Tx, filters: Filters, say: Texts) -> Book:
    """The same lines as on the first page of monitoring, the whole as the last one."""
    segment = overview.Segment(filters.municipality_id, filters.cohort_id, filters.track_id)
    by = "school" if filters.municipality_id is not None else "municipality"
    found = await overview.board(tx, await overview.current_wave(tx), segment, by=by)
    keys = {
        "name": (say("Municipality") if by == "municipality" else say("School"), Kind.TEXT),
        "schools": (say("Schools"), Kind.COUNT),
        "required": (say("Measures"), Kind.COUNT),
        "confirmed": (say("Confirmed"), Kind.COUNT),
        "percent": (say("Confirmed, per cent"), Kind.PERCENT),
        "in_review": (say("In review"), Kind.COUNT),
        "late": (say("Overdue"), Kind.COUNT),
        "silent": (say("Nothing has come for long"), Kind.COUNT),
        "forecast": (say("Forecast"), Kind.POINTS),
        "official": (say("Official result"), Kind.POINTS),
    }
    lines = []
    for line in [*found.lines, found.whole]:
        counts, forecast, official = line.counts, line.forecast, line.official
        numbers = [line.schools, counts.required, counts.confirmed, counts.percent, counts.in_review]
        points = [score and rules.plain(score.total) for score in (forecast, official and official.score)]
        lines.append([line.name or say("Total"), *numbers, counts.late, line.silent, *points])
    columns = [Column(key, *of) for key, of in keys.items()]
    remarks = [say(found.why_none)] if found.why_none else []
    return titled(tx, "board", say, [(columns, lines)], "forecast", "confirmed", "percent", remarks=remarks)


async def curators(tx: Tx, filters: Filters, say: Texts) -> Book:
    """What curators did by week."""
    last = tx.day(tx.actor.timezone)
    first = last - timedelta(days=last.weekday() + 7 * (filters.weeks - 1))
    found = rules.curators_json(await curation.activity(tx, first=first, last=last))
    keys = {
        "curator": (say("Curator"), Kind.TEXT),
        "schools": (say("Schools"), Kind.TEXT),
        "decisions": (say("Decisions"), Kind.COUNT),
        "answers": (say("Answers"), Kind.COUNT),
        "notes": (say("Meetings and visits"), Kind.COUNT),
        "silent_weeks": (say("Silent weeks"), Kind.COUNT),
        "last_day": (say("Last active"), Kind.DATE),
    }
    lines = [[", ".join(r[k]) if k == "schools" else r[k] for k in keys] for r in found]
    columns = [Column(key, *of) for key, of in keys.items()]
    facts = [(say("Weeks"), f"{first:%d.%m.%Y}, {last:%d.%m.%Y}")]
    return titled(tx, "curators", say, [(columns, lines)], document=found, facts=facts)


def book(
    tx: Tx,
    title: str,
    say: Texts,
    sheets: Sequence[tuple[str, Sequence[Column], Any]],
    *terms: str,
    name: str = "",
    document: Any = None,
    lists: Callable[[], Awaitable[Any]] | None = None,
    facts: Sequence[tuple[str, str]] = (),
    remarks: Sequence[str] = (),
) -> Book:
    """A book of these (title, columns, rows); `terms` are words that its sheet of definitions explains."""
    made = [Sheet(sheet, columns, rows) for sheet, columns, rows in sheets]
    at = tx.written_at(tx.actor.timezone)
    return Book(name, title, at, made, list(facts), meanings(say, *terms), list(remarks), document, lists)


def titled(
    tx: Tx, name: str, say: Texts, sheets: Sequence[tuple[Sequence[Column], Any]], *terms: str, **more: Any
) -> Book:
    """The same with the titles that the report of this name has."""
    title = say(TITLES[name]) if "title" not in more else more.pop("title")
    names = [title, *(say(SHEETS[name, at]) for at in range(1, len(sheets)))]
    named_ = [(sheet, *of) for sheet, of in zip(names, sheets, strict=True)]
    return book(tx, title, say, named_, *terms, name=name, **more)


def narrow(filters: Filters) -> reports.Filters:
    """What lists of assignments are narrowed to."""
    return reports.Filters(
        roadmap_id=filters.roadmap_id,
        track_id=filters.track_id,
        municipality_id=filters.municipality_id,
        cohort_id=filters.cohort_id,
        school_id=filters.school_id,
    )


def narrowed(filters: Filters) -> outcomes.Narrowed:
    """What tables of results are narrowed to."""
    return outcomes.Narrowed(
        municipality_id=filters.municipality_id, cohort_id=filters.cohort_id, school_id=filters.school_id
    )


async def _years(tx: Tx, filters: Filters, *, clusters: bool) -> tuple[int, int]:
    newest = await outcomes.newest_years(tx, clusters=clusters)
    first = filters.before if filters.before is not None else newest and newest[0]
    last = filters.after if filters.after is not None else newest and newest[1]
    if first is None or last is None or first >= last:
        raise rules.TwoYearsNeeded
    return first, last


def _grouping(filters: Filters) -> str:
    if filters.by not in outcomes.GROUPINGS:
        raise rules.UnknownGrouping(name=filters.by, known=", ".join(outcomes.GROUPINGS))
    return filters.by


async def _tracks(tx: Tx, by: str) -> dict[str, set[int]]:
    return await giving.by_track(tx) if by == outcomes.TRACK else {}


async def _place(tx: Tx, filters: Filters, region_id: int) -> Place:
    if filters.school_id is not None:
        return (await schools.school(tx, filters.school_id)).place
    place = Place(region_id, filters.municipality_id)
    if allows(tx.actor, Permission.SEE, place):
        return place
    return place if filters.municipality_id is not None else own_place(tx, region_id)


def own_place(tx: Tx, region_id: int) -> Place:
    """What of a region is the actor's: the one place where they hold a role; of several the region, where they see no
    more than these."""
    own = {grant.place for grant in tx.actor.grants if grant.place.region_id == region_id}
    return own.pop() if len(own) == 1 else Place(region_id)


async def own_standing(tx: Tx, wave_id: int, place: Place) -> monitoring.Standing:
    """Where a place stands in a wave. The region's official result is not set beside a part of the region."""
    found = await monitoring.standing(tx, wave_id, place)
    return found if allows(tx.actor, Permission.SEE, place) else replace(found, official=[])
