"""Pages around a report: the card with its thread and changes, looks at files, second look, packs, log, risks."""

import io
import zipfile
from datetime import timedelta

import pytest
from docx import Document
from openpyxl import load_workbook
from PIL import Image

from domain import curation, obligations, phrases, progress, proof, risks, talks
from domain.actor import SYSTEM
from domain.curation import NoteKind
from domain.progress import Decision, Status
from domain.risks import RiskFactor, RiskLevel
from tests.admin.conftest import Panel
from tests.corpus import old_workbook
from tests.world import DATA, START, YAROSLAVL


async def work_id(panel: Panel, number: str = "2.1") -> int:
    return await panel.world.assignment_id("Тороповская", number)


async def hand_in(panel: Panel, *files: tuple[str, bytes], text: str = "Сделано", number: str = "2.1") -> int:
    assignment_id = await work_id(panel, number)
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:
        await progress.add_text(tx, assignment_id, text)
        for name, body in files:
            photo = name.endswith((".jpg", ".png"))
            await progress.add_file(tx, assignment_id, await panel.files.keep(body), name=name, photo=photo)
        return (await progress.submit(tx, assignment_id)).id


async def decide(panel: Panel, report: int, decision: Decision, who: str = "Кирилл") -> None:
    async with panel.world.db.write(await panel.world.actor(who)) as tx:
        await progress.decide(tx, report, decision, "Посмотрел")


async def evidence(panel: Panel, report: int) -> list[int]:
    async with panel.world.db.read(SYSTEM) as tx:
        return [e.id for e in (await progress.submission_card(tx, report)).submissions[0].evidence]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(out, "JPEG", comment=b"secret place")
    return out.getvalue()


async def test_the_card_shows_what_changed_what_was_said_and_where_files_repeat(panel: Panel) -> None:
    first = await hand_in(panel, ("Приказ.pdf", b"%PDF one"), text="Провели семинар в марте")
    await decide(panel, first, Decision.RETURN)
    async with panel.world.db.write(await panel.world.actor("Кирилл")) as tx:
        await talks.say(tx, await work_id(panel), "Где протокол?")
    await hand_in(panel, ("Приказ.pdf", b"%PDF one"), number="2.2")
    await hand_in(panel, ("Протокол.pdf", b"%PDF two"), text="и совещание")
    html = (await panel.get("Марина", f"/work/{await work_id(panel)}")).text
    assert "+ Протокол.pdf" in " ".join(html.split())
    assert "<ins>и совещание</ins>" in html
    assert "Где протокол?" in html
    assert "уже сдан: Тороповская ОШ, 2.2" in html
    answer = await panel.post("Дина", f"/work/{await work_id(panel)}/say", text="Приложили <b>")
    assert answer.headers["location"].endswith("?done=said#thread")
    html = (await panel.get("Кирилл", f"/work/{await work_id(panel)}")).text
    assert "Приложили &lt;b&gt;" in html


async def test_a_photo_and_a_document_can_be_looked_at(panel: Panel) -> None:
    document = (DATA / YAROSLAVL).read_bytes()
    report = await hand_in(
        panel, ("План.docx", document), ("Школы.xls", old_workbook(3)), ("1.jpg", picture())
    )
    _, plan, sheet, photo = await evidence(panel, report)
    assert (
        "Трек 1. Организационно-управленческие механизмы"
        in (await panel.get("Кирилл", f"/files/{plan}/view")).text
    )
    assert "Школа № 2 | 2" in (await panel.get("Кирилл", f"/files/{sheet}/view")).text
    assert f'src="/files/{photo}/pages/1"' in (await panel.get("Кирилл", f"/files/{photo}/view")).text
    page = await panel.get("Кирилл", f"/files/{photo}/pages/1")
    assert (page.headers["content-type"], Image.open(io.BytesIO(page.content)).size) == (
        "image/jpeg",
        (300, 200),
    )
    assert b"secret place" not in page.content
    assert (await panel.get("Кирилл", f"/files/{photo}/pages/2")).status_code in {200, 404}


async def test_the_card_shows_the_files_themselves(panel: Panel) -> None:
    document = (DATA / YAROSLAVL).read_bytes()
    report = await hand_in(panel, ("План.docx", document), ("1.jpg", picture()))
    _, plan, photo = await evidence(panel, report)
    path = f"/work/{await work_id(panel)}"
    html = (await panel.get("Кирилл", path)).text
    assert "Трек 1. Организационно-управленческие механизмы" in html
    assert f'src="/files/{photo}/pages/1"' in html
    kept = panel.files.folder / "incoming" / "looks"
    assert len(list(kept.glob("*.json"))) == 2
    # What was seen once is not opened again: a changed store would show nothing new.
    async with panel.world.db.read(SYSTEM) as tx:
        sha256 = (await progress.evidence(tx, plan)).sha256 or ""
    panel.files.path(sha256).write_bytes(b"changed")
    assert "Трек 1. Организационно-управленческие механизмы" in (await panel.get("Марина", path)).text
    # A wiped file leaves no word behind.
    await panel.post("Кирилл", f"/files/{plan}/wipe")
    await proof.delete_wiped(panel.world.db, panel.files)
    assert "Трек 1." not in (await panel.get("Кирилл", path)).text.split("Отчёты")[1]
    assert sha256 not in {found.stem for found in kept.glob("*.json")}


