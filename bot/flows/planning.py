"""What is asked once for a whole draft, and a newer version of a living roadmap, in the chat."""

import asyncio
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.doubts import REFUSAL, NotARoadmap
from bot.flows import plans
from bot.identity import Expecting
from bot.presses import (
    ApplyRevision,
    DropRevision,
    Home,
    NewerVersion,
    Panel,
    Plan,
    ReportDates,
    WholeMonth,
    Year,
)
from bot.presses_giving import MoveYears, UndoRevision
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip
from domain import documents, drafts, progress, revisions, roadmaps
from domain.errors import DomainError
from domain.revisions import ChangeKind, Comparison
from domain.roadmaps import DeadlineUnclear, ReadAnew, RoadmapClosed

router = Routes("planning")
DATES = "plan-dates"  # the next text says when to report on what goes on all the time
SHOWN = 6  # moved deadlines named in the chat; the panel shows everything


@router.callback_query(WholeMonth.filter())
async def whole_month(query: CallbackQuery, callback_data: WholeMonth, talk: Talk) -> None:
    """«Весь месяц»."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await drafts.take_month(tx, callback_data.measure)
    except (DeadlineUnclear, RoadmapClosed) as error:
        await talk.refuse(error)
    await plans.next_doubt(talk, callback_data.roadmap)


@router.callback_query(Year.filter())
async def year(query: CallbackQuery, callback_data: Year, talk: Talk) -> None:
    """«Календарный год» or «Учебный год»: deadlines that nobody has settled follow."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await drafts.set_period(
                tx, callback_data.roadmap, year=callback_data.year, school_year=callback_data.school
            )
    except RoadmapClosed as closed:
        await talk.refuse(closed)
    await plans.show(talk, callback_data.roadmap)


@router.callback_query(MoveYears.filter())
async def move_years(query: CallbackQuery, callback_data: MoveYears, talk: Talk) -> None:
    """«Сдвинуть на N лет»: all dates of a plan of earlier years."""
    try:
        async with talk.db.write(talk.actor) as tx:
            view = await roadmaps.roadmap(tx, callback_data.roadmap)
            past = drafts.past_plan(view.measures, progress.today(tx))
            if past is not None and callback_data.years in {shift.years for shift in past.shifts}:
                await drafts.shift_years(tx, callback_data.roadmap, callback_data.years)
    except RoadmapClosed as closed:
        await talk.refuse(closed)
    await plans.show(talk, callback_data.roadmap)


@router.callback_query(ReportDates.filter())
async def report_dates(query: CallbackQuery, callback_data: ReportDates, talk: Talk) -> None:
    """Asks for the dates."""
    async with talk.db.read(talk.actor) as tx:
        view = await roadmaps.roadmap(tx, callback_data.roadmap)
    ongoing = drafts.asks_report_dates(view.measures)
    say = talk.say
    lines = [say("When shall schools report on this?")]
    lines += [f"• {bold(clip(' '.join(m.label.split()), 80))}" for m in ongoing[:SHOWN]]
    if len(ongoing) > SHOWN:
        lines.append(say("and %(n)s more", n=len(ongoing) - SHOWN))
    lines += ["", say("Write the dates, for example “10 June, 20 December” or “every quarter”.")]
    rows: list[Row] = [[button(talk.plain("‹ Back"), Plan(id=callback_data.roadmap))]]
    await talk.show(Screen("\n".join(lines), rows, Expects(DATES, {"roadmap": callback_data.roadmap})))


