"""Writing to exactly those people, and hearing what they say to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from domain import audiences, audit, groups, outbox
from domain.audiences import NobodyToWrite, Preview, Segment, author_place
from domain.broadcasts import queries, rules
from domain.broadcasts.models import Broadcast, BroadcastFile, BroadcastLetter, BroadcastRecipient
from domain.broadcasts.rules import PLAIN, Extras
from domain.dates import local_day
from domain.db import WriteTx
from domain.errors import Forbidden
from domain.files import StoredFile
from domain.outbox import OutboxMessage, OutboxState, Policy
from domain.policy import Permission, require

PAUSED = datetime(9999, 1, 1, tzinfo=UTC)  # a paused message is due never
PUT_ASIDE_FOR = timedelta(days=7)
AGAIN_AFTER = timedelta(hours=20)  # nobody is reminded of a broadcast more often


async def keep_file(
    tx: WriteTx, stored: StoredFile, *, name: str, photo: bool = False, telegram_file_id: str | None = None
) -> BroadcastFile:
    """Put a file aside for a broadcast that is being written; its bytes are durable already."""
    author_place(tx)
    if tx.actor.person_id is None:
        raise Forbidden
    kept = BroadcastFile(
        made_by=tx.actor.person_id,
        made_at=tx.now,
        name=name[:255],
        sha256=stored.sha256,
        size=stored.size,
        photo=photo,
        telegram_file_id=telegram_file_id,
    )
    tx.session.add(kept)
    await tx.session.flush()
    return kept


async def send(
    tx: WriteTx,
    text: str,
    segment: Segment,
    *,
    request_key: str,
    starts_at: datetime | None = None,
    extras: Extras = PLAIN,
) -> Broadcast:
    """Queue a message to everyone of the segment who can be reached: once each, whoever presses what.

    With `starts_at` it leaves then, until which it can be cancelled. The same `request_key` again gives the same
    broadcast. Raises TextNeeded, UnknownVariable, NobodyToWrite, NotForGroups.
    """
    place = author_place(tx)
    known = await tx.session.scalar(select(Broadcast).where(Broadcast.request_key == request_key))
    if known is not None and known.author_id == tx.actor.person_id:
        return known
    text, extras = check(text, segment, extras)
    files = await queries.own_files(tx, extras.file_ids)
    preview = await audiences.preview(tx, segment)
    if not preview.recipients:
        raise NobodyToWrite
    broadcast = Broadcast(
        request_key=request_key,
        author_id=tx.actor.person_id,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        text=text,
        segment=segment.to_json(),
        recipients=len(preview.recipients),
        ask=extras.ask,
        link_label=extras.link_label,
        link_url=extras.link_url,
        rides=bool(files) and len(text) <= rules.RIDES,
        created_at=tx.now,
        starts_at=starts_at,
    )
    tx.session.add(broadcast)
    await tx.session.flush()
    for file in files:
        file.broadcast_id = broadcast.id
    audit.record(tx, "broadcast.send", "broadcast", broadcast.id, place, recipients=len(preview.recipients))
    await _queue(tx, broadcast, preview, files)
    await groups.announce(
        tx,
        extras.group_ids,
        "group_announcement",
        f"{broadcast.id}",
        {"broadcast_id": broadcast.id},
        subject=f"broadcast_group:{broadcast.id}",
        not_before=starts_at,
    )
    return broadcast


def check(text: str, segment: Segment, extras: Extras) -> tuple[str, Extras]:
    """Words and what goes with them as they may be sent; raises what `send` raises about them."""
    text = rules.check_text(text, with_deadline=segment.measure_id is not None)
    label, url = rules.check_link(extras.link_label, extras.link_url)
    if len(extras.file_ids) > rules.MAX_FILES:
        raise rules.TooManyFiles(max=rules.MAX_FILES)
    if extras.group_ids and (not segment.is_public or rules.variables(text) & rules.PERSONAL):
        raise groups.NotForGroups
    return text, Extras(extras.ask, label, url, extras.file_ids, extras.group_ids)


async def _queue(tx: WriteTx, broadcast: Broadcast, preview: Preview, files: Sequence[BroadcastFile]) -> None:
    """One row a person for the words, and one for each file that cannot go beside them; all at most once."""
    people = preview.recipients
    tx.session.add_all(
        BroadcastRecipient(
            broadcast_id=broadcast.id,
            person_id=r.person.id,
            place_name=r.place[:200],
            region_id=r.at.region_id,
            municipality_id=r.at.municipality_id,
            school_id=r.at.school_id,
        )
        for r in people
    )
    await tx.session.flush()

    def row(person_id: int, subject: str, tail: str, **params: Any) -> dict[str, Any]:
        return {
            "person_id": person_id,
            "subject": f"{subject}:{broadcast.id}",
            "dedupe_key": f"broadcast:{broadcast.id}:{person_id}{tail}",
            "params": {"broadcast_id": broadcast.id, **params},
            "policy": Policy.AT_MOST_ONCE,
            "lane": outbox.BULK,
            "not_before": broadcast.starts_at,
        }

    await outbox.put_many(tx, "broadcast", [row(r.person.id, "broadcast", "") for r in people])
    for file in files[1:] if broadcast.rides else files:
        rows = [row(r.person.id, "broadcast_file", f":file:{file.id}", file_id=file.id) for r in people]
        await outbox.put_many(tx, "broadcast_file", rows)


async def test(tx: WriteTx, text: str, segment: Segment, *, extras: Extras, key: str) -> None:
    """Send it to oneself alone, as it will look; one for each `key`."""
    author_place(tx)
    text, extras = check(text, segment, extras)
    files = await queries.own_files(tx, extras.file_ids)
    about = {
        "text": text,
        "segment": segment.to_json(),
        "ask": extras.ask,
        "link": [extras.link_label, extras.link_url],
    }
    rides = bool(files) and len(text) <= rules.RIDES
    parts: list[dict[str, Any]] = [{**about, "file_id": files[0].id if rides else None}]
    parts += [{"file_id": file.id} for file in (files[1:] if rides else files)]
    for number, params in enumerate(parts):
        await outbox.put(
            tx,
            "broadcast_test",
            person_id=tx.actor.person_id,
            subject="broadcast_test",
            dedupe_key=f"broadcast_test:{tx.actor.person_id}:{key}:{number}",
            params=params,
        )


async def forget_unsent(tx: WriteTx) -> int:
    """Files that were put aside a week ago and never sent are forgotten; their bytes leave with the next clean-up."""
    gone = await tx.session.execute(
        delete(BroadcastFile)
        .where(BroadcastFile.broadcast_id.is_(None), BroadcastFile.made_at < tx.now - PUT_ASIDE_FOR)
        .returning(BroadcastFile.id)
    )
    return len(gone.all())


async def remember_file(tx: WriteTx, file_id: int, telegram_file_id: str) -> None:
    """The messenger has the file now: it need not get the bytes again."""
    await tx.session.execute(
        update(BroadcastFile)
        .where(BroadcastFile.id == file_id, BroadcastFile.telegram_file_id.is_(None))
        .values(telegram_file_id=telegram_file_id)
    )


async def _own(tx: WriteTx, broadcast_id: int) -> Broadcast:
    """One's own, or one from a place that one coordinates: who may read it may also stop it."""
    found = await queries.find(tx, broadcast_id)
    if found.author_id != tx.actor.person_id:
        require(tx.actor, Permission.OVERRULE, found.place)
    return found


