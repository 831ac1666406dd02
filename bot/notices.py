"""How queued messages read at the moment of sending. None: it is not true any more."""

from collections.abc import Mapping

from bot import ballots, edits, gatherings, grouping, mailing, peers, stand_ins, takeaways, waves
from bot.flows import uploading
from bot.letters import LETTERS, reader
from bot.letters import plain as plain_of
from bot.mornings import digest, joint_step, weekly_summary
from bot.notice import Notice, Renderer
from bot.presses import Queue, Report, Work
from bot.ui import button, clip
from domain import progress
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.progress import Decision, Status, WorkCard
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
        text = "✅ " + say("Confirmed: <b>%(name)s</b>", name=name) + "\n" + word
        return Notice(text, ((button(plain("Show"), open_it),),))
    if card.assignment.status is not Status.RETURNED:
        return None  # somebody of the school has already sent it again
    lines = ["↩️ " + say("Returned: <b>%(name)s</b>", name=name), word, say("The draft is kept.")]
    return Notice("\n".join(lines), ((button(plain("Improve it"), open_it),),))


async def _card(mine: Tx, message: OutboxMessage) -> WorkCard | None:
    try:
        return await progress.submission_card(mine, int(message.params["submission_id"]))
    except DomainError:
        return None


def _short(card: WorkCard) -> str:
    title = clip(card.measure.spoken, 80)
    return f"{card.measure.number} {title}" if card.measure.number else title


RENDERERS: Mapping[str, Renderer] = {
    **LETTERS,
    "submitted": submitted,
    "edit_proposed": edits.proposed,
    "edit_answered": edits.answered,
    "takeaway": takeaways.takeaway,
    "decided": decided,
    "broadcast": mailing.broadcast,
    "broadcast_file": mailing.broadcast_file,
    "broadcast_letter": mailing.broadcast_letter,
    "broadcast_test": mailing.broadcast_test,
    "digest": digest,
    "event_invitation": gatherings.invitation,
    "event_reminder": gatherings.reminder,
    "event_cancelled": gatherings.cancelled,
    "group_added": grouping.group_added,
    "group_announcement": grouping.announcement,
    "group_deadline": grouping.deadline,
    "group_event": gatherings.in_group,
    "group_event_cancelled": gatherings.cancelled_in_group,
    "group_hello": grouping.group_hello,
    "group_lost": grouping.group_lost,
    "joint_step": joint_step,
    "poll_invitation": ballots.invitation,
    "poll_reminder": ballots.reminder,
    "substitute_ends": stand_ins.ends,
    "substitute_named": stand_ins.named,
    "weekly_summary": weekly_summary,
    "uploaded": uploading.uploaded,
    "recommended": waves.recommended,
    "peer_partner": peers.partner,
    "peer_parted": peers.parted,
    "peer_shared": peers.shared,
    "peer_meeting": peers.meeting,
    "peer_final": peers.final,
}
