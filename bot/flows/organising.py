"""Events for their organiser: a new one step by step, the list of the day, attendance in two taps."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot import whom
from bot.days import when_it_leaves, written_day, written_hour
from bot.flows.mornings import WEEKDAYS
from bot.flows.writing import counts
from bot.gatherings import KINDS, event_text
from bot.identity import Expecting
from bot.presses import Home
from bot.presses_news import EventCard, EventList, EventMark, EventMore, EventPlan
from bot.routes import Routes
from bot.talk import Talk, Unfinished
from bot.ui import Expects, Row, Screen, bold, button, page
from domain import audiences, events, groups
from domain.actor import COORDINATORS
from domain.dates import is_working, local_day
from domain.deadlines import clock
from domain.errors import Forbidden, Stale
from domain.events import Answer, Attendance, EventKind, EventSpec

router = Routes("organising")

STEP = "event"  # a new event is being made; which step is in the memo
DRAFT = Unfinished.EVENT  # under which name it lasts while other screens come in between
ANSWERS = ("kind", "title", "day", "hour", "where", "who")  # in the order of the questions
DAYS, HOURS = 9, (9, 10, 11, 12, 13, 14, 15, 16, 17)
MINUTES = 60
PAGE = 8
KEPT = ("kind", "title", "day", "hour", "where", "who", "list", "groups", "key", "step")


@router.callback_query(EventList.filter())
async def list_events(query: CallbackQuery, callback_data: EventList, talk: Talk) -> None:
    """Events to come, then those that have been."""
    await _show_events(talk, callback_data.page)


async def _show_events(talk: Talk, number: int) -> None:
    async with talk.db.read(talk.actor) as tx:
        found = await events.event_list(tx)
        now = tx.now
    coming = sorted((e for e in found if e.ends_at > now), key=lambda e: e.starts_at)
    shown = page([*coming, *(e for e in found if e.ends_at <= now)], number)
    rows: list[Row] = [[button(talk.plain("New event"), EventPlan())]]
    for event in shown.items:
        sign = "✖️" if event.cancelled_at else "📅" if event.ends_at > now else "✓"
        when = talk.plain.short(local_day(event.starts_at, talk.actor.timezone))
        rows.append([button(f"{sign} {when} {event.title}", EventCard(id=event.id))])
    rows.append(shown.turning(lambda n: EventList(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    await talk.show(Screen(talk.say("Events") if found else talk.say("There are no events yet."), rows))


@router.callback_query(EventPlan.filter())
async def plan(query: CallbackQuery, callback_data: EventPlan, talk: Talk) -> None:
    """One step of a new event; a button of an event that is made already shows it."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    do, value = callback_data.do, callback_data.value
    if not do:
        message = query.message
        await talk.show(_kinds(talk, {"key": message.message_id if message else query.id}))
        return
    kept = await talk.unfinished(DRAFT)
    if "made" in kept and do == "make":  # pressed twice
        await show_card(talk, kept["made"])
        return
    memo = {name: kept[name] for name in KEPT if name in kept}
    if "key" not in memo:
        await talk.answer(talk.plain("This event has already been made or given up."), alert=True)
        return
    if do == "make":
        await _make(talk, memo)
        return
    if do == "drop":
        await talk.put_aside(DRAFT, {})
        await _show_events(talk, 0)
        return
    try:
        _choose(memo, do, value)
        screen = await _next(talk, memo)
    except (ValueError, OverflowError) as forged:  # a kind, day or hour that no button of ours has
        raise Stale from forged
    await talk.show(screen)


def _choose(memo: dict[str, Any], do: str, value: str) -> None:
    if do == "group":
        chosen = set(memo.get("groups", []))
        memo["groups"] = sorted(chosen ^ {int(value)})
    elif do == "who" and not whom.is_chosen(value):
        memo["list"] = value
    elif do == "back":
        _step_back(memo)
    elif do in ANSWERS:
        memo[do] = value
        memo.pop("list", None)


def _step_back(memo: dict[str, Any]) -> None:
    """The last answer is asked for again."""
    given = [name for name in ANSWERS if name in memo]
    if given:
        memo.pop(given[-1])


