"""Tables of dynamics and clusters, inside what the actor may see; lists behind every cell."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, literal, select, union_all

from domain import programme
from domain.db import Tx, once
from domain.outcomes import rules
from domain.outcomes.models import ClusterMark, Outcome, ProcedureEntry
from domain.outcomes.rules import Cluster, Movement
from domain.policy import Permission, within
from domain.schools import Enrollment, Municipality, School

EVERYTHING = "all"
TRACK = "track"
GROUPINGS = (EVERYTHING, "cohort", TRACK, "municipality", "cluster", "status", "settlement")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which schools a table is about."""

    municipality_id: int | None = None
    cohort_id: int | None = None
    school_id: int | None = None
    schools: Select[int] | None = None  # ids, where the page has filters of its own


class Member(NamedTuple):
    """A school as tables name it."""

    id: int
    name: str
    municipality: str
    status: str
    settlement: str = ""


class Overlap(NamedTuple):
    """How the groups of a table make the whole: counted = schools + again − nowhere."""

    schools: int
    counted: int  # over all groups
    shared: int  # schools that stand in several groups
    nowhere: int  # schools in no group, or in the nameless one

    @property
    def again(self) -> int:
        """How often a school is counted once more."""
        return self.counted + self.nowhere - self.schools


@dataclass(frozen=True, slots=True)
class ClusterTable:
    """Groups by their movement between two years, and everything that it was made of."""

    before: int
    after: int
    rows: Mapping[str, rules.ClusterRow]
    lists: Mapping[str, Mapping[Movement, Sequence[int]]]
    transitions: Mapping[Cluster, Mapping[Cluster, int]]
    counts: Mapping[int, Mapping[Cluster, int]]  # year → cluster → schools on the list
    members: Mapping[int, Member]
    assumed: int  # schools taken to be off the list because the later list does not name them
    overlap: Overlap


@once
async def known_procedures(tx: Tx) -> dict[str, rules.AssessmentProcedure]:
    """Procedures of this installation by key: those shipped, with its own words for them, then its own."""
    found = dict(rules.procedures())
    kept = await tx.session.scalars(select(ProcedureEntry).order_by(ProcedureEntry.id))
    for entry in kept:
        found[entry.key] = rules.AssessmentProcedure(
            entry.key, entry.title, tuple(entry.words), entry.retired
        )
    return found


async def years(tx: Tx) -> list[int]:
    """Years with results, the newest first."""
    return (await _years(tx))[0]


async def cluster_years(tx: Tx) -> list[int]:
    """Years with clusters, the newest first."""
    return (await _years(tx))[1]


@once
async def _years(tx: Tx) -> tuple[list[int], list[int]]:
    """Of results and of clusters. Each year leads to the one before it: one look into an index, however many results
    a country has; whether the actor sees any of it, is asked of the few that there are."""
    asked = []
    tables: tuple[Any, ...] = (Outcome, ClusterMark)
    for number, table in enumerate(tables):
        known = select(func.max(table.year).label("year")).cte(f"years_{number}", recursive=True)
        before = select(func.max(table.year)).where(table.year < known.c.year).scalar_subquery()
        known = known.union_all(select(before).where(known.c.year.is_not(None)))
        seen = exists().where(table.year == known.c.year, within(tx.actor, Permission.SEE, table))
        asked.append(select(literal(number), known.c.year).where(known.c.year.is_not(None), seen))
    found = (await tx.session.execute(union_all(*asked))).all()
    of_results, of_clusters = (
        sorted((year for of, year in found if of == number), reverse=True) for number in (0, 1)
    )
    return of_results, of_clusters


async def list_sizes(tx: Tx, *, region_id: int, municipality_id: int | None = None) -> dict[int, int]:
    """How many schools are on the list of each year; for a place whose totals the caller may see."""
    query = select(ClusterMark.year, func.count()).where(
        ClusterMark.region_id == region_id, ClusterMark.cluster != Cluster.NONE
    )
    if municipality_id is not None:
        query = query.where(ClusterMark.municipality_id == municipality_id)
    return dict((await tx.session.execute(query.group_by(ClusterMark.year))).all())


async def results(tx: Tx, school_id: int) -> Sequence[Outcome]:
    """Results of one school, by procedure and year."""
    query = select(Outcome).where(within(tx.actor, Permission.SEE, Outcome), Outcome.school_id == school_id)
    return (await tx.session.scalars(query.order_by(Outcome.procedure, Outcome.year))).all()


