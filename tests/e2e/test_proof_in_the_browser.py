"""Proof in a real browser: a report is returned and confirmed on its card, a large file is handed over from a phone,
a risk profile leads to a programme with its share, and a pack is taken, unpacked and checked."""

import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pypdfium2
from docx import Document
from playwright.async_api import Page, Route, expect

from domain import handouts, progress, proof, risks, uploads
from domain.actor import SYSTEM
from domain.files import FileStore
from domain.progress import Decision, Status
from domain.risks import RiskFactor, Stage
from domain.schools import School
from tests.admin.conftest import Panel, panel, signed_in  # noqa: F401 — fixtures
from tests.admin.test_browser import DESK, PHONE, Site, pytestmark, site  # noqa: F401 — fixtures
from tests.corpus import PDF, picture
from tests.e2e.test_import_in_the_browser import picture as shot
from tests.patience import FOR_BROWSERS
from tests.world import DATA, YAROSLAVL, World

SMALL_PDF = (DATA / "pdf/003_dergachi_plan.pdf").read_bytes()


async def hand_in(
    world: World, store: FileStore, number: str, text: str, *names: str, photos: int = 0
) -> int:
    """A report of the school with real files; its number."""
    work_id = await world.assignment_id("Тороповская", number)
    bodies = {"pdf": SMALL_PDF, "docx": (DATA / YAROSLAVL).read_bytes()}
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, text)
        for name in names:
            kept = await store.keep(bodies[name.rsplit(".", 1)[-1]] + name.encode())
            await progress.add_file(tx, work_id, kept, name=name)
        for n in range(photos):
            stored = await store.keep(picture(size=(300 + n, 200)))
            await progress.add_file(tx, work_id, stored, name=f"{n}.jpg", photo=True)
        return (await progress.submit(tx, work_id)).id


async def status(world: World, number: str) -> tuple[Status, int]:
    work_id = await world.assignment_id("Тороповская", number)
    async with world.db.read(SYSTEM) as tx:
        work = await progress.assignment(tx, work_id)
    return work.status, work.version


async def test_a_return_with_a_comment_and_a_confirmation_on_the_card(site: Site) -> None:  # noqa: F811
    world, store = site.panel.world, site.panel.files
    await hand_in(world, store, "2.1", "Провели совещание, были все", "Протокол.pdf")
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with site.opened("Кирилл", size=DESK) as page:
        await page.goto(f"/work/{work_id}")
        looked = page.locator("details.look[open] img.page").first
        await expect(looked).to_be_visible()  # the file is in view without a press
        assert await looked.evaluate("async e => { await e.decode(); return e.naturalWidth > 500 }") is True
        await shot(page, "card")
        await page.get_by_text("Вернуть…").click()
        await page.get_by_label("Документ не подтверждает факт").check()
        await page.get_by_label("Своими словами").last.fill("Нужен подписанный протокол.")
        await page.get_by_role("button", name="Вернуть на доработку").click()
        await expect(page.get_by_role("status")).to_have_text(
            "Возвращено на доработку. Школа прочитает ваш комментарий."
        )
    assert await status(world, "2.1") == (Status.RETURNED, 1)
    await hand_in(world, store, "2.1", "Провели совещание, протокол подписан", "Подписан.pdf")
    async with site.opened("Кирилл", size=PHONE) as page:
        await page.goto("/review")
        await page.get_by_role("link", name="Тороповская ОШ").click()
        changed = page.locator(".version").first.locator(".hint").filter(has_text="Подписан.pdf")
        await expect(changed).to_contain_text("+ Подписан.pdf")
        await expect(page.get_by_text("Нужен подписанный протокол.").first).to_be_visible()
        await shot(page, "card-phone")
        await page.get_by_text("Подтвердить…").click()
        await page.get_by_label("Документ подтверждает выполнение").check()
        await page.get_by_role("button", name="Подтвердить", exact=True).click()
        await expect(page.get_by_role("status")).to_have_text("Подтверждено. Школа об этом узнает.")
    assert await status(world, "2.1") == (Status.CONFIRMED, 2)