@router.message(Expecting(DATES, text_only=True))
async def take_dates(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The dates in the coordinator's words, for all of them at once."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await drafts.set_report_dates(tx, int(memo["roadmap"]), message.text or "")
    except DeadlineUnclear as unclear:
        await talk.refuse(unclear)
        return
    except (RoadmapClosed, ReadAnew) as error:
        await talk.refuse(error)
    await plans.show(talk, int(memo["roadmap"]), fresh=True)
    await talk.strip(memo.get("screen"))


@router.callback_query(NewerVersion.filter())
async def newer_version(query: CallbackQuery, callback_data: NewerVersion, talk: Talk) -> None:
    """The draft was a newer version of a living roadmap: compare, and drop the draft."""
    async with talk.db.read(talk.actor) as tx:
        draft = await roadmaps.roadmap_for_planning(tx, callback_data.draft)
    path = talk.files.path(draft.file_sha256) if draft.file_sha256 else None
    if path is None or not path.exists():
        await talk.refuse(drafts.NoDocument())
        return
    try:
        body = await asyncio.to_thread(path.read_bytes)
        reading = await asyncio.to_thread(documents.read_roadmap, body, draft.file_name)
    except documents.DocumentRefused as refused:
        reason = documents.sentence_of(refused) or REFUSAL.get(refused.code, NotARoadmap.sentence)
        raise NotARoadmap(reason=reason) from refused
    async with talk.db.write(talk.actor) as tx:
        made = await revisions.propose_draft(tx, draft.id, callback_data.living, reading)
    await _show(talk, made.id)


async def _show(talk: Talk, revision_id: int) -> None:
    async with talk.db.read(talk.actor) as tx:
        compared = await revisions.comparison(tx, revision_id)
    say, plain = talk.say, talk.plain
    rows: list[Row] = [
        [button(plain("Apply these changes"), ApplyRevision(id=revision_id, seen=compared.revision.version))],
        [
            button(plain("Look on the panel"), Panel()),
            button(plain("Leave as it is"), DropRevision(id=revision_id)),
        ],
        [button(plain("‹ Back"), Home())],
    ]
    head = say("What has changed in “%(title)s”:", title=clip(compared.roadmap.title, 200))
    await talk.show(Screen("\n".join([head, *_lines(talk, compared)]), rows))


def _lines(talk: Talk, compared: Comparison) -> list[str]:
    say = talk.say
    counts = compared.counts
    lines = []
    for kind, words in (
        (ChangeKind.ADDED, say("added: %(n)s", n=counts.get(ChangeKind.ADDED, 0))),
        (ChangeKind.GONE, say("gone: %(n)s", n=counts.get(ChangeKind.GONE, 0))),
        (ChangeKind.MOVED, say("deadlines moved: %(n)s", n=counts.get(ChangeKind.MOVED, 0))),
        (ChangeKind.REWORDED, say("reworded: %(n)s", n=counts.get(ChangeKind.REWORDED, 0))),
    ):
        if counts.get(kind):
            lines.append(f"• {words}")
    if not lines:
        return [say("Nothing.")]
    moved = [c for c in compared.changes if c.kind is ChangeKind.MOVED and c.measure is not None]
    for change in moved[:SHOWN]:
        label = clip(" ".join(change.measure.label.split()), 60) if change.measure else ""
        due = change.now[-1].due if change.now else None
        if change.moves and due:
            lines.append(say("%(measure)s: until %(day)s", measure=label, day=say.date(due, year=True)))
        else:
            lines.append(say("%(measure)s: the new date is doubtful, the old one stays", measure=label))
    if compared.moving:
        work = say.n("%(n)s open assignment moves", "%(n)s open assignments move", compared.moving)
        people = say.n("%(n)s person will hear of it", "%(n)s people will hear of it", compared.told)
        lines.append(say("%(work)s, %(people)s.", work=work, people=people))
    return lines


@router.callback_query(ApplyRevision.filter())
async def apply(query: CallbackQuery, callback_data: ApplyRevision, talk: Talk) -> None:
    """Make the living roadmap like the newer version; a screen that is older than the comparison is drawn anew."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await revisions.apply(tx, callback_data.id, seen=callback_data.seen)
    except revisions.RevisionChanged as changed:
        await talk.refuse(changed)
        await _show(talk, callback_data.id)
        return
    except DomainError as gone:
        await talk.refuse(gone)
        return
    text = talk.say(
        "Applied. Whose deadlines have moved will hear of it once; what was handed in has stayed."
    )
    text += "\n" + talk.say("It can be undone until work has been handed in.")
    rows: list[Row] = [
        [button(talk.plain("Undo"), UndoRevision(id=callback_data.id))],
        [button(talk.plain("To the first screen"), Home())],
    ]
    await talk.show(Screen(text, rows))


@router.callback_query(DropRevision.filter())
async def drop(query: CallbackQuery, callback_data: DropRevision, talk: Talk) -> None:
    """The roadmap stays as it is."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await revisions.discard(tx, callback_data.id)
    except DomainError as gone:
        await talk.refuse(gone)
    text = talk.say("The roadmap has stayed as it was.")
    await talk.show(Screen(text, [[button(talk.plain("To the first screen"), Home())]]))