@router.message(Expecting(STEP, text_only=True))
async def take(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Words for the step that waits: the title, another day or hour, the place."""
    kept = {name: memo[name] for name in KEPT if name in memo}
    step, text = str(memo.get("step", "")), (message.text or "").strip()
    if step in ("title", "where"):
        kept[step] = text
    elif step == "day":
        kept["day"] = written_day(text, talk.today(), talk.say.language).isoformat()
        if (at := clock(text)[1]) is not None:  # «завтра в 15:00» answers the next step too
            kept["hour"] = at.isoformat("minutes")
    elif step == "hour":
        kept["hour"] = written_hour(text).isoformat("minutes")
    await talk.show(await _next(talk, kept), fresh=True)
    await talk.strip(memo.get("screen"))


async def _next(talk: Talk, memo: dict[str, Any]) -> Screen:
    """The first thing that is not known yet; at the end the look at the whole."""
    if "kind" not in memo:
        return _kinds(talk, memo)
    if not memo.get("title"):
        text = talk.say("What is it about? One line: it becomes the name of the event.")
        return _step(talk, memo, "title", text, [])
    if "day" not in memo:
        return _step(
            talk,
            memo,
            "day",
            talk.say("On which day? Or write it: %(day)s, tomorrow, on Friday.", day=_example(talk)),
            _days(talk),
        )
    if "hour" not in memo:
        hours = [time(hour).isoformat("minutes") for hour in HOURS]
        cells = [button(hour, EventPlan(do="hour", value=hour.replace(":", "."))) for hour in hours]
        rows: list[Row] = [cells[n : n + 3] for n in range(0, len(cells), 3)]
        return _step(talk, memo, "hour", talk.say("At what time? Or write it: 15:30."), rows)
    if "where" not in memo:
        text = talk.say("Where? Write the room or send the link of the webinar.")
        skip: list[Row] = [[button(talk.plain("I will say later"), EventPlan(do="where", value=""))]]
        return _step(talk, memo, "where", text, skip)
    if "who" not in memo:
        async with talk.db.read(talk.actor) as tx:
            choose = await whom.rows(
                tx, talk, lambda value: EventPlan(do="who", value=value), memo.get("list", "")
            )
        return _step(talk, memo, "who", talk.say("Whom do you invite?"), choose)
    return await _look(talk, memo)


def _kinds(talk: Talk, memo: dict[str, Any]) -> Screen:
    rows: list[Row] = [
        [button(talk.plain(KINDS[kind]), EventPlan(do="kind", value=kind.value))] for kind in EventKind
    ]
    return _step(talk, memo, "kind", talk.say("What will it be?"), rows)


def _days(talk: Talk) -> list[Row]:
    day = talk.today()
    found: list[date] = []
    while len(found) < DAYS:
        if is_working(day) and day.weekday() < len(WEEKDAYS):
            found.append(day)
        day += timedelta(days=1)
    plain = talk.plain
    cells = [
        button(f"{plain(WEEKDAYS[d.weekday()])} {plain.short(d)}", EventPlan(do="day", value=d.isoformat()))
        for d in found
    ]
    return [cells[n : n + 3] for n in range(0, len(cells), 3)]


def _example(talk: Talk) -> str:
    return talk.plain.short(talk.today() + timedelta(days=DAYS + 1))


def _step(talk: Talk, memo: dict[str, Any], step: str, text: str, rows: list[Row]) -> Screen:
    leave = [button(talk.plain("Cancel"), EventPlan(do="drop"))]
    if any(name in memo for name in ANSWERS) and "." not in memo.get("list", ""):
        leave = [button(talk.plain("‹ Back"), EventPlan(do="back")), *leave]
    return Screen(text, [*rows, leave], Expects(STEP, {**memo, "step": step}, DRAFT))


def _spec(talk: Talk, memo: dict[str, Any]) -> EventSpec:
    hour = time.fromisoformat(str(memo["hour"]).replace(".", ":"))
    day = date.fromisoformat(str(memo["day"]))
    starts_at = datetime.combine(day, hour, ZoneInfo(talk.actor.timezone))
    ends_at = starts_at + timedelta(minutes=MINUTES)
    return EventSpec(memo["title"], starts_at, ends_at, memo["where"], "", EventKind(memo["kind"]))


async def _look(talk: Talk, memo: dict[str, Any]) -> Screen:
    spec, plain = _spec(talk, memo), talk.plain
    async with talk.db.read(talk.actor) as tx:
        segment = await whom.segment(tx, str(memo["who"]))
        found = await audiences.preview(tx, segment)
        chats = await groups.group_list(tx) if segment.is_public else []
    lines = [event_text(talk.say, spec, talk.actor.timezone), "———", *counts(talk.say, found)]
    rows: list[Row] = []
    if found.recipients:
        rows.append([button(plain("Invite %(n)s", n=len(found.recipients)), EventPlan(do="make"))])
    for chat in chats[:3]:
        mark = "✓ " if chat.id in memo.get("groups", []) else ""
        label = plain("Also to the group “%(title)s”", title=chat.title)
        rows.append([button(mark + label, EventPlan(do="group", value=str(chat.id)))])
    return _step(talk, memo, "look", "\n".join(lines), rows)


async def _make(talk: Talk, memo: dict[str, Any]) -> None:
    async with talk.db.write(talk.actor) as tx:
        made = await events.create(
            tx,
            _spec(talk, memo),
            await whom.segment(tx, str(memo["who"])),
            request_key=f"chat:{talk.chat_id}:{memo['key']}",
            group_ids=memo.get("groups", []),
        )
        await talk.put_aside(DRAFT, {"made": made.id})
    await talk.answer(when_it_leaves(talk))
    await show_card(talk, made.id)


async def show_card(talk: Talk, event_id: int) -> None:
    """One event as its organiser sees it."""
    async with talk.db.read(talk.actor) as tx:
        found = await events.guests(tx, event_id)
        now = tx.now
    await talk.show(_card(talk, found, now))


def _card(talk: Talk, found: Attendance, now: datetime) -> Screen:
    event, say, plain = found.event, talk.say, talk.plain
    lines = [event_text(say, event.spec, talk.actor.timezone), ""]
    declined = sum(guest.answer is Answer.NOT_COMING for guest, _ in found.guests)
    if event.cancelled_at is not None:
        lines.append(say("It does not take place."))
    elif now < event.starts_at - timedelta(hours=2):
        lines.append(
            say(
                "Invited: %(n)s, will come: %(coming)s, cannot: %(no)s.",
                n=len(found.guests),
                coming=found.coming,
                no=declined,
            )
        )
    else:
        lines.append(say("Code to show: <b>%(code)s</b>", code=event.code))
        lines.append(
            say(
                "Took part: %(came)s of %(n)s, %(percent)s %%.",
                came=found.came,
                n=len(found.guests),
                percent=found.percent or 0,
            )
        )
    rows: list[Row] = [
        [button(plain("The list"), EventCard(id=event.id, do="list"))],
        [button(plain("Into my calendar"), EventCard(id=event.id, do="file"))],
    ]
    if event.cancelled_at is None and now < event.ends_at:
        rows.insert(1, [button(plain("Invite more people"), EventMore(id=event.id))])
        rows.append([button(plain("Does not take place"), EventCard(id=event.id, do="stop"))])
    rows.append([button(plain("‹ Back"), EventList())])
    return Screen("\n".join(lines), rows)


@router.callback_query(EventCard.filter())
async def card(query: CallbackQuery, callback_data: EventCard, talk: Talk) -> None:
    """One event: the numbers, the list of the day, the file, «не состоится»."""
    id_, do = callback_data.id, callback_data.do
    if do == "list":
        await _show_list(talk, id_, callback_data.page)
    elif do == "file":
        async with talk.db.read(talk.actor) as tx:
            body = await events.ics(tx, id_)
        await talk.bot.send_document(talk.chat_id, BufferedInputFile(body, "event.ics"))
    elif do == "stop":
        rows: list[Row] = [
            [button(talk.plain("Yes, it does not take place"), EventCard(id=id_, do="sure"))],
            [button(talk.plain("‹ Back"), EventCard(id=id_))],
        ]
        await talk.show(Screen(talk.say("Everybody invited will be told. Is it off?"), rows))
    else:
        if do == "sure":
            async with talk.db.write(talk.actor) as tx:
                await events.cancel(tx, id_)
        await show_card(talk, id_)


async def _show_list(talk: Talk, event_id: int, number: int) -> None:
    async with talk.db.read(talk.actor) as tx:
        found = await events.guests(tx, event_id)
        is_ahead = tx.now < found.event.starts_at - timedelta(hours=2)
    shown = page(found.guests, number, PAGE)
    signs = {Answer.COMING: "➕", Answer.NOT_COMING: "➖", None: "▫️"}
    rows: list[Row] = []
    for guest, name in shown.items:
        sign = "✅" if guest.came_at else signs[guest.answer]
        press = EventMark(id=event_id, person=guest.person_id, came=guest.came_at is None, page=shown.number)
        rows.append([button(f"{sign} {name}, {guest.place}", press)])
    rows.append(shown.turning(lambda n: EventCard(id=event_id, do="list", page=n)))
    rows.append([button(talk.plain("‹ Back"), EventCard(id=event_id))])
    head = bold(found.event.title) + "\n"
    if is_ahead:
        head += talk.say("Who came can be marked from two hours before the beginning on.")
    else:
        head += talk.say("A press marks who came: %(came)s of %(n)s.", came=found.came, n=len(found.guests))
    head += "\n" + talk.say("➕ will come, ➖ cannot, ✅ came")
    await talk.show(Screen(head, rows))


@router.callback_query(EventMark.filter())
async def mark(query: CallbackQuery, callback_data: EventMark, talk: Talk) -> None:
    """Somebody came, or did not after all."""
    async with talk.db.write(talk.actor) as tx:
        await events.mark(tx, callback_data.id, callback_data.person, came=callback_data.came)
    await _show_list(talk, callback_data.id, callback_data.page)
