"""A region writes its own phrases."""

from collections.abc import Iterable

from domain import audit
from domain.actor import Place
from domain.db import WriteTx
from domain.phrases import queries, rules
from domain.phrases.models import ReadyPhrase
from domain.policy import Permission, require
from domain.progress import Decision


async def keep_phrases(tx: WriteTx, region_id: int, decision: Decision, lines: Iterable[str]) -> None:
    """A regional coordinator replaces the list of a decision; an empty one brings the usual phrases back.

    Raises PhrasesWrong, and Forbidden for everybody below.
    """
    place = Place(region_id)
    require(tx.actor, Permission.PLAN, place)
    wanted = rules.cleaned(lines)
    present = {row.text: row for row in await queries.own_phrases(tx, region_id, decision)}
    for text, row in present.items():
        if text not in wanted:
            row.removed_at = tx.now
    for position, text in enumerate(wanted):
        if text in present:
            present[text].position = position
            continue
        tx.session.add(
            ReadyPhrase(
                region_id=region_id,
                decision=decision,
                position=position,
                text=text,
                kept_by=tx.actor.person_id,
                kept_at=tx.now,
            )
        )
    await tx.session.flush()
    audit.record(tx, "phrases.keep", "region", region_id, place, decision=decision, phrases=wanted)
