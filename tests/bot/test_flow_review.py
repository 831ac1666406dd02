"""The reviewer's side, and what the school hears of it."""

from bot.presses import Decide, Files, OwnWords, Phrase, Report
from domain import people, progress
from domain.actor import SYSTEM, Role
from domain.errors import NotFound
from domain.progress import Decision, Status
from sandbox import Item
from tests.bot.chat import PDF, PNG, Chat, Play, told
from tests.bot.test_flow_report import handed_in, opened


async def status(play: Play, school: str = "Тороповская", number: str = "1.2") -> Status:
    """How the assignment stands in a fresh transaction."""
    async with play.db.read(SYSTEM) as tx:
        work = await progress.assignment(tx, await play.world.assignment_id(school, number))
        return work.status


async def reading(play: Play) -> Chat:
    """Кирилл, curator of Тороповская, with the report open."""
    await handed_in(play)
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    return kirill


async def test_news_of_a_report_reach_its_reviewer_only(play: Play) -> None:
    await handed_in(play)
    heard = {name: play.chat(name).messages for name in play.world.telegram}
    assert [name for name, messages in heard.items() if messages] == ["Тамара", "Кирилл"]
    assert heard["Кирилл"][0].text.startswith("⏳ Тороповская ОШ: сдано 1.2 Определение школ")
    sent = play.telegram.log.delivered("sendMessage", play.world.telegram["Кирилл"])
    assert [entry.params.get("disable_notification") for entry in sent] in ([True], ["true"])


async def test_the_card_says_what_was_asked_and_what_was_sent(play: Play) -> None:
    kirill = await reading(play)
    card = kirill.last
    lines = card.text.splitlines()
    assert lines[0] == "Тороповская ОШ"
    assert lines[1].startswith("1.2 Определение школ")
    assert lines[-3:] == [
        "Отчёт № 1, Тамара, сегодня в 10:00 (после срока)",
        "«Перечень готов»",
        "📎 Перечень.pdf · 1 КБ",
    ]
    assert card.labels == ["✅ Подтвердить", "↩️ Вернуть", "Спросить школу", "Данные детей…", "‹ Очередь"]
    assert kirill.files() == ["Перечень.pdf"]


