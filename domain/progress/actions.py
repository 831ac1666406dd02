"""Drafting, handing in, deciding."""

from sqlalchemy import delete, func, select, update

from domain import audit, outbox, people, schools
from domain.dates import local_day
from domain.db import WriteTx
from domain.files import StoredFile
from domain.policy import Permission
from domain.progress import queries, rules
from domain.progress.models import Assignment, Evidence, Review, Submission, WipedFile
from domain.progress.rules import Decision, Kind, Source, Status


async def add_text(tx: WriteTx, assignment_id: int, text: str, source: Source = Source()) -> Evidence:  # noqa: B008
    """Put words or a link into the draft; the same message twice stays one."""
    return await _add(tx, assignment_id, source, Evidence(kind=rules.kind_of(text), text=text.strip()))


async def add_file(
    tx: WriteTx,
    assignment_id: int,
    stored: StoredFile,
    *,
    name: str,
    mime: str | None = None,
    photo: bool = False,
    telegram_file_id: str | None = None,
    caption: str | None = None,
    source: Source = Source(),  # noqa: B008
) -> Evidence:
    """Put a file whose bytes are already durable into the draft. Raises TooManyFiles, TooManyPhotos, FileWiped.

    All photos together become one PDF (`proof.join_photos`) and take one place of the slot.
    """
    fresh = Evidence(
        kind=Kind.PHOTO if photo else Kind.FILE,
        text=(caption or "").strip() or None,
        name=name[:255],
        mime=mime,
        size=stored.size,
        sha256=stored.sha256,
        telegram_file_id=telegram_file_id,
    )
    return await _add(tx, assignment_id, source, fresh)


async def _check_slot(tx: WriteTx, assignment: Assignment, fresh: Evidence) -> None:
    """Pass where this file may come in and finds room. The slot's size is asked for only once something is in it."""
    if await tx.session.get(WipedFile, fresh.sha256) is not None:
        raise rules.FileWiped
    query = select(Evidence.kind, func.count()).where(
        Evidence.assignment_id == assignment.id, Evidence.submission_id.is_(None)
    )
    held = dict((await tx.session.execute(query.group_by(Evidence.kind))).all())
    photos = held.get(Kind.PHOTO, 0)
    if fresh.kind is Kind.PHOTO and photos:
        if photos >= rules.MAX_PHOTOS:
            raise rules.TooManyPhotos(max=rules.MAX_PHOTOS)
        return  # they share one place
    taken = held.get(Kind.FILE, 0) + bool(photos)
    if taken and taken >= (limit := (await schools.file_rules(tx, assignment.place)).max_files):
        raise rules.TooManyFiles(max=limit)


async def _known(tx: WriteTx, source: Source) -> Evidence | None:
    if source.message_id is None:
        return None
    query = select(Evidence).where(
        Evidence.chat_id == source.chat_id, Evidence.message_id == source.message_id
    )
    return (await tx.session.scalars(query)).first()


async def _add(tx: WriteTx, assignment_id: int, source: Source, evidence: Evidence) -> Evidence:
    assignment = await queries.assignment(tx, assignment_id, Permission.SUBMIT)
    known = await _known(tx, source)
    if known is not None:
        return known
    await queries.check_open(tx, assignment)
    if evidence.sha256 is not None:
        await _check_slot(tx, assignment, evidence)
    evidence.assignment_id, evidence.submission_id = assignment_id, None
    evidence.chat_id, evidence.message_id = source
    evidence.added_by, evidence.added_at = tx.actor.person_id, tx.now
    tx.session.add(evidence)
    await tx.session.flush()
    return evidence


