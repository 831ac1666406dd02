"""A region of the size that counts: 81 schools in 19 municipalities, one roadmap of 20 measures."""

from datetime import date
from pathlib import Path

import httpx2
from pydantic import SecretStr

from admin.app import build_panel
from admin.auth import COOKIE
from domain import (
    access,
    documents,
    giving,
    monitoring,
    outcomes,
    people,
    progress,
    roadmaps,
    rubrics,
    schools,
)
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database
from domain.files import FileStore
from domain.outcomes import Cluster
from domain.policy import Permission
from domain.settings import Settings
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


async def open_wave(db: Database, actor: Actor) -> None:
    """An open wave by a shipped set of criteria, with a published result."""
    region = next(grant.place for grant in actor.grants)
    async with db.write(actor) as tx:
        kept = await rubrics.save_set(tx, region.region_id or 0, rubrics.shipped_document("sverdlovsk-2022"))
        wave = await monitoring.open_wave(
            tx, kept.id, "Мониторинг", starts_on=date(2022, 4, 11), ends_on=date(2022, 6, 30)
        )
        await monitoring.enter_official(tx, wave.id, region, {"total": 20}, source="протокол")


async def assess(db: Database, actor: Actor) -> None:
    """An open wave, and results and clusters of two years of every school."""
    await open_wave(db, actor)
    order = list(Cluster)
    async with db.write(actor) as tx:
        for number, row in enumerate(await schools.school_list(tx)):
            for place, procedure in enumerate(outcomes.procedures()):
                for year in (2021, 2022):
                    below = (number * 7 + place * year) % 6
                    await outcomes.enter_result(
                        tx, row.school, procedure, year, participants=20, below=below, source=""
                    )
            for year in (2021, 2022):
                cluster = order[(number + year) % len(order)]
                await outcomes.enter_cluster(tx, row.school, year, cluster, source="")


async def client_of(db: Database, actor: Actor, folder: Path) -> httpx2.AsyncClient:
    """A browser in which this person is signed in to the panel."""
    async with db.write(actor) as tx:
        session = await access.sign_in(tx, await access.issue_code(tx), source="")
    settings = Settings(bot_token=SecretStr(""), data_dir=folder)
    panel = build_panel(db, settings, FileStore(folder / "files"))
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(panel), base_url="http://panel.test")
    client.cookies.set(COOKIE, session.token)
    return client