def _subjects(broadcast_id: int) -> tuple[str, ...]:
    parts = ("broadcast", "broadcast_file", "broadcast_group")
    return tuple(f"{part}:{broadcast_id}" for part in parts)


async def cancel(tx: WriteTx, broadcast_id: int) -> int:
    """Take back what has not begun to leave; how many people will not get it. Raises TooLate for nothing left."""
    found = await _own(tx, broadcast_id)
    words, *others = _subjects(broadcast_id)
    stopped = await outbox.cancel(tx, subject=words, reason="the author took it back")
    if found.cancelled_at is not None or not stopped:
        raise rules.TooLate
    for subject in others:
        await outbox.cancel(tx, subject=subject, reason="the author took it back")
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
            OutboxMessage.subject.in_(_subjects(broadcast_id)),
            OutboxMessage.state.in_((OutboxState.PENDING, OutboxState.CLAIMED)),
        )
        .values(not_before=moment, state=OutboxState.PENDING, lease_owner=None, lease_until=None)
        .returning(OutboxMessage.id)
    )
    return changed.first() is not None


async def remind(tx: WriteTx, broadcast_id: int) -> int:
    """«Напомнить тем, кто не ознакомился»: at most once a day each, whoever presses; how many now."""
    found = await _own(tx, broadcast_id)
    view = await queries.broadcast(tx, broadcast_id)
    recently = set(
        await tx.session.scalars(
            select(OutboxMessage.person_id).where(
                OutboxMessage.subject == f"broadcast_again:{broadcast_id}",
                OutboxMessage.created_at > tx.now - AGAIN_AFTER,
            )
        )
    )
    silent = [
        d.person.id
        for d in view.deliveries
        if d.message.state == OutboxState.SENT
        and d.read_at is None
        and not d.person.unreachable
        and found.ask is not rules.Ask.NOTHING
        and d.person.id not in recently
    ]
    day = local_day(tx.now, "UTC").isoformat()
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
    if silent:
        audit.record(tx, "broadcast.remind", "broadcast", broadcast_id, found.place, recipients=len(silent))
    return len(silent)


