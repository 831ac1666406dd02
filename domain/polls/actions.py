"""Asking, answering, reminding once, ending."""

import secrets
from typing import Any

from sqlalchemy import select, update

from domain import audiences, audit, inbox, outbox, people
from domain.audiences import Segment, author_place
from domain.db import WriteTx
from domain.errors import NotFound
from domain.policy import Permission, require
from domain.polls import queries, rules
from domain.polls.models import Ballot, Poll, PollQuestion, PollSeat


async def create(tx: WriteTx, spec: rules.PollSpec, segment: Segment, *, request_key: str) -> Poll:
    """Ask everyone of a segment, each once; the same press twice is one poll. Raises PollWrong, NobodyToWrite."""
    place = author_place(tx)
    known = await tx.session.scalar(select(Poll).where(Poll.request_key == request_key))
    if known is not None and known.made_by == tx.actor.person_id:
        return known
    spec = rules.check(spec, tx.now)
    found = await audiences.preview(tx, segment)
    asked = queries.asked_of(found, per_school=spec.per_school)
    if not asked:
        raise audiences.NobodyToWrite
    rules.check_voices(spec, queries.voices(asked, per_school=spec.per_school))
    poll = Poll(
        request_key=request_key,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        title=spec.title,
        about=spec.about,
        per_school=spec.per_school,
        anonymous=spec.anonymous,
        segment=segment.to_json(),
        made_by=tx.actor.person_id,
        made_at=tx.now,
        closes_at=spec.closes_at,
    )
    tx.session.add(poll)
    await tx.session.flush()
    tx.session.add_all(
        PollQuestion(
            poll_id=poll.id,
            position=position,
            text=question.text,
            kind=question.kind,
            options=list(question.options),
            top=question.top,
            required=question.required,
        )
        for position, question in enumerate(spec.questions)
    )
    tx.session.add_all(
        PollSeat(
            poll_id=poll.id,
            person_id=r.person.id,
            voter=f"s{r.at.school_id}" if spec.per_school else f"p{r.person.id}",
            place_name=r.place[:200],
            school_id=r.at.school_id,
            draft={},
        )
        for r in asked
    )
    await _tell(tx, poll, "poll_invitation", [r.person.id for r in asked])
    audit.record(tx, "poll.create", "poll", poll.id, place, title=poll.title, guests=len(asked))
    return poll


async def _tell(tx: WriteTx, poll: Poll, kind: str, person_ids: list[int]) -> None:
    await outbox.put_many(
        tx,
        kind,
        [
            {
                "person_id": person_id,
                "subject": f"poll:{poll.id}",
                "dedupe_key": f"{kind}:{poll.id}:{person_id}",
                "params": {"poll_id": poll.id},
                "expires_at": poll.closes_at,
            }
            for person_id in person_ids
        ],
    )


async def answer(tx: WriteTx, poll_id: int, question_id: int, value: rules.Answer | None) -> queries.Sheet:
    """Put an answer into the actor's draft, or take it out (None); it counts only once handed in.

    Raises PollClosed, AlreadyAnswered; AnswerNeeded for something that is no answer to the question.
    """
    sheet = await _open_sheet(tx, poll_id)
    question = next((q for q in sheet.questions if q.id == question_id), None)
    if question is None:
        raise NotFound
    draft: rules.Answers = dict(sheet.seat.draft)
    draft.pop(str(question_id), None)
    if value is not None:
        if not question.fits(value):
            raise rules.AnswerNeeded(n=question.position + 1)
        draft[str(question_id)] = value.strip() if isinstance(value, str) else value
    sheet.seat.draft = draft
    return sheet


async def _open_sheet(tx: WriteTx, poll_id: int) -> queries.Sheet:
    sheet = await queries.sheet(tx, poll_id)
    if sheet.seat.is_done:
        raise rules.AlreadyAnswered
    if not sheet.is_open:
        raise rules.PollClosed
    return sheet


async def submit(tx: WriteTx, poll_id: int, *, came_by: int | None = None) -> Poll:
    """Hand the draft in: once for a person or a school, whoever of its team is first; all drafts are emptied.

    Of an anonymous poll nothing of who or when is kept with the answers, and the updates that brought them are
    emptied; `came_by` is the one that hands them in. Raises PollClosed, AlreadyAnswered,
    AnswerNeeded.
    """
    sheet = await _open_sheet(tx, poll_id)
    missing = sheet.missing
    if missing is not None:
        raise rules.AnswerNeeded(n=missing.position + 1)
    asked = {str(question.id): question for question in sheet.questions}
    answers: dict[str, Any] = {
        key: value for key, value in sheet.seat.draft.items() if key in asked and asked[key].fits(value)
    }
    won = await tx.session.execute(
        update(PollSeat)
        .where(PollSeat.poll_id == poll_id, PollSeat.voter == sheet.seat.voter, PollSeat.is_done.is_(False))
        .values(is_done=True, draft={})
        .returning(PollSeat.person_id)
    )
    if not won.all():
        raise rules.AlreadyAnswered
    named = not sheet.poll.anonymous
    tx.session.add(
        Ballot(
            id=secrets.randbelow(2**62),
            poll_id=poll_id,
            answers=answers,
            person_id=tx.actor.person_id if named else None,
            place_name=sheet.seat.place_name if named else None,
            sent_at=tx.now if named else None,
        )
    )
    await outbox.cancel(tx, subject=f"poll:{poll_id}", person_id=tx.actor.person_id, reason="answered")
    chat_id = (await people.me(tx)).telegram_id
    if not named and chat_id is not None:
        await inbox.redact(tx, chat_id, sheet.poll.made_at, came_by)  # the presses that chose
    return sheet.poll


async def _own(tx: WriteTx, poll_id: int) -> Poll:
    found = await queries.poll(tx, poll_id)
    if found.made_by != tx.actor.person_id:
        require(tx.actor, Permission.OVERRULE, found.place)
    if not found.is_open(tx.now):
        raise rules.PollClosed
    return found


async def remind(tx: WriteTx, poll_id: int) -> int:
    """Remind those who have not answered, once ever, whoever presses; how many. Raises PollClosed."""
    found = await _own(tx, poll_id)
    if found.reminded_at is not None:
        return 0
    silent = await queries.silent(tx, poll_id)
    found.reminded_at = tx.now
    await _tell(tx, found, "poll_reminder", [seat.person_id for seat in silent])
    audit.record(tx, "poll.remind", "poll", poll_id, found.place, title=found.title)
    return len(silent)


async def close(tx: WriteTx, poll_id: int) -> None:
    """Take no more answers; drafts that were not handed in are forgotten. Raises PollClosed."""
    found = await _own(tx, poll_id)
    found.closed_at = tx.now
    await tx.session.execute(update(PollSeat).where(PollSeat.poll_id == poll_id).values(draft={}))
    await outbox.cancel(tx, subject=f"poll:{poll_id}", reason="the poll was closed")
    audit.record(tx, "poll.close", "poll", poll_id, found.place, title=found.title)


async def plan(tx: WriteTx) -> int:
    """Remind once, the day before the end, those who have not answered; planning again changes nothing."""
    count = 0
    for found in await queries.ending(tx, tx.now + rules.REMIND_BEFORE):
        silent = await queries.silent(tx, found.id)
        found.reminded_at = tx.now
        await _tell(tx, found, "poll_reminder", [seat.person_id for seat in silent])
        count += len(silent)
    return count
