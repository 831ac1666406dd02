"""Bringing a register in: matched against what is there, one fault does not stop the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import select

from domain import audit, programme, schools
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import N_
from domain.policy import Permission, allows
from domain.register.rules import Reading, RegisterRow
from domain.schools import Intake, Municipality, Region, School, search_name

ALIKE = 90  # per cent of likeness (rapidfuzz) from which two names are shown to a person; they are not merged


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be looked at in a row; `message` is a catalogue key."""

    sheet: str
    row: int
    message: str
    params: dict[str, Any]


@dataclass(slots=True)
class Imported:
    """What an import did. Rows of `problems` were not imported; those of `doubts` were."""

    regions: list[str] = field(default_factory=list)
    municipalities: int = 0
    rows: int = 0
    added: int = 0
    known: int = 0
    enrolled: int = 0
    cohorts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    school_ids: list[int] = field(default_factory=list)
    new_rows: list[tuple[str, int]] = field(
        default_factory=list
    )  # sheet and row of what was not there before


class _OnlyTried(Exception):
    """Leaves a trial import, so that its savepoint takes everything back."""

    def __init__(self, imported: Imported) -> None:
        super().__init__()
        self.imported = imported


@dataclass(slots=True)
class _Import:
    """The places met so far, so that each is asked for once."""

    tx: WriteTx
    intake: Intake
    defaults: tuple[str, str, str]  # region, municipality, cohort, for rows that do not say
    timezone: str
    result: Imported
    regions: dict[str, Region] = field(default_factory=dict)
    municipalities: dict[tuple[int, str], Municipality] = field(default_factory=dict)
    known: dict[int, dict[str, Municipality]] = field(default_factory=dict)  # region → key → municipality
    homes: dict[int, dict[str, set[int]]] = field(default_factory=dict)  # region → school → municipalities
    numbered: dict[int, dict[str | None, list[str]]] = field(
        default_factory=dict
    )  # municipality → number → schools
    cohorts: dict[str, int] = field(default_factory=dict)
    seen: dict[School, RegisterRow] = field(default_factory=dict)

    def count(self, row: RegisterRow, *, is_new: bool) -> None:
        """Note a row that was brought in."""
        self.result.added, self.result.known = self.result.added + is_new, self.result.known + (not is_new)
        if is_new:
            self.result.new_rows.append((row.sheet, row.row))

    def problem(self, row: RegisterRow, message: str, **params: Any) -> None:
        self.result.problems.append(Problem(row.sheet, row.row, message, params))

    def doubt(self, row: RegisterRow, message: str, **params: Any) -> None:
        self.result.doubts.append(Problem(row.sheet, row.row, message, params))


async def import_register(
    tx: WriteTx,
    reading: Reading,
    *,
    region: str = "",
    municipality: str = "",
    cohort: str = "",
    timezone: str = "Europe/Moscow",
) -> Imported:
    """Bring a register in; the same register twice changes nothing.

    `region`, `municipality` and `cohort` stand for columns that the register lacks; `timezone` is that of a new region.
    Schools are known by their normalised name inside the municipality, or by their federal login.
    """
    region = region.strip() or await _region_of(tx, reading)
    work = _Import(tx, Intake(tx), (region, municipality.strip(), cohort.strip()), timezone, Imported())
    await work.intake.expect(row.federal_login for row in reading.rows if row.federal_login)
    for row in reading.rows:
        work.result.rows += 1
        if reading.of_schools:
            await _school(work, row)
        else:
            await _municipality_row(work, row)
    await work.intake.write()
    work.result.school_ids = [school.id for school in work.seen]
    known = work.regions.values()
    for place in sorted({Place(found.id) for found in known}):
        audit.record(
            tx,
            "register.import",
            "region",
            place.region_id,
            place,
            rows=work.result.rows,
            added=work.result.added,
        )
    work.result.regions = [found.name for found in known]
    work.result.municipalities = len(work.municipalities)
    return work.result


async def preview_register(
    tx: WriteTx, reading: Reading, *, region: str = "", municipality: str = "", cohort: str = ""
) -> Imported:
    """What an import would do, by doing it and taking every trace of it back."""
    try:
        async with tx.session.begin_nested():
            raise _OnlyTried(
                await import_register(tx, reading, region=region, municipality=municipality, cohort=cohort)
            )
    except _OnlyTried as tried:
        return tried.imported


