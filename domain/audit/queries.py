"""Reading the trail."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from domain.audit.models import AuditEntry
from domain.db import Tx
from domain.policy import Permission, within


async def entries(
    tx: Tx,
    *,
    subject_kind: str | None = None,
    subject_id: int | None = None,
    school_id: int | None = None,
    person_id: int | None = None,
    actions: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Newest first, only of places whose history the actor may read; `before_id` continues a list,
    `since` is included and `until` is not."""
    query = (
        select(AuditEntry)
        .where(within(tx.actor, Permission.AUDIT, AuditEntry))
        .order_by(AuditEntry.id.desc())
    )
    if subject_kind is not None:
        query = query.where(AuditEntry.subject_kind == subject_kind)
    if subject_id is not None:
        query = query.where(AuditEntry.subject_id == subject_id)
    if school_id is not None:
        query = query.where(AuditEntry.school_id == school_id)
    if person_id is not None:
        query = query.where(AuditEntry.person_id == person_id)
    if actions:
        query = query.where(AuditEntry.action.in_(actions))
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return (await tx.session.scalars(query.limit(limit))).all()
