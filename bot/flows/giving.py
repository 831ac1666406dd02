"""Giving a plan in the chat: to whom, what will appear, one press; and taking it back while nothing was handed in."""

from collections.abc import Sequence
from typing import NamedTuple

from aiogram.types import CallbackQuery

from bot.presses import Home, Plan, Plans
from bot.presses_giving import Give, GiveTo, ReopenPlan, TakeBack, UndoRevision
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, clip, page
from domain import giving, outcomes, programme, progress, recalls, revisions, roadmaps, schools
from domain.db import Tx
from domain.errors import N_, DomainError, NotFound
from domain.giving import Group, Past, Receivers
from domain.outcomes import Cluster
from domain.roadmaps import Measure, RoadmapState
from domain.texts import Texts

router = Routes("giving")

ORDER = (Cluster.SEVERE, Cluster.MODERATE, Cluster.BASIC, Cluster.NONE)
CLUSTERS = {
    Cluster.SEVERE: N_("severely failing"),
    Cluster.MODERATE: N_("moderately failing"),
    Cluster.BASIC: N_("basic failing"),
    Cluster.NONE: N_("off the list"),
}
SHOWN = 4  # names of receivers in one line


class Circle(NamedTuple):
    """Receivers of one press, and the measures that they get."""

    schools: Sequence[schools.SchoolRow]
    offices: Sequence[schools.Office]
    measures: Sequence[Measure]


async def _circle(tx: Tx, press: Give) -> Circle:
    view = await roadmaps.roadmap(tx, press.roadmap)
    measures = [m for m in view.measures if m.gone_at is None]
    proposed = {p.to: p.measures for p in giving.proposals(measures)}
    if press.to in {"municipal", "region"}:
        to = Receivers.REGIONAL if press.to == "region" else Receivers.MUNICIPAL
        offices = [
            o
            for o in await giving.offices(tx, press.roadmap)
            if (o.municipality_id is None) is (press.to == "region")
        ]
        if press.value:
            offices = [o for o in offices if o.municipality_id == press.value]
        return Circle([], offices, proposed.get(to) or measures)
    if press.rest:
        others = {m.id for found in proposed.values() for m in found}
        measures = [m for m in measures if m.id not in others]
    group = {
        "all": Group(),
        "cohort": Group(cohort_id=press.value),
        "place": Group(municipality_id=press.value),
        "track": Group(track_id=press.value),
        "cluster": Group(cluster=ORDER[press.value % len(ORDER)]),
    }.get(press.to)
    if group is None:
        raise NotFound
    return Circle(await giving.group(tx, press.roadmap, group), [], measures)


@router.callback_query(GiveTo.filter())
async def choose(query: CallbackQuery, callback_data: GiveTo, talk: Talk) -> None:
    """Circles of receivers, each with how many schools are in it."""
    async with talk.db.read(talk.actor) as tx:
        view = await roadmaps.roadmap(tx, callback_data.roadmap)
        options = await _options(tx, talk.plain, view.roadmap)
        proposals = giving.proposals([m for m in view.measures if m.gone_at is None])
    say = talk.say
    lines = [say("To whom shall it be given?")]
    lines += [_proposal_line(say, proposal) for proposal in proposals]
    shown = page(options, callback_data.page)
    rows: list[Row] = [[button(label, press)] for label, press in shown.items]
    rows.append(shown.turning(lambda n: callback_data.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), Plan(id=callback_data.roadmap))])
    await talk.show(Screen("\n".join(lines), rows))


def _proposal_line(say: Texts, proposal: giving.Proposal) -> str:
    bodies = clip(", ".join(proposal.bodies), 120)
    if proposal.to is Receivers.REGIONAL:
        return say.n(
            "In %(n)s measure no school is named, only: %(bodies)s. It seems to be the region's own.",
            "In %(n)s measures no school is named, only: %(bodies)s. They seem to be the region's own.",
            len(proposal.measures),
            bodies=bodies,
        )
    return say.n(
        "In %(n)s measure no school is named, only: %(bodies)s. It seems to be the municipalities' own.",
        "In %(n)s measures no school is named, only: %(bodies)s. They seem to be the municipalities' own.",
        len(proposal.measures),
        bodies=bodies,
    )


