"""Starting a round and pairing schools; filling in, showing, meeting, finishing; what was done with the advice."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from domain import audit, outbox, pairing, people, progress, schools
from domain.actor import SCHOOL_TEAM, Place
from domain.dates import local_day
from domain.db import WriteTx
from domain.errors import NotFound
from domain.peer_review import queries, rules
from domain.peer_review.models import PeerAdvice, PeerForm, PeerPair, PeerRound
from domain.peer_review.rules import RoundSpec
from domain.policy import Permission, require

LINKS = ("https://", "http://")


async def open_round(tx: WriteTx, place: Place, spec: RoundSpec) -> PeerRound:
    """Prepare a round of a region or a municipality; nobody hears of it yet. Raises RoundWrong."""
    require(tx.actor, Permission.PLAN, place)
    if place.school_id is not None or not await schools.place_exists(tx, place):
        raise NotFound
    rules.check(spec)
    found = PeerRound(
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        made_by=tx.actor.person_id,
        made_at=tx.now,
    )
    _fill(found, spec)
    tx.session.add(found)
    await tx.session.flush()
    audit.record(tx, "peer.open", "peer_round", found.id, place, title=found.title)
    return found


def _fill(found: PeerRound, spec: RoundSpec) -> None:
    found.title = spec.title.strip()[:200]
    _set_dates(found, spec.dates)
    found.sections = [section._asdict() for section in spec.sections]
    found.cycle_id, found.cohort_id = spec.cycle_id, spec.cohort_id


def _set_dates(found: PeerRound, dates: rules.Dates) -> None:
    found.partners_on, found.exchange_on, found.meeting_on, found.final_on, found.closes_on = dates


async def change_round(tx: WriteTx, round_id: int, spec: RoundSpec) -> PeerRound:
    """Before the start everything, afterwards the name and the dates. Raises RoundWrong, RoundOver."""
    found = await queries.round_(tx, round_id, manage=True)
    if found.started_at is not None:
        spec = spec._replace(sections=found.form, cycle_id=found.cycle_id, cohort_id=found.cohort_id)
    rules.check(spec)
    if found.ended_at is not None:
        raise rules.RoundOver
    moves_circle = spec.cohort_id != found.cohort_id
    _fill(found, spec)
    if moves_circle:
        await _drop_pairs(tx, found.id)
    audit.record(tx, "peer.change", "peer_round", found.id, found.place, title=found.title)
    return found


async def _drop_pairs(tx: WriteTx, round_id: int, pair_id: int | None = None) -> None:
    forms, pairs = delete(PeerForm), delete(PeerPair)
    if pair_id is None:
        forms, pairs = forms.where(PeerForm.round_id == round_id), pairs.where(PeerPair.round_id == round_id)
    else:
        forms, pairs = forms.where(PeerForm.pair_id == pair_id), pairs.where(PeerPair.id == pair_id)
    await tx.session.execute(forms)
    await tx.session.execute(pairs)


async def propose_pairs(tx: WriteTx, round_id: int, *, triple: bool) -> int:
    """Pair all who have nobody, as well as they fit; how many pairs are new. Pairs made by hand stay."""
    found = await _draft(tx, round_id)
    pool = await queries.candidates(tx, found)
    taken = set(await tx.session.scalars(select(PeerForm.school_id).where(PeerForm.round_id == round_id)))
    proposal = pairing.propose([c for id_, c in pool.items() if id_ not in taken], triple=triple)
    for group in proposal.groups:
        await _add(tx, found, group)
    audit.record(tx, "peer.propose", "peer_round", round_id, found.place, pairs=len(proposal.groups))
    return len(proposal.groups)


async def pair_up(tx: WriteTx, round_id: int, school_ids: Sequence[int]) -> PeerPair:
    """Make one pair, or a triple, by hand; in a round that runs the schools hear of it at once.

    Raises PairWrong, AlreadyPaired, RoundOver.
    """
    found = await queries.round_(tx, round_id, manage=True)
    if found.started_at is not None and not found.runs(progress.today(tx)):
        raise rules.RoundOver
    await _check_group(tx, found, school_ids)
    pair = await _add(tx, found, school_ids)
    audit.record(tx, "peer.pair", "peer_round", round_id, found.place, schools=len(school_ids))
    if found.started_at is not None:
        await _tell_partners(tx, pair.id)
    return pair


async def _check_group(tx: WriteTx, found: PeerRound, school_ids: Sequence[int]) -> None:
    members = set(await tx.session.scalars(queries.circle(found)))
    if len(school_ids) not in {2, 3} or len(set(school_ids)) != len(school_ids) or set(school_ids) - members:
        raise rules.PairWrong
    if taken := (await tx.session.scalars(queries.living(found, school_ids))).first():
        raise rules.AlreadyPaired(school=(await queries.named(tx, [taken.school_id]))[taken.school_id].name)


async def _add(tx: WriteTx, found: PeerRound, school_ids: Sequence[int]) -> PeerPair:
    pair = PeerPair(round_id=found.id, meeting_link="")
    tx.session.add(pair)
    await tx.session.flush()
    await seat(tx, found, pair.id, pairing.writers(school_ids))
    return pair


async def seat(
    tx: WriteTx, found: PeerRound, pair_id: int, writers: Sequence[tuple[int, int]]
) -> list[PeerForm]:
    """Empty forms of a pair: (school, the one that it writes to). The caller has checked that all may take part."""
    made = []
    for school_id, about_id in writers:
        school = await tx.session.get_one(schools.School, school_id)
        made.append(
            PeerForm(
                round_id=found.id,
                pair_id=pair_id,
                region_id=school.region_id,
                municipality_id=school.municipality_id,
                school_id=school_id,
                about_id=about_id,
                texts={},
                given_at=tx.now if found.started_at is not None else None,
            )
        )
    tx.session.add_all(made)
    await tx.session.flush()
    return made


async def add_third(tx: WriteTx, pair_id: int, school_id: int) -> PeerRound:
    """A school left over joins a pair before the start. Raises PairWrong, AlreadyPaired, RoundStarted."""
    pair = await tx.session.get(PeerPair, pair_id)
    if pair is None:
        raise NotFound
    found = await _draft(tx, pair.round_id)
    query = select(PeerForm.school_id).where(PeerForm.pair_id == pair_id).order_by(PeerForm.id)
    ids = [*await tx.session.scalars(query), school_id]
    if len(ids) != 3:
        raise rules.PairWrong
    await tx.session.execute(delete(PeerForm).where(PeerForm.pair_id == pair_id))
    await _check_group(tx, found, ids)
    await seat(tx, found, pair_id, pairing.writers(ids))
    audit.record(tx, "peer.pair", "peer_round", found.id, found.place, schools=len(ids))
    return found


async def unpair(tx: WriteTx, pair_id: int) -> PeerRound:
    """Take a pair apart before the start. Raises RoundStarted."""
    pair = await tx.session.get(PeerPair, pair_id)
    if pair is None:
        raise NotFound
    found = await _draft(tx, pair.round_id)
    await _drop_pairs(tx, found.id, pair_id)
    audit.record(tx, "peer.unpair", "peer_round", found.id, found.place)
    return found


async def swap(tx: WriteTx, round_id: int, one: int, other: int) -> None:
    """Two schools change places before the start; one of them may be without a partner. Raises RoundStarted."""
    found = await _draft(tx, round_id)
    query = select(PeerForm).where(PeerForm.round_id == round_id).order_by(PeerForm.pair_id, PeerForm.id)
    groups: dict[int, list[int]] = {}
    for form in await tx.session.scalars(query):
        groups.setdefault(form.pair_id, []).append(form.school_id)
    touched = {id_: group for id_, group in groups.items() if {one, other} & set(group)}
    known = {id_ for group in touched.values() for id_ in group} | set(
        await tx.session.scalars(queries.circle(found))
    )
    if one == other or not touched or not {one, other} <= known:
        raise rules.PairWrong
    await tx.session.execute(delete(PeerForm).where(PeerForm.pair_id.in_(touched)))
    change = {one: other, other: one}
    for pair_id, group in touched.items():
        await seat(tx, found, pair_id, pairing.writers([change.get(id_, id_) for id_ in group]))
    audit.record(tx, "peer.swap", "peer_round", round_id, found.place)


async def _draft(tx: WriteTx, round_id: int) -> PeerRound:
    found = await queries.round_(tx, round_id, manage=True)
    if found.started_at is not None:
        raise rules.RoundStarted
    return found


async def start(tx: WriteTx, round_id: int) -> int:
    """Partners become known: one message to each team; how many pairs. Raises NoPairs, RoundStarted, RoundOver."""
    found = await _draft(tx, round_id)
    pairs = (await tx.session.scalars(select(PeerPair.id).where(PeerPair.round_id == round_id))).all()
    if not pairs:
        raise rules.NoPairs
    if found.closes_on < progress.today(tx):
        raise rules.RoundOver
    found.started_at = tx.now
    audit.record(tx, "peer.start", "peer_round", round_id, found.place, pairs=len(pairs))
    for pair_id in pairs:
        await _tell_partners(tx, pair_id)
    return len(pairs)


async def _tell_partners(tx: WriteTx, pair_id: int) -> None:
    for form in await tx.session.scalars(select(PeerForm).where(PeerForm.pair_id == pair_id)):
        await tell_team(tx, "peer_partner", form, key="partner")


async def tell_team(tx: WriteTx, kind: str, form: PeerForm, *, key: str) -> None:
    """A message to the whole team of a form's school, but not to the one who acts."""
    for person in await people.holders(tx, sorted(SCHOOL_TEAM), form.place):
        if person.id != tx.actor.person_id:
            await outbox.put(
                tx,
                kind,
                person_id=person.id,
                subject=f"peer:{form.id}",
                dedupe_key=f"peer:{form.id}:{key}:{person.id}",
                params={"form_id": form.id},
            )


