"""The curator's log in the chat: it keeps itself; a meeting, consultation or visit is noted in two taps and a line."""

from datetime import date, timedelta
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.identity import Expecting
from bot.presses import Home
from bot.presses_review import Journal, NoteNew, NoteRemove
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import curation
from domain.curation import Entry, EntryKind, NoteKind
from domain.db import Tx
from domain.errors import N_

router = Routes("journal")

LINE = "journal-line"  # the next text says what the meeting was about
BACK = 28  # days shown
NOTES = {
    NoteKind.MEETING: N_("Meeting"),
    NoteKind.CONSULTATION: N_("Consultation"),
    NoteKind.VISIT: N_("Visit"),
}
SIGN = {
    EntryKind.CONFIRMED: "✅",
    EntryKind.RETURNED: "↩️",
    EntryKind.ASKED: "💬",
    EntryKind.ANSWERED: "💬",
}
ENTRIES = {
    EntryKind.MEETING: N_("meeting"),
    EntryKind.CONSULTATION: N_("consultation"),
    EntryKind.VISIT: N_("visit"),
}


async def journal_screen(tx: Tx, talk: Talk, number: int = 0) -> Screen:
    """The last weeks of the person's own log, and what can be noted."""
    say, today = talk.say, talk.today()
    mine = await curation.log(
        tx, first=today - timedelta(days=BACK), last=today, person_id=talk.actor.person_id
    )
    week = curation.by_week(mine, today, today)[0]
    lines = [bold(talk.plain("Curator's log"))]
    lines.append(
        say(
            "This week: decisions %(decisions)s, answers %(answers)s, meetings and visits %(notes)s.",
            decisions=week.decisions,
            answers=week.answers,
            notes=week.notes,
        )
    )
    shown = page(mine, number)
    lines += [_line(talk, entry, today) for entry in shown.items]
    meeting, consultation, visit = (
        button(talk.plain(label), NoteNew(kind=kind)) for kind, label in NOTES.items()
    )
    rows: list[Row] = [[meeting, visit], [consultation]]
    newest = next((entry for entry in mine if entry.note_id is not None), None)
    rows.append(shown.turning(lambda n: Journal(page=n)))
    if newest is not None and newest.note_id is not None:
        label = talk.plain("Remove: %(line)s", line=clip(newest.line, 24))
        rows.append([button(label, NoteRemove(id=newest.note_id))])
    rows.append([button(talk.plain("‹ Back"), Home(hat="c"))])
    return Screen("\n".join(lines), rows)


def _line(talk: Talk, entry: Entry, today: date) -> str:
    """«✅ 18 апреля, Тороповская ОШ, 1.2 «Документ подтверждает…»»; the panel has it in full."""
    day = talk.plain.date(entry.day, year=entry.day.year != today.year)
    words = talk.plain("“%(words)s”", words=clip(entry.line, 60))
    if entry.kind not in SIGN:
        return safe(f"{day}, {entry.school}, {talk.plain(ENTRIES[entry.kind])} {words}")
    measure = entry.measure or ""
    number = measure.split(" ", 1)[0]
    what = number if number[:1].isdigit() else clip(measure, 24)
    return safe(f"{SIGN[entry.kind]} {day}, {entry.school}, {what} {words}")


@router.callback_query(Journal.filter())
async def journal(query: CallbackQuery, callback_data: Journal, talk: Talk) -> None:
    """The log in place of the present screen."""
    async with talk.db.read(talk.actor) as tx:
        screen = await journal_screen(tx, talk, callback_data.page)
    await talk.show(screen)


@router.callback_query(NoteNew.filter())
async def new_note(query: CallbackQuery, callback_data: NoteNew, talk: Talk) -> None:
    """Where it was, where there is a choice; then the line."""
    async with talk.db.read(talk.actor) as tx:
        schools = await curation.my_schools(tx)
    chosen = callback_data
    if not chosen.school and len(schools) == 1:
        chosen = chosen.model_copy(update={"school": schools[0].id})
    back: Row = [button(talk.plain("‹ Back"), Journal())]
    kind = talk.plain(NOTES[chosen.kind])
    if not schools:
        await talk.show(Screen(talk.say("No school is assigned to you now."), [back]))
        return
    if not chosen.school:
        shown = page(schools, chosen.page)
        rows: list[Row] = [
            [button(school.name, chosen.model_copy(update={"school": school.id}))] for school in shown.items
        ]
        rows.append(shown.turning(lambda n: chosen.model_copy(update={"page": n})))
        await talk.show(Screen(talk.say("%(kind)s. At which school?", kind=kind), [*rows, back]))
        return
    name = next((school.name for school in schools if school.id == chosen.school), "")
    on = talk.today() - timedelta(days=chosen.days)
    text = talk.say(
        "<b>%(kind)s</b>, %(school)s, %(day)s.\nWhat was it about? Write one line.",
        kind=kind,
        school=name,
        day=talk.plain.day(on, today=talk.today()),
    )
    choices = [(0, talk.plain("Today")), (chosen.days + 1, talk.plain("A day earlier"))]
    if not chosen.days:
        choices = [(1, talk.plain("Yesterday")), (2, talk.plain("Two days ago"))]
    other: Row = [button(label, chosen.model_copy(update={"days": days})) for days, label in choices]
    memo = {"kind": chosen.kind.value, "school": chosen.school, "on": on.isoformat()}
    await talk.show(Screen(text, [other, back], Expects(LINE, memo)))


@router.message(Expecting(LINE, text_only=True))
async def take_line(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Note it, and show the log with it."""
    async with talk.db.write(talk.actor) as tx:
        await curation.note(
            tx,
            int(memo["school"]),
            NoteKind(memo["kind"]),
            date.fromisoformat(memo["on"]),
            message.text or "",
        )
    async with talk.db.read(talk.actor) as tx:
        screen = await journal_screen(tx, talk)
    await talk.show(screen, fresh=True)
    await talk.remove(memo.get("screen"))


@router.callback_query(NoteRemove.filter())
async def remove_note(query: CallbackQuery, callback_data: NoteRemove, talk: Talk) -> None:
    """A slip is taken back."""
    async with talk.db.write(talk.actor) as tx:
        await curation.remove_note(tx, callback_data.id)
    async with talk.db.read(talk.actor) as tx:
        screen = await journal_screen(tx, talk)
    await talk.show(screen)
