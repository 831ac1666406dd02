"""Keeping a report as it is now."""

from typing import Any

from domain import audit
from domain.actor import Place
from domain.db import WriteTx
from domain.policy import Permission, require
from domain.snapshots import rules
from domain.snapshots.models import Snapshot
from domain.tables import Book, drawn, plain_rows


async def take(tx: WriteTx, book: Book, filters: dict[str, Any], place: Place) -> Snapshot:
    """Keep what a report shows now. `place` is all that it was made of: whoever sees all of it may read it later.

    Raises TooLarge.
    """
    require(tx.actor, Permission.SEE, place)
    ready = await drawn(book, whole=False)
    found = Snapshot(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        what=book.name,
        filters=filters,
        title=book.title[:300],
        document=rules.document_of(ready, list(plain_rows(ready.main))),
        taken_by=tx.actor.person_id,
        taken_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "snapshot.take", "snapshot", found.id, place, title=found.title)
    return found