async def end(tx: WriteTx, round_id: int) -> None:
    """Close a round before its last day: documents close, forms stay as they are. Raises RoundNotStarted."""
    found = await queries.round_(tx, round_id, manage=True)
    if found.started_at is None:
        raise rules.RoundNotStarted
    if found.ended_at is None:
        found.ended_at = tx.now
        audit.record(tx, "peer.end", "peer_round", round_id, found.place, title=found.title)


async def discard(tx: WriteTx, round_id: int) -> None:
    """Drop a round that nobody knows of. Raises RoundStarted."""
    found = await _draft(tx, round_id)
    await _drop_pairs(tx, round_id)
    audit.record(tx, "peer.discard", "peer_round", round_id, found.place, title=found.title)
    await tx.session.delete(found)


async def _at_work(tx: WriteTx, form_id: int) -> tuple[PeerForm, PeerPair, PeerRound]:
    """The own form in a round that runs; the school has given a sign of life."""
    form, pair, found = await queries.own_form(tx, form_id)
    if not found.runs(progress.today(tx)):
        raise rules.RoundOver
    if form.parted_at is not None:
        raise rules.PartnerChanged
    form.acted_at = tx.now
    form.seen_at = form.seen_at or tx.now
    return form, pair, found


async def look(tx: WriteTx, form_id: int) -> None:
    """The school has opened the round: from now on it is not «has never looked»."""
    form, _, found = await queries.own_form(tx, form_id)
    if form.seen_at is None and form.parted_at is None and found.runs(progress.today(tx)):
        form.seen_at = tx.now


