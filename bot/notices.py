"""How queued messages read at the moment of sending. None: it is not true any more."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from aiogram.types import InlineKeyboardButton

from bot.flows.writing import broadcast_text
from bot.letters import LETTERS, reader
from bot.letters import plain as plain_of
from bot.lines import short_due
from bot.notice import Notice, Renderer
from bot.presses import DigestWhy, Queue, Report, Seen, Snooze, Work
from bot.ui import button, clip, safe
from domain import broadcasts, people, progress, reminders
from domain.dates import local_day
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.progress import Decision, QueueRow, Status, WorkCard, WorkRow
from domain.texts import Texts

SHOWN = 8  # lines of a digest; the rest is counted


async def submitted(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the reviewers: a report has come. Silent, and gone where it was taken back or decided."""
    mine = await reader(tx, message)
    card = await _card(mine, message)
    if card is None or not card.may_decide:
        return None
    newest = card.submissions[0].submission
    if newest.id != message.params["submission_id"]:
        return None
    text = "⏳ " + say(
        "%(school)s has handed in %(measure)s.", school=card.school.name, measure=card.measure.label
    )
    plain = plain_of(say)
    rows = ((button(plain("Open"), Report(submission=newest.id)), button(plain("Queue"), Queue())),)
    return Notice(text, rows, silent=True)


async def decided(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the school's people who worked on it: the decision and the reviewer's word."""
    mine = await reader(tx, message)
    card = await _card(mine, message)
    if card is None:
        return None
    view = next(v for v in card.submissions if v.submission.id == message.params["submission_id"])
    review = view.review
    if review is None or review.id != message.params["review_id"]:
        return None
    name, plain = _short(card), plain_of(say)
    word = say(
        "“%(comment)s” %(name)s",
        comment=clip(review.comment, 1500),
        name=card.names.get(review.reviewer_id or 0) or plain("The reviewer"),
    )
    open_it = Work(id=card.assignment.id, fresh=True)
    if review.decision is Decision.CONFIRM:
        if card.assignment.status is not Status.CONFIRMED:
            return None
        text = "✅ " + say("<b>%(name)s</b> is confirmed.", name=name) + "\n" + word
        return Notice(text, ((button(plain("Show"), open_it),),))
    if card.assignment.status is not Status.RETURNED:
        return None  # somebody of the school has already sent it again
    lines = [say("↩️ <b>%(name)s</b> was returned", name=name), word, say("The draft is kept.")]
    return Notice("\n".join(lines), ((button(plain("Improve it"), open_it),),))


async def _card(mine: Tx, message: OutboxMessage) -> WorkCard | None:
    try:
        return await progress.submission_card(mine, int(message.params["submission_id"]))
    except DomainError:
        return None


def _short(card: WorkCard) -> str:
    title = clip(" ".join(card.measure.title.split()), 80)
    return f"{card.measure.number} {title}" if card.measure.number else title


async def broadcast(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """A coordinator's words, with «Ознакомлен(а)»."""
    view = await broadcasts.broadcast(tx, int(message.params["broadcast_id"]))
    plain = plain_of(say)
    press = button(plain("I have read it"), Seen(id=view.broadcast.id))
    return Notice(broadcast_text(say, view.broadcast.text, view.author), ((press,),))


async def digest(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The morning: only what this person must act on, as it stands now."""
    mine = await reader(tx, message)
    person = await people.person(tx, message.person_id or 0)
    day = local_day(tx.now, mine.actor.timezone)
    if person.snoozed_until is not None and person.snoozed_until > day:
        return None
    found = await reminders.digest_of(mine)
    if not found:
        return None
    remarks = {row.assignment.id: await _remark(mine, row) for row in found.returned[:SHOWN]}
    return digest_notice(found, day, say, remarks)


async def _remark(mine: Tx, row: WorkRow) -> str:
    review = (await progress.work_card(mine, row.assignment.id)).returned
    return clip(review.comment, 120) if review is not None else ""


def digest_notice(found: reminders.Digest, day: date, say: Texts, remarks: Mapping[int, str]) -> Notice:
    """How a digest reads."""
    several = len({row.school.id for row in (*found.overdue, *found.returned, *found.soon)}) > 1
    plain = plain_of(say)
    lines: list[str] = []
    presses: list[InlineKeyboardButton] = []
    for sign, rows in (("🔴", found.overdue), ("🟡", found.soon), ("↩️", found.returned)):
        for row in rows:
            lines.append(f"{sign} {_work_line(say, row, day, remarks, several=several)}")
            label = row.measure.number or clip(row.measure.title, 16)
            presses.append(button(label, Work(id=row.assignment.id, fresh=True)))
    if found.to_review:
        lines.append(_review_line(say, found.to_review))
    shown = lines[:SHOWN]
    if len(lines) > SHOWN:
        shown.append(say("and %(n)s more", n=len(lines) - SHOWN))
    head = say.n("Good morning! %(n)s thing for today.", "Good morning! %(n)s things for today.", len(found))
    keyboard: list[tuple[InlineKeyboardButton, ...]] = []
    if presses:
        first = presses[0]
        opening = InlineKeyboardButton(
            text=plain("Open %(what)s", what=first.text), callback_data=first.callback_data
        )
        keyboard.append((opening, *presses[1:3]))
    if found.to_review:
        keyboard.append((button(plain("To review: %(n)s", n=len(found.to_review)), Queue()),))
    keyboard.append(
        (button(plain("Remind me tomorrow"), Snooze()), button(plain("Why did I get this"), DigestWhy()))
    )
    return Notice("\n".join([head, *shown]), tuple(keyboard))


def _work_line(say: Texts, row: WorkRow, day: date, remarks: Mapping[int, str], *, several: bool) -> str:
    name = row.measure.label
    if several:
        name = f"{row.school.name}: {name}"
    if row.standing is progress.Standing.OVERDUE:
        state = say.n("overdue by %(n)s day", "overdue by %(n)s days", row.days_late)
    elif row.standing is progress.Standing.RETURNED:
        state = say("returned for improvement")
        if remark := remarks.get(row.assignment.id):
            state += ": " + say("“%(words)s”", words=remark)
    elif row.assignment.due_on == day:
        state = say("due today")
    elif row.assignment.due_on == day + timedelta(days=1):
        state = say("due tomorrow")
    else:
        state = short_due(say, row.assignment.due_on, day)
    return f"{safe(name)}: {state}"


def _review_line(say: Texts, waiting: Sequence[QueueRow]) -> str:
    text = "⏳ " + say.n("%(n)s report to review", "%(n)s reports to review", len(waiting))
    longest = waiting[0]
    if longest.waiting:
        days = say.n("%(n)s working day", "%(n)s working days", longest.waiting)
        text += ", " + say("the longest: %(school)s, %(days)s", school=longest.school.name, days=days)
    return text


RENDERERS: Mapping[str, Renderer] = {
    **LETTERS,
    "submitted": submitted,
    "decided": decided,
    "broadcast": broadcast,
    "digest": digest,
}
