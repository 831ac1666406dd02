"""The part of a school's page that speaks in numbers: risks, scores, results, recommendations."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from admin import boards
from admin.boards import SegmentFilters
from admin.page import Visit
from admin.pages.monitoring import tools
from admin.words import CLUSTERS
from domain import charts, dynamics, monitoring, outcomes, overview, risks, schools
from domain.db import Tx
from domain.overview import Segment
from domain.policy import Permission, allows
from domain.risks import FACTORS, LEVELS, RiskLevel

_HEIGHT = {RiskLevel.HIGH: 3, RiskLevel.MEDIUM: 2, RiskLevel.LOW: 1}
_STATE = {RiskLevel.HIGH: "overdue", RiskLevel.MEDIUM: "soon", RiskLevel.LOW: "none"}
_LOOK = {RiskLevel.HIGH: "bad", RiskLevel.MEDIUM: "soon", RiskLevel.LOW: "fine"}


async def sections(tx: Tx, visit: Visit, school: schools.School) -> dict[str, Any]:
    """What the template `monitoring/school.html` needs."""
    filters = SegmentFilters(school=school.id)
    wave = await overview.current_wave_of(tx, school.region_id)
    board = await overview.board(tx, wave, Segment(school_id=school.id), by="school")
    line = board.lines[0] if board.lines else board.whole
    best = overview.possible(line, board.of) if board.of else None
    profile = await risks.profile_of(tx, school.id)
    found = await outcomes.results(tx, school.id)
    known = await outcomes.known_procedures(tx)
    return {
        "board": board,
        "line": line,
        "lost": overview.lost(best, line.forecast) if best and line.forecast else None,
        "line_steps": [overview.step_words(visit.say, step, board.of.max, alone=True) for step in line.steps]
        if board.of
        else [],
        "risk_drawing": _risks(visit, profile),
        "risk_levels": _levels(visit, profile),
        "programmes": await risks.programmes(tx, school_id=school.id),
        "factors": FACTORS,
        "results": _results(found, list(known)),
        "result_years": sorted({r.year for r in found}, reverse=True)[:4],
        "procedures": {key: p.title for key, p in known.items()},
        **await _group(tx),
        "marks_by_year": {
            year: CLUSTERS[mark] for year, mark in (await outcomes.cluster_history(tx, school.id)).items()
        },
        "recommended": await monitoring.recommendations(tx, school_id=school.id),
        "may_close": allows(visit.actor, Permission.SUBMIT, school.place),
        **tools(filters),
    }


async def _group(tx: Tx) -> dict[str, Any]:
    """What the school is compared with: all schools of the reader; somebody who sees one compares with nobody."""
    if not await overview.are_many(tx):
        return {"group": {}, "group_at": None}
    kept = await dynamics.kept_shares(tx)
    if kept is not None:
        return {"group": kept.by, "group_at": kept.taken_at}
    shares = await outcomes.group_shares(tx, await overview.narrowed(tx, Segment()))
    return {"group": shares, "group_at": None}


def _risks(visit: Visit, found: risks.ProfileView) -> Markup | None:
    """Ten bars; the level stands beside each in words, chosen risks are marked."""
    profile = found.profile
    if profile is None:
        return None
    rows = []
    for factor, name in FACTORS.items():
        level = profile.level(factor)
        chosen = "★ " if factor in found.chosen else ""
        rows.append(
            charts.Bar(
                f"{chosen}{factor.value}. {visit.say(name)}",
                _HEIGHT[level],
                visit.say(LEVELS[level]),
                _LOOK[level],
            )
        )
    return boards.drawn(charts.bars(visit.say("Risk profile"), rows, most=3, key="risks", labels=400))


def _levels(visit: Visit, found: risks.ProfileView) -> list[tuple[str, str, str]]:
    """The same for a phone, where bars beside long names have no room: the factor, its level, the look."""
    if found.profile is None:
        return []
    return [
        (
            f"{'★ ' if factor in found.chosen else ''}{factor.value}. {visit.say(name)}",
            visit.say(LEVELS[found.profile.level(factor)]),
            _STATE[found.profile.level(factor)],
        )
        for factor, name in FACTORS.items()
    ]


def _results(found: Sequence[outcomes.Outcome], order: list[str]) -> dict[str, dict[int, outcomes.Outcome]]:
    """By procedure, in the order of the tables, and year."""
    by: dict[str, dict[int, outcomes.Outcome]] = {}
    for result in sorted(
        found, key=lambda r: order.index(r.procedure) if r.procedure in order else len(order)
    ):
        by.setdefault(result.procedure, {})[result.year] = result
    return by
