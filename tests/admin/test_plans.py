"""Shaping a draft, comparing a newer version, previewing and taking back, taking the plan away: on the pages."""

import html
import io
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import docx
import openpyxl

from domain import documents, progress, roadmaps
from domain.actor import SYSTEM
from domain.roadmaps import Measure, RoadmapState
from tests.admin.conftest import Panel, sign_in
from tests.admin.test_pages import lines, report
from tests.admin.test_roadmaps import upload, view_of
from tests.changed_documents import DEADLINE, add_row, changed, drop_row, set_cell
from tests.world import DATA, YAROSLAVL

PLAN = DATA / "roadmaps" / "003_dergachi_plan.docx"
MEETINGS = "Информационно-организационные совещание со школьными"
NEW_ROW = (
    "5.4",
    "Методический день",
    "до 1 июня",
    "ГАУ ДПО ЯО ИРО",
    "Не менее 5 мастер-классов",
    "Программа",
)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def find(panel: Panel, path: str, start: str) -> Measure:
    return next(
        m for m in (await view_of(panel, path)).measures if " ".join(m.title.split()).startswith(start)
    )


async def newer(panel: Panel, who: str, content: bytes, roadmap_id: int) -> str:
    """Upload a newer version; where one lands."""
    async with panel.browser(who) as browser:
        response = await browser.post(
            "/roadmaps/newer", data={"roadmap": roadmap_id}, files={"file": ("новый.docx", content)}
        )
    assert response.status_code == 303, lines(response.text)
    return str(response.headers["location"]).split("?")[0]


