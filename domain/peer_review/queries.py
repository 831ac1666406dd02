"""Rounds and their pairs, a school's own side of one, the partner's papers, who owes what, who is silent."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from domain import calendars, outcomes, people, progress, risks, schools
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.dates import OwnDays, local_day
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.pairing import Candidate, Waits, why_waits
from domain.peer_review import rules
from domain.peer_review.models import PeerAdvice, PeerForm, PeerPair, PeerRound
from domain.peer_review.rules import Side, Step
from domain.policy import Permission, within


class Named(NamedTuple):
    """A school as a partner sees it."""

    id: int
    name: str
    municipality: str


class SideRow(NamedTuple):
    """One school of a pair, how far it is and for how long it has been silent."""

    form: PeerForm
    school: Named
    about: Named
    side: Side
    owes: list[Step]
    silent: int  # working days
    dates: rules.Dates  # its own, where the partner was given after the start


class PairRow(NamedTuple):
    """A line of the table of pairs."""

    pair: PeerPair
    sides: Sequence[SideRow]

    @property
    def silent(self) -> list[SideRow]:
        """Who of it is silent."""
        return [side for side in self.sides if side.silent]


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as its reader sees it: pairs inside the reader's places, and who has nobody."""

    round: PeerRound
    pairs: Sequence[PairRow]
    former: Sequence[PairRow]  # forms of partners that were changed, by pair
    waiting: Sequence[tuple[Named, Waits]]
    candidates: dict[int, Candidate]  # by school; for the people who make the pairs
    may_manage: bool
    today: date


@dataclass(frozen=True, slots=True)
class FormView:
    """A school's own side of a pair."""

    round: PeerRound
    pair: PeerPair
    mine: SideRow
    others: Sequence[SideRow]
    received: PeerForm | None  # the form about this school, once it may be read
    author: Named  # of that form
    advice: Sequence[PeerAdvice]  # to this school
    given: Sequence[PeerAdvice]  # by this school, with the partner's answers
    runs: bool  # the round runs, and this is still the partner
    now: PeerForm | None  # the form for the present partner, where this is not it
    former: Sequence[tuple[PeerForm, Named]]  # this school's forms for former partners


def _visible() -> ColumnElement[bool]:
    return and_(PeerRound.id == PeerForm.round_id, PeerRound.started_at.is_not(None))


def _rounds(tx: Tx) -> ColumnElement[bool]:
    """Rounds of the actor's own places, and started ones in which a school of them takes part."""
    inside = exists().where(_visible(), within(tx.actor, Permission.SEE, PeerForm))
    return or_(within(tx.actor, Permission.SEE, PeerRound), inside)


async def rounds(tx: Tx) -> Sequence[PeerRound]:
    """What the actor sees, the newest first."""
    query = select(PeerRound).where(_rounds(tx)).order_by(PeerRound.partners_on.desc(), PeerRound.id.desc())
    return (await tx.session.scalars(query)).all()


async def round_(tx: Tx, round_id: int, *, manage: bool = False) -> PeerRound:
    """One round, or NotFound; to manage it, Forbidden for those who only read it."""
    found = await tx.session.scalar(select(PeerRound).where(PeerRound.id == round_id, _rounds(tx)))
    if found is None:
        raise NotFound
    if manage:
        query = select(PeerRound.id).where(
            PeerRound.id == round_id, within(tx.actor, Permission.PLAN, PeerRound)
        )
        if await tx.session.scalar(query) is None:
            raise Forbidden
    return found


def living(found: PeerRound, school_ids: Collection[int]) -> Select[PeerForm]:
    """The forms of schools that are about their present partners: one of each that has a partner."""
    return select(PeerForm).where(
        PeerForm.round_id == found.id, PeerForm.school_id.in_(school_ids), PeerForm.parted_at.is_(None)
    )


