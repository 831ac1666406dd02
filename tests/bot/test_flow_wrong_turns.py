"""Handing in and deciding with everything that can happen at once, too late, too large or twice."""

import asyncio
import io

from PIL import Image

from bot.chores import join_photos
from domain import files, progress
from domain.actor import SYSTEM
from domain.files import FileRefused
from domain.progress import Decision, Kind, Status, WorkCard
from sandbox import Item
from tests.bot.chat import PDF, Play, told
from tests.bot.test_flow_report import handed_in, opened
from tests.bot.test_flow_review import status

BOT_LIMIT = 20 * 1024 * 1024


def photo(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), (20 * number, 0, 0)).save(out, "JPEG")
    return out.getvalue()


async def card(play: Play, number: str = "1.2") -> WorkCard:
    async with play.db.read(SYSTEM) as tx:
        return await progress.work_card(tx, await play.world.assignment_id("Тороповская", number))


async def test_an_album_of_ten_becomes_one_pdf(play: Play) -> None:
    tamara = await opened(play)
    before = len(play.telegram.log)
    await tamara.album([Item(photo(n), f"{n}.jpg", "photo") for n in range(10)])
    calls = [entry.method for entry in play.telegram.log[before:]]
    assert (calls.count("getFile"), calls.count("sendMessage")) == (10, 1)
    assert tamara.text.splitlines()[1] == "📎 10 фото, станут одним PDF"
    await tamara.press("Отправить")
    assert await join_photos(play.db, play.files) == 1
    [version] = (await card(play)).submissions
    assert [item.kind for item in version.evidence] == [Kind.PHOTO] * 10 + [Kind.FILE]
    pdf = version.evidence[-1]
    assert pdf.name == "Фото_1.pdf"
    assert play.files.path(pdf.sha256 or "").read_bytes().count(b"/Type/Page/") == 10
    kirill = play.chat("Кирилл")
    await kirill.press("Открыть")
    assert kirill.files() == ["photo"] * 10


async def test_a_file_of_exactly_the_limit_and_one_byte_over(play: Play) -> None:
    tamara = await opened(play)
    assert (await tamara.document("Ровно.pdf", PDF.ljust(BOT_LIMIT))).splitlines()[1] == (
        "📎 Ровно.pdf · 20 МБ"
    )
    assert (await tamara.document("Больше.pdf", PDF.ljust(BOT_LIMIT + 1))).startswith(
        "Файл «Больше.pdf» больше 20 МБ"
    )
    assert [item.name for item in (await card(play)).draft] == ["Ровно.pdf"]


async def test_the_slots_limit_exactly_and_one_byte_over(play: Play) -> None:
    tamara = await opened(play)
    slot = 30 * 2**20
    # Telegram itself does not hand out so large a file: exactly the slot gets a link, a byte more gets a refusal.
    assert "Загрузите его на этой странице" in await tamara.document("Ровно.pdf", PDF, size=slot)
    assert await tamara.document("Больше.pdf", PDF, size=slot + 1) == told(
        FileRefused(reason=files.TOO_LARGE, name="Больше.pdf", max=30)
    )
    assert (await card(play)).draft == []


