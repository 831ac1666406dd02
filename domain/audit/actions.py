"""Leaving a trace."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert

from domain.actor import Place
from domain.audit.models import AuditEntry
from domain.db import WriteTx

NOWHERE = Place(None)


class Deed(NamedTuple):
    """What was done, to what, where."""

    action: str
    subject_kind: str
    subject_id: int | None
    place: Place
    details: dict[str, Any]


def record(
    tx: WriteTx,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    place: Place = NOWHERE,
    **details: Any,
) -> None:
    """Write what the actor of the transaction has just done; `details` must be JSON-able."""
    tx.session.add(AuditEntry(**_entry(tx, Deed(action, subject_kind, subject_id, place, details))))


async def record_all(tx: WriteTx, deeds: Sequence[Deed]) -> None:
    """The same for thousands of deeds in one statement, in their order."""
    await tx.session.flush()  # what was done before stands before
    if deeds:
        await tx.session.execute(insert(AuditEntry), [_entry(tx, deed) for deed in deeds])


def _entry(tx: WriteTx, deed: Deed) -> dict[str, Any]:
    return {
        "at": tx.now,
        "person_id": tx.actor.person_id,
        "action": deed.action,
        "subject_kind": deed.subject_kind,
        "subject_id": deed.subject_id,
        "region_id": deed.place.region_id,
        "municipality_id": deed.place.municipality_id,
        "school_id": deed.place.school_id,
        "details": deed.details,
    }
