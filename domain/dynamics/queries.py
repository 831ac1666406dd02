"""Counts by group and procedure, and the schools behind one of them; inside what the actor may see.

The rule is `outcomes.dynamics`, of one school. Here the database compares, since a country has hundreds of thousands
of results; the tests hold it against the rule, school by school (tests/domain/by_rule.py).
Who moved which way is all that is kept of a large region (`rules.Moves`): filters and groups are asked as they are now.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from domain import changes, outcomes, programme, progress
from domain.actor import Actor, Place
from domain.db import Tx
from domain.dynamics import rules
from domain.dynamics.models import KeptDynamics
from domain.dynamics.rules import Bits, Counted, Moves
from domain.outcomes import EVERYTHING, TRACK, ClusterMark, Dynamics, Narrowed, Outcome, Result
from domain.progress import Assignment
from domain.roadmaps import Measure, Roadmap, Track
from domain.schools import Enrollment, Municipality, School

# Every school stands in one of these, in the nameless one perhaps; in others it may stand in several, or in none.
OF_SCHOOL: Mapping[str, Any] = {
    "municipality": School.municipality_id,
    "status": School.status,
    "settlement": School.settlement,
}

EVERYWHERE = Narrowed()
ORDER = tuple(Dynamics)  # of lists
MOVES = "moves"  # kept for two years; kept under another name, should the document ever look otherwise
SHARES = "shares"  # of all schools together; kept, as tracks are, for no pair of years
NO_YEARS = (0, 0)
FRESH = timedelta(hours=1)  # how old what is kept may be, unless nothing has changed since


@dataclass(frozen=True, slots=True)
class Asked:
    """Two years, how schools are grouped, which schools."""

    before: int
    after: int
    by: str = EVERYTHING
    narrowed: Narrowed = EVERYWHERE

    @property
    def years(self) -> tuple[int, int]:
        """Both."""
        return self.before, self.after


class Shares(NamedTuple):
    """Per cent below the threshold over all pupils by procedure and year, as of a moment."""

    by: Mapping[tuple[str, int], int | None]
    taken_at: datetime


class Behind(NamedTuple):
    """A school behind a number, with the years in which somebody took part."""

    id: int
    name: str
    municipality: str
    before: Result | None
    after: Result | None
    kind: Dynamics


class _Pair:
    """Results of a school by one procedure in two years; a year in which nobody took part is none."""

    def __init__(self, asked: Asked) -> None:
        self.was, self.now = aliased(Outcome), aliased(Outcome)
        self.is_was, self.is_now = (
            and_(result.school_id == School.id, result.year == year, result.participants > 0)
            for result, year in ((self.was, asked.before), (self.now, asked.after))
        )
        was, now = (self.was.participants, self.was.below), (self.now.participants, self.now.below)
        self.kinds = _kinds(was, now)
        moved = ((condition, ORDER.index(kind)) for kind, condition in self.kinds.items())
        rank = case(*moved, else_=ORDER.index(Dynamics.NOT_COMPUTED)).label("rank")
        self.columns: tuple[Any, ...] = (School.id, School.name, Municipality.name, *was, *now, rank)
        self.order: tuple[Any, ...] = (rank, Municipality.name, School.name, School.id)

    def joined(self, schools: Select[Any], procedure: str) -> Select[Any]:
        """The query with what each school has by the procedure, if anything, and the name of its municipality."""
        for result, there in ((self.was, self.is_was), (self.now, self.is_now)):
            schools = schools.outerjoin(result, and_(there, result.procedure == procedure))
        return schools.join(Municipality, Municipality.id == School.municipality_id)


def _kinds(was: tuple[Any, Any], now: tuple[Any, Any]) -> dict[Dynamics, ColumnElement[bool]]:
    """`outcomes.dynamics` of (participants, below) of two years in which somebody took part."""
    earlier, later = cast(was[1], BigInteger) * now[0], cast(now[1], BigInteger) * was[0]
    return {
        Dynamics.POSITIVE: later < earlier,
        Dynamics.ALL_PASSED: and_(was[1] == 0, now[1] == 0),
        Dynamics.NEGATIVE: later > earlier,
        Dynamics.NEUTRAL: and_(later == earlier, was[1] > 0),
    }


async def counted(tx: Tx, asked: Asked) -> Counted:
    """Every group of schools with results in either year, by procedure; the columns sum to the group."""
    return await _table(tx, asked, await moves(tx, asked), None)


async def region_table(tx: Tx, asked: Asked) -> Counted:
    """The same; of a large region from the movements that were kept a while ago, with that moment."""
    kept = await _kept(tx, MOVES, asked.years)
    if kept is None:
        return await counted(tx, asked)
    return await _table(tx, asked, rules.read_moves(kept.document), kept.taken_at)


async def kept_shares(tx: Tx) -> Shares | None:
    """What `outcomes.group_shares` says of all schools of a large region, as it was kept a while ago."""
    kept = await _kept(tx, SHARES, NO_YEARS)
    if kept is None:
        return None
    return Shares({(key, year): share for key, year, share in kept.document["shares"]}, kept.taken_at)


async def _kept(tx: Tx, what: str, years: tuple[int, int]) -> KeptDynamics | None:
    """What was kept of the region that is all that somebody sees, and of which they see all; if it still holds."""
    region_id = _whole_region(tx.actor)
    if region_id is None:
        return None
    kept = await tx.session.get(KeptDynamics, (region_id, *years, what))
    if kept is None:
        return None
    if tx.has_passed(kept.taken_at + FRESH):
        # Nobody has counted for an hour. Asking for the numbers of tables keeps a page from being kept itself.
        is_same = bool(kept.stamps) and changes.same(await changes.stamps(tx), kept.stamps)
        return kept if is_same else None
    return kept


def _whole_region(actor: Actor) -> int | None:
    regions = {grant.place.region_id for grant in actor.grants}
    whole = {grant.place.region_id for grant in actor.grants if grant.place == Place(grant.place.region_id)}
    return next(iter(whole)) if not actor.is_system and len(regions) == 1 and whole else None


async def _table(tx: Tx, asked: Asked, of: Moves, taken_at: datetime | None) -> Counted:
    """The table of these movements; of `taken_at` they are of a whole region."""
    inside, groups = of.everyone, None
    if taken_at is not None and asked.narrowed != EVERYWHERE:
        inside = await _schools(tx, _inside(tx, asked.narrowed))
    if asked.by != EVERYTHING:
        tracks = await _kept(tx, TRACK, NO_YEARS) if taken_at is not None and asked.by == TRACK else None
        groups = rules.read_groups(tracks.document) if tracks else await groups_of(tx, asked)
    titles = {key: procedure.title for key, procedure in (await outcomes.known_procedures(tx)).items()}
    return replace(rules.count(of, asked.years, groups, inside, titles), taken_at=taken_at)


async def moves(tx: Tx, asked: Asked) -> Moves:
    """Who moved which way. Results are found by school, so that one municipality is not looked for in a country's year."""
    inside = _inside(tx, asked.narrowed)
    parts = [
        func.max(case((Outcome.year == year, column), else_=0)).label(f"{column.key}_{number}")
        for number, year in enumerate(asked.years)
        for column in (Outcome.participants, Outcome.below)
    ]
    found = (
        select(Outcome.procedure, Outcome.school_id, *parts)
        .where(Outcome.school_id.in_(inside), (Outcome.year + 0).in_(asked.years), Outcome.participants > 0)
        .group_by(Outcome.school_id, Outcome.procedure)
        .subquery()
    )
    procedure, school_id, *counts = found.c
    kinds = _kinds((counts[0], counts[1]), (counts[2], counts[3]))
    in_one_year = or_(counts[0] == 0, counts[2] == 0)
    kind = case(
        (in_one_year, literal(Dynamics.NOT_COMPUTED.value)), *((of, key.value) for key, of in kinds.items())
    )
    by: dict[str, dict[Dynamics, Bits]] = {}
    for key, moved, ids in await _aggregated(tx, select(procedure, kind.label("kind"), school_id)):
        by.setdefault(key, {})[Dynamics(moved)] = rules.bits_in(ids)
    there = exists().where(Outcome.school_id == School.id, Outcome.year.in_(asked.years))
    return Moves(await _schools(tx, inside), await _schools(tx, inside.where(there)), by)


