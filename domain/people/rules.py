"""Invitations and tokens: how long they live and how they are kept."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import NamedTuple

from domain.actor import Role
from domain.errors import N_, DomainError

INVITATION_LIFE = timedelta(days=14)
PRINTED_LIFE = timedelta(days=30)  # paper goes by post and lies on desks
# Printed links may have to be typed: no letter here looks like another one or like a digit.
LEGIBLE = "23456789abcdefghjkmnpqrstuvwxyz"
LEGIBLE_LENGTH = 26  # more than 128 bits of that alphabet
REVIEWERS = frozenset({Role.CURATOR, Role.MUNICIPAL_COORDINATOR, Role.REGIONAL_COORDINATOR})
BAD_PERIOD = N_("Choose another person, and a last day that is not before the first.")
CONSENT_VERSION = "2026-11"


class Period(NamedTuple):
    """From when to when a role is held, both days included, and in whose stead."""

    starts_on: date | None = None
    ends_on: date | None = None
    substitute_for: int | None = None


ALWAYS = Period()


class InvitationUnknown(DomainError):
    """No such invitation."""

    sentence = N_("This link does not work. Please ask your coordinator for a new one.")


class InvitationUsed(DomainError):
    """Somebody has come in by it."""

    sentence = N_(
        "This link has already been used. If it was not you, please ask your coordinator for a new one."
    )


class InvitationExpired(DomainError):
    """Its 14 days are over, or it was revoked."""

    sentence = N_("This link is no longer valid. Please ask your coordinator for a new one.")


def new_token() -> str:
    """128 random bits, in letters that a deep link allows."""
    return secrets.token_urlsafe(16)


def new_legible_token() -> str:
    """As random as the other one, in characters that can be read from paper and typed."""
    return "".join(secrets.choice(LEGIBLE) for _ in range(LEGIBLE_LENGTH))


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