async def test_the_pages_of_a_pdf_can_be_looked_at(panel: Panel) -> None:
    report = await hand_in(panel, ("1.jpg", picture()), ("2.jpg", picture()[:-2] + b"\x00\xff\xd9"))
    assert await proof.join_photos(panel.world.db, panel.files, lambda n: f"Фото_{n}.pdf") == 1
    pdf = (await evidence(panel, report))[-1]
    html = (await panel.get("Кирилл", f"/files/{pdf}/view")).text
    assert (f"/files/{pdf}/pages/2" in html, f"/files/{pdf}/pages/3" in html) == (True, False)
    page = await panel.get("Кирилл", f"/files/{pdf}/pages/2")
    assert page.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("name", ["Битый.pdf", "Битый.docx", "Битый.xlsx", "Битый.rtf", "странно.bin"])
async def test_what_cannot_be_shown_can_be_downloaded(panel: Panel, name: str) -> None:
    report = await hand_in(panel, (name, b"\x00broken"))
    item = (await evidence(panel, report))[-1]
    answer = await panel.get("Кирилл", f"/files/{item}/view")
    assert answer.status_code == 200
    assert f'href="/files/{item}"' in answer.text
    assert (await panel.get("Кирилл", f"/files/{item}/pages/1")).status_code == 404


async def test_childrens_data_are_removed_from_the_card(panel: Panel) -> None:
    report = await hand_in(panel, ("Список.pdf", b"%PDF list"))
    item = (await evidence(panel, report))[-1]
    answer = await panel.post("Кирилл", f"/files/{item}/wipe")
    assert answer.headers["location"] == f"/work/{await work_id(panel)}?done=wiped"
    html = (await panel.get("Кирилл", f"/work/{await work_id(panel)}?done=wiped")).text
    assert "удалён, там были данные детей" in html
    assert "Список.pdf" not in html
    assert (await panel.get("Кирилл", f"/files/{item}")).status_code == 404
    assert (await panel.get("Кирилл", f"/files/{item}/view")).status_code == 404


async def test_the_second_look(panel: Panel) -> None:
    report = await hand_in(panel)
    await decide(panel, report, Decision.CONFIRM)
    html = (await panel.get("Марина", "/second-look")).text
    assert f'action="/reports/{report}/agree"' in html
    assert 'value="2022-04"' in html
    assert (await panel.post("Марина", f"/reports/{report}/agree")).headers[
        "location"
    ] == "/second-look?done=noted"
    assert "посмотрели" in (await panel.get("Марина", "/second-look", word="2022-04")).text
    refused = await panel.post("Марина", f"/reports/{report}/unconfirm", reason=" ")
    assert (refused.status_code, "Напишите" in refused.text or "слово" in refused.text) == (422, True)
    await panel.post("Марина", f"/reports/{report}/unconfirm", reason="Не тот год")
    html = (await panel.get("Дина", f"/work/{await work_id(panel)}")).text
    assert "«Не тот год»" in html
    assert "Подтверждённые отчёты" in (await panel.get("Марина", "/second-look")).text


async def test_requests_are_answered_and_the_second_is_told(panel: Panel) -> None:
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:
        asked = (await obligations.ask_waiver(tx, await work_id(panel), "Нет девятых классов")).id
    assert "Нет девятых классов" in (await panel.get("Марина", "/waivers")).text
    line = '<a href="/waivers">1 просьба снять задание</a>'
    pages = [
        ("Марина", "/"),
        ("Римма", "/"),
        ("Римма", "/attention"),
        ("Ульяна", "/"),
        ("Кирилл", "/"),
        ("Дина", "/"),
    ]
    seen = [line in (await panel.get(name, path)).text for name, path in pages]
    assert seen == [True, True, True, False, False, False]
    refused = await panel.post("Марина", f"/waivers/{asked}/answer", grant="false", answer="")
    assert (refused.status_code, "причину" in refused.text) == (422, True)
    await panel.post("Марина", f"/waivers/{asked}/answer", grant="true", answer="Согласна")
    assert "просьба снять" not in (await panel.get("Марина", "/")).text
    late = await panel.post("Римма", f"/waivers/{asked}/answer", grant="false", answer="Нет")
    assert (late.status_code, "уже ответили" in late.text) == (422, True)
    html = (await panel.get("Дина", f"/work/{await work_id(panel)}")).text
    assert "«Согласна»" in html
    await panel.post("Марина", f"/work/{await work_id(panel)}/require", reason="Всё же проводим")
    async with panel.world.db.read(SYSTEM) as tx:
        assert (await progress.assignment(tx, await work_id(panel))).status is Status.NOT_DONE