async def test_confirmed_in_two_taps_with_a_ready_phrase(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("✅ Подтвердить")
    assert kirill.last.labels == [
        "Документ подтверждает выполнение.",
        "Есть чему поучиться другим.",
        "Своими словами",
        "‹ Назад",
    ]
    await kirill.press("Документ подтверждает выполнение.")
    assert kirill.last.text == (
        "✅ Подтверждено: Тороповская ОШ, 1.2\n«Документ подтверждает выполнение.»\nБольше проверять нечего."
    )
    tamara = play.chat("Тамара")
    assert tamara.text.startswith("✅ Подтверждено: 1.2 Определение школ")
    assert tamara.text.endswith("\n«Документ подтверждает выполнение.» Кирилл")
    await tamara.press("Показать")
    assert "✅ Подтверждено.\n«Документ подтверждает выполнение.» Кирилл, сегодня в 10:00" in tamara.text
    assert await status(play) is Status.CONFIRMED


async def test_returned_in_own_words_and_the_same_draft_reopens(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("↩️ Вернуть")
    await kirill.press("Своими словами")
    assert kirill.last.text == "↩️ Тороповская ОШ, 1.2\nНапишите школе одним сообщением."
    await kirill.say("Нужна подпись <директора> & печать")
    assert kirill.text.startswith("↩️ Возвращено: Тороповская ОШ, 1.2\n«Нужна подпись <директора> & печать»")
    tamara = play.chat("Тамара")
    assert tamara.text.splitlines()[1:] == [
        "«Нужна подпись <директора> & печать» Кирилл",
        "Черновик сохранён.",
    ]
    await tamara.press("Доработать")
    assert tamara.text.splitlines() == [
        "↩️ 1.2 вернули на доработку",
        "«Нужна подпись <директора> & печать» Кирилл, сегодня в 10:00",
        "Черновик сохранён.",
        "«Перечень готов»",
        "📎 Перечень.pdf · 1 КБ",
    ]
    assert tamara.labels[0] == "Отправить"


async def test_a_text_written_instead_of_a_phrase_counts_as_own_words(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("↩️ Вернуть")
    await kirill.photo()
    assert kirill.text == "Напишите, пожалуйста, школе словами."
    await kirill.say("Приложите приказ")
    assert await status(play) is Status.RETURNED


async def test_returned_and_sent_again_three_times_shows_what_changed(play: Play) -> None:
    kirill, tamara = await reading(play), play.chat("Тамара")
    for number in (2, 3, 4):
        await kirill.press("↩️ Вернуть")
        await kirill.press("Нет показателя результата.")
        await tamara.press("Доработать")
        await tamara.say(f"Дополнение {number}")
        await tamara.press("Отправить")
        await kirill.press("Открыть")
        card = next(m for m in reversed(kirill.messages) if "✅ Подтвердить" in m.labels)
        assert card.text.splitlines()[-2:] == [
            "Возвращали со словами: «Нет показателя результата.»",
            f"Новые слова: «Дополнение {number}»",
        ]
    async with play.db.read(SYSTEM) as tx:
        card_ = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert [view.submission.version for view in card_.submissions] == [4, 3, 2, 1]


async def test_the_second_presser_is_told_who_and_when(play: Play) -> None:
    async with play.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, play.world.people["Вера"], Role.CURATOR, play.world.schools["Тороповская"]
        )
    kirill, vera = await reading(play), play.chat("Вера")
    await vera.press("Открыть")
    await vera.press("↩️ Вернуть")
    await kirill.press("✅ Подтвердить")
    await kirill.press("Документ подтверждает выполнение.")
    await vera.press("Задача не поставлена.")
    assert vera.alert == "Уже решено: подтвердил(а) Кирилл сегодня в 10:00."
    assert "Уже решено: подтвердил(а) Кирилл сегодня в 10:00." in vera.last.text
    assert vera.last.labels == ["‹ Очередь"]
    assert await status(play) is Status.CONFIRMED


async def test_one_hundred_presses_are_one_decision(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("✅ Подтвердить")
    card = kirill.last
    found = play.telegram.world.find_message(play.telegram.bot, kirill.user_id, card.message_id)
    assert found is not None
    data = card.button("Есть чему").data or ""
    for _ in range(100):
        await play.telegram.press_data(kirill.user_id, found, data, 0)
    await play.settled()
    async with play.db.read(SYSTEM) as tx:
        view = (
            await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
        ).submissions[0]
    assert view.review is not None
    assert view.review.comment == "Есть чему поучиться другим."
    assert len(play.chat("Тамара").messages) == 2  # «Принято», and one piece of news


async def test_an_old_button_works_or_says_what_has_happened_since(play: Play) -> None:
    kirill = await reading(play)
    old = kirill.last
    play.world.clock.forward(days=30)
    await kirill.press("✅ Подтвердить", on=old)
    await kirill.press("Документ подтверждает выполнение.")
    play.world.clock.forward(days=30)
    await kirill.press("↩️ Вернуть", on=old)
    assert kirill.alert == "Уже решено: подтвердил(а) Кирилл 18 мая."
    assert await status(play) is Status.CONFIRMED


async def test_nobody_decides_about_their_own_school(play: Play) -> None:
    async with play.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, play.world.people["Тамара"], Role.CURATOR, play.world.schools["Тороповская"]
        )
    tamara = await handed_in(play)
    await tamara.say("/menu")
    await tamara.press("Я куратор")
    assert tamara.text == "Сейчас проверять нечего. Напишу, когда придёт отчёт."
    await tamara.press_data(tamara.last, "rp:1:confirm:proved")
    assert tamara.alert == told(progress.OwnSchool())
    assert await status(play) is Status.IN_REVIEW


async def test_without_a_curator_the_municipal_coordinator_decides(play: Play) -> None:
    klim = await handed_in(play, "Клим")
    assert (
        klim.text == "Принято, № 1. Посмотрит координатор; ответ придёт сюда. Больше ничего делать не нужно."
    )
    ulyana, marina = play.chat("Ульяна"), play.chat("Марина")
    await ulyana.press("Открыть")
    assert ulyana.last.text.startswith("Климатинская СОШ, Угличский МР\n")
    await ulyana.press("✅ Подтвердить")
    await ulyana.press("Документ подтверждает выполнение.")
    assert await status(play, "Климатинская") is Status.CONFIRMED
    assert marina.messages == []


async def test_a_coordinator_waits_for_the_curator_and_then_may_decide(play: Play) -> None:
    await handed_in(play)
    marina = play.chat("Марина")
    await marina.say("/menu")
    assert not any(label.startswith("⏳ Кто ждёт") for label in marina.labels)
    await marina.press_data(marina.last, "rp:1:confirm:proved")
    assert marina.alert == told(progress.NotYourTurn(name="Кирилл", days=progress.SILENT_DAYS))
    play.world.clock.forward(days=7)
    await marina.say("/menu")
    assert "⏳ без ответа кураторов дольше 3 рабочих дней: 1" in marina.text
    await marina.press("⏳ Кто ждёт")
    assert marina.labels == ["Тороповская ОШ · 1.2 · 5 дней", "‹ Назад"]
    await marina.press("Тороповская ОШ")
    await marina.press("✅ Подтвердить")
    await marina.press("Документ подтверждает выполнение.")
    assert await status(play) is Status.CONFIRMED


async def test_a_strangers_report_is_not_found(play: Play) -> None:
    await handed_in(play)
    sasha = play.chat("Саша")
    await sasha.say("/menu")
    confirm = {"submission": 1, "decision": Decision.CONFIRM}
    for press in (
        Report(submission=1),
        Files(submission=1),
        Decide(**confirm),
        OwnWords(**confirm),
        Phrase(**confirm, key="proved"),
    ):
        await sasha.press_data(sasha.last, press.pack())
        assert sasha.alert == told(NotFound()), press
    assert sasha.files() == []


async def test_a_revoked_curator_decides_nothing(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("✅ Подтвердить")
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people["Кирилл"]):
            if grant.role is Role.CURATOR:
                await people.revoke_role(tx, grant.id)
    await kirill.press("Документ подтверждает выполнение.")
    assert kirill.alert == told(NotFound())
    assert await status(play) is Status.IN_REVIEW


async def test_the_queue_goes_on_with_the_longest_waiting(play: Play) -> None:
    tamara = await handed_in(play)
    play.world.clock.forward(days=3)
    await tamara.press("Что ещё ждёт")
    await tamara.press("🔴 1.1")
    await tamara.say("Сделано")
    await tamara.press("Отправить")
    kirill = play.chat("Кирилл")
    await kirill.say("/menu")
    assert kirill.labels == ["Команда школы", "Напоминания", "Я куратор · ⏳ 2"]
    await kirill.press("Я куратор")
    assert kirill.text == "⏳ На проверке 2. Дольше всех ждёт Тороповская ОШ: 3 рабочих дня."
    assert kirill.labels[:2] == ["Тороповская ОШ · 1.2 · 3 дня", "Тороповская ОШ · 1.1 · сегодня"]
    await kirill.press("Тороповская ОШ · 1.2")
    await kirill.press("✅ Подтвердить")
    await kirill.press("Есть чему")
    decided = next(m for m in kirill.messages if m.text.startswith("✅ Подтверждено"))
    assert decided.labels == ["Дальше: Тороповская ОШ · 1.1 · сегодня", "‹ Очередь: 1"]
    # The next card stands below the files of the first, and the record of the decision stays.
    await kirill.press("Дальше: ")
    assert kirill.last.labels == ["✅ Подтвердить", "↩️ Вернуть", "Спросить школу", "‹ Очередь"]
    kept = next(m for m in kirill.messages if m.text.startswith("✅ Подтверждено"))
    assert kept.labels == []


async def test_files_come_as_sent_and_from_the_store_where_the_id_is_gone(play: Play) -> None:
    tamara = await opened(play)
    await tamara.album([Item(PNG, f"{n}.png", "photo") for n in range(2)])
    await tamara.document("Скан.png", PNG)
    await tamara.document("Приказ.pdf", PDF + b"1")
    await tamara.document("Справка.pdf", PDF + b"2")
    await tamara.press("Отправить")
    play.telegram.fault(
        "sendMediaGroup", kind="error", code=400, description="Bad Request: wrong file identifier"
    )
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    assert kirill.files() == ["Приказ.pdf", "Справка.pdf", "photo", "photo", "photo"]
    bodies = [m.document.body for m in kirill.messages if m.document]
    assert bodies == [PDF + b"1", PDF + b"2"]


async def test_the_decision_stands_below_the_files_from_the_first_press_to_the_last(play: Play) -> None:
    tamara = await opened(play)
    await tamara.album([Item(PNG, f"{n}.png", "photo") for n in range(6)])
    await tamara.document("Приказ.pdf", PDF)
    await tamara.press("Отправить")
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    card = kirill.last
    assert card.labels[:2] == ["✅ Подтвердить", "↩️ Вернуть"]
    await kirill.press("↩️ Вернуть")
    await kirill.press("Своими словами")
    await kirill.press("‹ Назад")
    await kirill.press("Нет конкретного срока.")
    assert (kirill.last.message_id, kirill.text.splitlines()[0]) == (
        card.message_id,
        "↩️ Возвращено: Тороповская ОШ, 1.2",
    )
    assert kirill.files() == ["Приказ.pdf", *["photo"] * 6]


async def test_files_that_telegram_does_not_take_do_not_bar_the_card(play: Play) -> None:
    await handed_in(play)
    play.telegram.fault(
        "sendDocument", kind="error", code=400, count=2, description="Bad Request: file is bad"
    )
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    assert kirill.files() == []
    assert kirill.text.endswith("\n⚠️ Не все файлы удалось показать здесь; в панели они все.")
    await kirill.press("✅ Подтвердить")
    await kirill.press("Документ подтверждает выполнение.")
    assert await status(play) is Status.CONFIRMED


async def test_a_school_sees_its_files_again_above_the_same_screen(play: Play) -> None:
    tamara = await handed_in(play)
    await tamara.press("Что отправлено")
    before = tamara.text
    await tamara.press("Показать файлы")
    assert (tamara.text, tamara.files(), len(tamara.messages)) == (before, ["Перечень.pdf"], 2)
    assert tamara.labels == ["Показать файлы", "Забрать назад", "‹ Назад"]


async def test_an_answer_leads_to_the_report_that_waited_for_it(play: Play) -> None:
    kirill, tamara = await reading(play), play.chat("Тамара")
    await kirill.press("Спросить школу")
    await kirill.say("Кто подписал приказ?")
    await tamara.press("💬 Ответить")
    await tamara.say("Директор")
    assert tamara.text.splitlines()[-1] == "Передано. Можно добавить."
    assert kirill.labels == ["К отчёту", "Показать"]
    await kirill.press("К отчёту")
    assert kirill.labels[:2] == ["✅ Подтвердить", "↩️ Вернуть"]


async def test_news_that_are_no_longer_true_do_not_come(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    await play.engine.stop()
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        sent = await progress.submit(tx, work_id)
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        await progress.withdraw(tx, sent.id)
    await play.start()
    await play.settled()
    assert play.chat("Кирилл").messages == []


async def test_news_of_a_return_do_not_come_when_a_colleague_has_sent_it_again(play: Play) -> None:
    await handed_in(play)
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    await play.engine.stop()
    async with play.db.write(await play.world.actor("Кирилл")) as tx:
        await progress.decide(tx, 1, progress.Decision.RETURN, "Нужна подпись")
    async with play.db.write(await play.world.actor("Дина")) as tx:
        await progress.submit(tx, work_id)
    await play.start()
    await play.settled()
    assert [m.text.split(".")[0] for m in play.chat("Тамара").messages] == ["Принято, № 1"]
