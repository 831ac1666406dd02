"""What the card of an assignment shows beside the reports: what changed, where else files were used, what was said."""

from itertools import pairwise
from typing import Any

from admin.page import Visit
from domain import obligations, progress, proof, talks
from domain.db import Tx
from domain.obligations import WaiverState
from domain.policy import Permission, allows
from domain.progress import Standing, Status, WorkCard
from domain.proof import Changes, Repeat


async def beside(tx: Tx, visit: Visit, card: WorkCard) -> dict[str, Any]:
    """Everything for `work/beside.html` and the versions."""
    work = card.assignment
    may_overrule = allows(visit.actor, Permission.OVERRULE, work.place)
    may_review = may_overrule or allows(visit.actor, Permission.REVIEW, work.place)
    is_own = progress.is_own(visit.actor, work.place)
    reviewing = may_review and not is_own
    waivers = await obligations.waivers(tx, work.id)
    newest = card.submissions[0].submission.id if card.submissions else None
    return {
        "hands_in": allows(visit.actor, Permission.SUBMIT, work.place) and work.status in progress.OPEN,
        "bot": visit.panel.bot_username(),
        "changes": changes_of(card),
        "repeats": await _repeats(tx, newest) if reviewing and newest else [],
        "thread": await talks.thread(tx, work.id),
        "waivers": waivers,
        "waiver_open": next((w for w in waivers if w.state is WaiverState.ASKED), None),
        "count": (await obligations.counts(tx, [(work, card.measure)])).get(work.id),
        "may_wipe": reviewing,
        "may_waive": may_overrule
        and not is_own
        and work.status not in {Status.CONFIRMED, Status.NOTED, Status.IN_REVIEW},
        "may_unconfirm": work.status is Status.CONFIRMED
        and not is_own
        and allows(visit.actor, Permission.UNCONFIRM, work.place),
        "is_waived": card.standing is Standing.WAIVED,
    }


async def _repeats(tx: Tx, submission_id: int) -> list[Repeat]:
    return await proof.repeats(tx, submission_id)


def changes_of(card: WorkCard) -> dict[int, Changes]:
    """What is new in each version since the one before, by the report's number; withdrawn ones are passed over."""
    kept = [view for view in card.submissions if view.submission.withdrawn_at is None]
    found = {}
    for view, earlier in pairwise(kept):
        found[view.submission.id] = proof.changes(earlier.evidence, view.evidence)
    return found