async def test_the_pack_is_shown_and_taken_along(panel: Panel) -> None:
    assert "пакет был бы пустым" in (await panel.get("Марина", "/packs")).text
    await decide(panel, await hand_in(panel, ("Приказ.pdf", b"%PDF one")), Decision.CONFIRM)
    school = panel.world.schools["Тороповская"].school_id
    html = (await panel.get("Марина", "/packs", school=school)).text
    assert f"school{school}_Мера2.1_01.pdf" in html
    answer = await panel.post("Марина", "/packs", school=school)
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="school{school}.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read(f"school{school}_Мера2.1_01.pdf") == b"%PDF one"
    assert list((panel.files.folder / "incoming").iterdir()) == []  # the temporary file is gone


async def the_record(panel: Panel) -> None:
    """Word and Excel of one curator: every line, and the weeks with the silent ones."""
    kirill = panel.world.people["Кирилл"]
    days = {"since": "2022-04-11", "until": "2022-04-18", "person": kirill}
    word = await panel.get("Марина", "/curation", format="docx", **days)
    paper = Document(io.BytesIO(word.content))
    assert [p.text for p in paper.paragraphs][:3] == [
        "Журнал школьного куратора",
        "Период: с 11 апреля 2022 по 18 апреля 2022",
        "Куратор: Кирилл",
    ]
    lines, weeks = ([[cell.text for cell in row.cells] for row in sheet.rows] for sheet in paper.tables)
    assert [(line[0], line[3], line[5]) for line in lines[1:]] == [
        ("18.04.2022", "посещение", "Уроки"),
        ("18.04.2022", "подтверждено", "Посмотрел"),
    ]
    assert weeks[1:] == [
        ["Кирилл", "11.04 – 17.04", "0", "0", "0", "0"],
        ["Кирилл", "18.04 – 24.04", "1", "0", "1", "2"],
    ]
    book = load_workbook(io.BytesIO((await panel.get("Марина", "/curation", format="xlsx", **days)).content))
    first, second = book.worksheets[:2]
    assert [row[5] for row in first.iter_rows(values_only=True)] == ["Комментарий", "Уроки", "Посмотрел"]
    assert [row[-1] for row in second.iter_rows(values_only=True)] == ["Всего", 0, 2]
    stranger = await panel.get("Саша", "/curation", format="xlsx", **days)
    assert load_workbook(io.BytesIO(stranger.content)).worksheets[0].max_row == 1


async def test_the_curators_log(panel: Panel) -> None:
    await decide(panel, await hand_in(panel), Decision.CONFIRM)
    school = panel.world.schools["Тороповская"].school_id
    form = {"school": school, "kind": "visit", "on": START.date().isoformat(), "line": "Уроки"}
    assert (await panel.post("Кирилл", "/curation", **form)).headers["location"] == "/curation?done=noted"
    late = {**form, "on": (START.date() + timedelta(days=1)).isoformat()}
    assert (await panel.post("Кирилл", "/curation", **late)).status_code == 422
    html = (await panel.get("Марина", "/curation")).text
    assert ("«Уроки»" in html, "«Посмотрел»" in html) == (True, True)
    table = (await panel.get("Марина", "/curation", format="csv")).content.decode("utf-8-sig").splitlines()
    assert table[0] == "День;Куратор;Школа;Что сделано;Мероприятие;Комментарий"
    assert sorted(line.split(";")[3] for line in table[1:]) == ["подтверждено", "посещение"]
    await the_record(panel)
    async with panel.world.db.read(SYSTEM) as tx:
        [made] = [
            e.note_id for e in await curation.log(tx, first=START.date(), last=START.date()) if e.note_id
        ]
    await panel.post("Кирилл", f"/curation/{made}/remove")
    assert "«Уроки»" not in (await panel.get("Кирилл", "/curation")).text
    assert NoteKind.VISIT.value == form["kind"]


