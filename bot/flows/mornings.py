"""The morning digest's buttons, and «Настройки напоминаний»: hour, days, later, leave, who reviews meanwhile."""

from datetime import date, timedelta
from typing import Any

from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import mornings
from bot.days import written_day, written_period
from bot.identity import Expecting
from bot.presses import DigestWhy, Home, Snooze
from bot.reminding import DigestAll, Reminding
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import PAGE, Expects, Row, Screen, button
from domain import people, reminders
from domain.actor import COORDINATORS, SCHOOL_TEAM, Role
from domain.dates import is_working, working_day_after
from domain.db import Tx, WriteTx
from domain.errors import N_
from domain.reminders import Choices

router = Routes("mornings")

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"))
LEAVES = (7, 14, 28)  # days that one press chooses
SNOOZES = (1, 2, 7)
YEAR = 366  # days: more than any pause, and still a date
EXAMPLE = 10  # days ahead: how a day is written
LATER = "remind_later"  # the next text is the day on which to remind again
LEAVE = "leave"  # the next text is the last day of a leave, or both


@router.callback_query(DigestWhy.filter())
async def why(query: CallbackQuery, talk: Talk) -> None:
    """In one sentence, and where it is changed; the digest stays."""
    text = talk.say(
        "You get this once a day, on working days, and only when something waits for you: a deadline, a returned "
        "report or a report to review. When it is done, the line is gone."
    )
    await talk.say_html(text, Screen("", [[_settings(talk)]]).markup())


@router.callback_query(Snooze.filter())
async def snooze(query: CallbackQuery, talk: Talk) -> None:
    """Nothing more today; below the digest the way to another day is left."""
    today = talk.today()
    async with talk.db.write(talk.actor) as tx:
        await reminders.snooze(tx, today + timedelta(days=1))
        day = _digest_day(await reminders.choices(tx), today + timedelta(days=1))
    if day == today + timedelta(days=1):
        await talk.answer(talk.plain("All right, I will remind you tomorrow."))
    else:
        await talk.answer(talk.plain("All right, I will remind you on: %(day)s.", day=talk.plain.day(day)))
    message = query.message
    if message is not None:
        another = button(talk.plain("Another day…"), Reminding(do="apart"))
        markup = message.reply_markup if isinstance(message, Message) else None
        over = {Snooze().pack(), DigestWhy().pack(), another.callback_data}
        kept = [
            row
            for row in (markup.inline_keyboard if markup else ())
            if over.isdisjoint(cell.callback_data for cell in row)
        ]
        await talk.rebutton(message.message_id, Screen("", [*kept, [another]]).markup())


def _digest_day(chosen: Choices, day: date) -> date:
    """The first day from this one on when a digest may come."""
    while not is_working(day) or min(day.weekday(), 4) not in chosen.weekdays:
        day += timedelta(days=1)
    return day


@router.callback_query(DigestAll.filter())
async def everything(query: CallbackQuery, talk: Talk) -> None:
    """All that waits, also what is not named today; the digest above stays."""
    async with talk.db.read(talk.actor) as tx:
        found = await reminders.digest_of(tx)
        notice = await mornings.rendered(tx, found, talk.say) if found else None
    if notice is None:
        await talk.answer(talk.plain("Nothing waits for you."), alert=True)
        return
    await talk.show(Screen(notice.text, [*notice.buttons[:-1], [_settings(talk)]]), fresh=True)


def _settings(talk: Talk) -> InlineKeyboardButton:
    return button(talk.plain("Reminder settings"), Reminding())


@router.message(Command("reminders"))
async def settings(message: Message, talk: Talk) -> None:
    """When the digest comes."""
    async with talk.db.read(talk.actor) as tx:
        screen = await _screen(tx, talk)
    await talk.show(screen, fresh=True)


@router.callback_query(Reminding.filter())
async def choose(query: CallbackQuery, callback_data: Reminding, talk: Talk) -> None:
    """A choice, or the list to choose from."""
    do, value = callback_data.do, callback_data.value
    if do in ("hour", "day", "snooze", "leave", "back", "stand_in"):
        async with talk.db.write(talk.actor) as tx:
            await _keep(tx, talk, do, value)
        if do == "stand_in":
            await talk.answer(talk.plain("All right, I am telling them."))
    async with talk.db.read(talk.actor) as tx:
        if do == "hours":
            screen = _hours(talk)
        elif do in ("quiet", "apart"):
            screen = _later(talk)
        elif do == "away":
            screen = _away(talk)
        elif do in ("stand_ins", "leave"):
            screen = await _after_leave(tx, talk, value if do == "stand_ins" else 0)
        else:
            screen = await _screen(tx, talk)
    await talk.show(screen, fresh=do == "apart")  # below a digest, which stays


