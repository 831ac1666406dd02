"""Sign-in codes and sessions: how long they live and how guessing is slowed down."""

import secrets
from datetime import timedelta

from domain.errors import N_, DomainError

CODE_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=14)
CODE_DIGITS = 8
MAX_FAILED = 10  # from one address in the life of a code


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
