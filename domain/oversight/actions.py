"""Looking again, taking a confirmation back, deciding many at once."""

from collections.abc import Sequence

from domain import audit, outbox, progress
from domain.db import WriteTx
from domain.errors import DomainError
from domain.oversight import queries, rules
from domain.oversight.models import SecondLook, SeenReport
from domain.oversight.rules import Verdict
from domain.policy import Permission, require
from domain.progress import Assignment, Decision, Review, Submission


async def mark_seen(tx: WriteTx, submission_id: int) -> None:
    """The actor has opened a report; again is as good."""
    submission, _ = await progress.submission(tx, submission_id, Permission.SEE)
    if tx.actor.person_id is not None and not await queries.seen(tx, [submission.id]):
        tx.session.add(SeenReport(submission_id=submission.id, person_id=tx.actor.person_id, seen_at=tx.now))
        await tx.session.flush()


async def unconfirm(tx: WriteTx, submission_id: int, reason: str) -> Review:
    """A coordinator takes a confirmation back with a reason: the draft reopens, the school and the reviewer hear why.

    The actor's own repeated press gives the first again. Raises OwnSchool, NotConfirmed, CommentNeeded.
    """
    submission, work = await _report(tx, submission_id)
    latest = await progress.review_of(tx, submission.id)
    if latest and latest.decision is Decision.RETURN and latest.reviewer_id == tx.actor.person_id:
        return latest
    confirmed = await queries.confirmed_review(tx, submission, work)
    review = await progress.record_review(
        tx, submission, work, Decision.RETURN, reason, action="review.unconfirm"
    )
    _look(tx, submission, Verdict.UNCONFIRMED, review.comment)
    if confirmed.reviewer_id not in {None, tx.actor.person_id}:
        await outbox.put(
            tx,
            "unconfirmed",
            person_id=confirmed.reviewer_id,
            subject=f"submission:{submission.id}",
            dedupe_key=f"unconfirmed:{review.id}",
            params={"submission_id": submission.id, "review_id": review.id},
        )
    return review


async def agree(tx: WriteTx, submission_id: int, comment: str = "") -> SecondLook:
    """A second look found nothing wrong. Raises OwnSchool, NotConfirmed."""
    submission, work = await _report(tx, submission_id)
    await queries.confirmed_review(tx, submission, work)
    look = _look(tx, submission, Verdict.AGREED, comment.strip())
    audit.record(tx, "review.agree", "assignment", work.id, work.place, number=submission.id)
    await tx.session.flush()
    return look


async def decide_many(
    tx: WriteTx, submission_ids: Sequence[int], decision: Decision, comment: str
) -> rules.Group:
    """A coordinator decides about several reports with one word to all of them.

    Each one is judged by itself as by `progress.decide`; one that was not opened, was decided meanwhile or is not the
    actor's is refused and does not stop the others. Raises TooMany and CommentNeeded for the whole.
    """
    wanted = list(dict.fromkeys(submission_ids))
    if len(wanted) > rules.LARGEST_GROUP:
        raise rules.TooMany(max=rules.LARGEST_GROUP)
    if not comment.strip():
        raise progress.CommentNeeded
    seen = await queries.seen(tx, wanted)
    group = rules.Group()
    for submission_id in wanted:
        try:
            _, work = await progress.submission(tx, submission_id, Permission.SEE)
            require(tx.actor, Permission.OVERRULE, work.place)
            if submission_id not in seen:
                raise rules.NotSeen
            await progress.decide(tx, submission_id, decision, comment)
            group.decided.append(submission_id)
        except DomainError as refused:
            group.refused[submission_id] = refused
    return group


async def _report(tx: WriteTx, submission_id: int) -> tuple[Submission, Assignment]:
    submission, work = await progress.submission(tx, submission_id, Permission.SEE)
    if progress.is_own(tx.actor, work.place):
        raise progress.OwnSchool if work.school_id is not None else progress.OwnWork
    require(tx.actor, Permission.UNCONFIRM, work.place)
    return submission, work


def _look(tx: WriteTx, submission: Submission, verdict: Verdict, comment: str) -> SecondLook:
    look = SecondLook(
        submission_id=submission.id,
        verdict=verdict,
        comment=comment,
        looked_by=tx.actor.person_id,
        looked_at=tx.now,
    )
    tx.session.add(look)
    return look
