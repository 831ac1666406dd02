"""Reading the trail."""

from collections.abc import Sequence

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
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Newest first, only of places whose history the actor may read; `before_id` continues a list."""
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
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return (await tx.session.scalars(query.limit(limit))).all()
