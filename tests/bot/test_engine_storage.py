"""Dialogue state survives restarts, and what is kept in memory equals what is in the database."""

from aiogram.fsm.storage.base import StorageKey

from bot.handling import Handling, handling
from bot.storage import DatabaseStorage
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database, closing
from tests.world import MovableClock

KEY = StorageKey(bot_id=42, chat_id=7, user_id=7)
Empty = tuple[Database, MovableClock]


async def test_state_and_data_are_kept_apart(empty: Empty) -> None:
    db, _ = empty
    storage = DatabaseStorage(db)
    await storage.set_state(KEY, "writing")
    await storage.set_data(KEY, {"a": [1]})
    await storage.set_data(KEY, {})
    fresh = DatabaseStorage(db)
    assert (await fresh.get_state(KEY), await fresh.get_data(KEY)) == ("writing", {})
    await storage.set_state(KEY, None)
    async with db.read(SYSTEM) as tx:
        assert await inbox.find_dialogue(tx, "42:7:7::default") is None


async def test_data_given_out_is_a_copy(empty: Empty) -> None:
    db, _ = empty
    storage = DatabaseStorage(db)
    given: dict[str, list[int]] = {"a": [1]}
    await storage.set_data(KEY, given)
    given["a"].append(2)
    (await storage.get_data(KEY))["a"].append(3)
    assert await storage.get_data(KEY) == {"a": [1]}


async def test_erased_dialogues_are_forgotten_in_memory_too(empty: Empty) -> None:
    db, _ = empty
    storage = DatabaseStorage(db)
    await storage.set_state(KEY, "writing")
    async with db.write(SYSTEM) as tx:
        await inbox.keep_dialogues(tx, {"42:7:7::default": (None, {})})
        tx.announce("dialogues")
    assert await storage.get_state(KEY) is None


async def test_in_an_update_changes_wait_for_the_effect(empty: Empty) -> None:
    db, _ = empty
    storage = DatabaseStorage(db)
    async with db.write(SYSTEM) as tx:
        await inbox.accept(tx, 42, [{"update_id": 1}])
    current = Handling(1, storage.remember)
    tokens = closing.set(current), handling.set(current)
    try:
        await storage.set_state(KEY, "writing")
        assert await storage.get_state(KEY) == "writing"
        assert await DatabaseStorage(db).get_state(KEY) == "writing"  # the update sees itself
        async with db.read(SYSTEM) as tx:
            assert await inbox.find_dialogue(tx, "42:7:7::default") is None
        async with db.write(SYSTEM):
            await storage.update_data(KEY, {"draft": 3})
        assert current.unsaved == {}
    finally:
        closing.reset(tokens[0])
        handling.reset(tokens[1])
    async with db.read(SYSTEM) as tx:
        assert await inbox.find_dialogue(tx, "42:7:7::default") == ("writing", {"draft": 3})
    assert await storage.get_state(KEY) == "writing"


async def test_a_failed_update_leaves_the_dialogue_as_it_was(empty: Empty) -> None:
    db, _ = empty
    storage = DatabaseStorage(db)
    await storage.set_state(KEY, "before")
    token = handling.set(Handling(1, storage.remember))
    await storage.set_state(KEY, "during")
    handling.reset(token)  # the attempt failed, the next one begins
    assert await storage.get_state(KEY) == "before"