async def _options(tx: Tx, plain: Texts, roadmap: roadmaps.Roadmap) -> list[tuple[str, Give]]:
    """What can be pressed: a circle is offered where it holds anybody and is not everybody."""
    id_ = roadmap.id
    every = await giving.group(tx, id_)
    view = await roadmaps.roadmap(tx, id_)
    proposals = {p.to: p for p in giving.proposals([m for m in view.measures if m.gone_at is None])}
    offices = await giving.offices(tx, id_)
    found = []
    if proposals:
        found.append((plain("Schools, only what names them"), Give(roadmap=id_, to="all", rest=True)))
    if every:
        label = plain.n("All: %(n)s school", "All: %(n)s schools", len(every))
        found.append((label, Give(roadmap=id_, to="all")))
    if any(o.municipality_id is None for o in offices):
        found.append((plain("The region itself"), Give(roadmap=id_, to="region")))
    municipal = [o for o in offices if o.municipality_id is not None]
    if len(municipal) > 1:
        label = plain("The municipalities themselves: %(n)s", n=len(municipal))
        found.append((label, Give(roadmap=id_, to="municipal")))
    elif municipal:
        found.append((plain("%(name)s itself", name=municipal[0].name), Give(roadmap=id_, to="municipal")))
    for name, to, value, group in await _groups(tx, plain):
        inside = len(await giving.group(tx, id_, group))
        if 0 < inside < len(every):
            found.append((f"{clip(name, 40)}: {inside}", Give(roadmap=id_, to=to, value=value)))
    return found


async def _groups(tx: Tx, plain: Texts) -> list[tuple[str, str, int, Group]]:
    found = []
    if await outcomes.cluster_years(tx):
        found += [(plain(CLUSTERS[c]), "cluster", n, Group(cluster=c)) for n, c in enumerate(ORDER)]
    found += [(c.name, "cohort", c.id, Group(cohort_id=c.id)) for c in await programme.cohorts(tx)]
    found += [(m.name, "place", m.id, Group(municipality_id=m.id)) for m in await schools.municipalities(tx)]
    found += [(t.title, "track", t.id, Group(track_id=t.id)) for t in await giving.tracks_in_use(tx)]
    return found


@router.callback_query(Give.filter())
async def give(query: CallbackQuery, callback_data: Give, talk: Talk) -> None:
    """What will appear, for whom, when due; the second press gives it."""
    if callback_data.sure:
        await _given(talk, callback_data)
    else:
        await look(talk, callback_data)


async def look(talk: Talk, press: Give) -> None:
    """What giving a plan to a circle would bring."""
    async with talk.db.read(talk.actor) as tx:
        roadmap = await roadmaps.roadmap_for_planning(tx, press.roadmap)
        circle = await _circle(tx, press)
        seen = await giving.preview(
            tx,
            roadmap.id,
            [row.school.id for row in circle.schools],
            [m.id for m in circle.measures],
            offices=[office.place for office in circle.offices],
        )
    rows = _giving_rows(talk.plain, press, seen, is_draft=roadmap.state is RoadmapState.DRAFT)
    rows.append([button(talk.plain("‹ Back"), GiveTo(roadmap=roadmap.id))])
    await talk.show(Screen("\n".join(_preview_lines(talk.say, circle, seen)), rows))


