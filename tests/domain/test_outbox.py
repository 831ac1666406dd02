"""The queue of messages: each key once, each step guarded, nothing outside the allowed hours."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import outbox, retention
from domain.actor import SYSTEM
from domain.db import Database
from domain.outbox import Lease, OutboxState, Policy, allowed_at
from domain.outbox.rules import MOVES
from tests.world import MovableClock
from tests.zones import ZONES

BOT = 42
S = OutboxState
Empty = tuple[Database, MovableClock]


async def put(db: Database, key: str, *, kind: str = "decided", person: int = 1, **fields: Any) -> None:
    async with db.write(SYSTEM) as tx:
        await outbox.put(tx, kind, person_id=person, subject="s:1", dedupe_key=key, **fields)


async def lease_of(db: Database, owner: str = "me") -> Lease:
    async with db.write(SYSTEM) as tx:
        lease = await outbox.take_lease(tx, BOT, owner)
    assert lease is not None
    return lease


async def counts(db: Database) -> dict[str, int]:
    async with db.read(SYSTEM) as tx:
        return await outbox.counts(tx)


async def due(db: Database, **conditions: Any) -> list[int]:
    async with db.read(SYSTEM) as tx:
        return [one.id for one in await outbox.due(tx, **conditions)]


async def sending(db: Database, lease: Lease, number: int) -> None:
    async with db.write(SYSTEM) as tx:
        assert await outbox.claim(tx, lease, [number]) == [number]
        assert await outbox.begin_sending(tx, lease, number) is True


async def test_a_key_is_queued_once_ever(empty: Empty) -> None:
    db, _ = empty
    lease = await lease_of(db)
    await put(db, "k")
    await sending(db, lease, 1)
    async with db.write(SYSTEM) as tx:
        assert await outbox.move(tx, lease, 1, S.SENT, message_id=5) is True
    await put(db, "k")
    assert await counts(db) == {"sent": 1}


async def test_a_message_goes_back_with_its_fact(empty: Empty) -> None:
    db, _ = empty
    woken: list[int] = []
    db.listen("outbox", lambda: woken.append(1))

    async def fail() -> None:
        async with db.write(SYSTEM) as tx:
            await outbox.put(tx, "decided", person_id=1, subject="s:1", dedupe_key="k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await counts(db), woken) == ({}, [])
    await put(db, "k")
    assert (await counts(db), woken) == ({"pending": 1}, [1])


async def test_the_kind_decides_where_nothing_is_said(empty: Empty) -> None:
    db, clock = empty
    await put(db, "a", kind="broadcast")
    await put(db, "b", kind="interrupted", policy=Policy.AT_MOST_ONCE, lane=outbox.BULK)
    async with db.read(SYSTEM) as tx:
        first, second = (await outbox.deliveries(tx, "s:1")).messages
    assert (first.policy, first.lane, first.expires_at) == (Policy.AT_MOST_ONCE, outbox.BULK, None)
    assert (second.policy, second.lane) == (Policy.AT_MOST_ONCE, outbox.BULK)
    assert second.expires_at == clock.moment + timedelta(hours=1)


async def test_what_is_urgent_comes_first(empty: Empty) -> None:
    db, clock = empty
    await put(db, "bulk", kind="broadcast", person=1)
    await put(db, "later", person=2, not_before=clock.moment + timedelta(minutes=1))
    await put(db, "usual", person=3)
    await put(db, "urgent", kind="interrupted", person=4)
    await put(db, "late", person=5, expires_at=clock.moment)
    assert await due(db) == [4, 3, 1]
    assert await due(db, busy_people=[3]) == [4, 1]
    assert await due(db, lanes=[outbox.BULK]) == [1]
    clock.forward(minutes=2)
    assert await due(db) == [4, 3, 2, 1]


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("start", [S.PENDING, S.CLAIMED, S.SENDING, S.UNKNOWN, S.SENT])
async def test_only_the_listed_moves_are_possible(empty: Empty, start: S, to: S) -> None:
    db, _ = empty
    lease = await lease_of(db)
    await put(db, "k")
    async with db.write(SYSTEM) as tx:
        if start != S.PENDING:
            await outbox.claim(tx, lease, [1])
        if start in (S.SENDING, S.UNKNOWN, S.SENT):
            await outbox.begin_sending(tx, lease, 1)
        if start in (S.UNKNOWN, S.SENT):
            await outbox.move(tx, lease, 1, start)
    async with db.write(SYSTEM) as tx:
        moved = await outbox.move(tx, lease, 1, to)
    # `claim` alone leads out of pending: nobody holds a pending message.
    assert moved == (start in MOVES[to] and start != S.PENDING)
    assert await counts(db) == {to if moved else start: 1}


async def test_one_of_many_claimers_wins(empty: Empty) -> None:
    db, _ = empty
    lease = await lease_of(db)
    for n in range(5):
        await put(db, f"{n}", person=n)

    async def claim() -> list[int]:
        async with db.write(SYSTEM) as tx:
            return await outbox.claim(tx, lease, [1, 2, 3, 4, 5])

    got = await asyncio.gather(*(claim() for _ in range(4)))
    assert sorted(number for part in got for number in part) == [1, 2, 3, 4, 5]


async def test_a_new_sender_needs_the_lease(empty: Empty) -> None:
    db, clock = empty
    await put(db, "k")
    old = await lease_of(db, "old")
    async with db.write(SYSTEM) as tx:
        assert await outbox.take_lease(tx, BOT, "new") is None
    clock.forward(seconds=31)
    new = await lease_of(db, "new")
    assert new.epoch == old.epoch + 1
    async with db.write(SYSTEM) as tx:
        assert await outbox.renew_lease(tx, old) is False
        assert await outbox.claim(tx, old, [1]) == []
        assert await outbox.claim(tx, new, [1]) == [1]
        assert await outbox.begin_sending(tx, old, 1) is False


async def test_a_dead_sender_is_succeeded_at_once(empty: Empty) -> None:
    db, _ = empty
    await put(db, "a", person=1)
    await put(db, "b", person=2)
    old = await lease_of(db, "old")
    await sending(db, old, 1)
    async with db.write(SYSTEM) as tx:
        await outbox.claim(tx, old, [2])
        assert await outbox.take_lease(tx, BOT, "new", lambda owner: owner == "old") is not None
    assert await counts(db) == {"unknown": 1, "pending": 1}


async def test_a_clean_end_leaves_nothing_half_done(empty: Empty) -> None:
    db, _ = empty
    await put(db, "a", person=1)
    lease = await lease_of(db)
    async with db.write(SYSTEM) as tx:
        await outbox.claim(tx, lease, [1])
        await outbox.drop_lease(tx, lease)
    assert await counts(db) == {"pending": 1}
    assert (await lease_of(db, "next")).owner == "next"


async def test_nothing_is_claimed_during_a_pause(empty: Empty) -> None:
    db, clock = empty
    await put(db, "k")
    lease = await lease_of(db)
    async with db.write(SYSTEM) as tx:
        await outbox.pause(tx, lease, 7)
        assert await outbox.claim(tx, lease, [1]) == []
    clock.forward(seconds=8)
    async with db.write(SYSTEM) as tx:
        assert await outbox.claim(tx, lease, [1]) == [1]


async def test_leases_run_out(empty: Empty) -> None:
    db, clock = empty
    lease = await lease_of(db)
    await put(db, "a", person=1)
    await put(db, "b", person=2)
    await sending(db, lease, 1)
    async with db.write(SYSTEM) as tx:
        await outbox.claim(tx, lease, [2])
    clock.forward(seconds=61)
    async with db.write(SYSTEM) as tx:
        assert await outbox.sweep(tx) == {"released": 1, "doubtful": 1}
    assert await counts(db) == {"unknown": 1, "pending": 1}


async def test_what_is_too_late_expires(empty: Empty) -> None:
    db, clock = empty
    await put(db, "k", expires_at=clock.moment + timedelta(hours=1))
    clock.forward(hours=1)
    async with db.write(SYSTEM) as tx:
        assert await outbox.sweep(tx) == {"expired": 1}


async def test_a_doubtful_message_that_expired_is_not_repeated(empty: Empty) -> None:
    db, clock = empty
    lease = await lease_of(db)
    await put(db, "k", expires_at=clock.moment + timedelta(seconds=30))
    await sending(db, lease, 1)
    async with db.write(SYSTEM) as tx:
        await outbox.move(tx, lease, 1, S.UNKNOWN, error="no answer")
    clock.forward(minutes=16)
    async with db.write(SYSTEM) as tx:
        assert await outbox.sweep(tx) == {}
    async with db.read(SYSTEM) as tx:
        assert [one.id for one in await outbox.attention(tx)] == [1]


async def test_a_pressed_button_proves_the_arrival(empty: Empty) -> None:
    db, clock = empty
    lease = await lease_of(db)
    await put(db, "k")
    await sending(db, lease, 1)
    async with db.write(SYSTEM) as tx:
        await outbox.move(tx, lease, 1, S.UNKNOWN, error="no answer")
        await outbox.acknowledge(tx, 1)
    async with db.read(SYSTEM) as tx:
        message = await outbox.find_message(tx, 1)
    assert message is not None
    assert (message.state, message.acknowledged_at) == (S.SENT, clock.moment)


async def test_cancelling_touches_only_what_has_not_left(empty: Empty) -> None:
    db, _ = empty
    lease = await lease_of(db)
    for n in (1, 2, 3):
        await put(db, f"{n}", person=n)
    await sending(db, lease, 1)
    async with db.write(SYSTEM) as tx:
        await outbox.claim(tx, lease, [2])
        assert await outbox.cancel(tx, subject="s:1", reason="taken back") == 2
        assert await outbox.begin_sending(tx, lease, 2) is False
    assert await counts(db) == {"sending": 1, "cancelled": 2}
    with pytest.raises(ValueError, match="say what to cancel"):
        async with db.write(SYSTEM) as tx:
            await outbox.cancel(tx, reason="nothing named")


async def test_after_a_restore_old_messages_wait_for_a_person(empty: Empty) -> None:
    db, clock = empty
    await put(db, "before")
    backup_at = clock.moment
    clock.forward(hours=1)
    await put(db, "after")
    async with db.write(SYSTEM) as tx:
        assert await outbox.distrust(tx, backup_at) == 1
        assert await outbox.sweep(tx) == {}
    assert await counts(db) == {"unknown": 1, "pending": 1}


async def test_ended_messages_are_forgotten_after_half_a_year(empty: Empty) -> None:
    db, clock = empty
    await put(db, "a")
    async with db.write(SYSTEM) as tx:
        await outbox.cancel(tx, subject="s:1", reason="x")
    await put(db, "b")
    clock.forward(days=181)
    assert await retention.forget_old(db) == {"messages": 1}
    assert await counts(db) == {"pending": 1}


@given(st.sampled_from(ZONES), st.datetimes(datetime(2014, 1, 1), datetime(2027, 1, 1)))
def test_people_are_disturbed_by_day_only(zone: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    allowed = allowed_at(now, zone)
    local = allowed.astimezone(ZoneInfo(zone))
    assert 9 <= local.hour < 20
    assert timedelta(0) <= allowed - now <= timedelta(hours=13)
    assert allowed_at(allowed, zone) == allowed
