"""From an empty folder to a confirmed report: the command line, the real process, the chat over HTTP, the panel.

The process is killed (SIGKILL) in the middle and started again; nobody notices.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from domain.settings import Settings
from sandbox import Sandbox, SentMessage
from tests.patience import PATIENCE
from tests.vekha.conftest import free_port
from tests.world import DATA

SCHOOL, CURATOR, COORDINATOR, STRANGER = 701, 702, 703, 704
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Every deadline of this year is over, whenever the test runs.
YEAR = "2025"


@dataclass
class Office:
    """A folder with an installation in it, and a Telegram of its own."""

    folder: Path
    telegram: Sandbox
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this machine but the path."""
        kept = {k: v for k, v in os.environ.items() if k.lower() not in Settings.model_fields}
        return {
            **kept,
            "BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.base_url,
            "PANEL_PORT": str(self.port),
            "DATA_DIR": str(self.folder / "var"),
        }

    async def vekha(self, *words: str) -> str:
        """Run a command to its end; what it printed."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "vekha", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    async def start(self) -> None:
        """`vekha run`, ready."""
        log = (self.folder / "run.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vekha",
            "run",
            cwd=self.folder,
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as browser:
            for _ in range(int(PATIENCE * 10)):
                try:
                    if (await browser.get("/readyz")).status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError("it does not get ready")

    async def end(self, how: signal.Signals) -> int:
        """Stop or kill it; the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@dataclass
class Phone:
    """A person of the sandbox; waits for what the bot shows."""

    telegram: Sandbox
    number: int

    async def shows(self, words: str, *, label: str = "") -> SentMessage:
        """The newest message of the bot that has these words (and such a button)."""

        def find() -> SentMessage | None:
            for message in reversed(self.telegram.chat(self.number).from_bot):
                if words in message.text and any(text.startswith(label) for text in message.labels or [""]):
                    return message
            return None

        for _ in range(int(PATIENCE * 50)):
            found = find()
            if found is not None:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"no «{words}» in {[m.text for m in self.telegram.chat(self.number).from_bot]}")

    async def say(self, words: str) -> None:
        """Write to the bot."""
        await self.telegram.send_text(self.number, words)

    async def press(self, words: str, label: str) -> str:
        """Press a button of the message with these words; what was shown over the screen."""
        message = await self.shows(words, label=label)
        answer = await self.telegram.press(self.number, message.message_id, text=label, timeout=PATIENCE)
        return (answer.text or "") if answer else ""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An empty folder and a Telegram with four people."""
    async with Sandbox() as telegram:
        for number, name in (
            (SCHOOL, "Тамара"),
            (CURATOR, "Кирилл"),
            (COORDINATOR, "Марина"),
            (STRANGER, "Кто"),
        ):
            telegram.add_person(number, name)
        place = Office(tmp_path, telegram, free_port())
        yield place
        if place.process is not None and place.process.returncode is None:
            place.process.kill()
            await place.process.wait()


async def invite(office: Office, role: str, place: str) -> str:
    return str(json.loads(await office.vekha("invite", role, place, "--json"))["payload"])


async def join(phone: Phone, payload: str) -> None:
    await phone.say(f"/start {payload}")
    await phone.press("согласие", "Согласен(на)")


async def code_of(phone: Phone) -> str:
    await phone.say("/panel")
    found = re.search(r"\d{4} ?\d{4}", (await phone.shows("Код")).text)
    assert found is not None
    return found[0]


@pytest.mark.timeout(1800)  # ten processes are started one after another
async def test_from_an_empty_folder_to_a_confirmed_report(office: Office) -> None:
    await set_up(office)
    payloads = [
        await invite(office, "school_head", "Тороповская ОШ"),
        await invite(office, "curator", "Тороповская ОШ"),
        await invite(office, "municipal_coordinator", "Даниловский МР"),
    ]
    await office.start()
    phones = [Phone(office.telegram, number) for number in (SCHOOL, CURATOR, COORDINATOR)]
    school, curator, coordinator = phones
    stranger = Phone(office.telegram, STRANGER)
    for phone, payload in zip(phones, payloads, strict=True):
        await join(phone, payload)
    await stranger.say(f"/start {payloads[0]}")
    await stranger.shows("уже вошли")

    await report(office, school)
    await curator.press("Тороповская ОШ", "Открыть")
    await curator.press("Отчёт № 1", "↩️ Вернуть")
    await curator.press("слово школе", "Нет показателя")
    await school.press("Нет показателя", "Доработать")
    await school.say("Показатель: 11 школ из 11")
    await school.press("11 школ из 11", "Отправить")
    await school.shows("Принято, № 2")

    opened = await curator.shows("Тороповская ОШ", label="Открыть")
    await office.telegram.press(CURATOR, opened.message_id, text="Открыть", timeout=PATIENCE)
    await curator.press("Отчёт № 2", "✅ Подтвердить")
    await curator.press("слово школе", "Документ подтверждает")
    await school.shows("Подтверждено: 1.1")

    await see_it_in_the_panel(office, coordinator)
    assert await office.end(signal.SIGTERM) == 0


async def set_up(office: Office) -> None:
    roadmap = str(DATA / "roadmaps/000_yaroslavl_2022.docx")
    words: Sequence[Sequence[str]] = (
        ("db", "upgrade"),
        ("import", "schools", str(DATA / "registers/schools.xlsx")),
        (
            "import",
            "roadmap",
            roadmap,
            "--year",
            YEAR,
            "--owner",
            "Ярославская область",
            "--approve",
            "--assign",
            "Даниловский МР",
        ),
    )
    for command in words:
        await office.vekha(*command)


async def report(office: Office, school: Phone) -> None:
    """Open, write, attach; the process is killed before the last press."""
    await school.press("Тороповская ОШ", "Все задания")
    listed = await school.shows("", label="🔴")
    first = next(label for label in listed.labels if label.startswith("🔴"))
    await office.telegram.press(SCHOOL, listed.message_id, text=first, timeout=PATIENCE)
    await school.shows("Пришлите текст")
    await school.say("Программа утверждена приказом № 41")
    await office.telegram.send_document(SCHOOL, PDF, "Приказ_41.pdf")
    await school.shows("Приказ_41.pdf", label="Отправить")
    assert await office.end(signal.SIGKILL) == -signal.SIGKILL
    await office.telegram.send_text(SCHOOL, "И протокол от 13.04")  # while nobody is there
    await office.start()
    await school.shows("И протокол от 13.04", label="Отправить")
    await school.press("И протокол от 13.04", "Отправить")
    await school.shows("Принято, № 1")


async def see_it_in_the_panel(office: Office, coordinator: Phone) -> None:
    """The coordinator signs in with a code and finds the school; without it there is only the sign-in page."""
    code = await code_of(coordinator)
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{office.port}", follow_redirects=True, timeout=PATIENCE
    ) as browser:
        assert "Тороповская" not in (await browser.get("/")).text
        same = {"Sec-Fetch-Site": "same-origin"}
        await browser.post("/sign-in", data={"code": code}, headers=same)
        home = (await browser.get("/")).text
        assert "Тороповская ОШ" in home
        assert "Климатинская" not in home
        again = await browser.post("/sign-in", data={"code": code}, headers=same)
        assert "не подошёл" in again.text
