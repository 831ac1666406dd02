"""Setting indicators up, entering values with their documents, retiring with the reason; agreements."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from domain import audit, figures, schools
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import InvalidInput, NotFound
from domain.indicators import queries, rules
from domain.indicators.models import Agreement, Indicator, IndicatorValue
from domain.indicators.rules import AgreementKind, Source, Unit
from domain.policy import Permission, require


class IndicatorSpec(NamedTuple):
    """What an indicator is, before it is kept."""

    title: str
    source: Source = Source.ENTERED
    unit: Unit = Unit.SHARE
    target: str = ""  # an exact number or nothing
    track: str = ""
    word: str = ""
    roadmap_id: int | None = None
    measure_id: int | None = None


class AgreementSpec(NamedTuple):
    """What was signed."""

    kind: AgreementKind
    partner: str
    document: str
    signed_on: date
    until: date | None = None


async def add_indicator(tx: WriteTx, place: Place, spec: IndicatorSpec) -> Indicator:
    """Set an indicator up for a region or a municipality. Raises TitleNeeded, InvalidInput for a target that is no number."""
    require(tx.actor, Permission.PLAN, place)
    if place.region_id is None or place.school_id is not None or not await schools.place_exists(tx, place):
        raise NotFound
    if not spec.title.strip():
        raise rules.TitleNeeded
    count = select(func.count()).where(Indicator.region_id == place.region_id)
    found = Indicator(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        track=spec.track.strip()[:300],
        title=spec.title.strip(),
        unit=rules.UNITS.get(spec.source, spec.unit),
        source=spec.source,
        roadmap_id=spec.roadmap_id,
        measure_id=spec.measure_id,
        word=spec.word.strip()[:100],
        target=_target(spec.target),
        position=(await tx.session.scalar(count) or 0) + 1,
        made_by=tx.actor.person_id,
        made_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "indicator.add", "indicator", found.id, place, title=found.title)
    return found


def _target(words: str) -> str | None:
    if not words.replace("%", "").strip():
        return None
    found = figures.exact(words)
    if found is None:
        raise InvalidInput
    return str(found)


async def enter_value(
    tx: WriteTx, indicator_id: int, on: date, numerator: int, denominator: int | None, *, document: str
) -> IndicatorValue:
    """Keep a value of a date; the same date again corrects it, and the trail knows what it was.

    Raises NotEntered, IndicatorRetired, WrongValue, DocumentNeeded.
    """
    of = await queries.indicator(tx, indicator_id, Permission.PLAN)
    if of.source is not Source.ENTERED:
        raise rules.NotEntered(title=of.title)
    if of.retired_at is not None:
        raise rules.IndicatorRetired(title=of.title)
    rules.check_value(of.title, of.unit, numerator, denominator)
    if not document.strip():
        raise rules.DocumentNeeded
    query = select(IndicatorValue).where(IndicatorValue.indicator_id == of.id, IndicatorValue.on == on)
    found = await tx.session.scalar(query)
    was = [found.numerator, found.denominator] if found is not None else None
    if found is None:
        found = IndicatorValue(indicator_id=of.id, on=on)
        tx.session.add(found)
    found.numerator, found.denominator, found.document = numerator, denominator, document.strip()
    found.entered_by, found.entered_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    now = [numerator, denominator]
    audit.record(
        tx,
        "indicator.value",
        "indicator",
        of.id,
        of.place,
        title=of.title,
        on=on.isoformat(),
        was=was,
        now=now,
    )
    return found


async def retire_indicator(tx: WriteTx, indicator_id: int, *, reason: str) -> Indicator:
    """Take an indicator out of the table; it stays in the history with the reason. Raises ReasonNeeded."""
    of = await queries.indicator(tx, indicator_id, Permission.PLAN)
    if not reason.strip():
        raise rules.ReasonNeeded
    if of.retired_at is None:
        of.retired_at, of.retired_reason = tx.now, reason.strip()
        audit.record(
            tx, "indicator.retire", "indicator", of.id, of.place, title=of.title, reason=of.retired_reason
        )
    return of


async def add_agreement(tx: WriteTx, place: Place, spec: AgreementSpec) -> Agreement:
    """Note an agreement of a school or of a municipality's office. Raises DocumentNeeded, InvalidInput."""
    require(tx.actor, Permission.PLAN, place)
    if place.region_id is None or place.municipality_id is None or not await schools.place_exists(tx, place):
        raise NotFound
    if not spec.document.strip():
        raise rules.DocumentNeeded
    if spec.until is not None and spec.until < spec.signed_on:
        raise InvalidInput
    found = Agreement(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        kind=spec.kind,
        partner=spec.partner.strip()[:300],
        document=spec.document.strip()[:300],
        signed_on=spec.signed_on,
        until=spec.until,
        entered_by=tx.actor.person_id,
        entered_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "agreement.add", "agreement", found.id, place, document=found.document)
    return found


async def remove_agreement(tx: WriteTx, agreement_id: int) -> None:
    """Take back an agreement entered by mistake; it counts nowhere any more."""
    found = await queries.agreement(tx, agreement_id, Permission.PLAN)
    found.removed_at = tx.now
    audit.record(tx, "agreement.remove", "agreement", found.id, found.place, document=found.document)
