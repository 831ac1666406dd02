"""Mutual expertise for coordinators in the chat: the line of the week; what schools hear when partners change."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.presses_peers import PeerDo, WatchedPair, WatchedRound
from domain import peer_partners, peer_review, weekly
from domain.errors import Forbidden, NotFound
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


async def test_a_coordinator_gives_a_school_another_partner_in_the_chat(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    await monday(play, 9, 26)
    rimma, klim, vera = play.chat("Римма"), play.chat("Клим"), play.chat("Вера")
    await rimma.press("🤝 Взаимоэкспертиза")
    assert rimma.text.splitlines() == [
        "🤝 Взаимоэкспертиза 2022",
        "Пар: 1, молчат в 1",
        "Школ без партнёра: 2",
    ]
    assert rimma.labels == ["🔇 Тороповская ОШ – Климатинская СОШ", "На первый экран"]
    await rimma.press("🔇 Тороповская ОШ – Климатинская СОШ")
    assert rimma.text.splitlines() == [
        "Тороповская ОШ – Климатинская СОШ",
        "🔇 Тороповская ОШ: ещё не открывали, молчат 6 рабочих дней",
        "🔇 Климатинская СОШ: ещё не открывали, молчат 6 рабочих дней",
    ]
    assert rimma.labels == [
        "Заменить: Тороповская ОШ",
        "Заменить: Климатинская СОШ",
        "Разделить пару",
        "‹ Назад",
    ]
    await rimma.press("Заменить: Климатинская СОШ")
    assert rimma.text.splitlines() == [
        "Кто будет вместо школы Климатинская СОШ?",
        "Школы без партнёра, сначала самые подходящие для школы Тороповская ОШ:",
    ]
    offered = rimma.last
    assert offered.labels == ["Василёвская СОШ, Угличский МР", "СШ № 16, Угличский МР", "‹ Назад"]
    await rimma.press("СШ № 16")  # its head is the curator of the other one
    assert rimma.text.splitlines()[1] == "Что против: общий куратор."
    await rimma.press("‹ Назад")
    await rimma.press("Василёвская СОШ")
    assert rimma.text.splitlines() == [
        "Новый партнёр школы Тороповская ОШ — Василёвская СОШ.",
        "Климатинская СОШ останется без партнёра.",
        "Каждой школе придёт одно сообщение, всё написанное сохранится.",
    ]
    question = rimma.last
    sure = WatchedPair(id=1, do="swap", out=school(play, "Климатинская"), into=school(play, "Василёвская"))
    counts = [len(chat.messages) for chat in (klim, vera)]
    await rimma.press("Заменить и сообщить школам")
    assert rimma.alert == "Готово, школам сообщено."
    assert rimma.labels == ["Тороповская ОШ – Василёвская СОШ", "На первый экран"]
    await play.settled()
    assert "Ваш партнёр: Тороповская ОШ, Даниловский МР." in vera.text
    assert "Тороповская ОШ больше не ваш партнёр" in klim.text
    await rimma.press_data(question, sure.pack())  # a second press, or a button of an old picture
    assert rimma.alert == told(peer_review.PartnerChanged())
    assert [len(chat.messages) for chat in (klim, vera)] == [count + 1 for count in counts]


def school(play: Play, name: str) -> int:
    return play.world.schools[name].school_id or 0


async def test_a_pair_is_taken_apart_and_a_school_that_found_a_partner_meanwhile_is_not_exchanged(
    play: Play,
) -> None:
    round_id = await start(play, "Тороповская", "Климатинская")
    await monday(play, 9, 26)
    rimma = play.chat("Римма")
    await rimma.press("🤝 Взаимоэкспертиза")
    await rimma.press("🔇 Тороповская ОШ – Климатинская СОШ")
    await rimma.press("Заменить: Тороповская ОШ")
    await rimma.press("Василёвская СОШ")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await peer_review.pair_up(tx, round_id, [school(play, "Василёвская"), school(play, "16")])
    await rimma.press("Заменить и сообщить школам")
    assert rimma.alert == told(peer_review.AlreadyPaired(school="Василёвская СОШ"))
    await rimma.press("‹ Назад")
    assert rimma.text.splitlines()[1] == (
        "Школ без партнёра нет. В панели можно поменять школы двух пар местами."
    )
    await rimma.press("‹ Назад")
    await rimma.press("Разделить пару")
    assert (
        rimma.text.splitlines()[1]
        == "Школы останутся без партнёра и ничего не должны, пока вы его не назначите."
    )
    await rimma.press("Разделить и сообщить школам")
    assert rimma.text.splitlines()[1:] == ["Пар: 1, молчат в 0", "Школ без партнёра: 2"]
    await rimma.press("На первый экран")
    await rimma.press("Ещё…")  # the way there on any day
    await rimma.press("🤝 Взаимоэкспертиза")
    assert rimma.text.splitlines()[1:] == ["Пар: 1, молчат в 0", "Школ без партнёра: 2"]
    for name in ("Тамара", "Клим"):
        assert "больше не ваш партнёр" in play.chat(name).text


async def test_who_coordinates_one_school_of_a_pair_looks_and_a_stranger_finds_nothing(play: Play) -> None:
    round_id = await start(play, "Тороповская", "Климатинская")
    await monday(play, 9, 26)
    marina = play.chat("Марина")
    await marina.press("🤝 Взаимоэкспертиза")
    assert marina.text.splitlines() == ["🤝 Взаимоэкспертиза 2022", "Пар: 1, молчат в 1"]
    await marina.press("🔇 Тороповская ОШ – Климатинская СОШ")
    assert marina.labels == ["‹ Назад"]
    swap = WatchedPair(id=1, do="swap", out=school(play, "Климатинская"), into=school(play, "Василёвская"))
    for name, error in (("Марина", Forbidden), ("Тамара", Forbidden), ("Степан", NotFound)):
        chat = play.chat(name)
        await chat.say("/menu")
        if name == "Степан":
            await chat.press_data(chat.last, WatchedRound(id=round_id).pack())
            assert chat.alert == told(NotFound())
            await chat.press_data(chat.last, WatchedPair(id=1).pack())
            assert chat.alert == told(NotFound())
        for press in (swap, WatchedPair(id=1, do="gone")):
            await chat.press_data(chat.last, press.pack())
            assert chat.alert == told(error()), (name, press)
    async with play.db.read(await play.world.actor("Римма")) as tx:
        found = await peer_review.view(tx, round_id)
    assert [[side.school.name for side in pair.sides] for pair in found.pairs] == [
        ["Тороповская ОШ", "Климатинская СОШ"]
    ]
