"""Asking and answering."""

from collections.abc import Sequence

from sqlalchemy import select

from domain import audit, outbox, people, progress
from domain.db import WriteTx
from domain.progress import Assignment, Source
from domain.talks import queries, rules
from domain.talks.models import Utterance
from domain.talks.rules import Side, Turn


async def say(tx: WriteTx, assignment_id: int, text: str, source: Source = Source()) -> Utterance:  # noqa: B008
    """Say something about an assignment: an answer where the other side asked last, otherwise a question.

    The same message twice stays one. Raises NothingSaid, and Forbidden for those who only read.
    """
    work = await progress.assignment(tx, assignment_id)
    side = queries.side_of(tx, work)
    known = await _known(tx, source)
    if known is not None:
        return known
    words = text.strip()[: rules.LONGEST]
    if not words:
        raise rules.NothingSaid
    said = (await queries.thread(tx, work.id)).said
    before = (said[-1].side, said[-1].turn) if said else None
    fresh = Utterance(
        assignment_id=work.id,
        region_id=work.region_id,
        municipality_id=work.municipality_id,
        school_id=work.school_id,
        side=side,
        turn=rules.turn(side, before),
        text=words,
        said_by=tx.actor.person_id,
        said_at=tx.now,
        chat_id=source.chat_id,
        message_id=source.message_id,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(tx, f"talk.{fresh.turn}", "assignment", work.id, work.place, utterance=fresh.id)
    for person_id in await _listeners(tx, work, fresh, said):
        await outbox.put(
            tx,
            fresh.turn.value,
            person_id=person_id,
            subject=f"assignment:{work.id}",
            dedupe_key=f"talk:{fresh.id}:{person_id}",
            params={"utterance_id": fresh.id, "assignment_id": work.id},
        )
    return fresh


async def _known(tx: WriteTx, source: Source) -> Utterance | None:
    if source.message_id is None:
        return None
    query = select(Utterance).where(
        Utterance.chat_id == source.chat_id, Utterance.message_id == source.message_id
    )
    return (await tx.session.scalars(query)).first()


async def _listeners(tx: WriteTx, work: Assignment, fresh: Utterance, said: Sequence[Utterance]) -> list[int]:
    """Who is told: for an answer those who asked, otherwise whoever is responsible on the other side."""
    other = Side.REVIEWER if fresh.side is Side.SCHOOL else Side.SCHOOL
    there = (
        await people.reviewers(tx, work.place)
        if other is Side.REVIEWER
        else await people.team(tx, work.place)
    )
    present = {person.id for person in there}
    if fresh.turn is Turn.ANSWER:
        asked = {u.said_by for u in said if u.side is other and u.turn is Turn.QUESTION}
        present = {person_id for person_id in present if person_id in asked} or present
    return sorted(present - {tx.actor.person_id})
