"""The table of the analysis: a measure, what was done, what people say, how schools moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from domain import outcomes, roadmaps
from domain.db import Tx
from domain.effects import rules
from domain.effects.models import MeasureEffect
from domain.effects.rules import Moved
from domain.outcomes import Dynamics, Movement
from domain.policy import Permission, within
from domain.progress import Assignment, Status


class EffectRow(NamedTuple):
    """A measure of the year."""

    measure: roadmaps.Measure
    required: int  # schools that owe it, those let off left out
    done: int  # schools of which all of it is confirmed
    said: MeasureEffect | None
    covered: Moved  # movements of results of the schools that have done it
    others: Moved
    covered_clusters: Moved
    other_clusters: Moved

    @property
    def done_percent(self) -> int | None:
        """Share of the schools that owe it."""
        return outcomes.percent(self.done, self.required)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All measures of a plan, and the years between which schools are compared."""

    roadmap: roadmaps.Roadmap
    rows: Sequence[EffectRow]
    result_years: tuple[int, int] | None
    cluster_years: tuple[int, int] | None


async def analysis(tx: Tx, roadmap_id: int) -> Analysis:
    """The measures of a plan inside the actor's places. NotFound for a foreign plan."""
    view = await roadmaps.roadmap(tx, roadmap_id)
    query = select(Assignment.measure_id, Assignment.school_id, Assignment.status).where(
        within(tx.actor, Permission.SEE, Assignment),
        Assignment.roadmap_id == roadmap_id,
        Assignment.school_id.is_not(None),
        Assignment.status != Status.WAIVED,
    )
    by_measure: dict[int, dict[int, bool]] = {}
    for measure_id, school_id, status in await tx.session.execute(query):
        of = by_measure.setdefault(measure_id, {})
        of[school_id or 0] = of.get(school_id or 0, True) and status is Status.CONFIRMED
    said_query = select(MeasureEffect).where(MeasureEffect.measure_id.in_(list(by_measure)))
    said = {one.measure_id: one for one in (await tx.session.scalars(said_query)).all()}
    results, result_years, known = await _result_moves(tx)
    clusters, cluster_years = await _cluster_moves(tx)
    everybody = {school_id for of in by_measure.values() for school_id in of} | known
    rows = []
    for measure in view.measures:
        of = by_measure.get(measure.id, {})
        if not of:
            continue
        covered = {school_id for school_id, done in of.items() if done}
        rows.append(
            EffectRow(
                measure,
                len(of),
                len(covered),
                said.get(measure.id),
                *rules.beside(results, covered, everybody - covered),
                *rules.beside(clusters, covered, everybody - covered),
            )
        )
    return Analysis(view.roadmap, rows, result_years, cluster_years)


async def _result_moves(tx: Tx) -> tuple[list[tuple[int, bool]], tuple[int, int] | None, set[int]]:
    pair = await outcomes.newest_years(tx)
    if pair is None:
        return [], None, set()
    table = await outcomes.dynamics_table(tx, before=pair[0], after=pair[1])
    positive = (Dynamics.POSITIVE, Dynamics.ALL_PASSED)
    moves = [
        (school_id, kind in positive)
        for cell in table.groups[outcomes.EVERYTHING].values()
        for kind, ids in cell.schools.items()
        if kind is not Dynamics.NOT_COMPUTED
        for school_id in ids
    ]
    return moves, pair, set(table.members)


async def _cluster_moves(tx: Tx) -> tuple[list[tuple[int, bool]], tuple[int, int] | None]:
    pair = await outcomes.newest_years(tx, clusters=True)
    if pair is None:
        return [], None
    table = await outcomes.cluster_table(tx, before=pair[0], after=pair[1])
    positive = (Movement.RAISED, Movement.LEFT)
    lists = table.lists[outcomes.EVERYTHING]
    moves = [
        (i, kind in positive) for kind, ids in lists.items() if kind is not Movement.UNKNOWN for i in ids
    ]
    return moves, pair