@asynccontextmanager
async def phone(site: Site, path: str, *, scripts: bool = True) -> AsyncIterator[Page]:  # noqa: F811
    """A telephone on which nobody is signed in, opened on a link."""
    context = await site.browser.new_context(
        java_script_enabled=scripts,
        base_url=f"http://127.0.0.1:{site.port}",
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        locale="ru-RU",
    )
    context.set_default_timeout(FOR_BROWSERS)
    page = await context.new_page()
    await page.goto(path)
    yield page
    await context.close()


async def link(panel: Panel) -> str:  # noqa: F811
    work_id = await panel.world.assignment_id("Тороповская", "2.1")
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:
        return f"/upload?t={(await uploads.offer_upload(tx, work_id)).token}"


async def draft(panel: Panel) -> list[str | None]:  # noqa: F811
    async with panel.world.db.read(SYSTEM) as tx:
        card = await progress.work_card(tx, await panel.world.assignment_id("Тороповская", "2.1"))
    return [item.name for item in card.draft]


def large(name: str, size: int = 22_000_000) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF.ljust(size)}


async def test_a_large_file_from_a_phone_over_a_bad_connection(site: Site) -> None:  # noqa: F811
    tries: list[str] = []

    async def broken_once(route: Route) -> None:
        tries.append(route.request.method)
        if route.request.method == "POST" and tries.count("POST") == 1:
            await route.abort("connectionreset")
        else:
            await route.continue_()

    async with phone(site, await link(site.panel)) as page:
        await shot(page, "upload")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await page.get_by_label("Файл до 30 МБ").set_input_files(large("план.exe", 100))  # type: ignore[arg-type]
        await page.get_by_role("button", name="Передать").click()
        await expect(page.get_by_role("alert")).to_contain_text("план.exe")
        await shot(page, "upload-refused")
        await page.route("**/upload?*", broken_once)
        await page.get_by_label("Файл до 30 МБ").set_input_files(large("Большой скан.pdf"))  # type: ignore[arg-type]
        await page.get_by_role("button", name="Передать").click()
        await expect(page.get_by_role("heading", name="Файл пришёл")).to_be_visible()
        await shot(page, "upload-done")
    assert tries.count("POST") == 2
    assert await draft(site.panel) == ["Большой скан.pdf"]


async def test_the_same_page_without_scripts(site: Site) -> None:  # noqa: F811
    async with phone(site, await link(site.panel), scripts=False) as page:
        await page.get_by_label("Файл до 30 МБ").set_input_files(large("Скан.pdf", 100_000))  # type: ignore[arg-type]
        await page.get_by_role("button", name="Передать").click()
        await expect(page.get_by_role("heading", name="Файл пришёл")).to_be_visible()
    assert await draft(site.panel) == ["Скан.pdf"]