async def change_words(tx: WriteTx, source: Source, text: str) -> Evidence | None:
    """A message that brought words or a caption was edited: the draft says the new ones.

    None where nothing came by that message. Raises AlreadySubmitted and AssignmentClosed: what was handed in stays.
    """
    known = await _known(tx, source)
    if known is None:
        return None
    assignment = await queries.assignment(tx, known.assignment_id, Permission.SUBMIT)
    await queries.check_open(tx, assignment)
    words = text.strip()
    if known.kind in (Kind.TEXT, Kind.LINK):
        known.text, known.kind = words or known.text, rules.kind_of(words)
    else:
        known.text = words or None
    return known


async def remove_evidence(tx: WriteTx, evidence_id: int) -> None:
    """Take one thing out of the draft; gone already is as good."""
    evidence = await tx.session.get(Evidence, evidence_id)
    if evidence is None:
        return
    assignment = await queries.assignment(tx, evidence.assignment_id, Permission.SUBMIT)
    await queries.check_open(tx, assignment)
    if evidence.submission_id is None:
        await tx.session.delete(evidence)


async def remove_photos(tx: WriteTx, assignment_id: int) -> int:
    """Take all photos out of the draft: an album that was the wrong one. Returns how many."""
    assignment = await queries.assignment(tx, assignment_id, Permission.SUBMIT)
    await queries.check_open(tx, assignment)
    gone = await tx.session.execute(
        delete(Evidence).where(
            Evidence.assignment_id == assignment_id,
            Evidence.submission_id.is_(None),
            Evidence.kind == Kind.PHOTO,
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


async def submit(tx: WriteTx, assignment_id: int) -> Submission:
    """Hand the draft in as the next version. A second press raises AlreadySubmitted with the number.

    What a region's only coordinator hands in is noted as done by a document, and confirmed by nobody.
    Raises DocumentNeeded there.
    """
    assignment = await queries.assignment(tx, assignment_id, Permission.SUBMIT)
    await queries.check_open(tx, assignment)
    draft = (await queries.drafts(tx, [assignment_id])).get(assignment_id, [])
    if not draft:
        raise rules.NothingToSubmit
    zone = await schools.timezone(tx, assignment.place)
    submission = Submission(
        assignment_id=assignment_id,
        version=assignment.version + 1,
        submitted_by=tx.actor.person_id,
        submitted_at=tx.now,
        late=rules.days_late(assignment.due_on, local_day(tx.now, zone)) > 0,
    )
    tx.session.add(submission)
    await tx.session.flush()
    await tx.session.execute(
        update(Evidence)
        .where(Evidence.assignment_id == assignment_id, Evidence.submission_id.is_(None))
        .values(submission_id=submission.id)
    )
    if any(item.kind is Kind.PHOTO for item in draft):
        tx.announce("photos")  # one PDF is made of them as soon as this is committed
    reviewers = await queries.reviewers_left(tx, submission, assignment.place)
    status = Status.IN_REVIEW
    if not reviewers and assignment.municipality_id is None:
        if not rules.speaks_for_itself(item.kind for item in draft):
            raise rules.DocumentNeeded
        status = Status.NOTED
    assignment.version, assignment.status, assignment.status_at = submission.version, status, tx.now
    audit.record(
        tx,
        "submission.note" if status is Status.NOTED else "submission.send",
        "assignment",
        assignment_id,
        assignment.place,
        number=submission.id,
        version=submission.version,
    )
    for reviewer in reviewers:
        await outbox.put(
            tx,
            "submitted",
            person_id=reviewer.id,
            subject=f"submission:{submission.id}",
            dedupe_key=f"submitted:{submission.id}:{reviewer.id}",
            params={"submission_id": submission.id},
        )
    return submission


async def withdraw(tx: WriteTx, submission_id: int) -> Assignment:
    """Take a report back until somebody has decided; everything sent returns to the draft."""
    submission, assignment = await queries.submission(tx, submission_id, Permission.SUBMIT)
    if submission.withdrawn_at is not None:
        return assignment
    await _check_undecided(tx, submission, assignment)
    submission.withdrawn_at = tx.now
    before = await tx.session.scalar(
        select(func.count())
        .select_from(Review)
        .join(Submission, Submission.id == Review.submission_id)
        .where(Submission.assignment_id == assignment.id)
    )
    assignment.status, assignment.status_at = (Status.RETURNED if before else Status.NOT_DONE), tx.now
    await _reopen_draft(tx, submission)
    audit.record(
        tx, "submission.withdraw", "assignment", assignment.id, assignment.place, number=submission_id
    )
    return assignment


async def decide(tx: WriteTx, submission_id: int, decision: Decision, comment: str) -> Review:
    """Confirm a report or send it back, with a comment.

    Raises OwnSchool, NotYourTurn, CommentNeeded, Withdrawn, and AlreadyDecided (who, when) for the second.
    The actor's own repeated press gives the first decision again.
    """
    submission, assignment = await queries.submission(tx, submission_id, Permission.SEE)
    if not tx.actor.is_system:
        await queries.require_turn(tx, submission, assignment)
    earlier = await queries.review_of(tx, submission_id)
    if earlier and earlier.reviewer_id == tx.actor.person_id and earlier.decision is decision:
        return earlier
    await _check_undecided(tx, submission, assignment)
    return await record_review(tx, submission, assignment, decision, comment, action=f"review.{decision}")


async def record_review(
    tx: WriteTx,
    submission: Submission,
    assignment: Assignment,
    decision: Decision,
    comment: str,
    *,
    action: str,
) -> Review:
    """Write a decision that the caller has checked, and tell those who worked on the report. Raises CommentNeeded."""
    if not comment.strip():
        raise rules.CommentNeeded
    review = Review(
        submission_id=submission.id,
        decision=decision,
        comment=comment.strip(),
        reviewer_id=tx.actor.person_id,
        at=tx.now,
    )
    tx.session.add(review)
    confirmed = decision is Decision.CONFIRM
    assignment.status, assignment.status_at = (Status.CONFIRMED if confirmed else Status.RETURNED), tx.now
    await tx.session.flush()
    if not confirmed:
        await _reopen_draft(tx, submission)
    details = {"number": submission.id, "comment": review.comment}
    audit.record(tx, action, "assignment", assignment.id, assignment.place, **details)
    for person_id in await queries.contributors(tx, submission):
        await outbox.put(
            tx,
            "decided",
            person_id=person_id,
            subject=f"submission:{submission.id}",
            dedupe_key=f"decided:{review.id}:{person_id}",
            params={"submission_id": submission.id, "review_id": review.id},
        )
    return review


async def _check_undecided(tx: WriteTx, submission: Submission, assignment: Assignment) -> None:
    # Writers take turns (domain/db.py), so this check and the write are one step.
    review = await queries.review_of(tx, submission.id)
    if review is not None:
        names = await people.person_names(tx, [review.reviewer_id])
        raise rules.AlreadyDecided(
            name=names.get(review.reviewer_id or 0, ""), at=review.at, decision=review.decision
        )
    if submission.withdrawn_at is not None or submission.version != assignment.version:
        raise rules.Withdrawn


async def _reopen_draft(tx: WriteTx, submission: Submission) -> None:
    """The version keeps its evidence; the draft starts from copies of it, which follow their messages from now on."""
    await tx.session.execute(
        delete(Evidence).where(
            Evidence.assignment_id == submission.assignment_id, Evidence.submission_id.is_(None)
        )
    )
    sent = await tx.session.scalars(
        select(Evidence)
        .where(
            Evidence.submission_id == submission.id, Evidence.joined.is_(False), Evidence.wiped_at.is_(None)
        )
        .order_by(Evidence.id)
    )
    copies = []
    for item in sent.all():
        copies.append(item.for_draft())
        copies[-1].chat_id, copies[-1].message_id = item.chat_id, item.message_id
        item.chat_id = item.message_id = None  # a message stands behind one thing only
    await tx.session.flush()
    tx.session.add_all(copies)
