"""Counts by group and procedure, and the schools behind one of them; inside what the actor may see.

The rule is `outcomes.dynamics`, of one school. Here the database compares, since a country has hundreds of thousands
of results: `outcomes.dynamics_table` with its lists of schools says the same, and the tests hold one against the other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from domain import outcomes, programme
from domain.actor import Actor, Place
from domain.db import Tx
from domain.dynamics import rules
from domain.dynamics.models import KeptDynamics
from domain.dynamics.rules import Counted
from domain.outcomes import (
    EVERYTHING,
    TRACK,
    ClusterMark,
    Column,
    Dynamics,
    Narrowed,
    Outcome,
    Overlap,
    Result,
)
from domain.policy import Permission, within
from domain.schools import Enrollment, Municipality, School

# Every school stands in one of these, in the nameless one perhaps; in others it may stand in several, or in none.
OF_SCHOOL: Mapping[str, Any] = {
    "municipality": School.municipality_id,
    "status": School.status,
    "settlement": School.settlement,
}

EVERYWHERE = Narrowed()
KEPT = tuple(
    by for by in outcomes.GROUPINGS if by != TRACK
)  # who works by a track is another matter every day
SHARES = "shares"  # kept beside the tables: of all schools together
FRESH = timedelta(hours=1)  # how old a kept table may be


@dataclass(frozen=True, slots=True)
class Asked:
    """Two years, how schools are grouped, which schools."""

    before: int
    after: int
    by: str = EVERYTHING
    narrowed: Narrowed = EVERYWHERE
    tracks: Mapping[str, Select[Any]] | None = None  # who works by which, for tables by track: ids of schools


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


@dataclass(slots=True)
class _Group:
    """How many schools, and how many of those with both years moved which way."""

    size: int = 0
    moved: Counter[tuple[str, Dynamics]] = field(default_factory=Counter)

    def add(self, other: "_Group") -> None:
        self.size += other.size
        self.moved.update(other.moved)

    def column(self, procedure: str) -> Column:
        counts = {kind: self.moved[procedure, kind] for kind in Dynamics}
        counts[Dynamics.NOT_COMPUTED] = self.size - sum(counts.values())
        return Column(counts, self.size)


class _Pair:
    """Results of a school by one procedure in two years; a year in which nobody took part is none."""

    def __init__(self, asked: Asked) -> None:
        self.was, self.now = aliased(Outcome), aliased(Outcome)
        # Of some schools one begins with the schools: a bare year would lead SQLite to a country's results of it.
        of_all = asked.narrowed == EVERYWHERE
        self.is_was, self.is_now = (
            and_(
                result.school_id == School.id,
                (result.year if of_all else result.year + 0) == year,
                result.participants > 0,
            )
            for result, year in ((self.was, asked.before), (self.now, asked.after))
        )
        earlier = cast(self.was.below, BigInteger) * self.now.participants
        later = cast(self.now.below, BigInteger) * self.was.participants
        self.kinds: Mapping[Dynamics, ColumnElement[bool]] = {
            Dynamics.POSITIVE: later < earlier,
            Dynamics.ALL_PASSED: and_(self.was.below == 0, self.now.below == 0),
            Dynamics.NEGATIVE: later > earlier,
            Dynamics.NEUTRAL: and_(later == earlier, self.was.below > 0),
        }


async def counted(tx: Tx, asked: Asked) -> Counted:
    """Every group of schools with results in either year, by procedure; the columns sum to the group."""
    groups: dict[str, _Group] = {}
    whole = _Group()
    members = _members(tx, asked)
    key = members.c.key if members is not None else OF_SCHOOL.get(asked.by)
    if key is not None:
        found = await _grouped(tx, asked, key, members)
        names = await _names(tx, asked.by, found)
        for raw, group in sorted(found.items(), key=lambda item: names[item[0]]):
            groups.setdefault(names[raw], _Group()).add(group)
            whole.add(group)
    if asked.by not in OF_SCHOOL:
        whole = (await _grouped(tx, asked)).get(None, _Group())
    overlap = await _overlap(tx, asked, groups, whole.size, members)
    titles = await _titles(tx, asked, {procedure for procedure, _ in whole.moved})
    table = {
        name: {p: group.column(p) for p in titles} for name, group in {**groups, EVERYTHING: whole}.items()
    }
    return Counted(asked.before, asked.after, titles, table, overlap)


async def region_table(tx: Tx, asked: Asked) -> Counted:
    """The same; of a large region as it was kept a while ago, with that moment."""
    region_id = _whole_region(tx.actor)
    if region_id is not None and asked.narrowed == EVERYWHERE:
        kept = await tx.session.get(KeptDynamics, (region_id, asked.before, asked.after, asked.by))
        if kept is not None and not tx.has_passed(kept.taken_at + FRESH):
            known = await outcomes.known_procedures(tx)
            titles = {key: procedure.title for key, procedure in known.items()}
            return rules.read_table(kept.document, (asked.before, asked.after), titles, kept.taken_at)
    return await counted(tx, asked)


async def kept_shares(tx: Tx) -> Shares | None:
    """What `outcomes.group_shares` says of all schools of a large region, as it was kept a while ago."""
    region_id = _whole_region(tx.actor)
    if region_id is None:
        return None
    query = select(KeptDynamics).where(KeptDynamics.region_id == region_id, KeptDynamics.by == SHARES)
    kept = await tx.session.scalar(query)
    if kept is None or tx.has_passed(kept.taken_at + FRESH):
        return None
    return Shares({(key, year): share for key, year, share in kept.document["shares"]}, kept.taken_at)


def _whole_region(actor: Actor) -> int | None:
    """The region that is all that somebody sees, and of which they see all."""
    regions = {grant.place.region_id for grant in actor.grants}
    whole = {grant.place.region_id for grant in actor.grants if grant.place == Place(grant.place.region_id)}
    return next(iter(whole)) if not actor.is_system and len(regions) == 1 and whole else None


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
    pair, kinds = _Pair(asked), list(Dynamics)
    query = own = _with_results(tx, asked).where(await _in_group(tx, asked, group))
    for result, there in ((pair.was, pair.is_was), (pair.now, pair.is_now)):
        query = query.outerjoin(result, and_(there, result.procedure == procedure))
    if kind is not None:
        neither = or_(pair.was.id.is_(None), pair.now.id.is_(None))
        query = own = query.where(pair.kinds.get(kind, neither))
    total = await tx.session.scalar(own.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    moved = ((condition, kinds.index(of)) for of, condition in pair.kinds.items())
    rank = case(*moved, else_=kinds.index(Dynamics.NOT_COMPUTED)).label("rank")
    lines = (
        query.join(Municipality, Municipality.id == School.municipality_id)
        .with_only_columns(
            School.id,
            School.name,
            Municipality.name,
            *(pair.was.participants, pair.was.below),
            *(pair.now.participants, pair.now.below),
            rank,
        )
        .order_by(rank, Municipality.name, School.name, School.id)
        .limit(limit)
    )
    rows = await tx.session.execute(lines)
    return [
        Behind(id_, name, above, _result(*before), _result(*after), kinds[place])
        for id_, name, above, *results, place in rows
        for before, after in [(results[:2], results[2:])]
    ], total


def _result(participants: int | None, below: int | None) -> Result | None:
    return None if participants is None or below is None else Result(participants, below)


def _with_results(tx: Tx, asked: Asked) -> Select[School]:
    there = exists().where(Outcome.school_id == School.id, Outcome.year.in_((asked.before, asked.after)))
    return outcomes.of_schools(tx, asked.narrowed).where(there)


def _members(tx: Tx, asked: Asked) -> Subquery | None:
    """School and key of each group that it stands in; None where a column of the school says it."""
    if asked.by == "cohort":
        query: Any = select(Enrollment.school_id.label("school_id"), Enrollment.cohort_id.label("key"))
    elif asked.by == "cluster":
        query = select(ClusterMark.school_id.label("school_id"), ClusterMark.cluster.label("key")).where(
            within(tx.actor, Permission.SEE, ClusterMark), ClusterMark.year == asked.after
        )
    elif asked.by == TRACK:
        nobody = select(School.id.label("school_id"), literal("").label("key")).where(false())
        working = (
            select(School.id.label("school_id"), literal(name).label("key")).where(School.id.in_(ids))
            for name, ids in (asked.tracks or {}).items()
        )
        query = union_all(nobody, *working)
    else:
        return None
    found: Subquery = query.subquery()
    return found


async def _grouped(
    tx: Tx, asked: Asked, key: ColumnElement[Any] | None = None, members: Subquery | None = None
) -> dict[Any, _Group]:
    """Groups by key; without a key, the whole under None."""
    keys = [] if key is None else [key]
    pair = _Pair(asked)
    sizes = _with_results(tx, asked)
    moved = outcomes.of_schools(tx, asked.narrowed).join(pair.was, pair.is_was)
    moved = moved.join(pair.now, and_(pair.is_now, pair.now.procedure == pair.was.procedure))
    if members is not None:
        sizes, moved = (query.join(members, members.c.school_id == School.id) for query in (sizes, moved))
    counts = (func.sum(case((condition, 1), else_=0)) for condition in pair.kinds.values())
    sizes = sizes.with_only_columns(*keys, func.count(), maintain_column_froms=True).group_by(*keys)
    moved = moved.with_only_columns(*keys, pair.was.procedure, *counts).group_by(*keys, pair.was.procedure)
    found: dict[Any, _Group] = {}
    for row in await tx.session.execute(sizes):
        found[row[0] if keys else None] = _Group(row[-1])
    at = len(keys)
    rows: Any = await tx.session.execute(moved)
    for row in rows:
        into = found[row[0] if keys else None].moved
        for kind, count in zip(pair.kinds, row[at + 1 :], strict=True):
            into[row[at], kind] += int(count)
    return found


async def _names(tx: Tx, by: str, keys: Iterable[Any]) -> dict[Any, str]:
    if by == "municipality":
        query = select(Municipality.id, Municipality.name).where(Municipality.id.in_(list(keys)))
        return dict((await tx.session.execute(query)).tuples().all())
    if by == "cohort":
        return {cohort.id: cohort.name for cohort in await programme.cohorts(tx)}
    return {key: str(key) if key is not None else "" for key in keys}


async def _overlap(
    tx: Tx, asked: Asked, groups: Mapping[str, _Group], whole: int, members: Subquery | None
) -> Overlap:
    sizes = sum(group.size for name, group in groups.items() if name)
    if members is None:
        return Overlap(whole, sizes, 0, whole - sizes if asked.by != EVERYTHING else 0)
    times = (
        _with_results(tx, asked)
        .join(members, members.c.school_id == School.id)
        .with_only_columns(func.count().label("n"), maintain_column_froms=True)
        .group_by(School.id)
        .subquery()
    )
    query = select(func.count(), func.sum(case((times.c.n > 1, 1), else_=0))).select_from(times)
    somewhere, shared = (await tx.session.execute(query)).one()
    return Overlap(whole, sizes, int(shared or 0), whole - somewhere)


async def _titles(tx: Tx, asked: Asked, moved: set[str]) -> dict[str, str]:
    """Procedures in which anybody took part, in the order of tables; the others are no columns."""
    known = await outcomes.known_procedures(tx)
    doubtful = [key for key in known if key not in moved]
    if doubtful:
        years = (asked.before, asked.after)
        schools = outcomes.of_schools(tx, asked.narrowed).join(Outcome, Outcome.school_id == School.id)
        schools = schools.where(Outcome.year.in_(years), Outcome.participants > 0)
        asking = [
            select(literal(key)).where(schools.where(Outcome.procedure == key).exists()) for key in doubtful
        ]
        moved = moved | set((await tx.session.scalars(union_all(*asking))).all())
    return {key: procedure.title for key, procedure in known.items() if key in moved}


async def _in_group(tx: Tx, asked: Asked, name: str) -> ColumnElement[bool]:
    """Whether a school stands in the group of this name."""
    if name == EVERYTHING:
        return School.id.is_not(None)
    members = _members(tx, asked)
    if members is not None:
        keys: list[Any] = [name]
        if asked.by == "cohort":
            keys = [cohort.id for cohort in await programme.cohorts(tx) if cohort.name == name]
        return School.id.in_(select(members.c.school_id).where(members.c.key.in_(keys)))
    if asked.by == "municipality":
        return School.municipality_id.in_(select(Municipality.id).where(Municipality.name == name))
    column = OF_SCHOOL.get(asked.by)
    if column is None:
        return false()
    found: ColumnElement[bool] = column == name if name else column.is_(None)
    return found
