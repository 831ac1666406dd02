"""After how many days what leaves the database. What a person still has to decide never does."""

from datetime import timedelta
from typing import NamedTuple

from domain.settings import Settings


class Ages(NamedTuple):
    """How long each kind of row stays after its end."""

    updates: timedelta = timedelta(days=14)
    messages: timedelta = timedelta(days=180)
    access: timedelta = timedelta(days=30)
    invitations: timedelta = timedelta(days=90)
    exports: timedelta = timedelta(days=30)
    drafts: timedelta = timedelta(days=180)

    @classmethod
    def of(cls, settings: Settings) -> "Ages":
        """As the installation has chosen."""
        days = (
            settings.keep_updates_days,
            settings.keep_messages_days,
            settings.keep_access_days,
            settings.keep_invitations_days,
            settings.keep_exports_days,
            settings.keep_drafts_days,
        )
        return cls(*(timedelta(days=number) for number in days))


USUAL = Ages()
