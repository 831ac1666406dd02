"""The pages of monitoring as their people use them."""

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from admin.pages.procedures import in_words
from domain import dynamics, monitoring, outcomes, overview, progress, risks, rubrics, schools
from domain.actor import SYSTEM
from domain.outcomes import Cluster
from domain.progress import Decision
from domain.risks import Stage
from tests.admin.conftest import Panel
from tests.world import START, World

TODAY = START.date()


async def wave_of(world: World) -> int:
    """An open wave, a confirmed report of Тороповская, a marked school, official results before it."""
    region = world.places["область"]
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(tx, region.region_id or 0, rubrics.shipped_document("2022-wave-2"))
        past = await monitoring.open_wave(
            tx, kept.id, "Второй", starts_on=TODAY - timedelta(days=90), ends_on=TODAY - timedelta(days=80)
        )
        await monitoring.enter_official(tx, past.id, region, {"total": 399}, source="Письмо ФИОКО")
        kept = await rubrics.save_set(tx, region.region_id or 0, rubrics.shipped_document("sverdlovsk-2022"))
        wave = await monitoring.open_wave(
            tx, kept.id, "Третий", starts_on=TODAY - timedelta(days=7), ends_on=TODAY + timedelta(days=12)
        )
        for name in ("Тороповская", "Василёвская"):
            await monitoring.give_to_expert(
                tx, wave.id, world.schools[name].school_id or 0, world.people["Эмма"]
            )
    async with world.db.write(await world.actor("Тамара")) as tx:
        rows = await progress.my_work(tx, school_id=world.schools["Тороповская"].school_id)
        await progress.add_text(tx, rows[0].assignment.id, "Сделано.")
        sent = await progress.submit(tx, rows[0].assignment.id)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, sent.id, Decision.CONFIRM, "Хорошо.")
    return wave.id


async def results_of(world: World) -> None:
    """Two years of one procedure and of clusters."""
    numbers = {"Тороповская": (5, 3), "Василёвская": (4, 4), "Климатинская": (0, 0), "16": (2, 6)}
    async with world.db.write(SYSTEM) as tx:
        for name, (was, now) in numbers.items():
            school = await schools.school(tx, world.schools[name].school_id or 0)
            for year, below in ((2021, was), (2022, now)):
                await outcomes.enter_result(tx, school, "oge_math", year, participants=20, below=below)
            await outcomes.enter_cluster(tx, school, 2021, Cluster.SEVERE)
            await outcomes.enter_cluster(
                tx, school, 2022, Cluster.NONE if name == "Климатинская" else Cluster.BASIC
            )


async def test_the_forecast_is_called_so_and_the_official_result_has_its_source(panel: Panel) -> None:
    await wave_of(panel.world)
    text = (await panel.get("Римма", "/monitoring")).text
    assert "<dt>Прогноз</dt>" in text
    assert "ещё не опубликован или не внесён" in text
    waves = (await panel.get("Тамара", "/monitoring/waves")).text
    assert "399 / 1105 = 36 %" in waves
    assert "Письмо ФИОКО" in (await panel.get("Тамара", f"/monitoring/waves/{await _past(panel)}")).text


async def _past(panel: Panel) -> int:
    async with panel.world.db.read(SYSTEM) as tx:
        return next(w.id for w in await monitoring.waves(tx) if w.title == "Второй")


async def test_dynamics_open_the_schools_behind_each_number(panel: Panel) -> None:
    await results_of(panel.world)
    page = (await panel.get("Римма", "/monitoring/outcomes")).text
    rows = re.findall(r'href="(/monitoring/outcomes/schools\?[^"]*kind=(\w+)[^"]*)">(\d+)</a>', page)
    counts = {kind: (address.replace("&amp;", "&"), int(number)) for address, kind, number in rows}
    assert {kind: number for kind, (_, number) in counts.items()} == {
        "positive": 1,
        "all_passed": 1,
        "neutral": 1,
        "negative": 1,
        "any": 4,
    }
    for address, number in counts.values():
        listed = (await panel.get("Римма", address)).text
        assert len(re.findall(r'<th scope="row"><a href="/schools/\d+#outcomes">', listed)) == number
    # The same table of a municipal coordinator knows her schools only.
    assert "СШ № 16" not in (await panel.get("Марина", counts["any"][0])).text
    assert (await panel.get("Саша", "/monitoring/outcomes")).text.count("oge_math") == 0
    assert "по состоянию на" not in page
    await overview.keep_dynamics(panel.world.db, least=1)
    kept = (await panel.get("Римма", "/monitoring/outcomes")).text
    assert "по состоянию на 18 апреля" in kept
    assert re.findall(r'href="(/monitoring/outcomes/schools\?[^"]*kind=(\w+)[^"]*)">(\d+)</a>', kept) == rows


