"""The register page: what would come of each row, nothing kept before it is confirmed, no other region's names."""

import re
from pathlib import Path

import httpx2

from admin.documents import MAX_DOCUMENT
from domain import audit, people, programme, schools
from domain.actor import SYSTEM, Role
from tests.admin.conftest import Panel, sign_in
from tests.admin.test_browser import PHONE, Site, pytestmark, site
from tests.world import DATA

__all__ = ["site"]
CSV = (
    "№;Наименование ОО;Муниципалитет;Логин\n"
    "1;МБОУ Тороповская ОШ;Даниловский МР;edu111111\n"
    "2;МОУ Середская СОШ;Даниловский МР;edu222222\n"
    "3;МОУ Климатинскя СОШ;Угличский МР;\n"
    "4;МОУ Середская СОШ;Даниловский МР;\n"
    "5;;Даниловский МР;\n"
)


async def send(panel: Panel, name: str, data: bytes, file: str, **fields: str) -> httpx2.Response:
    async with panel.browser(name) as browser:
        return await browser.post("/schools/import", data=fields, files={"file": (file, data)})


async def known(panel: Panel) -> list[str]:
    async with panel.world.db.read(SYSTEM) as tx:
        return [row.school.name for row in await schools.school_list(tx)]


def states(page: str) -> list[tuple[str, str]]:
    """Name and fate of each row of a preview."""
    rows = re.findall(r'<th scope="row">(.*?)</th>.*?<span class="state \S+">(.*?)</span>', page, re.DOTALL)
    return [(name, state) for name, state in rows]


def columns(page: str) -> list[tuple[str, str]]:
    """Each header with what it was taken for."""
    form = page[page.index('id="columns"') :]
    form = form[: form.index("</form>")]
    pattern = r"<label[^>]*>\s*«(.*?)»\s*</label>.*?<option[^>]*selected>(.*?)</option>.*?</select>"
    parts = [f"<label{part}" for part in form.split("<label")[1:]]
    return [pair for part in parts for pair in re.findall(pattern, part, re.DOTALL)]


