"""The morning digest: only what this person must act on, as it stands at the moment of sending."""

from domain import people
from tests.bot.chat import Play
from tests.bot.test_flow_report import handed_in

# The deadline of 1.1 is in doubt: it does not remind until a person has settled it.
TAMARAS = [
    "Доброе утро! На сегодня 2 дела.",
    "🔴 1.2 Определение школ, нуждающихся в…: просрочено на 49 дней",
    "🔴 5.1 Обучение педагогов по ППК «Реализация…: просрочено на 18 дней",
]


async def test_only_holders_of_the_ball_get_a_digest_and_once_a_day(play: Play) -> None:
    await play.morning()
    assert await play.morning() == 0
    heard = [name for name in play.world.telegram if play.chat(name).messages]
    assert heard == ["Тамара", "Дина", "Клим", "Вера", "Степан"]
    tamara = play.chat("Тамара")
    assert len(tamara.messages) == 1
    assert tamara.labels == [
        "Открыть 1.2",
        "5.1",
        "Напомнить завтра",
        "Почему я это получил(а)",
    ]


async def test_the_lines_say_what_to_do_and_open_it(play: Play) -> None:
    await play.morning()
    tamara = play.chat("Тамара")
    assert tamara.text.splitlines() == TAMARAS
    await tamara.press("Открыть 1.2")
    assert tamara.text.startswith("1.2 Определение школ")
    assert tamara.messages[0].text.startswith("Доброе утро!")


async def test_a_reviewer_hears_of_waiting_reports(play: Play) -> None:
    await handed_in(play)
    play.world.clock.forward(days=1)
    await play.morning()
    kirill = play.chat("Кирилл")
    assert kirill.text.splitlines() == [
        "Доброе утро! На сегодня 1 дело.",
        "⏳ на проверке 1 отчёт, дольше всех Тороповская ОШ, 1 рабочий день",
    ]
    await kirill.press("На проверку: 1")
    assert kirill.labels[0] == "Тороповская ОШ · 1.2 · 1 день"


async def test_a_return_comes_with_the_reviewers_words(play: Play) -> None:
    await handed_in(play)
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    await kirill.press("↩️ Вернуть")
    await kirill.press("Нет показателя результата.")
    play.world.clock.forward(days=1)
    await play.morning()
    lines = play.chat("Тамара").text.splitlines()
    assert lines[-1] == (
        "↩️ 1.2 Определение школ, нуждающихся в…: вернули на доработку: «Нет показателя результата.»"
    )


async def test_what_was_done_between_planning_and_sending_is_gone(play: Play) -> None:
    await play.engine.stop()
    await play.morning_planned()
    async with play.db.write(await play.world.actor("Дина")) as tx:
        await people.snooze(tx, play.world.clock.now().date().replace(day=19))
    await play.start()
    await play.settled()
    assert [name for name in ("Тамара", "Дина") if play.chat(name).messages] == ["Тамара"]


async def test_tomorrow_means_nothing_more_today(play: Play) -> None:
    await play.morning()
    tamara = play.chat("Тамара")
    await tamara.press("Почему я это получил(а)")
    assert tamara.text.startswith("Это приходит раз в день, в рабочие дни")
    assert tamara.labels == ["Настройки напоминаний"]
    await tamara.press("Напомнить завтра")
    assert tamara.alert == "Хорошо, напомню завтра."
    assert tamara.messages[0].labels == [
        "Открыть 1.2",
        "5.1",
        "Другой день…",
    ]  # what it names opens as before
    play.world.clock.forward(days=1)
    await play.morning()
    assert tamara.text.startswith("Доброе утро!")
    assert len(tamara.messages) == 3


async def test_no_digest_on_a_day_off(play: Play) -> None:
    play.world.clock.forward(days=5)  # a Saturday
    assert await play.morning() == 0
