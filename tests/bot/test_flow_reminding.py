"""«Напоминания» from the first screen: the hour, days, later, a leave with somebody who reviews meanwhile."""

from datetime import UTC, datetime

import pytest

from domain import people, weekly
from domain.errors import Forbidden
from tests.bot.chat import Chat, Play, told
from tests.bot.test_flow_report import handed_in
from tests.domain.test_chase import late

USUAL = "По рабочим дням в 9:00 по вашему времени присылаю, что нужно сделать. Нет дел — нет и сообщения."


async def opened(play: Play, name: str) -> Chat:
    chat = play.chat(name)
    await chat.say("/menu")
    if "Напоминания" not in chat.labels:
        await chat.press("Ещё…")
    await chat.press("Напоминания")
    return chat


@pytest.mark.parametrize("name", ["Римма", "Марина", "Кирилл", "Тамара", "Дина", "Ольга", "Эмма", "Клим"])
async def test_everybody_finds_them_on_the_first_screen(play: Play, name: str) -> None:
    chat = await opened(play, name)
    assert chat.text.splitlines() == ["Настройки напоминаний", USUAL]
    assert chat.labels == [
        "Другой час",
        *(f"✓ {day}" for day in ("Пн", "Вт", "Ср", "Чт", "Пт")),
        "Напомнить позже…",
        "Отпуск…",
        "На первый экран",
    ]


async def test_the_hour_and_the_days(play: Play) -> None:
    dina = await opened(play, "Дина")
    await dina.press("Другой час")
    await dina.press("15:00")
    await dina.press("✓ Пн")
    await dina.press("✓ Пт")
    assert dina.text.splitlines()[1] == (
        "В 15:00 присылаю, что нужно сделать, только по дням: Вт, Ср, Чт. Нет дел — нет и сообщения."
    )
    for day in ("✓ Вт", "✓ Ср"):
        await dina.press(day)
    await dina.press("✓ Чт")
    assert (
        dina.alert == "Один день недели должен остаться. Чтобы пока не получать ничего, выберите «Отпуск…»."
    )
    before = len(dina.messages)
    await play.morning()
    assert len(dina.messages) == before  # a Monday
    play.world.clock.moment = datetime(2022, 4, 21, 12, 5, tzinfo=UTC)  # Thursday, 15:05
    await play.morning()
    assert dina.text.startswith("Доброе утро!")


async def test_later_until_a_day_that_is_chosen_or_written(play: Play) -> None:
    dina = await opened(play, "Дина")
    await dina.press("Напомнить позже…")
    assert dina.text == "В какой день напомнить снова? Или напишите: 28.04. Сроки от этого не сдвинутся."
    assert dina.labels == ["19 апреля, вторник", "20 апреля, среда", "25 апреля, понедельник", "‹ Назад"]
    assert (await dina.say("не знаю")).startswith("Не понял, какой день.")
    assert (await dina.say("вчера")).startswith("17.04.2022 — уже прошло.")
    await dina.say("через неделю")
    assert dina.text.splitlines()[-1] == "Молчу. Напомню: 25 апреля, понедельник."
    await dina.press("Снова напоминать")
    await dina.press("Напомнить позже…")
    await dina.say("23 апреля")  # a Saturday: nothing leaves on a day off
    assert dina.text.splitlines()[-1] == "Молчу. Напомню: 25 апреля, понедельник."
    await dina.press("Снова напоминать")
    assert dina.text.splitlines() == ["Настройки напоминаний", USUAL]


async def test_on_a_friday_tomorrow_is_monday(play: Play) -> None:
    play.world.clock.moment = datetime(2022, 4, 22, 7, 0, tzinfo=UTC)
    await play.morning()
    tamara = play.chat("Тамара")
    await tamara.press("Напомнить завтра")
    assert tamara.alert == "Хорошо. Напомню: 25 апреля, понедельник."
    assert tamara.labels == ["Открыть 1.2", "5.1", "Другой день…"]
    digest = tamara.text
    await tamara.press("Другой день…")
    assert tamara.messages[0].text == digest  # it stays above
    await tamara.press("29 апреля")
    assert tamara.text.splitlines()[-1] == "Молчу. Напомню: 29 апреля, пятница."
    assert tamara.labels[-5:] == ["✓ Пт", "Снова напоминать", "Другой день…", "Отпуск…", "На первый экран"]


async def test_a_school_person_on_leave(play: Play) -> None:
    dina = await opened(play, "Дина")
    await dina.press("Отпуск…")
    assert dina.text.splitlines()[-1] == "Остальным в вашей школе напоминаю как обычно."
    assert dina.labels == ["7 дней, по 24 апреля", "14 дней, по 1 мая", "28 дней, по 15 мая", "‹ Назад"]
    await dina.say("25.04–10.05")
    assert dina.text.splitlines()[-1] == "Отпуск с 25 апреля по 10 мая: в эти дни не напоминаю."
    assert "Кто проверяет вместо меня" not in dina.labels
    before = len(dina.messages)
    await play.morning()
    assert len(dina.messages) == before + 1  # the leave has not begun
    play.world.clock.forward(days=8)
    await play.morning()
    assert len(dina.messages) == before + 1
    assert play.chat("Тамара").text.startswith("Доброе утро!")
    await dina.say("/reminders")
    assert dina.text.splitlines()[-1] == "Вы в отпуске: молчу по 10 мая включительно."


