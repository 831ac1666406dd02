"""One update being handled: what must be committed together with its effect."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import structlog

from domain import inbox
from domain.db import WriteTx

log = structlog.get_logger()

Dialogue = tuple[str | None, Mapping[str, Any]]
Remember = Callable[[Mapping[str, Dialogue]], None]


class SecondTransaction(RuntimeError):
    """A handler wrote twice: a kill in between would lose the second half."""


class Handling:
    """Stands in `domain.db.closing` while an update is handled.

    The first writing transaction of the handler takes along the mark «committed» and the dialogue state that was
    set before or inside it. So an update has its effect once, or not at all and is handled again.
    """

    def __init__(
        self, inbox_id: int, remember: Remember = lambda kept: None, *, strict: bool = False
    ) -> None:
        self.inbox_id = inbox_id
        self.is_committed = False
        self.dialogues: dict[str, Dialogue] = {}  # as this update sees them
        self._unsaved: set[str] = set()
        self._flushing: dict[str, Dialogue] = {}
        self._remember = remember
        self._strict = strict

    def change(self, key: str, dialogue: Dialogue) -> None:
        """Move a conversation; durable with the effect, or at the end of the update."""
        self.dialogues[key] = dialogue
        self._unsaved.add(key)

    @property
    def unsaved(self) -> dict[str, Dialogue]:
        """Conversations that moved after the effect was committed, or without any effect."""
        return {key: self.dialogues[key] for key in self._unsaved}

    async def before_commit(self, tx: WriteTx) -> None:
        """Join the transaction that is about to be committed."""
        if not self.is_committed:
            await inbox.commit_effect(tx, self.inbox_id)
        elif self._strict:
            raise SecondTransaction(
                "one update, one writing transaction; closes=False for remarks in passing"
            )
        else:
            log.error("second_transaction", inbox_id=self.inbox_id)
        self._flushing = self.unsaved
        if self._flushing:
            await inbox.keep_dialogues(tx, self._flushing)

    def committed(self) -> None:
        """The effect is durable."""
        self.is_committed = True
        self._remember(self._flushing)
        self._unsaved.difference_update(self._flushing)
        self._flushing = {}


# The update that the present task handles; the dialogue storage looks here.
handling: ContextVar[Handling | None] = ContextVar("handling", default=None)
