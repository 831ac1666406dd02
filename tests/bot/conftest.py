"""The stage of the conversations."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.chat import Play, playing
from tests.world import World


@pytest.fixture
async def play(world: World, tmp_path: Path) -> AsyncIterator[Play]:
    """Everybody with a phone, and the bot running."""
    async with playing(world, tmp_path) as started:
        yield started