async def leaving(play: Play) -> Chat:
    """Kirill is away up to 1 May, a Sunday; who reviews meanwhile is asked."""
    kirill = await opened(play, "Кирилл")
    await kirill.press("Отпуск…")
    await kirill.press("14 дней")
    return kirill


async def test_a_curator_names_who_reviews_meanwhile_and_they_are_told_once(play: Play) -> None:
    kirill = await leaving(play)
    assert kirill.text.splitlines() == [
        "Вы в отпуске: молчу по 1 мая включительно.",
        "Кто в это время проверяет отчёты ваших школ? Выбранному сразу придёт сообщение.",
    ]
    assert kirill.labels == ["Марина", "Пока никто"]
    await kirill.press("Марина")
    assert kirill.alert == "Хорошо, сообщу об этом."
    assert kirill.text.splitlines()[2:] == [
        "Вы в отпуске: молчу по 1 мая включительно.",
        "Вас замещает Марина, с 18 апреля по 1 мая.",
    ]
    await kirill.press("Кто проверяет вместо меня")
    await kirill.press("Марина")
    marina = play.chat("Марина")
    assert [m.text.splitlines() for m in marina.messages] == [
        [
            "Вы замещаете: Кирилл, по 1 мая включительно.",
            "Тороповская ОШ.",
            "Отчёты на проверку в эти дни приходят вам, в ту же очередь, что и свои.",
        ]
    ]


async def test_the_last_working_day_is_told_only_where_something_waits(play: Play) -> None:
    kirill = await leaving(play)
    await kirill.press("Марина")
    marina = play.chat("Марина")
    play.world.clock.moment = datetime(2022, 4, 29, 7, 0, tzinfo=UTC)  # Friday; Sunday is the last day
    await weekly.plan(play.db)
    await play.settled()
    assert len(marina.messages) == 1
    await handed_in(play)
    play.world.clock.moment = datetime(2022, 4, 28, 7, 0, tzinfo=UTC)
    await weekly.plan(play.db)
    await play.settled()
    assert [m.text.splitlines()[0] for m in marina.messages[1:]] == [
        "⏳ Тороповская ОШ: сдано 1.2 Определение школ, нуждающихся в…"
    ]


async def test_on_the_last_working_day_what_waits_is_one_press_away(play: Play) -> None:
    kirill = await leaving(play)
    await kirill.press("Марина")
    await handed_in(play)
    marina = play.chat("Марина")
    play.world.clock.moment = datetime(2022, 4, 29, 7, 0, tzinfo=UTC)
    for _ in range(2):
        await weekly.plan(play.db)
        await play.settled()
    last = [m for m in marina.messages if "последний рабочий день" in m.text]
    assert [m.text.splitlines() for m in last] == [
        ["Сегодня последний рабочий день, когда вы замещаете: Кирилл.", "Ждёт решения 1 отчёт."]
    ]
    await marina.press("На проверку: 1", on=last[0])
    assert marina.labels[0].startswith("Тороповская ОШ · 1.2")


async def test_back_earlier_ends_the_substitution(play: Play) -> None:
    kirill = await leaving(play)
    await kirill.press("Марина")
    choice = kirill.last
    assert [g.role for g in (await play.world.actor("Марина")).grants] == ["municipal_coordinator", "curator"]
    await kirill.press("Отпуск окончен")
    assert kirill.text.splitlines() == ["Настройки напоминаний", USUAL]
    assert [g.role for g in (await play.world.actor("Марина")).grants] == ["municipal_coordinator"]
    # Without a leave nobody is named, and nobody from elsewhere ever is.
    marina, ulyana = play.world.people["Марина"], play.world.people["Ульяна"]
    await kirill.press_data(choice, f"rm:stand_in:{marina}")
    assert kirill.alert == "Сначала скажите, на сколько вы уходите."
    kirill = await leaving(play)
    await kirill.press_data(kirill.last, f"rm:stand_in:{ulyana}")
    assert kirill.alert == told(Forbidden())


async def substitutes(play: Play) -> set[int]:
    """Who stands in for Kirill, now or later."""
    async with play.db.read(await play.world.actor("Кирилл")) as tx:
        return {play.world.people[name] for name, _, _ in await people.substitutes(tx)}


