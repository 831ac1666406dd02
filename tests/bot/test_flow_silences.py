"""Silence in the chat: a school through all levels and back by one hand-in, a silent curator with a substitute."""

from datetime import timedelta

from domain import weekly
from tests.bot.chat import Play
from tests.domain.test_chase import late
from tests.domain.test_offices import give
from tests.domain.test_progress import hand_in
from tests.world import START

LINE = "🔇 Тороповская ОШ молчит {days}, не сдано 1 дело"


async def mornings(play: Play, days: int) -> dict[int, list[str]]:
    """Who reads a line about silence on which morning."""
    heard: dict[int, list[str]] = {}
    for day in range(days):
        before = {name: len(play.chat(name).messages) for name in play.world.telegram}
        await play.morning()
        for name, count in before.items():
            new = play.chat(name).messages[count:]
            if any("🔇" in message.text for message in new):
                heard.setdefault(day, []).append(name)
        play.world.clock.forward(days=1)
    return heard


async def test_a_silent_school_climbs_to_the_region_and_back_by_one_hand_in(play: Play) -> None:
    await late(play.world, "2.1")
    # The strangers' school is silent as well, and has neither a curator nor a regional coordinator.
    assert await mornings(play, 24) == {3: ["Кирилл"], 9: ["Марина", "Саша"], 22: ["Римма"]}
    rimma = play.chat("Римма")
    assert rimma.text.splitlines()[1] == LINE.format(days="14 рабочих дней")
    await rimma.press("Молчат: 1")
    assert rimma.text.splitlines() == ["Кто давно молчит:", "🔴 не сдаёт"]
    assert rimma.labels == ["🔴 Тороповская ОШ · 16 рабочих дней", "Не участвуют: 1", "На первый экран"]
    await hand_in(play.world, "Дина", await play.world.assignment_id("Тороповская", "2.1"))
    await rimma.press("🔴 Тороповская ОШ")
    assert rimma.alert.startswith("С тех пор это изменилось")
    heard = {name for names in (await mornings(play, 3)).values() for name in names}
    assert heard & {"Кирилл", "Марина", "Римма"} == set()


async def test_a_silent_curator_is_substituted(play: Play) -> None:
    await late(play.world, "2.1")
    await hand_in(play.world, "Дина", await play.world.assignment_id("Тороповская", "2.1"))
    assert await mornings(play, 5) == {4: ["Марина"]}
    marina = play.chat("Марина")
    await marina.press("Молчат: 1")
    await marina.press("⏳ Тороповская ОШ")
    assert marina.text.splitlines() == [
        "🔇 Тороповская ОШ ждёт проверки 4 рабочих дня",
        "Проверяет: Кирилл.",
    ]
    assert marina.labels == [
        "Отчёты на проверку",
        "Взять на себя",
        "Написать",
        "Назначить замещение",
        "‹ Назад",
    ]
    await marina.press("Написать")
    assert marina.text.splitlines()[0] == "Получит 1 человек из 1 школы."
    await marina.press("‹ Назад")
    await marina.press("Назначить замещение")
    assert marina.text == "Кто проверяет вместо куратора (Кирилл)? Замещение на 14 дней."
    assert marina.labels == ["Марина", "‹ Назад"]
    await marina.press("Марина")
    last = play.world.clock.now().date() + timedelta(days=14)
    assert marina.text == f"Замещает Марина, по {last.day} мая включительно."
    await marina.say("/menu")
    assert "На проверку: 1" in marina.labels


async def test_taking_it_on_tells_the_next_level_nothing(play: Play) -> None:
    await late(play.world, "2.1")
    await mornings(play, 10)
    marina = play.chat("Марина")
    await marina.press("Молчат: 1")
    await marina.press("🔴 Тороповская ОШ")
    await marina.press("Взять на себя")
    assert marina.alert == "Записал: теперь этим занимаетесь вы, другим не сообщаю."
    assert marina.text.splitlines()[-1] == "Занимается: Марина."
    await marina.press("Написать")
    await marina.say("Коллеги, что мешает сдать отчёт?")
    await marina.press("Отправить")
    assert play.chat("Дина").text.endswith("Коллеги, что мешает сдать отчёт?")


async def test_the_whole_list_is_one_press_away(play: Play) -> None:
    await play.morning()
    play.world.clock.forward(days=1)
    await play.morning()
    tamara = play.chat("Тамара")
    assert len(tamara.messages) == 1  # nothing new on the second morning
    await tamara.press_data(tamara.last, "ga")
    assert tamara.text.splitlines()[0] == "Доброе утро! На сегодня 2 дела."


async def test_coordinators_read_how_the_week_begins(play: Play) -> None:
    assert await weekly.plan(play.db) == 4
    assert await weekly.plan(play.db) == 0
    await play.settled()
    marina = play.chat("Марина")
    assert marina.text.splitlines()[0] == "Начинается неделя"
    assert any(line.startswith("🔴 Просрочено: ") for line in marina.text.splitlines())
    assert any(line.startswith("🔇 Не участвуют (1): Тороповская ОШ") for line in marina.text.splitlines())
    play.world.clock.forward(days=1)
    assert await weekly.plan(play.db) == 0
    play.world.clock.forward(days=6)
    assert await weekly.plan(play.db) == 4


async def test_the_silence_of_the_regions_own_office_is_said_every_monday_until_it_ends(play: Play) -> None:
    work_id = await give(play.world, "область", "2.1", due=START.date() - timedelta(days=3))
    rimma, marina = play.chat("Римма"), play.chat("Марина")
    line = "🔴 Ярославская область, свои дела: просрочено 1, дольше всего {}"
    for ahead, days in ((7, "5 рабочих дней"), (21, "18 рабочих дней")):  # with the days off of May
        play.world.clock.forward(days=ahead)
        await weekly.plan(play.db)
        await play.settled()
        assert line.format(days) in rimma.text.splitlines()
        assert "свои дела" not in marina.text
    await hand_in(play.world, "Римма", work_id, "https://example.org/prikaz")
    play.world.clock.forward(days=7)
    await weekly.plan(play.db)
    await play.settled()
    assert rimma.text.splitlines()[0] == "Начинается неделя"
    assert "свои дела" not in rimma.text
