"""A wave whose set of criteria is known by its totals only: the dash says why, in the chat and in files."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from domain import accounts, briefs, handouts, monitoring, rubrics
from domain.actor import SYSTEM
from domain.tables import drawn
from domain.texts import texts
from tests.bot.chat import Play, playing
from tests.world import World

SAY = texts("ru", escape=False)
FIRST, LAST = date(2022, 4, 1), date(2022, 4, 30)
WHY = (
    "Прогноза нет: в наборе критериев известны только общие суммы. Внесите в набор все критерии с их баллами, и "
    "баллы будут считаться."
)


async def opened(world: World) -> int:
    """The first wave of 2022: 11·100 + 5, and not all of it is known; a school for Эмма."""
    async with world.db.write(await world.actor("Римма")) as tx:
        document = rubrics.shipped_document("2022-wave-1")
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document)
        wave = await monitoring.open_wave(tx, kept.id, "Первый мониторинг", starts_on=FIRST, ends_on=LAST)
        school_id = world.schools["Тороповская"].school_id or 0
        await monitoring.give_to_expert(tx, wave.id, school_id, world.people["Эмма"])
    return wave.id


@pytest.fixture
async def play(world: World, tmp_path: Path) -> AsyncIterator[Play]:
    async with playing(world, tmp_path) as at:
        yield at


async def test_the_chat_says_why_there_is_a_dash(play: Play) -> None:
    await opened(play.world)
    tamara, rimma = play.chat("Тамара"), play.chat("Римма")
    await tamara.say("/menu")
    await tamara.press("Мои баллы")
    assert tamara.text.splitlines()[1:4] == ["Первый мониторинг, до 30 апреля", "Прогноз: –", WHY]
    await rimma.say("как дела")
    assert WHY in rimma.text.splitlines()


async def test_reports_and_papers_say_why(world: World) -> None:
    await opened(world)
    async with world.db.read(await world.actor("Римма")) as tx:
        book = await drawn(await handouts.report("wave").build(tx, accounts.Filters(), SAY))
        board = await handouts.report("board").build(tx, accounts.Filters(), SAY)
        note = await briefs.paper(tx, briefs.Paper.ANALYTICAL, accounts.Filters(), SAY)
    assert (book.main.rows, book.remarks[0]) == ([["Прогноз", None, 1105]], WHY)
    assert board.remarks == [WHY]
    assert json.loads(json.dumps(book.json, default=str))["forecast"]["total"] is None
    assert (note.context["wave"]["total"], note.context["wave"]["max"]) == ("–", 1105)


async def test_a_set_that_is_known_says_nothing(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        document = rubrics.shipped_document("sverdlovsk-2022")
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document)
        await monitoring.open_wave(tx, kept.id, "Третий", starts_on=FIRST, ends_on=LAST)
    async with world.db.read(SYSTEM) as tx:
        book = await drawn(await handouts.report("wave").build(tx, accounts.Filters(), SAY))
    assert WHY not in book.remarks