def result_lines(
    tx: Tx, narrowed: Narrowed = Narrowed(), year: int | None = None
) -> Select[Any, Any, Any, Any, Any, Any, Any]:
    """Every result as (municipality, school, procedure, year, participants, below, source), to be streamed."""
    query = of_schools(tx, narrowed).join(Municipality, Municipality.id == School.municipality_id)
    query = query.join(Outcome, Outcome.school_id == School.id)
    if year is not None:
        query = query.where(Outcome.year == year)
    return query.with_only_columns(
        Municipality.name,
        School.name,
        Outcome.procedure,
        Outcome.year,
        Outcome.participants,
        Outcome.below,
        Outcome.source,
    ).order_by(Municipality.name, School.name, School.id, Outcome.procedure, Outcome.year)


async def cluster_table(
    tx: Tx,
    *,
    before: int,
    after: int,
    by: str = EVERYTHING,
    narrowed: Narrowed = Narrowed(),
    tracks: Mapping[str, Collection[int]] | None = None,
) -> ClusterTable:
    """Every group of schools that were on the list in the earlier year, or came onto it since.

    `tracks`: which schools work by which track, for tables by track; a school of two is counted in each.
    """
    query = of_schools(tx, narrowed).with_only_columns(School.id, ClusterMark.year, ClusterMark.cluster)
    query = query.join(ClusterMark, ClusterMark.school_id == School.id)
    marks: dict[int, dict[int, Cluster]] = {before: {}, after: {}}
    for school_id, year, mark in await tx.session.execute(query.where(ClusterMark.year.in_((before, after)))):
        marks[year][school_id] = mark
    whole = await _is_list(tx, after)
    pairs: dict[int, tuple[Cluster | None, Cluster | None]] = {}
    for id_ in {**marks[before], **marks[after]}:
        pairs[id_] = marks[before].get(id_), rules.completed(marks[after], whole, id_)
    members = await _members(tx, narrowed, list(pairs))
    moved = {id_: rules.movement(*pair) for id_, pair in pairs.items()}
    rows: dict[str, rules.ClusterRow] = {}
    lists: dict[str, dict[Movement, list[int]]] = {}
    grouped = await _groups(tx, members, by, before, tracks or {})
    for name, ids in grouped.items():
        lists[name] = {kind: [i for i in ids if moved[i] is kind] for kind in Movement}
        rows[name] = rules.cluster_row(moved[i] for i in ids)
    known = [(b, a) for b, a in pairs.values() if b is not None and a is not None]
    counts = {
        year: {c: sum(mark is c for mark in of_year.values()) for c in Cluster}
        for year, of_year in marks.items()
    }
    assumed = sum(id_ not in marks[after] for id_ in marks[before]) if whole else 0
    moves = rules.transitions(known)
    return ClusterTable(before, after, rows, lists, moves, counts, members, assumed, _overlap(grouped, by))


async def _is_list(tx: Tx, year: int) -> bool:
    """Whether a year is known as a list; asked of all that the actor sees, not of a group of it."""
    query = select(ClusterMark.cluster).where(within(tx.actor, Permission.SEE, ClusterMark))
    marks = (await tx.session.scalars(query.where(ClusterMark.year == year).distinct())).all()
    return rules.is_list(dict(enumerate(marks)))


def of_schools(tx: Tx, narrowed: Narrowed) -> Select[School]:
    """The schools that a table is about, as far as the actor sees them."""
    query = select(School).where(within(tx.actor, Permission.SEE, School))
    if narrowed.municipality_id is not None:
        query = query.where(School.municipality_id == narrowed.municipality_id)
    if narrowed.school_id is not None:
        query = query.where(School.id == narrowed.school_id)
    if narrowed.schools is not None:
        query = query.where(School.id.in_(narrowed.schools))
    if narrowed.cohort_id is not None:
        joined = and_(Enrollment.school_id == School.id, Enrollment.cohort_id == narrowed.cohort_id)
        query = query.join(Enrollment, joined)
    return query


async def _members(tx: Tx, narrowed: Narrowed, ids: Sequence[int] | None = None) -> dict[int, Member]:
    query = of_schools(tx, narrowed).join(Municipality, Municipality.id == School.municipality_id)
    query = query.order_by(Municipality.name, School.name)
    wanted = None if ids is None else set(ids)
    rows = await tx.session.execute(
        query.with_only_columns(School.id, School.name, Municipality.name, School.status, School.settlement)
    )
    return {
        id_: Member(id_, name, above, status.value if status else "", settlement.value if settlement else "")
        for id_, name, above, status, settlement in rows
        if wanted is None or id_ in wanted
    }