async def _keep(tx: WriteTx, talk: Talk, do: str, value: int) -> None:
    today = talk.today()
    if do == "hour":
        await reminders.choose_hour(tx, value)
    elif do == "day":
        days = set((await reminders.choices(tx)).weekdays) ^ {value}
        await reminders.choose_days(tx, sorted(days))
    elif do == "snooze":
        await reminders.snooze(tx, today + timedelta(days=min(max(value, 0), YEAR)))
    elif do == "leave":
        await reminders.pause(tx, today, today + timedelta(days=min(max(value, 0), YEAR) - 1))
    elif do == "stand_in":
        await reminders.hand_over(tx, value)
    else:
        await reminders.resume(tx)


@router.message(Expecting(LATER, text_only=True))
async def take_day(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The day on which to remind again, as it was typed."""
    day = written_day(message.text or "", talk.today(), talk.say.language)
    async with talk.db.write(talk.actor) as tx:
        await reminders.snooze(tx, day)
        screen = await _screen(tx, talk)
    await talk.show(screen, fresh=True)
    await talk.strip(memo.get("screen"))


@router.message(Expecting(LEAVE, text_only=True))
async def take_leave(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The last day of a leave, or the first and the last."""
    first, last = written_period(message.text or "", talk.today(), talk.say.language)
    async with talk.db.write(talk.actor) as tx:
        await reminders.pause(tx, first, last)
        screen = await _after_leave(tx, talk, 0)
    await talk.show(screen, fresh=True)
    await talk.strip(memo.get("screen"))


async def _screen(tx: Tx, talk: Talk) -> Screen:
    say, chosen, today = talk.say, await reminders.choices(tx), talk.today()
    has_leave = chosen.paused_until is not None and chosen.paused_until >= today
    lines = [say("<b>Reminder settings</b>"), _when(talk, chosen)]
    if has_leave:
        lines.append(_leave_line(talk, chosen))
        lines += [
            say(
                "Stands in for you: %(name)s, from %(first)s to %(last)s.",
                name=name,
                first=say.date(first),
                last=say.date(last),
            )
            for name, first, last in await people.substitutes(tx)
        ]
    elif chosen.snoozed_until is not None and chosen.snoozed_until > today:
        lines.append(say("Quiet until %(day)s.", day=say.day(_digest_day(chosen, chosen.snoozed_until))))
    marks = [("✓ " if day in chosen.weekdays else "") for day in range(len(WEEKDAYS))]
    days = [
        button(mark + talk.plain(name), Reminding(do="day", value=number))
        for number, (mark, name) in enumerate(zip(marks, WEEKDAYS, strict=True))
    ]
    rows: list[Row] = [[button(talk.plain("Another hour"), Reminding(do="hours"))], days]
    if has_leave:
        begun = chosen.is_paused(today)
        label = talk.plain("I am back: end the leave") if begun else talk.plain("Cancel the leave")
        rows.append([button(label, Reminding(do="back"))])
    else:
        quiet = chosen.is_paused(today)
        if quiet:
            rows.append([button(talk.plain("Remind me again"), Reminding(do="back"))])
        label = talk.plain("Another day…") if quiet else talk.plain("Remind me later…")
        rows.append(
            [
                button(label, Reminding(do="quiet")),
                button(talk.plain("Leave…"), Reminding(do="away")),
            ]
        )
    if has_leave and (roles := await _roles(tx)):
        label = talk.plain("Who reviews meanwhile")
        if roles & COORDINATORS:
            label = talk.plain("Who stands in for me")
        rows.append([button(label, Reminding(do="stand_ins"))])
    rows.append([button(talk.plain("To the first screen"), Home())])
    return Screen("\n".join(lines), rows)


async def _roles(tx: Tx) -> set[Role]:
    return {grant.role for grant in await reminders.held(tx)}


def _when(talk: Talk, chosen: Choices) -> str:
    hour = chosen.hour if chosen.hour is not None else talk.settings.digest_hour
    if len(chosen.weekdays) == len(WEEKDAYS):
        when = talk.say("On working days at %(hour)s:00 by your time I send what must be done.", hour=hour)
    else:
        names = ", ".join(talk.plain(WEEKDAYS[day]) for day in chosen.weekdays)
        when = talk.say("At %(hour)s:00 I send what must be done, only on: %(days)s.", hour=hour, days=names)
    return when + " " + talk.say("Where there is nothing to do, nothing comes.")


def _leave_line(talk: Talk, chosen: Choices) -> str:
    say, last = talk.say, chosen.paused_until or talk.today()
    if chosen.paused_from is not None and chosen.paused_from > talk.today():
        return say(
            "On leave from %(first)s to %(last)s: no reminders then.",
            first=say.date(chosen.paused_from),
            last=say.date(last),
        )
    return say("On leave, quiet up to and including %(day)s.", day=say.date(last))


def _hours(talk: Talk) -> Screen:
    hours = range(reminders.FIRST_HOUR, reminders.LAST_HOUR)
    buttons = [button(f"{hour}:00", Reminding(do="hour", value=hour)) for hour in hours]
    rows: list[Row] = [buttons[first : first + 4] for first in range(0, len(buttons), 4)]
    rows.append([button(talk.plain("‹ Back"), Reminding())])
    return Screen(talk.say("At what hour, by your local time?"), rows)


def _later(talk: Talk) -> Screen:
    """Not today: the next working days, or one that is typed."""
    today, plain = talk.today(), talk.plain
    days = dict.fromkeys(working_day_after(today + timedelta(days=n)) for n in SNOOZES)
    rows: list[Row] = [
        [button(plain.day(day), Reminding(do="snooze", value=(day - today).days))] for day in days
    ]
    rows.append([button(plain("‹ Back"), Reminding())])
    text = talk.say(
        "On which day shall I remind you again? Or write it: %(day)s. Deadlines do not move by it.",
        day=plain.short(today + timedelta(days=EXAMPLE)),
    )
    return Screen(text, rows, Expects(LATER))


def _away(talk: Talk) -> Screen:
    """How long: a press counts from today, written may be anything up to three months."""
    today, plain = talk.today(), talk.plain
    rows: list[Row] = []
    for days in LEAVES:
        last = plain.date(today + timedelta(days=days - 1))
        label = plain.n("%(n)s day, up to %(day)s", "%(n)s days, up to %(day)s", days, day=last)
        rows.append([button(label, Reminding(do="leave", value=days))])
    rows.append([button(plain("‹ Back"), Reminding())])
    lines = [
        talk.say(
            "For how long are you away, from today on? Or write it: %(first)s–%(last)s, or the last day.",
            first=plain.short(today + timedelta(days=EXAMPLE)),
            last=plain.short(today + timedelta(days=2 * EXAMPLE)),
        )
    ]
    if talk.actor.roles() & SCHOOL_TEAM:
        lines.append(talk.say("The others of your school are reminded as before."))
    return Screen("\n".join(lines), rows, Expects(LEAVE))


async def _after_leave(tx: Tx, talk: Talk, first: int) -> Screen:
    """Whoever reviews or coordinates is asked who does so meanwhile; for all others that is all."""
    roles = await _roles(tx)
    if not roles:
        return await _screen(tx, talk)
    found = await reminders.stand_ins(tx)
    rows: list[Row] = [
        [button(person.name, Reminding(do="stand_in", value=person.id))]
        for person in found[first : first + PAGE]
    ]
    if len(found) > first + PAGE:
        rows.append([button(talk.plain("More"), Reminding(do="stand_ins", value=first + PAGE))])
    rows.append([button(talk.plain("Nobody"), Reminding())])
    line = _leave_line(talk, await reminders.choices(tx))
    if not found:
        nobody = talk.say("There is no other reviewer in your municipality: the coordinator can name one.")
        if roles & COORDINATORS:
            nobody = talk.say("There is nobody who could stand in: invite a curator or a coordinator first.")
        return Screen(line + "\n" + nobody, [[button(talk.plain("‹ Back"), Reminding())]])
    asked = talk.say("Who reviews the reports of your schools meanwhile? They will get a message at once.")
    if roles & COORDINATORS:
        asked = talk.say(
            "Who stands in for you meanwhile? For these days they get your rights as a coordinator, and a message at once."
        )
    return Screen(line + "\n" + asked, rows)
