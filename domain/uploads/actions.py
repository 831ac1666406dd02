"""Giving a link, and taking the file that comes by it."""

from typing import NamedTuple

from sqlalchemy import select

from domain import audit, outbox, people, progress
from domain.db import WriteTx
from domain.errors import Forbidden
from domain.files import StoredFile
from domain.policy import Permission
from domain.progress import Evidence
from domain.uploads import rules
from domain.uploads.models import UploadPass


class Offered(NamedTuple):
    """A fresh link; the token is shown once and not kept."""

    found: UploadPass
    token: str


async def offer_upload(tx: WriteTx, assignment_id: int) -> Offered:
    """A link by which the actor may add one file to the draft: one use, a day. Raises AlreadySubmitted, AssignmentClosed."""
    work = await progress.assignment(tx, assignment_id, Permission.SUBMIT)
    await progress.check_open(tx, work)
    if tx.actor.person_id is None:
        raise Forbidden
    token = people.new_token()
    fresh = UploadPass(
        token_hash=people.digest(token),
        assignment_id=work.id,
        person_id=tx.actor.person_id,
        given_at=tx.now,
        expires_at=tx.now + rules.LIFE,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(tx, "upload.offer", "assignment", work.id, work.place)
    return Offered(fresh, token)


async def receive_upload(
    tx: WriteTx, token: str, stored: StoredFile, *, name: str, mime: str | None = None, photo: bool = False
) -> Evidence | None:
    """Put a file whose bytes are durable into the draft and use the link up; the chat shows the draft.

    The actor is the one to whom the link was given. Sent again after it has come, nothing more happens: the same
    thing, or None where it was taken out of the draft since. Raises UploadUnknown, UploadExpired, and what
    `progress.add_file` raises; then the link still works.
    """
    query = select(UploadPass).where(UploadPass.token_hash == people.digest(token)).with_for_update()
    found = (await tx.session.scalars(query)).first()
    if found is None or found.person_id != tx.actor.person_id:
        raise rules.UploadUnknown
    if found.used_at is not None:
        return await tx.session.get(Evidence, found.evidence_id or 0)
    if found.expires_at <= tx.now:
        raise rules.UploadExpired
    evidence = await progress.add_file(tx, found.assignment_id, stored, name=name, mime=mime, photo=photo)
    found.used_at, found.evidence_id = tx.now, evidence.id
    work = await progress.assignment(tx, found.assignment_id, Permission.SUBMIT)
    audit.record(tx, "upload.receive", "assignment", work.id, work.place, name=evidence.name)
    await outbox.put(
        tx,
        "uploaded",
        person_id=found.person_id,
        subject=f"assignment:{work.id}",
        dedupe_key=f"uploaded:{found.id}",
        params={"assignment_id": work.id, "evidence_id": evidence.id},
    )
    return evidence
