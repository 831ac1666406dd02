"""Reading the register, inside what the actor may see."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal, or_, select, union_all

from domain import programme
from domain.actor import Place
from domain.db import Tx, once
from domain.errors import NotFound
from domain.policy import Permission, allows, within
from domain.schools import rules
from domain.schools.models import Enrollment, MentorLink, Municipality, Region, School


class PlaceName(NamedTuple):
    """What a place is called: its own name and the one above it."""

    name: str
    above: str


class Office(NamedTuple):
    """The office of a municipality or a region where it owes something itself, in the stead of a school."""

    place: Place
    name: str  # «Даниловский МР»

    @property
    def id(self) -> None:
        """It has no line in the register of schools."""
        return None

    @property
    def region_id(self) -> int:
        """The region that it belongs to or is."""
        return self.place.region_id or 0

    @property
    def municipality_id(self) -> int | None:
        """The municipality; None for the region's own office."""
        return self.place.municipality_id


class SchoolRow(NamedTuple):
    """A line of the list of schools."""

    school: School
    municipality: str


def visible_schools(tx: Tx, permission: Permission = Permission.SEE) -> Select[School]:
    """The base of every query over schools: only those of the actor."""
    return select(School).where(within(tx.actor, permission, School))


@once
async def school(tx: Tx, school_id: int, permission: Permission = Permission.SEE) -> School:
    """One school, or NotFound where it is absent or not the actor's."""
    found = await tx.session.scalar(visible_schools(tx, permission).where(School.id == school_id))
    if found is None:
        raise NotFound
    return found


async def school_list(
    tx: Tx,
    *,
    search: str = "",
    municipality_id: int | None = None,
    cohort_id: int | None = None,
    status: str | None = None,
    permission: Permission = Permission.SEE,
    limit: int | None = None,
) -> list[SchoolRow]:
    """Schools by municipality and name, filtered; `search` looks into names without regard to case.

    `limit`: the first so many, where nothing is searched for.
    """
    query = (
        select(School, Municipality.name)
        .join(Municipality, Municipality.id == School.municipality_id)
        .where(within(tx.actor, permission, School))
        .order_by(Municipality.name, School.name)
    )
    if municipality_id is not None:
        query = query.where(School.municipality_id == municipality_id)
    if cohort_id is not None:
        query = query.join(
            Enrollment, and_(Enrollment.school_id == School.id, Enrollment.cohort_id == cohort_id)
        )
    if status:
        query = query.where(School.status == status)
    if limit is not None and not search:
        query = query.limit(limit)
    rows = [SchoolRow(*row) for row in (await tx.session.execute(query))]
    wanted = rules.fold(search)
    return [r for r in rows if wanted in rules.fold(f"{r.school.full_name} {r.school.name} {r.municipality}")]


async def regions(tx: Tx) -> Sequence[Region]:
    """Regions of which the actor may see all, by name."""
    found = (await tx.session.scalars(select(Region).order_by(Region.name))).all()
    return [region for region in found if allows(tx.actor, Permission.SEE, Place(region.id))]


@once
async def municipalities(tx: Tx, permission: Permission = Permission.SEE) -> Sequence[Municipality]:
    """Municipalities in which the actor holds something at or above the level of the municipality."""
    places = [g.place for g in tx.actor.grants if g.place.school_id is None]
    query = select(Municipality).order_by(Municipality.name)
    if not tx.actor.is_system:
        regions = [p.region_id for p in places if p.municipality_id is None]
        own = [p.municipality_id for p in places if p.municipality_id is not None]
        query = query.where(or_(Municipality.region_id.in_(regions), Municipality.id.in_(own)))
    return (await tx.session.scalars(query)).all()


async def place_name(tx: Tx, place: Place) -> PlaceName:
    """What a place is called; names of places are not secret to those who hold its id."""
    return (await place_names(tx, [place]))[place]


async def place_names(tx: Tx, places: Collection[Place]) -> dict[Place, PlaceName]:
    """What many places are called, for lists: one query however many they are."""
    tables: tuple[Any, ...] = (Region, Municipality, School)
    asked = [
        select(literal(level), table.id, table.name).where(table.id.in_(ids))
        for level, table in enumerate(tables)
        if (ids := {place[level] for place in places} - {None})
    ]
    rows = (await tx.session.execute(union_all(*asked))).all() if asked else []
    names = {(level, id_): name for level, id_, name in rows}
    result = {}
    for place in places:
        known = [names[key] for level in (2, 1, 0) if (key := (level, place[level])) in names]
        result[place] = PlaceName(known[0] if known else "", known[1] if len(known) > 1 else "")
    return result


