"""From an empty folder to a school that owes something, by the command line alone."""

import asyncio
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain import people, progress
from domain.actor import STRANGER, SYSTEM, Role
from domain.db import Database
from domain.drafts.rules import MOST_YEARS
from domain.settings import Settings
from sandbox import Sandbox
from tests.vekha.conftest import Vekha
from tests.world import DATA

SCHOOLS = str(DATA / "registers/schools.xlsx")
PLAN = str(DATA / "roadmaps/000_yaroslavl_2022.docx")


def test_the_whole_way(vekha: Vekha, folder: Path) -> None:
    assert vekha("db", "upgrade").exit_code == 0
    assert vekha("import", "schools", SCHOOLS).exit_code == 0
    given = vekha(
        *("import", "roadmap", PLAN, "--year", "2022", "--owner", "Ярославская область"),
        *("--approve", "--assign", "ШНСУ / ШНОР 2023", "--json"),
    )
    assert given.exit_code == 0, given.stderr
    imported = json.loads(given.stdout)
    assert (imported["measures"], imported["state"], imported["schools"]) == (19, "approved", 10)
    invited = vekha("invite", "school_head", "Тороповская ОШ", "--json")
    assert invited.exit_code == 0
    link = json.loads(invited.stdout)
    assert list(link) == ["payload", "link", "role", "place", "expires_at"]
    assert (link["role"], link["place"]) == ("school_head", "Тороповская ОШ")

    async def work() -> int:
        db = Database(Settings().database)
        async with db.write(STRANGER) as tx:
            await people.join(tx, link["payload"], telegram_id=1, name="Тамара")
        async with db.read(SYSTEM) as tx:
            actor = await people.actor_by_telegram(tx, 1)
        async with db.read(actor) as tx:
            found = await progress.my_work(tx)
        await db.close()
        return len(found)

    assert asyncio.run(work()) == imported["assigned"] // 10
    late = json.loads(vekha("report", "overdue", "--place", "Тороповская ОШ", "--json").stdout)
    assert {row["school"] for row in late} == {"Тороповская ОШ"}
    assert set(late[0]) == {
        *("assignment_id", "school", "municipality", "number", "measure", "due_on", "days_late"),
    }
    with sqlite3.connect("var/vekha.db") as connection:
        actions = {row[0] for row in connection.execute("SELECT DISTINCT action FROM audit_entry")}
    connection.close()
    assert actions >= {
        "register.import",
        "roadmap.approve",
        "roadmap.assign",
        "invitation.make",
        "person.join",
    }


def test_the_link_carries_the_name_of_the_bot(vekha: Vekha, monkeypatch: pytest.MonkeyPatch) -> None:
    vekha("import", "schools", SCHOOLS)

    async def ask() -> str:
        async with Sandbox(bot_username="vekha_test_bot") as telegram:
            monkeypatch.setenv("TELEGRAM_API_URL", telegram.base_url)
            monkeypatch.setenv("BOT_TOKEN", telegram.token)
            return (await asyncio.to_thread(vekha, "invite", "curator", "ООШ с. Камышево", "--json")).stdout

    link = json.loads(asyncio.run(ask()))
    assert link["link"] == f"https://t.me/vekha_test_bot?start={link['payload']}"


