"""Who has received a message, what they said to it, and how it reads for one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain import audiences, people, schools
from domain.actor import Place
from domain.audiences import Recipient, Segment
from domain.broadcasts.models import Broadcast, BroadcastFile, BroadcastLetter, BroadcastRecipient
from domain.broadcasts.rules import Reply
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.outbox import OutboxMessage, OutboxState
from domain.policy import Permission, allows, within
from domain.progress import OPEN, Assignment


class Delivery(NamedTuple):
    """What became of one message of a broadcast."""

    person: people.Person
    message: OutboxMessage
    recipient: BroadcastRecipient | None = None  # broadcasts of the first release kept none

    @property
    def place(self) -> str:
        """For which place the person got it."""
        return self.recipient.place_name if self.recipient else ""

    @property
    def read_at(self) -> datetime | None:
        """When the person confirmed or answered."""
        return self.message.acknowledged_at or (self.recipient.answered_at if self.recipient else None)

    @property
    def answer(self) -> Reply | None:
        """«Буду / не буду»."""
        return self.recipient.answer if self.recipient else None


class BroadcastView(NamedTuple):
    """A broadcast with its deliveries."""

    broadcast: Broadcast
    author: str
    deliveries: Sequence[Delivery]

    @property
    def counts(self) -> dict[str, int]:
        """How many messages stand in each state."""
        found: dict[str, int] = {}
        for delivery in self.deliveries:
            found[delivery.message.state] = found.get(delivery.message.state, 0) + 1
        return found

    @property
    def under_way(self) -> int:
        """How many have not come to an end."""
        going = (OutboxState.PENDING, OutboxState.CLAIMED, OutboxState.SENDING)
        return sum(delivery.message.state in going for delivery in self.deliveries)


class BroadcastRow(NamedTuple):
    """A line of the list of broadcasts."""

    broadcast: Broadcast
    delivered: int
    read: int
    unanswered: int  # readers whose last word waits for the author


@dataclass(frozen=True, slots=True)
class Page:
    """How a broadcast reads for one person: values to be worded by the shell."""

    broadcast: Broadcast
    author: str
    files: Sequence[BroadcastFile]
    values: Mapping[str, str | date]
    reply: Reply | None = None


class Thread(NamedTuple):
    """What one reader and the author said to each other."""

    person: people.Person
    place: str
    letters: Sequence[BroadcastLetter]


def _visible(tx: Tx) -> ColumnElement[bool]:
    return or_(
        within(tx.actor, Permission.AUDIT, Broadcast), Broadcast.author_id == (tx.actor.person_id or 0)
    )


async def broadcast_list(tx: Tx, *, limit: int = 100) -> Sequence[Broadcast]:
    """One's own broadcasts and those from one's places, newest first."""
    query = select(Broadcast).where(_visible(tx)).order_by(Broadcast.id.desc()).limit(limit)
    return (await tx.session.scalars(query)).all()


async def broadcast_rows(tx: Tx, *, limit: int = 100) -> list[BroadcastRow]:
    """The same with how far each has come."""
    found = await broadcast_list(tx, limit=limit)
    subjects = {f"broadcast:{b.id}": b.id for b in found}
    sent, read = await _counted(tx, subjects)
    newest = (
        select(func.max(BroadcastLetter.id))
        .where(BroadcastLetter.broadcast_id.in_(subjects.values()))
        .group_by(BroadcastLetter.broadcast_id, BroadcastLetter.person_id)
    )
    waiting: dict[int, int] = {}
    letters = await tx.session.scalars(select(BroadcastLetter).where(BroadcastLetter.id.in_(newest)))
    for letter in letters:
        if letter.is_answer:
            waiting[letter.broadcast_id] = waiting.get(letter.broadcast_id, 0) + 1
    return [BroadcastRow(b, sent.get(b.id, 0), read.get(b.id, 0), waiting.get(b.id, 0)) for b in found]


async def _counted(tx: Tx, subjects: Mapping[str, int]) -> tuple[dict[int, int], dict[int, int]]:
    sent: dict[int, int] = {}
    read: dict[int, int] = {}
    query = (
        select(OutboxMessage.subject, func.count(), func.count(OutboxMessage.acknowledged_at))
        .where(OutboxMessage.subject.in_(subjects), OutboxMessage.state == OutboxState.SENT)
        .group_by(OutboxMessage.subject)
    )
    for subject, delivered, noted in await tx.session.execute(query):
        sent[subjects[subject]], read[subjects[subject]] = delivered, noted
    return sent, read


async def find(tx: Tx, broadcast_id: int) -> Broadcast:
    """One broadcast that the actor sent or whose author's place they watch over; else NotFound."""
    found = await tx.session.scalar(select(Broadcast).where(Broadcast.id == broadcast_id, _visible(tx)))
    if found is None:
        raise NotFound
    return found