async def write(
    tx: WriteTx, form_id: int, section: str, text: str, *, add: bool = False, seen: str | None = None
) -> PeerForm:
    """Put words into a section of the own form (`rules.written`). Raises FormFinal, RoundOver, and what that raises."""
    form, _, found = await _at_work(tx, form_id)
    if form.final_at is not None:
        raise rules.FormFinal
    if section not in {each.key for each in found.form}:
        raise NotFound
    words = rules.written(str(form.texts.get(section, "")), text, add=add, seen=seen)
    form.texts = {**form.texts, section: words}
    form.changed_by = tx.actor.person_id
    return form


async def share(tx: WriteTx, form_id: int) -> PeerForm:
    """Let the partner read the draft; it may still be changed. Raises NothingWritten."""
    form, _, found = await _at_work(tx, form_id)
    if not any(str(text).strip() for text in form.texts.values()):
        raise rules.NothingWritten
    if form.shared_at is None:
        form.shared_at = tx.now
        audit.record(tx, "peer.share", "peer_form", form.id, form.place, round=found.title)
        await tell_team(tx, "peer_shared", await _reader(tx, found, form), key="shared")
    return form


async def _reader(tx: WriteTx, found: PeerRound, form: PeerForm) -> PeerForm:
    """The own side of the school that a form is about."""
    return (await tx.session.scalars(queries.living(found, [form.about_id]))).one()