async def test_from_a_risk_profile_to_the_share_of_its_programme(site: Site) -> None:  # noqa: F811
    world = site.panel.world
    school_id = world.schools["Тороповская"].school_id
    async with site.opened("Тамара", size=PHONE) as page:
        await page.goto(f"/schools/{school_id}/risks")
        for number, level in enumerate("ВВВСВССВВС", start=1):
            words = {"В": "Высокая", "С": "Средняя"}[level]
            await page.locator(f"#level-{number}").select_option(label=words)
        await page.get_by_role("button", name="Сохранить").first.click()
        await expect(page.get_by_role("status")).to_be_visible()
        await page.get_by_label("Недостаточная предметная").first.check()
        await page.get_by_role("button", name="Сохранить выбранные риски").click()
        await expect(page.get_by_role("status")).to_be_visible()
        await shot(page, "risks-phone")
    for who in ("Кирилл", "Марина"):
        async with site.opened(who) as page:
            await page.goto(f"/schools/{school_id}/risks")
            await page.get_by_role("button", name="Профиль верен").click()
            await expect(page.get_by_role("button", name="Профиль верен")).to_have_count(0)
    async with site.opened("Римма") as page:
        await page.goto(f"/roadmaps/{world.roadmap_id}/risks")
        for measure in ("2.1", "2.2", "2.3"):
            await page.get_by_label(f"{measure} ").first.check()
        await page.locator('select[name="factor"]').select_option("3")
        await page.locator('select[name="stage"]').select_option("1")
        await page.get_by_role("button", name="Отнести отмеченные").click()
        await expect(page.get_by_role("status")).to_have_text("Отнесено. Мероприятий: 3.")
        await page.goto("/risks/documents")
        await page.get_by_label("Антирисковая программа").check()
        await page.get_by_role("button", name="Запросить у школ").click()
        await expect(page.get_by_role("status")).to_contain_text("Запрошено.")
        await page.goto("/risks/documents")
        await expect(page.get_by_role("link", name="3: не сдано")).to_be_visible()
        await shot(page, "documents")
    report = await hand_in(world, site.panel.files, "2.1", "Сделано", "Приказ.pdf")
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, report, Decision.CONFIRM, "Документ подтверждает выполнение.")
    async with site.opened("Марина") as page:
        await page.goto(f"/schools/{school_id}/risks")
        share = page.locator("details.fold").filter(has_text="1 этап")
        await expect(share.locator("summary")).to_contain_text("1 из 3")
        await share.locator("summary").click()
        assert await share.locator("li").count() == 3
        await shot(page, "share")
        await share.get_by_role("link", name="2.1").click()
        await expect(page.get_by_text("подтверждено").first).to_be_visible()
    async with world.db.read(SYSTEM) as tx:
        rows = await risks.programmes(tx, school_id=school_id)
    assert [(row.factor, row.stage, row.confirmed, row.total, row.points) for row in rows] == [
        (RiskFactor.COMPETENCE, Stage.FIRST, 1, 3, 1)
    ]


async def confirmed_work(site: Site) -> None:  # noqa: F811
    """A risk's slot with five documents, of which three fit, and a report of photos."""
    world, store = site.panel.world, site.panel.files
    async with world.db.write(SYSTEM) as tx:
        school = await tx.session.get_one(School, world.schools["Тороповская"].school_id)
        school.federal_login = "edu760152"
        work = await progress.my_work(tx, school_id=school.id)
        ids = [row.measure.id for row in work if row.measure.number in {"2.1", "2.2"}]
        await risks.place_measures(tx, ids, factor=RiskFactor.COMPETENCE, stage=Stage.SECOND)
    for number, names in (("2.1", ("1.pdf", "2.docx", "3.pdf")), ("2.2", ("4.pdf", "5.docx"))):
        report = await hand_in(world, store, number, "Сделано", *names)
        async with world.db.write(await world.actor("Кирилл")) as tx:
            await progress.decide(tx, report, Decision.CONFIRM, "Хорошо")
    report = await hand_in(world, store, "2.3", "Сделано", photos=2)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, report, Decision.CONFIRM, "Хорошо")
    await proof.join_photos(world.db, store, lambda n: f"Фото_{n}.pdf")


def checked(body: bytes) -> list[str]:
    """What a pack holds: every sum is right, every PDF and Word file opens, the registers name the same files."""
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        assert pack.testzip() is None
        names = [name for name in pack.namelist() if name.startswith(("edu", "Сверх"))]
        sums = dict(line.split("  ")[::-1] for line in pack.read("SHA256SUMS").decode().splitlines())
        assert sorted(sums) == sorted(names)
        for name in names:
            assert hashlib.sha256(pack.read(name)).hexdigest() == sums[name]
            if name.endswith(".pdf"):
                assert len(pypdfium2.PdfDocument(pack.read(name))) > 0
            else:
                assert Document(io.BytesIO(pack.read(name))).tables
        register = Document(io.BytesIO(pack.read("Реестр содержимого.docx"))).tables[0]
        assert [row.cells[0].text for row in register.rows][1:] == names
        manifest = json.loads(pack.read("manifest.json"))
        assert [file["path"] for file in manifest["files"]] == names
    return names


