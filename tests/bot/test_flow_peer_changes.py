"""Mutual expertise for coordinators in the chat: the line of the week; what schools hear when partners change."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.presses_peers import PeerDo
from domain import peer_partners, peer_review, weekly
from tests.bot.chat import Play, playing, told
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


async def test_an_old_button_says_that_the_partner_has_changed(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    world, tamara, klim, vera = play.world, play.chat("Тамара"), play.chat("Клим"), play.chat("Вера")
    first = tamara.messages[0]
    await tamara.press("Открыть")
    await tamara.press("Заполнить форму: 0 из 4")
    await tamara.press("1. Сильные стороны")
    await tamara.say("Сплочённая команда")
    counts = [len(chat.messages) for chat in (tamara, klim, vera)]
    async with play.db.write(await world.actor("Римма")) as tx:
        form, _ = (await peer_review.my_forms(replace(tx, actor=await world.actor("Тамара"))))[0]
        pair = form.pair_id
        out, into = (world.schools[name].school_id or 0 for name in ("Климатинская", "Василёвская"))
        await peer_partners.replace(tx, pair, out, into)
    await play.settled()
    await play.settled()
    chats = zip((tamara, klim, vera), counts, strict=True)
    to_tamara, to_klim, to_vera = ([m.text for m in chat.messages[n:]] for chat, n in chats)
    assert to_klim == [
        "🤝 Взаимоэкспертиза 2022: Тороповская ОШ больше не ваш партнёр. Всё написанное сохранено.\n"
        "Сейчас делать ничего не нужно. Появится новый партнёр — напишу."
    ]
    dates = (
        "До 7 октября посмотрите документы партнёра и заполните форму, до 21 октября встретьтесь, до 1 ноября "
        "сделайте форму итоговой."
    )
    assert to_vera == [
        f"🤝 Взаимоэкспертиза: Взаимоэкспертиза 2022\nВаш партнёр: Тороповская ОШ, Даниловский МР.\n{dates}"
    ]
    assert to_tamara == [
        "🤝 Взаимоэкспертиза: Взаимоэкспертиза 2022\n"
        "Партнёр сменился; написанное для прежнего сохранено.\n"
        f"Ваш партнёр: Василёвская СОШ, Угличский МР.\n{dates}"
    ]
    # The next words run into a form that is closed: said, and nothing of the old text is lost.
    assert await tamara.say("Ещё строка") == told(peer_review.PartnerChanged())
    await tamara.press_data(first, PeerDo(id=form.id, do="share", sure=True).pack())
    assert tamara.alert == told(peer_review.PartnerChanged())
    await tamara.press("Открыть", on=first)
    assert tamara.text.splitlines()[:2] == ["🤝 Взаимоэкспертиза 2022", "Прежний партнёр: Климатинская СОШ"]
    assert "Партнёр сменился 16 сентября. Всё написанное сохранено." in tamara.text
    assert tamara.labels == ["Нынешний партнёр", "‹ Назад"]
    await tamara.press("Нынешний партнёр")
    assert "Ваш партнёр: Василёвская СОШ" in tamara.text
    assert "Прежний партнёр: Климатинская СОШ" in tamara.labels
    await klim.press("Открыть")
    assert klim.labels == ["‹ Назад"]


async def test_of_three_two_go_on_and_each_is_told_what_changed(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская", "Василёвская")
    world, tamara, klim, vera = play.world, play.chat("Тамара"), play.chat("Клим"), play.chat("Вера")
    async with play.db.write(await world.actor("Римма")) as tx:
        form, _ = (await peer_review.my_forms(replace(tx, actor=await world.actor("Вера"))))[0]
        await peer_partners.leave(tx, form.pair_id, form.school_id)
    await play.settled()
    assert tamara.text.splitlines()[1:3] == [
        "Состав изменился; ваша форма остаётся прежней.",
        "Ваш партнёр: Климатинская СОШ, Угличский МР.",
    ]
    assert klim.text.splitlines()[1:3] == [
        "Партнёр сменился; написанное для прежнего сохранено.",
        "Ваш партнёр: Тороповская ОШ, Даниловский МР.",
    ]
    assert vera.text.splitlines()[0] == (
        "🤝 Взаимоэкспертиза 2022: Тороповская ОШ больше не ваш партнёр. Всё написанное сохранено."
    )
