"""Sign-in codes and sessions: how long they live and how guessing is slowed down."""

import secrets
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from domain.errors import N_, DomainError

CODE_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=14)
CODE_DIGITS = 8
MAX_FAILED = 10  # from one address in the life of a code
TOTP_STEP = 30  # seconds
_HASHER = PasswordHasher()


class CodeWrong(DomainError):
    """No such sign-in code, or it was used, or its time is over."""

    sentence = N_("The code did not fit. Codes work once, for ten minutes. Ask the bot for a new one: /panel")


class TooManyAttempts(DomainError):
    """Guessing is slowed down."""

    sentence = N_("Too many attempts. Please wait ten minutes and ask the bot for a new code.")


class PasswordWrong(DomainError):
    """Login, password or one-time code do not fit together."""

    sentence = N_("Login, password or code did not fit. Please check and try again.")


def new_code() -> str:
    """A code that a person can type."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def hash_password(password: str) -> str:
    """What is kept of a password (argon2id). Takes tens of milliseconds: call it in a thread."""
    return _HASHER.hash(password)


@cache
def _decoy() -> str:
    return hash_password(secrets.token_urlsafe())


def password_fits(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; an unknown login costs as much time as a wrong password."""
    try:
        return _HASHER.verify(kept or _decoy(), password) and kept is not None
    except VerificationError:
        return False


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """Number of the half-minute whose one-time code this is: the present one or a neighbour; else None."""
    present = int(now.timestamp()) // TOTP_STEP
    wanted = "".join(filter(str.isdigit, code))
    totp = pyotp.TOTP(secret)
    steps = (present - 1, present, present + 1)
    return next((n for n in steps if secrets.compare_digest(totp.at(n * TOTP_STEP), wanted)), None)
