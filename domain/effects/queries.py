"""The table of the analysis: a measure, what was done, what people say, how schools moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from domain import dynamics, outcomes, roadmaps
from domain.db import Tx
from domain.dynamics import Bits, bits_of
from domain.effects import rules
from domain.effects.models import MeasureEffect
from domain.effects.rules import Moved, Moves
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
    everybody = bits_of({school_id for of in by_measure.values() for school_id in of}) | known
    rows = []
    for measure in view.measures:
        of = by_measure.get(measure.id, {})
        if not of:
            continue
        done = [school_id for school_id, is_done in of.items() if is_done]
        covered = bits_of(done)
        rows.append(
            EffectRow(
                measure,
                len(of),
                len(done),
                said.get(measure.id),
                *rules.beside(results, covered, everybody & ~covered),
                *rules.beside(clusters, covered, everybody & ~covered),
            )
        )
    return Analysis(view.roadmap, rows, result_years, cluster_years)


async def _result_moves(tx: Tx) -> tuple[list[Moves], tuple[int, int] | None, Bits]:
    """Of each procedure, the years, and who has any result."""
    pair = await outcomes.newest_years(tx)
    if pair is None:
        return [], None, bits_of(())
    found = await dynamics.moves(tx, dynamics.Asked(*pair))
    positive = (Dynamics.POSITIVE, Dynamics.ALL_PASSED)
    moves = [Moves(found.of(key, *dynamics.MOVED), found.of(key, *positive)) for key in found.kinds]
    return moves, pair, found.schools


async def _cluster_moves(tx: Tx) -> tuple[list[Moves], tuple[int, int] | None]:
    pair = await outcomes.newest_years(tx, clusters=True)
    if pair is None:
        return [], None
    table = await outcomes.cluster_table(tx, before=pair[0], after=pair[1])
    lists = table.lists[outcomes.EVERYTHING]
    known = [i for kind, ids in lists.items() if kind is not Movement.UNKNOWN for i in ids]
    positive = [*lists[Movement.RAISED], *lists[Movement.LEFT]]
    return [Moves(bits_of(known), bits_of(positive))], pair
