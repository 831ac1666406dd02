"""Queueing and the life of a queued message. Every transition is a guarded UPDATE."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from domain.db import WriteTx
from domain.outbox.models import TRANSACTIONAL, OutboxMessage, OutboxState, Policy


async def put(
    tx: WriteTx,
    kind: str,
    *,
    person_id: int | None = None,
    chat_id: int | None = None,
    subject: str,
    dedupe_key: str,
    params: dict[str, Any] | None = None,
    policy: Policy = Policy.AT_LEAST_ONCE,
    lane: int = TRANSACTIONAL,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue a message in the transaction of the fact that causes it; the same key is queued once, ever."""
    insert = insert_sqlite if tx.session.get_bind().dialect.name == "sqlite" else insert_postgresql
    await tx.session.execute(
        insert(OutboxMessage)
        .values(
            kind=kind,
            person_id=person_id,
            chat_id=chat_id,
            subject=subject,
            dedupe_key=dedupe_key,
            params=params or {},
            policy=policy,
            lane=lane,
            state=OutboxState.PENDING,
            attempts=0,
            created_at=tx.now,
            not_before=not_before or tx.now,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
