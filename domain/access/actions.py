"""Signing in and out of the panel."""

from datetime import datetime
from typing import NamedTuple

import pyotp
from sqlalchemy import delete, select, update

from domain import audit, people
from domain.access import rules
from domain.access.models import AdminPassword, PanelSession, SignInAttempt, SignInCode
from domain.access.queries import check_pace
from domain.db import WriteTx
from domain.errors import Forbidden


class SignedIn(NamedTuple):
    """A fresh session; the token goes into the cookie and is not kept."""

    token: str
    person_id: int
    expires_at: datetime


async def issue_code(tx: WriteTx) -> str:
    """A one-time code for the actor, good for ten minutes; an earlier one stops working."""
    person = await people.me(tx)
    await tx.session.execute(delete(SignInCode).where(SignInCode.person_id == person.id))
    code = rules.new_code()
    tx.session.add(
        SignInCode(code_hash=people.digest(code), person_id=person.id, expires_at=tx.now + rules.CODE_LIFE)
    )
    return code


async def note_failure(tx: WriteTx, source: str) -> None:
    """Count a failed attempt; in a transaction of its own, since the failed one is rolled back."""
    tx.session.add(SignInAttempt(source=source[:60], at=tx.now))


async def sign_in(tx: WriteTx, code: str, *, source: str) -> SignedIn:
    """Use a code up and open a session; raises CodeWrong or TooManyAttempts."""
    await check_pace(tx, source)
    digits = "".join(filter(str.isdigit, code))
    used = await tx.session.execute(
        update(SignInCode)
        .where(
            SignInCode.code_hash == people.digest(digits),
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > tx.now,
        )
        .values(used_at=tx.now)
        .returning(SignInCode.person_id)
    )
    person_id = used.scalar()
    if person_id is None:
        raise rules.CodeWrong
    return _open(tx, person_id)


async def sign_in_with_password(
    tx: WriteTx, login: str, checked_hash: str | None, totp: str, *, source: str
) -> SignedIn:
    """The administrator's way in, without the bot; each one-time code counts once.

    `checked_hash` is what `password_hash` gave, if `password_fits` said yes, else None: checking a password
    takes long and is done in a thread, outside any transaction. A password changed meanwhile does not fit.
    """
    await check_pace(tx, source)
    row = await tx.session.scalar(select(AdminPassword).where(AdminPassword.login == login))
    if row is None or checked_hash is None or row.password_hash != checked_hash:
        raise rules.PasswordWrong
    step = rules.totp_step(row.totp_secret, totp, tx.now)
    if step is None or (row.totp_last is not None and row.totp_last >= step):
        raise rules.PasswordWrong
    row.totp_last = step
    return _open(tx, row.person_id)


async def set_password(tx: WriteTx, person_id: int, login: str, password: str) -> str:
    """Give a person a password; returns the secret for the one-time codes. The command line only."""
    if not tx.actor.is_system:
        raise Forbidden
    secret = pyotp.random_base32()
    await tx.session.execute(delete(AdminPassword).where(AdminPassword.person_id == person_id))
    tx.session.add(
        AdminPassword(
            person_id=person_id, login=login, password_hash=rules.hash_password(password), totp_secret=secret
        )
    )
    audit.record(tx, "admin.password", "person", person_id)
    return secret


async def sign_out(tx: WriteTx, token: str) -> None:
    """End this session."""
    await tx.session.execute(delete(PanelSession).where(PanelSession.token_hash == people.digest(token)))


def _open(tx: WriteTx, person_id: int) -> SignedIn:
    token = people.new_token() + people.new_token()
    expires_at = tx.now + rules.SESSION_LIFE
    tx.session.add(
        PanelSession(
            token_hash=people.digest(token),
            person_id=person_id,
            created_at=tx.now,
            expires_at=expires_at,
            seen_at=tx.now,
        )
    )
    audit.record(tx, "panel.sign_in", "person", person_id)
    return SignedIn(token, person_id, expires_at)
