"""The demonstration: its story on any day of the year, its clock, its one process."""

import asyncio
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain import (
    broadcasts,
    effects,
    indicators,
    letters,
    outbox,
    people,
    progress,
    reports,
    roadmaps,
    schools,
)
from domain.actor import SYSTEM, Role
from domain.db import Clock, Database
from domain.files import FileStore
from domain.progress import Standing
from tests.patience import PATIENCE
from tests.vekha.conftest import Vekha, free_port
from tests.world import create_tables
from vekha.demo import loading, measuring
from vekha.demo.cast import CAST, about
from vekha.demo.clock import DemoClock


@asynccontextmanager
async def loaded(folder: Path, moment: datetime) -> AsyncIterator[Database]:
    """The demonstration as if it were begun at this moment."""
    db = Database(f"sqlite+aiosqlite:///{folder / 'demo.db'}", Clock(lambda: moment))
    await create_tables(db)
    assert not await loading.is_loaded(db)
    await loading.load(db, FileStore(folder / "files"), "Europe/Moscow")
    assert await loading.is_loaded(db)
    yield db
    await db.close()


@pytest.mark.parametrize("day", ["2026-01-12", "2026-04-30", "2026-08-16", "2026-11-23", "2026-12-30"])
async def test_on_any_day_every_screen_has_something_to_show(folder: Path, day: str) -> None:
    async with loaded(folder, datetime.fromisoformat(f"{day}T08:00:00+00:00")) as db, db.read(SYSTEM) as tx:
        table = await reports.matrix(tx)
        assert (len(table.rows), len(table.measures)) == (10, 9)
        standings = {cell.standing for row in table.rows for cell in row.cells.values()}
        assert standings >= {Standing.OVERDUE, Standing.RETURNED, Standing.IN_REVIEW, Standing.CONFIRMED}
        assert standings & {Standing.SOON, Standing.LATER}
        needs = await reports.attention(tx)
        assert needs.doubts > 0
        assert "Любимская ООШ" in {name for _, name in needs.schools_without_curator}
        assert "Шильпуховская ООШ" in {name for _, name in needs.schools_without_people}
        lost = {(row.why, row.contact) for row in await letters.unreached(tx)}
        assert {
            ("invited", "через директора, кабинет 12"),
            ("nobody", "секретарь, 8 (00000) 0-00-00"),
        } <= lost
        assert (await outbox.counts(tx))["pending"] > 0
        assert len(await broadcasts.broadcast_list(tx)) == 1
        curator = await people.actor_by_telegram(tx, 1003)
    async with db.read(curator) as tx:
        assert len(await progress.queue(tx)) > 0


async def test_indicators_agreements_and_judgements_are_there_and_add_up(folder: Path) -> None:
    moment = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    async with loaded(folder, moment) as db:
        async with db.read(SYSTEM) as tx:
            coordinator = await people.actor_by_telegram(tx, 1007)
        async with db.read(coordinator) as tx:
            table = await indicators.table(tx)
            agreed = await indicators.agreements(tx)
            judged = await effects.analysis(tx, await reports.default_roadmap(tx) or 0)
    assert [day.isoformat() for day in table.dates] == ["2025-01-01", "2026-01-01", "2026-11-23"]
    states = {row.indicator.title: row.state for row in table.rows}
    assert len(states) == 8
    assert set(states.values()) == {indicators.State.REACHED, indicators.State.SHORT}
    values = {row.indicator.title: [v.percent for v in row.values] for row in table.rows}
    assert values["Доля школ, в которых организована профилактика учебной неуспешности"] == [93, 93]
    assert [row.indicator.retired_reason for row in table.retired] == [measuring.WHY_RETIRED]
    in_force = [row for row in agreed if row.agreement.until and row.agreement.until >= moment.date()]
    assert (len(agreed), len(in_force)) == (6, 5)
    count = next(r for r in table.rows if r.indicator.source is indicators.Source.AGREEMENTS)
    assert count.values[-1].numerator == sum(row.agreement.signed_on.year == 2026 for row in agreed) == 5
    said = [row.said for row in judged.rows if row.said is not None]
    assert len(said) == 4
    assert {one.verdict for one in said} == {effects.Verdict.EFFECTIVE, effects.Verdict.INSUFFICIENT, None}


