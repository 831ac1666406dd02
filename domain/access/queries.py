"""Who is behind a session cookie, and what is needed to check a password."""

from sqlalchemy import exists, func, select

from domain import people
from domain.access import rules
from domain.access.models import AdminPassword, PanelSession, SignInAttempt
from domain.actor import STRANGER, Actor
from domain.db import Tx


async def session_actor(tx: Tx, token: str) -> Actor:
    """The actor of a session; a stranger where it has ended, or where a role of the person was revoked
    after it began."""
    revoked = exists().where(
        people.RoleGrant.person_id == PanelSession.person_id,
        people.RoleGrant.revoked_at > PanelSession.created_at,
    )
    query = select(PanelSession.person_id, PanelSession.expires_at)
    own = PanelSession.token_hash == people.digest(token)
    row = (await tx.session.execute(query.where(own, ~revoked))).first()
    if row is None or tx.has_passed(row[1]):
        return STRANGER
    return await people.actor_by_id(tx, row[0])


async def check_pace(tx: Tx, source: str) -> None:
    """Slow down guessing from one address; raises TooManyAttempts."""
    recent = SignInAttempt.at > tx.now - rules.CODE_LIFE
    query = select(func.count()).where(SignInAttempt.source == source[:60], recent)
    if (await tx.session.scalar(query) or 0) >= rules.MAX_FAILED:
        raise rules.TooManyAttempts


async def password_hash(tx: Tx, login: str, *, source: str) -> str | None:
    """What is kept of the password of a login, to be given to `password_fits`; None for an unknown login.
    Raises TooManyAttempts before any costly check."""
    await check_pace(tx, source)
    query = select(AdminPassword.password_hash).where(AdminPassword.login == login)
    found: str | None = await tx.session.scalar(query)
    return found