async def groups_of(tx: Tx, asked: Asked) -> dict[str, Bits]:
    """The schools of each group by its name; of groups with the same name together."""
    inside = _inside(tx, asked.narrowed)
    pairs: Any
    if asked.by in OF_SCHOOL:
        pairs = inside.with_only_columns(OF_SCHOOL[asked.by], School.id)
    elif asked.by == "cohort":
        pairs = select(Enrollment.cohort_id, Enrollment.school_id).where(Enrollment.school_id.in_(inside))
    elif asked.by == "cluster":
        pairs = select(ClusterMark.cluster, ClusterMark.school_id)
        pairs = pairs.where(ClusterMark.school_id.in_(inside), ClusterMark.year == asked.after)
    else:
        pairs = select(Measure.track_id, Assignment.school_id).distinct()
        pairs = pairs.join(Measure, Measure.id == Assignment.measure_id)
        pairs = pairs.where(Assignment.school_id.in_(inside), Measure.track_id.is_not(None))
    rows = await _aggregated(tx, pairs)
    names = await _names(tx, asked.by, [key for key, _ in rows])
    groups: dict[str, Bits] = {}
    for key, ids in rows:
        groups[names[key]] = groups.get(names[key], rules.NOBODY) | rules.bits_in(ids)
    return groups


async def _aggregated(tx: Tx, pairs: Select[Any]) -> Sequence[Any]:
    """The last column is an id: one text of ids for each value of the others. As rows a country's schools would take ten
    times as long to fetch."""
    found = pairs.subquery()
    *keys, id_ = found.c
    query = select(*keys, func.aggregate_strings(cast(id_, String), ",")).group_by(*keys)
    return (await tx.session.execute(query)).all()


async def _schools(tx: Tx, ids: Select[Any]) -> Bits:
    return rules.together([rules.bits_in(row[0]) for row in await _aggregated(tx, ids)])