def hidden(page: str) -> dict[str, str]:
    """What the confirming form would send."""
    form = page[page.index("/schools/import/confirm") :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


async def test_a_list_is_looked_through_before_it_comes_in(panel: Panel) -> None:
    before = await known(panel)
    answer = await send(panel, "Римма", CSV.encode(), "Школы.csv", cohort="500+ 2023")
    assert answer.status_code == 200
    assert states(answer.text) == [
        ("МОУ Середская СОШ", "не войдёт"),
        ("", "не войдёт"),
        ("МОУ Климатинскя СОШ", "проверьте"),
        ("МОУ Середская СОШ", "новая"),
        ("МБОУ Тороповская ОШ", "уже есть"),
    ]
    assert "та же школа, что в строке 3" in answer.text
    assert "«Климатинскя СОШ» похожа на «Климатинская СОШ»" in answer.text
    assert columns(answer.text) == [
        ("№", "Номер"), ("Наименование ОО", "Полное название"), ("Муниципалитет", "Муниципалитет"), ("Логин", "Логин"),
    ]  # fmt: skip
    assert await known(panel) == before
    async with panel.world.db.read(SYSTEM) as tx:
        assert "500+ 2023" not in [cohort.name for cohort in await programme.cohorts(tx)]
        assert [e for e in await audit.entries(tx) if e.action == "register.import"] == []

    brought = await panel.post("Римма", "/schools/import/confirm", **hidden(answer.text))
    assert (brought.status_code, brought.headers["location"]) == (303, "/schools?done=registered&n=2")
    assert sorted(set(await known(panel)) - set(before)) == ["Климатинскя СОШ", "Середская СОШ"]
    page = await panel.get("Римма", brought.headers["location"])
    assert "Список внесён. Новых в реестре: 2." in page.text
    async with panel.world.db.read(SYSTEM) as tx:
        assert "500+ 2023" in [cohort.name for cohort in await programme.cohorts(tx)]


async def test_what_the_list_leaves_unsaid_is_asked_for_without_the_file_again(panel: Panel) -> None:
    data = "Школа;Логин\nМОУ Отрадновская СОШ;edu333333\n".encode("cp1251")
    first = await send(panel, "Римма", data, "Школы.csv")
    assert states(first.text) == [("МОУ Отрадновская СОШ", "не войдёт")]
    assert "/schools/import/confirm" not in first.text
    kept = dict(re.findall(r'name="(sha256|name)" value="([^"]*)"', first.text))
    again = await panel.post("Римма", "/schools/import", **kept, municipality="Угличский МР")
    assert states(again.text) == [("МОУ Отрадновская СОШ", "новая")]
    assert hidden(again.text) == {**kept, "region": "", "municipality": "Угличский МР", "cohort": ""}


async def test_a_file_that_is_no_list_is_refused_in_words(panel: Panel) -> None:
    for data, name, sentence in (
        (b"", "Школы.xlsx", "Файл пустой."),
        (b"\xff\xd8\xff\xe0" + b"x" * 99, "Школы.jpg", "Это картинка: таблицу с неё не прочитать."),
        ("Фамилия;Оценка\nИванов;5\n".encode(), "Список.csv", "Списка школ в файле не нашлось."),
        ((DATA / "pdf" / "locked.pdf").read_bytes(), "Школы.pdf", "Файл защищён паролем."),
    ):
        answer = await send(panel, "Римма", data, name)
        assert (answer.status_code, sentence in answer.text) == (422, True), name
    answer = await send(panel, "Римма", b"x" * (MAX_DOCUMENT + 1), "Школы.csv")
    assert answer.status_code in (413, 422)
    strange = await panel.post("Римма", "/schools/import", sha256="../../etc/passwd", name="x")
    assert strange.status_code == 422


async def test_nobody_reaches_into_another_region(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(SYSTEM) as tx:
        theirs = await schools.school(tx, world.schools["Тимонин"].school_id or 0)
        theirs.federal_login = "edu444444"
    data = (
        "Школа;Регион;Муниципалитет;Логин\n"
        "МОУ Чужая СОШ;Саратовская область;Дергачевский район;\n"
        "МОУ Отрадновская СОШ;Ярославская область;Угличский МР;edu444444\n"
    )
    page = (await send(panel, "Римма", data.encode(), "Школы.csv")).text
    assert states(page) == [("МОУ Чужая СОШ", "не войдёт"), ("МОУ Отрадновская СОШ", "не войдёт")]
    assert "логин edu444444 уже у другой школы" in page
    assert "Тимонин" not in page


async def test_the_keeper_of_two_regions_names_one(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(SYSTEM) as tx:
        region = world.places["чужая область"]
        await people.grant_role(tx, world.people["Римма"], Role.REGIONAL_COORDINATOR, region)
    panel.tokens["Римма"] = await sign_in(world, "Римма")
    assert "Саратовская область</option>" in (await panel.get("Римма", "/schools/import")).text
    data = "Школа;Район\nМОУ Отрадновская СОШ;Новый район\n".encode()
    unnamed = await send(panel, "Римма", data, "Школы.csv")
    assert states(unnamed.text) == [("МОУ Отрадновская СОШ", "не войдёт")]
    named = await send(panel, "Римма", data, "Школы.csv", region="Саратовская область")
    assert states(named.text) == [("МОУ Отрадновская СОШ", "новая")]


@pytestmark
async def test_what_a_column_means_can_be_said_and_holds_to_the_end(panel: Panel) -> None:
    listed = "Муниципалитет;Школа;Причина\nДаниловский МР;МОУ Горинская СОШ;ШНОР\nИтого;1;\n".encode()
    first = await send(panel, "Римма", listed, "Школы.csv")
    assert columns(first.text) == [("Муниципалитет", "Муниципалитет"), ("Школа", "Полное название")]
    assert "строка 3: Итого | 1" in first.text
    kept = {key: hidden(first.text)[key] for key in ("sha256", "name")}
    roles = ["municipality", "full_name", "status"]
    again = await panel.post("Римма", "/schools/import", **kept, role=roles)
    assert columns(again.text)[-1] == ("Причина", "Статус")
    assert again.text.count('<input type="hidden" name="role" value="status">') == 2
    brought = await panel.post("Римма", "/schools/import/confirm", **kept, role=roles)
    assert brought.headers["location"] == "/schools?done=registered&n=1"
    async with panel.world.db.read(SYSTEM) as tx:
        found = [row.school for row in await schools.school_list(tx) if row.school.name == "Горинская СОШ"]
    assert [school.status for school in found] == [schools.SchoolStatus.LOW_RESULTS]
    strange = await panel.post("Римма", "/schools/import", **kept, role=["a", "b", "c"])
    assert strange.status_code == 422
    without = await panel.post("Римма", "/schools/import", **kept, role=["municipality", "", ""])
    assert without.status_code == 422
    other = await send(panel, "Римма", CSV.encode(), "Школы.csv")
    assert len(columns(other.text)) == 4


async def test_a_real_register_by_hand_on_a_phone(site: Site, tmp_path: Path) -> None:
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/schools")
        await page.click("text=Загрузить список")
        await page.set_input_files("input[name=file]", DATA / "registers" / "yaroslavl_shnsu_isbsh_2023.xlsx")
        await page.click("text=Посмотреть список")
        assert await page.inner_text("h1") == "Что будет внесено"
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await page.click("summary:text('Столбцы')")
        await page.select_option("select#role-2", label="Сохраняется как написано")
        await page.screenshot(path=tmp_path / "register.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await page.click("button:text('Прочитать с этими столбцами')")
        assert await page.input_value("select#role-2") == ""
        await page.click("button:text('Внести')")
        assert "Список внесён. Новых в реестре: 7." in await page.inner_text("main")
