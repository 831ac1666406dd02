"""The school's side: from the first screen to «Принято», with the wrong turns."""

import pytest

from bot.presses import RemoveChoice, Send, ToWhich, Work
from domain import files, people, progress, risks
from domain.actor import SYSTEM
from domain.errors import NotFound
from domain.files import FileRefused
from sandbox import Item
from tests.bot.chat import PDF, PNG, Chat, Play, told

FULL = "📝 1.2, черновик\n«Перечень готов»\n📎 Перечень.pdf · 1 КБ\nВсё на месте."


async def opened(play: Play, name: str = "Тамара", measure: str = "🔴 1.2") -> Chat:
    """Somebody with an assignment open."""
    chat = play.chat(name)
    await chat.say("/menu")
    await chat.press(measure)
    return chat


async def handed_in(play: Play, name: str = "Тамара") -> Chat:
    """Somebody who has just handed 1.2 in."""
    chat = await opened(play, name)
    await chat.say("Перечень готов")
    await chat.document("Перечень.pdf")
    await chat.press("Отправить")
    return chat


async def test_a_report_in_three_steps(play: Play) -> None:
    tamara = await opened(play)
    assert tamara.text.startswith("1.2 Определение школ")
    assert "Чем подтвердить:" in tamara.text
    assert tamara.labels == ["Не требуется…", "Спросить куратора", "‹ Назад"]
    draft = await tamara.say("Перечень готов")
    assert draft.splitlines()[:2] == ["📝 1.2, черновик", "«Перечень готов»"]
    assert draft.splitlines()[2].startswith("Ещё нет документа: ")
    assert await tamara.document("Перечень.pdf") == FULL
    assert tamara.labels == ["Отправить", "Убрать…", "Позже", "Что нужно", "‹ Назад"]
    # One screen: the card became the draft, the draft moved below what was sent.
    assert len(tamara.messages) == 1
    assert await tamara.press("Отправить") == (
        "Принято, № 1. Куратор обычно отвечает за два рабочих дня. Больше ничего делать не нужно."
    )
    await tamara.press("Что ещё ждёт")
    assert tamara.text == "Тороповская ОШ\n🔴 2 просрочено · ещё 18 впереди"
    assert tamara.labels[-4:] == ["Все задания", "⏳ На проверке: 1", "Команда школы", "Напоминания"]


async def test_nothing_is_finalised_by_the_first_file(play: Play) -> None:
    tamara = await opened(play)
    await tamara.document("Перечень.pdf")
    async with play.db.read(SYSTEM) as tx:
        assert await progress.queue(tx) == []


async def test_an_album_updates_the_draft_once(play: Play) -> None:
    tamara = await opened(play)
    before = len(play.telegram.log)
    await tamara.album([Item(PNG, f"{n}.png", "photo") for n in range(5)])
    calls = [e.method for e in play.telegram.log[before:] if e.method != "getFile" and e.method != "download"]
    assert sorted(set(calls)) == ["deleteMessage", "sendMessage"]
    assert (calls.count("sendMessage"), len(tamara.messages)) == (1, 1)
    assert tamara.text == "📝 1.2, черновик\n📎 5 фото, станут одним PDF\nВсё на месте."


async def test_files_that_will_not_do_are_refused_at_once_and_the_draft_stays(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    draft = tamara.last
    old_word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    for name, body, size, refusal in (
        ("Отчёт.docm", b"PK\x03\x04broken", None, FileRefused(reason=files.DAMAGED, name="Отчёт.docm")),
        ("Пустой.pdf", b"", 0, FileRefused(reason=files.EMPTY, name="Пустой.pdf")),
        ("Скан.pdf", PDF, 31 * 2**20, FileRefused(reason=files.TOO_LARGE, name="Скан.pdf", max=30)),
        ("Договор.doc", old_word, None, FileRefused(reason=files.OLD_WORD, name="Договор.doc")),
    ):
        assert await tamara.document(name, body, size=size) == told(refusal)
    await play.telegram.send_voice(tamara.user_id)
    await play.settled()
    assert tamara.text == "Голосовое в отчёт не положить. Напишите, пожалуйста, в нескольких словах."
    await play.telegram.send_sticker(tamara.user_id)
    await play.telegram.send_video(tamara.user_id, b"....ftyp")
    await play.settled()
    assert tamara.text == told(FileRefused(reason=files.VIDEO))
    # The draft is as it was and can be sent.
    await tamara.document("Перечень.pdf")
    assert tamara.text == FULL
    assert draft.message_id not in [m.message_id for m in tamara.messages]


async def test_the_fourth_file_does_not_fit(play: Play) -> None:
    tamara = await opened(play)
    for number in range(3):
        await tamara.document(f"{number}.pdf", PDF + str(number).encode())
    said = await tamara.document("4.pdf")
    assert said == told(progress.TooManyFiles(max=3))


async def test_a_link_is_kept_as_a_link(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("https://school.example/plan")
    assert tamara.text.splitlines()[1] == "Страница: https://school.example/plan"
    # The plan wants a document there, and a link is none.
    assert tamara.text.splitlines()[2].startswith("Ещё нет документа: ")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("https://rutube.ru/video/1", "Видео: https://rutube.ru/video/1"),
        ("disk.yandex.ru/i/1", "Файл в облаке: disk.yandex.ru/i/1"),
        ("shkola5.ru/news", "Страница: shkola5.ru/news"),
        ("Провели, см. shkola5.ru", "«Провели, см. shkola5.ru»"),
    ],
)
async def test_an_address_says_what_it_leads_to(play: Play, words: str, line: str) -> None:
    tamara = await opened(play)
    await tamara.say(words)
    assert tamara.text.splitlines()[1] == line


