"""Updates that came in."""

from domain.inbox.models import InboxState, InboxUpdate

__all__ = ["InboxState", "InboxUpdate"]
