"""The table of indicators: entered and computed values at dates, inside what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain import outcomes, schools
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.events import Event
from domain.indicators import rules
from domain.indicators.models import Agreement, Indicator, IndicatorValue
from domain.indicators.rules import Source, State, Value
from domain.policy import Permission, allows, require, within
from domain.progress import Assignment, Status


class Row(NamedTuple):
    """An indicator with its values in the order of dates."""

    indicator: Indicator
    values: Sequence[Value]
    target: Fraction | None
    state: State
    missing: Fraction | None

    def at(self, day: date) -> Value | None:
        """The value of a day."""
        return next((value for value in self.values if value.on == day), None)


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """Indicators in their order, and the dates of the columns."""

    dates: Sequence[date]
    rows: Sequence[Row]
    retired: Sequence[Row]


class AgreementRow(NamedTuple):
    """An agreement and whose it is."""

    agreement: Agreement
    place: str
    above: str


async def indicator(tx: Tx, indicator_id: int, permission: Permission = Permission.SEE) -> Indicator:
    """One indicator; NotFound for strangers, Forbidden for insiders without the right."""
    found = await tx.session.get(Indicator, indicator_id)
    if found is None:
        raise NotFound
    require(tx.actor, permission, found.place)
    return found


async def table(tx: Tx, *, dates: Sequence[date] = (), municipality_id: int | None = None) -> IndicatorTable:
    """Every indicator of the actor's regions and municipalities at dates; without them, at those that have values
    and today. Computed values are counted for any date."""
    query = select(Indicator).order_by(
        Indicator.municipality_id.is_not(None), Indicator.position, Indicator.id
    )
    if municipality_id is not None:
        query = query.where(Indicator.municipality_id == municipality_id)
    found = [
        one for one in (await tx.session.scalars(query)).all() if allows(tx.actor, Permission.SEE, one.place)
    ]
    entered: dict[int, list[IndicatorValue]] = {}
    values = select(IndicatorValue).where(IndicatorValue.indicator_id.in_([one.id for one in found]))
    for value in (await tx.session.scalars(values.order_by(IndicatorValue.on))).all():
        entered.setdefault(value.indicator_id, []).append(value)
    today = tx.day(tx.actor.timezone)
    wanted = sorted(set(dates)) or sorted({*(v.on for of in entered.values() for v in of), today})
    rows = [await _row(tx, one, entered.get(one.id, []), wanted) for one in found]
    return IndicatorTable(
        wanted,
        [row for row in rows if row.indicator.retired_at is None],
        [row for row in rows if row.indicator.retired_at is not None],
    )


async def _row(tx: Tx, one: Indicator, entered: Sequence[IndicatorValue], wanted: Sequence[date]) -> Row:
    if one.source is Source.ENTERED:
        values = [Value(v.on, v.numerator, v.denominator, v.document) for v in entered if v.on in wanted]
    else:
        retired = local_day(one.retired_at, tx.actor.timezone) if one.retired_at else None
        values = [await _computed(tx, one, day) for day in wanted if retired is None or day <= retired]
    target = Fraction(one.target) if one.target is not None else None
    return Row(one, values, target, rules.state(values, target), rules.missing(values, target))


async def _computed(tx: Tx, one: Indicator, on: date) -> Value:
    """The value on a date by the facts of that date: never more than the actor's place of the indicator."""
    if one.source in (Source.MEASURE_SCHOOLS, Source.MEASURES):
        return Value(on, *await _measures(tx, one, on))
    if one.source is Source.EVENTS:
        return Value(on, await _events(tx, one, on), None)
    if one.source is Source.LOW_RESULTS:
        return Value(on, *await _low_results(tx, one, on))
    if one.source is Source.AGREEMENTS:
        since = [Agreement.signed_on >= date(on.year, 1, 1), Agreement.signed_on <= on]
        return Value(on, await _agreements(tx, one, since, func.count(Agreement.id)), None)
    in_force = [Agreement.signed_on <= on, or_(Agreement.until.is_(None), Agreement.until >= on)]
    if one.source is Source.AGREEMENT_MUNICIPALITIES:
        distinct = func.count(Agreement.municipality_id.distinct())
        return Value(on, await _agreements(tx, one, in_force, distinct), None)
    having = await _agreements(tx, one, in_force, func.count(Agreement.school_id.distinct()))
    of = select(func.count()).select_from(schools.School).where(*_inside(one, schools.School))
    return Value(on, having, await tx.session.scalar(of) or 0)