@pytest.mark.parametrize(
    "words",
    [
        ("invite", "curator", "Тороповская ОШ"),
        ("report", "overdue"),
        ("import", "roadmap", PLAN, "--owner", "Даниловский МР"),
    ],
)
def test_without_a_database_the_way_to_one_is_named(vekha: Vekha, words: tuple[str, ...]) -> None:
    result = vekha(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "vekha db upgrade" in result.stderr


def test_an_unknown_place_is_answered_with_near_names(vekha: Vekha) -> None:
    vekha("import", "schools", SCHOOLS)
    result = vekha("invite", "school_head", "Тороповска школа")
    assert result.exit_code == 1
    assert "Даниловский МР / Тороповская ОШ" in result.stderr.splitlines()[1]
    assert vekha("invite", "director", "Тороповская ОШ").exit_code == 1
    assert vekha("invite", "curator", "Даниловский МР").exit_code == 1  # held at a school


@pytest.mark.parametrize(
    "place",
    [
        "Даниловский МР",
        "Даниловский район",
        "Ярославская область / Даниловский МР",
    ],
)
def test_municipalities_are_known_by_many_names(vekha: Vekha, place: str) -> None:
    vekha("import", "schools", SCHOOLS)
    result = vekha("invite", "municipal-coordinator", place, "--json")
    assert json.loads(result.stdout)["place"] == "Даниловский МР"


def test_of_two_schools_with_one_name_the_person_chooses(vekha: Vekha, folder: Path) -> None:
    rows = "Регион;Муниципалитет;Школа\nОбласть;Первый МР;МОУ Ивановская СОШ\nОбласть;Второй МР;МОУ Ивановская СОШ\n"
    (folder / "list.csv").write_text(rows, "utf-8")
    vekha("import", "schools", "list.csv")
    refused = vekha("invite", "curator", "Ивановская СОШ")
    assert refused.exit_code == 1
    assert sorted(line.strip() for line in refused.stderr.splitlines()[1:]) == [
        "Второй МР / Ивановская СОШ",
        "Первый МР / Ивановская СОШ",
    ]
    assert vekha("invite", "curator", "Второй МР / Ивановская СОШ").exit_code == 0


def test_a_roadmap_is_assigned_only_once_approved(vekha: Vekha) -> None:
    vekha("import", "schools", SCHOOLS)
    place = ("--owner", "Угличский МР")
    assert vekha("import", "roadmap", PLAN, *place, "--assign", "all").exit_code == 2
    foreign = vekha("import", "roadmap", PLAN, *place, "--approve", "--assign", "Тороповская ОШ")
    assert foreign.exit_code == 1
    with sqlite3.connect("var/vekha.db") as connection:
        assert connection.execute("SELECT count(*) FROM roadmap").fetchone() == (0,)
    connection.close()
    own = vekha("import", "roadmap", PLAN, *place, "--approve", "--assign", "all", "--json")
    told = json.loads(own.stdout)
    assert (told["schools"], told["passed"]) == (2, 21)  # the plan is of 2022
    assert "21 срок уже прошёл." in own.stderr


def test_the_very_same_file_comes_in_once(vekha: Vekha, folder: Path) -> None:
    vekha("import", "schools", SCHOOLS)
    plan = ("import", "roadmap", PLAN, "--owner", "Угличский МР", "--json")
    first = json.loads(vekha(*plan).stdout)
    assert (first["known"], first["measures"]) == (False, 19)
    again = vekha(*plan, "--approve", "--assign", "all")
    assert (again.exit_code, json.loads(again.stdout)) == (0, {**first, "known": True})
    assert f"№ {first['roadmap_id']}. Ничего не сделано." in again.stderr
    assert "--again" in again.stderr
    others = [
        vekha(*plan, "--again"),  # the same once more
        vekha(*plan, "--year", "2023"),  # another year
        vekha(*plan[:4], "Даниловский МР", "--json"),  # another owner
    ]
    assert [json.loads(other.stdout)["known"] for other in others] == [False] * 3
    changed = folder / "plan.docx"
    changed.write_bytes((DATA / "roadmaps/003_dergachi_plan.docx").read_bytes())
    assert json.loads(vekha(*plan[:2], str(changed), *plan[3:]).stdout)["known"] is False
    with sqlite3.connect("var/vekha.db") as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT file_sha256) FROM roadmap").fetchone() == (
            5,
            2,
        )
    connection.close()


