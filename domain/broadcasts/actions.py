"""Writing to exactly those people."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from domain import audit, outbox
from domain.actor import Place
from domain.broadcasts import queries, rules
from domain.broadcasts.models import Broadcast
from domain.dates import local_day
from domain.db import WriteTx
from domain.errors import Forbidden
from domain.outbox import OutboxMessage, OutboxState, Policy
from domain.policy import TABLE, Permission, require

PAUSED = datetime(9999, 1, 1, tzinfo=UTC)  # a paused message is due never


async def send(
    tx: WriteTx,
    text: str,
    segment: rules.Segment,
    *,
    request_key: str,
    starts_at: datetime | None = None,
) -> Broadcast:
    """Queue a message to everyone of the segment who can be reached: once each, whoever presses what.

    With `starts_at` it leaves then, until which it can be cancelled. The same `request_key` again gives the same
    broadcast. Raises TextNeeded, NobodyToWrite.
    """
    place = _author_place(tx)
    known = await tx.session.scalar(select(Broadcast).where(Broadcast.request_key == request_key))
    if known is not None and known.author_id == tx.actor.person_id:
        return known
    text = rules.check_text(text)
    preview = await queries.preview(tx, segment)
    if not preview.recipients:
        raise rules.NobodyToWrite
    broadcast = Broadcast(
        request_key=request_key,
        author_id=tx.actor.person_id,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        text=text,
        segment=segment.to_json(),
        recipients=len(preview.recipients),
        created_at=tx.now,
        starts_at=starts_at,
    )
    tx.session.add(broadcast)
    await tx.session.flush()
    audit.record(tx, "broadcast.send", "broadcast", broadcast.id, place, recipients=len(preview.recipients))
    for recipient in preview.recipients:
        await outbox.put(
            tx,
            "broadcast",
            person_id=recipient.person.id,
            subject=f"broadcast:{broadcast.id}",
            dedupe_key=f"broadcast:{broadcast.id}:{recipient.person.id}",
            params={"broadcast_id": broadcast.id},
            policy=Policy.AT_MOST_ONCE,
            lane=outbox.BULK,
            not_before=starts_at,
        )
    return broadcast


async def _own(tx: WriteTx, broadcast_id: int) -> Broadcast:
    """One's own, or one from a place that one coordinates: who may read it may also stop it."""
    found = (await queries.broadcast(tx, broadcast_id)).broadcast
    if found.author_id != tx.actor.person_id:
        require(tx.actor, Permission.OVERRULE, found.place)
    return found


async def cancel(tx: WriteTx, broadcast_id: int) -> int:
    """Take back what has not begun to leave; how many people will not get it. Raises TooLate for nothing left."""
    found = await _own(tx, broadcast_id)
    stopped = await outbox.cancel(tx, subject=f"broadcast:{broadcast_id}", reason="the author took it back")
    if found.cancelled_at is not None or not stopped:
        raise rules.TooLate
    found.cancelled_at = tx.now
    audit.record(tx, "broadcast.cancel", "broadcast", broadcast_id, found.place, recipients=stopped)
    return stopped


async def pause(tx: WriteTx, broadcast_id: int) -> None:
    """What has not begun to leave waits until `resume`. Raises TooLate for nothing left."""
    found = await _own(tx, broadcast_id)
    if not await _put_off(tx, broadcast_id, PAUSED):
        raise rules.TooLate
    found.paused_at = tx.now
    audit.record(tx, "broadcast.pause", "broadcast", broadcast_id, found.place)


async def resume(tx: WriteTx, broadcast_id: int) -> None:
    """It goes on, or begins at its hour where that is still ahead."""
    found = await _own(tx, broadcast_id)
    if found.paused_at is None:
        return
    found.paused_at = None
    await _put_off(tx, broadcast_id, max(found.starts_at or tx.now, tx.now))
    tx.announce("outbox")
    audit.record(tx, "broadcast.resume", "broadcast", broadcast_id, found.place)


async def _put_off(tx: WriteTx, broadcast_id: int, moment: datetime) -> bool:
    changed = await tx.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.subject == f"broadcast:{broadcast_id}",
            OutboxMessage.state.in_((OutboxState.PENDING, OutboxState.CLAIMED)),
        )
        .values(not_before=moment, state=OutboxState.PENDING, lease_owner=None, lease_until=None)
        .returning(OutboxMessage.id)
    )
    return changed.first() is not None


async def remind(tx: WriteTx, broadcast_id: int) -> int:
    """«Напомнить тем, кто не ознакомился»: once a day each, whoever presses; how many."""
    found = await _own(tx, broadcast_id)
    view = await queries.broadcast(tx, broadcast_id)
    silent = [
        d.person.id
        for d in view.deliveries
        if d.message.state == OutboxState.SENT
        and d.message.acknowledged_at is None
        and not d.person.unreachable
    ]
    day = local_day(tx.now, tx.actor.timezone).isoformat()
    await outbox.put_many(
        tx,
        "broadcast",
        [
            {
                "person_id": person_id,
                "subject": f"broadcast_again:{broadcast_id}",
                "dedupe_key": f"broadcast:{broadcast_id}:{person_id}:{day}",
                "params": {"broadcast_id": broadcast_id, "again": True},
            }
            for person_id in silent
        ],
    )
    audit.record(tx, "broadcast.remind", "broadcast", broadcast_id, found.place, recipients=len(silent))
    return len(silent)


async def repeat_doubtful(tx: WriteTx, broadcast_id: int) -> int:
    """«Повторить неподтверждённые»: messages of which nobody knows whether they arrived go once more."""
    found = await _own(tx, broadcast_id)
    view = await queries.broadcast(tx, broadcast_id)
    doubtful = [d.message.id for d in view.deliveries if d.message.state == OutboxState.UNKNOWN]
    for message_id in doubtful:
        await outbox.resolve(tx, message_id, arrived=False)
    audit.record(tx, "broadcast.repeat", "broadcast", broadcast_id, found.place, recipients=len(doubtful))
    return len(doubtful)


def _author_place(tx: WriteTx) -> Place:
    places = [g.place for g in tx.actor.grants if Permission.BROADCAST in TABLE[g.role]]
    if not places and not tx.actor.is_system:
        raise Forbidden
    # The widest place of the author: those who watch over it may read what was sent.
    return min(places, key=lambda p: sum(part is not None for part in p), default=Place(None))


async def acknowledge(tx: WriteTx, broadcast_id: int) -> bool:
    """«Ознакомлен(а)»: note it once; False where the actor was not among the recipients."""
    noted = await tx.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.subject.in_((f"broadcast:{broadcast_id}", f"broadcast_again:{broadcast_id}")),
            OutboxMessage.person_id == (tx.actor.person_id or 0),
        )
        .values(acknowledged_at=tx.now)
        .returning(OutboxMessage.id)
    )
    return noted.first() is not None