async def broadcast(tx: Tx, broadcast_id: int) -> BroadcastView:
    """One broadcast with what became of each message."""
    found = await find(tx, broadcast_id)
    theirs = and_(
        BroadcastRecipient.broadcast_id == broadcast_id,
        BroadcastRecipient.person_id == OutboxMessage.person_id,
    )
    rows = await tx.session.execute(
        select(people.Person, OutboxMessage, BroadcastRecipient)
        .join(OutboxMessage, OutboxMessage.person_id == people.Person.id)
        .outerjoin(BroadcastRecipient, theirs)
        .where(OutboxMessage.subject == f"broadcast:{broadcast_id}")
        .order_by(people.Person.name, people.Person.id)
    )
    names = await people.person_names(tx, [found.author_id])
    deliveries = [Delivery(*row) for row in rows]
    return BroadcastView(found, names.get(found.author_id or 0, ""), deliveries)


async def files_of(tx: Tx, broadcast_id: int) -> Sequence[BroadcastFile]:
    """Files of a broadcast in their order. The caller has checked the right to see it."""
    query = select(BroadcastFile).where(BroadcastFile.broadcast_id == broadcast_id)
    return (await tx.session.scalars(query.order_by(BroadcastFile.id))).all()


async def own_files(tx: Tx, ids: Sequence[int]) -> Sequence[BroadcastFile]:
    """Files that the actor has put aside and not sent yet; NotFound where one is not among them."""
    query = select(BroadcastFile).where(
        BroadcastFile.id.in_(ids),
        BroadcastFile.broadcast_id.is_(None),
        BroadcastFile.made_by == (tx.actor.person_id or 0),
    )
    found = (await tx.session.scalars(query.order_by(BroadcastFile.id))).all()
    if len(found) != len(set(ids)):
        raise NotFound
    return found


async def example(tx: Tx, segment: Segment, recipient: Recipient | None) -> Mapping[str, str | date]:
    """What would be filled in for this recipient now, for a preview."""
    if recipient is None:
        return {"today": local_day(tx.now, tx.actor.timezone)}
    return await _values(tx, segment, recipient.person, recipient.at)


async def page_for(tx: Tx, broadcast_id: int, person_id: int, *, again: bool = False) -> Page | None:
    """How it reads for one recipient at this moment; None where it is not meant for them any more.

    Once more (`again`) only for those who have not read it.

    Asked at sending, for the rules of the system: nobody's rights are asked.
    """
    found = await tx.session.get(Broadcast, broadcast_id)
    person = await tx.session.get(people.Person, person_id)
    if found is None or person is None or found.cancelled_at is not None:
        return None
    mine = await tx.session.get(BroadcastRecipient, (broadcast_id, person_id))
    segment, values = Segment.from_json(found.segment), {}
    if mine is not None:
        if not await audiences.is_still_meant(tx, segment, person_id, mine.place):
            return None
        values = dict(await _values(tx, segment, person, mine.place)) if "{" in found.text else {}
    if again:
        read = select(OutboxMessage.id).where(_of(broadcast_id, person_id), _IS_READ).limit(1)
        if await tx.session.scalar(read) is not None:
            return None
    names = await people.person_names(tx, [found.author_id])
    return Page(
        found,
        names.get(found.author_id or 0, ""),
        await files_of(tx, broadcast_id),
        values,
        mine.answer if mine else None,
    )


async def public(tx: Tx, broadcast_id: int) -> Broadcast | None:
    """A broadcast as a group chat may read it; None once it was taken back. Nobody's rights are asked."""
    found = await tx.session.get(Broadcast, broadcast_id)
    return found if found is not None and found.cancelled_at is None else None