async def offices(tx: Tx, places: Iterable[Place]) -> dict[Place, Office]:
    """The offices among places, by name; schools are passed over."""
    wanted = {place for place in places if place.school_id is None}
    named = await place_names(tx, wanted) if wanted else {}
    return {place: Office(place, name.name) for place, name in named.items()}


async def place_exists(tx: Tx, place: Place) -> bool:
    """Whether the ids belong together: a school of this municipality, a municipality of this region."""
    if place.school_id is not None:
        found = await tx.session.get(School, place.school_id)
        return found is not None and found.place == place
    if place.municipality_id is not None:
        above = await tx.session.get(Municipality, place.municipality_id)
        return above is not None and above.place == place
    return place.region_id is not None and await tx.session.get(Region, place.region_id) is not None


async def timezone(tx: Tx, place: Place) -> str:
    """Time zone of a place: the municipality's, else the region's."""
    municipality = (
        await tx.session.get(Municipality, place.municipality_id) if place.municipality_id else None
    )
    if municipality is not None:
        return municipality.timezone
    region = await tx.session.get(Region, place.region_id) if place.region_id else None
    return region.timezone if region else "Europe/Moscow"


async def find_place(tx: Tx, name: str) -> Place:
    """The one place of this name that the actor may see; NotFound for none or several.

    Understands regions, municipalities («Даниловский МР»), schools (short, full, or `eduRRNNNN`).
    """
    found: list[Place] = []
    wanted, key = rules.fold(name), rules.municipality_key(name)
    for region in await regions(tx):
        if rules.fold(region.name) == wanted or region.code == name:
            found.append(Place(region.id))
    for municipality in await municipalities(tx):
        if rules.fold(municipality.name) == wanted:
            return municipality.place
        if key and rules.municipality_key(municipality.name) == key:
            found.append(municipality.place)
    if not found:
        match = or_(School.search_name == rules.search_name(name), School.federal_login == name.strip())
        found = [s.place for s in (await tx.session.scalars(visible_schools(tx).where(match))).all()]
    if len(found) != 1:
        raise NotFound(name=name)
    return found[0]


async def mentor(tx: Tx, school_id: int) -> MentorLink | None:
    """The mentor of a school that the actor may see."""
    await school(tx, school_id)
    return await tx.session.get(MentorLink, school_id)


async def cohort_ids(tx: Tx, school_ids: Sequence[int]) -> dict[int, list[int]]:
    """Cohorts of schools, by school."""
    rows: Any = await tx.session.execute(
        select(Enrollment.school_id, Enrollment.cohort_id).where(Enrollment.school_id.in_(school_ids))
    )
    result: dict[int, list[int]] = {}
    for school_id, cohort_id in rows:
        result.setdefault(school_id, []).append(cohort_id)
    return result


async def cohort_names(tx: Tx, school_id: int) -> Sequence[str]:
    """Cohorts of one school by name."""
    query = select(programme.Cohort.name).join(Enrollment, Enrollment.cohort_id == programme.Cohort.id)
    query = query.where(Enrollment.school_id == school_id).order_by(programme.Cohort.name)
    return (await tx.session.scalars(query)).all()


async def file_rules(tx: Tx, place: Place) -> programme.FileRules:
    """What a report of this school, or of this office, may bring: by its cohorts and its region."""
    if place.school_id is None:
        return await programme.file_rules(tx, place.region_id)
    its = select(Enrollment.cohort_id).where(Enrollment.school_id == place.school_id)
    return await programme.file_rules(tx, place.region_id, its)


class Unsettled(NamedTuple):
    """A school of which nobody has said whether it stands in a town or a village, and what its words suggest."""

    school: School
    municipality: str
    guess: rules.Guess | None


async def unsettled_count(tx: Tx) -> int:
    """How many schools that the actor keeps have neither town nor village."""
    query = select(func.count()).select_from(School).where(within(tx.actor, Permission.REGISTER, School))
    return await tx.session.scalar(query.where(School.settlement.is_(None))) or 0


async def unsettled(tx: Tx, *, municipality_id: int | None = None, limit: int = 200) -> list[Unsettled]:
    """Schools that the actor keeps without town or village, by municipality and name."""
    query = (
        select(School, Municipality.name)
        .join(Municipality, Municipality.id == School.municipality_id)
        .where(within(tx.actor, Permission.REGISTER, School), School.settlement.is_(None))
        .order_by(Municipality.name, School.name)
        .limit(limit)
    )
    if municipality_id is not None:
        query = query.where(School.municipality_id == municipality_id)
    return [
        Unsettled(found, above, guess_of(found, above)) for found, above in (await tx.session.execute(query))
    ]


def guess_of(found: School, municipality: str) -> rules.Guess | None:
    """What the words of a school suggest."""
    return rules.guess_settlement([found.full_name, found.name], municipality, found.details)
