"""A region of the size that counts: 81 schools in 19 municipalities, one roadmap of 20 measures."""

from pathlib import Path

from domain import documents, giving, people, progress, roadmaps, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database
from domain.policy import Permission
from tests.world import DATA, MovableClock, create_tables, open_database

SCHOOLS, MUNICIPALITIES, MEASURES = 81, 19, 20
FIRST_HEAD = 10_000  # Telegram ids of the heads follow


async def build(folder: Path) -> tuple[Database, MovableClock, Actor, list[int]]:
    """The database, its clock, the regional coordinator, and an open assignment of every head and measure."""
    db, clock = open_database(folder)
    await create_tables(db)
    async with db.write(SYSTEM) as tx:
        region = await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow", code="76")
        places = [await schools.add_municipality(tx, region, f"Округ {n}") for n in range(MUNICIPALITIES)]
        found = []
        for n in range(SCHOOLS):
            school, _ = await schools.add_school(tx, places[n % MUNICIPALITIES], f"МОУ СОШ № {n + 1}")
            found.append(school)
            invited = await people.invite(tx, Role.SCHOOL_HEAD, school.place, name=f"Директор {n + 1}")
            await people.join(tx, invited.payload, telegram_id=FIRST_HEAD + n, name="")
        for number, place in enumerate(places):
            invited = await people.invite(
                tx, Role.MUNICIPAL_COORDINATOR, place.place, name=f"Координатор {number}"
            )
            await people.join(tx, invited.payload, telegram_id=20_000 + number, name="")
        invited = await people.invite(tx, Role.REGIONAL_COORDINATOR, Place(region.id), name="Региональный")
        chief = await people.join(tx, invited.payload, telegram_id=30_000, name="")
    async with db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, chief.id)
    reading = documents.read_roadmap(DATA / "roadmaps/003_dergachi_plan.docx", "plan.docx", year=2022)
    reading.items = reading.items[:MEASURES]
    async with db.write(actor) as tx:
        roadmap = await roadmaps.import_draft(tx, Place(region.id), reading, file_name="plan.docx")
        await roadmaps.approve(tx, roadmap.id)
        await giving.assign(tx, roadmap.id, [school.id for school in found])
        work = await progress.my_work(tx, permission=Permission.SEE)
    return db, clock, actor, [row.assignment.id for row in work]