async def test_one_hundred_presses_of_send_are_one_report(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    found = play.telegram.world.find_message(play.telegram.bot, tamara.user_id, tamara.last.message_id)
    assert found is not None
    data = tamara.last.button("Отправить").data or ""
    for _ in range(100):
        await play.telegram.press_data(tamara.user_id, found, data, 0)
    await play.settled()
    assert [view.submission.version for view in (await card(play)).submissions] == [1]
    assert len(play.chat("Кирилл").messages) == 1
    assert len(tamara.messages) == 1


async def test_what_says_nothing_is_refused_kindly_whatever_it_is(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    telegram, user = play.telegram, tamara.user_id
    sent = len(tamara.messages)
    await telegram.send_voice(user)
    await telegram.send_sticker(user)
    await telegram.send_video(user, b"....ftyp")
    await telegram.send_contact(user, "+70000000000")
    await telegram.send_location(user, 57.6, 39.9)
    await play.settled()
    said = [message.text for message in tamara.messages[sent:]]
    assert [words.split(".")[0] for words in said] == [
        "Голосовое в отчёт не положить",
        "Стикером не подтвердить",
        "Видео в отчёт не помещается",
        "Это в отчёт не положить",
        "Это в отчёт не положить",
    ]
    assert [item.text for item in (await card(play)).draft] == ["Перечень готов"]


async def test_forwarded_and_quoted_messages_go_into_the_draft_as_they_read(play: Play) -> None:
    tamara = await opened(play)
    kirill = play.chat("Кирилл")
    await kirill.say("/menu")
    forwarded = await play.telegram.send_text(tamara.user_id, "Из письма отдела: перечень принят")
    await play.settled()
    await play.telegram.forward(tamara.user_id, forwarded)
    await play.settled()
    await play.telegram.send_text(tamara.user_id, "Это о нём", reply_to=tamara.last.message_id)
    await play.settled()
    await tamara.photo(photo(1), caption="Подпись директора")
    held = [(item.kind, item.text) for item in (await card(play)).draft]
    assert held == [
        (Kind.TEXT, "Из письма отдела: перечень принят"),
        (Kind.TEXT, "Из письма отдела: перечень принят"),
        (Kind.TEXT, "Это о нём"),
        (Kind.PHOTO, "Подпись директора"),
    ]


async def test_two_people_of_one_school_at_once(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await asyncio.gather(
        tamara.say("Перечень готов"), dina.document("Перечень.pdf"), dina.say("Согласован с советом")
    )
    held = {item.text or item.name for item in (await card(play)).draft}
    assert held == {"Перечень готов", "Перечень.pdf", "Согласован с советом"}
    await asyncio.gather(tamara.press("Отправить"), dina.press("Отправить"))
    found = await card(play)
    assert [view.submission.version for view in found.submissions] == [1]
    assert len(found.submissions[0].evidence) == 3
    told = {chat.text.split(".")[0]: chat.alert for chat in (tamara, dina)}
    accepted = [chat for chat in (tamara, dina) if chat.text.startswith("Принято, № 1.")]
    assert len(accepted) == 1, told
    late = dina if accepted == [tamara] else tamara
    assert late.alert == "Уже сдано, № 1. Отчёт на проверке, больше ничего делать не нужно."


async def test_a_colleague_takes_out_what_the_other_put_in(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await tamara.document("Не тот.pdf")
    await dina.say("Перечень готов")
    await dina.press("Убрать")
    await dina.press("📎 Не тот.pdf")
    await tamara.press("Отправить")
    assert [item.text for item in (await card(play)).submissions[0].evidence] == ["Перечень готов"]


async def test_two_reviewers_at_once_with_different_decisions(play: Play) -> None:
    from domain import people
    from domain.actor import Role

    async with play.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, play.world.people["Вера"], Role.CURATOR, play.world.schools["Тороповская"]
        )
    await handed_in(play)
    kirill, vera = play.chat("Кирилл"), play.chat("Вера")
    for chat, button in ((kirill, "✅ Подтвердить"), (vera, "↩️ Вернуть")):
        await chat.press("Открыть")
        await chat.press(button)
    await asyncio.gather(
        kirill.press("Документ подтверждает выполнение."), vera.press("Нет конкретного срока.")
    )
    async with play.db.read(SYSTEM) as tx:
        review = await progress.review_of(tx, 1)
    assert review is not None
    first = kirill if review.decision is Decision.CONFIRM else vera
    late = vera if first is kirill else kirill
    assert late.alert.startswith("Уже решено: ")
    assert await status(play) in {Status.CONFIRMED, Status.RETURNED}
    news = [m.text for m in play.chat("Тамара").messages if m.text.startswith(("✅", "↩️"))]
    assert len(news) == 1


async def test_the_bot_restarts_at_every_step_of_a_return(play: Play) -> None:
    tamara = await handed_in(play)
    kirill = play.chat("Кирилл")
    for label in ("Открыть", "↩️ Вернуть", "Задача не поставлена."):
        await play.restart()
        await kirill.press(label)
    await play.restart()
    await tamara.press("Доработать")
    await play.restart()
    await tamara.say("Задача поставлена")
    await play.restart()
    await tamara.press("Отправить")
    assert tamara.text.startswith("Принято, № 2.")
    assert [view.submission.version for view in (await card(play)).submissions] == [2, 1]


async def test_what_is_no_evidence_is_refused_kindly_and_the_draft_stays(play: Play) -> None:
    tamara = await opened(play)
    await tamara.say("Перечень готов")
    for name, body, words in (
        ("Отчёт.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "в старом формате Word"),
        ("Слайды.pptx", b"PK\x03\x04broken", "это презентация"),
        ("Всё.zip", b"PK\x03\x04broken", "архив"),
        ("Список.txt", b"text", "это простой текст"),
        ("Смета.odt", b"PK\x03\x04broken", "OpenDocument"),
        ("Запись.mp3", b"ID3", "Звук в отчёт не положить"),
    ):
        assert words in await tamara.document(name, body), name
    assert [item.text for item in (await card(play)).draft] == ["Перечень готов"]
