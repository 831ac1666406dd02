"""The coordinator's first screen: who has not handed in, which curators are silent, who is not connected."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot import peers, waves
from bot.flows.review import queue_label
from bot.flows.work import office_button
from bot.holders import hat_of
from bot.lines import short_due
from bot.presses import (
    Audience,
    AudienceList,
    Home,
    InviteMake,
    InviteRole,
    Measures,
    Panel,
    Plans,
    Queue,
    Rare,
    Report,
    Silent,
    Unconnected,
    Waiting,
    Waivers,
    Who,
)
from bot.presses_giving import Unsettled
from bot.presses_news import EventList, GroupList
from bot.presses_polls import PollList
from bot.presses_review import Sample
from bot.reminding import Reminding, Silences
from bot.routes import Routes
from bot.seasons import cycle_button
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, clip, page, safe
from domain import obligations, peer_watch, progress, reports, roadmaps, schools
from domain.actor import COORDINATORS, Place, Role
from domain.db import Tx
from domain.errors import NotFound
from domain.progress import QueueRow
from domain.reports import Filters, MeasureRow
from domain.texts import Texts

router = Routes("coordinate")

ON_HOME = 2  # measures on the first screen
NAMES = 40  # schools listed by name in one message


async def home_screen(tx: Tx, talk: Talk, place: Place) -> Screen:
    """What needs the coordinator today, and the few things that they do."""
    say, today = talk.say, progress.today(tx)
    found = await _attention(tx, place)
    name = (await schools.place_name(tx, place)).name
    lines = [f"{bold(name)} · {say.n('%(n)s school', '%(n)s schools', found.schools)}"]
    rows: list[Row] = []
    table = await reports.by_measure(tx, _filters(place))
    urgent = [row for row in table if row.missing and (row.overdue or _is_near(row, today))]
    for row in urgent[:ON_HOME]:
        lines.append(_missing_line(say, row, today))
        writing = [_write_button(talk, row, place)] if row is urgent[0] else []
        rows.append([_who_button(talk, row, place), *writing])
    if table and not urgent:
        lines.append(say("Nothing is overdue, and nothing is due in the next days."))
    rows.append(await office_button(tx, talk, place))
    rows.append(await cycle_button(tx, talk, place))
    lines.extend(found.lines(say))
    lines.extend(await peers.silence_lines(tx, say, place))
    ways = found.ways(talk)
    if len(ways) > 1:  # the screen stays short: several kinds of things have a screen of their own
        label = talk.plain("Needs attention: %(n)s", n=sum(way.things for way in ways))
        rows.append([button(label, Waiting(hat=hat_of(place)))])
    else:
        rows.extend([button(way.label, way.press)] for way in ways)
    rows.append(_of_work(talk, place, has_table=bool(table), waiting=found.queue))
    rows.append([button(talk.plain("Broadcast"), AudienceList()), button(talk.plain("Panel"), Panel())])
    rows.append([button(talk.plain("More…"), Rare(hat=hat_of(place)))])
    return Screen("\n".join(lines), rows)


class Way(NamedTuple):
    """A kind of things that need the coordinator, and where they are looked at."""

    label: str
    things: int
    press: CallbackData


class Attention(NamedTuple):
    """How much in a place needs its coordinator."""

    schools: int
    queue: int  # reports to review
    silent: int  # those that wait too long
    unconnected: int  # schools without anybody in the bot
    doubts: int  # deadlines
    waivers: int  # requests not to have to do something

    def lines(self, say: Texts) -> list[str]:
        """A line for each kind of which there is something."""
        lines = (
            (
                self.silent,
                "⏳ "
                + say.n(
                    "without an answer for more than %(days)s working days: %(n)s",
                    "without an answer for more than %(days)s working days: %(n)s",
                    self.silent,
                    days=progress.SILENT_DAYS - 1,
                ),
            ),
            (
                self.unconnected,
                say.n(
                    "%(n)s school is not connected to the bot",
                    "%(n)s schools are not connected to the bot",
                    self.unconnected,
                ),
            ),
            (
                self.doubts,
                say.n("%(n)s deadline needs your word", "%(n)s deadlines need your word", self.doubts),
            ),
            (
                self.waivers,
                say.n("%(n)s request to be released", "%(n)s requests to be released", self.waivers),
            ),
            (
                self.queue,
                "⏳ " + say.n("%(n)s report to review", "%(n)s reports to review", self.queue),
            ),
        )
        return [line for things, line in lines if things]

    def ways(self, talk: Talk) -> list[Way]:
        """Where each kind is looked at; reports to review have a button of their own on the first screen."""
        ways = (
            Way(talk.plain("⏳ Who waits: %(n)s", n=self.silent), self.silent, Silent()),
            Way(talk.plain("Not required? %(n)s", n=self.waivers), self.waivers, Waivers()),
            Way(talk.plain("Not connected: %(n)s", n=self.unconnected), self.unconnected, Unconnected()),
            Way(talk.plain("Deadlines in doubt: %(n)s", n=self.doubts), self.doubts, Unsettled()),
        )
        return [way for way in ways if way.things]


async def _attention(tx: Tx, place: Place) -> Attention:
    owned = {row.school.id for row in await schools.school_list(tx, municipality_id=place.municipality_id)}
    queue = [row for row in await progress.queue(tx) if place.covers(row.assignment.place)]
    found = await reports.attention(tx)
    return Attention(
        schools=len(owned),
        queue=len(queue),
        silent=len(_silent(queue)),
        unconnected=len(owned & {school_id for school_id, _ in found.schools_without_people}),
        doubts=found.doubts,
        waivers=await obligations.waiting_waivers(tx, inside=place),
    )


def _silent(queue: Sequence[QueueRow]) -> list[QueueRow]:
    return [row for row in queue if row.waiting >= progress.SILENT_DAYS]


@router.callback_query(Waiting.filter())
async def waiting(query: CallbackQuery, callback_data: Waiting, talk: Talk) -> None:
    """Everything that needs the coordinator's word."""
    place = _place_of(talk, callback_data.hat)
    async with talk.db.read(talk.actor) as tx:
        found = await _attention(tx, place)
    ways = found.ways(talk)
    rows: list[Row] = [[button(way.label, way.press)] for way in ways]
    rows.append([button(talk.plain("‹ Back"), Home(hat=callback_data.hat))])
    text = "\n".join(found.lines(talk.say)) if ways else talk.say("Nothing waits for you now.")
    await talk.show(Screen(text, rows))


