"""Reports from files alone: register in, results in, tables out; as JSON and as a sheet."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from domain import handouts
from tests.domain.test_outcomes import COHORTS, GOLDEN, facts_of_81
from tests.vekha.conftest import Vekha
from tests.world import DATA

MUNICIPALITIES = DATA / "registers/yaroslavl_municipalities_2023.xlsx"


def write(path: Path, header: str, rows: list[str]) -> str:
    path.write_text("\n".join([header, *rows]), "utf-8")
    return str(path)


def told(vekha: Vekha, *words: str) -> Any:
    done = vekha(*words, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def region(vekha: Vekha, folder: Path) -> Path:
    """81 schools of three cohorts and their clusters of two years."""
    facts = list(facts_of_81())
    schools = write(
        folder / "schools.csv",
        "Регион;Муниципалитет;Полное наименование;Группа",
        [f"Ярославская область;Угличский МР;{name};{cohort}" for cohort, name, _ in facts],
    )
    clusters = write(
        folder / "clusters.csv",
        "Школа;Неуспевающих 2021;Обучающихся 2021;Неуспевающих 2022;Обучающихся 2022",
        [";".join(map(str, [name, *numbers])) for _, name, numbers in facts],
    )
    assert vekha("db", "upgrade").exit_code == 0
    assert vekha("import", "schools", schools).exit_code == 0
    preview = told(vekha, "outcomes", "import", clusters, "--preview")
    assert (preview["results"], preview["changed"], preview["schools"]) == (162, 0, 81)
    brought = told(vekha, "outcomes", "import", clusters)
    assert (brought["results"], brought["changed"], brought["years"]) == (162, 162, [2021, 2022])
    assert told(vekha, "outcomes", "import", clusters)["changed"] == 0
    return folder


def test_the_golden_table_of_clusters(vekha: Vekha, region: Path) -> None:
    report = told(vekha, "report", "clusters", "--by", "cohort")
    assert [
        (r["raised"], r["left"], r["positive_percent"], r["same"], r["down"], r["total"])
        for r in report["rows"]
    ] == [
        (g["raised_cluster"], g["left_list"], g["positive_pct"], g["unchanged"], g["negative"], g["total"])
        for g in GOLDEN
    ]
    whole = report["rows"][-1]
    assert (whole["same_percent"], whole["down_percent"], len(whole["schools"]["left"])) == (17, 10, 49)
    only = told(vekha, "report", "clusters", "--cohort", next(iter(COHORTS)))
    assert [r["total"] for r in only["rows"]] == [11]


def test_a_sheet_says_what_the_table_says(vekha: Vekha, region: Path) -> None:
    sheet = region / "clusters.xlsx"
    assert vekha("report", "clusters", "--by", "cohort", "--xlsx", str(sheet)).exit_code == 0
    page = openpyxl.load_workbook(sheet).active
    assert page is not None
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    assert rows[0][:3] == ["Группа", "Повысили кластер", "Вышли из списка ШНОР"]
    assert rows[-1] == ["Все школы", 10, 49, 73, 14, 17, 8, 10, 81, 0]


def test_dynamics_of_one_procedure(vekha: Vekha, region: Path) -> None:
    for year, below in ((2021, 3), (2022, 1)):
        file = write(
            region / f"{year}.csv", "Школа;Участников;Ниже порога", [f"СОШ № 1;10;{below}", "СОШ № 99;5;1"]
        )
        done = vekha("outcomes", "import", file, "--year", str(year), "--procedure", "ОГЭ математика")
        assert done.exit_code == 0
        assert f"{year}.csv, csv, строка 3, СОШ № 99: такой школы нет" in done.stderr
    (row,) = told(vekha, "report", "dynamics")["rows"]
    assert (row["procedure"], row["positive"], row["total"], row["positive_percent"]) == (
        "oge_math",
        1,
        1,
        100,
    )
    assert row["schools"]["positive"] == [{"school": "СОШ № 1", "municipality": "Угличский МР"}]
    assert row["flaws"] == []


def test_municipalities_with_the_three_shares_that_do_not_follow(vekha: Vekha, folder: Path) -> None:
    assert vekha("db", "upgrade").exit_code == 0
    assert vekha("import", "schools", str(MUNICIPALITIES), "--region", "Ярославская область").exit_code == 0
    report = told(vekha, "report", "municipalities")
    truth = json.loads(MUNICIPALITIES.with_suffix(".json").read_text("utf-8"))
    assert sorted(
        (m["municipality"], m["percent"], m["printed_percent"]) for m in report["mismatches"]
    ) == sorted((m["row"], m["computed_pct"], m["printed_pct"]) for m in truth["percent_mismatches"])
    assert len(report["rows"]) == 19
    assert len(report["disagreements"]) == 5
    said = vekha("report", "municipalities", "--xlsx", str(folder / "m.xlsx")).stderr
    assert "г. Ярославль, ШНОР 2023: 30 из 84 — это 36 процентов, в источнике напечатано 35." in said


def test_curators_of_an_empty_region_are_an_empty_list(vekha: Vekha, region: Path) -> None:
    assert told(vekha, "report", "curators") == []


def test_pairs_where_no_round_has_been_are_none(vekha: Vekha, region: Path) -> None:
    assert told(vekha, "report", "pairs") == {"rounds": [], "rows": [], "municipalities": []}
    refused = vekha("report", "pairs", "--weeks", "2")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "У отчёта «pairs» нет фильтра «weeks». Есть: municipality, school, cohort, round.\n",
    )


def test_the_list_of_reports_is_the_commands(vekha: Vekha) -> None:
    names = [report["name"] for report in told(vekha, "report", "--list")]
    assert names == list(handouts.catalogue())
    for name in names:
        assert vekha("report", name, "--help").exit_code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("report", "dynamics"), "Для сравнения нужны результаты двух лет."),
        (("report", "clusters", "--by", "moon"), "Группировки «moon» нет."),
        (
            ("report", "clusters", "--cohort", "moon"),
            "Фильтр «cohort»: значения «moon» нет. Есть: Участники проекта 500+ 2021",
        ),
        (("report", "overdue", "--weeks", "2"), "У отчёта «overdue» нет фильтра «weeks». Есть: municipality"),
        (("report", "overdue", "--filter", "place"), "Фильтр пишется как ИМЯ=ЗНАЧЕНИЕ, а не «place»."),
        (("outcomes", "import", "schools.csv"), "schools.csv: Таблицы с результатами не нашлось."),
        (("outcomes", "import", "schools.csv", "--procedure", "moon"), "Процедуры «moon» нет."),
    ],
)
def test_what_cannot_be_shown_is_said(
    vekha: Vekha, region: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = vekha(*words)
    assert (done.exit_code, done.stdout, done.stderr.startswith(sentence)) == (1, "", True), done.stderr


def test_a_wave_from_the_command_line(vekha: Vekha, region: Path) -> None:
    plan = str(DATA / "roadmaps/000_yaroslavl_2022.docx")
    given = told(
        *(vekha, "import", "roadmap", plan, "--year", "2022", "--owner", "Ярославская область"),
        *("--approve", "--assign", "СОШ № 1"),
    )
    days = ("--first", "2022-11-07", "--last", "2022-11-21")
    opened = told(vekha, "monitoring", "open", "sverdlovsk-2022", "--region", "Ярославская область", *days)
    report = told(vekha, "report", "wave", "--place", "СОШ № 1")
    assert (report["wave"], report["forecast"]["total"], report["forecast"]["max"]) == (
        opened["wave"],
        0,
        905,
    )
    assert (report["forecast"]["confirmed"], report["forecast"]["of"]) == (0, given["assigned"])
    (step,) = report["forecast"]["steps"]
    assert (step["confirmations"], step["total"]) == (-(-given["assigned"] // 4), 100)
    assert "+1, это +100 из 905." in vekha("report", "wave").stderr
    refused = vekha("monitoring", "open", "sverdlovsk-2022", "--region", "Угличский МР", *days)
    assert (refused.exit_code, refused.stderr) == (1, "«Угличский МР» — не регион.\n")


def test_a_fresh_process_brings_results_in(vekha: Vekha, region: Path) -> None:
    """Of a command alone only what it needs is loaded: rows of one slice still find those of the others."""
    file = write(
        region / "r.csv", "Школа;Год;Процедура;Участников;Ниже порога", ["СОШ № 1;2021;oge_math;10;3"]
    )
    code = "import sys; from vekha.cli import main; sys.argv[1:] = sys.argv[1:]; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "outcomes", "import", file, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout or "{}").get("changed")) == (0, 1), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("clusters", "--filter", "by=cohort"),
        ("results",),
        ("register",),
        ("engagement",),
        ("overdue",),
        ("missing",),
    ],
)
def test_three_files_say_the_same_numbers(vekha: Vekha, region: Path, words: tuple[str, ...]) -> None:
    sheet, text = region / "r.xlsx", region / "r.csv"
    done = vekha("report", *words, "--xlsx", str(sheet), "--csv", str(text))
    assert done.exit_code == 0, done.stderr
    page = openpyxl.load_workbook(sheet)
    rows = [list(row) for row in page.worksheets[0].iter_rows(values_only=True)]
    lines = list(csv.reader(text.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [["" if v is None else str(v) for v in row] for row in rows] == lines
    assert page.sheetnames[-1] == "Определения"
    found = told(vekha, "report", *words)
    if words[0] in ("engagement", "overdue", "missing"):
        assert len(rows) == 1
    elif words[0] == "register":
        assert [[row["municipality"], row["school"]] for row in found] == [row[:2] for row in rows[1:]]
    elif words[0] == "clusters":
        assert [[r["raised"], r["left"], r["positive_percent"]] for r in found["rows"]] == [
            row[1:4] for row in rows[1:]
        ]


def test_a_procedure_of_ones_own_is_data(vekha: Vekha, region: Path) -> None:
    words = ("--title", "ВПР биология 7", "--word", "впр", "--word", "биолог", "--word", "7")
    done = vekha("outcomes", "procedures", "--key", "vpr_biology_7", *words)
    assert done.exit_code == 0, done.stderr
    rows = ["СОШ № 1;10;3;10;1", "СОШ № 2;8;1;16;2"]
    header = "Школа;ВПР биология 7 участников 2021;ВПР биология 7 «2» 2021;ВПР биология 7 участников 2022;ВПР биология 7 «2» 2022"
    assert told(vekha, "outcomes", "import", write(region / "bio.csv", header, rows))["changed"] == 4
    (row,) = told(vekha, "report", "dynamics")["rows"]
    assert (row["procedure"], row["title"], row["positive"], row["neutral"]) == (
        "vpr_biology_7",
        "ВПР биология 7",
        1,
        1,
    )
    retired = vekha("outcomes", "procedures", "--key", "vpr_biology_7", "--retire")
    assert "vpr_biology_7\tВПР биология 7\tснята" in retired.stdout
    refused = vekha("outcomes", "import", str(region / "bio.csv"))
    assert (refused.exit_code, "не понятно, какая это процедура" in refused.stderr) == (1, True)


def test_a_table_that_brings_nothing_is_told_by_the_exit_code(vekha: Vekha, region: Path) -> None:
    header = "Школа;ОГЭ математика 2022 участников;ОГЭ математика 2022 ниже порога"
    empty = vekha("outcomes", "import", write(region / "empty.csv", header, []), "--json")
    assert (empty.exit_code, json.loads(empty.stdout)["results"]) == (1, 0)
    dashes = vekha("outcomes", "import", write(region / "dashes.csv", header, ["СОШ № 1;-;-"]), "--json")
    assert (dashes.exit_code, json.loads(dashes.stdout)["schools_without_numbers"]) == (0, 1)
    unknown = vekha(
        "outcomes", "import", write(region / "x.csv", header.replace("математика", "химия"), ["СОШ № 1;5;1"])
    )
    assert unknown.exit_code == 1
    assert "«ОГЭ химия 2022 ниже порога»: не понятно, какая это процедура" in unknown.stderr


def test_printed_columns_that_cannot_be_are_named(vekha: Vekha, folder: Path) -> None:
    column = {"positive": 24, "all_passed": 1, "negative": 13, "neutral": 0, "not_computed": 3}
    good = {**column, "negative": 14}
    document = {
        "columns": [
            {"name": "А", "total": 42, "counts": good, "printed": {"positive": "57%"}},
            {"name": "Б", "total": 42, "counts": column},
            {"name": "В", "total": 42, "counts": good, "printed": {"positive": 58}},
            {"name": "Г", "total": 42, "counts": good, "printed": {"positive_result": 60}},
            {"name": "Д", "total": 42, "counts": good, "printed": {"positive_result": 59}},
        ]
    }
    (folder / "c.json").write_text(json.dumps(document), "utf-8")
    found = told(vekha, "outcomes", "check", "c.json")
    assert [[(f["kind"], f["expected"], f["found"]) for f in c["flaws"]] for c in found] == [
        [],
        [("sum", 42, 41)],
        [("share", 57, 58)],
        [],  # 24 + 1 of 42
        [("share", 60, 59)],
    ]