async def test_a_wrong_album_goes_by_one_press(play: Play) -> None:
    tamara = await opened(play)
    await tamara.document("Перечень.pdf")
    await tamara.album([Item(PNG, f"{n}.png", "photo") for n in range(5)])
    await tamara.press("Убрать…")
    assert tamara.labels[:5] == ["📎 Перечень.pdf", *(f"Фото {n} из 5" for n in (1, 2, 3, 4))]
    await tamara.press("Фото 2 из 5")
    assert "📎 4 фото, станут одним PDF" in tamara.text
    await tamara.press("Убрать…")
    await tamara.press("Все фото: 4")
    assert tamara.text == "📝 1.2, черновик\n📎 Перечень.pdf · 1 КБ\nВсё на месте."


async def test_the_risk_and_the_stage_stand_on_both_cards(play: Play) -> None:
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        work = await progress.assignment(tx, work_id)
        await risks.place_measures(
            tx, [work.measure_id], factor=risks.RiskFactor.STAFF, stage=risks.Stage.SECOND
        )
    tamara = await handed_in(play)
    assert "Риск 2" not in tamara.text
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    assert kirill.text.splitlines()[2] == "Риск 2: Дефицит педагогических кадров · 2 этап"
    dina = await opened(play, "Дина", "🔴 1.1")
    assert "этап" not in dina.text