async def test_who_stands_in_no_table_is_in_no_column_and_is_told(panel: Panel) -> None:
    await results_of(panel.world)
    async with panel.world.db.write(SYSTEM) as tx:
        for name in ("Василёвская", "Тороповская"):
            home = await tx.session.get_one(
                schools.Municipality, panel.world.schools[name].municipality_id or 0
            )
            await schools.add_school(tx, home, f"Новая школа рядом с {name}")
        await schools.add_school(tx, home, "Ещё одна школа")
    async with panel.world.db.read(await panel.world.actor("Римма")) as tx:
        table = await dynamics.counted(tx, dynamics.Asked(2021, 2022, "municipality"))
    silent = table.silent["all"]
    assert (silent, sorted(table.silent.values())) == (3, [1, 2, 3])
    assert sorted(sum(of["oge_math"].counts.values()) for of in table.groups.values()) == [1, 3, 4]
    page = (await panel.get("Римма", "/monitoring/outcomes", by="municipality")).text
    assert "Нет данных: 3 школ нет в таблицах этих двух лет." in page
    links = re.findall(r'href="([^"]*kind=no_data[^"]*)">([^<]+)</a>', page)
    assert sorted(number for _, number in links) == sorted(
        [*(str(n) for n in table.silent.values() if n), "Какие именно"]
    )
    for address, number in links:
        listed = (await panel.get("Римма", address.replace("&amp;", "&"))).text
        rows = len(re.findall(r'<th scope="row"><a href="/schools/\d+#outcomes">', listed))
        assert rows == (silent if number == "Какие именно" else int(number))
        assert "СШ № 16" not in listed


async def test_clusters_open_into_schools_too(panel: Panel) -> None:
    await results_of(panel.world)
    page = (await panel.get("Римма", "/monitoring/clusters")).text
    assert "В списке: 4 в 2021 году, 3 в 2022." in page
    left = (await panel.get("Римма", "/monitoring/clusters/schools", kind="left")).text
    assert re.findall(r"#outcomes\">([^<]+)</a>", left) == ["Климатинская СОШ"]
    moved = (await panel.get("Римма", "/monitoring/clusters/schools", kind="severe-basic")).text
    assert len(re.findall(r"#outcomes\">", moved)) == 3


async def test_results_are_looked_at_before_they_come_in(panel: Panel) -> None:
    table = (
        "Школа;Муниципалитет;ОГЭ математика 2022, участников;ОГЭ математика 2022, не преодолели порог\n"
        "Тороповская ОШ;Даниловский МР;12;3\nНеизвестная школа;Даниловский МР;10;1\nСШ № 16;Угличский МР;5;9\n"
    )
    async with panel.browser("Римма") as browser:
        files = {"file": ("итоги.csv", table.encode(), "text/csv")}
        looked = await browser.post("/monitoring/outcomes/import", files=files, data={})
        assert looked.status_code == 200, looked.text
        text = looked.text
        assert "1 результат" in text
        assert "Неизвестная школа" in text
        assert "9 из 5" in text  # what cannot be is named with its numbers
        assert await _known(panel) == []
        fields = dict(re.findall(r'name="(sha256|name)" value="([^"]*)"', text))
        done = await browser.post("/monitoring/outcomes/import/confirm", data=fields)
        assert (done.status_code, done.headers["location"]) == (
            303,
            "/monitoring/outcomes?done=results_in&n=1",
        )
        # Said once more in other words: the same form sent twice is answered as the first.
        again = await browser.post("/monitoring/outcomes/import/confirm", data={**fields, "year": "2022"})
        assert again.headers["location"].endswith("n=0")
    assert await _known(panel) == [("oge_math", 2022, 12, 3)]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        (
            "ОГЭ_математика_2022.csv",
            "Школа;Всего учеников;Успеваемость, %;Качество, %\nДаниловский МР\nТороповская ОШ;12;75;40\n",
        ),
        ("ОГЭ математика 2022.csv", "Школа;Участников;Ниже порога, %\nТороповская ОШ;12;25\n"),
        (
            "итоги.csv",
            "МО;ОО;ОГЭ математика 2022: сдавали;сдали ОГЭ математика 2022;Всего классов\n"
            "Даниловский район;Тороповская ОШ;12;9;1\n",
        ),
        (
            "итоги.csv",
            "ОГЭ математика, 2022 год\nНаименование ОО;Участников;Ниже порога\nТороповская ОШ (Даниловский МР);;3 из 12\n",
        ),
    ],
)
async def test_tables_of_unknown_shapes_are_shown_and_come_in(panel: Panel, name: str, table: str) -> None:
    async with panel.browser("Римма") as browser:
        files = {"file": (name, table.encode(), "text/csv")}
        looked = await browser.post("/monitoring/outcomes/import", files=files, data={})
        assert looked.status_code == 200, looked.text
        assert "1 результат" in looked.text
        fields = dict(re.findall(r'name="(sha256|name)" value="([^"]*)"', looked.text))
        assert (await browser.post("/monitoring/outcomes/import/confirm", data=fields)).status_code == 303
    assert await _known(panel) == [("oge_math", 2022, 12, 3)]