async def _municipality_row(work: _Import, row: RegisterRow) -> None:
    region = await _region(work, row)
    if region is None:
        return
    if not row.municipality:
        return work.problem(row, N_("the municipality is missing"))
    found, is_new = await _municipality(work, region, row.municipality)
    if row.schools_total is not None:
        found.schools_total = row.schools_total
    found.details = {**found.details, **row.details}
    work.count(row, is_new=is_new)
    if row.totals:
        totals = " / ".join(map(str, row.totals))
        work.doubt(
            row,
            N_("%(name)s: totals of schools contradict each other: %(totals)s"),
            name=found.name,
            totals=totals,
        )
    _unreadable(work, row)


async def _school(work: _Import, row: RegisterRow) -> None:
    if not row.full_name:
        return work.problem(row, N_("the name of the school is missing"))
    region = await _region(work, row)
    if region is None:
        return
    home = await _home(work, region, row)
    if home is None:
        return
    twin = _alike(await _numbered(work, home), await work.intake.schools_of(home), row)
    school, is_new = await _take(work, home, row)
    if school is None:
        return
    if school in work.seen:
        return work.problem(row, N_("the same school as in row %(other)s"), other=work.seen[school].row)
    work.seen[school] = row
    if is_new:
        work.numbered[home.id].setdefault(schools.number_of(school.search_name), []).append(
            school.search_name
        )
        work.homes.get(home.region_id, {}).setdefault(school.search_name, set()).add(home.id)
    if is_new and twin:
        work.doubt(
            row, N_("«%(name)s» resembles «%(other)s», which was there before"), name=school.name, other=twin
        )
    work.count(row, is_new=is_new)
    await _enroll(work, school, row.cohorts or [work.defaults[2]])
    if row.mentor:
        work.intake.note_mentor(school, row.mentor, row.distance_km)
    _unreadable(work, row)


async def _region_of(tx: WriteTx, reading: Reading) -> str:
    """The region of a register that does not name one: the only one there is, or the one whose municipalities
    and schools it lists; empty where none or several would do."""
    known = [r for r in (await tx.session.scalars(select(Region))).all() if _may(tx, r)]
    if len(known) == 1:
        return known[0].name
    places = {schools.municipality_key(row.municipality) for row in reading.rows if row.municipality}
    names = {search_name(row.short_name or row.full_name) for row in reading.rows if row.full_name}
    hits: dict[str, int] = {}
    for found in known:
        of_region = await tx.session.scalars(select(School.search_name).where(School.region_id == found.id))
        keys = {schools.municipality_key(m.name) for m in await _of(tx, found)}
        hits[found.name] = len(places & keys) + len(names & set(of_region))
    best = max(hits.values(), default=0)
    likely = [name for name, count in hits.items() if count == best > 0]
    return likely[0] if len(likely) == 1 else ""


async def _region(work: _Import, row: RegisterRow) -> Region | None:
    """The row's region, or the one given or found for the whole register."""
    name = row.region or work.defaults[0]
    if not name:
        work.problem(row, N_("the region is missing, please name it"))
        return None
    if name not in work.regions:
        found = await work.tx.session.scalar(select(Region).where(Region.name == name))
        if found is None and work.tx.actor.is_system:
            found = await schools.add_region(work.tx, name, timezone=work.timezone)
        if found is None or not _may(work.tx, found):
            work.problem(row, N_("«%(name)s» is not your region"), name=name)
            return None
        work.regions[name] = found
    return work.regions[name]


def _may(tx: WriteTx, region: Region) -> bool:
    return allows(tx.actor, Permission.REGISTER, Place(region.id))


async def _of(tx: WriteTx, region: Region) -> Sequence[Municipality]:
    query = select(Municipality).where(Municipality.region_id == region.id)
    return (await tx.session.scalars(query)).all()


