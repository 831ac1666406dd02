"""What people see when Telegram or our side misbehaves: nothing twice, nothing lost, a sentence always."""

from domain import progress
from domain.actor import SYSTEM
from tests.bot.chat import PDF, Play
from tests.bot.test_flow_report import FULL, handed_in, opened

APOLOGY = "У нас что-то сломалось. Ваше не потеряно; попробуйте, пожалуйста, через минуту."


async def test_where_an_edit_is_refused_the_screen_comes_as_a_new_message(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    play.telegram.fault(
        "editMessageText", "error", code=400, description="Bad Request: message can't be edited"
    )
    await tamara.press("Все задания")
    assert [m.text.splitlines()[0] for m in tamara.messages] == ["Тороповская ОШ", "Ждёт 21 задание"]


async def test_pressing_what_is_shown_already_is_quiet(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("Все задания")
    await tamara.press("1 / 5")
    assert len(tamara.messages) == 1


async def test_a_late_answer_to_a_press_is_no_error(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    play.telegram.fault("answerCallbackQuery", "error", code=400, description="Bad Request: query is too old")
    data = tamara.last.button("Все задания").data or ""
    found = play.telegram.world.find_message(play.telegram.bot, tamara.user_id, tamara.last.message_id)
    assert found is not None
    await play.telegram.press_data(tamara.user_id, found, data, 0)
    await play.settled()
    assert tamara.text == "Ждёт 21 задание"


async def test_a_download_that_fails_is_tried_again_and_counts_once(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    play.telegram.fault("getFile", "error", code=500, description="Internal Server Error")
    assert await tamara.document("Перечень.pdf") == FULL


async def test_after_three_failures_one_apology(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    play.telegram.fault("getFile", "error", code=500, count=3, description="Internal Server Error")
    assert await tamara.document("Перечень.pdf") == APOLOGY
    assert [m.text for m in tamara.messages].count(APOLOGY) == 1
    dead = await play.dead()
    assert len(dead) == 1
    play.given_up = dead
    # What was there before stays, and the person can go on.
    assert await tamara.document("Перечень.pdf", PDF + b"2") == FULL


async def test_an_answer_lost_after_the_fact_changes_nothing(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    draft = tamara.last
    play.telegram.fault("editMessageText", "error", code=500, description="Internal Server Error")
    await tamara.press("Отправить")
    assert tamara.alert == APOLOGY
    await tamara.press("Отправить", on=draft)
    assert tamara.alert == "Уже сдано, № 1. Отчёт на проверке, больше ничего делать не нужно."
    play.answers_lost = 1
    async with play.db.read(SYSTEM) as tx:
        card = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert len(card.submissions) == 1


async def test_the_same_updates_again_change_nothing(play: Play) -> None:
    await handed_in(play)
    await play.engine.stop()
    async with play.db.write(SYSTEM) as tx:
        await play.replay(tx)
    await play.start()
    await play.settled()
    async with play.db.read(SYSTEM) as tx:
        card = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert [len(view.evidence) for view in card.submissions] == [2]
    assert card.draft == []
    assert len(play.chat("Кирилл").messages) == 1


async def test_a_message_of_the_longest_kind_still_fits(play: Play) -> None:
    tamara, kirill = await opened(play), play.chat("Кирилл")
    for _ in range(6):
        await tamara.say("<&> " + "ж" * 4000)
    assert len(tamara.text) < 4096
    await tamara.press("Отправить")
    await kirill.press("Открыть")
    await kirill.press("↩️ Вернуть")
    await kirill.say("<&> " + "ж" * 4000)
    await tamara.press("Доработать")
    assert tamara.text.splitlines()[0] == "↩️ 1.2 вернули на доработку"
    assert [e.description for e in play.telegram.log if e.outcome != "delivered"] == []
