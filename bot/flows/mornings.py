"""The morning digest's buttons, and «Настройки напоминаний»: hour, days, leave, who reviews meanwhile."""

from datetime import timedelta

from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import mornings
from bot.presses import DigestWhy, Home, Snooze
from bot.reminding import DigestAll, Reminding
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import PAGE, Row, Screen, button
from domain import people, reminders
from domain.actor import Role
from domain.db import Tx
from domain.errors import N_

router = Routes("mornings")

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"))
LEAVES = (7, 14, 28)  # days that one press chooses
SNOOZES = (1, 3, 7)


@router.callback_query(DigestWhy.filter())
async def why(query: CallbackQuery, talk: Talk) -> None:
    """In one sentence; the digest stays."""
    await talk.say_html(
        talk.say(
            "You get this once a day, on working days, and only when something waits for you: a deadline, a returned "
            "report or a report to review. When it is done, the line is gone."
        )
    )


@router.callback_query(Snooze.filter())
async def snooze(query: CallbackQuery, talk: Talk) -> None:
    """Nothing more today; the next digest comes tomorrow."""
    async with talk.db.write(talk.actor) as tx:
        await reminders.snooze(tx, talk.today() + timedelta(days=1))
    await talk.answer(talk.plain("All right, I will remind you tomorrow."), alert=False)
    if query.message is not None:
        await talk.strip(query.message.message_id)


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
    today = talk.today()
    if do in ("hour", "day", "snooze", "leave", "back", "stand_in"):
        async with talk.db.write(talk.actor) as tx:
            if do == "hour":
                await reminders.choose_hour(tx, value)
            elif do == "day":
                days = set((await reminders.choices(tx)).weekdays) ^ {value}
                await reminders.choose_days(tx, sorted(days))
            elif do == "snooze":
                await reminders.snooze(tx, today + timedelta(days=value))
            elif do == "leave":
                await reminders.pause(tx, today, today + timedelta(days=value - 1))
            elif do == "stand_in":
                await reminders.hand_over(tx, value)
            else:
                await reminders.resume(tx)
    async with talk.db.read(talk.actor) as tx:
        if do == "hours":
            screen = _hours(talk)
        elif do == "quiet":
            screen = _quiet(talk)
        elif do == "stand_ins" or (do == "leave" and talk.actor.places(Role.CURATOR)):
            screen = await _stand_ins(tx, talk, value if do == "stand_ins" else 0)
        else:
            screen = await _screen(tx, talk)
    await talk.show(screen)


async def _screen(tx: Tx, talk: Talk) -> Screen:
    say, chosen = talk.say, await reminders.choices(tx)
    hour = chosen.hour if chosen.hour is not None else talk.settings.digest_hour
    lines = [say("<b>Reminder settings</b>"), say("The digest comes at %(hour)s:00.", hour=hour)]
    if len(chosen.weekdays) < len(WEEKDAYS):
        names = ", ".join(talk.plain(WEEKDAYS[day]) for day in chosen.weekdays)
        lines.append(say("Only on: %(days)s.", days=names))
    today = talk.today()
    if chosen.paused_until is not None and chosen.paused_until >= today:
        lines.append(say("On leave, quiet up to and including %(day)s.", day=say.date(chosen.paused_until)))
    elif chosen.snoozed_until is not None and chosen.snoozed_until > today:
        lines.append(say("Quiet until %(day)s.", day=say.date(chosen.snoozed_until)))
    marks = [("✓ " if day in chosen.weekdays else "") for day in range(len(WEEKDAYS))]
    days = [
        button(mark + talk.plain(name), Reminding(do="day", value=number))
        for number, (mark, name) in enumerate(zip(marks, WEEKDAYS, strict=True))
    ]
    rows: list[Row] = [
        [button(talk.plain("Another hour"), Reminding(do="hours"))],
        days,
        [button(talk.plain("Pause"), Reminding(do="quiet"))],
    ]
    if chosen.is_paused(today):
        rows[-1] = [button(talk.plain("Remind me again"), Reminding(do="back"))]
        if talk.actor.places(Role.CURATOR) and chosen.paused_until is not None:
            rows.append([button(talk.plain("Who reviews meanwhile"), Reminding(do="stand_ins"))])
    rows.append([button(talk.plain("To the first screen"), Home())])
    return Screen("\n".join(lines), rows)


def _hours(talk: Talk) -> Screen:
    hours = range(reminders.FIRST_HOUR, reminders.LAST_HOUR)
    buttons = [button(f"{hour}:00", Reminding(do="hour", value=hour)) for hour in hours]
    rows: list[Row] = [buttons[first : first + 4] for first in range(0, len(buttons), 4)]
    rows.append([button(talk.plain("‹ Back"), Reminding())])
    return Screen(talk.say("At what hour, by your local time?"), rows)


def _quiet(talk: Talk) -> Screen:
    today, say = talk.today(), talk.plain
    rows: list[Row] = [
        [
            button(
                say("Until %(day)s", day=say.date(today + timedelta(days=days))),
                Reminding(do="snooze", value=days),
            )
        ]
        for days in SNOOZES
    ]
    rows.append(
        [
            button(say.n("Leave: %(n)s day", "Leave: %(n)s days", days), Reminding(do="leave", value=days))
            for days in LEAVES
        ]
    )
    rows.append([button(say("‹ Back"), Reminding())])
    return Screen(talk.say("Until when shall I be quiet? What was named today is named again then."), rows)


async def _stand_ins(tx: Tx, talk: Talk, first: int) -> Screen:
    found: list[people.Person] = await reminders.stand_ins(tx)
    rows: list[Row] = [
        [button(person.name, Reminding(do="stand_in", value=person.id))]
        for person in found[first : first + PAGE]
    ]
    if len(found) > first + PAGE:
        rows.append([button(talk.plain("More"), Reminding(do="stand_ins", value=first + PAGE))])
    rows.append([button(talk.plain("Nobody"), Reminding())])
    return Screen(talk.say("Reminders are paused. Who reviews the reports of your schools meanwhile?"), rows)