async def _known(panel: Panel) -> list[Any]:
    async with panel.world.db.read(SYSTEM) as tx:
        found = await outcomes.results(tx, panel.world.schools["Тороповская"].school_id or 0)
        return [(r.procedure, r.year, r.participants, r.below) for r in found]


async def test_a_set_is_copied_changed_and_frozen_once_scored(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(await world.actor("Римма")) as tx:
        region_id = world.places["область"].region_id or 0
        kept = await rubrics.save_set(tx, region_id, rubrics.shipped_document("2022-wave-3"))
    address = f"/monitoring/criteria/{kept.id}"
    page = (await panel.get("Римма", address)).text
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert text is not None
    plain = text[1].replace("&#34;", '"').replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    refused = await panel.post("Римма", address, text=plain.replace("max = 6", "max = 7"))
    assert refused.status_code == 422
    assert "сумма максимумов — 10, а указано 9" in refused.text
    changed = await panel.post("Римма", address, text=plain.replace("Третий мониторинг", "Новый мониторинг"))
    assert changed.status_code == 303, changed.text
    async with world.db.write(await world.actor("Римма")) as tx:
        await rubrics.mark_scored(tx, kept.id)
    frozen = await panel.post("Римма", address, text=plain)
    assert frozen.status_code == 422
    assert "По этому набору уже выставлены баллы." in frozen.text
    copied = await panel.post("Римма", f"{address}/copy")
    assert copied.status_code == 303
    fresh = (await panel.get("Римма", copied.headers["location"])).text
    assert "версия 2" in fresh
    assert "<textarea" in fresh


async def test_two_experts_differ_and_the_coordinator_settles(panel: Panel) -> None:
    world = panel.world
    wave_id = await wave_of(world)
    school_id = world.schools["Василёвская"].school_id or 0
    from tests.domain.test_monitoring import make_expert

    await make_expert(world, "Ольга")
    sample = await panel.post(
        "Римма", f"/monitoring/waves/{wave_id}/sample", expert=world.people["Ольга"], schools=school_id
    )
    assert sample.status_code == 303, sample.text
    scoring = f"/monitoring/waves/{wave_id}/schools/{school_id}"
    form = {"points-tasks": "2", "remark-tasks": "Не поставлены задачи.", "words-tasks": "И сроки."}
    assert (await panel.post("Эмма", scoring, **form)).headers["location"].endswith("done=marked&n=1")
    assert (await panel.post("Ольга", scoring, **{"points-tasks": "0"})).status_code == 303
    page = (await panel.get("Римма", f"/monitoring/waves/{wave_id}")).text
    assert "Василёвская СОШ: Формулировка задач эффективная" in page
    assert "«Не поставлены задачи.\nИ сроки.»" in page
    settled = await panel.post(
        "Римма",
        f"/monitoring/waves/{wave_id}/settle",
        school=school_id,
        criterion="tasks",
        points="1",
        reason="По документам",
    )
    assert settled.status_code == 303
    page = (await panel.get("Римма", f"/monitoring/waves/{wave_id}")).text
    assert "Расхождений нет, или они решены." in page
    marks = (await panel.get("Вера", "/monitoring/marks", criterion="tasks")).text
    assert "По документам" in marks
    assert "Эмма" not in marks  # a school reads what was said, not by whom


async def test_criteria_are_no_secret_to_those_who_are_scored_by_them(panel: Panel) -> None:
    wave_id = await wave_of(panel.world)
    async with panel.world.db.read(SYSTEM) as tx:
        link = f'href="/monitoring/criteria/{(await monitoring.wave(tx, wave_id)).set_id}"'
    address = "/monitoring/criteria"
    readers = ("Римма", "Марина", "Кирилл", "Дина", "Степан")
    assert [link in (await panel.get(name, address)).text for name in readers] == [True] + [False] * 4
    school_id = panel.world.schools["Тороповская"].school_id
    await panel.post("Эмма", f"/monitoring/waves/{wave_id}/schools/{school_id}", **{"points-tasks": "1"})
    assert [link in (await panel.get(name, address)).text for name in readers] == [True] * 4 + [False]


async def test_who_cannot_bring_the_table_of_municipalities_is_not_asked_to(panel: Panel) -> None:
    pages = [(await panel.get(name, "/monitoring/context")).text for name in ("Римма", "Марина", "Кирилл")]
    assert ['href="/schools/import"' in page for page in pages] == [True, False, False]
    assert ["загружает региональный координатор" in page for page in pages] == [False, True, True]


async def test_what_of_a_stage_is_confirmed_is_said_in_words(panel: Panel) -> None:
    await wave_of(panel.world)
    async with panel.world.db.read(await panel.world.actor("Тамара")) as tx:
        rows = await progress.my_work(tx, school_id=panel.world.schools["Тороповская"].school_id)
    async with panel.world.db.write(SYSTEM) as tx:
        await risks.place_measures(tx, [row.measure.id for row in rows], stage=Stage.SECOND)
    page = (await panel.get("Римма", "/monitoring/facts", source="stage_share")).text
    assert re.search(rf"2 этап, подтверждено мероприятий: 1 из {len(rows)}\s", page)


async def test_half_a_point_is_written_as_people_write_it(panel: Panel) -> None:
    """«0,5» and never «0.5», which Excel takes for a day of May; in the workbook it stays a number."""
    world = panel.world
    wave_id = await wave_of(world)
    for name, points in (("Тороповская", "1"), ("Василёвская", "0")):
        scoring = f"/monitoring/waves/{wave_id}/schools/{world.schools[name].school_id}"
        assert (await panel.post("Эмма", scoring, **{"points-tasks": points})).status_code == 303
    line = r'эффективная</th>\s*<td class="num">0,5</td>\s*<td class="num">2</td>'
    assert re.search(line, (await panel.get("Римма", "/reports/wave")).text)
    text = (await panel.get("Римма", "/reports/wave", format="csv")).content.decode("utf-8-sig")
    assert "Формулировка задач эффективная;0,5;2\r\n" in text
    book = openpyxl.load_workbook(
        io.BytesIO((await panel.get("Римма", "/reports/wave", format="xlsx")).content)
    )
    rows = [row[1:] for row in book.worksheets[0].iter_rows(values_only=True) if "эффективная" in str(row[0])]
    assert rows == [(0.5, 2)]


async def test_points_that_do_not_fit_are_refused_and_kept_in_the_form(panel: Panel) -> None:
    wave_id = await wave_of(panel.world)
    school_id = panel.world.schools["Тороповская"].school_id
    answer = await panel.post(
        "Эмма",
        f"/monitoring/waves/{wave_id}/schools/{school_id}",
        **{"points-tasks": "1", "points-curators": "7"},
    )
    assert answer.status_code == 422
    async with panel.world.db.read(SYSTEM) as tx:
        assert await monitoring.marks_of(tx, await monitoring.wave(tx, wave_id)) == {}  # all or nothing


async def test_the_school_closes_a_recommendation_on_its_page(panel: Panel) -> None:
    world = panel.world
    wave_id = await wave_of(world)
    school_id = world.schools["Тороповская"].school_id
    due = (TODAY + timedelta(days=4)).isoformat()
    made = await panel.post(
        "Марина",
        f"/monitoring/waves/{wave_id}/recommend",
        school=school_id,
        text="Назовите показатели.",
        due=due,
    )
    assert made.status_code == 303, made.text
    page = (await panel.get("Тамара", f"/schools/{school_id}")).text
    address = re.search(r'action="(/monitoring/recommendations/\d+/close)"', page)
    assert address is not None
    assert (await panel.post("Тамара", address[1], answer="Назвали")).status_code == 303
    page = (await panel.get("Марина", f"/schools/{school_id}")).text
    assert "«Назвали»" in page
    assert "/close" not in page


async def test_a_set_that_was_taken_is_not_offered_again(panel: Panel) -> None:
    region = panel.world.places["область"].region_id or 0
    async with panel.world.db.write(await panel.world.actor("Римма")) as tx:
        await rubrics.save_set(tx, region, rubrics.shipped_document("2022-wave-2"))
    text = (await panel.get("Римма", "/monitoring/criteria")).text
    offered = re.findall(r'name="key" value="([^"]+)"', text)
    assert sorted({*rubrics.shipped_sets()} - set(offered)) == ["2022-wave-2"]
    assert text.count("уже взят") == 1


def test_words_of_a_procedure_are_shown_without_the_signs_of_a_pattern() -> None:
    patterns = ("впр|всероссийск", r"русск|\bр\.? ?яз", r"\b5")
    assert in_words(patterns, "или") == "впр или всероссийск + русск или р. яз + 5"


async def test_before_the_first_wave_everybody_is_told_who_opens_it(panel: Panel) -> None:
    """No command of the command line is for people of the panel."""
    for name in ("Римма", "Марина"):
        report = (await panel.get(name, "/reports/wave")).text
        assert "Её открывает региональный координатор: «Мониторинг», «Волны»." in report
        assert "vekha" not in (await panel.get(name, "/reports/dynamics")).text.replace("/static/", "")
    waves = [(await panel.get(name, "/monitoring/waves")).text for name in ("Римма", "Марина")]
    assert ["Их открывает региональный координатор." in page for page in waves] == [False, True]