def _inside(tx: Tx, narrowed: Narrowed) -> Select[Any]:
    return outcomes.of_schools(tx, narrowed).with_only_columns(School.id)


async def _names(tx: Tx, by: str, keys: Collection[Any]) -> dict[Any, str]:
    if by == "municipality":
        query = select(Municipality.id, Municipality.name).where(Municipality.id.in_(keys))
        return dict((await tx.session.execute(query)).tuples().all())
    if by == "cohort":
        return {cohort.id: cohort.name for cohort in await programme.cohorts(tx)}
    if by == TRACK:
        return {id_: _plain(title) for id_, title in (await _tracks(tx)).items()}
    return {key: str(key) if key is not None else "" for key in keys}


async def _tracks(tx: Tx) -> dict[int, str]:
    """Titles of all tracks in the actor's regions by id; those of several plans that have the same name are one group."""
    query = select(Track.id, Track.title)
    if not tx.actor.is_system:
        regions = {grant.place.region_id for grant in tx.actor.grants}
        query = query.join(Roadmap, Roadmap.id == Track.roadmap_id).where(Roadmap.region_id.in_(regions))
    return dict((await tx.session.execute(query)).tuples().all())


def _plain(title: str) -> str:
    return " ".join(title.split())


async def schools_behind(
    tx: Tx,
    asked: Asked,
    *,
    group: str,
    procedure: str,
    kind: Dynamics | None = None,
    limit: int | None = None,
) -> tuple[list[Behind], int]:
    """The schools of one cell by movement and name, and how many they are in all."""
    pair = _Pair(asked)
    query = own = _with_results(tx, asked).where(await _in_group(tx, asked, group))
    query = pair.joined(query, procedure)
    if kind is not None:
        neither = or_(pair.was.id.is_(None), pair.now.id.is_(None))
        query = own = query.where(pair.kinds.get(kind, neither))
    total = await tx.session.scalar(own.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    lines = query.with_only_columns(*pair.columns).order_by(*pair.order).limit(limit)
    return [_behind(row) for row in await tx.session.execute(lines)], total


async def every_school_behind(tx: Tx, asked: Asked, *, group: str, procedure: str) -> AsyncIterator[Behind]:
    """The same schools as they come, for files: a country's are too many to be held."""
    pair = _Pair(asked)
    query = pair.joined(_with_results(tx, asked).where(await _in_group(tx, asked, group)), procedure)
    async for row in await tx.session.stream(query.with_only_columns(*pair.columns).order_by(*pair.order)):
        yield _behind(row)


async def schools_without(
    tx: Tx, asked: Asked, *, group: str, limit: int | None = None
) -> tuple[list[Behind], int]:
    """The schools of a group without any result in either year, and how many they are in all."""
    query = _without_results(tx, asked).where(await _in_group(tx, asked, group))
    total = await tx.session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    lines = query.join(Municipality, Municipality.id == School.municipality_id).with_only_columns(
        School.id, School.name, Municipality.name
    )
    rows = await tx.session.execute(lines.order_by(Municipality.name, School.name, School.id).limit(limit))
    return [Behind(*row, None, None, Dynamics.NOT_COMPUTED) for row in rows], total


def _behind(row: Sequence[Any]) -> Behind:
    id_, name, above, *results, rank = row
    return Behind(id_, name, above, _result(*results[:2]), _result(*results[2:]), ORDER[rank])


def _result(participants: int | None, below: int | None) -> Result | None:
    return None if participants is None or below is None else Result(participants, below)


def _has_results(asked: Asked) -> ColumnElement[bool]:
    return exists().where(Outcome.school_id == School.id, Outcome.year.in_((asked.before, asked.after)))


def _with_results(tx: Tx, asked: Asked) -> Select[School]:
    return outcomes.of_schools(tx, asked.narrowed).where(_has_results(asked))


def _without_results(tx: Tx, asked: Asked) -> Select[School]:
    return outcomes.of_schools(tx, asked.narrowed).where(not_(_has_results(asked)))


async def _in_group(tx: Tx, asked: Asked, name: str) -> ColumnElement[bool]:
    """Whether a school stands in the group of this name."""
    if name == EVERYTHING:
        return School.id.is_not(None)
    if asked.by == "municipality":
        return School.municipality_id.in_(select(Municipality.id).where(Municipality.name == name))
    if asked.by == "cohort":
        cohorts = [cohort.id for cohort in await programme.cohorts(tx) if cohort.name == name]
        return School.id.in_(select(Enrollment.school_id).where(Enrollment.cohort_id.in_(cohorts)))
    if asked.by == "cluster":
        marked = select(ClusterMark.school_id).where(ClusterMark.year == asked.after)
        return School.id.in_(marked.where(ClusterMark.cluster == name))
    if asked.by == TRACK:
        titles = {title for title in (await _tracks(tx)).values() if _plain(title) == name}
        return School.id.in_(progress.working_by(select(Track.id).where(Track.title.in_(titles))))
    column = OF_SCHOOL.get(asked.by)
    if column is None:
        return false()
    found: ColumnElement[bool] = column == name if name else column.is_(None)
    return found
