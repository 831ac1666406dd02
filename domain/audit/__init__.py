"""The trail of every action."""

from domain.audit.actions import record
from domain.audit.models import AuditEntry
from domain.audit.queries import entries

__all__ = ["AuditEntry", "entries", "record"]
