"""One pair of a round that has started: its schools, what was written, where they are now if it is no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain import peer_review
from domain.db import Tx
from domain.errors import NotFound
from domain.peer_review import Named, PairRow, PeerAdvice, PeerForm, PeerPair, PeerRound, SideRow


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair as its reader sees it."""

    round: PeerRound
    row: PairRow
    former: Sequence[SideRow]  # forms of this pair for schools that are no longer partners
    later: Sequence[PairRow]  # where its schools are now, if it is no more
    waiting: Sequence[Named]
    others: Sequence[Named]  # schools of other pairs
    open: frozenset[int]  # forms that the reader may read
    advice: dict[int, list[PeerAdvice]]  # of those, by form
    may_manage: bool
    today: date


async def pair_view(tx: Tx, pair_id: int) -> PairView:
    """One pair of a round that has started, with what was recommended; NotFound for those who see neither school."""
    pair = await tx.session.get(PeerPair, pair_id)
    if pair is None:
        raise NotFound
    found = await peer_review.view(tx, pair.round_id)
    row = next((one for one in found.pairs if one.pair.id == pair_id), None)
    gone = next((one.sides for one in found.former if one.pair.id == pair_id), ())
    if (row is None and not gone) or found.round.started_at is None:
        raise NotFound
    ids = {side.form.school_id for side in gone}
    others = [one for one in found.pairs if one.pair.id != pair_id]
    shown = select(PeerForm.id).where(PeerForm.pair_id == pair_id, peer_review.may_read(tx))
    open_ = frozenset(await tx.session.scalars(shown))
    advice: dict[int, list[PeerAdvice]] = {}
    asked = select(PeerAdvice).where(PeerAdvice.form_id.in_(open_)).order_by(PeerAdvice.position)
    for one in await tx.session.scalars(asked):
        advice.setdefault(one.form_id, []).append(one)
    return PairView(
        found.round,
        row or PairRow(pair, ()),
        gone,
        [one for one in others if ids & {side.form.school_id for side in one.sides}],
        [name for name, _ in found.waiting],
        [side.school for one in others for side in one.sides],
        open_,
        advice,
        found.may_manage,
        found.today,
    )