async def test_a_pack_is_chosen_taken_and_checked(site: Site) -> None:  # noqa: F811
    await confirmed_work(site)
    school_id = site.panel.world.schools["Тороповская"].school_id
    async with site.opened("Марина", size=DESK) as page:
        await page.goto(f"/schools/{school_id}")
        await page.get_by_role("link", name="Пакет подтверждений").click()
        crowd = page.locator("section.doubt")
        await expect(crowd).to_contain_text("Файлов: 5, в ячейке мест: 3.")
        await shot(page, "pack")
        await crowd.get_by_label("1.pdf").uncheck()
        await crowd.get_by_label("5.docx").check()
        await crowd.get_by_role("button", name="Эти войдут в ячейку").click()
        await expect(page.locator("section.doubt")).to_contain_text("✓ выбрано вручную")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Скачать ZIP").click()
        found = await download.value
        assert found.suggested_filename == "edu760152.zip"
        names = checked((await found.path()).read_bytes())
    assert names == [
        "edu760152_Мера2.3_01.pdf",
        "edu760152_Риск3_2этап_01.docx",
        "edu760152_Риск3_2этап_02.pdf",
        "edu760152_Риск3_2этап_03.docx",
        "Сверх_лимита/edu760152_Риск3_2этап_04.pdf",
        "Сверх_лимита/edu760152_Риск3_2этап_05.pdf",
    ]


async def refreshes(page: Page) -> bool:
    """Whether the page of packs looks again by itself."""
    answer = await page.goto("/packs")
    return answer is not None and "refresh" in answer.headers


async def test_a_pack_of_the_region_comes_from_the_background(site: Site) -> None:  # noqa: F811
    await confirmed_work(site)
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/packs")
        await page.get_by_role("button", name="Собрать ZIP").click()
        await expect(page.get_by_role("status")).to_contain_text("Пакет собирается.")
        assert await refreshes(page)
        assert await handouts.run(site.panel.world.db, site.panel.files) == 1
        assert not await refreshes(page)
        await shot(page, "pack-phone")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Скачать ZIP").click()
        with zipfile.ZipFile(await (await download.value).path()) as pack:
            assert pack.testzip() is None
            assert sum(name.startswith("edu760152/") for name in pack.namelist()) == 6


async def test_what_a_region_allows_is_what_is_taken(site: Site) -> None:  # noqa: F811
    path = await link(site.panel)
    async with site.opened("Римма", size=DESK) as page:
        await page.goto("/programmes")
        await page.get_by_label("Мегабайт в каждом").fill("1")
        await page.get_by_label("docx", exact=True).uncheck()
        await page.get_by_role("button", name="Сохранить").first.click()
        await expect(page.get_by_role("status")).to_contain_text("Сохранено.")
        await shot(page, "programmes")
    async with phone(site, path, scripts=False) as page:
        field = page.get_by_label("Файл до 1 МБ")
        await field.set_input_files(large("Скан.pdf", 1_100_000))  # type: ignore[arg-type]
        await page.get_by_role("button", name="Передать").click()
        await expect(page.get_by_role("alert")).to_contain_text("больше 1 МБ")
        await page.get_by_label("Файл до 1 МБ").set_input_files(DATA / YAROSLAVL)
        await page.get_by_role("button", name="Передать").click()
        await expect(page.get_by_role("alert")).to_contain_text("принимаются jpg, pdf, png, rtf, xls, xlsx")
    assert await draft(site.panel) == []


async def test_every_page_of_proof_fits_a_phone_and_names_its_fields(site: Site) -> None:  # noqa: F811
    await confirmed_work(site)
    world = site.panel.world
    school_id, work_id = (
        world.schools["Тороповская"].school_id,
        await world.assignment_id("Тороповская", "2.1"),
    )
    paths = (
        f"/work/{work_id}", f"/schools/{school_id}", f"/schools/{school_id}/risks", "/risks", "/risks/documents",
        f"/roadmaps/{world.roadmap_id}/risks", "/packs", f"/packs?school={school_id}", "/programmes", "/phrases",
        "/curation", "/second-look", "/waivers", "/files/1/view",
    )  # fmt: skip
    async with site.opened("Римма", size=PHONE) as page:
        for n, path in enumerate(paths):
            await page.goto(path)
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            await shot(page, f"phone-proof-{n}")
            found = await page.evaluate(
                """() => [document.documentElement.scrollWidth, document.querySelectorAll('h1').length,
                [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
                    .filter(e => !e.labels.length && !e.ariaLabel).map(e => e.name)]"""
            )
            assert found == [PHONE["width"], 1, []], path
