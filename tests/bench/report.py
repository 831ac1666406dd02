"""A complete hand-in (open, a text, three files, send) and a decision (open, confirm, a ready phrase).

Against the same ceiling as `updates`. The files are fetched, checked and made durable with an fsync each; the messenger
answers at once.
"""

import asyncio
import hashlib
import random
import statistics
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiogram import Bot
from aiogram.methods import GetFile, TelegramMethod
from aiogram.types import File
from sqlalchemy import func, select

from bot.presses import Decide, Phrase, Report, Send, Work
from domain.actor import SYSTEM
from domain.db import Database
from domain.progress import Assignment, Decision, Evidence, Review, Submission
from domain.schools import School
from tests.bench.region import FIRST_HEAD, MUNICIPALITIES, SCHOOLS, build
from tests.bench.updates import Silent, Updates3, bare, ours
from tests.corpus import PDF

ROUNDS = 5  # hand-ins of each school; six updates each
FIRST_COORDINATOR = 20_000
KILOBYTES = 300


class Serving(Silent):
    """Also hands files out: a PDF of its own for each id."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        """What `getFile` answers, else as before."""
        if isinstance(method, GetFile):
            return File(file_id=method.file_id, file_unique_id=method.file_id, file_path=method.file_id)
        return await super().make_request(bot, method, timeout)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Bytes that nobody else has sent."""
        seed = int.from_bytes(hashlib.sha256(url.encode()).digest()[:4], "big")
        yield PDF[:-7] + random.Random(seed).randbytes(KILOBYTES * 1024) + b"\n%%EOF\n"


class Reports(Updates3):
    """Raw updates of a report and of a decision about it."""

    def document(self, user: int) -> dict[str, Any]:
        """A file from a person."""
        raw = self.message(user, "")
        del raw["message"]["text"]
        number = raw["update_id"]
        raw["message"]["document"] = {
            "file_id": f"file{number}",
            "file_unique_id": str(number),
            "file_name": f"Приказ {number}.pdf",
            "mime_type": "application/pdf",
            "file_size": KILOBYTES * 1024,
        }
        return raw

    def hand_in(self, user: int, work_id: int) -> list[dict[str, Any]]:
        """Open, write, three files, send."""
        files = [self.document(user) for _ in range(3)]
        text = self.message(user, "Программа утверждена приказом № 41 от 12.04")
        return [
            self.press(user, Work(id=work_id).pack()),
            text,
            *files,
            self.press(user, Send(id=work_id).pack()),
        ]

    def decision(self, user: int, number: int) -> list[dict[str, Any]]:
        """Open the report, confirm, a ready phrase."""
        confirm = {"submission": number, "decision": Decision.CONFIRM}
        return [
            self.press(user, Report(submission=number).pack()),
            self.press(user, Decide(**confirm).pack()),
            self.press(user, Phrase(**confirm, key="proved").pack()),
        ]


async def _measure() -> list[str]:
    make = Reports()
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, _, _, _ = await build(folder)
        async with db.read(SYSTEM) as tx:
            query = (
                select(Assignment.id, School.id)
                .join(School, School.id == Assignment.school_id)
                .order_by(Assignment.id)
            )
            rows = (await tx.session.execute(query)).all()
            first = min(school for _, school in rows)
        work: dict[int, list[int]] = {}
        for work_id, school_id in rows:
            work.setdefault(school_id, []).append(work_id)
        sending = [
            await _pair(
                db,
                folder,
                [
                    update
                    for school_id, owed in work.items()
                    for update in make.hand_in(FIRST_HEAD + school_id - first, owed[n])
                ],
            )
            for n in range(ROUNDS)
        ]
        async with db.read(SYSTEM) as tx:
            sent = (await tx.session.execute(select(Submission.id, Submission.assignment_id))).all()
            files = await tx.session.scalar(select(func.count()).where(Evidence.sha256.is_not(None)))
        assert (len(sent), files) == (ROUNDS * SCHOOLS, 3 * ROUNDS * SCHOOLS), (len(sent), files)
        school_of = dict(rows)
        deciding = [
            await _pair(
                db,
                folder,
                [
                    update
                    for number, work_id in sent[n::ROUNDS]
                    for update in make.decision(
                        FIRST_COORDINATOR + (school_of[work_id] - first) % MUNICIPALITIES, number
                    )
                ],
            )
            for n in range(ROUNDS)
        ]
        async with db.read(SYSTEM) as tx:
            decided = await tx.session.scalar(select(func.count()).select_from(Review))
        assert decided == len(sent), decided
        await db.close()
    lines = []
    for what, rounds in (
        ("complete hand-in, six updates with three files", sending),
        ("decision, three updates", deciding),
    ):
        rate, top = (statistics.median(side) for side in zip(*rounds, strict=True))
        share = statistics.median(mine / ceiling for mine, ceiling in rounds)
        lines.append(
            f"{what}: {rate:.0f} updates/s, bare aiogram with one SELECT and one commit {top:.0f}/s, "
            f"share {share:.2f}"
        )
    return lines


async def _pair(db: Database, folder: Path, updates: list[dict[str, Any]]) -> tuple[float, float]:
    """Updates a second of ours and of the ceiling, one after the other: a machine that slows down slows both."""
    mine = len(updates) / await ours(db, folder, updates, Serving())
    return mine, len(updates) / await bare(db, updates)


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_measure())
