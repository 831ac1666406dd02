"""Keeping segments under a name."""

from sqlalchemy import func, select

from domain import audit
from domain.audiences import queries, rules
from domain.audiences.models import SavedAudience
from domain.db import WriteTx


async def save(tx: WriteTx, name: str, segment: rules.Segment) -> SavedAudience:
    """Keep a circle for the author's place; the same name again replaces it. Raises NameNeeded, Forbidden."""
    place = queries.author_place(tx)
    name = rules.check_name(name)
    same = [
        column == value if value is not None else column.is_(None)
        for column, value in zip(SavedAudience.place_columns(), place, strict=True)
    ]
    found = await tx.session.scalar(
        select(SavedAudience).where(*same, func.trim(SavedAudience.name) == name).limit(1)
    )
    if found is None:
        found = SavedAudience(
            region_id=place.region_id,
            municipality_id=place.municipality_id,
            school_id=place.school_id,
            name=name,
            segment=segment.to_json(),
            made_by=tx.actor.person_id,
            made_at=tx.now,
        )
        tx.session.add(found)
    found.segment, found.made_by, found.made_at = segment.to_json(), tx.actor.person_id, tx.now
    await tx.session.flush()
    audit.record(tx, "audience.save", "audience", found.id, place, name=name)
    return found


async def remove_saved(tx: WriteTx, audience_id: int) -> None:
    """Forget a saved circle; what was sent to it stays."""
    found = await queries.saved(tx, audience_id)
    audit.record(tx, "audience.remove", "audience", found.id, found.place, name=found.name)
    await tx.session.delete(found)
