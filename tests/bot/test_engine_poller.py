"""Polling: confirmed only what is kept, and no answer of Telegram stops it."""

from pathlib import Path
from typing import Any

from aiogram.methods import SetWebhook
from sqlalchemy import text

from domain.actor import SYSTEM
from tests.bot.engine_kit import ANNA, Stage, effects, eventually, stage


async def run_sql(now: Stage, statement: str) -> None:
    async with now.db.write(SYSTEM) as tx:
        await tx.session.execute(text(statement))


async def has_effects(now: Stage, *words: str) -> None:
    async def is_so() -> bool:
        return await effects(now.db) == list(words)

    await eventually(now, is_so)


async def test_what_cannot_be_kept_is_not_confirmed(tmp_path: Path) -> None:
    async with stage(tmp_path, parts=("bot",)) as now:
        await now.telegram.send_text(ANNA, "раз")
        await has_effects(now, "раз")
        await run_sql(now, "ALTER TABLE inbox_update RENAME TO away")
        await now.telegram.send_text(ANNA, "два")

        async def is_failing() -> bool:
            return now.engine._poller.failures > 1

        await eventually(now, is_failing)
        assert [update.body["text"] for update in now.telegram.bot.queue.items] == ["два"]
        await run_sql(now, "ALTER TABLE away RENAME TO inbox_update")
        await has_effects(now, "раз", "два")


async def test_polling_goes_on_after_errors(tmp_path: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"kind": "error", "code": 502},
        {"kind": "error", "code": 401},
        {"kind": "garbage"},
        {"kind": "drop_before"},
        {"kind": "error", "retry_after": 1},
    ]
    for fault in faults:
        folder = tmp_path / str(faults.index(fault))
        folder.mkdir()
        async with stage(folder, parts=("bot",), started=False) as now:
            now.telegram.fault("getUpdates", **fault)
            now.engine._poller.longest_pause = 0.1
            await now.engine.start()
            await now.telegram.send_text(ANNA, "раз")
            await has_effects(now, "раз")


async def test_a_forgotten_webhook_is_removed(tmp_path: Path) -> None:
    async with stage(tmp_path, parts=("bot",), started=False) as now:
        await now.bot(SetWebhook(url="http://127.0.0.1:9/somewhere"))
        await now.engine.start()
        await now.telegram.send_text(ANNA, "раз")
        await has_effects(now, "раз")


async def test_what_was_not_confirmed_comes_again_and_is_absorbed(tmp_path: Path) -> None:
    async with stage(tmp_path, parts=("bot",)) as now:
        await now.telegram.send_text(ANNA, "раз")
        await has_effects(now, "раз")
        # The last batch is confirmed only by the next request: a restart repeats it.
        await now.restart()
        await now.telegram.send_text(ANNA, "два")
        await has_effects(now, "раз", "два")