_IS_READ = OutboxMessage.acknowledged_at.is_not(None)


def _of(broadcast_id: int, person_id: int) -> ColumnElement[bool]:
    subjects = (f"broadcast:{broadcast_id}", f"broadcast_again:{broadcast_id}")
    return and_(OutboxMessage.subject.in_(subjects), OutboxMessage.person_id == person_id)


async def _values(tx: Tx, segment: Segment, person: people.Person, at: Place) -> dict[str, str | date]:
    names = await schools.place_names(tx, {at, at._replace(school_id=None)})
    values: dict[str, str | date] = {
        "name": person.name,
        "school": names[at].name,
        "municipality": names[at._replace(school_id=None)].name,
        "today": local_day(tx.now, person.timezone),
    }
    if segment.measure_id:
        query = select(Assignment.due_on).where(
            Assignment.measure_id == segment.measure_id, Assignment.status.in_(OPEN)
        )
        if at.school_id:
            query = query.where(Assignment.school_id == at.school_id)
        due_on = await tx.session.scalar(query.order_by(Assignment.due_on).limit(1))
        if due_on is not None:
            values["deadline"] = due_on
    return values


async def received(tx: Tx, broadcast_id: int) -> Broadcast:
    """A broadcast that the actor received; NotFound for everybody else."""
    return await reader(tx, broadcast_id, tx.actor.person_id or 0)


async def reader(tx: Tx, broadcast_id: int, person_id: int) -> Broadcast:
    """The broadcast, if it was for this person; else NotFound. The caller has checked the right to ask."""
    query = (
        select(Broadcast)
        .join(OutboxMessage, OutboxMessage.subject == f"broadcast:{broadcast_id}")
        .where(Broadcast.id == broadcast_id, OutboxMessage.person_id == person_id)
    )
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def find_by_message(tx: Tx, message_id: int) -> tuple[int, int] | None:
    """(broadcast, reader) of a message in the actor's own chat that was one of a broadcast or of its letters."""
    query = select(OutboxMessage).where(
        OutboxMessage.person_id == (tx.actor.person_id or 0),
        OutboxMessage.message_id == message_id,
        OutboxMessage.kind.in_(("broadcast", "broadcast_file", "broadcast_letter")),
    )
    found = await tx.session.scalar(query.order_by(OutboxMessage.id.desc()).limit(1))
    if found is None:
        return None
    reader_id = found.params.get("reader_id") or found.person_id or 0
    return int(found.params["broadcast_id"]), int(reader_id)


async def threads(tx: Tx, broadcast_id: int) -> list[Thread]:
    """Everything that readers answered to a broadcast that the actor may see, the newest thread first."""
    await find(tx, broadcast_id)
    query = select(BroadcastLetter).where(BroadcastLetter.broadcast_id == broadcast_id)
    letters: dict[int, list[BroadcastLetter]] = {}
    for letter in await tx.session.scalars(query.order_by(BroadcastLetter.id)):
        letters.setdefault(letter.person_id, []).append(letter)
    if not letters:
        return []
    mine = and_(
        BroadcastRecipient.person_id == people.Person.id, BroadcastRecipient.broadcast_id == broadcast_id
    )
    rows = await tx.session.execute(
        select(people.Person, BroadcastRecipient.place_name)
        .outerjoin(BroadcastRecipient, mine)
        .where(people.Person.id.in_(letters))
    )
    found = [Thread(person, place or "", letters[person.id]) for person, place in rows]
    return sorted(found, key=lambda thread: -thread.letters[-1].id)


async def letter(tx: Tx, letter_id: int) -> tuple[BroadcastLetter, Broadcast, Mapping[int, str]]:
    """One letter with its broadcast and the names of both; for those between whom it went, else NotFound."""
    found = await tx.session.get(BroadcastLetter, letter_id)
    about = await tx.session.get(Broadcast, found.broadcast_id) if found else None
    if found is None or about is None:
        raise NotFound
    me = tx.actor.person_id
    if me not in (found.person_id, about.author_id) and not allows(
        tx.actor, Permission.OVERRULE, about.place
    ):
        raise NotFound
    return found, about, await people.person_names(tx, [found.person_id, found.said_by])