async def set_meeting(tx: WriteTx, form_id: int, at: datetime, link: str = "") -> PeerPair:
    """Agree when to meet and where to press; the other side hears of each change once.

    Raises MeetingWrong, BadLink.
    """
    form, pair, found = await _at_work(tx, form_id)
    at, link = at.astimezone(UTC), link.strip()[:500]
    if link and not link.casefold().startswith(LINKS):
        raise rules.BadLink
    day = local_day(at, tx.actor.timezone)
    if not local_day(found.started_at or tx.now, tx.actor.timezone) <= day <= found.closes_on:
        raise rules.MeetingWrong
    if (pair.meeting_at, pair.meeting_link) == (at, link):
        return pair
    pair.meeting_at, pair.meeting_link, pair.meeting_by = at, link, tx.actor.person_id
    audit.record(tx, "peer.meeting", "peer_form", form.id, form.place, at=at.isoformat())
    others = select(PeerForm).where(
        PeerForm.pair_id == pair.id, PeerForm.id != form.id, PeerForm.parted_at.is_(None)
    )
    for other in await tx.session.scalars(others):
        await outbox.cancel(tx, subject=f"peer_meeting:{other.id}", reason="another time was agreed")
        for person in await people.holders(tx, sorted(SCHOOL_TEAM), other.place):
            await outbox.put(
                tx,
                "peer_meeting",
                person_id=person.id,
                subject=f"peer_meeting:{other.id}",
                dedupe_key=f"peer_meeting:{other.id}:{tx.now.isoformat()}:{person.id}",
                params={"form_id": other.id, "at": at.isoformat()},
            )
    return pair


async def hold(tx: WriteTx, form_id: int) -> PeerPair:
    """The meeting has been. Raises MeetingWrong while the agreed time lies ahead."""
    form, pair, _ = await _at_work(tx, form_id)
    if pair.meeting_at is not None and pair.meeting_at > tx.now:
        raise rules.MeetingWrong
    if pair.met_at is None:
        pair.met_at = tx.now
        audit.record(tx, "peer.hold", "peer_form", form.id, form.place)
    return pair


async def finish(tx: WriteTx, form_id: int) -> PeerForm:
    """The form is final: its lines become recommendations that the partner answers. Raises SectionsLeft, FormFinal."""
    form, _, found = await _at_work(tx, form_id)
    if form.final_at is not None:
        raise rules.FormFinal
    empty = [section.title for section in found.form if not str(form.texts.get(section.key, "")).strip()]
    if empty:
        raise rules.SectionsLeft(titles=", ".join(empty))
    form.final_at, form.shared_at = tx.now, form.shared_at or tx.now
    reader = await _reader(tx, found, form)
    for position, (section, text) in enumerate(rules.recommendations(found.form, form.texts)):
        tx.session.add(
            PeerAdvice(
                form_id=form.id,
                region_id=reader.region_id,
                municipality_id=reader.municipality_id,
                school_id=reader.school_id,
                section=section,
                position=position,
                text=text,
                why="",
            )
        )
    audit.record(tx, "peer.finish", "peer_form", form.id, form.place, round=found.title)
    await tell_team(tx, "peer_final", reader, key=f"final:{tx.now.isoformat()}")
    return form


async def reopen(tx: WriteTx, form_id: int) -> PeerForm:
    """Take a final form back into work while nothing of it is answered. Raises NotFinal, FormFinal."""
    form, _, _ = await _at_work(tx, form_id)
    if form.final_at is None:
        raise rules.NotFinal
    answered = select(func.count()).where(PeerAdvice.form_id == form.id, PeerAdvice.verdict.is_not(None))
    if await tx.session.scalar(answered):
        raise rules.FormFinal
    await tx.session.execute(delete(PeerAdvice).where(PeerAdvice.form_id == form.id))
    form.final_at, form.placed_at = None, None
    audit.record(tx, "peer.reopen", "peer_form", form.id, form.place)
    return form


async def place(tx: WriteTx, form_id: int) -> PeerForm:
    """The file of the final form lies in the federal system. Raises NotFinal."""
    form, _, _ = await _at_work(tx, form_id)
    if form.final_at is None:
        raise rules.NotFinal
    if form.placed_at is None:
        form.placed_at = tx.now
        audit.record(tx, "peer.place", "peer_form", form.id, form.place)
    return form
