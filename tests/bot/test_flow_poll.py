"""A poll on the phone: question by question, over a restart, changed until it is sent; anonymous ones leave no trace."""

from datetime import timedelta

from sqlalchemy import select

from domain import polls, weekly
from domain.actor import SYSTEM
from domain.errors import NotFound
from domain.inbox import InboxUpdate
from domain.polls import Kind, PollSpec, QuestionSpec
from tests.bot.chat import Play, told
from tests.domain.test_polls import SPEC, asked, counted


async def test_from_the_invitation_to_the_results(play: Play) -> None:
    ends = play.world.clock.now() + timedelta(days=2)
    poll = await asked(play.world, SPEC._replace(about="Чтобы спланировать май", closes_at=ends))
    await play.settled()
    vera = play.chat("Вера")
    assert vera.text.splitlines() == [
        "📊 Опрос о семинаре",
        "Чтобы спланировать май",
        "4 вопроса, до 20 апреля, 10:00.",
    ]
    await vera.press("Ответить на опрос")
    assert vera.text == "1 из 4\nНужна помощь?"
    assert vera.labels == ["Да", "Нет"]
    await vera.press("Да")
    assert vera.text == "2 из 4\nС чем?\nМожно выбрать несколько."
    await vera.press("Физика")
    await play.restart()
    await vera.press("Математика")
    assert vera.labels == ["✓ Математика", "Русский", "✓ Физика", "‹ Назад", "Дальше ›"]
    await vera.press("Дальше")
    assert vera.labels == ["1", "2", "3", "4", "5", "‹ Назад"]
    await vera.press("5")
    assert vera.text == "4 из 4\nЧто добавить?\nНапишите ответ одним сообщением."
    await play.restart()
    await vera.say("Больше практики")
    assert vera.text.splitlines() == [
        "Опрос о семинаре",
        "Ваши ответы:",
        "1. Нужна помощь?",
        "    Да",
        "2. С чем?",
        "    Математика; Физика",
        "3. Оцените семинар",
        "    5",
        "4. Что добавить?",
        "    Больше практики",
        "Пока не отправили, всё можно изменить.",
    ]
    last = vera.last
    for _ in range(3):
        await vera.press("‹ Назад")
    await vera.press("‹ Назад")
    await vera.press("Нет")
    for label in ("Дальше", "4", "Дальше"):
        await vera.press(label)
    assert "1. Нужна помощь?\n    Нет" in vera.text
    await vera.press("Отправить ответы")
    assert vera.text == "Опрос о семинаре\nСпасибо, ответы учтены."
    found = await counted(play.world, poll)
    assert ([r.chosen for r in found.tallies[0].rows], found.tallies[2].mean) == ([0, 1], "4,0")
    # A button of long ago opens nothing anew.
    await vera.press_data(vera.last, last.button("Отправить").data or "")
    assert vera.text == "Опрос о семинаре\nВы уже ответили. Спасибо."


async def test_the_silent_are_reminded_once_and_a_school_answers_once(play: Play) -> None:
    spec = PollSpec(
        "Связь",
        (QuestionSpec("Есть ли в школе интернет?", options=("Да", "Нет")),),
        per_school=True,
        closes_at=play.world.clock.now() + timedelta(hours=30),
    )
    await asked(play.world, spec, who="Марина")
    await play.settled()
    tamara, dina = play.chat("Тамара"), play.chat("Дина")
    assert dina.text.splitlines()[-1] == "Один ответ от школы."
    await tamara.press("Ответить на опрос")
    play.world.clock.forward(hours=7)
    for _ in range(2):
        await weekly.plan(play.db)
        await play.settled()
    assert dina.text.splitlines()[0] == "Напоминаем:"
    assert [len(chat.messages) for chat in (tamara, dina)] == [2, 2]
    await dina.press("Ответить на опрос")
    await dina.press("Да")
    await dina.press("Отправить ответы")
    await tamara.press("Да", on=tamara.messages[0])
    assert tamara.alert == "Ответы уже отправлены."
    await tamara.press("Ответить на опрос")
    assert tamara.text == "Связь\nОт вашей школы уже ответили. Спасибо."


async def test_nothing_that_came_in_tells_an_anonymous_answer(play: Play) -> None:
    spec = PollSpec(
        "Без имени",
        (QuestionSpec("Всё ли хорошо?", options=("Да", "Нет")), QuestionSpec("Почему?", Kind.TEXT)),
        anonymous=True,
    )
    poll = await asked(play.world, spec)
    await play.settled()
    dina = play.chat("Дина")
    assert dina.text.splitlines()[-1] == "Анонимно: ответы хранятся без имени и школы."
    await dina.press("Ответить на опрос")
    await dina.press("Нет")
    await dina.say("secret-4711")
    await dina.press("Отправить ответы")
    assert dina.text == "Без имени\nСпасибо, ответы учтены."
    async with play.db.read(SYSTEM) as tx:
        raw = "\n".join((await tx.session.scalars(select(InboxUpdate.raw))).all())
    assert "secret-4711" not in raw
    assert f"vo:pick:{poll.id}:" not in raw
    assert (await counted(play.world, poll)).is_hidden


async def test_others_cannot_answer(play: Play) -> None:
    poll = await asked(play.world, who="Марина")
    await play.settled()
    stepan = play.chat("Степан")
    await stepan.say("/menu")
    for data in (f"vo:begin:{poll.id}:0:0", f"vo:pick:{poll.id}:1:0", f"vo:send:{poll.id}:0:0"):
        await stepan.press_data(stepan.last, data)
        assert stepan.alert == told(NotFound())
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert (await polls.results(tx, poll.id)).answered == 0
