"""Queued messages: sent once, and whatever Telegram does, each ends in the right state."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.jobs import sweep_outbox
from bot.notice import Document, Notice
from domain import outbox
from domain.actor import SYSTEM
from domain.db import Tx
from domain.outbox import OutboxMessage, OutboxState, Policy
from domain.texts import Texts
from tests.bot.engine_kit import ANNA, BORIS, Stage, TestAddress, eventually, rows, stage
from tests.world import MovableClock

S = OutboxState
NOON = datetime(2022, 4, 18, 9, 0, tzinfo=UTC)  # in Moscow
NIGHT = datetime(2022, 4, 18, 20, 30, tzinfo=UTC)


async def until(now: Stage, *expected: tuple[str, int]) -> None:
    async def is_so() -> bool:
        return await now.states() == list(expected)

    await eventually(now, is_so)


async def test_a_queued_message_leaves_at_once_and_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.put(1, "сводка")
        await now.put(1, "сводка")
        assert (await now.telegram.next_message(ANNA)).text == "сводка"
        await until(now, ("sent", 1))
        assert now.texts(ANNA) == ["сводка"]
        found = await rows(now.db, "SELECT message_id, sent_at IS NOT NULL, error FROM outbox_message")
        assert found == [(now.telegram.chat(ANNA).from_bot[0].message_id, 1, None)]


@pytest.mark.parametrize(
    ("fault", "state", "copies"),
    [
        ({"kind": "error", "code": 400, "description": "Bad Request: strange"}, ("failed", 1), 0),
        ({"kind": "error", "code": 413, "description": "Request Entity Too Large"}, ("failed", 1), 0),
        ({"kind": "error", "code": 500}, ("unknown", 1), 0),
        ({"kind": "deliver_502"}, ("unknown", 1), 1),
        ({"kind": "garbage"}, ("unknown", 1), 1),
        ({"kind": "drop_after"}, ("unknown", 1), 1),
        ({"kind": "drop_before"}, ("unknown", 1), 0),
        ({"kind": "error", "retry_after": 1}, ("sent", 1), 1),
        ({"kind": "error", "code": 401, "description": "Unauthorized"}, ("sent", 1), 1),
    ],
)
async def test_every_answer_has_its_state(
    tmp_path: Path, fault: dict[str, Any], state: tuple[str, int], copies: int
) -> None:
    async with stage(tmp_path) as now:
        now.telegram.fault("sendMessage", **fault)
        await now.put(1, "сводка")
        await until(now, state)
        assert now.texts(ANNA) == ["сводка"] * copies


async def test_a_doubtful_message_is_repeated_once_and_says_so(tmp_path: Path) -> None:
    clock = MovableClock(NOON)
    async with stage(tmp_path, clock=clock) as now:
        now.telegram.fault("sendMessage", "drop_after", count=2)
        await now.put(1, "сводка")
        await until(now, ("unknown", 1))
        clock.forward(seconds=59)
        assert await sweep_outbox(now.db) == {}
        clock.forward(seconds=2)
        assert await sweep_outbox(now.db) == {"repeated": 1}
        await until(now, ("unknown", 2))
        clock.forward(days=1)
        assert await sweep_outbox(now.db) == {}
        first, second = now.texts(ANNA)
        assert first == "сводка"
        assert second == "сводка\n\nВозможен повтор: было неясно, дошло ли сообщение."
        async with now.db.read(SYSTEM) as tx:
            assert [one.state for one in await outbox.attention(tx)] == ["unknown"]


async def test_a_broadcast_is_never_repeated_by_itself(tmp_path: Path) -> None:
    clock = MovableClock(NOON)
    async with stage(tmp_path, clock=clock) as now:
        now.telegram.fault("sendMessage", "drop_before")
        await now.put(1, "всем", kind="broadcast")
        await until(now, ("unknown", 1))
        clock.forward(minutes=20)
        assert await sweep_outbox(now.db) == {}
        async with now.db.write(SYSTEM) as tx:
            assert await outbox.resolve(tx, 1, arrived=False) is True
        await until(now, ("sent", 2))


async def test_a_blocked_person_gets_nothing_more(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        await now.telegram.block(ANNA)
        await now.put(1, "раз")
        await now.put(1, "два")
        await now.put(2, "другому")
        await now.engine.start()
        await until(now, ("blocked", 1), ("cancelled", 0), ("sent", 1))
        assert now.directory.unreachable == {1: "403: Forbidden: bot was blocked by the user"}
        assert now.texts(BORIS) == ["другому"]


async def test_what_is_no_longer_true_is_not_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.put(1, "")
        await now.put(4, "нет такого")
        now.directory.addresses[3] = TestAddress(1003, reachable=False)
        await now.put(3, "недоступен")
        await until(now, ("cancelled", 0), ("cancelled", 0), ("cancelled", 0))
        errors = await rows(now.db, "SELECT error FROM outbox_message ORDER BY id")
        assert errors == [("not true any more",), ("no address",), ("unreachable",)]


async def test_a_broken_renderer_fails_visibly_and_stops_nothing(tmp_path: Path) -> None:
    async def broken(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
        raise KeyError("missing")

    async def good(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
        return Notice("хорошо")

    async with stage(tmp_path, renderers={"broken": broken, "good": good}) as now:
        await now.put(1, "a", kind="broken")
        await now.put(1, "b", kind="nobody knows")
        await now.put(1, "c", kind="good")
        await until(now, ("failed", 0), ("failed", 0), ("sent", 1))


async def test_quiet_kinds_wait_for_the_morning(tmp_path: Path) -> None:
    clock = MovableClock(NIGHT)
    async with stage(tmp_path, clock=clock) as now:
        now.directory.addresses[2] = TestAddress(BORIS, timezone="Asia/Vladivostok")  # it is 06:30 there
        await now.put(1, "срок", kind="moved")
        await now.put(2, "срок", kind="moved")
        await now.put(1, "решение")

        async def is_put_off() -> bool:
            found = await rows(now.db, "SELECT state, error FROM outbox_message ORDER BY id")
            return found == [("pending", "quiet hours"), ("pending", "quiet hours"), ("sent", None)]

        await eventually(now, is_put_off)
        async with now.db.read(SYSTEM) as tx:
            found = [m.not_before for m in (await outbox.deliveries(tx, "test")).messages]
        assert found[:2] == [
            datetime(2022, 4, 19, 6, tzinfo=UTC),  # 09:00 in Moscow
            datetime(2022, 4, 18, 23, tzinfo=UTC),  # 09:00 in Vladivostok
        ]
        clock.forward(hours=12)
        await until(now, ("sent", 1), ("sent", 1), ("sent", 1))
        loud = [e.params.get("disable_notification") for e in now.telegram.log if e.method == "sendMessage"]
        assert loud == ["true", None, None]  # the decision came at night: at once, and without a sound


async def test_broken_formatting_goes_as_plain_text(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.put(1, "<b>Школа</b> «А < Б» &amp; В")
        await until(now, ("sent", 1))
        assert now.texts(ANNA) == ["Школа «А < Б» & В"]


async def test_too_long_a_text_is_cut(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.put(1, "ы" * 5000)
        await until(now, ("sent", 1))
        assert now.texts(ANNA) == ["ы" * 4095 + "…"]


async def test_a_document_goes_with_its_caption(tmp_path: Path) -> None:
    async def with_file(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
        return Notice("Список", document=Document(b"1;2", "список.csv"))

    async with stage(tmp_path, renderers={"words": with_file}) as now:
        await now.put(1, "x")
        sent = await now.telegram.next_message(ANNA)
        assert sent.document is not None
        assert (sent.text, sent.document.name, sent.document.body) == ("Список", "список.csv", b"1;2")


async def test_a_group_that_moved_is_followed(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        group = now.telegram.create_group("Участники", [ANNA])
        await now.telegram.add_bot_to_group(group, ANNA)
        moved = await now.telegram.migrate_to_supergroup(group)
        async with now.db.write(SYSTEM) as tx:
            await outbox.put(
                tx, "words", chat_id=group, subject="group", dedupe_key="g", params={"words": "всем"}
            )
        await now.engine.start()
        await until(now, ("sent", 1))
        assert now.telegram.chat(moved).from_bot[-1].text == "всем"
        assert await rows(now.db, "SELECT chat_id FROM outbox_message") == [(moved,)]


async def test_a_pause_is_kept_in_the_database(tmp_path: Path) -> None:
    clock = MovableClock(NOON)
    async with stage(tmp_path, clock=clock) as now:
        now.telegram.fault("sendMessage", "error", retry_after=40)
        await now.put(1, "сводка")

        async def is_paused() -> bool:
            return bool(await rows(now.db, "SELECT 1 FROM sender_state WHERE paused_until IS NOT NULL"))

        await eventually(now, is_paused)
        async with now.db.read(SYSTEM) as tx:
            state = await outbox.find_sender(tx, now.bot.id)
            assert state is not None
            assert state.paused_until == NOON + timedelta(seconds=40)
            assert state.slow_until == NOON + timedelta(seconds=100)
        assert await now.states() == [("pending", 0)]
        await now.put(2, "другому")
        clock.forward(seconds=20)
        await now.restart()
        assert now.texts(BORIS) == []


async def test_only_one_sender_works(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        second = now.make_engine()
        await second.start()
        for n in range(3):
            await now.put(1 + n, f"{n}")
        await until(now, ("sent", 1), ("sent", 1), ("sent", 1))
        owners = await rows(now.db, "SELECT DISTINCT lease_owner FROM outbox_message")
        assert owners == [(now.engine.sender.owner,)]
        await second.stop()


async def test_messages_to_one_person_keep_their_order(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        for n in range(3):
            await now.put(1, f"{n}")
        await now.engine.start()
        await until(now, ("sent", 1), ("sent", 1), ("sent", 1))
        assert now.texts(ANNA) == ["0", "1", "2"]


async def test_what_a_dead_sender_left_is_doubtful_and_no_more(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        await now.put(1, "был в пути")
        await now.put(2, "ждал", policy=Policy.AT_MOST_ONCE)
        async with now.db.write(SYSTEM) as tx:
            lease = await outbox.take_lease(tx, now.bot.id, "elsewhere:1:x")
            assert lease is not None
            assert await outbox.claim(tx, lease, [1, 2]) == [1, 2]
            assert await outbox.begin_sending(tx, lease, 1) is True
            await tx.session.execute(
                text("UPDATE sender_state SET lease_until = '2000-01-01 00:00:00.000000'")
            )
        await now.engine.start()
        await until(now, ("unknown", 1), ("sent", 1))
        assert now.texts(ANNA) == []


async def test_telegram_out_of_reach_loses_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        port = now.telegram._port
        await now.telegram.stop()
        await now.put(1, "сводка")

        async def is_refused() -> bool:
            return now.engine.counters["sends_not_connected"] > 0

        await eventually(now, is_refused)
        assert await now.states() in ([("pending", 0)], [("sending", 1)])
        now.telegram._port = port
        now.telegram.world.stopping.clear()
        await now.telegram.start()
        await until(now, ("sent", 1))


async def test_stopping_while_telegram_hangs_leaves_everything_in_order(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        now.telegram.fault("sendMessage", "hang", count=-1)
        await now.put(2, "в пути")
        await until(now, ("sending", 1))
        await now.telegram.send_text(ANNA, "раз")

        async def is_kept() -> bool:
            return await rows(now.db, "SELECT state FROM inbox_update") == [("committed",)]

        await eventually(now, is_kept)
        await now.engine.stop()
        assert await now.states() == [("unknown", 1)]
        assert await is_kept()
        now.telegram.clear_faults()
        now.engine = now.make_engine()
        await now.engine.start()
        told = await now.telegram.next_message(ANNA)
        assert told.text.startswith("Бот перезапускался")
        assert await rows(now.db, "SELECT words FROM effect") == [("раз",)]