async def test_the_real_documents_and_registers_are_in_it(folder: Path) -> None:
    async with loaded(folder, datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) as db, db.read(SYSTEM) as tx:
        rows = await roadmaps.roadmap_list(tx)
        assert {row.roadmap.file_name: row.measures for row in rows} == {
            "yaroslavl_2022.docx": 19,
            "dergachi_dk.docx": 7,
            "dergachi_plan.docx": 22,
            "sverdlovsk_federal.docx": 5,
        }
        assert len(await schools.school_list(tx)) == 20
        assert len(await schools.municipalities(tx)) == 21
        roles = {role for played in CAST for role, _ in played.roles}
        assert roles == set(Role)
        both = await people.actor_by_telegram(tx, 1004)
        assert both.roles() == {Role.SCHOOL_HEAD, Role.CURATOR}


def test_nobody_of_the_cast_reviews_the_own_school() -> None:
    for played in CAST:
        places = [place for _, place in played.roles]
        assert len(set(places)) == len(places), played.name


def test_what_the_chat_page_says_of_a_person() -> None:
    lines = {played.number: about(played) for played in CAST}
    assert lines[1001] == "руководитель школы: Тороповская ОШ"
    assert lines[1003] == "куратор: Тороповская ОШ, ещё 3"
    assert lines[1004] == "руководитель школы: Любимская ООШ; куратор: ОШ № 3"


def test_the_clock_goes_to_the_next_working_morning_and_stays_there(folder: Path) -> None:
    file = folder / "clock.json"
    clock = DemoClock(file)
    moment = clock.to_next_morning("Europe/Moscow", 9)
    local = moment.astimezone(ZoneInfo("Europe/Moscow"))
    assert (local.hour, local.minute, local.weekday() < 5) == (9, 0, True)
    assert moment > datetime.now(UTC)
    again = DemoClock(file)
    assert again.now() >= moment
    later = again.to_next_morning("Europe/Moscow", 9)
    assert later.date() > moment.date()


async def fetch(url: str) -> str:
    """The body of a page, asked for without blocking the loop."""

    def get() -> str:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(get)


async def started(port: int, *words: str) -> tuple[asyncio.subprocess.Process, list[str]]:
    """A running demonstration and what it has said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from vekha.cli import main; main()", "demo", "--port", str(port), *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(4)]
    while await readiness(port) != "ok":
        await asyncio.sleep(0.2)
    return process, lines


async def readiness(port: int) -> str:
    """What /readyz says."""
    try:
        return await fetch(f"http://127.0.0.1:{port}/readyz")
    except OSError:
        return "not yet"


async def stopped(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """End it as Ctrl-C does; exit code and stderr."""
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    return process.returncode or 0, errors.decode()


@pytest.mark.timeout(1800)  # three processes, one of which fills a demonstration
async def test_one_command_starts_chat_and_panel_and_keeps_its_data(folder: Path, vekha: Vekha) -> None:
    port = free_port()
    process, lines = await started(port)
    try:
        assert f"http://127.0.0.1:{port + 1}" in lines[1]
        assert f"http://127.0.0.1:{port}" in lines[2]
        assert await fetch(f"http://127.0.0.1:{port}/healthz") == "ok"
        assert "<html" in await fetch(f"http://127.0.0.1:{port + 1}/")
        assert "Анна" in await fetch(f"http://127.0.0.1:{port + 1}/_sandbox/people")
        taken = await asyncio.to_thread(vekha, "demo", "--port", str(port), "--fresh")
        assert (taken.exit_code, taken.stdout) == (1, "")
        assert str(port) in taken.stderr
        assert "--port" in taken.stderr
    finally:
        ended = await stopped(process)
    assert ended == (0, "")
    before = (folder / "var/demo/vekha.db").stat().st_ino
    process, _ = await started(port)
    ended = await stopped(process)
    assert ended == (0, "")
    assert (folder / "var/demo/vekha.db").stat().st_ino == before
    assert (folder / "var/demo/vekha.db").stat().st_mode & 0o077 == 0