async def _municipality(work: _Import, region: Region, name: str) -> tuple[Municipality, bool]:
    own = schools.municipality_key(name)
    key = (region.id, own or schools.fold(name))
    if key in work.municipalities:
        return work.municipalities[key], False
    known = await _known(work, region)
    is_new = own not in known
    if is_new:
        known[own] = await schools.add_municipality(work.tx, region, name)
    work.municipalities[key] = known[own]
    return known[own], is_new


async def _known(work: _Import, region: Region) -> dict[str, Municipality]:
    """The region's municipalities by their keys; of two with one key the one that was there first."""
    if region.id not in work.known:
        found = await _of(work.tx, region)
        work.known[region.id] = {schools.municipality_key(one.name): one for one in reversed(found)}
    return work.known[region.id]


async def _home(work: _Import, region: Region, row: RegisterRow) -> Municipality | None:
    """The school's municipality: the row's, the one given, or where a school of this name is known."""
    name = row.municipality or work.defaults[1]
    if name:
        return (await _municipality(work, region, name))[0]
    found = (await _homes(work, region)).get(search_name(row.short_name or row.full_name), set())
    if len(found) == 1:
        return await work.tx.session.get_one(Municipality, min(found))
    work.problem(row, N_("«%(name)s»: the municipality is missing, please name it"), name=row.full_name)
    return None


async def _homes(work: _Import, region: Region) -> dict[str, set[int]]:
    """In which municipalities of the region a school of each name stands."""
    if region.id not in work.homes:
        query = select(School.search_name, School.municipality_id).where(School.region_id == region.id)
        homes: dict[str, set[int]] = {}
        for name, municipality_id in await work.tx.session.execute(query):
            homes.setdefault(name, set()).add(municipality_id)
        for school in work.seen:  # taken in, and not written yet
            if school.region_id == region.id:
                homes.setdefault(school.search_name, set()).add(school.municipality_id)
        work.homes[region.id] = homes
    return work.homes[region.id]


async def _take(work: _Import, home: Municipality, row: RegisterRow) -> tuple[School | None, bool]:
    if row.federal_login:
        holder = work.intake.holder(row.federal_login)
        same = holder is None or holder.search_name == search_name(row.short_name or row.full_name)
        if holder is not None and not (same and holder.municipality_id == home.id):
            _login_taken(work, row, holder)
            return None, False
    return await work.intake.take(
        home,
        row.full_name[:400],
        name=row.short_name[:200] or None,
        federal_login=row.federal_login,
        status=row.status,
        social_index=row.social_index,
        details=row.details,
    )


def _login_taken(work: _Import, row: RegisterRow, holder: School) -> None:
    """Whose the login is, where the actor may know it: registers of other regions stay closed."""
    if allows(work.tx.actor, Permission.REGISTER, holder.place):
        sentence = N_("login %(login)s already belongs to «%(name)s»")
        work.problem(row, sentence, login=row.federal_login, name=holder.name)
    else:
        work.problem(row, N_("login %(login)s already belongs to another school"), login=row.federal_login)


async def _numbered(work: _Import, home: Municipality) -> dict[str | None, list[str]]:
    """The municipality's schools by the number in their names."""
    if home.id not in work.numbered:
        found: dict[str | None, list[str]] = {}
        for name in await work.intake.schools_of(home):
            found.setdefault(schools.number_of(name), []).append(name)
        work.numbered[home.id] = found
    return work.numbered[home.id]


def _alike(
    numbered: dict[str | None, list[str]], known: Mapping[str, School], row: RegisterRow
) -> str | None:
    """A known school that a slip of the pen would explain; the number must match."""
    key = search_name(row.short_name or row.full_name)
    if key in known:
        return None
    same_number = numbered.get(schools.number_of(key), [])
    found = process.extractOne(key, same_number, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return known[found[0]].name if found else None


async def _enroll(work: _Import, school: School, cohorts: list[str]) -> None:
    for name in filter(None, cohorts):
        if name not in work.cohorts:
            work.cohorts[name] = (await programme.cohort(work.tx, name)).id
            work.result.cohorts.append(name)
        work.intake.enroll(school, work.cohorts[name])
        work.result.enrolled += 1


def _unreadable(work: _Import, row: RegisterRow) -> None:
    for header in row.unreadable:
        work.doubt(
            row, N_("the value in the column «%(column)s» was not understood and left out"), column=header
        )