async def test_a_regions_phrases(panel: Panel) -> None:
    html = (await panel.get("Римма", "/phrases")).text
    assert "Нет показателя результата." in html
    region = panel.world.places["область"].region_id
    form = {"region": region, "decision": "return", "lines": "Нет подписи\nНе тот год"}
    assert (await panel.post("Римма", "/phrases", **form)).headers["location"] == "/phrases?done=saved"
    assert "Нет подписи\nНе тот год</textarea>" in (await panel.get("Римма", "/phrases")).text
    refused = await panel.post("Римма", "/phrases", **{**form, "lines": "\n".join(map(str, range(9)))})
    assert refused.status_code == 422
    report = await hand_in(panel)
    path = f"/work/{await work_id(panel)}"
    card = (await panel.get("Кирилл", path)).text
    assert ("Нет подписи" in card, "Нет показателя результата" in card) == (True, False)
    async with panel.world.db.read(SYSTEM) as tx:
        [phrase, _] = await phrases.phrases(tx, region or 0, Decision.RETURN)
    said = {"submission": report, "decision": "return", "phrase": phrase.key, "comment": "Совсем."}
    await panel.post("Кирилл", f"{path}/decide", **said)
    async with panel.world.db.read(SYSTEM) as tx:
        review = await progress.review_of(tx, report)
    assert review is not None
    assert review.comment == "Нет подписи Совсем."


async def test_a_risk_profile_from_entering_to_points(panel: Panel) -> None:
    school = panel.world.schools["Тороповская"].school_id
    path = f"/schools/{school}/risks"
    refused = await panel.post("Тамара", path, levels="В В")
    assert (refused.status_code, "десять уровней" in refused.text) == (422, True)
    await panel.post("Тамара", path, levels="В В В С В С С В В С", source="ИС МЭДК")
    async with panel.world.db.read(SYSTEM) as tx:
        profile = (await risks.profile_of(tx, school or 0)).profile
    assert profile is not None
    assert profile.level(RiskFactor.PARENTS) is RiskLevel.MEDIUM
    for who in ("Кирилл", "Марина"):
        await panel.post(who, f"/risk-profiles/{profile.id}/verify")
    async with panel.browser("Тамара") as browser:
        await browser.post(f"{path}/choose", data={"factors": ["3", "8"]})
    html = " ".join((await panel.get("Кирилл", path)).text.split())
    assert ("куратор: Кирилл" in html, "координатор: Марина" in html) == (True, True)
    assert "В – высокая, С – средняя, Н – низкая" in (await panel.get("Кирилл", "/risks")).text
    table = (await panel.get("Римма", "/risks", format="csv")).content.decode("utf-8-sig").splitlines()
    line = next(row for row in table if row.startswith("Тороповская"))
    assert line.split(";")[2:] == [
        *("Высокая", "Высокая", "Высокая ✓", "Средняя", "Высокая"),
        *("Средняя", "Средняя", "Высокая ✓", "Высокая", "Средняя", "да"),
    ]  # fmt: skip


async def test_measures_are_placed_and_given_by_risk(panel: Panel) -> None:
    school = panel.world.schools["16"].school_id or 0
    async with panel.world.db.write(SYSTEM) as tx:
        await risks.enter_profile(tx, school, [RiskLevel.HIGH] * 10)
        await risks.choose_risks(tx, school, [RiskFactor.STAFF])
        first = (await progress.assignment(tx, await work_id(panel))).measure_id
    path = f"/roadmaps/{panel.world.roadmap_id}/risks"
    placed = await panel.post("Римма", path, measures=first, factor=2, stage=1)
    assert placed.headers["location"] == f"{path}?done=placed&n=1"
    foreign = await panel.post("Римма", path, measures=10**6, factor=2)
    assert foreign.headers["location"] == f"{path}?done=placed&n=0"
    given = await panel.post("Римма", f"{path}/give")
    assert given.headers["location"] == f"{path}?done=given&n=1"
    html = (await panel.get("Кирилл", f"/schools/{school}/risks")).text
    assert "0 из 1" in html


async def test_profiles_are_brought_in_from_a_table(panel: Panel) -> None:
    from domain.schools import School

    async with panel.world.db.write(SYSTEM) as tx:
        school = await tx.session.get_one(School, panel.world.schools["Тороповская"].school_id)
        school.federal_login = "edu760152"
    lines = "edu760152\tВ В В С В С С В В С\nedu000001;ВВВВВВВВВВ\nпросто слова\n"
    html = (await panel.post("Римма", "/risks/import", lines=lines, source="Выгрузка")).text
    assert "Новых: 1, без изменений: 0." in html
    assert "edu000001: Такой школы среди ваших нет." in html
    nothing = await panel.post("Римма", "/risks/import", lines=" ")
    assert (nothing.status_code, "Выберите файл или вставьте строки" in nothing.text) == (422, True)


async def test_the_school_reads_on_the_card_where_to_hand_in(panel: Panel) -> None:
    open_one = await panel.world.assignment_id("Тороповская", "2.1")
    words = "откройте задание в боте"
    assert words in (await panel.get("Дина", f"/work/{open_one}")).text
    assert words not in (await panel.get("Кирилл", f"/work/{open_one}")).text