def _inside(
    one: Indicator, table_: type[schools.School] | type[Assignment] | type[Agreement]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [table_.region_id == one.region_id]
    if one.municipality_id is not None:
        found.append(table_.municipality_id == one.municipality_id)
    return found


async def _measures(tx: Tx, one: Indicator, on: date) -> tuple[int, int]:
    ended = datetime.combine(on, time.max, ZoneInfo(tx.actor.timezone))
    done = and_(Assignment.status == Status.CONFIRMED, Assignment.status_at <= ended)
    query = select(Assignment.school_id, Assignment.id, done).where(
        *_inside(one, Assignment), Assignment.status != Status.WAIVED, Assignment.school_id.is_not(None)
    )
    if one.measure_id is not None:
        query = query.where(Assignment.measure_id == one.measure_id)
    elif one.roadmap_id is not None:
        query = query.where(Assignment.roadmap_id == one.roadmap_id)
    found = (await tx.session.execute(query)).all()
    if one.source is Source.MEASURES:
        return sum(bool(is_done) for _, _, is_done in found), len(found)
    by_school: dict[int | None, bool] = {}
    for school_id, _, is_done in found:
        by_school[school_id] = by_school.get(school_id, True) and bool(is_done)
    return sum(by_school.values()), len(by_school)


async def _events(tx: Tx, one: Indicator, on: date) -> int:
    zone = ZoneInfo(tx.actor.timezone)
    begins, ends = datetime(on.year, 1, 1, tzinfo=zone), datetime.combine(on, time.max, zone)
    query = select(Event.title, Event.starts_at).where(
        Event.region_id == one.region_id,
        Event.cancelled_at.is_(None),
        Event.starts_at >= begins,
        Event.starts_at <= ends,
    )
    if one.municipality_id is not None:
        query = query.where(Event.municipality_id == one.municipality_id)
    wanted = schools.fold(one.word)
    rows = await tx.session.execute(query)
    return sum(wanted in schools.fold(title) and tx.has_passed(begun) for title, begun in rows)


async def _agreements(
    tx: Tx, one: Indicator, when: list[ColumnElement[bool]], what: ColumnElement[int]
) -> int:
    query = select(what).where(*_inside(one, Agreement), *when, Agreement.removed_at.is_(None))
    return await tx.session.scalar(query) or 0


async def _low_results(tx: Tx, one: Indicator, on: date) -> tuple[int, int]:
    lists = await outcomes.list_sizes(tx, region_id=one.region_id, municipality_id=one.municipality_id)
    known = sorted(year for year in lists if year <= on.year)
    if len(known) < 2:
        return 0, 0
    return rules.reduction(lists[known[-2]], lists[known[-1]])


async def agreements(tx: Tx, *, municipality_id: int | None = None) -> list[AgreementRow]:
    """Agreements inside the actor's places, the newest first."""
    query = (
        select(Agreement, schools.School.name, schools.Municipality.name)
        .join(schools.Municipality, schools.Municipality.id == Agreement.municipality_id)
        .outerjoin(schools.School, schools.School.id == Agreement.school_id)
        .where(within(tx.actor, Permission.SEE, Agreement), Agreement.removed_at.is_(None))
        .order_by(Agreement.signed_on.desc(), Agreement.id.desc())
    )
    if municipality_id is not None:
        query = query.where(Agreement.municipality_id == municipality_id)
    found = await tx.session.execute(query)
    return [AgreementRow(one, school or above, above if school else "") for one, school, above in found]


async def agreement(tx: Tx, agreement_id: int, permission: Permission) -> Agreement:
    """One agreement at whose place the actor may do this."""
    found = await tx.session.get(Agreement, agreement_id)
    if found is None or found.removed_at is not None:
        raise NotFound
    require(tx.actor, permission, found.place)
    return found