def _overlap(groups: Mapping[str, Sequence[int]], by: str) -> Overlap:
    named = [ids for name, ids in groups.items() if name not in (EVERYTHING, "")]
    times = Counter(id_ for ids in named for id_ in ids)
    whole = groups[EVERYTHING]
    shared = sum(count > 1 for count in times.values())
    nowhere = sum(id_ not in times for id_ in whole) if by != EVERYTHING else 0
    return Overlap(len(whole), sum(times.values()), shared, nowhere)


async def _groups(
    tx: Tx, members: Mapping[int, Member], by: str, year: int, tracks: Mapping[str, Collection[int]]
) -> dict[str, list[int]]:
    """Group name → schools, in the order of names; the whole comes last under `EVERYTHING`."""
    groups: dict[str, list[int]] = {}
    if by in ("municipality", "status", "settlement"):
        for member in members.values():
            groups.setdefault(getattr(member, by), []).append(member.id)
    elif by == TRACK:
        groups = {name: found for name, ids in tracks.items() if (found := [i for i in members if i in ids])}
    elif by == "cohort":
        names = {cohort.id: cohort.name for cohort in await programme.cohorts(tx)}
        for school_id, cohort_id in await tx.session.execute(
            select(Enrollment.school_id, Enrollment.cohort_id)
        ):
            if school_id in members:
                groups.setdefault(names[cohort_id], []).append(school_id)
    elif by == "cluster":
        query = select(ClusterMark.school_id, ClusterMark.cluster).where(
            within(tx.actor, Permission.SEE, ClusterMark), ClusterMark.year == year
        )
        for school_id, mark in await tx.session.execute(query):
            if school_id in members:
                groups.setdefault(mark.value, []).append(school_id)
    result = dict(sorted(groups.items()))
    result[EVERYTHING] = list(members)
    return result


async def newest_years(tx: Tx, *, clusters: bool = False) -> tuple[int, int] | None:
    """The two newest years to compare; None where there are not two."""
    found = await (cluster_years(tx) if clusters else years(tx))
    return (found[1], found[0]) if len(found) > 1 else None


async def results_of(
    tx: Tx, school_ids: Sequence[int], procedure: str, of_years: tuple[int, int]
) -> dict[tuple[int, int], rules.Result]:
    """Results of schools in one procedure by (school, year)."""
    query = select(Outcome).where(
        within(tx.actor, Permission.SEE, Outcome),
        Outcome.school_id.in_(school_ids),
        Outcome.procedure == procedure,
        Outcome.year.in_(of_years),
    )
    return {(found.school_id, found.year): found.result for found in await tx.session.scalars(query)}


async def clusters_of(
    tx: Tx, school_ids: Sequence[int], of_years: tuple[int, int], *, assumed: bool
) -> dict[int, tuple[Cluster | None, Cluster | None]]:
    """Clusters of schools in two years; `assumed`: who is not on the later list is off it."""
    query = select(ClusterMark.school_id, ClusterMark.year, ClusterMark.cluster).where(
        within(tx.actor, Permission.SEE, ClusterMark),
        ClusterMark.school_id.in_(school_ids),
        ClusterMark.year.in_(of_years),
    )
    marks: dict[int, dict[int, Cluster]] = {id_: {} for id_ in school_ids}
    for id_, year, mark in await tx.session.execute(query):
        marks[id_][year] = mark
    otherwise = Cluster.NONE if assumed else None
    return {id_: (of.get(of_years[0]), of.get(of_years[1], otherwise)) for id_, of in marks.items()}


async def cluster_history(tx: Tx, school_id: int) -> dict[int, Cluster]:
    """Clusters of one school by year, the newest first."""
    query = select(ClusterMark.year, ClusterMark.cluster).where(
        within(tx.actor, Permission.SEE, ClusterMark), ClusterMark.school_id == school_id
    )
    return {
        row[0]: row[1] for row in (await tx.session.execute(query.order_by(ClusterMark.year.desc()))).all()
    }


async def group_shares(tx: Tx, inside: Select[int]) -> dict[tuple[str, int], int | None]:
    """Per cent below the threshold over all pupils of these schools, by procedure and year, half up."""
    query = (
        select(Outcome.procedure, Outcome.year, func.sum(Outcome.below), func.sum(Outcome.participants))
        .where(Outcome.school_id.in_(inside))
        .group_by(Outcome.procedure, Outcome.year)
    )
    rows = (await tx.session.execute(query)).all()
    return {(row[0], row[1]): rules.percent(int(row[2]), int(row[3])) for row in rows}
