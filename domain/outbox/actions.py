"""Queueing and the life of a queued message. Every transition is a guarded UPDATE."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Table, exists, or_, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from domain.db import WriteTx
from domain.outbox.models import ROWS, SENDERS, OutboxState, Policy
from domain.outbox.rules import LEASE, MOVES, REPEAT_AFTER, SENDER_LEASE, SLOW_FOR, Lease, kind_of

S = OutboxState


def _insert(tx: WriteTx, table: Table) -> Any:
    is_sqlite = tx.session.get_bind().dialect.name == "sqlite"
    return (insert_sqlite if is_sqlite else insert_postgresql)(table)


async def _changed(tx: WriteTx, statement: Executable) -> int:
    return int((await tx.session.execute(statement)).rowcount)  # type: ignore[attr-defined]


def _row(tx: WriteTx, kind: str, **fields: Any) -> dict[str, Any]:
    usual = kind_of(kind)
    not_before = fields.get("not_before") or tx.now
    expires_at = fields.get("expires_at") or (not_before + usual.ttl if usual.ttl else None)
    lane = fields.get("lane")
    return {
        "kind": kind,
        "person_id": fields.get("person_id"),
        "chat_id": fields.get("chat_id"),
        "subject": fields["subject"],
        "dedupe_key": fields["dedupe_key"],
        "params": fields.get("params") or {},
        "policy": fields.get("policy") or usual.policy,
        "lane": usual.lane if lane is None else lane,
        "state": S.PENDING,
        "attempts": 0,
        "doubts": 0,
        "created_at": tx.now,
        "not_before": not_before,
        "expires_at": expires_at,
    }


async def put(
    tx: WriteTx,
    kind: str,
    *,
    person_id: int | None = None,
    chat_id: int | None = None,
    subject: str,
    dedupe_key: str,
    params: dict[str, Any] | None = None,
    policy: Policy | None = None,
    lane: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue a message in the transaction of the fact that causes it; the same key is queued once, ever.

    Policy, lane and time to live are those of the kind (rules.py) where they are not given.
    """
    fields = {
        "person_id": person_id,
        "chat_id": chat_id,
        "subject": subject,
        "dedupe_key": dedupe_key,
        "params": params,
        "policy": policy,
        "lane": lane,
        "not_before": not_before,
        "expires_at": expires_at,
    }
    await put_many(tx, kind, [fields])


async def put_many(tx: WriteTx, kind: str, messages: Iterable[dict[str, Any]]) -> None:
    """Queue many messages of a kind by one statement; each a dict of the arguments of `put`."""
    rows = [_row(tx, kind, **fields) for fields in messages]
    if rows:
        await tx.session.execute(
            _insert(tx, ROWS).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows
        )
        tx.announce("outbox")


async def cancel(
    tx: WriteTx,
    *,
    subject: str | None = None,
    person_id: int | None = None,
    chat_id: int | None = None,
    reason: str,
) -> int:
    """Take back what has not begun to leave, of a subject, a person or a group; how many."""
    found = [
        column == value
        for column, value in (
            (ROWS.c.subject, subject),
            (ROWS.c.person_id, person_id),
            (ROWS.c.chat_id, chat_id),
        )
        if value is not None
    ]
    if not found:
        raise ValueError("say what to cancel")
    return await _changed(
        tx,
        update(ROWS)
        .where(ROWS.c.state.in_((S.PENDING, S.CLAIMED)), *found)
        .values(state=S.CANCELLED, error=reason, lease_owner=None, lease_until=None),
    )


async def take_lease(
    tx: WriteTx, bot_id: int, owner: str, is_dead: Callable[[str], bool] = lambda owner: False
) -> Lease | None:
    """Become the only sender of a token, or None while another one is. `is_dead` knows owners that surely ended.

    What the former owner had claimed is free again; what it was sending is doubtful.
    """
    await tx.session.execute(
        _insert(tx, SENDERS).on_conflict_do_nothing(index_elements=["bot_id"]),
        [{"bot_id": bot_id, "epoch": 0}],
    )
    former = (await tx.session.execute(SENDERS.select().where(SENDERS.c.bot_id == bot_id))).one()
    is_held = former.owner not in (None, owner) and former.lease_until > tx.now
    if is_held and not is_dead(former.owner):
        return None
    lease = Lease(bot_id, owner, former.epoch + 1)
    changed = await _changed(
        tx,
        update(SENDERS)
        .where(SENDERS.c.bot_id == bot_id, SENDERS.c.epoch == former.epoch)
        .values(owner=owner, epoch=lease.epoch, lease_until=tx.now + SENDER_LEASE),
    )
    if changed != 1:
        return None
    await _changed(
        tx, update(ROWS).where(ROWS.c.state == S.CLAIMED).values(state=S.PENDING, lease_owner=None)
    )
    await _doubt(tx, [ROWS.c.state == S.SENDING], "the sender stopped in the middle")
    return lease


