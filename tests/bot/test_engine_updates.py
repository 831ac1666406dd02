"""Updates: each has its effect once, in the order of its chat, or is visible as given up."""

import asyncio
from pathlib import Path

from aiogram import Dispatcher
from aiogram.types import Message

from bot.handling import SecondTransaction
from bot.storage import DatabaseStorage
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database
from tests.bot.engine_kit import (
    ANNA,
    BORIS,
    Stage,
    effects,
    eventually,
    keep_effect,
    rows,
    stage,
)
from tests.patience import PATIENCE

STATES = "SELECT state, attempts FROM inbox_update ORDER BY id"


async def settled(now: Stage) -> None:
    async def is_settled() -> bool:
        return not await rows(
            now.db, "SELECT id FROM inbox_update WHERE state IN ('new', 'committed') OR finished_at IS NULL"
        )

    await eventually(now, is_settled)


async def test_a_text_has_its_effect_and_its_answer(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.telegram.send_text(ANNA, "раз")
        answer = await now.telegram.next_message(ANNA)
        assert answer.text == "ok раз"
        await settled(now)
        assert await rows(now.db, STATES) == [("done", 0)]
        assert await effects(now.db) == ["раз"]


async def test_order_is_kept_in_a_chat(tmp_path: Path) -> None:
    words = [f"{n}" for n in range(30)]
    async with stage(tmp_path, dispatch=lambda db: failing(db, times=0), started=False) as now:
        for word in words:
            await now.telegram.send_text(ANNA, f"a{word}")
            await now.telegram.send_text(BORIS, f"b{word}")
        await now.engine.start()

        async def all_kept() -> bool:
            return len(await effects(now.db)) == 60

        await eventually(now, all_kept)
        kept = await effects(now.db)
        assert [word for word in kept if word[0] == "a"] == [f"a{word}" for word in words]
        assert [word for word in kept if word[0] == "b"] == [f"b{word}" for word in words]


def failing(db: Database, *, times: int, after_commit: bool = False) -> Dispatcher:
    """Like `recording`, but «плохо» fails the first `times` times."""
    dispatcher = Dispatcher(storage=DatabaseStorage(db))
    left = [times]

    @dispatcher.message()
    async def keep(message: Message) -> None:
        is_bad = message.text == "плохо" and left[0] > 0
        if is_bad:
            left[0] -= 1
        if is_bad and not after_commit:
            raise ValueError("the handler is broken")
        async with db.write(SYSTEM) as tx:
            await keep_effect(tx, message.chat.id, message.text or "")
        if is_bad:
            raise ValueError("broken after the commit")

    return dispatcher


async def test_a_failing_handler_is_tried_again(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=lambda db: failing(db, times=2)) as now:
        await now.telegram.send_text(ANNA, "плохо")
        await now.telegram.send_text(ANNA, "хорошо")
        await settled_after(now, 2)
        assert await effects(now.db) == ["плохо", "хорошо"]
        assert await rows(now.db, STATES) == [("done", 0), ("done", 0)]


async def settled_after(now: Stage, count: int) -> None:
    async def all_came() -> bool:
        return len(await rows(now.db, "SELECT id FROM inbox_update")) == count

    await eventually(now, all_came)
    await settled(now)


async def test_what_fails_three_times_is_given_up_and_the_chat_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=lambda db: failing(db, times=3)) as now:
        await now.telegram.send_text(ANNA, "плохо")
        await now.telegram.send_text(ANNA, "хорошо")
        await settled_after(now, 2)
        assert await effects(now.db) == ["хорошо"]
        assert await rows(now.db, STATES) == [("dead", 3), ("done", 0)]
        assert now.engine.counters["updates_dead"] == 1
        async with now.db.read(SYSTEM) as tx:
            assert [one.error for one in await inbox.dead(tx)] == ["ValueError: the handler is broken"]


async def test_a_dead_update_can_be_revived(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=lambda db: failing(db, times=3)) as now:
        await now.telegram.send_text(ANNA, "плохо")
        await settled_after(now, 1)
        async with now.db.write(SYSTEM) as tx:
            assert await inbox.revive(tx, 1) is True
        await settled(now)
        assert await effects(now.db) == ["плохо"]


async def test_an_effect_is_not_repeated_because_its_answer_failed(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=lambda db: failing(db, times=3, after_commit=True)) as now:
        await now.telegram.send_text(ANNA, "плохо")
        await settled_after(now, 1)
        assert await effects(now.db) == ["плохо"]
        assert await rows(now.db, STATES) == [("done", 0)]
        assert now.engine.counters["answers_failed"] == 1


