"""Who is behind a session cookie."""

from sqlalchemy import exists, select

from domain import people
from domain.access.models import PanelSession
from domain.actor import STRANGER, Actor
from domain.db import Tx


async def session_actor(tx: Tx, token: str) -> Actor:
    """The actor of a session; a stranger where it has ended, or where a role of the person was revoked
    after it began."""
    revoked = exists().where(
        people.RoleGrant.person_id == PanelSession.person_id,
        people.RoleGrant.revoked_at > PanelSession.created_at,
    )
    person_id = await tx.session.scalar(
        select(PanelSession.person_id).where(
            PanelSession.token_hash == people.digest(token), PanelSession.expires_at > tx.now, ~revoked
        )
    )
    return await people.actor_by_id(tx, person_id) if person_id is not None else STRANGER
