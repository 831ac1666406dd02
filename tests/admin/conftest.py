"""Everybody of the world with a living session in the panel."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from admin.app import build_panel
from admin.auth import COOKIE
from domain import access
from domain.actor import STRANGER
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from tests.conftest import Template
from tests.stores import copy_database, drop_database
from tests.world import World, open_database

ADDRESS = "http://panel.test"
OWN_PAGE = {"sec-fetch-site": "same-origin"}


async def sign_in(world: World, name: str) -> str:
    """A session of this person, opened the way the bot and the sign-in page do it."""
    async with world.db.write(await world.actor(name)) as tx:
        code = await access.issue_code(tx)
    async with world.db.write(STRANGER) as tx:
        return (await access.sign_in(tx, code, source="test")).token


@dataclass
class Panel:
    """The panel with its world, and browsers of its people."""

    world: World
    app: FastAPI
    settings: Settings
    files: FileStore
    tokens: dict[str, str] = field(default_factory=dict)

    def browser(self, name: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """A browser in which this person is signed in; nobody's without a name."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app),
            base_url=ADDRESS,
            headers={**OWN_PAGE, **headers},
            cookies={COOKIE: self.tokens[name]} if name else {},
        )

    async def get(self, name: str, path: str, /, **params: Any) -> httpx2.Response:
        """One page as one person."""
        async with self.browser(name) as browser:
            return await browser.get(path, params=params or None)

    async def post(self, name: str, path: str, /, **data: Any) -> httpx2.Response:
        """One form as one person."""
        async with self.browser(name) as browser:
            return await browser.post(path, data=data)


def panel_of(world: World, folder: Path, tokens: dict[str, str], **settings: Any) -> Panel:
    """The panel over a world, with files in the folder."""
    chosen = Settings(_env_file=None, data_dir=folder, **settings)
    files = FileStore(chosen.files_dir)
    app = build_panel(world.db, chosen, files, bot_username="vekha_test_bot")
    return Panel(world, app, chosen, files, tokens)


@pytest.fixture(scope="session")
def signed_in(template: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the world in which everybody has signed in, made once; and their cookies."""
    folder = tmp_path_factory.mktemp("panel")
    copy_database(template.folder, folder)

    async def open_sessions() -> dict[str, str]:
        db, clock = open_database(folder)
        world = template.world.moved_to(db, clock, folder)
        tokens = {name: await sign_in(world, name) for name in world.people}
        await db.close()
        return tokens

    return folder, asyncio.run(open_sessions())


@pytest.fixture
async def panel(
    template: Template, signed_in: tuple[Path, dict[str, str]], tmp_path: Path
) -> AsyncIterator[Panel]:
    """The panel of a world of its own."""
    folder, tokens = signed_in
    copy_database(folder, tmp_path)
    db, clock = open_database(tmp_path)
    yield panel_of(template.world.moved_to(db, clock, tmp_path), tmp_path, dict(tokens))
    await db.close()
    drop_database(tmp_path)


async def count_statements(db: Database, ask: Any) -> int:
    """How many statements the panel sends to the database while `ask` runs."""
    from sqlalchemy import event

    count = 0

    def seen(*_: Any) -> None:
        nonlocal count
        count += 1

    engine = db._reader.sync_engine
    event.listen(engine, "before_cursor_execute", seen)
    try:
        await ask
    finally:
        event.remove(engine, "before_cursor_execute", seen)
    return count
