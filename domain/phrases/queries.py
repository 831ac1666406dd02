"""Which phrases a reviewer is offered."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.db import Tx
from domain.phrases import rules
from domain.phrases.models import ReadyPhrase
from domain.phrases.rules import Phrase
from domain.progress import Decision


async def own_phrases(tx: Tx, region_id: int, decision: Decision) -> Sequence[ReadyPhrase]:
    """What the region has written itself, in its order."""
    query = (
        select(ReadyPhrase)
        .where(
            ReadyPhrase.region_id == region_id,
            ReadyPhrase.decision == decision,
            ReadyPhrase.removed_at.is_(None),
        )
        .order_by(ReadyPhrase.position, ReadyPhrase.id)
    )
    return (await tx.session.scalars(query)).all()


async def phrases(tx: Tx, region_id: int, decision: Decision) -> list[Phrase]:
    """The region's own phrases, or the usual ones. They name no place and no person: everybody may read them."""
    own = [Phrase(str(row.id), row.text, own=True) for row in await own_phrases(tx, region_id, decision)]
    return own or rules.usual(decision)


async def phrase(tx: Tx, region_id: int, decision: Decision, key: str) -> Phrase | None:
    """The phrase behind a button, also one that was removed since; None where there never was such a one here."""
    for usual in rules.usual(decision):
        if usual.key == key:
            return usual
    row = await tx.session.get(ReadyPhrase, int(key)) if key.isascii() and key.isdecimal() else None
    if row is None or (row.region_id, row.decision) != (region_id, decision):
        return None
    return Phrase(key, row.text, own=True)
