"""What is done with the files of a report after it was handed in."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from domain import audit, photos, progress, schools
from domain.actor import SYSTEM
from domain.db import Database, Tx, WriteTx
from domain.errors import Forbidden, NotFound
from domain.files import MIME, FileStore, StoredFile
from domain.policy import Permission, allows, require
from domain.previews import Looks
from domain.progress import Assignment, Evidence, Kind, Submission, WipedFile
from domain.proof import queries, rules
from domain.proof.models import UnjoinableReport

LOOKED_FORWARD = timedelta(hours=2)  # reports that a reviewer may open soon


async def join_photos(db: Database, store: FileStore, name: Callable[[int], str]) -> int:
    """Make one PDF of the photos of every report that has none; returns how many were made.

    Opens its own transactions: the work on the pictures happens between them, outside of both. May run late, twice
    or never: the photos were handed in by themselves, the same photos give the same bytes, and a second PDF of a
    report is not recorded. A picture that cannot be opened leaves its report without a PDF, not without proof.
    `name` gives the file's name by the report's number.
    """
    async with db.read(SYSTEM) as tx:
        waiting = await queries.unjoined(tx)
        largest = {report.submission_id: await _largest(tx, report.submission_id) for report in waiting}
    made = 0
    for report in waiting:
        max_bytes = largest[report.submission_id]
        paths = [store.path(sha256) for sha256 in report.photos]
        try:
            body = await asyncio.to_thread(photos.join, paths, max_bytes=max_bytes)
        except (photos.PhotoUnreadable, ValueError):
            async with db.write(SYSTEM) as wtx:
                await wtx.session.merge(
                    UnjoinableReport(submission_id=report.submission_id, tried_at=wtx.now)
                )
            continue
        stored = await store.keep(body)
        async with db.write(SYSTEM) as wtx:
            made += await keep_joined(wtx, report, stored, name=name(report.submission_id))
    return made


async def _largest(tx: Tx, submission_id: int) -> int:
    """Bytes of the largest file that the report's slot takes."""
    _, work = await progress.submission(tx, submission_id, Permission.SEE)
    return (await schools.file_rules(tx, work.place)).max_file_mb * 1024 * 1024


async def keep_joined(tx: WriteTx, report: queries.Unjoined, stored: StoredFile, *, name: str) -> bool:
    """Record the PDF beside its photos; False where there is one already or the photos are not those any more."""
    if not tx.actor.is_system:
        raise Forbidden
    submission = await tx.session.get(Submission, report.submission_id, with_for_update=True)
    if submission is None:
        raise NotFound
    assignment = await tx.session.get_one(Assignment, submission.assignment_id)
    if report not in await queries.unjoined(tx, submission_id=submission.id):
        return False
    newest = await tx.session.scalars(
        select(Evidence)
        .where(Evidence.submission_id == submission.id, Evidence.kind == Kind.PHOTO)
        .order_by(Evidence.id.desc())
        .limit(1)
    )
    tx.session.add(
        Evidence(
            assignment_id=assignment.id,
            submission_id=submission.id,
            kind=Kind.FILE,
            name=name[:255],
            mime=MIME["pdf"],
            size=stored.size,
            sha256=stored.sha256,
            added_by=newest.one().added_by,
            added_at=tx.now,
            joined=True,
        )
    )
    audit.record(
        tx,
        "photos.join",
        "assignment",
        assignment.id,
        assignment.place,
        number=submission.id,
        photos=len(report.photos),
    )
    return True


async def wipe(tx: WriteTx, evidence_id: int) -> int:
    """A reviewer or coordinator removes a file that shows children's data, wherever it was handed in.

    The rows stay, without name, caption and hash; in drafts the file goes. A PDF made of wiped photos goes as well
    and is made anew of the others. The bytes leave the store after the commit (`delete_wiped`). Returns how many
    things were wiped; again, none.
    """
    evidence = await progress.evidence(tx, evidence_id)
    work = await progress.assignment(tx, evidence.assignment_id)
    if not allows(tx.actor, Permission.REVIEW, work.place):
        require(tx.actor, Permission.OVERRULE, work.place)
    if evidence.sha256 is None:
        return 0
    rows = await _everywhere(tx, evidence.sha256)
    for row, assignment in rows:
        await _mark_wiped(tx, row)
        audit.record(
            tx, "evidence.wipe", "assignment", assignment.id, assignment.place, number=row.submission_id
        )
        if row.submission_id is None:
            await tx.session.delete(row)
    changed = {row.submission_id for row, _ in rows if row.submission_id is not None}
    await tx.session.execute(delete(UnjoinableReport).where(UnjoinableReport.submission_id.in_(changed)))
    tx.announce("wiped")
    if any(row.kind is Kind.PHOTO and row.submission_id for row, _ in rows):
        tx.announce("photos")
    return len(rows)


async def _everywhere(tx: WriteTx, sha256: str) -> list[tuple[Evidence, Assignment]]:
    """Every piece of evidence with these bytes, and the PDFs made of them."""
    reports = select(Evidence.submission_id).where(Evidence.sha256 == sha256, Evidence.kind == Kind.PHOTO)
    query = (
        select(Evidence, Assignment)
        .join(Assignment, Assignment.id == Evidence.assignment_id)
        .where(
            or_(
                Evidence.sha256 == sha256,
                Evidence.joined.is_(True) & Evidence.submission_id.in_(reports),
            ),
            Evidence.wiped_at.is_(None),
        )
        .order_by(Evidence.id)
    )
    return [row._tuple() for row in await tx.session.execute(query)]


async def _mark_wiped(tx: WriteTx, row: Evidence) -> None:
    known = await tx.session.get(WipedFile, row.sha256)
    if known is None:
        tx.session.add(WipedFile(sha256=row.sha256, wiped_by=tx.actor.person_id, wiped_at=tx.now))
        await tx.session.flush()
    elif known.deleted_at is not None:
        known.deleted_at = None  # it came back in spite of all
    row.sha256 = row.telegram_file_id = row.name = row.text = row.size = None
    row.wiped_at, row.wiped_by = tx.now, tx.actor.person_id


async def delete_wiped(db: Database, store: FileStore) -> int:
    """Delete the bytes of wiped files and what was shown of them; returns how many. May run late or twice: what is gone is gone.

    Opens its own transactions, so that a file is deleted only after its wiping was committed.
    """
    async with db.read(SYSTEM) as tx:
        query = select(WipedFile.sha256).where(WipedFile.deleted_at.is_(None))
        waiting = (await tx.session.scalars(query)).all()
    for sha256 in waiting:
        with suppress(FileNotFoundError):
            await asyncio.to_thread(store.path(sha256).unlink)
        await asyncio.to_thread(Looks(store.folder).forget, sha256)
    if waiting:
        async with db.write(SYSTEM) as wtx:
            await wtx.session.execute(
                update(WipedFile).where(WipedFile.sha256.in_(waiting)).values(deleted_at=wtx.now)
            )
    return len(waiting)


async def take_looks(db: Database, store: FileStore) -> int:
    """Take the first look at files of new reports, so that the card opens at once; returns how many.

    Opens its own transactions. May run late, twice or never: whoever opens the card takes the look then.
    """
    async with db.read(SYSTEM) as tx:
        fresh = await queries.fresh_files(tx, within_=LOOKED_FORWARD)
    looks, taken = Looks(store.folder), 0
    for item in fresh:
        sha256 = item.sha256 or ""
        if not looks.has(sha256) and store.path(sha256).exists():
            await asyncio.to_thread(looks.of, store.path(sha256), rules.shown_as(item), sha256)
            taken += 1
    return taken
