"""What is done with the files of a report after it was handed in."""

import asyncio
from collections.abc import Callable

from sqlalchemy import select

from domain import audit, photos, programme
from domain.actor import SYSTEM
from domain.db import Database, WriteTx
from domain.errors import Forbidden, NotFound
from domain.files import MIME, FileStore, StoredFile
from domain.progress import Assignment, Evidence, Kind, Submission
from domain.proof import queries


async def join_photos(db: Database, store: FileStore, name: Callable[[int], str]) -> int:
    """Make one PDF of the photos of every report that has none; returns how many were made.

    Opens its own transactions: the work on the pictures happens between them, outside of both. May run late, twice
    or never: the photos were handed in by themselves, the same photos give the same bytes, and a second PDF of a
    report is not recorded. A picture that cannot be opened leaves its report without a PDF, not without proof.
    `name` gives the file's name by the report's number.
    """
    async with db.read(SYSTEM) as tx:
        waiting = await queries.unjoined(tx)
        max_bytes = (await programme.file_rules(tx)).max_file_mb * 1024 * 1024
    made = 0
    for report in waiting:
        paths = [store.path(sha256) for sha256 in report.photos]
        try:
            body = await asyncio.to_thread(photos.join, paths, max_bytes=max_bytes)
        except (photos.PhotoUnreadable, ValueError):
            continue
        stored = await store.keep(body)
        async with db.write(SYSTEM) as wtx:
            made += await keep_joined(wtx, report, stored, name=name(report.submission_id))
    return made


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
