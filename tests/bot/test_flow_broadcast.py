"""A broadcast from «кто не сдал» to the last one who read it, with files, answers and second thoughts."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from domain import audiences, broadcasts, people
from domain.actor import SYSTEM, Role
from domain.audiences import Segment
from domain.broadcasts import Extras
from domain.errors import NotFound
from domain.outbox import OutboxMessage, OutboxState
from tests.bot.chat import PDF, PNG, Chat, Play, told
from tests.domain.test_progress import hand_in


async def at_home(play: Play, name: str) -> Chat:
    chat = play.chat(name)
    await chat.say("/menu")
    return chat


async def to_schools(play: Play, name: str, text: str) -> Chat:
    chat = await at_home(play, name)
    await chat.press("Рассылка")
    await chat.press("Школы")
    await chat.say(text)
    return chat


async def test_from_who_has_not_handed_in_to_a_repeat_for_the_rest(play: Play) -> None:
    work_id = await play.world.assignment_id("Василёвская", "1.2")
    await hand_in(play.world, "Вера", work_id)
    await play.settled()
    rimma = await at_home(play, "Римма")
    await rimma.press("1.2: кто")
    await rimma.press("Написать им")
    await rimma.say("{имя}, {школа}: ждём *до {срок}*")
    assert "Дина, Тороповская ОШ: ждём до 28 февраля" in rimma.text
    await rimma.press("Отправить")
    assert play.chat("Тамара").text.endswith("\n\nТамара, Тороповская ОШ: ждём до 28 февраля")
    assert "<b>до 28 февраля</b>" in play.chat("Клим").last.html
    assert play.chat("Вера").messages == []  # has handed it in
    await play.chat("Клим").press("Ознакомлен(а)")
    await rimma.press("Обновить")
    assert rimma.text == "Рассылка: доставлено 3 из 3.\nОзнакомились: 1.\n«ждём до»"
    assert "Напомнить неознакомившимся: 2" in rimma.labels
    # The school hands in: its people are not reminded, whoever presses.
    await hand_in(play.world, "Дина", await play.world.assignment_id("Тороповская", "1.2"))
    await rimma.press("Напомнить")
    await rimma.press("Напомнить")
    assert [len(play.chat(n).messages) for n in ("Тамара", "Дина")] == [1, 1]


async def test_only_the_silent_are_reminded_once_a_day(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Отправить")
    await play.chat("Дина").press("Ознакомлен(а)")
    await marina.press("Обновить")
    await marina.press("Напомнить неознакомившимся: 1")
    assert marina.alert == "Напомнил: 1 человеку."
    await marina.press("Напомнить неознакомившимся: 1")
    assert marina.alert == "Сегодня им уже напоминали."
    tamara = play.chat("Тамара")
    assert tamara.text.splitlines()[0] == "Ещё раз, потому что нет отметки «Ознакомлен(а)»:"
    assert (len(tamara.messages), len(play.chat("Дина").messages)) == (2, 1)
    await tamara.press("Ознакомлен(а)")
    await marina.press("Обновить")
    assert marina.text == "Рассылка: доставлено 2 из 2.\nОзнакомились: 2.\n«Завтра совещание»"


async def test_a_photo_with_words_and_one_more_file(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Посмотрите *план*")
    await marina.photo(PNG)
    await marina.document("План.pdf", PDF)
    assert "📎 План.pdf" in marina.text
    await marina.press("Кнопка: «Ознакомлен(а)»")
    await marina.press("Отправить")
    dina = play.chat("Дина")
    assert [m.kind for m in dina.messages] == ["photo", "document"]
    words, file = dina.messages
    assert (words.text, words.labels) == (
        "✉️ Пишет Марина:\n\nПосмотрите план",
        ["Буду", "Не буду", "Ответить"],
    )
    assert file.document is not None
    assert (file.document.name, file.document.body) == ("План.pdf", PDF)
    await dina.press("Буду", on=words)
    assert dina.messages[0].labels == ["✓ Буду", "Не буду", "Ответить"]
    await play.chat("Тамара").press("Не буду")
    await dina.press("Не буду", on=dina.messages[0])
    await marina.press("Обновить")
    assert marina.text.splitlines()[1] == "Будут: 0, не будут: 2."


async def test_words_of_telegram_become_marks(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.press("Рассылка")
    await marina.press("Школы")
    message = "Смотрите файл_номер_один и 2*2*2 на https://a_b.ru/_x_"
    await marina.say(message)
    await marina.press("Отправить")
    assert play.chat("Дина").text.endswith(message)


async def test_an_answer_reaches_the_author_and_comes_back(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Отправить")
    dina = play.chat("Дина")
    letter = dina.last
    await play.telegram.send_text(dina.user_id, "Можно по видео?", reply_to=letter.message_id)
    await play.settled()
    assert dina.text == "Передано. Это ответ на «Завтра совещание»."
    assert marina.text == "💬 Дина на вашу рассылку «Завтра совещание»\n\nМожно по видео?"
    await marina.press("Ответить")
    await play.restart()
    await marina.say("Да, ссылку пришлю")
    assert dina.text == "💬 Марина отвечает вам\n\nДа, ссылку пришлю"
    await dina.press("Ответить", on=dina.last)
    await dina.say("Спасибо")
    assert marina.text.endswith("\n\nСпасибо")
    async with play.db.read(await play.world.actor("Марина")) as tx:
        threads = await broadcasts.threads(tx, 1)
        view = await broadcasts.broadcast(tx, 1)
    assert [(t.person.name, [x.text for x in t.letters]) for t in threads] == [
        ("Дина", ["Можно по видео?", "Да, ссылку пришлю", "Спасибо"])
    ]
    # Who answers has read it.
    assert [d.person.name for d in view.deliveries if d.read_at] == ["Дина"]


async def test_nobody_else_answers_in_a_thread(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Отправить")
    dina, stepan = play.chat("Дина"), await at_home(play, "Степан")
    data = dina.last.button("Ответить").data or ""
    for who in (stepan, await at_home(play, "Ульяна")):
        await who.press_data(who.last, data)
        await who.say("Чужое")
        assert who.text == told(NotFound())
    async with play.db.read(SYSTEM) as tx:
        assert await broadcasts.threads(tx, 1) == []


async def test_a_whole_region_is_asked_twice_and_a_message_waits_for_its_hour(play: Play) -> None:
    rimma = await to_schools(play, "Римма", "Коллеги, с понедельника новый порядок")
    await rimma.press("Отправить")
    assert re.match(r"Уйдёт всей области: 5 человек\.", rimma.text)
    assert play.chat("Дина").messages == []
    await rimma.press("‹ Назад")
    await rimma.press("Позже…")
    assert rimma.labels[:2] == ["18 апреля, 14:00", "19 апреля, 09:00"]
    await rimma.press("19 апреля, 09:00")
    assert re.match(r"Уйдёт всей области: 5 человек\.", rimma.text)
    await play.restart()
    await rimma.press("Да, отправить всей области")
    assert rimma.text.splitlines()[1] == "Уйдёт 19 апреля, 09:00."
    await rimma.press("Пауза")
    play.world.clock.forward(days=1)
    await play.settled()
    assert play.chat("Дина").messages == []
    await rimma.press("Продолжить")
    assert play.chat("Дина").text == "✉️ Пишет Римма:\n\nКоллеги, с понедельника новый порядок"


async def test_the_moment_may_be_written(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Коллеги")
    await marina.press("Позже…")
    assert marina.text == (
        "Когда отправить? Или напишите: «в пятницу в 10:00», «28.04 14:30». До этого можно отменить."
    )
    later = marina.last
    assert (await marina.say("сегодня в 9")).startswith("18.04.2022 09:00 — уже прошло.")
    assert (await marina.say("потом")).startswith("Не понял, какой день.")
    await play.restart()
    await marina.say("в пятницу в 10:00")
    assert marina.text.splitlines()[1] == "Уйдёт 22 апреля, 10:00."
    # Neither the buttons above nor the same words send it twice.
    await marina.press_data(marina.last, later.button("19 апреля, 09:00").data or "")
    assert marina.text.splitlines()[1] == "Уйдёт 22 апреля, 10:00."  # what became of it
    await marina.say("в пятницу в 10:00")
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert len(await broadcasts.broadcast_list(tx)) == 1
    play.world.clock.moment = datetime(2022, 4, 22, 7, 1, tzinfo=UTC)
    await play.settled()
    assert play.chat("Дина").text == "✉️ Пишет Марина:\n\nКоллеги"


async def test_a_moment_without_an_hour_is_nine_in_the_morning(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Коллеги")
    await marina.press("Позже…")
    await marina.say("через неделю")
    assert marina.text.splitlines()[1] == "Уйдёт 25 апреля, 09:00."


async def test_what_has_not_left_is_taken_back(play: Play) -> None:
    rimma = await to_schools(play, "Римма", "Коллеги")
    await rimma.press("Позже…")
    await rimma.say("завтра в 9")
    assert re.match(r"Уйдёт всей области: 5 человек\.", rimma.text)
    await rimma.press("Да, отправить всей области")
    await rimma.press("Отозвать")
    await rimma.press("Да, отозвать")
    assert rimma.text.splitlines()[1] == "Отозвана."
    play.world.clock.forward(days=2)
    await play.settled()
    assert play.chat("Дина").messages == []


async def test_a_press_proves_that_a_doubtful_one_arrived(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    await marina.press("Отправить")
    mine = OutboxMessage.person_id == play.world.people["Дина"]
    async with play.db.write(SYSTEM) as tx:
        await tx.session.execute(update(OutboxMessage).where(mine).values(state=OutboxState.UNKNOWN))
    await marina.press("Обновить")
    assert "Повторить неподтверждённые: 1" in marina.labels
    await play.chat("Дина").press("Ознакомлен(а)")
    async with play.db.read(SYSTEM) as tx:
        assert await tx.session.scalar(select(OutboxMessage.state).where(mine)) == OutboxState.SENT
    await marina.press("Повторить")
    assert len(play.chat("Дина").messages) == 1


async def test_a_saved_circle_is_used_in_the_chat(play: Play) -> None:
    async with play.db.write(await play.world.actor("Римма")) as tx:
        segment = Segment(
            roles=(Role.SCHOOL_HEAD,), municipality_id=play.world.places["Угличский"].municipality_id
        )
        await audiences.save(tx, "Углич, руководители", segment)
    rimma = await at_home(play, "Римма")
    await rimma.press("Рассылка")
    await rimma.press("Сохранённые круги…")
    await rimma.press("Углич, руководители")
    assert rimma.text.startswith("Получат 3 человека из 3 школ.")
    ulyana = await at_home(play, "Ульяна")
    await ulyana.press("Рассылка")
    assert "Сохранённые круги…" not in ulyana.labels  # it is the region's


async def test_unknown_words_in_braces_are_named(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.press("Рассылка")
    await marina.press("Школы")
    assert (await marina.say("Ждём {дату}")).startswith("Не знаю, что подставить вместо {дату}.")
    assert (await marina.say("Ждём до {срок}")).startswith("Срок подставить неоткуда")
    await marina.say("Ждём {сегодня}")
    await marina.press("Отправить")
    assert play.chat("Дина").text.endswith("Ждём 18 апреля")


async def test_a_test_costs_nobody_else_a_message(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Пробуем, {имя}")
    await marina.press("Проверить на себе")
    assert marina.text == "✉️ Пишет Марина:\n\nПробуем, Дина"
    assert [play.chat(n).messages for n in ("Дина", "Тамара")] == [[], []]


async def test_a_scheduled_one_asks_again_who_is_meant(play: Play) -> None:
    async with play.db.write(await play.world.actor("Марина")) as tx:
        later = play.world.clock.now() + timedelta(hours=2)
        await broadcasts.send(
            tx, "Позже", Segment(), request_key="k", starts_at=later, extras=Extras(link_url="https://a.ru")
        )
    async with play.db.write(await play.world.actor("Марина")) as tx:
        grants = await people.grants_of(tx, play.world.people["Дина"])
        await people.revoke_role(tx, grants[0].id)
    play.world.clock.forward(hours=3)
    await play.settled()
    assert play.chat("Дина").messages == []
    assert play.chat("Тамара").last.buttons[0][0].url == "https://a.ru/"