async def repeat_doubtful(tx: WriteTx, broadcast_id: int) -> int:
    """«Повторить неподтверждённые»: messages of which nobody knows whether they arrived go once more."""
    found = await _own(tx, broadcast_id)
    query = select(OutboxMessage.id, OutboxMessage.subject).where(
        OutboxMessage.subject.in_(_subjects(broadcast_id)), OutboxMessage.state == OutboxState.UNKNOWN
    )
    rows = (await tx.session.execute(query)).all()
    for message_id, _ in rows:
        await outbox.resolve(tx, message_id, arrived=False)
    doubtful = sum(subject == f"broadcast:{broadcast_id}" for _, subject in rows)
    audit.record(tx, "broadcast.repeat", "broadcast", broadcast_id, found.place, recipients=doubtful)
    return doubtful


async def acknowledge(tx: WriteTx, broadcast_id: int) -> bool:
    """«Ознакомлен(а)»: noted once, and the proof that it arrived; False where the actor was no recipient."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.subject.in_((f"broadcast:{broadcast_id}", f"broadcast_again:{broadcast_id}")),
        OutboxMessage.person_id == (tx.actor.person_id or 0),
    )
    found = (await tx.session.scalars(query)).all()
    for message_id in found:
        await outbox.acknowledge(tx, message_id)
    return bool(found)


async def answer(tx: WriteTx, broadcast_id: int, said: rules.Reply) -> bool:
    """«Буду / не буду»; the last word counts. False where the actor was no recipient."""
    if not await acknowledge(tx, broadcast_id):
        return False
    mine = await tx.session.get(BroadcastRecipient, (broadcast_id, tx.actor.person_id))
    if mine is not None:
        mine.answer, mine.answered_at = said, tx.now
    return True


async def write_letter(
    tx: WriteTx, broadcast_id: int, reader_id: int, text: str, *, source: tuple[int, int] | None = None
) -> BroadcastLetter:
    """A reader answers the author, or the author's side answers a reader; the other one gets it in the chat.

    The same message of a chat (`source`: chat and message) twice is one letter. Raises TextNeeded, NotFound.
    """
    me = tx.actor.person_id or 0
    if me == reader_id:
        about = await queries.received(tx, broadcast_id)
        to = about.author_id
    else:
        about = await _own(tx, broadcast_id)
        await queries.reader(tx, broadcast_id, reader_id)
        to = reader_id
    text = rules.check_letter(text)
    if source is not None:
        known = await tx.session.scalar(
            select(BroadcastLetter).where(
                BroadcastLetter.source_chat == source[0], BroadcastLetter.source_message == source[1]
            )
        )
        if known is not None:
            return known
    written = BroadcastLetter(
        broadcast_id=broadcast_id,
        person_id=reader_id,
        said_by=me,
        said_at=tx.now,
        text=text,
        source_chat=source[0] if source else None,
        source_message=source[1] if source else None,
    )
    tx.session.add(written)
    await tx.session.flush()
    if me == reader_id:
        await acknowledge(tx, broadcast_id)  # who answers has read it
    audit.record(tx, "broadcast.letter", "broadcast", broadcast_id, about.place)
    await outbox.put(
        tx,
        "broadcast_letter",
        person_id=to,
        subject=f"broadcast_letter:{broadcast_id}",
        dedupe_key=f"broadcast_letter:{written.id}",
        params={"letter_id": written.id, "broadcast_id": broadcast_id, "reader_id": reader_id},
    )
    return written
