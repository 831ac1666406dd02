"""Fixtures of everybody: a real database file and the world in it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from domain.db import Database
from tests.stores import copy_database, drop_database
from tests.world import MovableClock, World, build_world, create_tables, open_database

# structlog's default draws tracebacks with all their variables, which takes seconds of a busy loop.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# A slow machine is no failure: nothing is timed in a test. And a run today is the run of tomorrow: whoever hunts for
# more takes the profile «hunt» (`pytest --hypothesis-profile=hunt`).
SLOW = [HealthCheck.too_slow]
settings.register_profile("vekha", deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("hunt", deadline=None, suppress_health_check=SLOW, max_examples=1000)
settings.load_profile("vekha")


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[tuple[Database, MovableClock]]:
    """A database with tables and nobody in it, and its clock."""
    db, clock = open_database(tmp_path)
    await create_tables(db)
    yield db, clock
    await db.close()
    drop_database(tmp_path)


@dataclass
class Template:
    """The world built once for the whole run; every test gets a copy of the database in this folder."""

    folder: Path
    world: World


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world in a closed database."""
    folder = tmp_path_factory.mktemp("world")

    async def build() -> World:
        db, clock = open_database(folder)
        await create_tables(db)
        world = await build_world(db, clock, folder)
        await db.close()
        return world

    return Template(folder, asyncio.run(build()))


@pytest.fixture
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    """Everybody, with the Yaroslavl roadmap approved and assigned."""
    copy_database(template.folder, tmp_path)
    db, clock = open_database(tmp_path)
    yield template.world.moved_to(db, clock, tmp_path)
    await db.close()
    drop_database(tmp_path)