def _of_work(talk: Talk, place: Place, *, has_table: bool, waiting: int) -> Row:
    row: list[InlineKeyboardButton] = []
    if has_table:
        row.append(button(talk.plain("All measures"), _measures(place)))
    if waiting:
        row.append(button(talk.plain("To review: %(n)s", n=waiting), Queue()))
    return row


@router.callback_query(Rare.filter())
async def rare(query: CallbackQuery, callback_data: Rare, talk: Talk) -> None:
    """What a coordinator does now and then."""
    plain = talk.plain
    place = _place_of(talk, callback_data.hat)
    async with talk.db.read(talk.actor) as tx:
        summary = await waves.summary_button(tx, talk, place)
        rounds = await peer_watch.states(tx)
    rows: list[Row] = [
        summary,
        [button(plain("Events"), EventList()), button(plain("Polls"), PollList())],
        [button(plain("Roadmaps"), Plans()), button(plain("Invite"), InviteRole())],
        [button(plain("Group chats"), GroupList()), button(plain("Second look"), Sample())],
        *peers.watch_buttons(talk.say, rounds, fresh=False),
        [button(plain("Who is silent"), Silences()), button(plain("Reminders"), Reminding())],
        [button(plain("‹ Back"), Home(hat=callback_data.hat))],
    ]
    await talk.show(Screen(talk.say("What would you like to do?"), rows))


def _place_of(talk: Talk, hat: str) -> Place:
    """The place of a first screen; raises NotFound where the role has ended."""
    found = next((place for place in talk.actor.places(*COORDINATORS) if hat_of(place) == hat), None)
    if found is None:
        raise NotFound
    return found


def _filters(place: Place) -> Filters:
    return Filters(municipality_id=place.municipality_id)


def _measures(place: Place) -> Measures:
    return Measures(region=place.region_id or 0, municipality=place.municipality_id or 0)


def _is_near(row: MeasureRow, today: date) -> bool:
    return row.due_on is not None and progress.standing(progress.Status.NOT_DONE, row.due_on, today) in (
        progress.Standing.SOON,
        progress.Standing.OVERDUE,
    )


def _name(row: MeasureRow) -> str:
    return row.measure.number or roadmaps.short(row.measure.title, 24)


def _missing_line(say: Texts, row: MeasureRow, today: date) -> str:
    has_passed = row.due_on is not None and row.due_on < today  # what was returned since is not overdue
    sign = "🔴" if row.overdue or has_passed else "🟡"
    line = say(
        "%(name)s: not handed in by %(missing)s of %(total)s",
        name=row.measure.label,
        missing=len(row.missing),
        total=row.total,
    )
    return f"{sign} {line} · {short_due(say, row.due_on, today)}"


