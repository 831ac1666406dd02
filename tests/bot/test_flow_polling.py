"""A poll asked from the chat: question by question, to whom, the look, the results and their file, the end."""

import io
from datetime import UTC, datetime
from typing import Any

from openpyxl import load_workbook

from domain import audiences, polls
from domain.actor import SYSTEM, Role
from domain.audiences import Segment
from domain.errors import Forbidden, NotFound
from domain.polls import Kind, PollSpec, QuestionSpec
from domain.polls.rules import FEW_VOICES
from tests.bot.chat import Chat, Play, told
from tests.domain.test_polls import TEAM, hand_in


async def begun(play: Play, name: str = "Марина") -> Chat:
    chat = play.chat(name)
    await chat.say("/menu")
    await chat.press("Ещё")
    await chat.press("Опросы")
    await chat.press("Новый опрос")
    return chat


async def asked(play: Play, name: str = "Марина") -> Chat:
    """One question with two answers, to schools, up to the look."""
    chat = await begun(play, name)
    await chat.say("Нужен ли семинар?")
    await chat.press("Один из вариантов")
    await chat.say("Да, в апреле\n- Да, в мае\n\n- Нет")
    await chat.press("Школы")
    return chat


async def test_from_the_question_to_the_shares(play: Play) -> None:
    marina = await begun(play)
    assert marina.text == "О чём спросить? Напишите вопрос."
    await marina.say("Нужен ли семинар?")
    assert marina.text == "Нужен ли семинар?\nКак будут отвечать?"
    assert marina.labels == [
        "Один из вариантов",
        "Несколько сразу",
        "Оценка от 1 до 5",
        "Оценка от 1 до 10",
        "Своими словами",
        "‹ Назад",
        "Отмена",
    ]
    await marina.press("Один из вариантов")
    assert (await marina.say("Да")) == "У вопроса 1 должно быть от двух до 12 разных ответов."
    await marina.say("Да, в апреле\n- Да, в мае\n\n- Нет")
    await marina.press("Школы")
    assert marina.text.splitlines() == [
        "📊 Нужен ли семинар?",
        "1 вопрос.",
        "",
        "Да, в апреле · Да, в мае · Нет",
        "———",
        "Получат 2 человека из 1 школы.",
    ]
    assert marina.labels == [
        "Отправить: 2",
        "Ещё вопрос",
        "Убрать вопрос 1",
        "⇄ Отвечает каждый",
        "⇄ С именами",
        "Без срока",
        "Кому…",
        "Отмена",
    ]
    look = marina.last
    await marina.press("Отправить: 2")
    assert marina.text == "📊 Нужен ли семинар?\nОтветили: 0 из 2."
    dina = play.chat("Дина")
    assert dina.text.splitlines() == ["📊 Нужен ли семинар?", "1 вопрос."]
    await dina.press("Ответить на опрос")
    await dina.press("Да, в мае")
    await dina.press("Отправить ответы")
    await marina.press("Обновить")
    assert marina.text.splitlines() == [
        "📊 Нужен ли семинар?",
        "Ответили: 1 из 2, 50 %.",
        "",
        "Ответили: 1",
        "Да, в апреле: 0, 0 %",
        "Да, в мае: 1, 100 %",
        "Нет: 0, 0 %",
    ]
    await marina.press("Кто не ответил: 1")
    assert marina.text == "Нужен ли семинар?\nНе ответили:\nТамара, Тороповская ОШ"
    await marina.press("‹ Назад")
    await marina.press("Напомнить один раз")
    assert marina.alert == "Напомнил: 1 человеку."
    assert play.chat("Тамара").text.splitlines()[0] == "Напоминаем:"
    assert "Напомнить один раз" not in marina.labels
    await marina.press("Закрыть опрос")
    assert marina.text == "Нужен ли семинар?\nОтветы больше приниматься не будут."
    await marina.press("Закрыть опрос")
    assert marina.text.splitlines()[:3] == [
        "📊 Нужен ли семинар?",
        "Ответили: 1 из 2, 50 %.",
        "Опрос закончился.",
    ]
    await marina.press("‹ Назад")
    assert marina.labels[1] == "✓ Нужен ли семинар? · 1/2"
    # The button of the look asks nobody again.
    await marina.press_data(marina.last, look.button("Отправить").data or "")
    assert marina.text.splitlines()[:2] == ["📊 Нужен ли семинар?", "Ответили: 1 из 2, 50 %."]
    async with play.db.read(SYSTEM) as tx:
        assert len(await polls.poll_list(tx)) == 1