async def test_one_thing_is_taken_out_of_the_draft(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Лишнее")
    await tamara.document("Перечень.pdf")
    await tamara.press("Убрать…")
    assert tamara.labels == ["«Лишнее»", "📎 Перечень.pdf", "‹ Назад"]
    old = tamara.last
    assert await tamara.press("«Лишнее»") == "📝 1.2, черновик\n📎 Перечень.pdf · 1 КБ\nВсё на месте."
    await tamara.press("«Лишнее»", on=old)
    assert tamara.text == "📝 1.2, черновик\n📎 Перечень.pdf · 1 КБ\nВсё на месте."
    await tamara.press("📎 Перечень.pdf", on=old)
    assert tamara.text.startswith("1.2 Определение школ")


async def test_the_draft_waits_and_another_of_the_team_goes_on(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    await tamara.press("Позже")
    assert tamara.alert == "Черновик сохранён. Продолжить можно из задания."
    assert tamara.text.startswith("Тороповская ОШ\n")
    await play.restart()
    dina = await opened(play, "Дина")
    assert dina.text.splitlines()[:2] == ["📝 1.2, черновик", "«Перечень готов» · Тамара"]
    assert await dina.document("Перечень.pdf") == FULL.replace("готов»", "готов» · Тамара")
    await dina.press("Отправить")
    assert dina.text.startswith("Принято, № 1.")


async def test_the_bot_restarts_at_every_step(play: Play) -> None:
    tamara = await opened(play)
    await play.restart()
    await tamara.say("Перечень готов")
    await play.restart()
    assert await tamara.document("Перечень.pdf") == FULL
    await play.restart()
    assert (await tamara.press("Отправить")).startswith("Принято, № 1.")
    await play.restart()
    assert (await tamara.press("Что ещё ждёт")).startswith("Тороповская ОШ\n🔴 2")


async def test_the_second_press_says_already_sent(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    draft = tamara.last
    await tamara.press("Отправить")
    await tamara.press("Отправить", on=draft)
    assert tamara.alert == told(progress.AlreadySubmitted(number=1))
    assert "⏳ На проверке. Больше ничего делать не нужно." in tamara.text
    async with play.db.read(SYSTEM) as tx:
        card = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert [view.submission.version for view in card.submissions] == [1]


async def test_what_comes_after_sending_is_not_lost_in_silence(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    dina = await opened(play, "Дина")
    await dina.press("Отправить")
    await tamara.document("Опоздавший.pdf")
    assert tamara.messages[-2].text == told(progress.AlreadySubmitted(number=1))
    assert "⏳ На проверке." in tamara.text


async def test_an_empty_draft_cannot_be_sent(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Лишнее")
    draft = tamara.last
    await tamara.press("Убрать…")
    await tamara.press("«Лишнее»")
    await tamara.press("Отправить", on=draft)
    assert tamara.alert == told(progress.NothingToSubmit())


async def test_a_report_is_taken_back_while_nobody_has_decided(play: Play) -> None:
    tamara = await handed_in(play)
    kirill = play.chat("Кирилл")
    await tamara.press("Что отправлено")
    assert "Отправлено: № 1, сегодня в 10:00" in tamara.text
    old = tamara.last
    assert await tamara.press("Забрать назад") == FULL
    await kirill.press("Открыть")
    assert kirill.text.splitlines()[-1] == "Школа забрала эту версию или прислала новую."
    await tamara.press("Отправить")
    assert tamara.text.startswith("Принято, № 2.")
    # Pressed once more from the old picture: nothing is taken back that was sent anew.
    await tamara.press("Забрать назад", on=old)
    assert "⏳ На проверке." in tamara.text


async def test_a_number_opens_its_measure(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    assert (await tamara.say("1.2")).startswith("1.2 Определение школ")
    await tamara.say("/menu")
    assert await tamara.document("Перечень.pdf", caption="1.2") == "К какому заданию это?"
    await tamara.say("/menu")
    assert await tamara.say("9.9") == "К какому заданию это?"


async def test_what_waits_for_an_answer_stands_above_what_is_done(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    await tamara.press("Отправить")
    await tamara.say("/menu")
    await tamara.press("⏳ На проверке")
    assert tamara.labels[0].startswith("⏳ 1.2")


async def test_something_sent_from_the_first_screen_is_asked_about(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    assert await tamara.document("Перечень.pdf", caption="Перечень готов") == "К какому заданию это?"
    assert tamara.labels[:2] == [
        "🔴 1.1 Мониторинг динамики… · был 31 января",
        "🔴 1.2 Определение школ… · был 28 февраля",
    ]
    assert tamara.labels[-1] == "Ни к какому, забыть"
    assert await tamara.say("и ещё слово") == "К какому заданию это? (2 сообщения)"
    await play.restart()
    await tamara.press("🔴 1.2")
    assert tamara.text.splitlines()[0] == "📝 1.2, черновик"
    assert set(tamara.text.splitlines()[1:4]) == {
        "«Перечень готов»",
        "📎 Перечень.pdf · 1 КБ",
        "«и ещё слово»",
    }


async def test_of_what_was_kept_the_good_goes_in_and_the_bad_is_named(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.album([Item(PDF, "Перечень.pdf"), Item(b"", "Пустой.pdf")])
    assert tamara.text == "К какому заданию это? (2 сообщения)"
    old = tamara.last
    await tamara.press("🔴 1.2")
    assert [m.text.splitlines()[0] for m in tamara.messages] == [
        told(FileRefused(reason=files.EMPTY, name="Пустой.pdf")),
        "📝 1.2, черновик",
    ]
    assert old.message_id not in [m.message_id for m in tamara.messages]


async def test_what_was_kept_can_be_forgotten(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("спасибо")
    await tamara.press("Ни к какому, забыть")
    assert tamara.text.startswith("Тороповская ОШ\n")


async def test_a_role_revoked_in_the_middle_ends_the_work(play: Play) -> None:
    dina = await opened(play, "Дина")
    await dina.say("Перечень готов")
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people["Дина"]):
            await people.revoke_role(tx, grant.id)
    await dina.press("Отправить")
    assert dina.alert.startswith("Сейчас за вами нет ни одной роли.")
    assert (await dina.document("Перечень.pdf")).startswith("Сейчас за вами нет ни одной роли.")
    async with play.db.read(SYSTEM) as tx:
        assert await progress.queue(tx) == []


async def test_other_schools_work_is_not_found(play: Play) -> None:
    tamara, stepan = play.chat("Тамара"), play.chat("Степан")
    await tamara.say("/menu")
    foreign = await play.world.assignment_id("Тимонин", "1.2")
    for press in (Work(id=foreign), Send(id=foreign), RemoveChoice(id=foreign), ToWhich(id=foreign)):
        await tamara.press_data(tamara.last, press.pack())
        assert tamara.alert == told(NotFound()), press
    assert stepan.messages == []


@pytest.mark.parametrize("data", ["", "zz", "w:x:y", "ds:", "rp:1:confirm", "h:" + "я" * 20])
async def test_buttons_that_nobody_drew_lead_home(play: Play, data: str) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press_data(tamara.last, data or "?")
    assert tamara.text.startswith("Тороповская ОШ\n")


async def test_the_list_is_turned_by_five(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("Все задания")
    assert (tamara.text, len(tamara.labels)) == ("Ждёт 21 задание", 5 + 3 + 2)
    assert tamara.labels[5:] == ["‹", "1 / 5", "›", "Что отправлено", "‹ Назад"]
    await tamara.press("‹")
    assert (tamara.labels[1:], len(tamara.labels)) == (["‹", "5 / 5", "›", "Что отправлено", "‹ Назад"], 6)
    await tamara.press("5 / 5")
    await tamara.press("Что отправлено")
    assert (tamara.text, tamara.labels) == ("Пока ничего не отправлено.", ["Что ждёт", "‹ Назад"])


async def test_every_message_fits_and_every_press_was_answered(play: Play) -> None:
    tamara = await handed_in(play)
    await tamara.press("Что отправлено")
    log = play.telegram.log
    assert [e for e in log if e.outcome != "delivered"] == []
    presses = sum(e.method == "answerCallbackQuery" for e in log)
    assert presses == 3