def _who_button(talk: Talk, row: MeasureRow, place: Place) -> InlineKeyboardButton:
    press = Who(measure=row.measure.id, region=place.region_id or 0, municipality=place.municipality_id or 0)
    return button(talk.plain("%(name)s: who", name=_name(row)), press)


def _write_button(talk: Talk, row: MeasureRow, place: Place) -> InlineKeyboardButton:
    press = Audience(who="s", municipality=place.municipality_id or 0, measure=row.measure.id)
    return button(talk.plain("Write to them"), press)


@router.callback_query(Measures.filter())
async def measures(query: CallbackQuery, callback_data: Measures, talk: Talk) -> None:
    """Every measure of the running roadmap: how many have not handed in."""
    place = Place(callback_data.region, callback_data.municipality or None)
    async with talk.db.read(talk.actor) as tx:
        table = await reports.by_measure(tx, _filters(place))
        today = progress.today(tx)
    shown = page(table, callback_data.page)
    rows: list[Row] = []
    for row in shown.items:
        sign = "🔴" if row.overdue else ("🟡" if row.missing and _is_near(row, today) else "")
        state = f"{len(row.missing)}/{row.total}" if row.missing else "✅"
        press = Who(
            measure=row.measure.id, region=callback_data.region, municipality=callback_data.municipality
        )
        rows.append([button(f"{sign} {clip(row.measure.label, 34)} · {state}".strip(), press)])
    rows.append(shown.turning(lambda n: callback_data.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), Home(hat=hat_of(place)))])
    open_count = sum(bool(row.missing) for row in table)
    text = talk.say(
        "Not handed in by all: %(open)s of %(total)s measures. The button says how many schools are missing.",
        open=open_count,
        total=len(table),
    )
    await talk.show(Screen(text, rows))


@router.callback_query(Who.filter())
async def who(query: CallbackQuery, callback_data: Who, talk: Talk) -> None:
    """Who has not handed in this measure."""
    place = Place(callback_data.region, callback_data.municipality or None)
    async with talk.db.read(talk.actor) as tx:
        measure = await roadmaps.measure(tx, callback_data.measure)
        filters = Filters(roadmap_id=measure.roadmap_id, municipality_id=place.municipality_id)
        table = await reports.by_measure(tx, filters)
        today = progress.today(tx)
    row = next((r for r in table if r.measure.id == measure.id), None)
    rows: list[Row] = []
    if row is None or not row.missing:
        text = bold(measure.label) + "\n✅ " + talk.say("Everybody has handed it in.")
    else:
        names = "\n".join(name for _, name in row.missing[:NAMES])
        text = f"{_missing_line(talk.say, row, today)}\n\n{safe(names)}"
        if len(row.missing) > NAMES:
            text += "\n" + talk.say("and %(n)s more", n=len(row.missing) - NAMES)
        rows.append([_write_button(talk, row, place)])
    back = Measures(region=callback_data.region, municipality=callback_data.municipality)
    rows.append([button(talk.plain("‹ All measures"), back)])
    await talk.show(Screen(text, rows))


@router.callback_query(Silent.filter())
async def silent(query: CallbackQuery, callback_data: Silent, talk: Talk) -> None:
    """Reports that wait too long; a coordinator may decide about them."""
    async with talk.db.read(talk.actor) as tx:
        late = _silent(await progress.queue(tx))
    shown = page(late, callback_data.page)
    rows: list[Row] = [
        [button(queue_label(talk, row), Report(submission=row.submission.id))] for row in shown.items
    ]
    rows.append(shown.turning(lambda n: Silent(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    if late:
        text = talk.say("Their curators are silent; you may look and decide yourself.")
    else:
        text = talk.say("No curator is silent now.")
    await talk.show(Screen(text, rows))


@router.callback_query(Unconnected.filter())
async def unconnected(query: CallbackQuery, callback_data: Unconnected, talk: Talk) -> None:
    """Schools without anybody in the bot; a press makes a link for the head."""
    async with talk.db.read(talk.actor) as tx:
        ids = {school_id for school_id, _ in (await reports.attention(tx)).schools_without_people}
        found = [row.school for row in await schools.school_list(tx) if row.school.id in ids]
    shown = page(found, callback_data.page)
    rows: list[Row] = []
    for school in shown.items:
        press = InviteMake(
            role=Role.SCHOOL_HEAD,
            region=school.region_id,
            municipality=school.municipality_id,
            school=school.id,
        )
        rows.append([button(school.name, press)])
    rows.append(shown.turning(lambda n: Unconnected(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    text = talk.say(
        "Nobody of these schools is in the bot yet. A press makes an invitation link for the head."
    )
    if not found:
        text = talk.say("Every school is connected.")
    await talk.show(Screen(text, rows))
