"""Messages that leave unprompted."""

from domain.outbox.actions import put
from domain.outbox.models import (
    BULK,
    INTERACTIVE,
    TRANSACTIONAL,
    OutboxMessage,
    OutboxState,
    Policy,
    SenderState,
)

__all__ = [
    "BULK",
    "INTERACTIVE",
    "TRANSACTIONAL",
    "OutboxMessage",
    "OutboxState",
    "Policy",
    "SenderState",
    "put",
]