async def last_round(tx: Tx, place: Place) -> PeerRound | None:
    """The newest round of a place, to begin the next one with. The caller has checked the right to plan there."""
    query = select(PeerRound).where(
        PeerRound.region_id == place.region_id, PeerRound.municipality_id == place.municipality_id
    )
    order = (PeerRound.partners_on.desc(), PeerRound.id.desc())
    return (await tx.session.scalars(query.order_by(*order).limit(1))).first()


def circle(found: PeerRound) -> Select[int]:
    """Schools that take part in a round."""
    query = select(schools.School.id).where(schools.School.region_id == found.region_id)
    if found.municipality_id is not None:
        query = query.where(schools.School.municipality_id == found.municipality_id)
    if found.cohort_id is not None:
        enrolled = schools.Enrollment
        query = query.join(enrolled, enrolled.school_id == schools.School.id)
        query = query.where(enrolled.cohort_id == found.cohort_id)
    return query


async def named(tx: Tx, school_ids: Collection[int] | Select[int]) -> dict[int, Named]:
    """Names of schools, by municipality and name. The caller has checked that they may be known."""
    place = schools.Municipality
    query = (
        select(schools.School.id, schools.School.name, place.name)
        .join(place, place.id == schools.School.municipality_id)
        .where(schools.School.id.in_(school_ids))
        .order_by(place.name, schools.School.name)
    )
    return {row[0]: Named(*row) for row in (await tx.session.execute(query))}


async def candidates(tx: Tx, found: PeerRound) -> dict[int, Candidate]:
    """The schools of a round as far as it matters for pairs, in five queries."""
    ids = circle(found)
    clusters: dict[int, str] = {}
    mark = outcomes.ClusterMark
    marks = select(mark.school_id, mark.cluster).where(mark.school_id.in_(ids)).order_by(mark.year)
    for school_id, cluster in await tx.session.execute(marks):
        clusters[school_id] = str(cluster)
    chosen: dict[int, set[int]] = {}
    risk = risks.ChosenRisk
    factors = select(risk.school_id, risk.factor).where(risk.school_id.in_(ids), risk.dropped_at.is_(None))
    for school_id, factor in await tx.session.execute(factors):
        chosen.setdefault(school_id, set()).add(factor)
    grant = people.RoleGrant
    holding = select(grant.school_id, grant.role, grant.person_id).where(
        grant.school_id.in_(ids), people.valid_on(progress.today(tx))
    )
    curators: dict[int, set[int]] = {}
    teams: dict[int, set[int]] = {}
    for at, role, person_id in await tx.session.execute(holding):
        group = curators if role is Role.CURATOR else teams
        group.setdefault(at or 0, set()).add(person_id)
    met: dict[int, set[int]] = {}
    before = select(PeerForm.school_id, PeerForm.about_id).where(
        PeerForm.school_id.in_(ids), or_(PeerForm.round_id != found.id, PeerForm.parted_at.is_not(None))
    )
    for school_id, about_id in await tx.session.execute(before):
        met.setdefault(school_id, set()).add(about_id)
    school = schools.School
    query = select(school.id, school.municipality_id).where(school.id.in_(ids))
    return {
        id_: Candidate(
            id_,
            municipality_id,
            clusters.get(id_),
            frozenset(chosen.get(id_, ())),
            frozenset(curators.get(id_, ())),
            frozenset(teams.get(id_, ())),
            frozenset(met.get(id_, ())),
        )
        for id_, municipality_id in (await tx.session.execute(query))
    }


async def _sides(
    tx: Tx, found: PeerRound, rows: Iterable[tuple[PeerPair, PeerForm]], own: OwnDays
) -> list[PairRow]:
    """Pairs of one round with all their sides."""
    listed = list(rows)
    names = await named(tx, {id_ for _, form in listed for id_ in (form.school_id, form.about_id)})
    zone, today, dates = tx.actor.timezone, progress.today(tx), found.dates
    started = local_day(found.started_at, zone) if found.started_at is not None else None
    pairs: dict[int, tuple[PeerPair, list[SideRow]]] = {}
    for pair, form in listed:
        side = form.side(pair, zone)
        its, owes, silent = dates.since(side.given), rules.owed(side), 0
        if form.parted_at is not None:
            owes = []
        elif started is not None and found.runs(today):
            silent = rules.silent_days(side, started, its, today, own)
        row = SideRow(form, names[form.school_id], names[form.about_id], side, owes, silent, its)
        pairs.setdefault(pair.id, (pair, []))[1].append(row)
    return [PairRow(pair, sides) for pair, sides in pairs.values()]


