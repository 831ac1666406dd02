"""Questions between school and reviewer, requests to be let off, counts on the way, moved deadlines."""

from datetime import date

from bot.presses import Ask, WaiverAnswer, WaiverAsk, WaiverOpen
from domain import moving, obligations, oversight, progress, roadmaps, talks
from domain.actor import SYSTEM
from domain.errors import NotFound
from tests.bot.chat import Chat, Play, told
from tests.bot.test_flow_report import handed_in, opened


async def test_a_question_and_its_answer(play: Play) -> None:
    tamara, kirill = await opened(play), play.chat("Кирилл")
    await tamara.press("Спросить куратора")
    assert tamara.text.endswith("\nНапишите вопрос одним сообщением.")
    await tamara.say("Нужна ли <печать>?")
    assert tamara.text.splitlines()[1:] == [
        "Тамара, сегодня в 10:00: «Нужна ли <печать>?»",
        "Передано, ответ придёт сюда. Можно добавить.",
    ]
    assert kirill.text == "💬 Тороповская ОШ, 1.2\n«Нужна ли <печать>?» Тамара"
    await kirill.say("/menu")
    await kirill.press("Я куратор")
    await kirill.press("💬 Ответить: 1")
    await kirill.press("Тороповская ОШ · Нужна ли")
    assert kirill.text.endswith("\nНапишите ответ одним сообщением.")
    await play.restart()
    await kirill.say("Нет, хватит подписи")
    assert tamara.text == "💬 1.2 Определение школ, нуждающихся в…\n«Нет, хватит подписи» Кирилл"
    await tamara.press("Показать")
    await tamara.press("‹ Назад")
    assert tamara.text.startswith("1.2 Определение школ")
    async with play.db.read(SYSTEM) as tx:
        thread = await talks.thread(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert [(u.side, u.turn) for u in thread.said] == [
        (talks.Side.SCHOOL, talks.Turn.QUESTION),
        (talks.Side.REVIEWER, talks.Turn.ANSWER),
    ]


async def test_the_reviewer_asks_from_the_card_and_the_school_sees_it_on_the_first_screen(play: Play) -> None:
    await handed_in(play)
    kirill, dina = play.chat("Кирилл"), play.chat("Дина")
    await kirill.press("Открыть")
    await kirill.press("Спросить школу")
    await kirill.say("Кто подписал?")
    await kirill.press("‹ Назад")
    assert "✅ Подтвердить" in kirill.labels
    assert kirill.files() == ["Перечень.pdf"]
    await dina.say("/menu")
    await dina.press("💬 Ответить: 1")
    await dina.press("Тороповская ОШ · Кто подписал?")
    await dina.say("Директор")
    assert kirill.text == "💬 Тороповская ОШ, 1.2\n«Директор» Дина"


async def test_a_reply_to_a_question_is_its_answer_wherever_one_is(play: Play) -> None:
    tamara, kirill = await opened(play), play.chat("Кирилл")
    await tamara.press("Спросить куратора")
    await tamara.say("Нужна ли печать?")
    await kirill.say("/menu")
    news = next(m for m in kirill.messages if m.text.startswith("💬"))
    await play.telegram.send_text(kirill.user_id, "Хватит подписи", reply_to=news.message_id)
    await play.settled()
    assert tamara.text.endswith("\n«Хватит подписи» Кирилл")
    # The same while a draft is open: it does not take the answer for a part of the report.
    await kirill.press("‹ Назад")
    answer = tamara.last
    await tamara.say("/menu")
    await tamara.press("🔴 1.1")
    await play.telegram.send_text(tamara.user_id, "Спасибо", reply_to=answer.message_id)
    await play.settled()
    async with play.db.read(await play.world.actor("Тамара")) as tx:
        work_id = await play.world.assignment_id("Тороповская", "1.2")
        assert [u.text for u in (await talks.thread(tx, work_id)).said][-1] == "Спасибо"
        other = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.1"))
    assert list(other.draft) == []


async def test_a_stranger_neither_reads_nor_speaks(play: Play) -> None:
    sasha = play.chat("Саша")
    await sasha.say("/menu")
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    for press in (Ask(id=work_id), WaiverAsk(id=work_id), WaiverOpen(id=1), WaiverAnswer(id=1, grant=True)):
        await sasha.press_data(sasha.last, press.pack())
        assert sasha.alert == told(NotFound()), press


async def asked(play: Play) -> Chat:
    """Тамара, who has asked not to have to hand in 1.2."""
    tamara = await opened(play)
    await tamara.press("Не требуется…")
    await tamara.say("У нас одна параллель")
    return tamara


async def test_not_required_asked_and_granted(play: Play) -> None:
    tamara, marina = await asked(play), play.chat("Марина")
    assert "Вы попросили не требовать: «У нас одна параллель». Ждём ответа." in tamara.text
    assert "Забрать просьбу" in tamara.labels
    assert marina.text.splitlines()[0] == "Тороповская ОШ"
    await marina.say("/menu")
    await marina.press("Просят снять: 1")
    await marina.press("Тороповская ОШ")
    old = marina.last
    await marina.press("Не требуется")
    assert "✖️ Ответ: не требуется." in marina.text
    assert tamara.text.startswith("✖️ От вашей школы не требуется: 1.2 ")
    await marina.press("Требуется, потому что…", on=old)
    await marina.say("Передумала")
    assert marina.messages[-2].text == "Уже ответил(а) Марина сегодня в 10:00."
    await tamara.press("Открыть")
    assert "От вашей школы не требуется." in tamara.text
    async with play.db.read(SYSTEM) as tx:
        work = await progress.assignment(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert work.status is progress.Status.WAIVED


async def test_not_required_asked_and_declined_with_a_word(play: Play) -> None:
    tamara, marina = await asked(play), play.chat("Марина")
    await marina.press("Открыть")
    await marina.press("Требуется, потому что…")
    await marina.say("Это для всех школ")
    assert "Ответ: требуется.\n«Это для всех школ»" in marina.text
    assert tamara.text.startswith("Требуется: ")
    assert tamara.text.endswith("\n«Это для всех школ»")
    await tamara.press("Открыть")
    assert "Не требуется…" in tamara.labels


async def test_a_request_is_taken_back(play: Play) -> None:
    tamara = await asked(play)
    await tamara.press("Забрать просьбу")
    assert "Не требуется…" in tamara.labels
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert await obligations.open_waivers(tx) == []


async def test_a_count_on_the_way(play: Play) -> None:
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        await obligations.note_count(tx, work_id, 2, wanted=7)
    tamara = await opened(play)
    assert "Сделано: 2 из 7." in tamara.text
    await tamara.press("Отметить, сколько")
    assert await tamara.say("скоро") == "Напишите, пожалуйста, числом, сколько."
    await tamara.say("3, провели семинар")
    assert "Сделано: 3 из 7." in tamara.text
    async with play.db.read(SYSTEM) as tx:
        notes = await obligations.count_notes(tx, work_id)
    assert [(n.done, n.wanted, n.note) for n in notes] == [(3, 7, "провели семинар"), (2, 7, "")]


async def test_a_reviewer_hears_that_a_confirmation_was_taken_back(play: Play) -> None:
    await handed_in(play)
    kirill, marina, tamara = (play.chat(name) for name in ("Кирилл", "Марина", "Тамара"))
    await kirill.press("Открыть")
    await kirill.press("✅ Подтвердить")
    await kirill.press("Документ подтверждает выполнение.")
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await oversight.unconfirm(tx, 1, "Подпись не та")
    await play.settled()
    taken = "↩️ Тороповская ОШ, 1.2: ваше подтверждение отозвано.\n«Подпись не та» Марина"
    assert kirill.text == taken
    assert tamara.text.splitlines()[1:] == ["«Подпись не та» Марина", "Черновик сохранён."]
    await tamara.press("Доработать")
    assert tamara.labels[0] == "Отправить"
    assert marina.messages == []


async def test_a_moved_deadline_is_told_to_those_who_hold_the_work(play: Play) -> None:
    async with play.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, play.world.roadmap_id)
    measure = next(m for m in view.measures if m.number == "1.2")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await moving.move_due(tx, measure.id, 0, date(2022, 5, 20))
    await play.settled()
    tamara = play.chat("Тамара")
    assert tamara.text.splitlines()[0] == "Сроки перенесены:"
    assert tamara.text.endswith(": было до 28 февраля, теперь до 20 мая")
    assert play.chat("Кирилл").messages == []
