"""What comes in is kept once, in its lane, and its fate is written by guarded steps."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import inbox, retention
from domain.actor import SYSTEM
from domain.db import Database, WriteTx, closing
from domain.inbox import AlreadyHandled, InboxState
from domain.inbox.rules import arrival, lane_of
from tests.world import MovableClock

BOT = 42
Empty = tuple[Database, MovableClock]


def message(number: int, chat: int = 7, **fields: Any) -> dict[str, Any]:
    return {"update_id": number, "message": {"message_id": 1, "chat": {"id": chat}, **fields}}


async def accept(db: Database, *updates: Any) -> list[int]:
    async with db.write(SYSTEM) as tx:
        return [row.update_id for row in await inbox.accept(tx, BOT, updates)]


async def states(db: Database) -> dict[str, int]:
    async with db.read(SYSTEM) as tx:
        return await inbox.counts(tx)


async def test_a_repeat_is_absorbed(empty: Empty) -> None:
    db, _ = empty
    assert await accept(db, message(1), message(2)) == [1, 2]
    assert await accept(db, message(2), message(3)) == [3]
    assert await accept(db, {"message": {"chat": {"id": 7}, "message_id": 1}, "update_id": 3}) == []
    assert await states(db) == {"new": 3}


async def test_another_update_with_the_same_number_is_another_update(empty: Empty) -> None:
    # After a week of silence Telegram begins with a random number.
    db, _ = empty
    await accept(db, message(1))
    assert await accept(db, message(1, text="something else")) == [1]


@pytest.mark.parametrize(
    "raw", [None, 5, "text", [], {}, {"update_id": "1"}, {"update_id": True}, {"update_id": 2**70}]
)
async def test_what_is_no_update_is_kept_as_dead(empty: Empty, raw: Any) -> None:
    db, _ = empty
    assert await accept(db, raw, message(1)) == [1]
    assert await states(db) == {"dead": 1, "new": 1}


async def test_broken_text_is_kept(empty: Empty) -> None:
    db, _ = empty
    await accept(db, message(1, text="\ud800 \x00 ы"))
    async with db.read(SYSTEM) as tx:
        (row,) = await inbox.waiting(tx, BOT)
    assert row.raw.isascii()


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        (message(1, chat=-100), -100),
        (
            {
                "update_id": 1,
                "callback_query": {"id": "1", "from": {"id": 5}, "message": {"chat": {"id": 9}}},
            },
            9,
        ),
        ({"update_id": 1, "callback_query": {"id": "1", "from": {"id": 5}, "inline_message_id": "x"}}, 5),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 9}, "from": {"id": 5}}}, 9),
        ({"update_id": 1, "inline_query": {"id": "1", "from": {"id": 5}}}, 5),
        ({"update_id": 1, "poll_answer": {"poll_id": "1", "user": {"id": 5}}}, 5),
        ({"update_id": 1, "message_reaction": {"chat": {"id": 9}, "user": {"id": 5}}}, 9),
        ({"update_id": 1, "poll": {"id": "1"}}, 0),
        ({"update_id": 1, "message": "nonsense"}, 0),
        ({"update_id": 1, "message": {"chat": {"id": "9"}}}, 0),
    ],
)
def test_the_lane_is_the_chat(update: dict[str, Any], lane: int) -> None:
    assert lane_of(update) == lane


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(JSON | st.builds(lambda body: {"update_id": 1, "message": body}, JSON))
def test_anything_can_be_kept(raw: Any) -> None:
    kept = arrival(raw)
    kept.raw.encode("utf-8", "backslashreplace")
    assert kept == arrival(raw)
    assert -(2**63) < kept.lane < 2**63


async def test_an_effect_is_committed_once(empty: Empty) -> None:
    db, _ = empty
    await accept(db, message(1))
    async with db.write(SYSTEM) as tx:
        await inbox.commit_effect(tx, 1)
    with pytest.raises(AlreadyHandled):
        async with db.write(SYSTEM) as tx:
            await inbox.commit_effect(tx, 1)
    assert await states(db) == {"committed": 1}


async def test_the_mark_goes_back_with_the_effect(empty: Empty) -> None:
    db, _ = empty
    await accept(db, message(1))

    async def fail() -> None:
        async with db.write(SYSTEM) as tx:
            await inbox.commit_effect(tx, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await states(db) == {"new": 1}


async def test_what_is_finished_stays_finished(empty: Empty) -> None:
    db, clock = empty
    await accept(db, *(message(n) for n in range(1, 5)))
    async with db.write(SYSTEM) as tx:
        await inbox.bury(tx, 1, 3, "broken")
        await inbox.commit_effect(tx, 2)
        await inbox.finish(tx, [1, 2])
        await inbox.finish(tx, [3], InboxState.IGNORED)
        await inbox.bury(tx, 3, 3, "broken")
    assert await states(db) == {"dead": 1, "done": 1, "ignored": 1, "new": 1}
    clock.forward(days=13)
    assert await retention.forget_old(db) == {}
    clock.forward(days=2)
    assert await retention.forget_old(db) == {"updates": 2}
    assert await states(db) == {"dead": 1, "new": 1}


async def test_only_the_dead_are_revived(empty: Empty) -> None:
    db, _ = empty
    await accept(db, message(1), "garbage")
    async with db.write(SYSTEM) as tx:
        assert await inbox.revive(tx, 1) is False
        await inbox.bury(tx, 1, 3, "broken")
        assert await inbox.revive(tx, 1) is True
        assert await inbox.revive(tx, 2) is False  # garbage stays garbage


async def test_after_a_crash_interrupted_chats_begin_anew(empty: Empty) -> None:
    db, _ = empty
    await accept(db, message(1, chat=7), message(2, chat=8), message(3, chat=8))
    async with db.write(SYSTEM) as tx:
        for chat in (7, 8):
            await inbox.keep_dialogues(tx, {f"{BOT}:{chat}:{chat}::default": ("somewhere", {"a": 1})})
        await inbox.commit_effect(tx, 2)
    async with db.write(SYSTEM) as tx:
        assert await inbox.close_interrupted(tx, BOT) == [8]
    async with db.read(SYSTEM) as tx:
        assert await inbox.find_dialogue(tx, f"{BOT}:7:7::default") == ("somewhere", {"a": 1})
        assert await inbox.find_dialogue(tx, f"{BOT}:8:8::default") is None
        assert [row.update_id for row in await inbox.waiting(tx, BOT)] == [1, 3]


async def test_what_closes_goes_with_the_first_transaction(empty: Empty) -> None:
    db, _ = empty
    seen: list[str] = []

    class Recording:
        async def before_commit(self, tx: WriteTx) -> None:
            seen.append("before")

        def committed(self) -> None:
            seen.append("committed")

    token = closing.set(Recording())
    try:
        async with db.write(SYSTEM, closes=False):
            pass
        assert seen == []
        with pytest.raises(ZeroDivisionError):
            async with db.write(SYSTEM):
                raise ZeroDivisionError
        assert seen == []
        async with db.write(SYSTEM):
            pass
        assert seen == ["before", "committed"]
    finally:
        closing.reset(token)
