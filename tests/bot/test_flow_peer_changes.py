"""Mutual expertise for coordinators in the chat: the line of the week; what schools hear when partners change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain import peer_review, weekly
from tests.bot.chat import Play, playing
from tests.bot.test_flow_peer_review import start
from tests.world import World


@pytest.fixture
async def play(world: World, tmp_path: Path) -> AsyncIterator[Play]:
    async with playing(world, tmp_path) as at:
        yield at


async def monday(play: Play, month: int, day: int) -> dict[str, list[str]]:
    """The lines of the week's summary that speak of the round, by coordinator."""
    play.world.clock.moment = datetime(2022, month, day, 7, 0, tzinfo=UTC)
    await weekly.plan(play.db)
    await play.settled()
    return {
        name: [line for line in play.chat(name).messages[-1].text.splitlines() if line.startswith("🤝")]
        for name in ("Римма", "Марина", "Ульяна", "Саша")
        if play.chat(name).messages
    }


async def test_the_week_says_how_the_round_stands(play: Play) -> None:
    round_id = await start(play, "Тороповская", "Климатинская")
    assert await monday(play, 9, 26) == {
        "Римма": [
            "🤝 Взаимоэкспертиза 2022: формы показали 0 из 1 пары, срок до 7 октября; "
            "молчат (2): Тороповская ОШ, Климатинская СОШ"
        ],
        "Марина": [
            "🤝 Взаимоэкспертиза 2022: формы показали 0 из 1 пары, срок до 7 октября; молчат (1): Тороповская ОШ"
        ],
        "Ульяна": [
            "🤝 Взаимоэкспертиза 2022: формы показали 0 из 1 пары, срок до 7 октября; молчат (1): Климатинская СОШ"
        ],
        "Саша": [],
    }
    world = play.world
    for name in ("Тамара", "Клим"):
        async with play.db.write(await world.actor(name)) as tx:
            ((form, its),) = await peer_review.my_forms(tx)
            for section in its.form:
                await peer_review.write(tx, form.id, section.key, "Есть")
            await peer_review.hold(tx, form.id)
            if name == "Тамара":
                await peer_review.finish(tx, form.id)
            else:
                await peer_review.share(tx, form.id)
    assert (await monday(play, 10, 3))["Римма"] == [
        "🤝 Взаимоэкспертиза 2022: формы показали 1 из 1 пары, срок до пятницы"
    ]
    assert (await monday(play, 10, 10))["Римма"] == [
        "🤝 Взаимоэкспертиза 2022: встретились 1 из 1 пары, срок до 21 октября"
    ]
    assert (await monday(play, 10, 31))["Римма"] == [
        "🤝 Взаимоэкспертиза 2022: итоговые формы сдали 0 из 1 пары, срок завтра; молчат (2): Тороповская ОШ, Климатинская СОШ"
    ]
    async with play.db.write(await world.actor("Римма")) as tx:
        await peer_review.end(tx, round_id)
    assert (await monday(play, 11, 7))["Римма"] == []
