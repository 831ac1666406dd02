"""Keeping updates and their fate. Every transition is a guarded UPDATE."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import String, Table, bindparam, cast, delete, literal, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from domain.db import WriteTx
from domain.inbox.models import DIALOGUES, ROWS, InboxState
from domain.inbox.rules import Waiting, arrival

log = structlog.get_logger()


# Built once: for every update the building would cost more than the database does.
_COMMIT_EFFECT = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("inbox_id"), ROWS.c.state == InboxState.NEW)
    .values(state=InboxState.COMMITTED)
)
_FINISH = (
    update(ROWS)
    .where(
        ROWS.c.id.in_(bindparam("inbox_ids", expanding=True)),
        ROWS.c.state.in_((InboxState.NEW, InboxState.COMMITTED)),
    )
    .values(state=bindparam("new_state"), finished_at=bindparam("now"))
)


class AlreadyHandled(BaseException):
    """Another worker finished this update first; its effect must not happen again.

    Not an Exception: it is nobody's mistake, and no handler should catch it or apologise for it.
    """


def _insert(tx: WriteTx, table: Table) -> Any:
    is_sqlite = tx.session.get_bind().dialect.name == "sqlite"
    return (insert_sqlite if is_sqlite else insert_postgresql)(table)


async def accept(tx: WriteTx, bot_id: int, raw_updates: Sequence[Any]) -> list[Waiting]:
    """Keep a batch as it came; the new ones come back in order. Confirm only after the commit.

    A repeat is absorbed by the unique key. What no handler could ever read is kept as `dead` at once.
    """
    arrivals = [arrival(raw) for raw in raw_updates]
    if not arrivals:
        return []
    statement = (
        _insert(tx, ROWS)
        .on_conflict_do_nothing(index_elements=["bot_id", "update_id", "raw_sha256"])
        .returning(ROWS.c.id, ROWS.c.update_id, ROWS.c.lane, ROWS.c.raw, ROWS.c.state)
    )
    rows = await tx.session.execute(
        statement,
        [
            {
                "bot_id": bot_id,
                "update_id": one.update_id,
                "raw_sha256": one.raw_sha256,
                "raw": one.raw,
                "lane": one.lane,
                "state": InboxState.NEW if one.readable else InboxState.DEAD,
                "attempts": 0,
                "received_at": tx.now,
                "error": None if one.readable else "not an update",
            }
            for one in arrivals
        ],
    )
    kept = sorted(rows.all())
    for row in kept:
        if row.state == InboxState.DEAD:
            log.error("update_unreadable", inbox_id=row.id)
    return [Waiting(row.id, row.update_id, row.lane, row.raw) for row in kept if row.state == InboxState.NEW]


async def commit_effect(tx: WriteTx, inbox_id: int) -> None:
    """In the transaction of the effect: this update will not be handled again. Raises AlreadyHandled."""
    changed = await tx.session.execute(_COMMIT_EFFECT, {"inbox_id": inbox_id})
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyHandled(inbox_id)


async def finish(tx: WriteTx, inbox_ids: Sequence[int], state: InboxState = InboxState.DONE) -> None:
    """Handled to the end, answer included."""
    await tx.session.execute(_FINISH, {"inbox_ids": list(inbox_ids), "new_state": state, "now": tx.now})


async def bury(tx: WriteTx, inbox_id: int, attempts: int, error: str) -> None:
    """Give an update up after its attempts; it stands on «Требует внимания»."""
    await tx.session.execute(
        update(ROWS)
        .where(ROWS.c.id == inbox_id, ROWS.c.state == InboxState.NEW)
        .values(state=InboxState.DEAD, attempts=attempts, error=error[:2000], finished_at=tx.now)
    )


async def revive(tx: WriteTx, inbox_id: int) -> bool:
    """Try a dead update once more (its cause was mended); False where it is not dead any more."""
    changed = await tx.session.execute(
        update(ROWS)
        .where(ROWS.c.id == inbox_id, ROWS.c.state == InboxState.DEAD, ROWS.c.update_id >= 0)
        .values(state=InboxState.NEW, attempts=0, error=None, finished_at=None)
    )
    tx.announce("inbox")
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


async def close_interrupted(tx: WriteTx, bot_id: int, lasting: Collection[str] = ()) -> list[int]:
    """After a crash: updates whose effect is durable but whose answer may be lost; the lanes concerned.

    Where their conversations stood is not known for sure: they begin anew, but for the `lasting` states, in
    which the next message can do no harm whatever became of the last one.
    """
    rows = await tx.session.execute(
        update(ROWS)
        .where(ROWS.c.bot_id == bot_id, ROWS.c.state == InboxState.COMMITTED)
        .values(state=InboxState.DONE, finished_at=tx.now)
        .returning(ROWS.c.lane)
    )
    lanes = sorted({row.lane for row in rows})
    for lane in lanes:
        doubtful = DIALOGUES.c.state.is_(None) | DIALOGUES.c.state.not_in(lasting)
        of_lane = DIALOGUES.c.key.startswith(f"{bot_id}:{lane}:")
        await tx.session.execute(delete(DIALOGUES).where(of_lane, doubtful))
    tx.announce("dialogues")
    return lanes


async def redact(tx: WriteTx, lane: int, since: datetime, current: int | None = None) -> int:
    """Empty what came from a chat since a moment and has had its effect; how many.

    For answers that were promised to be anonymous: the updates that brought them must not tell whose they were. The
    row and its key stay, so that a repeat is still absorbed. `current` is the update that is being handled.
    """
    empty = literal('{"update_id": ') + cast(ROWS.c.update_id, String) + literal("}")
    settled = ROWS.c.state.in_((InboxState.COMMITTED, InboxState.DONE, InboxState.IGNORED))
    changed = await tx.session.execute(
        update(ROWS)
        .where(ROWS.c.lane == lane, ROWS.c.received_at >= since, settled | (ROWS.c.id == (current or 0)))
        .values(raw=empty)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


async def keep_dialogues(tx: WriteTx, changes: Mapping[str, tuple[str | None, Mapping[str, Any]]]) -> None:
    """Write where conversations stand; a dialogue without state and data needs no row."""
    kept = [
        {"key": key, "state": state, "data": dict(data), "changed_at": tx.now}
        for key, (state, data) in changes.items()
        if state is not None or data
    ]
    ended = [key for key, (state, data) in changes.items() if state is None and not data]
    if kept:
        statement = _insert(tx, DIALOGUES)
        fields = {name: statement.excluded[name] for name in ("state", "data", "changed_at")}
        await tx.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fields), kept)
    if ended:
        await tx.session.execute(
            delete(DIALOGUES).where(DIALOGUES.c.key.in_(bindparam("keys", expanding=True))), {"keys": ended}
        )
