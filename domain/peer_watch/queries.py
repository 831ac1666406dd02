"""Steps of schools and silences, inside the actor's places; and for mornings, over the whole country."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from domain import calendars, progress, schools
from domain.actor import Place
from domain.dates import NO_OWN_DAYS, local_day
from domain.db import Tx
from domain.peer_review import (
    PeerAdvice,
    PeerForm,
    PeerPair,
    PeerRound,
    Step,
    Verdict,
    named,
    owed,
    silent_days,
)
from domain.policy import Permission, within


class Task(NamedTuple):
    """What somebody has to do in a round: a step of a school, or to start the round (no step)."""

    step: Step | None
    round_id: int
    form_id: int
    place: Place
    about_id: int
    title: str
    due_on: date
    began_at: datetime


class Line(NamedTuple):
    """A task by name."""

    task: Task
    school: str
    partner: str


class Silent(NamedTuple):
    """A school that gives its partner no sign of life."""

    round_id: int
    pair_id: int
    place: Place
    school: str
    partner: str
    days: int


class State(NamedTuple):
    """How a round stands in the actor's places: the step whose day is next, and how many pairs have done it."""

    round_id: int
    title: str
    step: Step
    due_on: date
    pairs: int
    done: int
    silent: Sequence[str]  # schools of the actor's places


class Answers(NamedTuple):
    """What became of the recommendations of one form."""

    given: int
    taken: int
    declined: int


class Fact(NamedTuple):
    """Whether a school has placed its final form in a round."""

    school_id: int
    round_id: int
    title: str
    on: date
    done: bool


_Rows = Select[PeerForm, PeerPair, PeerRound]


def _running(condition: ColumnElement[bool] | None = None) -> _Rows:
    query = (
        select(PeerForm, PeerPair, PeerRound)
        .join(PeerPair, PeerPair.id == PeerForm.pair_id)
        .join(PeerRound, PeerRound.id == PeerForm.round_id)
        .where(PeerRound.started_at.is_not(None), PeerRound.ended_at.is_(None), PeerForm.parted_at.is_(None))
        .order_by(PeerForm.id)
    )
    return query if condition is None else query.where(condition)


async def tasks(tx: Tx) -> list[Task]:
    """What the actor's own schools and offices still have to do, the soonest first; for the system everybody's."""
    today, zone = progress.today(tx), tx.actor.timezone
    found: list[Task] = []
    rows = await tx.session.execute(_running(within(tx.actor, Permission.SUBMIT, PeerForm)))
    for form, pair, its in rows:
        if not its.runs(today):
            continue
        start = form.given_at or its.started_at or its.made_at
        side = form.side(pair, zone)
        began = {Step.FINISH: form.shared_at, Step.PLACE: form.final_at}
        found += [
            Task(
                step, its.id, form.id, form.place, form.about_id, its.title,
                its.dates.since(side.given).of(step), began.get(step) or start,
            )
            for step in owed(side)
        ]  # fmt: skip
    drafts = select(PeerRound).where(
        within(tx.actor, Permission.SUBMIT, PeerRound), PeerRound.started_at.is_(None)
    )
    found += [
        Task(None, its.id, 0, its.place, 0, its.title, its.partners_on, its.made_at)
        for its in await tx.session.scalars(drafts)
        if its.closes_on >= today
    ]
    return sorted(found, key=lambda task: (task.due_on, task.form_id))


async def lines(tx: Tx, found: Sequence[Task]) -> list[Line]:
    """The same with names; the tasks are the actor's own."""
    ids = {task.place.school_id for task in found} | {task.about_id for task in found}
    names = await named(tx, [id_ for id_ in ids if id_])
    offices = await schools.offices(tx, (task.place for task in found))
    return [
        Line(
            task,
            names[task.place.school_id].name if task.place.school_id else offices[task.place].name,
            names[task.about_id].name if task.about_id else "",
        )
        for task in found
    ]


