"""More of the queued messages: questions and answers, requests to be let off, moved deadlines."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.notice import Notice, Renderer
from bot.presses import Ask, Home, Report, WaiverOpen, Work
from bot.ui import bold, button, clip, safe
from domain import obligations, people, progress, talks
from domain.db import Tx
from domain.errors import DomainError
from domain.obligations import WaiverState
from domain.outbox import OutboxMessage
from domain.texts import Texts, texts

SHOWN = 5  # moved deadlines named in one message


async def reader(tx: Tx, message: OutboxMessage) -> Tx:
    """The same transaction, seen by the one who will read: their rights are asked again."""
    return replace(tx, actor=await people.actor_by_id(tx, message.person_id or 0))


def plain(say: Texts) -> Texts:
    """The same language where no HTML is read: buttons."""
    return texts(say.language, escape=False)


async def said(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """A question or an answer about an assignment; gone where a question has been answered by a colleague."""
    mine = await reader(tx, message)
    try:
        thread = await talks.thread(mine, int(message.params["assignment_id"]))
        card = await progress.work_card(mine, int(message.params["assignment_id"]))
    except DomainError:
        return None
    here = next((u for u in thread.said if u.id == message.params["utterance_id"]), None)
    if here is None or (here.turn is talks.Turn.QUESTION and here is not thread.last):
        return None
    _ = plain(say)
    name = thread.names.get(here.said_by or 0) or _("somebody")
    what = card.measure.label
    if thread.side is not talks.Side.SCHOOL:
        what = f"{card.school.name}, {card.measure.number or clip(card.measure.spoken, 60)}"
    text = f"💬 {bold(what)}\n" + say("“%(comment)s” %(name)s", comment=clip(here.text, 3000), name=name)
    if here.turn is talks.Turn.QUESTION:
        return Notice(text, ((button(_("💬 Answer"), Ask(id=card.assignment.id, fresh=True)),),))
    row = [button(_("Show"), Ask(id=card.assignment.id, fresh=True))]
    if card.may_decide:
        # The answer was what the decision waited for.
        row.insert(
            0, button(_("To the report"), Report(submission=card.submissions[0].submission.id, fresh=True))
        )
    return Notice(text, (tuple(row),))


async def waiver_asked(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the coordinator: a school asks not to have to hand something in."""
    mine = await reader(tx, message)
    waiting = {row.waiver.id: row for row in await obligations.open_waivers(mine)}
    row = waiting.get(int(message.params["waiver_id"]))
    if row is None:
        return None
    lines = [
        bold(row.school.name),
        say("Asks not to have to hand in %(measure)s.", measure=row.measure.label),
    ]
    lines.append(say("“%(words)s”", words=clip(row.waiver.reason, 1000)))
    _ = plain(say)
    return Notice(
        "\n".join(lines), ((button(_("Open"), WaiverOpen(id=row.waiver.id, fresh=True)),),), silent=True
    )


async def waiver_answered(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the one who asked."""
    try:
        row = await obligations.waiver_card(await reader(tx, message), int(message.params["waiver_id"]))
    except DomainError:
        return None
    if row.waiver.state is WaiverState.GRANTED:
        text = "✖️ " + say("%(measure)s: not required.", measure=row.measure.label)
        if row.assignment.school_id is not None:
            text = "✖️ " + say("%(measure)s: not required of your school.", measure=row.measure.label)
    elif row.waiver.state is WaiverState.DECLINED:
        text = say("%(measure)s: it is required.", measure=row.measure.label)
    else:
        return None
    if row.waiver.answer:
        text += "\n" + say("“%(words)s”", words=clip(row.waiver.answer, 1500))
    _ = plain(say)
    return Notice(text, ((button(_("Open"), Work(id=row.assignment.id, fresh=True)),),))


async def required_again(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the school's team: it is required after all."""
    try:
        card = await progress.work_card(await reader(tx, message), int(message.params["assignment_id"]))
    except DomainError:
        return None
    closed = (progress.Standing.WAIVED, progress.Standing.CONFIRMED, progress.Standing.NOTED)
    if card.standing in closed:
        return None
    text = say("%(measure)s: it is required.", measure=card.measure.label)
    text += "\n" + say("“%(words)s”", words=clip(str(message.params["reason"]), 1500))
    _ = plain(say)
    return Notice(text, ((button(_("Open"), Work(id=card.assignment.id, fresh=True)),),))


async def unconfirmed(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the reviewer: a coordinator has taken the confirmation back, and why."""
    try:
        card = await progress.submission_card(await reader(tx, message), int(message.params["submission_id"]))
    except DomainError:
        return None
    view = next(v for v in card.submissions if v.submission.id == message.params["submission_id"])
    review = view.review
    if review is None or review.id != message.params["review_id"]:
        return None
    _ = plain(say)
    what = f"{card.school.name}, {card.measure.number or clip(card.measure.spoken, 60)}"
    text = "↩️ " + say("<b>%(what)s</b>: your confirmation was taken back.", what=what)
    name = card.names.get(review.reviewer_id or 0) or _("somebody")
    text += "\n" + say("“%(comment)s” %(name)s", comment=clip(review.comment, 1500), name=name)
    return Notice(text, ((button(_("Open"), Report(submission=view.submission.id, fresh=True)),),))


async def moved(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To those who hold the work: deadlines that still stand where they were moved to."""
    mine = await reader(tx, message)
    lines = []
    for assignment_id, was, due in message.params["moves"]:
        try:
            card = await progress.work_card(mine, int(assignment_id))
        except DomainError:
            continue
        if card.assignment.due_on == _day(due) and card.assignment.status in progress.OPEN:
            lines.append(f"{safe(card.measure.label)}: {_move(say, _day(was), _day(due))}")
    if not lines:
        return None
    shown = lines[:SHOWN]
    if len(lines) > SHOWN:
        shown.append(say("and %(n)s more", n=len(lines) - SHOWN))
    _ = plain(say)
    head = say("Deadlines have moved:")
    return Notice("\n".join([head, *shown]), ((button(_("To the first screen"), Home()),),))


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _move(say: Texts, was: date | None, due: date | None) -> str:
    now = say.date(due) if due else say("no date")
    if was is None:
        return say("now until %(now)s", now=now)
    return say("it was %(was)s, now %(now)s", was=say.date(was), now=now)


LETTERS: Mapping[str, Renderer] = {
    "question": said,
    "answer": said,
    "waiver_asked": waiver_asked,
    "waiver_answered": waiver_answered,
    "required_again": required_again,
    "moved": moved,
    "unconfirmed": unconfirmed,
}