async def renew_lease(tx: WriteTx, lease: Lease) -> bool:
    """Stay the only sender; False where another one took over."""
    changed = await _changed(
        tx, update(SENDERS).where(_holds(lease)).values(lease_until=tx.now + SENDER_LEASE)
    )
    return changed == 1


async def drop_lease(tx: WriteTx, lease: Lease) -> None:
    """End cleanly: the next sender need not wait; nothing of this one stays half-done."""
    await _changed(
        tx,
        update(ROWS)
        .where(ROWS.c.state == S.CLAIMED, ROWS.c.lease_owner == lease.owner)
        .values(state=S.PENDING, lease_owner=None, lease_until=None),
    )
    await _doubt(tx, [ROWS.c.state == S.SENDING, ROWS.c.lease_owner == lease.owner], "stopped while sending")
    await _changed(tx, update(SENDERS).where(_holds(lease)).values(owner=None, lease_until=None))


def _holds(lease: Lease) -> Any:
    return (
        (SENDERS.c.bot_id == lease.bot_id)
        & (SENDERS.c.owner == lease.owner)
        & (SENDERS.c.epoch == lease.epoch)
    )


def _may_send(tx: WriteTx, lease: Lease) -> Any:
    is_open = or_(SENDERS.c.paused_until.is_(None), SENDERS.c.paused_until <= tx.now)
    return exists().where(_holds(lease), SENDERS.c.lease_until > tx.now, is_open)


async def claim(tx: WriteTx, lease: Lease, ids: Collection[int]) -> list[int]:
    """Reserve due messages for this sender; those that it really got."""
    rows = await tx.session.execute(
        update(ROWS)
        .where(ROWS.c.id.in_(ids), ROWS.c.state == S.PENDING, _may_send(tx, lease))
        .values(state=S.CLAIMED, lease_owner=lease.owner, lease_until=tx.now + LEASE)
        .returning(ROWS.c.id)
    )
    return sorted(rows.scalars())


async def begin_sending(tx: WriteTx, lease: Lease, outbox_id: int) -> bool:
    """Committed before the first byte leaves: only rows in this state are doubtful after a crash."""
    changed = await _changed(
        tx,
        update(ROWS)
        .where(
            ROWS.c.id == outbox_id,
            ROWS.c.state.in_(MOVES[S.SENDING]),
            ROWS.c.lease_owner == lease.owner,
            _may_send(tx, lease),
        )
        .values(state=S.SENDING, lease_until=tx.now + LEASE, attempts=ROWS.c.attempts + 1),
    )
    return changed == 1


async def move(
    tx: WriteTx, lease: Lease, outbox_id: int, to: OutboxState, *, error: str | None = None, **values: Any
) -> bool:
    """One step of a message that this sender holds; False where it is not there any more (rules.MOVES)."""
    own = [ROWS.c.id == outbox_id, ROWS.c.state.in_(MOVES[to]), ROWS.c.lease_owner == lease.owner]
    if to == S.UNKNOWN:
        return await _doubt(tx, own, error or "no answer") == 1
    if to == S.SENT:
        values |= {"sent_at": tx.now}
    if to == S.PENDING:
        values |= {"lease_owner": None}
    changed = await _changed(
        tx, update(ROWS).where(*own).values(state=to, error=error, lease_until=None, **values)
    )
    return changed == 1


async def give_back(
    tx: WriteTx, lease: Lease, outbox_id: int, error: str, *, not_before: datetime | None = None
) -> bool:
    """sending → pending: it surely did not arrive, so this was no attempt."""
    values: dict[str, Any] = {"attempts": ROWS.c.attempts - 1}
    if not_before is not None:
        values["not_before"] = not_before
    return await move(tx, lease, outbox_id, S.PENDING, error=error, **values)


