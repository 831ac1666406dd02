"""Dialogue state in our database: a restart loses no half-written report.

While an update is handled, changes wait in its `Handling` and are committed together with its effect: set the state
before or inside the writing transaction. No event isolation is needed: updates of one chat are handled one by one
(lanes.py). One process owns the dialogues of a bot, so what was read once is kept in memory.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.handling import Dialogue, handling
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database

REMEMBERED = 10_000  # conversations; about a kilobyte each
NOTHING: Dialogue = (None, {})


class DatabaseStorage(BaseStorage):
    """aiogram's storage on the table `dialogue_state`."""

    def __init__(self, db: Database, lasting: Collection[str] = ()) -> None:
        self._db = db
        self.lasting = lasting  # states that survive a crash in the middle of an answer
        self._known: OrderedDict[str, Dialogue] = OrderedDict()
        db.listen("dialogues", self._known.clear)  # announced by those who delete rows (erasure of a person)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Move the conversation; its data stay."""
        name = state.state if isinstance(state, State) else state
        await self._change(_address(key), state=name)

    async def get_state(self, key: StorageKey) -> str | None:
        """Where the conversation stands."""
        return (await self._dialogue(_address(key)))[0]

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Replace the data; the state stays, also with `{}`."""
        await self._change(_address(key), data=deepcopy(dict(data)))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """A copy of the data."""
        return deepcopy(dict((await self._dialogue(_address(key)))[1]))

    async def close(self) -> None:
        """The database is closed by its owner."""

    def remember(self, saved: Mapping[str, Dialogue]) -> None:
        """Keep in memory what has just become durable."""
        for key, dialogue in saved.items():
            self._known[key] = dialogue
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _dialogue(self, key: str) -> Dialogue:
        current = handling.get()
        if current is not None and key in current.dialogues:
            return current.dialogues[key]
        if key not in self._known:
            async with self._db.read(SYSTEM) as tx:
                found = await inbox.find_dialogue(tx, key) or NOTHING
            self.remember({key: self._known.get(key, found)})
        return self._known[key]

    async def _change(self, key: str, **parts: Any) -> None:
        current = handling.get()
        if current is not None:
            state, data = await self._dialogue(key)
            current.change(key, (parts.get("state", state), parts.get("data", data)))
            return
        async with self._db.write(SYSTEM) as tx:
            state, data = await inbox.find_dialogue(tx, key) or NOTHING
            changed = {key: (parts.get("state", state), parts.get("data", data))}
            await inbox.keep_dialogues(tx, changed)
        self.remember(changed)


def _address(key: StorageKey) -> str:
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}:{key.thread_id or ''}:{key.destiny}"
