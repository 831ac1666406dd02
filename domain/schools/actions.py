"""Keeping the register of places."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select

from domain import audit, programme
from domain.actor import Place
from domain.db import WriteTx, chunks
from domain.policy import Permission, require
from domain.schools import queries, rules
from domain.schools.models import Enrollment, MentorLink, Municipality, Region, School, Settlement

_AT_ONCE = 500  # values in one question


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
        found = _new_school(municipality, full_name, name or full_name)
        tx.session.add(found)
    _describe(found, municipality, (full_name, name or ""), fields)
    await tx.session.flush()
    if is_new:
        audit.record(tx, "school.add", "school", found.id, found.place, name=found.name)
    return found, is_new


def _new_school(municipality: Municipality, full_name: str, name: str) -> School:
    return School(
        region_id=municipality.region_id,
        municipality_id=municipality.id,
        full_name=full_name,
        name=rules.short_name(name),
        search_name=rules.search_name(name),
        details={},
    )


def _describe(
    found: School, municipality: Municipality, names: tuple[str, str], fields: Mapping[str, Any]
) -> None:
    """The new facts of a school; what is not said stays."""
    for field, value in fields.items():
        if value is not None and field != "details":
            setattr(found, field, value)
    found.details = {**found.details, **fields.get("details", {})}
    if found.settlement is None:
        kind = rules.settlement_of(list(names), municipality.name, found.details)
        found.settlement = Settlement(kind) if kind else None


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


class Intake:
    """Schools by the thousand: what is known is read a municipality at a time, what is new is written together.

    The rules are those of `add_school` and `enroll`. A new school has its id after `write`, and is no object of the
    session: what is to be changed in it later, is read anew.
    """

    def __init__(self, tx: WriteTx) -> None:
        self.tx = tx
        self._known: dict[int, dict[str, School]] = {}  # municipality → search name → school
        self._holders: dict[str, School] = {}  # by federal login
        self._new: dict[School, None] = {}
        self._steps: list[tuple[School, int | None]] = []  # added (None), or enrolled in a cohort
        self._mentors: dict[School, tuple[str, int | None]] = {}

    async def expect(self, logins: Iterable[str]) -> None:
        """Federal logins that will come: whose they are, is asked for all together."""
        for some in chunks(sorted(set(logins)), _AT_ONCE):
            found = await self.tx.session.scalars(select(School).where(School.federal_login.in_(some)))
            self._holders.update((school.federal_login or "", school) for school in found)

    def holder(self, login: str) -> School | None:
        """Whose an expected login is, wherever the school stands."""
        return self._holders.get(login)

    async def schools_of(self, municipality: Municipality) -> Mapping[str, School]:
        """By search name, with those taken in before."""
        if municipality.id not in self._known:
            query = select(School).where(School.municipality_id == municipality.id).order_by(School.id)
            found = await self.tx.session.scalars(query)
            self._known[municipality.id] = {school.search_name: school for school in found}
        return self._known[municipality.id]

    async def take(
        self, municipality: Municipality, full_name: str, *, name: str | None = None, **fields: Any
    ) -> tuple[School, bool]:
        """The school of this name, and whether it is new; a known one takes the new facts."""
        require(self.tx.actor, Permission.REGISTER, municipality.place)
        await self.schools_of(municipality)
        of_place = self._known[municipality.id]
        found = of_place.get(rules.search_name(name or full_name))
        is_new = found is None
        if found is None:
            found = _new_school(municipality, full_name, name or full_name)
            of_place[found.search_name] = found
            self._new[found] = None
            self._steps.append((found, None))
        login = found.federal_login
        _describe(found, municipality, (full_name, name or ""), fields)
        if found.federal_login and found.federal_login != login:
            self._holders[found.federal_login] = found
            if login:
                self._holders.pop(login, None)
                await self.tx.session.flush()  # a later row may take the login that has become free
        return found, is_new

    def enroll(self, school: School, cohort_id: int) -> None:
        """Put a school into a cohort; twice is once."""
        require(self.tx.actor, Permission.REGISTER, school.place)
        self._steps.append((school, cohort_id))

    def note_mentor(self, school: School, name: str, distance_km: int | None) -> None:
        """The mentor school, linked where the register knows it."""
        require(self.tx.actor, Permission.REGISTER, school.place)
        self._mentors[school] = (name, distance_km)

    async def write(self) -> None:
        """All that was taken in, with its trace in the order in which it came."""
        await self._insert_new()
        enrolled: set[tuple[int, int]] = set()
        for some in chunks(
            sorted({school.id for school, _ in self._steps if school not in self._new}), _AT_ONCE
        ):
            query = select(Enrollment.school_id, Enrollment.cohort_id).where(Enrollment.school_id.in_(some))
            enrolled.update((school, cohort) for school, cohort in await self.tx.session.execute(query))
        deeds, enrolments = [], []
        for school, cohort_id in self._steps:
            if cohort_id is None:
                deeds.append(
                    audit.Deed("school.add", "school", school.id, school.place, {"name": school.name})
                )
            elif (school.id, cohort_id) not in enrolled:
                enrolled.add((school.id, cohort_id))
                enrolments.append({"school_id": school.id, "cohort_id": cohort_id})
                details = {"cohort_id": cohort_id}
                deeds.append(audit.Deed("school.enroll", "school", school.id, school.place, details))
        if enrolments:
            await self.tx.session.execute(insert(Enrollment), enrolments)
        await self._link_mentors()
        await audit.record_all(self.tx, deeds)

    async def _insert_new(self) -> None:
        await self.tx.session.flush()  # a login that a known school has given up is free then
        if not self._new:
            return
        table: Any = School.__table__
        fields = [column.key for column in table.columns if column.key != "id"]
        rows = [{field: getattr(school, field) for field in fields} for school in self._new]
        await self.tx.session.execute(insert(table), rows)
        ids: dict[tuple[int, str], int] = {}
        for some in chunks(sorted({school.municipality_id for school in self._new}), _AT_ONCE):
            query = select(School.municipality_id, School.search_name, School.id)
            query = query.where(School.municipality_id.in_(some))
            ids.update(((above, name), id_) for above, name, id_ in await self.tx.session.execute(query))
        for school in self._new:
            school.id = ids[school.municipality_id, school.search_name]

    async def _link_mentors(self) -> None:
        links: dict[int, MentorLink] = {}
        for some in chunks(sorted(school.id for school in self._mentors), _AT_ONCE):
            found = await self.tx.session.scalars(select(MentorLink).where(MentorLink.school_id.in_(some)))
            links.update((link.school_id, link) for link in found)
        named: dict[tuple[int, str], list[int]] = {}
        regions = {school.region_id for school in self._mentors}
        for names in chunks(
            sorted({rules.search_name(name) for name, _ in self._mentors.values()}), _AT_ONCE
        ):
            query = select(School.region_id, School.search_name, School.id)
            query = query.where(School.search_name.in_(names), School.region_id.in_(regions))
            query = query.order_by(School.municipality_id, School.id)
            for region_id, name, id_ in await self.tx.session.execute(query):
                named.setdefault((region_id, name), []).append(id_)
        for school, (name, distance_km) in self._mentors.items():
            link = links.get(school.id)
            if link is None:
                link = MentorLink(school_id=school.id)
                self.tx.session.add(link)
            ids = named.get((school.region_id, rules.search_name(name)), [])
            link.mentor_name, link.distance_km = name, distance_km
            link.mentor_school_id = next((id_ for id_ in ids if id_ != school.id), None)


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