async def view(tx: Tx, round_id: int) -> RoundView:
    """The table of pairs × phases: of a round that one manages all, else those with a school that one sees."""
    found = await round_(tx, round_id)
    whole = within(tx.actor, Permission.SEE, PeerRound)
    sees_all = (
        await tx.session.scalar(select(PeerRound.id).where(PeerRound.id == round_id, whole)) is not None
    )
    query = (
        select(PeerPair, PeerForm)
        .join(PeerForm, PeerForm.pair_id == PeerPair.id)
        .where(PeerPair.round_id == round_id)
        .order_by(PeerPair.id, PeerForm.id)
    )
    if not sees_all:
        own = select(PeerForm.pair_id).where(within(tx.actor, Permission.SEE, PeerForm))
        query = query.where(PeerPair.id.in_(own))
    listed = (await tx.session.execute(query)).all()
    own_days = await calendars.own_days(tx, found.region_id)
    live = [(pair, form) for pair, form in listed if form.parted_at is None]
    gone = [(pair, form) for pair, form in listed if form.parted_at is not None]
    pairs, former = await _sides(tx, found, live, own_days), await _sides(tx, found, gone, own_days)
    manages = within(tx.actor, Permission.PLAN, PeerRound)
    may = await tx.session.scalar(select(PeerRound.id).where(PeerRound.id == round_id, manages)) is not None
    pool = await candidates(tx, found) if may else {}
    paired = {form.school_id for _, form in live}
    left = [candidate for id_, candidate in pool.items() if id_ not in paired]
    names = await named(tx, [candidate.school_id for candidate in left])
    by_id = {candidate.school_id: candidate for candidate in left}
    waiting = [(name, why_waits(by_id[id_], left)) for id_, name in names.items()]
    return RoundView(found, pairs, former, waiting, pool, may, progress.today(tx))


def may_read(tx: Tx) -> ColumnElement[bool]:
    """Forms of the actor's own schools, and shown ones: those written to them, those of the places that they see."""
    own = [place.school_id for place in tx.actor.places(*SCHOOL_TEAM)]
    sees = or_(PeerForm.about_id.in_(own), within(tx.actor, Permission.SEE, PeerForm))
    return or_(PeerForm.school_id.in_(own), and_(PeerForm.shared_at.is_not(None), sees))


def _mine(tx: Tx) -> Select[PeerForm, PeerPair, PeerRound]:
    """Forms of the actor's own schools in rounds that have started."""
    return (
        select(PeerForm, PeerPair, PeerRound)
        .join(PeerPair, PeerPair.id == PeerForm.pair_id)
        .join(PeerRound, _visible())
        .where(within(tx.actor, Permission.SUBMIT, PeerForm))
    )


async def my_forms(tx: Tx, school_id: int | None = None) -> Sequence[tuple[PeerForm, PeerRound]]:
    """The rounds of the actor's own schools, the newest first; in each the present partner, then former ones."""
    order = (PeerRound.partners_on.desc(), PeerRound.id.desc(), PeerForm.parted_at.is_not(None))
    query = _mine(tx).order_by(*order, PeerForm.id.desc())
    if school_id is not None:
        query = query.where(PeerForm.school_id == school_id)
    return [(form, found) for form, _, found in (await tx.session.execute(query))]


async def own_form(tx: Tx, form_id: int) -> tuple[PeerForm, PeerPair, PeerRound]:
    """The form of the actor's own school; NotFound for everybody else."""
    found = (await tx.session.execute(_mine(tx).where(PeerForm.id == form_id))).first()
    if found is None:
        raise NotFound
    return found