async def test_what_an_expert_would_remark_stands_above_the_rows(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    words = lines((await panel.get("Марина", path)).text)
    top = words.split("Что прочитано")[0]
    for remark in (
        "Срок — только конец всего периода · 2",
        "Нет подтверждающего документа · 1",
        "Срок вне периода дорожной карты · 1",
        "Номер повторяется · 1",
        "Числовые показатели, названные в тексте · 11",
        "не менее 25 % школ «Не менее 25% школ»",
        "100 % ШНОР (из 42)",
    ):
        assert remark in top
    plan = await upload(panel, "Марина", "Даниловский", PLAN.read_bytes())
    assert "Нет подтверждающего документа · у всех мероприятий" in lines(
        (await panel.get("Марина", plan)).text
    )


async def test_a_target_is_counted_with_one_press(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    m = await find(panel, path, "Заключение соглашений")
    await panel.post("Марина", f"{path}/measures/{m.id}/targets", quote=["не менее 14 МОУО"])
    m = await find(panel, path, "Заключение соглашений")
    assert [(t["value"], t["noun"]) for t in m.targets] == [(14, "МОУО")]


async def test_the_document_is_read_with_the_columns_that_a_person_names(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    page = (await panel.get("Марина", path)).text
    seen = hidden(page.split("/columns")[1], "seen")
    assert "«Документы, фиксирующие результат»" in html.unescape(page)
    roles = ["number", "activity", "deadline", "responsible", "document", "result"]
    done = await panel.post("Марина", f"{path}/columns", role=roles, seen=seen)
    assert done.headers["location"] == f"{path}?done=read_anew"
    m = await find(panel, path, "Определение школ")
    assert m.evidence_required == "Перечень школ, отнесенных к категории ШНОР/ШНСУ"
    # The page of a second person is older than this reading.
    late = await panel.post("Марина", f"{path}/columns", role=roles, seen=seen)
    assert late.status_code == 422
    assert "документ прочитали заново" in lines(late.text)
    for wrong in (
        ["number"],
        ["other"] * 6,
        ["number", "activity", "deadline", "responsible", "result", "x"],
    ):
        assert (await panel.post("Марина", f"{path}/columns", role=wrong)).status_code == 422
    without = ["number", "activity", "deadline", "other", "result", "document"]
    await panel.post("Марина", f"{path}/columns", role=without)
    assert {m.responsible_raw for m in (await view_of(panel, path)).measures} == {None}


async def test_chosen_columns_hold_for_the_next_file_and_the_same_file_leads_to_its_draft(
    panel: Panel,
) -> None:
    body = (DATA / YAROSLAVL).read_bytes()
    path = await upload(panel, "Марина", "Даниловский", body)
    roles = ["number", "activity", "deadline", "responsible", "document", "result"]
    await panel.post("Марина", f"{path}/columns", role=roles)
    assert await upload(panel, "Марина", "Даниловский", body) == path
    page = await panel.get("Марина", f"{path}?done=uploaded_before")
    assert "Этот файл уже присылали: вот его черновик, как он сейчас есть." in lines(page.text)
    other = await upload(panel, "Марина", "Даниловский", changed(drop_row("Цикл семинаров")))
    assert other != path
    m = await find(panel, other, "Определение школ")
    assert m.evidence_required == "Перечень школ, отнесенных к категории ШНОР/ШНСУ"
    theirs = await upload(panel, "Ульяна", "Угличский", body)  # another's choice is not hers
    assert (await find(panel, theirs, "Определение школ")).expected_result == m.evidence_required


async def test_the_year_and_the_report_dates_are_asked_once(panel: Panel) -> None:
    async with panel.browser("Марина") as browser:
        response = await browser.post(
            "/roadmaps/new",
            data={"owner": "-".join(str(p) for p in panel.world.places["Даниловский"] if p)},
            files={"file": ("план.docx", PLAN.read_bytes())},
        )
    path = str(response.headers["location"]).split("?")[0]
    page = (await panel.get("Марина", path)).text
    assert "На какой год эта дорожная карта?" in page
    assert "4 мероприятия длятся весь период" in lines(page)
    done = await panel.post(
        "Марина", f"{path}/period", year=2021, school_year="true", seen=hidden(page, "seen")
    )
    assert done.headers["location"].startswith(f"{path}?done=period_set")
    late = await panel.post("Марина", f"{path}/report-dates", words="10 июня", seen=hidden(page, "seen"))
    assert late.status_code == 422
    assert (await panel.post("Марина", f"{path}/report-dates", words="всегда")).status_code == 422
    done = await panel.post("Марина", f"{path}/report-dates", words="20 декабря, 10 июня")
    assert done.headers["location"] == f"{path}?done=dates_set&n=4"
    page = (await panel.get("Марина", path)).text
    assert "На какой год эта дорожная карта?" not in page
    assert "длятся весь период" not in lines(page)
    view = await view_of(panel, path)
    assert (str(view.roadmap.starts_on), str(view.roadmap.ends_on)) == ("2021-09-01", "2022-08-31")


async def test_rows_are_split_joined_added_left_out_and_taken_back(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    m = await find(panel, path, "Мониторинг * динамики")
    page = (await panel.get("Марина", f"{path}/measures/{m.id}/split")).text
    assert "динамики образовательных результатов</textarea>" in page
    parts = {"title": ["Мониторинг динамики", "Мониторинг рисков", ""], "deadline": ["до 1 марта", "", ""]}
    await panel.post("Марина", f"{path}/measures/{m.id}/split", **parts, seen=m.version)
    view = await view_of(panel, path)
    assert [x.title for x in view.measures[:2]] == ["Мониторинг динамики", "Мониторинг рисков"]
    refused = await panel.post("Марина", f"{path}/measures/{m.id}/split", **parts, seen=m.version)
    assert refused.status_code == 422
    assert "строку изменили: Марина" in lines(refused.text)
    await panel.post("Марина", f"{path}/measures/{m.id}/merge")
    assert (await view_of(panel, path)).measures[0].title == "Мониторинг динамики\nМониторинг рисков"
    await panel.post("Марина", f"{path}/measures/{m.id}/drop")
    await panel.post("Марина", f"{path}/measures", title="Совещание", deadline="до 1 июня")
    view = await view_of(panel, path)
    assert (len(view.measures), view.measures[-1].title) == (19, "Совещание")
    page = (await panel.get("Марина", path)).text
    assert "объединено со строкой выше" in page
    key = f"m{m.id}"
    assert f'name="key" value="{key}"' in page
    done = await panel.post("Марина", f"{path}/restore", key=key)
    assert done.status_code == 303
    assert (await panel.post("Марина", f"{path}/restore", key=key)).status_code == 422
    assert (await view_of(panel, path)).measures[0].title == "Мониторинг динамики\nМониторинг рисков"


async def test_the_second_editor_keeps_their_words_and_sees_the_first_ones(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    m = await find(panel, path, "Определение школ")
    at = f"{path}/measures/{m.id}"
    await panel.post("Римма", at, title="Перечень школ", number="1.2", seen=m.version)
    late = await panel.post("Марина", at, title="Список школ", number="1.2", seen=m.version)
    assert late.status_code == 422
    assert "строку изменили: Римма" in lines(late.text)
    assert "Список школ</textarea>" in late.text
    assert "Сейчас: Перечень школ" in lines(late.text)
    assert (await view_of(panel, path)).measures[1].title == "Перечень школ"
    await panel.post("Марина", at, title="Список школ", number="1.2", seen=hidden(late.text, "seen"))
    assert (await view_of(panel, path)).measures[1].title == "Список школ"


async def test_a_newer_version_is_looked_at_applied_and_undone(panel: Panel) -> None:
    world, roadmap_id = panel.world, panel.world.roadmap_id
    content = changed(
        set_cell(MEETINGS, DEADLINE, "Февраль-май"),
        drop_row("Организация обучения руководителей"),
        add_row("Цикл семинаров", *NEW_ROW),
        set_cell("Сопровождение ШНОР", DEADLINE, "по плану"),
    )
    path = await newer(panel, "Римма", content, roadmap_id)
    page = (await panel.get("Римма", path)).text
    words = lines(page)
    for part in (
        "Без изменений: 16.",
        "Сдвинутся 3 открытых задания.",
        "Сообщение получат 4 человека.",
        "Перенесены сроки · 2",
        "Добавлено · 1",
        "Исключено · 1",
        "Новый срок неясен",
    ):
        assert part in words
    row = re.search(
        r'name="row" value="(\d+)"[^<]*<input type="hidden" name="seen" value="(\d+)">\s*<label>\s*Срок другими',
        page,
    )
    assert row is not None
    refused = await panel.post("Римма", f"{path}/row", row=row[1], words="никогда", seen=row[2])
    assert refused.status_code == 422
    await panel.post("Римма", f"{path}/row", row=row[1], words="до 15 июля", seen=row[2])
    stale = await panel.post("Римма", f"{path}/apply", seen=row[2])
    assert "сравнение изменили" in lines(stale.text)
    page = (await panel.get("Римма", path)).text
    assert "Сдвинутся 6 открытых заданий." in lines(page)
    done = await panel.post("Римма", f"{path}/apply", give_added="true", seen=hidden(page, "seen"))
    assert done.headers["location"] == f"/roadmaps/{roadmap_id}?done=revised"
    work = await world.assignment_id("Тороповская", "2.1")
    async with world.db.read(SYSTEM) as tx:
        assert str((await progress.assignment(tx, work)).due_on) == "2022-05-31"
    assert await world.assignment_id("Тороповская", "5.4") > 0
    page = (await panel.get("Римма", f"/roadmaps/{roadmap_id}/revisions")).text
    assert f'action="{path}/undo"' in page
    assert (await panel.post("Римма", f"{path}/undo")).status_code == 303
    async with world.db.read(SYSTEM) as tx:
        assert str((await progress.assignment(tx, work)).due_on) == "2022-04-30"
    assert "отменено" in (await panel.get("Римма", path)).text


async def test_a_row_is_matched_by_hand(panel: Panel) -> None:
    content = changed(set_cell("IX Летняя школа", 1, "Сбор"), set_cell("Сбор", 0, "9.9"))
    path = await newer(panel, "Римма", content, panel.world.roadmap_id)
    page = (await panel.get("Римма", path)).text
    assert "Добавлено · 1" in lines(page)
    form = page.split("Матч")[0].split("Сопоставлено неверно?")[1]
    row, gone = hidden(form, "row"), re.search(r'<option value="(\d+)">4.2', form)
    assert gone is not None
    await panel.post("Римма", f"{path}/row", row=row, measure=gone[1], seen=hidden(form, "seen"))
    words = lines((await panel.get("Римма", path)).text)
    assert "Изменены формулировки · 1" in words
    assert "Добавлено" not in words


async def test_work_stands_in_the_way_of_undoing(panel: Panel) -> None:
    content = changed(add_row("Цикл семинаров", *NEW_ROW))
    path = await newer(panel, "Римма", content, panel.world.roadmap_id)
    await panel.post("Римма", f"{path}/apply", give_added="true")
    await report(panel.world, "Тороповская", "Дина", "5.4")
    refused = await panel.post("Римма", f"{path}/undo")
    assert refused.status_code == 422
    assert "школы сдали работу (1)" in lines(refused.text)
    reopened = await panel.post("Римма", f"/roadmaps/{panel.world.roadmap_id}/reopen")
    assert reopened.status_code == 422


async def test_a_document_of_another_kind_is_refused_and_nothing_is_compared(panel: Panel) -> None:
    async with panel.browser("Римма") as browser:
        response = await browser.post(
            "/roadmaps/newer", data={"roadmap": panel.world.roadmap_id}, files={"file": ("a.docx", b"")}
        )
        assert response.status_code == 422
        nothing = await browser.post("/roadmaps/newer", data={"roadmap": panel.world.roadmap_id})
    assert "Сначала выберите файл." in lines(nothing.text)


async def test_a_plan_of_earlier_years_warns_before_it_is_given(panel: Panel) -> None:
    panel.world.clock.moment = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    panel.tokens["Марина"] = await sign_in(panel.world, "Марина")
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    words = lines((await panel.get("Марина", path)).text)
    assert "21 срок уже прошёл" in words
    assert "Последний срок плана — 31 декабря 2022." in words
    assert "Сдвинуть на 4 года 31 января 2026 – 31 декабря 2026, прошедшими останутся 15 сроков" in words
    raw = (await panel.get("Марина", f"{path}/assign")).text
    assert re.findall(r'name="past" value="(\w+)" (checked)?', raw) == [
        ("undated", ""),
        ("keep", ""),
    ]  # one must choose
    page = lines(raw)
    assert "Сразу окажется просроченным: 21. Как быть?" in page
    assert "Или сначала сдвинуть весь план на несколько лет" in page
    moved = await panel.post("Марина", f"{path}/years", years="5")
    assert "Сроки сдвинуты." in lines((await panel.get("Марина", moved.headers["location"])).text)
    assert "уже прош" not in lines((await panel.get("Марина", path)).text)
    page = lines((await panel.get("Марина", f"{path}/assign")).text)
    assert "Сроки с 31 января 2027 по 31 декабря 2027." in page
    assert "просрочен" not in page
    assert (await panel.post("Марина", f"{path}/years", years="400")).status_code == 422


async def test_the_preview_tells_what_appears_and_leaves_out_what_is_past(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    words = lines((await panel.get("Марина", f"{path}/assign")).text)
    assert "Появится 21 задание у 1 школы." in words
    assert "Сроки с 31 января 2022 по 31 декабря 2022." in words
    assert "Сразу окажутся просроченными: 3." in words
    page = (await panel.get("Марина", f"{path}/assign")).text
    few = re.findall(r'name="past" value="(\w+)" (checked)?', page)
    assert few == [("leave", ""), ("undated", ""), ("keep", "checked")]
    [school] = re.findall(r'name="school_ids" value="(\d+)"', page)
    chosen = [(await find(panel, path, name)).id for name in (MEETINGS, "Определение школ")]
    done = await panel.post("Марина", f"{path}/assign", school_ids=[school], measure_ids=chosen, past="leave")
    assert done.status_code == 303
    view = await view_of(panel, path)
    assert view.roadmap.state is RoadmapState.APPROVED
    async with panel.world.db.read(SYSTEM) as tx:
        work = await progress.my_work(tx, school_id=int(school))
    owed = [r.measure.id for r in work if r.measure.roadmap_id == view.roadmap.id]
    assert owed == [chosen[0]]  # the other was due in February
    given = lines((await panel.get("Марина", f"{path}/revisions")).text)
    assert "1 школа, 1 задание" in given
    back = re.search(r'action="([^"]+take-back)"', (await panel.get("Марина", f"{path}/revisions")).text)
    assert back is not None
    assert (await panel.post("Марина", back[1])).headers[
        "location"
    ] == f"{path}/revisions?done=taken_back&n=1"
    assert (await panel.post("Марина", f"{path}/reopen")).headers["location"] == f"{path}?done=reopened"
    assert (await view_of(panel, path)).roadmap.state is RoadmapState.DRAFT


async def test_the_plan_is_taken_away_with_its_execution(panel: Panel) -> None:
    world = panel.world
    number = await report(world, "Тороповская", "Дина")
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, number, progress.Decision.CONFIRM, "Хорошо")
    await report(world, "Василёвская", "Вера")
    async with world.db.write(SYSTEM) as tx:
        measures = (await roadmaps.roadmap(tx, world.roadmap_id)).measures
        m = next(m for m in measures if m.number == "2.1")
        m.targets = [t.to_json() for t in roadmaps.offered_targets(m)][:1]
    answer = await panel.get("Римма", f"/roadmaps/{world.roadmap_id}/export", format="docx")
    assert answer.headers["content-disposition"].endswith(".docx")
    document = docx.Document(io.BytesIO(answer.content))
    texts = [p.text for p in document.paragraphs if p.text]
    assert texts[0] == "Ярославская область"
    assert texts[-1] == "Состояние на 18 апреля 2022. 3 школы."
    rows = [[c.text for c in row.cells] for row in document.tables[0].rows]
    assert rows[0][-3:] == ["Исполнение", "Дата", "Документ"]
    [row] = [r for r in rows if r[0] == "2.1"]
    assert row[-3:] == [
        "сдали 2 из 3, подтверждено 1\nпоказатель: не менее 2 совещаний", "18.04.2022", "1 документ",
    ]  # fmt: skip
    [late] = [r for r in rows if r[0] == "1.2"]
    assert late[-3:] == ["сдали 0 из 3, просрочено 3", "", ""]
    reading = documents.read_roadmap(answer.content, "план.docx")
    assert [i.number for i in reading.items] == [m.number for m in measures]


async def test_a_school_takes_its_own_plan_away(panel: Panel) -> None:
    world = panel.world
    await report(world, "Тороповская", "Дина")
    answer = await panel.get("Дина", f"/roadmaps/{world.roadmap_id}/export", format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    name = unquote(answer.headers["content-disposition"].split("''")[1])
    assert name.startswith("Тороповская ОШ, Дорожная карта")
    cells = [[c or "" for c in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[0] for row in cells[:2]] == ["Ярославская область", "Тороповская ОШ"]
    [row] = [r for r in cells if r[0] == "2.1"]
    assert row[-3:] == ["на проверке", "18.04.2022", "Совещание проведено."]
    other = world.schools["Климатинская"].school_id
    assert (await panel.get("Дина", f"/roadmaps/{world.roadmap_id}/export", school=other)).status_code == 404


async def test_one_press_takes_the_whole_month(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", changed(set_cell(MEETINGS, DEADLINE, "до мая")))
    m = await find(panel, path, MEETINGS)
    assert f'action="{path}/measures/{m.id}/month"' in (await panel.get("Марина", path)).text
    await panel.post("Марина", f"{path}/measures/{m.id}/month", seen=m.version)
    m = await find(panel, path, MEETINGS)
    assert (m.windows, m.reminds) == ([["2022-05-01", "2022-05-31"]], True)
    assert (await panel.post("Марина", f"{path}/measures/{m.id}/month")).status_code == 422


async def test_a_draft_that_is_a_newer_version_is_compared_instead(panel: Panel) -> None:
    roadmap_id = panel.world.roadmap_id
    path = await upload(panel, "Римма", "область", changed(set_cell(MEETINGS, DEADLINE, "Февраль-май")))
    page = (await panel.get("Римма", path)).text
    assert "Это новая редакция" in page
    done = await panel.post("Римма", f"{path}/as-newer", living=hidden(page, "living"))
    location = str(done.headers["location"])
    assert location.startswith(f"/roadmaps/{roadmap_id}/revisions/")
    assert "Перенесены сроки · 1" in lines((await panel.get("Римма", location)).text)
    assert (await panel.get("Римма", path)).status_code == 404


async def test_a_plan_that_was_taken_away_comes_back_unchanged(panel: Panel) -> None:
    """Word is where coordinators go on: the execution beside the plan is not taken for a part of it."""
    path = await upload(panel, "Римма", "область", PLAN.read_bytes(), "план.docx")
    roadmap_id = int(path.rsplit("/", 1)[1])
    ids = [panel.world.schools["Тороповская"].school_id or 0]
    await panel.post("Римма", f"{path}/assign", school_ids=ids)
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:
        work = next(r for r in await progress.my_work(tx) if r.measure.roadmap_id == roadmap_id)
        await progress.add_text(tx, work.assignment.id, "Сделано")
        await progress.submit(tx, work.assignment.id)
    for kind in ("docx", "xlsx"):
        answer = await panel.get("Римма", f"{path}/export", format=kind)
        async with panel.browser("Римма") as browser:
            response = await browser.post(
                "/roadmaps/newer",
                data={"roadmap": roadmap_id},
                files={"file": (f"план.{kind}", answer.content)},
            )
        page = (await panel.get("Римма", str(response.headers["location"]).split("?")[0])).text
        assert "Без изменений: 22." in lines(page), kind


async def test_a_doubt_of_a_living_plan_is_settled_and_what_is_open_follows(panel: Panel) -> None:
    world, path = panel.world, f"/roadmaps/{panel.world.roadmap_id}"
    m = await find(panel, path, "Мониторинг позитивных")
    assert m.is_doubtful
    await panel.post("Римма", f"{path}/measures/{m.id}/settle", choice="as_read", seen=m.version)
    async with world.db.read(SYSTEM) as tx:
        work = [r.assignment for r in await progress.my_work(tx) if r.measure.id == m.id]
    assert {(a.occurrence, str(a.due_on), a.reminds) for a in work} == {
        (0, "2022-06-30", True),
        (1, "2022-09-30", True),
    }
    await panel.post("Римма", f"{path}/measures/{m.id}/deadline", words="до 1 октября")
    async with world.db.read(SYSTEM) as tx:
        work = [r.assignment for r in await progress.my_work(tx) if r.measure.id == m.id]
    assert sorted((a.occurrence, str(a.due_on)) for a in work) == [(0, "2022-10-01")] * 3
    m = await find(panel, path, "Мониторинг позитивных")
    assert (m.deadline_text, m.deadline_typed, m.is_doubtful) == ("Июнь/сентябрь", "до 1 октября", False)
    late = await panel.post("Римма", f"{path}/measures/{m.id}/settle", choice="as_read", seen=1)
    assert late.status_code == 422
