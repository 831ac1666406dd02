"""Reading what came in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from domain.db import Tx
from domain.inbox.models import DIALOGUES, ROWS, InboxState, InboxUpdate
from domain.inbox.rules import OpenDialogue, Waiting

_DIALOGUE = select(DIALOGUES.c.state, DIALOGUES.c.data).where(DIALOGUES.c.key == bindparam("address"))


async def waiting(tx: Tx, bot_id: int, *, after_id: int = 0, limit: int = 500) -> list[Waiting]:
    """Updates to be handled, in the order of their arrival; `after_id` continues a long list."""
    rows = await tx.session.execute(
        select(ROWS.c.id, ROWS.c.update_id, ROWS.c.lane, ROWS.c.raw, ROWS.c.attempts)
        .where(ROWS.c.state == InboxState.NEW, ROWS.c.bot_id == bot_id, ROWS.c.id > after_id)
        .order_by(ROWS.c.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


async def more_in_lane(tx: Tx, lane: int, *, after_id: int) -> bool:
    """Whether another update of this chat waits behind: the parts of an album are shown together."""
    query = select(ROWS.c.id).where(ROWS.c.state == InboxState.NEW, ROWS.c.lane == lane, ROWS.c.id > after_id)
    return await tx.session.scalar(query.limit(1)) is not None


async def dead(tx: Tx, *, limit: int = 50) -> Sequence[InboxUpdate]:
    """Updates given up, newest first: for «Требует внимания»."""
    query = (
        select(InboxUpdate)
        .where(InboxUpdate.state == InboxState.DEAD)
        .order_by(InboxUpdate.id.desc())
        .limit(limit)
    )
    return (await tx.session.scalars(query)).all()


async def counts(tx: Tx) -> dict[str, int]:
    """How many updates stand in each state: for the metrics."""
    rows = await tx.session.execute(select(ROWS.c.state, func.count()).group_by(ROWS.c.state))
    return {row[0]: row[1] for row in rows}


async def oldest_waiting_at(tx: Tx) -> datetime | None:
    """Since when the longest-waiting update has been waiting for its handler: for the metrics."""
    query = select(func.min(InboxUpdate.received_at)).where(InboxUpdate.state == InboxState.NEW)
    return (await tx.session.scalars(query)).one()


async def find_dialogue(tx: Tx, key: str) -> tuple[str | None, dict[str, Any]] | None:
    """State and data of a conversation."""
    row = (await tx.session.execute(_DIALOGUE, {"address": key})).first()
    return None if row is None else (row.state, dict(row.data))


async def open_dialogues(tx: Tx, bot_id: int, state: str, field: str, value: int) -> list[OpenDialogue]:
    """Conversations with this bot that stand in `state` and remember this number in `field`."""
    query = (
        select(DIALOGUES.c.key, DIALOGUES.c.data)
        .where(
            DIALOGUES.c.state == state,
            DIALOGUES.c.data[field].as_integer() == value,
            DIALOGUES.c.key.startswith(f"{bot_id}:"),
        )
        .order_by(DIALOGUES.c.key)
    )
    rows = (await tx.session.execute(query)).all()
    return [OpenDialogue(int(row.key.split(":")[1]), dict(row.data)) for row in rows]
