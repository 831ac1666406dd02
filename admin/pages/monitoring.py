"""Monitoring: the region's and a municipality's page, what a score is made of, the facts behind every number."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from admin import boards
from admin.auth import Visitor
from admin.boards import SegmentFilters, address, number
from admin.page import Visit
from admin.pages.home import cells_of
from admin.tables import export
from admin.words import STANDINGS
from domain import overview, progress, reports, schools
from domain.actor import SCHOOL_TEAM
from domain.automatic import KINDS
from domain.errors import NotFound
from domain.overview import Board, Segment, State
from domain.policy import Permission, allows
from domain.progress import Standing
from domain.tables import Table

closed = APIRouter()


class FactFilters(SegmentFilters):
    """Which facts of which schools."""

    state: Annotated[State, boards.one_of_or(State, State.REQUIRED)] = State.REQUIRED
    source: str = ""


@closed.get("/monitoring")
async def region_page(visit: Visitor, filters: Annotated[SegmentFilters, Query()]) -> Response:
    """Municipalities with their numbers and the forecast; schools where there is one municipality only."""
    if visit.actor.roles() <= SCHOOL_TEAM:
        own = visit.actor.places(*SCHOOL_TEAM)[0]
        return visit.go(f"/schools/{own.school_id}", anchor="scores")
    async with visit.read() as tx:
        municipalities = await schools.municipalities(tx)
        by = "municipality" if len(municipalities) > 1 and filters.municipality is None else "school"
        wave = await boards.chosen_wave(tx, filters)
        everything = filters.segment() == Segment() and by == "municipality"
        board = (
            await overview.region_board(tx, wave)
            if everything
            else await overview.board(tx, wave, filters.segment(), by=by)
        )
        if filters.format:
            return export(_table(visit, board), filters.format, "monitoring")
        region = boards.region_of(visit, wave)
        points = await overview.wave_line(tx, region, board if everything else None) if region else []
        whole = region is not None and allows(visit.actor, Permission.SEE, region)
        title = (await schools.place_name(tx, region)).name if region and whole else visit.say("my schools")
        context = await _shared(tx, visit, filters, board)
    return visit.page(
        "monitoring/region.html",
        title=title,
        by=by,
        trend=boards.trend_drawing(visit, points),
        **context,
    )


@closed.get("/monitoring/municipalities/{municipality_id}")
async def municipality_page(
    visit: Visitor, municipality_id: int, filters: Annotated[SegmentFilters, Query()]
) -> Response:
    """Schools × measures, who is late and who has gone silent, the forecast of the municipality."""
    async with visit.read() as tx:
        known = {m.id: m for m in await schools.municipalities(tx)}
        if municipality_id not in known:
            raise NotFound
        wave = await boards.chosen_wave(tx, filters)
        segment = filters.segment(municipality_id=municipality_id)
        board = await overview.board(tx, wave, segment, by="school")
        if filters.format:
            return export(_table(visit, board), filters.format, "monitoring")
        chosen = reports.Filters(
            roadmap_id=wave.roadmap_id if wave else None,
            municipality_id=municipality_id,
            cohort_id=filters.cohort,
            track_id=filters.track,
        )
        matrix = await reports.matrix(tx, chosen)
        seen = await overview.last_activity(tx, await overview.narrowed(tx, segment))
        context = await _shared(tx, visit, filters, board)
    shown = {line.place.school_id for line in board.lines}
    return visit.page(
        "monitoring/municipality.html",
        municipality=known[municipality_id],
        title=known[municipality_id].name,
        by="school",
        matrix=matrix,
        rows=[row for row in matrix.rows if row.school_id in shown],
        cells_of=cells_of(visit, matrix),
        seen=seen,
        **context,
    )


async def _shared(tx: Any, visit: Visit, filters: SegmentFilters, board: Board) -> dict[str, Any]:
    """What both pages draw."""
    whole = board.whole
    best = overview.possible(whole, board.of) if board.of else None
    return {
        "board": board,
        "filters": filters,
        "choices": await boards.choices(tx, visit),
        "steps": [
            (line, overview.step_words(visit.say, step, board.of.max), step)
            for line, step in overview.cheapest(board)
        ]
        if board.of and len(board.lines) > 1
        else [],
        "whole_steps": [overview.step_words(visit.say, step, board.of.max) for step in whole.steps]
        if board.of
        else [],
        "lost": overview.lost(best, whole.forecast) if best and whole.forecast else None,
        "shares": boards.shares_drawing(visit, board) if board.lines else None,
        "day": progress.today(tx),
        **tools(filters),
    }


def tools(filters: SegmentFilters) -> dict[str, Any]:
    """Functions that the templates call."""
    return {
        "number": number,
        "of_max": boards.of_max,
        "band": boards.band,
        "to": lambda path, **changes: address(path, filters, **changes),
        "place_link": lambda line: boards.place_link(line, filters),
        "facts_link": lambda line, state: address(
            "/monitoring/facts", filters, state=state, **boards.narrowed_by(line, filters)
        ),
        "sources": boards.SOURCES,
    }


def _table(visit: Visit, board: Board) -> Table:
    say = visit.say
    columns = [
        say("Place"),
        say("Schools"),
        say("Required measures"),
        say("Confirmed"),
        say("Confirmed, per cent"),
        say("In review"),
        say("Waiting too long for a decision"),
        say("Sent back"),
        say("Late"),
        say("Schools that have handed in"),
        say("Silent schools"),
        say("Forecast, points"),
        say("Forecast, per cent"),
        say("Official, points"),
        say("Official source"),
        say("A year ago, per cent"),
    ]
    whole = board.whole._replace(name=say("In all"))
    rows = [
        [
            line.name,
            line.schools,
            line.counts.required,
            line.counts.confirmed,
            line.counts.percent,
            line.counts.in_review,
            line.counts.waiting,
            line.counts.returned,
            line.counts.late,
            line.engaged,
            line.silent,
            float(line.forecast.total) if line.forecast else None,
            float(line.forecast.index) if line.forecast else None,
            float(line.official.score.total) if line.official else None,
            line.official.source if line.official else None,
            line.last_year,
        ]
        for line in (*board.lines, whole)
    ]
    return Table(say("Monitoring"), columns, rows)


@closed.get("/monitoring/facts")
async def facts_page(visit: Visitor, filters: Annotated[FactFilters, Query()]) -> Response:
    """The list behind a number: measures by state, or what another automatic criterion is made of."""
    async with visit.read() as tx:
        wave = await boards.chosen_wave(tx, filters)
        segment = filters.segment()
        title = await _whose(tx, filters)
        if filters.source in KINDS and wave is not None:
            listed = await overview.automatic_facts(tx, wave, segment, filters.source)
            return visit.page(
                "monitoring/automatic.html",
                title=title,
                wave=wave,
                listed=listed,
                counted=sum(fact.counts for fact, _ in listed),
                heading=boards.SOURCES[filters.source],
                filters=filters,
                **tools(filters),
            )
        limit = None if filters.format else overview.MOST_FACTS
        rows, total = await overview.facts(tx, wave, segment, filters.state, limit=limit)
        day = progress.today(tx)
    standings = {row.assignment_id: progress.standing(row.status, row.due_on, day) for row in rows}
    if filters.format:
        return export(_facts_table(visit, filters.state, rows, standings), filters.format, "facts")
    return visit.page(
        "monitoring/facts.html",
        title=title,
        rows=rows,
        total=total,
        heading=boards.STATES[filters.state],
        standings=standings,
        late={row.assignment_id: progress.days_late(row.due_on, day) for row in rows},
        words=STANDINGS,
        states=boards.STATES,
        filters=filters,
        wave=wave,
        day=day,
        **tools(filters),
    )


async def _whose(tx: Any, filters: FactFilters) -> str:
    """Whose facts these are; a place that is not the actor's is not named."""
    if filters.school is not None:
        return (await schools.school(tx, filters.school)).name
    known = {m.id: m.name for m in await schools.municipalities(tx)}
    return known.get(filters.municipality or 0, "")


def _facts_table(
    visit: Visit, state: State, rows: list[overview.FactRow], standings: dict[int, Standing]
) -> Table:
    say = visit.say
    columns = [say("Municipality"), say("School"), say("No."), say("Measure"), say("State"), say("Due")]
    lines = [
        [
            r.municipality,
            r.school,
            r.number or "",
            r.measure,
            say(STANDINGS[standings[r.assignment_id]]),
            r.due_on,
        ]
        for r in rows
    ]
    return Table(say(boards.STATES[state]), columns, lines)
