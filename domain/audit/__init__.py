"""The trail of every action."""

from domain.audit.actions import Deed, record, record_all
from domain.audit.models import AuditEntry
from domain.audit.queries import entries

__all__ = ["AuditEntry", "Deed", "entries", "record", "record_all"]