def test_a_plan_of_earlier_years_is_moved_as_it_comes_in(vekha: Vekha) -> None:
    vekha("import", "schools", SCHOOLS)
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    years = today.year + 1 - 2022  # all its dates are then of next year
    plan = ("import", "roadmap", PLAN, "--owner", "Угличский МР")
    moved = ("--shift-years", str(years))
    warned = vekha(*plan, "--json")
    told = json.loads(warned.stdout)
    assert (told["passed"], told["moved"]) == (21, 0)
    offered = {shift["years"]: shift["last_on"] for shift in told["shifts"]}
    # This year, and the next one where most dates of this year have passed: on what day the test runs decides.
    assert sorted(offered) in ([years - 1], [years - 1, years])
    assert offered == {by: f"{2022 + by}-12-31" for by in offered}
    lines = warned.stderr.splitlines()
    for by in offered:
        assert any(line.startswith(f"  --shift-years {by}: по 31 декабря {2022 + by}") for line in lines)
    given = vekha(*plan, *moved, "--approve", "--assign", "all", "--json")
    assert given.exit_code == 0, given.stderr
    result = json.loads(given.stdout)
    assert (result["roadmap_id"], result["state"]) == (told["roadmap_id"], "approved")
    assert (result["known"], result["moved"] > 0, result["passed"], result["shifts"]) == (True, True, 0, [])
    assert result["assigned"] > 0
    assert f"Сроки сдвинуты. Мероприятий с новыми сроками: {result['moved']}." in given.stderr
    again = vekha(*plan, *moved, "--json")  # twice is once
    assert (json.loads(again.stdout)["moved"], "Ничего не сделано." in again.stderr) == (0, True)
    assert json.loads(vekha("report", "overdue", "--json").stdout) == []
    with sqlite3.connect("var/vekha.db") as connection:
        assert connection.execute("SELECT count(*), max(reference_year) FROM roadmap").fetchone() == (
            1,
            2022 + years,
        )
        assert connection.execute("SELECT min(due_on), max(due_on) FROM assignment").fetchone() == (
            f"{2022 + years}-01-31",
            f"{2022 + years}-12-31",
        )
    connection.close()


def test_a_living_plan_of_earlier_years_is_not_moved_under_schools(vekha: Vekha) -> None:
    vekha("import", "schools", SCHOOLS)
    plan = ("import", "roadmap", PLAN, "--owner", "Угличский МР")
    live = vekha(*plan, "--approve", "--assign", "all")
    assert "верните его в черновики в панели" in live.stderr
    refused = vekha(*plan, "--shift-years", "5")
    assert refused.exit_code == 1
    assert "План действует: верните его в черновики в панели" in refused.stderr
    with sqlite3.connect("var/vekha.db") as connection:
        assert connection.execute("SELECT reference_year FROM roadmap").fetchall() == [(2022,)]
    connection.close()
    assert vekha(*plan, "--shift-years", str(MOST_YEARS + 1)).exit_code == 2
    assert vekha(*plan, "--shift-years", str(MOST_YEARS)).exit_code == 1


def test_a_plan_from_a_pdf_is_to_be_checked(vekha: Vekha) -> None:
    read = vekha("roadmap", "parse", str(DATA / "pdf/004_sverdlovsk_federal.pdf"), "--json")
    assert read.exit_code == 0
    assert len(json.loads(read.stdout)["items"]) == 5
    told = vekha("roadmap", "parse", str(DATA / "pdf/004_sverdlovsk_federal.pdf"))
    assert "Прочитано из PDF" in told.stderr


def test_a_register_without_place_names_the_options(vekha: Vekha) -> None:
    file = str(DATA / "registers/baley_schools_2022.csv")
    refused = vekha("import", "schools", file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "baley_schools_2022.csv, csv, строка 2" in refused.stderr
    assert "--region" in refused.stderr
    place = ("--region", "Забайкальский край", "--municipality", "Балейский район")
    assert json.loads(vekha("import", "schools", file, *place, "--json").stdout)["added"] == 3


def test_every_role_has_a_russian_name() -> None:
    from vekha import places

    assert {places.role(name) for names in places.ROLES.values() for name in names} == set(Role)
