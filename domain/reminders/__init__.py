"""One digest a day, with what its reader must act on."""

from domain.reminders.actions import plan
from domain.reminders.queries import Digest, digest, digest_of
from domain.reminders.rules import FIRST_HOUR, LAST_HOUR, is_digest_time

__all__ = ["FIRST_HOUR", "LAST_HOUR", "Digest", "digest", "digest_of", "is_digest_time", "plan"]
