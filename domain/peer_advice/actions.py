"""«Учли», «не учли, потому что …», or a measure of one's own."""

from datetime import date

from domain import adapting, audit
from domain.db import WriteTx
from domain.peer_advice import queries
from domain.peer_review import PeerAdvice, Verdict, WhyNeeded


async def answer(tx: WriteTx, advice_id: int, verdict: Verdict, why: str = "") -> PeerAdvice:
    """«Учли» or «не учли, потому что …»; the last word counts, also after the end, and said twice it is said once.
    Raises WhyNeeded."""
    found = await queries.advice(tx, advice_id)
    words = why.strip()[:1000]
    if verdict is Verdict.DECLINED and not words:
        raise WhyNeeded
    if (found.verdict, found.why) == (verdict, words):
        return found
    found.verdict, found.why = verdict, words
    if verdict is Verdict.DECLINED:
        # Nothing hangs on the own measure any more: it may be taken out of the plan.
        found.assignment_id = None
    found.answered_by, found.answered_at = tx.actor.person_id, tx.now
    audit.record(tx, f"peer.{verdict}", "peer_advice", found.id, found.place, comment=found.why)
    return found


async def into_plan(tx: WriteTx, advice_id: int, roadmap_id: int, due_on: date) -> PeerAdvice:
    """A recommendation becomes a measure of the school's own, once. Raises what adding a row raises."""
    found = await queries.advice(tx, advice_id)
    if found.assignment_id is not None:
        return found
    work = await adapting.add_row(tx, roadmap_id, found.school_id, title=found.text, due_on=due_on)
    found.assignment_id = work.id
    found.verdict, found.why = Verdict.TAKEN, found.why if found.verdict is Verdict.TAKEN else ""
    found.answered_by, found.answered_at = tx.actor.person_id, tx.now
    audit.record(tx, "peer.into_plan", "peer_advice", found.id, found.place, text=found.text)
    return found