async def test_a_leave_ahead_is_told_with_its_first_day(play: Play) -> None:
    kirill = await opened(play, "Кирилл")
    await kirill.press("Отпуск…")
    await kirill.say("с 4 мая по 13 мая")
    await kirill.press("Марина")
    assert kirill.text.splitlines()[2:] == [
        "Отпуск с 4 мая по 13 мая: в эти дни не напоминаю.",
        "Вас замещает Марина, с 4 мая по 13 мая.",
    ]
    assert play.chat("Марина").text.splitlines()[0] == (
        "Вы будете замещать: Кирилл, с 4 мая по 13 мая включительно."
    )
    await kirill.press("Отменить отпуск")
    assert kirill.text.splitlines() == ["Настройки напоминаний", USUAL]
    assert play.world.people["Марина"] not in await substitutes(play)


async def test_a_municipal_coordinator_on_leave_hands_the_work_on_and_it_comes_back_by_itself(
    play: Play,
) -> None:
    await late(play.world, "2.1")
    marina = await opened(play, "Марина")
    await marina.press("Отпуск…")
    await marina.say("с завтра по 6 мая")
    assert marina.text.splitlines() == [
        "Отпуск с 19 апреля по 6 мая: в эти дни не напоминаю.",
        "Кто вас замещает? На эти дни у замещающего будут ваши права координатора. Сообщение ему придёт сразу.",
    ]
    # Ульяна coordinates another municipality of the region, Кирилл reviews here; nobody from elsewhere.
    assert marina.labels == ["Ульяна", "Кирилл", "Пока никто"]
    choice = marina.last
    await marina.press("Ульяна")
    assert marina.text.splitlines()[2:] == [
        "Отпуск с 19 апреля по 6 мая: в эти дни не напоминаю.",
        "Вас замещает Ульяна, с 19 апреля по 6 мая.",
    ]
    await marina.press_data(choice, choice.button("Ульяна").data or "")
    ulyana = play.chat("Ульяна")
    assert [m.text.splitlines() for m in ulyana.messages] == [
        [
            "Вы будете замещать: Марина, с 19 апреля по 6 мая включительно.",
            "Даниловский МР.",
            "На эти дни у вас права координатора: списки, молчание и отчёты — на вашем первом экране.",
        ]
    ]
    heard = await lines_about(play, "Тороповская ОШ молчит", days=12)
    assert heard == {"Кирилл": 3, "Ульяна": 9}  # at the level of the municipality it is she who hears
    await ulyana.press("Молчат: 1")
    await ulyana.press("🔴 Тороповская ОШ")
    await ulyana.press("Взять на себя")
    assert ulyana.text.splitlines()[-1] == "Занимается: Ульяна."
    play.world.clock.moment = datetime(2022, 5, 7, 7, 0, tzinfo=UTC)
    assert [g.place for g in (await play.world.actor("Ульяна")).grants] == [play.world.places["Угличский"]]
    await ulyana.press_data(ulyana.last, choice.button("Кирилл").data or "")
    assert ulyana.alert == "Сначала скажите, на сколько вы уходите."


async def lines_about(play: Play, words: str, *, days: int) -> dict[str, int]:
    """Who reads a line with these words first on which of the next mornings."""
    heard: dict[str, int] = {}
    for day in range(days):
        before = {name: len(play.chat(name).messages) for name in play.world.telegram}
        await play.morning()
        for name, count in before.items():
            if any(words in message.text for message in play.chat(name).messages[count:]):
                heard.setdefault(name, day)
        play.world.clock.forward(days=1)
    return heard


async def test_a_regional_coordinator_is_stood_in_for_by_a_coordinator(play: Play) -> None:
    rimma = await opened(play, "Римма")
    await rimma.press("Отпуск…")
    await rimma.press("7 дней")
    assert rimma.labels == ["Марина", "Ульяна", "Пока никто"]
    await rimma.press_data(rimma.last, f"rm:stand_in:{play.world.people['Кирилл']}")
    assert rimma.alert == told(Forbidden())  # a curator does not become a regional coordinator
    await rimma.press("Марина")
    marina = await opened(play, "Марина")
    assert [g.role for g in (await play.world.actor("Марина")).grants] == [
        "municipal_coordinator",
        "regional_coordinator",
    ]
    # What she holds in somebody's stead she does not hand on.
    await marina.press("Отпуск…")
    await marina.press("7 дней")
    await marina.press("Ульяна")
    assert [g.role for g in (await play.world.actor("Ульяна")).grants] == ["municipal_coordinator"] * 2
    await rimma.press("Отпуск окончен")
    assert [g.role for g in (await play.world.actor("Марина")).grants] == ["municipal_coordinator"]


async def test_a_coordinator_whom_nobody_could_stand_in_for(play: Play) -> None:
    sasha = await opened(play, "Саша")
    await sasha.press("Отпуск…")
    await sasha.press("7 дней")
    assert sasha.text.splitlines()[-1] == (
        "Заместить вас пока некому: пригласите куратора или ещё одного координатора."
    )
