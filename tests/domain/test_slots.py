"""What a report may bring: by programme and region, set by the region's coordinator."""

import pytest
from sqlalchemy import select

from domain import programme, progress, schools
from domain.actor import SYSTEM, Place
from domain.audit import AuditEntry
from domain.errors import Forbidden, NotFound
from domain.files import StoredFile
from domain.programme import FEDERAL, FileRules
from domain.progress import TooManyFiles
from tests.world import World


async def rules_of(world: World, school: str) -> FileRules:
    async with world.db.read(SYSTEM) as tx:
        return await schools.file_rules(tx, world.schools[school])


async def programme_of(world: World, name: str, *cohorts: str, year: int = 2022) -> int:
    """A programme with cohorts; `place_cohort` by the system, which may everything."""
    async with world.db.write(SYSTEM) as tx:
        made = await programme.programme(tx, name)
        for cohort in cohorts:
            found = await programme.cohort(tx, cohort)
            await schools.place_cohort(tx, found.id, made.id, year)
    return made.id


async def set_slot(world: World, who: str, programme_id: int, region: str, *slot: object) -> None:
    files, mb, types = slot or (5, 10, ["docx", "pdf"])
    async with world.db.write(await world.actor(who)) as tx:
        await programme.set_slot(
            tx,
            programme_id,
            world.places[region].region_id or 0,
            max_files=files,  # type: ignore[arg-type]
            max_file_mb=mb,  # type: ignore[arg-type]
            file_types=types,  # type: ignore[arg-type]
        )


async def test_a_region_s_own_slot_goes_before_the_programme_s(world: World) -> None:
    first = await programme_of(world, "500+")
    assert await rules_of(world, "Тороповская") == FEDERAL
    await set_slot(world, "Римма", first, "область")
    assert await rules_of(world, "Тороповская") == FileRules(5, 10, ("pdf", "docx"))
    assert await rules_of(world, "Тимонин") == FEDERAL  # the other region keeps its own
    async with world.db.read(SYSTEM) as tx:
        entry = (await tx.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()))).first()
        assert entry is not None
        assert (entry.action, entry.region_id, entry.details) == (
            "programme.slot",
            world.places["область"].region_id,
            {"files": 5, "mb": 10, "types": ["pdf", "docx"]},
        )
        mine = await programme.slots_of(tx, world.places["область"].region_id or 0)
        theirs = await programme.slots_of(tx, world.places["чужая область"].region_id or 0)
    assert [(row.programme.name, row.own) for row in mine] == [("500+", True)]
    assert [(row.rules, row.own) for row in theirs] == [(FEDERAL, False)]


async def test_the_newest_cycle_of_a_school_speaks(world: World) -> None:
    await programme_of(world, "500+", "500+ 2022", year=2022)
    newer = await programme_of(world, "Эффективная школа", "Эффективная школа 2023", year=2023)
    await set_slot(world, "Римма", newer, "область")
    assert await rules_of(world, "Тороповская") == FEDERAL
    async with world.db.write(SYSTEM) as tx:
        cohort = await programme.cohort(tx, "Эффективная школа 2023")
        school = await schools.school(tx, world.schools["Тороповская"].school_id or 0)
        await schools.enroll(tx, school, cohort.id)
    assert await rules_of(world, "Тороповская") == FileRules(5, 10, ("pdf", "docx"))
    assert await rules_of(world, "Климатинская") == FEDERAL
    async with world.db.read(SYSTEM) as tx:
        office = await schools.file_rules(tx, Place(world.places["область"].region_id))
    assert office == FEDERAL  # an office is of no cohort: the first programme


async def test_the_draft_takes_as_many_as_the_slot(world: World) -> None:
    await set_slot(world, "Римма", await programme_of(world, "500+"), "область", 1, 10, ["pdf"])
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.add_file(tx, work_id, StoredFile("a" * 64, 10), name="раз.pdf")
        with pytest.raises(TooManyFiles):
            await progress.add_file(tx, work_id, StoredFile("b" * 64, 10), name="два.pdf")


@pytest.mark.parametrize("slot", [(0, 30, ["pdf"]), (11, 30, ["pdf"]), (3, 51, ["pdf"]), (3, 30, ["exe"])])
async def test_a_slot_that_cannot_be(world: World, slot: tuple[object, ...]) -> None:
    made = await programme_of(world, "500+")
    with pytest.raises(programme.SlotWrong):
        await set_slot(world, "Римма", made, "область", *slot)


async def test_who_may_set_a_slot(world: World) -> None:
    made = await programme_of(world, "500+")
    for who, region in (("Марина", "область"), ("Тамара", "область"), ("Римма", "чужая область")):
        with pytest.raises(NotFound):
            await set_slot(world, who, made, region)
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(Forbidden):
            await programme.add_programme(tx, "Своя")
    with pytest.raises(NotFound):
        await set_slot(world, "Римма", made + 999, "область")


async def test_a_cohort_with_schools_of_another_region_is_not_ours_to_place(world: World) -> None:
    made = await programme_of(world, "500+")
    async with world.db.write(SYSTEM) as tx:
        shared = await programme.cohort(tx, "500+ 2022")
        own = await programme.cohort(tx, "Наши")
        school = await schools.school(tx, world.schools["Тороповская"].school_id or 0)
        await schools.enroll(tx, school, own.id)
    async with world.db.write(await world.actor("Римма")) as tx:
        await schools.place_cohort(tx, own.id, made, 2024)
        await schools.place_cohort(tx, own.id, made, 2024)
        with pytest.raises(NotFound):
            await schools.place_cohort(tx, shared.id, made, 2024)
    async with world.db.read(SYSTEM) as tx:
        rows = await programme.slots_of(tx, world.places["область"].region_id or 0)
    assert [row.cohorts for row in rows] == [["Наши"]]
