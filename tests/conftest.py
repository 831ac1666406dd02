"""Fixtures of everybody: a real database file and the world in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.db import Database
from tests.world import MovableClock, World, build_world, create_tables, open_database


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[tuple[Database, MovableClock]]:
    """A database with tables and nobody in it, and its clock."""
    db, clock = open_database(tmp_path)
    await create_tables(db)
    yield db, clock
    await db.close()


@pytest.fixture
async def world(empty: tuple[Database, MovableClock]) -> World:
    """Everybody, with the Yaroslavl roadmap approved and assigned."""
    return await build_world(*empty)
