"""Leaving a trace."""

from typing import Any

from domain.actor import Place
from domain.audit.models import AuditEntry
from domain.db import WriteTx

NOWHERE = Place(None)


def record(
    tx: WriteTx,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    place: Place = NOWHERE,
    **details: Any,
) -> None:
    """Write what the actor of the transaction has just done; `details` must be JSON-able."""
    tx.session.add(
        AuditEntry(
            at=tx.now,
            person_id=tx.actor.person_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            region_id=place.region_id,
            municipality_id=place.municipality_id,
            school_id=place.school_id,
            details=details,
        )
    )