async def _doubt(tx: WriteTx, where: list[Any], error: str) -> int:
    return await _changed(
        tx,
        update(ROWS)
        .where(*where)
        .values(
            state=S.UNKNOWN,
            doubts=ROWS.c.doubts + 1,
            doubtful_at=tx.now,
            error=error[:2000],
            lease_until=None,
        ),
    )


async def pause(tx: WriteTx, lease: Lease, seconds: float) -> None:
    """Telegram asked to wait: everything stops, then goes at half rate for a while."""
    until = tx.now + timedelta(seconds=seconds)
    await _changed(
        tx, update(SENDERS).where(_holds(lease)).values(paused_until=until, slow_until=until + SLOW_FOR)
    )


async def rewrite_chat(tx: WriteTx, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: what waits for it goes to the new address."""
    waiting = ROWS.c.state.in_((S.PENDING, S.CLAIMED, S.SENDING, S.UNKNOWN))
    await _changed(tx, update(ROWS).where(ROWS.c.chat_id == old_chat_id, waiting).values(chat_id=new_chat_id))


async def sweep(tx: WriteTx) -> dict[str, int]:
    """What time alone changes: expired leases, the one repeat, messages not worth sending any more."""
    counts = {
        "released": await _changed(
            tx,
            update(ROWS)
            .where(ROWS.c.state == S.CLAIMED, ROWS.c.lease_until < tx.now)
            .values(state=S.PENDING, lease_owner=None, lease_until=None),
        ),
        "doubtful": await _doubt(
            tx, [ROWS.c.state == S.SENDING, ROWS.c.lease_until < tx.now], "the lease expired while sending"
        ),
        "repeated": await _changed(
            tx,
            update(ROWS)
            .where(
                ROWS.c.state == S.UNKNOWN,
                ROWS.c.policy == Policy.AT_LEAST_ONCE,
                ROWS.c.doubts == 1,
                ROWS.c.doubtful_at <= tx.now - REPEAT_AFTER,
                or_(ROWS.c.expires_at.is_(None), ROWS.c.expires_at > tx.now),
            )
            .values(state=S.PENDING, lease_owner=None),
        ),
        "expired": await _changed(
            tx,
            update(ROWS)
            .where(ROWS.c.state == S.PENDING, ROWS.c.expires_at <= tx.now)
            .values(state=S.EXPIRED),
        ),
    }
    if counts["released"] or counts["repeated"]:
        tx.announce("outbox")
    return {name: count for name, count in counts.items() if count}


async def acknowledge(tx: WriteTx, outbox_id: int) -> None:
    """The recipient pressed a button on it: the proof that a doubtful one arrived."""
    await _changed(
        tx,
        update(ROWS)
        .where(ROWS.c.id == outbox_id, ROWS.c.acknowledged_at.is_(None))
        .values(acknowledged_at=tx.now),
    )
    await resolve(tx, outbox_id, arrived=True)


async def resolve(tx: WriteTx, outbox_id: int, *, arrived: bool) -> bool:
    """A person's word on a doubtful or failed message: it arrived, or send it again. False where it is neither."""
    where = [ROWS.c.id == outbox_id, ROWS.c.state.in_((S.UNKNOWN,) if arrived else (S.UNKNOWN, S.FAILED))]
    values: dict[str, Any] = {"state": S.SENT, "sent_at": tx.now}
    if not arrived:
        values = {"state": S.PENDING, "lease_owner": None, "not_before": tx.now, "expires_at": None}
        tx.announce("outbox")
    return await _changed(tx, update(ROWS).where(*where).values(**values)) == 1


async def distrust(tx: WriteTx, before: datetime) -> int:
    """After a restore: what was queued before the backup may have left since; it waits for a person. How many."""
    return await _changed(
        tx,
        update(ROWS)
        .where(ROWS.c.state.in_((S.PENDING, S.CLAIMED, S.SENDING)), ROWS.c.created_at <= before)
        .values(state=S.UNKNOWN, doubts=2, doubtful_at=tx.now, error="older than the restored backup"),
    )
