"""The page for large files: a link instead of signing in."""

import httpx2

from domain import progress, uploads
from domain.actor import SYSTEM
from domain.progress import Evidence, Kind
from tests.admin.conftest import Panel
from tests.corpus import PDF, picture


async def link(panel: Panel, who: str = "Дина") -> str:
    work_id = await panel.world.assignment_id("Тороповская", "2.1")
    async with panel.world.db.write(await panel.world.actor(who)) as tx:
        return f"/upload?t={(await uploads.offer_upload(tx, work_id)).token}"


async def hand_over(panel: Panel, path: str, name: str, body: bytes, **headers: str) -> httpx2.Response:
    async with panel.browser(None, **headers) as browser:
        return await browser.post(path, files={"file": (name, body)})


async def draft(panel: Panel) -> list[Evidence]:
    async with panel.world.db.read(SYSTEM) as tx:
        work_id = await panel.world.assignment_id("Тороповская", "2.1")
        return list((await progress.work_card(tx, work_id)).draft)


async def open_page(panel: Panel, path: str) -> httpx2.Response:
    async with panel.browser() as browser:
        return await browser.get(path)


async def test_a_file_is_handed_over_without_signing_in(panel: Panel) -> None:
    path = await link(panel)
    page = await open_page(panel, path)
    assert ("Тороповская ОШ" in page.text, "Файл до 30 МБ" in page.text) == (True, True)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    body = PDF.ljust(25 * 1024 * 1024)
    answer = await hand_over(panel, path, "Большой скан.pdf", body)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Файл пришёл" in (await open_page(panel, path)).text
    [item] = await draft(panel)
    assert (item.name, item.kind, item.size) == ("Большой скан.pdf", Kind.FILE, len(body))
    assert panel.files.path(item.sha256 or "").read_bytes() == body
    again = await hand_over(panel, path, "Ещё.pdf", PDF)
    assert (again.status_code, len(await draft(panel))) == (303, 1)


async def test_a_picture_becomes_a_photo(panel: Panel) -> None:
    await hand_over(panel, await link(panel), "Фото.jpg", picture())
    assert [item.kind for item in await draft(panel)] == [Kind.PHOTO]


async def test_what_will_not_do_is_told_on_the_page_and_can_be_sent_anew(panel: Panel) -> None:
    path = await link(panel)
    for name, body, words in (
        ("Письмо.exe", b"MZ\x90", "это программа"),
        ("Обрезан.pdf", b"%PDF-1.4", "повреждён"),
        ("Огромный.pdf", PDF.ljust(30 * 1024 * 1024 + 1), "больше 30 МБ"),
    ):
        answer = await hand_over(panel, path, name, body)
        assert (answer.status_code, words in answer.text) == (422, True), name
    empty = await hand_over(panel, path, "", b"")
    assert empty.status_code == 422
    assert list((panel.files.folder / "incoming").iterdir()) == []
    assert (await hand_over(panel, path, "Скан.pdf", PDF.ljust(30 * 1024 * 1024))).status_code == 303


async def test_a_body_beyond_all_measure_is_not_read(panel: Panel) -> None:
    answer = await hand_over(panel, await link(panel), "a.pdf", b"0" * (61 * 1024 * 1024))
    assert answer.status_code == 413


async def test_a_wrong_link_opens_nothing(panel: Panel) -> None:
    for path in ("/upload", "/upload?t=other"):
        assert (await open_page(panel, path)).status_code == 422
        assert (await hand_over(panel, path, "a.pdf", PDF)).status_code == 422
    assert await draft(panel) == []


async def test_another_site_cannot_send_to_it(panel: Panel) -> None:
    path = await link(panel)
    answer = await hand_over(panel, path, "a.pdf", PDF, **{"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
