"""Partners change while a round runs: a school left, two quarrelled, two were merged. Nothing written is lost.

A form that is no longer about a partner stays as it was, with its day and reason; the school gets another one.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain import audit, pairing, peer_review, progress, schools
from domain.db import WriteTx
from domain.errors import NotFound
from domain.peer_review import AlreadyPaired, NobodyElse, PeerForm, PeerPair, PeerRound


class Change(NamedTuple):
    """A pair and who it shall be: each writes to the next, the last to the first; nobody: it is no more."""

    pair: PeerPair
    forms: Sequence[PeerForm]
    order: Sequence[int]


async def part(tx: WriteTx, pair_id: int, why: str = "") -> PeerRound:
    """Take a pair apart: its schools have no partner until they get one. Raises RoundNotStarted, RoundOver."""
    found, pair, forms = await _running(tx, pair_id)
    audit.record(tx, "peer.part", "peer_pair", pair_id, found.place, schools=await _names(tx, forms), why=why)
    await _apply(tx, found, [Change(pair, forms, ())], why)
    return found


async def leave(tx: WriteTx, pair_id: int, school_id: int, why: str = "") -> PeerRound:
    """A school leaves; of three two go on. Raises NobodyElse."""
    found, pair, forms = await _running(tx, pair_id)
    order = [form.school_id for form in forms]
    if school_id not in order:
        raise NobodyElse
    order.remove(school_id)
    name = (await peer_review.named(tx, [school_id]))[school_id].name
    audit.record(tx, "peer.leave", "peer_pair", pair_id, found.place, school=name, why=why)
    await _apply(tx, found, [Change(pair, forms, order if len(order) > 1 else ())], why)
    return found


async def join(tx: WriteTx, pair_id: int, school_id: int, why: str = "") -> PeerRound:
    """A school without a partner makes three of two: the form that is further stays. Raises NobodyElse, AlreadyPaired."""
    found, pair, forms = await _running(tx, pair_id)
    if len(forms) != 2 or not await _takes_part(tx, found, school_id):
        raise NobodyElse
    name = (await peer_review.named(tx, [school_id]))[school_id].name
    if await _form_of(tx, found, school_id) is not None:
        raise AlreadyPaired(school=name)
    kept = max(
        forms, key=lambda form: (bool(form.final_at), bool(form.shared_at), bool(form.texts), -form.id)
    )
    audit.record(tx, "peer.join", "peer_pair", pair_id, found.place, school=name, why=why)
    await _apply(tx, found, [Change(pair, forms, (kept.school_id, kept.about_id, school_id))], why)
    return found


async def replace(
    tx: WriteTx, pair_id: int, out: int, into: int, why: str = "", *, carry: bool = False
) -> PeerRound:
    """Another school in the place of one; where that has a partner already, the two change places.

    `carry`: the schools were merged, drafts go on with the words written so far. Raises NobodyElse.
    """
    found, pair, forms = await _running(tx, pair_id)
    order = [form.school_id for form in forms]
    if out not in order or into in order or not await _takes_part(tx, found, into):
        raise NobodyElse
    changes = [Change(pair, forms, [into if id_ == out else id_ for id_ in order])]
    other = await _form_of(tx, found, into)
    if other is not None:
        its = await _cycle(tx, other.pair_id)
        swapped = [out if form.school_id == into else form.school_id for form in its]
        changes.append(Change(await tx.session.get_one(PeerPair, other.pair_id), its, swapped))
    names = await peer_review.named(tx, [out, into])
    audit.record(
        tx,
        "peer.replace",
        "peer_pair",
        pair_id,
        found.place,
        out=names[out].name,
        into=names[into].name,
        why=why,
    )
    await _apply(tx, found, changes, why, {into: out} if carry else {})
    return found


async def _running(tx: WriteTx, pair_id: int) -> tuple[PeerRound, PeerPair, list[PeerForm]]:
    pair = await tx.session.get(PeerPair, pair_id)
    if pair is None:
        raise NotFound
    found = await peer_review.round_(tx, pair.round_id, manage=True)
    if found.started_at is None:
        raise peer_review.RoundNotStarted
    if not found.runs(progress.today(tx)):
        raise peer_review.RoundOver
    forms = await _cycle(tx, pair_id)
    if not forms:
        raise peer_review.PartnerChanged
    return found, pair, forms


async def _cycle(tx: WriteTx, pair_id: int) -> list[PeerForm]:
    """The living forms of a pair, each followed by that of the school that it is about."""
    query = select(PeerForm).where(PeerForm.pair_id == pair_id, PeerForm.parted_at.is_(None))
    by_school = {form.school_id: form for form in await tx.session.scalars(query.order_by(PeerForm.id))}
    ordered: list[PeerForm] = []
    form = next(iter(by_school.values()), None)
    while form is not None and form not in ordered:
        ordered.append(form)
        form = by_school.get(form.about_id)
    return ordered


async def _takes_part(tx: WriteTx, found: PeerRound, school_id: int) -> bool:
    query = peer_review.circle(found).where(schools.School.id == school_id)
    return await tx.session.scalar(query) is not None


async def _form_of(tx: WriteTx, found: PeerRound, school_id: int) -> PeerForm | None:
    return (await tx.session.scalars(peer_review.living(found, [school_id]))).first()


async def _names(tx: WriteTx, forms: Sequence[PeerForm]) -> str:
    return ", ".join(one.name for one in (await peer_review.named(tx, [f.school_id for f in forms])).values())


async def _apply(
    tx: WriteTx, found: PeerRound, changes: Sequence[Change], why: str, heirs: Mapping[int, int] = {}
) -> None:
    """Put the old forms aside, give the new ones, tell everybody concerned once."""
    concerned: set[int] = set()
    for change in changes:
        wanted = set(pairing.writers(change.order))
        for form in change.forms:
            if (form.school_id, form.about_id) not in wanted:
                form.parted_at, form.parted_why = tx.now, why.strip()[:300]
        concerned |= {form.school_id for form in change.forms} | set(change.order)
    await tx.session.flush()  # a school has one living form at a time
    fresh: set[int] = set()
    for change in changes:
        fresh |= {form.id for form in await _seat(tx, found, change, heirs)}
    await _tell(tx, found, concerned, fresh)


async def _seat(tx: WriteTx, found: PeerRound, change: Change, heirs: Mapping[int, int]) -> list[PeerForm]:
    """Living forms for all of a group; who is new meets the others once more, in a pair of their own."""
    kept = {form.school_id: form for form in change.forms if form.parted_at is None}
    pair, before = change.pair, {(form.school_id, form.about_id): form for form in change.forms}
    if set(change.order) - {form.school_id for form in change.forms}:
        goes_on = bool(kept) and change.pair.met_at is None
        pair = PeerPair(
            round_id=found.id,
            meeting_at=change.pair.meeting_at if goes_on else None,
            meeting_link=change.pair.meeting_link if goes_on else "",
            meeting_by=change.pair.meeting_by if goes_on else None,
        )
        tx.session.add(pair)
        await tx.session.flush()
    for form in kept.values():
        form.pair_id = pair.id
    wanted = [(one, about) for one, about in pairing.writers(change.order) if one not in kept]
    made = await peer_review.seat(tx, found, pair.id, wanted)
    for form in made:
        written = before.get(
            (heirs.get(form.school_id, form.school_id), heirs.get(form.about_id, form.about_id))
        )
        if heirs and written is not None:
            form.texts = dict(written.texts)
    return made


async def _tell(tx: WriteTx, found: PeerRound, concerned: set[int], fresh: set[int]) -> None:
    query = (
        select(PeerForm)
        .where(PeerForm.round_id == found.id, PeerForm.school_id.in_(concerned))
        .order_by(PeerForm.parted_at.is_not(None), PeerForm.id.desc())
    )
    told: set[int] = set()
    for form in await tx.session.scalars(query):
        if form.school_id in told:
            continue
        told.add(form.school_id)
        if form.parted_at is not None:
            await peer_review.tell_team(tx, "peer_parted", form, key=f"parted:{tx.now.isoformat()}")
        else:
            key = "partner" if form.id in fresh else f"partner:{tx.now.isoformat()}"
            await peer_review.tell_team(tx, "peer_partner", form, key=key)