def _giving_rows(plain: Texts, press: Give, seen: progress.Preview, *, is_draft: bool) -> list[Row]:
    """The press that gives; where dates have passed, three of which each says what becomes of those."""
    if not seen.new:
        return []
    labels = {Past.KEEP: plain("Approve and give") if is_draft else plain("Give")}
    if seen.past:
        others = {
            Past.LEAVE: plain("Give without those that have passed"),
            Past.UNDATED: plain("Those that have passed: without dates"),
        }
        if seen.past == seen.new:
            del others[Past.LEAVE]
        if seen.past * 2 >= seen.new:
            labels = {**others, Past.KEEP: plain("All as it is: overdue at once")}
        else:
            labels |= others
    return [
        [button(label, press.model_copy(update={"sure": True, "past": past}))]
        for past, label in labels.items()
    ]


def _preview_lines(say: Texts, circle: Circle, seen: progress.Preview) -> list[str]:
    names = [row.school.name for row in circle.schools] or [office.name for office in circle.offices]
    who = ", ".join(names[:SHOWN])
    if len(names) > SHOWN:
        who += " " + say("and %(n)s more", n=len(names) - SHOWN)
    if not seen.new:
        return [
            bold(who),
            say("They have all of it already.") if seen.known else say("Nobody is in this circle."),
        ]
    lines = [bold(who), say.n("%(n)s assignment will appear.", "%(n)s assignments will appear.", seen.new)]
    if seen.first_on and seen.last_on:
        first, last = say.date(seen.first_on, year=True), say.date(seen.last_on, year=True)
        lines.append(say("Due from %(first)s to %(last)s.", first=first, last=last))
    if seen.undated:
        lines.append(
            say.n(
                "%(n)s has no date and never reminds.", "%(n)s have no date and never remind.", seen.undated
            )
        )
    if seen.past:
        lines.append(
            "🔴 "
            + say.n(
                "%(n)s of them would be overdue from the first day.",
                "%(n)s of them would be overdue from the first day.",
                seen.past,
            )
        )
    if seen.known:
        lines.append(
            say.n("%(n)s was given before and stays.", "%(n)s were given before and stay.", seen.known)
        )
    return lines


async def _given(talk: Talk, press: Give) -> None:
    async with talk.db.write(talk.actor) as tx:
        await roadmaps.approve(tx, press.roadmap)
        circle = await _circle(tx, press)
        count = await giving.assign(
            tx,
            press.roadmap,
            [row.school.id for row in circle.schools],
            offices=[office.place for office in circle.offices],
            measure_ids=[m.id for m in circle.measures],
            past=press.past,
        )
        rows = await taking_back(tx, talk, press.roadmap)
    text = talk.say.n("Given: %(n)s assignment.", "Given: %(n)s assignments.", count)
    text += "\n" + talk.say("They stand on first screens from now on; deadlines remind by themselves.")
    rows.append([button(talk.plain("Give to others too"), GiveTo(roadmap=press.roadmap))])
    rows.append([button(talk.plain("To the first screen"), Home())])
    await talk.show(Screen(text, rows))


async def taking_back(tx: Tx, talk: Talk, roadmap_id: int) -> list[Row]:
    """A button for the newest giving, while nobody has begun to work on it."""
    found = await recalls.handouts(tx, roadmap_id)
    if not found or not await recalls.is_untouched(tx, found[0].id):
        return []
    label = talk.plain.n("Take back: %(n)s assignment", "Take back: %(n)s assignments", found[0].assignments)
    return [[button(label, TakeBack(handout=found[0].id))]]


async def living_screen(tx: Tx, talk: Talk, roadmap: roadmaps.Roadmap) -> Screen:
    """A plan that is running: give it to others, take back what nobody has begun."""
    lines = [bold(clip(" ".join(roadmap.title.split()), 200))]
    lines.append(talk.say("This roadmap has been approved and is running."))
    rows: list[Row] = [[button(talk.plain("Give to others too"), GiveTo(roadmap=roadmap.id))]]
    rows += await taking_back(tx, talk, roadmap.id)
    applied = next((r for r in await revisions.revision_list(tx, roadmap.id) if r.state == "applied"), None)
    if applied is not None and await recalls.may_undo(tx, applied):
        rows.append([button(talk.plain("Undo the newer version"), UndoRevision(id=applied.id))])
    elif applied is None and await recalls.may_reopen(tx, roadmap.id):
        rows.append([button(talk.plain("Make it a draft again"), ReopenPlan(id=roadmap.id))])
    rows.append([button(talk.plain("‹ Roadmaps"), Plans())])
    return Screen("\n".join(lines), rows)