async def my_side(tx: Tx, form_id: int) -> FormView:
    """A school's own page of a round."""
    form, pair, found = await own_form(tx, form_id)
    its = PeerForm.school_id == form.school_id
    query = select(PeerForm).where(PeerForm.round_id == found.id, or_(PeerForm.pair_id == pair.id, its))
    forms = (await tx.session.scalars(query.order_by(PeerForm.id))).all()
    # Of a pair that is no more, those who were in it then; one kept its form where three became two.
    then = [e for e in forms if e.pair_id == pair.id and e.parted_at == form.parted_at]
    known = {e.school_id for e in then}
    kept = [e for e in forms if e.pair_id == pair.id and e.parted_at is None and e.school_id not in known]
    own = await calendars.own_days(tx, found.region_id)
    sides = (await _sides(tx, found, [(pair, each) for each in (*then, *kept)], own))[0].sides
    mine = next(side for side in sides if side.form.id == form.id)
    about_me = next((side for side in sides if side.form.about_id == form.school_id), None)
    author = about_me.form if about_me is not None else None
    former = [each for each in forms if each.school_id == form.school_id and each.parted_at is not None]
    names = await named(tx, {each.about_id for each in former})
    asked = select(PeerAdvice).where(
        PeerAdvice.form_id.in_([form.id, author.id if author is not None else 0])
    )
    listed = (await tx.session.scalars(asked.order_by(PeerAdvice.position))).all()
    return FormView(
        round=found,
        pair=pair,
        mine=mine,
        others=[side for side in sides if side.form.id != form.id],
        received=author if author is not None and author.shared_at is not None else None,
        author=about_me.school if about_me is not None else mine.about,
        advice=[one for one in listed if one.form_id != form.id],
        given=[one for one in listed if one.form_id == form.id],
        runs=found.runs(progress.today(tx)) and form.parted_at is None,
        now=next((e for e in forms if e.school_id == form.school_id and e.parted_at is None), None)
        if form.parted_at is not None
        else None,
        former=[(each, names[each.about_id]) for each in former if each.id != form.id],
    )


async def readable(tx: Tx, form_id: int) -> rules.Filled:
    """A form that the actor may read: the own one always, another once it was shown to the partner."""
    query = select(PeerForm, PeerRound).join(PeerRound, _visible())
    row = (await tx.session.execute(query.where(PeerForm.id == form_id, may_read(tx)))).first()
    if row is None:
        raise NotFound
    found, its = row
    names = await named(tx, {found.school_id, found.about_id})
    final = local_day(found.final_at, tx.actor.timezone) if found.final_at is not None else None
    author, about = names[found.school_id].name, names[found.about_id].name
    return rules.Filled(its.title, author, about, its.form, found.texts, final)


class Paired(NamedTuple):
    """A line of a list of pairs: the names as written, and the schools where all of them were found."""

    names: list[str]
    schools: list[Named]
    unknown: list[str]


async def match(tx: Tx, round_id: int, lines: Sequence[Sequence[str]]) -> list[Paired]:
    """Find the schools of a list of pairs among those that take part, by name or federal login."""
    found = await round_(tx, round_id, manage=True)
    school = schools.School
    query = select(school.id, school.search_name, school.federal_login).where(school.id.in_(circle(found)))
    known: dict[str, list[int]] = {}
    for id_, search_name, login in await tx.session.execute(query):
        for key in {search_name, (login or "").casefold()} - {""}:
            known.setdefault(key, []).append(id_)
    names = await named(tx, circle(found))
    result = []
    for line in lines:
        ids = [known.get(schools.search_name(n)) or known.get(n.casefold()) or [] for n in line]
        unknown = [name for name, its in zip(line, ids, strict=True) if len(its) != 1]
        result.append(Paired(list(line), [] if unknown else [names[its[0]] for its in ids], unknown))
    return result
