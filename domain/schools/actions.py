"""Keeping the register of places."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from domain import audit, programme
from domain.actor import Place
from domain.db import WriteTx
from domain.policy import Permission, require
from domain.schools import queries, rules
from domain.schools.models import Enrollment, MentorLink, Municipality, Region, School, Settlement


async def add_region(tx: WriteTx, name: str, *, timezone: str, code: str | None = None) -> Region:
    """The region of this name, made where it is new; only the system adds regions."""
    found = await tx.session.scalar(select(Region).where(Region.name == name))
    if found is None:
        require(tx.actor, Permission.REGISTER, Place(None))
        found = Region(name=name, timezone=timezone, code=code)
        tx.session.add(found)
        await tx.session.flush()
        audit.record(tx, "region.add", "region", found.id, Place(found.id), name=name)
    return found


async def add_municipality(
    tx: WriteTx, region: Region, name: str, *, timezone: str | None = None, schools_total: int | None = None
) -> Municipality:
    """The municipality of this name in the region, made where it is new."""
    require(tx.actor, Permission.REGISTER, Place(region.id))
    known = (await tx.session.scalars(select(Municipality).where(Municipality.region_id == region.id))).all()
    key = rules.municipality_key(name)
    found = next((m for m in known if rules.municipality_key(m.name) == key), None)
    if found is None:
        found = Municipality(region_id=region.id, name=name, timezone=timezone or region.timezone)
        tx.session.add(found)
        await tx.session.flush()
        audit.record(tx, "municipality.add", "municipality", found.id, found.place, name=name)
    if schools_total is not None:
        found.schools_total = schools_total
    return found


async def add_school(
    tx: WriteTx, municipality: Municipality, full_name: str, *, name: str | None = None, **fields: Any
) -> tuple[School, bool]:
    """The school of this name in the municipality, and whether it is new; a known one takes the new facts."""
    require(tx.actor, Permission.REGISTER, municipality.place)
    key = rules.search_name(name or full_name)
    query = select(School).where(School.municipality_id == municipality.id, School.search_name == key)
    found = await tx.session.scalar(query)
    is_new = found is None
    if found is None:
        found = School(
            region_id=municipality.region_id,
            municipality_id=municipality.id,
            full_name=full_name,
            name=rules.short_name(name or full_name),
            search_name=key,
            details={},
        )
        tx.session.add(found)
    details = fields.pop("details", {})
    for field, value in fields.items():
        if value is not None:
            setattr(found, field, value)
    found.details = {**found.details, **details}
    if found.settlement is None:
        kind = rules.settlement_of([full_name, name or ""], municipality.name, found.details)
        found.settlement = Settlement(kind) if kind else None
    await tx.session.flush()
    if is_new:
        audit.record(tx, "school.add", "school", found.id, found.place, name=found.name)
    return found, is_new


async def settle(tx: WriteTx, kinds: Mapping[int, Settlement | None]) -> int:
    """Say of schools whether they stand in a town or a village, or that nobody knows; how many changed.

    Raises NotFound for a school that is not the actor's, Forbidden for one that the actor only sees.
    """
    changed = 0
    for school_id, kind in kinds.items():
        found = await queries.school(tx, school_id)
        require(tx.actor, Permission.REGISTER, found.place)
        if found.settlement is kind:
            continue
        found.settlement = kind
        changed += 1
        audit.record(tx, "school.settle", "school", found.id, found.place, kind=kind.value if kind else "")
    return changed


async def enroll(tx: WriteTx, school: School, cohort_id: int) -> None:
    """Put a school into a cohort; twice is once."""
    require(tx.actor, Permission.REGISTER, school.place)
    if await tx.session.get(Enrollment, (school.id, cohort_id)) is None:
        tx.session.add(Enrollment(school_id=school.id, cohort_id=cohort_id))
        audit.record(tx, "school.enroll", "school", school.id, school.place, cohort_id=cohort_id)


async def set_mentor(tx: WriteTx, school: School, name: str, distance_km: int | None) -> None:
    """Note the mentor school, linked where the register knows it."""
    require(tx.actor, Permission.REGISTER, school.place)
    link = await tx.session.get(MentorLink, school.id)
    if link is None:
        link = MentorLink(school_id=school.id, mentor_name=name)
        tx.session.add(link)
    query = select(School.id).where(
        School.region_id == school.region_id,
        School.search_name == rules.search_name(name),
        School.id != school.id,
    )
    link.mentor_name, link.distance_km = name, distance_km
    link.mentor_school_id = (await tx.session.scalars(query.limit(1))).first()


async def place_cohort(tx: WriteTx, cohort_id: int, programme_id: int, year: int) -> None:
    """Say to which programme and year a cohort belongs; whose schools are in it, may say so. Raises NotFound.

    Its rules (what a report may bring, when is reminded) follow from now on.
    """
    query = select(School).join(Enrollment, Enrollment.school_id == School.id)
    members = (await tx.session.scalars(query.where(Enrollment.cohort_id == cohort_id))).all()
    for place in {Place(school.region_id) for school in members} or {Place(None)}:
        require(tx.actor, Permission.REGISTER, place)
    await programme.put_cohort(tx, cohort_id, programme_id, year)
    for region_id in {school.region_id for school in members}:
        audit.record(
            tx,
            "cohort.place",
            "cohort",
            cohort_id,
            Place(region_id),
            programme_id=programme_id,
            year=year,
        )
