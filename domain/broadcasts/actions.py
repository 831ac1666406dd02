"""Writing to exactly those people."""

from sqlalchemy import select, update

from domain import audit, outbox
from domain.actor import Place
from domain.broadcasts import queries, rules
from domain.broadcasts.models import Broadcast
from domain.db import WriteTx
from domain.errors import Forbidden
from domain.outbox import OutboxMessage, Policy
from domain.policy import TABLE, Permission


async def send(tx: WriteTx, text: str, segment: rules.Segment, *, request_key: str) -> Broadcast:
    """Queue a message to everyone of the segment who can be reached: once each, whoever presses what.

    The same `request_key` again gives the same broadcast. Raises TextNeeded, NobodyToWrite.
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
        )
    return broadcast


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
            OutboxMessage.subject == f"broadcast:{broadcast_id}",
            OutboxMessage.person_id == (tx.actor.person_id or 0),
        )
        .values(acknowledged_at=tx.now)
        .returning(OutboxMessage.id)
    )
    return noted.first() is not None