async def _ask(talk: Talk, text: str, yes: Row, roadmap_id: int) -> None:
    rows: list[Row] = [yes, [button(talk.plain("No, leave it"), Plan(id=roadmap_id))]]
    await talk.show(Screen(text, rows))


async def _back_to(talk: Talk, roadmap_id: int, text: str) -> None:
    rows: list[Row] = [
        [button(talk.plain("To the roadmap"), Plan(id=roadmap_id))],
        [button(talk.plain("To the first screen"), Home())],
    ]
    await talk.show(Screen(text, rows))


@router.callback_query(TakeBack.filter())
async def take_back(query: CallbackQuery, callback_data: TakeBack, talk: Talk) -> None:
    """The assignments disappear; only while nobody has begun to work on them."""
    if not callback_data.sure:
        async with talk.db.read(talk.actor) as tx:
            found = await recalls.handout(tx, callback_data.handout)
        text = talk.say.n(
            "%(n)s assignment disappears from the lists. Take it back?",
            "%(n)s assignments disappear from the lists. Take them back?",
            found.assignments,
        )
        yes: Row = [button(talk.plain("Yes, take it back"), callback_data.model_copy(update={"sure": True}))]
        await _ask(talk, text, yes, found.roadmap_id)
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            roadmap_id = (await recalls.handout(tx, callback_data.handout)).roadmap_id
            count = await recalls.take_back(tx, callback_data.handout)
    except (recalls.WorkHandedIn, recalls.WorkBegun) as begun:
        await talk.refuse(begun)
        return
    text = talk.say.n("Taken back: %(n)s assignment.", "Taken back: %(n)s assignments.", count)
    await _back_to(talk, roadmap_id, text)


@router.callback_query(UndoRevision.filter())
async def undo(query: CallbackQuery, callback_data: UndoRevision, talk: Talk) -> None:
    """The roadmap and the open assignments become as they were."""
    if not callback_data.sure:
        async with talk.db.read(talk.actor) as tx:
            found = await revisions.revision(tx, callback_data.id)
        text = talk.say("The roadmap and the open assignments become as they were before. Undo it?")
        yes: Row = [button(talk.plain("Yes, undo"), callback_data.model_copy(update={"sure": True}))]
        await _ask(talk, text, yes, found.roadmap_id)
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            revision = await recalls.undo_import(tx, callback_data.id)
            roadmap_id = revision.roadmap_id
    except DomainError as error:
        await talk.refuse(error)
        return
    await _back_to(
        talk, roadmap_id, talk.say("Undone. Who was told of a moved deadline hears of this as well.")
    )


@router.callback_query(ReopenPlan.filter())
async def reopen(query: CallbackQuery, callback_data: ReopenPlan, talk: Talk) -> None:
    """All that was given is taken back; the plan can be corrected like a draft."""
    if not callback_data.sure:
        text = talk.say(
            "All that was given by this roadmap is taken back, and it can be corrected again. Do it?"
        )
        yes: Row = [button(talk.plain("Yes, do it"), callback_data.model_copy(update={"sure": True}))]
        await _ask(talk, text, yes, callback_data.id)
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            await recalls.reopen_roadmap(tx, callback_data.id)
    except DomainError as error:
        await talk.refuse(error)
        return
    await _back_to(talk, callback_data.id, talk.say("The roadmap is a draft again."))
