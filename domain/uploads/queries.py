"""What stands behind a link."""

from typing import NamedTuple

from sqlalchemy import select

from domain import people, programme, progress, schools
from domain.actor import Actor
from domain.db import Tx
from domain.policy import Permission
from domain.progress import WorkCard
from domain.uploads import rules
from domain.uploads.models import UploadPass


class PassView(NamedTuple):
    """A link that works, or one that was used: `found.used_at` says which."""

    found: UploadPass
    actor: Actor  # whose link it is, with today's rights
    card: WorkCard
    limits: programme.FileRules


async def upload_pass(tx: Tx, token: str) -> PassView:
    """The link of this token. Raises UploadUnknown, UploadExpired, and NotFound once the person's role has ended."""
    query = select(UploadPass).where(UploadPass.token_hash == people.digest(token))
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise rules.UploadUnknown
    if found.used_at is None and found.expires_at <= tx.now:
        raise rules.UploadExpired
    actor = await people.actor_by_id(tx, found.person_id)
    mine = Tx(tx.session, actor, tx.now)
    work = await progress.assignment(mine, found.assignment_id, Permission.SUBMIT)
    card = await progress.work_card(mine, found.assignment_id)
    return PassView(found, actor, card, await schools.file_rules(tx, work.place))