def outlasting(db: Database) -> Dispatcher:
    """Updates of Anna fail, for the last time once Boris's is through: else no machine may be slower than her pauses."""
    dispatcher = Dispatcher(storage=DatabaseStorage(db))

    @dispatcher.message()
    async def keep(message: Message, last_attempt: bool) -> None:
        if message.chat.id == BORIS:
            return
        async with asyncio.timeout(PATIENCE):
            while last_attempt and not await rows(db, "SELECT id FROM inbox_update WHERE state = 'done'"):
                await asyncio.sleep(0.02)
        raise ValueError("the handler is broken")

    return dispatcher


async def test_one_bad_update_delays_no_other_chat(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=outlasting) as now:
        await now.telegram.send_text(ANNA, "плохо")
        await now.telegram.send_text(BORIS, "другой чат")
        await settled_after(now, 2)
        finished = await rows(now.db, "SELECT lane FROM inbox_update ORDER BY finished_at")
        assert finished == [(BORIS,), (ANNA,)]


async def test_an_unreadable_update_is_kept_and_stops_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.telegram.send_text(ANNA, "раз")
        now.telegram.bot.queue.put("message", {"message_id": "not a number", "chat": {"id": ANNA}}, ANNA)
        await now.telegram.send_text(ANNA, "два")
        await settled_after(now, 3)
        assert await effects(now.db) == ["раз", "два"]
        assert [state for state, _ in await rows(now.db, STATES)] == ["done", "dead", "done"]


async def test_what_nobody_handles_is_ignored(tmp_path: Path) -> None:
    async with stage(tmp_path, dispatch=lambda db: Dispatcher(storage=DatabaseStorage(db))) as now:
        await now.telegram.send_text(ANNA, "раз")
        await settled_after(now, 1)
        assert await rows(now.db, STATES) == [("ignored", 0)]


async def test_two_transactions_in_one_update_are_found_out(tmp_path: Path) -> None:
    seen: list[type[BaseException]] = []

    def twice(db: Database) -> Dispatcher:
        dispatcher = Dispatcher(storage=DatabaseStorage(db))

        @dispatcher.message()
        async def keep(message: Message) -> None:
            async with db.write(SYSTEM, closes=False) as tx:
                await keep_effect(tx, message.chat.id, "в сторону")
            async with db.write(SYSTEM) as tx:
                await keep_effect(tx, message.chat.id, "первая")
            try:
                async with db.write(SYSTEM) as tx:
                    await keep_effect(tx, message.chat.id, "вторая")
            except SecondTransaction as error:
                seen.append(type(error))

        return dispatcher

    async with stage(tmp_path, dispatch=twice) as now:
        await now.telegram.send_text(ANNA, "раз")
        await settled_after(now, 1)
        assert await effects(now.db) == ["в сторону", "первая"]
        assert seen == [SecondTransaction]


async def test_what_waited_at_the_start_is_handled(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        await now.telegram.send_text(ANNA, "раз")
        update = now.telegram.bot.queue.items[0]
        raw = {"update_id": update.id, "message": update.body}
        async with now.db.write(SYSTEM) as tx:
            await inbox.accept(tx, now.bot.id, [raw])
        await now.engine.start()
        await now.telegram.next_message(ANNA)
        await settled(now)
        assert await effects(now.db) == ["раз"]  # Telegram's repeat of it was absorbed
        assert await rows(now.db, STATES) == [("done", 0)]


async def test_after_a_crash_between_effect_and_answer_the_person_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.telegram.send_text(ANNA, "раз")
        first = await now.telegram.next_message(ANNA)
        await settled(now)
        async with now.db.write(SYSTEM) as tx:
            from sqlalchemy import text

            await tx.session.execute(text("UPDATE inbox_update SET state = 'committed', finished_at = NULL"))
        await now.restart()
        told = await now.telegram.next_message(ANNA, first)
        assert told.text.startswith("Бот перезапускался")
        assert await effects(now.db) == ["раз"]
        assert await rows(now.db, "SELECT key FROM dialogue_state") == []


async def test_dialogue_state_is_committed_with_the_effect(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.telegram.send_text(ANNA, "раз")
        await now.telegram.next_message(ANNA)
        assert await rows(now.db, "SELECT key, state FROM dialogue_state") == [
            (f"{now.bot.id}:{ANNA}:{ANNA}::default", "kept")
        ]
