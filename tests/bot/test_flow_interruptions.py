"""What comes in between while something is written: a command, news, a second press, a wrong thing; nothing is lost."""

from sqlalchemy import func, select

from domain import broadcasts, events, polls
from domain.actor import SYSTEM
from domain.inbox import DialogueState
from domain.outbox import OutboxMessage
from sandbox import SentMessage
from tests.bot.chat import PDF, Chat, Play
from tests.bot.test_flow_broadcast import at_home, to_schools
from tests.bot.test_flow_polling import begun
from tests.bot.test_flow_report import handed_in


def screen(chat: Chat, message: SentMessage) -> SentMessage:
    """The same message as it reads now."""
    return next(m for m in chat.messages if m.message_id == message.message_id)


async def trials(play: Play) -> int:
    async with play.db.read(SYSTEM) as tx:
        of_kind = OutboxMessage.kind == "broadcast_test"
        return await tx.session.scalar(select(func.count()).where(of_kind)) or 0


async def test_a_message_that_is_written_waits_while_something_else_is_looked_at(play: Play) -> None:
    kirill, marina = play.chat("Кирилл"), await to_schools(play, "Марина", "Завтра в 10 совещание")
    preview = marina.last
    await marina.document("План.pdf", PDF)
    with_file = marina.last
    await marina.say("/panel")
    await marina.say("/menu")
    await handed_in(play)  # and a curator is told of a report meanwhile
    assert kirill.messages
    await play.restart()
    # The preview of an earlier shape begins nothing, the newest goes on with everything.
    await marina.press("Отправить", on=preview)
    assert marina.alert == "С тех пор это сообщение изменили или отменили."
    await marina.press("Кнопка: «Ознакомлен(а)»", on=with_file)
    now = screen(marina, with_file)
    assert now.labels[3] == "Кнопки: «Буду / не буду»"
    await marina.press("Отправить", on=now)
    dina = play.chat("Дина")
    assert (dina.files(), dina.last.text) == (["План.pdf"], "✉️ Пишет Марина:\n\nЗавтра в 10 совещание")
    assert dina.labels == ["Буду", "Не буду", "Ответить"]