async def test_several_questions_have_a_name_a_last_day_and_one_voice_a_school(play: Play) -> None:
    marina = await asked(play)
    await marina.press("Ещё вопрос")
    assert marina.text == "Вопрос 2: о чём спросить?"
    await marina.say("Оцените прошлый")
    await play.restart()
    await marina.press("Оценка от 1 до 10")
    assert marina.text == "Как назвать опрос? Одной строкой: её увидят первой."
    await marina.say("О семинарах")
    await marina.press("Ещё вопрос")
    await marina.press("‹ Назад")
    await marina.press("Ещё вопрос")
    await marina.say("Что добавить?")
    await marina.press("Своими словами")
    await marina.press("⇄ Отвечает каждый")
    await marina.press("⇄ С именами")
    await marina.press("Без срока")
    assert (await marina.say("когда-нибудь")).startswith("Не понял, какой день.")
    await marina.say("в следующую пятницу")
    assert marina.text.splitlines() == [
        "📊 О семинарах",
        "3 вопроса, до 29 апреля, 20:00.",
        "Один ответ от школы.",
        "Анонимно: ответы хранятся без имени и школы.",
        "",
        "1. Нужен ли семинар?",
        "    Да, в апреле · Да, в мае · Нет",
        "2. Оцените прошлый",
        "    оценка от 1 до 10",
        "3. Что добавить?",
        "    ответ своими словами",
        "———",
        "Получат 2 человека из 1 школы.",
        "⚠️ " + told(polls.PollWrong(reason=FEW_VOICES, n=3)),
        "Чтобы изменить название, напишите новое.",
    ]
    assert marina.labels[0] == "Ещё вопрос"
    await marina.say("Семинары года")
    assert marina.text.splitlines()[0] == "📊 Семинары года"
    await marina.press("Убрать вопрос 3")
    look = marina.last
    await marina.press("⇄ Анонимно")
    await marina.press("Отправить: 2")
    assert marina.text.splitlines()[:3] == [
        "📊 Семинары года",
        "Ответили: 0 из 1.",
        "До 29 апреля, 20:00. Один ответ от школы.",
    ]
    await marina.press_data(look, look.button("⇄ Анонимно").data or "")
    assert marina.text.splitlines()[1] == "Ответили: 0 из 1."
    async with play.db.read(await play.world.actor("Марина")) as tx:
        found = await polls.results(tx, 1)
    assert [(q.text, q.kind, q.top) for q in found.questions] == [
        ("Нужен ли семинар?", Kind.ONE, 5),
        ("Оцените прошлый", Kind.SCALE, 10),
    ]


async def test_back_leads_step_by_step_and_to_other_people(play: Play) -> None:
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await audiences.save(tx, "Кураторы района", Segment(roles=(Role.CURATOR,)))
    marina = await begun(play)
    await marina.say("Первый?")
    await marina.press("Один из вариантов")
    await marina.press("‹ Назад")
    await marina.say("Второй?")  # a better wording
    await marina.press("Один из вариантов")
    await marina.press("Да / Нет")
    await marina.press("‹ Назад")
    assert marina.text == "Второй?\nКак будут отвечать?"
    await marina.press("Несколько сразу")
    await marina.press("Да / Нет")
    await marina.press("Кураторы района")
    assert marina.text.splitlines()[-2:] == ["———", "Получит 1 человек из 1 школы."]
    await marina.press("Кому…")
    await marina.press("Кто не сдал…")
    assert marina.text == "Кого спросить?"
    await marina.press("‹ Назад")
    await marina.press("Школы и кураторы")
    assert marina.labels[0] == "Отправить: 3"
    await marina.press("Отмена")
    assert marina.text == "Опросов пока нет."


async def test_a_region_is_asked_twice(play: Play) -> None:
    rimma = await asked(play, "Римма")
    send = rimma.labels[0]
    await rimma.press("Отправить")
    assert rimma.text.startswith("Уйдёт всей области: 5 человек.")
    await rimma.press("‹ Назад")
    assert rimma.labels[0] == send
    await rimma.press("Отправить")
    await rimma.press("Да, отправить всей области")
    assert rimma.text.startswith("📊 Нужен ли семинар?\nОтветили: 0 из ")


async def test_what_is_no_answer_to_a_step(play: Play) -> None:
    marina = await begun(play)
    await marina.photo()
    assert marina.text == "Напишите, пожалуйста, словами."
    await marina.say("Нужен ли семинар?")
    kinds = marina.last
    await marina.press("Своими словами")
    # The picture of an earlier step changes nothing of the present one.
    await marina.press_data(kinds, kinds.button("Один из").data or "")
    assert marina.text == "Кого спросить?"
    await marina.press_data(marina.last, kinds.button("Один из").data.replace("one", "zz"))  # type: ignore[union-attr]
    assert marina.text == "Кого спросить?"