async def silences(tx: Tx) -> list[Silent]:
    """Schools of the actor's places that are silent in a round, the longest first; for those who coordinate them."""
    today, zone = progress.today(tx), tx.actor.timezone
    calendar_of = await calendars.all_own_days(tx)
    rows = await tx.session.execute(_running(within(tx.actor, Permission.OVERRULE, PeerForm)))
    quiet: list[tuple[PeerForm, int]] = []
    for form, pair, its in rows:
        own = calendar_of.get(its.region_id, NO_OWN_DAYS)
        started = local_day(its.started_at or its.made_at, zone)
        side = form.side(pair, zone)
        dates = its.dates.since(side.given)
        days = silent_days(side, started, dates, today, own) if its.runs(today) else 0
        if days:
            quiet.append((form, days))
    names = await named(tx, {id_ for form, _ in quiet for id_ in (form.school_id, form.about_id)})
    found = [
        Silent(
            form.round_id,
            form.pair_id,
            form.place,
            names[form.school_id].name,
            names[form.about_id].name,
            days,
        )
        for form, days in quiet
    ]
    return sorted(found, key=lambda silent: -silent.days)


async def states(tx: Tx) -> list[State]:
    """Rounds that run in places that the actor coordinates. A pair has done a step when all its schools have."""
    today, quiet = progress.today(tx), await silences(tx)
    mine = select(PeerForm.pair_id).where(within(tx.actor, Permission.OVERRULE, PeerForm))
    of: dict[int, PeerRound] = {}
    sides: dict[int, dict[int, list[tuple[PeerForm, PeerPair]]]] = {}
    for form, pair, its in await tx.session.execute(_running(PeerForm.pair_id.in_(mine))):
        if its.runs(today):
            of[its.id] = its
            sides.setdefault(its.id, {}).setdefault(pair.id, []).append((form, pair))
    found = []
    for id_, pairs in sides.items():
        dates = of[id_].dates
        ahead = (step for step in (Step.SHARE, Step.MEET) if today <= dates.of(step))
        step = next(ahead, Step.FINISH)
        done = sum(all(_has_done(step, *one) for one in pair) for pair in pairs.values())
        silent = [one.school for one in quiet if one.round_id == id_]
        found.append(State(id_, of[id_].title, step, dates.of(step), len(pairs), done, silent))
    return found


def _has_done(step: Step, form: PeerForm, pair: PeerPair) -> bool:
    if step is Step.MEET:
        return pair.met_at is not None
    return form.final_at is not None or (step is Step.SHARE and form.shared_at is not None)


async def facts(tx: Tx, inside: Select[int], first: date, last: date) -> list[Fact]:
    """Schools with a partner in rounds whose last phase falls into these days: done with the final form placed or
    handed to the partner, not done once that day is over. Whose partner went has done it with a form for any of them,
    and owes nothing without a new one. The caller brings schools that the actor may see."""
    query = (
        select(PeerForm, PeerRound)
        .join(PeerRound, PeerRound.id == PeerForm.round_id)
        .where(
            PeerForm.school_id.in_(inside),
            PeerRound.started_at.is_not(None),
            PeerRound.final_on >= first,
            PeerRound.final_on <= last,
        )
        .order_by(PeerRound.final_on, PeerForm.id)
    )
    today, zone = progress.today(tx), tx.actor.timezone
    found: dict[tuple[int, int], Fact] = {}
    for form, its in await tx.session.execute(query):
        key, done = (form.school_id, its.id), form.final_at is not None
        given = local_day(form.given_at, zone) if form.given_at is not None else None
        is_late = form.parted_at is None and its.dates.since(given).final < today
        if done or (is_late and key not in found):
            found[key] = Fact(form.school_id, its.id, its.title, its.final_on, done)
    return list(found.values())


async def answers(tx: Tx, round_id: int) -> dict[int, Answers]:
    """What became of the recommendations of a round, by the form that gave them. The caller sees the round."""
    query = (
        select(PeerAdvice.form_id, PeerAdvice.verdict, func.count())
        .join(PeerForm, PeerForm.id == PeerAdvice.form_id)
        .where(PeerForm.round_id == round_id)
        .group_by(PeerAdvice.form_id, PeerAdvice.verdict)
    )
    found: dict[int, Answers] = {}
    for form_id, verdict, count in await tx.session.execute(query):
        before = found.get(form_id, Answers(0, 0, 0))
        found[form_id] = Answers(
            before.given + count,
            before.taken + count * (verdict is Verdict.TAKEN),
            before.declined + count * (verdict is Verdict.DECLINED),
        )
    return found