async def test_sent_twice_shows_what_became_of_it(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    preview = marina.last
    send = preview.button("Отправить").data or ""
    await marina.press_data(preview, send)
    labels = marina.labels
    await marina.press_data(preview, send)
    assert "Обновить" in labels
    assert "Обновить" in marina.labels
    assert marina.text.startswith("Рассылка: доставлено ")
    async with play.db.read(SYSTEM) as tx:
        assert len(await broadcasts.broadcast_list(tx)) == 1
    assert len(play.chat("Дина").messages) == 1


async def test_what_was_given_up_is_not_sent_by_an_old_button(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    preview = marina.last
    send = preview.button("Отправить").data or ""
    await marina.press("Отмена")
    assert marina.text.startswith("Даниловский МР")
    await marina.press_data(preview, send)
    assert marina.alert == "С тех пор это сообщение изменили или отменили."
    assert play.chat("Дина").messages == []


async def test_with_a_person_goes_what_they_were_writing(play: Play) -> None:
    marina = await to_schools(play, "Марина", "secret-4711")
    async with play.db.read(SYSTEM) as tx:
        kept = str((await tx.session.execute(select(DialogueState.data))).all())
    assert "secret-4711" in kept
    await marina.say("/mydata")
    await marina.press("Удалить мои данные")
    await marina.press("Да, удалить")
    assert marina.text.startswith("Готово: ")
    async with play.db.read(SYSTEM) as tx:
        kept = str((await tx.session.execute(select(DialogueState.data))).all())
    assert "secret-4711" not in kept


async def test_a_trial_comes_once_in_each_shape(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Проверить на себе")
    await marina.press("Проверить на себе")
    assert (marina.alert, await trials(play)) == ("Проверка уже пришла, она ниже.", 1)
    await marina.press("Кнопка: «Ознакомлен(а)»")
    await marina.press("Проверить на себе")
    assert (marina.alert, await trials(play)) == ("", 2)


async def test_at_night_nothing_leaves_and_the_screen_says_when(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Позже…")
    await marina.say("сегодня в 22:30")
    assert marina.text.splitlines()[1] == "Уйдёт 19 апреля, 09:00: ночью никому не пишу."
    play.world.clock.forward(hours=13)  # 23:00
    await play.settled()
    await marina.press("Обновить")
    assert marina.text.splitlines()[1] == "Уйдёт 19 апреля, 09:00: ночью никому не пишу."
    assert play.chat("Дина").messages == []
    play.world.clock.forward(hours=10, minutes=1)
    await play.settled()
    assert play.chat("Дина").text == "✉️ Пишет Марина:\n\nЗавтра совещание"


async def test_what_is_no_text_leaves_the_question_for_an_answer_standing(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Отправить")
    dina = play.chat("Дина")
    await dina.press("Ответить")
    await dina.photo()
    await play.telegram.send_sticker(dina.user_id)
    await play.telegram.send_voice(dina.user_id)
    await play.settled()
    assert [m.text.split(".")[0] for m in dina.messages[-4:]] == [
        "Напишите ответ одним сообщением",
        *["Передать могу только текст"] * 3,
    ]
    await dina.say("Буду")
    assert marina.text.endswith("\n\nБуду")


async def planning(play: Play, name: str = "Марина") -> Chat:
    chat = await at_home(play, name)
    for label in ("Ещё", "События", "Новое событие", "Семинар"):
        await chat.press(label)
    await chat.say("Семинар <по> математике & физике")
    return chat


async def test_an_event_goes_on_after_other_screens_and_step_by_step_back(play: Play) -> None:
    marina = await planning(play)
    days = marina.last
    await marina.say("/menu")
    await marina.press(days.labels[1], on=days)  # tomorrow
    assert screen(marina, days).text.startswith("Во сколько?")
    for question in ("В какой день?", "О чём?"):
        await marina.press("‹ Назад", on=screen(marina, days))
        assert screen(marina, days).text.startswith(question)
    await marina.say("Семинар по химии")
    await marina.say("завтра в 15:00")
    await marina.press("Сообщу позже")
    await marina.press("Кто не сдал…")
    assert marina.labels[-2:] == ["‹ Назад", "Отмена"]  # one step, out of the list
    await marina.press("‹ Назад")
    await marina.press("Школы")
    assert marina.text.splitlines()[0] == "📅 Семинар по химии"
    await marina.press("‹ Назад")
    assert marina.text == "Кого приглашаете?"
    await marina.press("Школы")
    look = marina.last
    await marina.press("Отмена")
    assert marina.text == "Событий пока нет."
    await marina.press_data(marina.last, look.button("Пригласить").data or "")
    assert marina.alert == "Это событие уже создано или отменено."
    async with play.db.read(SYSTEM) as tx:
        assert await events.event_list(tx) == []


async def test_an_event_is_made_once_by_two_presses(play: Play) -> None:
    marina = await planning(play)
    await marina.say("завтра в 15:00")
    await marina.press("Сообщу позже")
    await marina.press("Школы")
    look = marina.last
    make = look.button("Пригласить").data or ""
    await marina.press_data(look, make)
    labels = marina.labels
    await marina.press_data(look, make)
    assert marina.labels == labels
    async with play.db.read(SYSTEM) as tx:
        assert len(await events.event_list(tx)) == 1
    assert len(play.chat("Дина").messages) == 1


async def test_a_poll_goes_on_after_other_screens(play: Play) -> None:
    marina = await begun(play)
    await marina.say("Как дела?")
    kinds = marina.last
    await marina.say("/reminders")
    await marina.press("Своими словами", on=kinds)
    await marina.press("Школы", on=screen(marina, kinds))
    look = screen(marina, kinds)
    send = look.button("Отправить").data or ""
    await marina.press_data(look, send)
    labels = screen(marina, look).labels
    await marina.press_data(look, send)
    assert screen(marina, look).labels == labels
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert len(await polls.poll_list(tx)) == 1