async def test_strangers_get_nowhere(play: Play) -> None:
    marina = await asked(play)
    await marina.press("Отправить: 2")
    for name in ("Ульяна", "Саша", "Вера"):
        chat = play.chat(name)
        await chat.say("/menu")
        for do in ("", "excel", "silent", "remind", "close", "sure"):
            await chat.press_data(chat.last, f"zc:1:{do}:0")
            assert chat.alert == told(NotFound())
        assert chat.files() == []
    vera = play.chat("Вера")
    for data in ("zl:0", "zp:::0"):
        await vera.press_data(vera.last, data)
        assert vera.alert == told(Forbidden())
    ulyana = await begun(play, "Ульяна")
    await ulyana.press("Отмена")
    assert ulyana.text == "Опросов пока нет."
    async with play.db.read(await play.world.actor("Марина")) as tx:
        found = await polls.results(tx, 1)
    assert (found.poll.closed_at, found.poll.reminded_at) == (None, None)


async def test_at_night_the_author_reads_when_it_leaves(play: Play) -> None:
    play.world.clock.moment = datetime(2022, 4, 18, 20, 0, tzinfo=UTC)  # 23:00 in Moscow
    marina = await asked(play)
    await marina.press("Отправить: 2")
    assert marina.alert == "Вне рабочих часов не пишу: сообщения уйдут 19 апреля, 09:00."
    assert play.chat("Дина").messages == []
    play.world.clock.moment = datetime(2022, 4, 19, 6, 5, tzinfo=UTC)
    await play.settled()
    assert play.chat("Дина").text.splitlines()[0] == "📊 Нужен ли семинар?"


def sheets(chat: Chat) -> list[list[tuple[Any, ...]]]:
    """The workbook that came last, without the sheet of definitions."""
    sent = chat.last.document
    assert sent is not None
    book = load_workbook(io.BytesIO(sent.body))
    return [list(sheet.values) for sheet in book.worksheets[:-1]]


async def test_the_author_takes_the_results_away(play: Play) -> None:
    marina = await asked(play)
    await marina.press("Отправить: 2")
    assert "Excel" not in marina.labels  # nothing to take yet
    async with play.db.read(await play.world.actor("Марина")) as tx:
        poll = await polls.poll(tx, 1)
    await hand_in(play.world, "Дина", poll, [1])
    await marina.press("Обновить")
    await marina.press("Excel")
    await marina.press("Excel")
    assert marina.files() == ["Нужен ли семинар 2022-04-18.xlsx"] * 2
    counts, every = sheets(marina)
    assert counts == [
        ("Вопрос", "Ответ", "Сколько раз", "%", "Ответили"),
        ("Нужен ли семинар?", "Да, в апреле", 0, 0, 1),
        ("Нужен ли семинар?", "Да, в мае", 1, 100, 1),
        ("Нужен ли семинар?", "Нет", 0, 0, 1),
    ]
    assert every == [
        ("Имя", "Место", "Когда", "Нужен ли семинар?"),
        ("Дина", "Тороповская ОШ", datetime(2022, 4, 18, 10), "Да, в мае"),
    ]


async def test_the_file_of_an_anonymous_poll_comes_with_the_third_answer_and_names_nobody(play: Play) -> None:
    spec = PollSpec("Тайно", (QuestionSpec("Всё хорошо?", options=("Да", "Нет")),), anonymous=True)
    async with play.db.write(await play.world.actor("Римма")) as tx:
        poll = await polls.create(tx, spec, TEAM, request_key="k")
    for name in ("Дина", "Вера"):
        await hand_in(play.world, name, poll, [0])
    rimma = play.chat("Римма")
    await rimma.say("/menu")
    await rimma.press_data(rimma.last, f"zc:{poll.id}::0")
    assert "Excel" not in rimma.labels
    await rimma.press_data(rimma.last, f"zc:{poll.id}:excel:0")
    assert rimma.alert == "Итоги анонимного опроса появятся, когда ответят хотя бы 3."
    assert rimma.files() == []
    await hand_in(play.world, "Клим", poll, [1])
    await rimma.press("Обновить")
    await rimma.press("Excel")
    counts, every = sheets(rimma)
    assert counts[1:] == [("Всё хорошо?", "Да", 2, 67, 3), ("Всё хорошо?", "Нет", 1, 33, 3)]
    assert (every[0], sorted(row[1] for row in every[1:])) == (("№", "Всё хорошо?"), ["Да", "Да", "Нет"])
