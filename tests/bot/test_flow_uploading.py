"""A file that Telegram does not pass on: a link, a page, and the draft again."""

import re

import httpx2

from admin.app import build_panel
from bot.intake import TooLargeForTelegram
from domain import progress, uploads
from domain.actor import SYSTEM
from domain.outbox import OutboxMessage
from tests.bot.chat import PDF, Chat, Play, told
from tests.bot.test_flow_report import opened

LARGE = 21 * 2**20


async def hand_over(play: Play, path: str, name: str = "Скан.pdf") -> int:
    """What the page of the link answers."""
    app = build_panel(play.db, play.settings, play.files)
    transport = httpx2.ASGITransport(app=app)
    own = {"sec-fetch-site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://panel.test", headers=own) as browser:
        answer = await browser.post(path, files={"file": (name, PDF.ljust(LARGE))})
    await play.settled()
    return answer.status_code


def link_in(chat: Chat) -> str:
    """The address in the newest message."""
    found = re.search(r"http://127\.0\.0\.1:8080(/upload\?t=\S+)", chat.text)
    assert found is not None, chat.text
    return found[1]


async def test_a_large_file_goes_by_a_link_and_the_draft_shows_it(play: Play) -> None:
    tamara = await opened(play)
    await tamara.document("Скан.pdf", PDF, size=LARGE)
    assert tamara.text.startswith("Файл «Скан.pdf» больше 20 МБ, Telegram его не передаёт.")
    assert await hand_over(play, link_in(tamara)) == 303
    assert tamara.text == "📎 «Скан.pdf» пришёл и лежит в черновике."
    await tamara.press("К черновику")
    assert tamara.text.splitlines()[:2] == ["📝 1.2, черновик", "📎 Скан.pdf · 21 МБ"]
    await tamara.press("Отправить")
    assert tamara.text.startswith("Принято, № 1.")


async def test_without_an_address_that_a_phone_reaches_another_way_is_said(play: Play) -> None:
    play.settings.telegram_api_url = "https://api.telegram.org"
    tamara = await opened(play)
    assert await tamara.document("Скан.pdf", PDF, size=LARGE) == told(TooLargeForTelegram(name="Скан.pdf"))
    async with play.db.read(SYSTEM) as tx:
        assert (await progress.my_work(tx, open_only=True))[0].assignment.version == 0


async def test_a_public_address_is_a_button(play: Play) -> None:
    play.settings.public_url = "https://vekha.example.org/"
    tamara = await opened(play)
    await tamara.document("Скан.pdf", PDF, size=LARGE)
    assert tamara.labels == ["Открыть страницу"]
    url = tamara.last.button("Открыть страницу").url or ""
    assert url.startswith("https://vekha.example.org/upload?t=")
    assert await hand_over(play, url.removeprefix("https://vekha.example.org")) == 303
    assert tamara.text == "📎 «Скан.pdf» пришёл и лежит в черновике."


async def test_a_file_that_comes_after_sending_is_refused_and_waits_for_a_return(play: Play) -> None:
    tamara = await opened(play)
    await tamara.document("Скан.pdf", PDF, size=LARGE)
    path = link_in(tamara)
    await tamara.say("Перечень готов")
    await tamara.press("Отправить")
    assert await hand_over(play, path) == 422
    assert tamara.text.startswith("Принято")


async def test_the_news_is_dropped_where_the_file_was_taken_out_meanwhile(play: Play) -> None:
    await opened(play)
    work_id = await play.world.assignment_id("Тороповская", "1.2")
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        token = (await uploads.offer_upload(tx, work_id)).token
        stored = await play.files.keep(PDF)
        item = await uploads.receive_upload(tx, token, stored, name="Скан.pdf")
        assert item is not None
        await progress.remove_evidence(tx, item.id)
    await play.settled()
    async with play.db.read(SYSTEM) as tx:
        message = await tx.session.get(OutboxMessage, 1)
    assert message is not None
    assert (message.kind, message.state) == ("uploaded", "cancelled")
