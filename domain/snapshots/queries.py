"""Kept reports of the actor's places."""

from sqlalchemy import select

from domain import people
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.snapshots.models import Snapshot


async def snapshot(tx: Tx, snapshot_id: int) -> Snapshot:
    """One kept report; NotFound where the actor does not see the whole of its place."""
    query = select(Snapshot).where(Snapshot.id == snapshot_id, within(tx.actor, Permission.SEE, Snapshot))
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def snapshots(tx: Tx, *, what: str = "", limit: int = 100) -> list[tuple[Snapshot, str]]:
    """Kept reports with the names of those who kept them, the newest first."""
    query = select(Snapshot).where(within(tx.actor, Permission.SEE, Snapshot))
    if what:
        query = query.where(Snapshot.what == what)
    found = (await tx.session.scalars(query.order_by(Snapshot.id.desc()).limit(limit))).all()
    names = await people.person_names(tx, [one.taken_by for one in found])
    return [(one, names.get(one.taken_by or 0, "")) for one in found]
