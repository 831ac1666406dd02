"""A head and the team; a coordinator who names a substitute."""

from bot.presses_review import StandIn, Team
from domain import people, progress
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from tests.bot.chat import Play, told
from tests.bot.test_flow_report import handed_in


async def test_a_head_writes_to_the_team_and_to_nobody_else(play: Play) -> None:
    tamara, dina = play.chat("Тамара"), play.chat("Дина")
    await tamara.say("/menu")
    await tamara.press("Команда школы")
    assert tamara.text.splitlines() == [
        "Тороповская ОШ",
        "Дина: член команды школы",
        "Кирилл: куратор",
        "Тамара: руководитель школы",
    ]
    assert tamara.labels == ["Написать команде", "Пригласить", "‹ Назад"]
    await tamara.press("Написать команде")
    await tamara.say("Завтра в 15:00 собираемся по 1.2")
    assert tamara.text.splitlines()[0].startswith("Получ")
    await tamara.press("Отправить")
    assert dina.text.endswith("Завтра в 15:00 собираемся по 1.2")
    heard = [name for name in play.world.telegram if play.chat(name).messages]
    assert heard == ["Тамара", "Дина"]


async def test_a_head_alone_is_told_to_invite(play: Play) -> None:
    vera = play.chat("Вера")
    await vera.say("/menu")
    await vera.press("Команда школы")
    assert vera.text.splitlines()[-1] == "В команде пока только вы. Пригласите тех, кто готовит отчёты."
    assert vera.labels == ["Пригласить", "‹ Назад"]
    await vera.press("Пригласить")
    assert "Василёвская СОШ, Угличский МР." in vera.text


async def test_the_team_is_the_heads_only(play: Play) -> None:
    dina, sasha = play.chat("Дина"), play.chat("Саша")
    await dina.say("/menu")
    assert "Команда школы" not in dina.labels
    mine = play.world.schools["Тороповская"].school_id or 0
    await dina.press_data(dina.last, Team(school=mine, do="write").pack())
    assert dina.alert == told(Forbidden())
    await sasha.say("/menu")
    await sasha.press_data(sasha.last, Team(school=mine).pack())
    assert sasha.alert == told(NotFound())


async def test_a_substitute_is_named_in_four_presses_and_sees_the_queue(play: Play) -> None:
    await handed_in(play)
    rimma, klim = play.chat("Римма"), play.chat("Клим")
    await rimma.say("/menu")
    await rimma.press("Ещё")
    await rimma.press("Пригласить")
    await rimma.press("Замещение на время…")
    assert (rimma.text, rimma.labels[0]) == ("Кого из проверяющих не будет?", "Кирилл")
    await rimma.press("Кирилл")
    assert rimma.text == "Кирилл отсутствует. Кто проверяет вместо?"
    assert "Кирилл" not in rimma.labels
    await rimma.press("Клим")
    assert rimma.text == (
        "Кирилл отсутствует, замещает Клим с сегодняшнего дня. Как долго? Или напишите последний день или оба: 25.04–10.05."
    )
    assert rimma.labels == ["7 дней", "14 дней", "30 дней", "‹ Назад"]
    await rimma.press("14 дней")
    assert rimma.text == "Замещает Клим, по 2 мая включительно."
    async with play.db.read(await play.world.actor("Клим")) as tx:
        assert [row.school.name for row in await progress.queue(tx)] == ["Тороповская ОШ"]
    play.world.clock.forward(days=16)
    async with play.db.read(await play.world.actor("Клим")) as tx:
        assert await progress.queue(tx) == []
    assert [m.text.splitlines()[0] for m in klim.messages] == ["Вы замещаете: Кирилл, по 2 мая включительно."]


async def test_the_days_of_a_substitution_may_be_written(play: Play) -> None:
    rimma = play.chat("Римма")
    await rimma.say("/menu")
    for label in ("Ещё", "Пригласить", "Замещение на время…", "Марина", "Ульяна"):
        await rimma.press(label)
    assert (await rimma.say("прошлая пятница")).startswith("15.04.2022 — уже прошло.")
    await rimma.say("с завтра до конца месяца")
    assert rimma.text == "Замещать будет Ульяна, с 19 апреля по 30 апреля."
    assert [m.text.splitlines()[:2] for m in play.chat("Ульяна").messages] == [
        ["Вы будете замещать: Марина, с 19 апреля по 30 апреля включительно.", "Даниловский МР."]
    ]


async def test_others_name_nobody(play: Play) -> None:
    kirill, sasha = play.chat("Кирилл"), play.chat("Саша")
    for chat in (kirill, sasha):
        await chat.say("/menu")
    await kirill.press_data(kirill.last, StandIn().pack())
    assert kirill.alert == told(Forbidden())
    absent, person = play.world.people["Кирилл"], play.world.people["Клим"]
    await sasha.press_data(sasha.last, StandIn(absent=absent, person=person, days=7).pack())
    assert sasha.alert in {told(NotFound()), told(Forbidden())}
    async with play.db.read(SYSTEM) as tx:
        grants = await people.grants_of(tx, person)
    assert [g for g in grants if g.substitute_for] == []
