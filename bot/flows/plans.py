"""Roadmaps in the chat: a file becomes a draft, doubtful deadlines are settled by buttons, then it is given out."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, Document, Message

from bot.doubts import READING, REFUSAL, NotARoadmap, first_doubt
from bot.findings import finding_lines, past_lines, question_rows
from bot.flows import giving as giving_flow
from bot.flows import home
from bot.identity import Expecting
from bot.presses import Approve, Discard, Doubt, Home, Panel, Plan, Plans, Settle, WholeMonth
from bot.presses_giving import Give, GiveTo, Unsettled
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page
from domain import documents, drafts, giving, moving, progress, revisions, roadmaps, schools
from domain.actor import COORDINATORS, SCHOOL_TEAM, Place
from domain.db import Tx
from domain.errors import DomainError
from domain.policy import Permission, allows
from domain.roadmaps import (
    DeadlineUnclear,
    Measure,
    Roadmap,
    RoadmapClosed,
    RoadmapState,
    RoadmapView,
    Settled,
)
from domain.texts import Texts

router = Routes("plans")

FILE = "plan-file"  # the next document is a roadmap
WORDS = "plan-words"  # the next text says a deadline in other words
RUNNING = 2  # running plans there
DRAFTS = 3  # drafts on the list of the chat; the panel shows all


@router.callback_query(Plans.filter())
async def plans(query: CallbackQuery, talk: Talk) -> None:
    """Drafts, and how to bring in a new one."""
    async with talk.db.read(talk.actor) as tx:
        found = await roadmaps.roadmap_list(tx)
    drafts = [row for row in found if row.roadmap.state is RoadmapState.DRAFT][:DRAFTS]
    running = [
        row.roadmap
        for row in found
        if row.roadmap.state is RoadmapState.APPROVED
        and allows(talk.actor, Permission.PLAN, row.roadmap.place)
    ][:RUNNING]
    say = talk.say
    live = sum(row.roadmap.state is RoadmapState.APPROVED for row in found)
    lines = [say.n("%(n)s roadmap is running.", "%(n)s roadmaps are running.", live)]
    lines.append(say("To bring in a new one, send me the Word or Excel file here."))
    rows: list[Row] = [
        [button(talk.plain("Draft: %(title)s", title=row.roadmap.title), Plan(id=row.roadmap.id))]
        for row in drafts
    ]
    rows += [[button(clip(" ".join(plan.title.split()), 60), Plan(id=plan.id))] for plan in running]
    rows.append([button(talk.plain("Panel"), Panel()), button(talk.plain("‹ Back"), Home())])
    await talk.show(Screen("\n".join(lines), rows, Expects(FILE)))


async def takes(message: Message, talk: Talk) -> bool:
    """Whether a document sent from the first screen was a roadmap; of those who also report for a school, it is
    evidence unless they opened «Дорожные карты» before."""
    roles = talk.actor.roles()
    if message.document is None or not roles & COORDINATORS or roles & SCHOOL_TEAM:
        return False
    await _import(message.document, talk)
    return True


@router.message(Expecting(FILE))
async def take_file(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The file that was asked for."""
    if message.document is None:
        await talk.say_html(talk.say("Please send the roadmap as a Word or Excel file."))
        return
    await _import(message.document, talk)
    await talk.strip(memo.get("screen"))


async def _import(document: Document, talk: Talk) -> None:
    name = document.file_name or "roadmap"
    owner = next((hat.place for hat in home.hats(talk.actor) if hat.role in COORDINATORS), None)
    if owner is None:
        raise NotARoadmap
    await talk.bot.send_chat_action(talk.chat_id, "typing")
    path = talk.files.incoming()
    try:
        await talk.bot.download(document.file_id, destination=path)
        body = await asyncio.to_thread(path.read_bytes)
        reading, chosen = await _read(talk, body, name)
        kept = await talk.files.keep(path)  # with other columns it is read again on the panel
    except documents.DocumentRefused as refused:
        reason = documents.sentence_of(refused) or REFUSAL.get(refused.code, NotARoadmap.sentence)
        raise NotARoadmap(reason=reason) from refused
    except TelegramBadRequest as refused:
        if "too big" in refused.message:
            raise NotARoadmap(reason=REFUSAL["too_large"]) from refused
        raise
    finally:
        path.unlink(missing_ok=True)
    async with talk.db.write(talk.actor) as tx:
        known = await roadmaps.draft_of(tx, owner, kept.sha256)
        draft = known or await roadmaps.import_draft(
            tx, owner, reading, file_name=name, file=kept, school_year=reading.school_year, columns=chosen
        )
    if known is not None:
        await talk.say_html(talk.say("This file has come before: here is its draft as it stands."))
    async with talk.db.read(talk.actor) as tx:
        screen = await _draft_screen(tx, talk, draft.id)
    await talk.show(screen, fresh=True)


async def _read(talk: Talk, body: bytes, name: str) -> tuple[documents.Reading, Mapping[str, str | int]]:
    """The document, with the columns that a person chose for the same headers before."""
    reading = await asyncio.to_thread(documents.read_roadmap, body, name)
    async with talk.db.read(talk.actor) as tx:
        chosen = await roadmaps.chosen_columns(tx, reading.layout)
    if chosen:
        reading = await asyncio.to_thread(documents.read_roadmap, body, name, columns=chosen)
    return reading, chosen


@router.callback_query(Plan.filter())
async def open_plan(query: CallbackQuery, callback_data: Plan, talk: Talk) -> None:
    """A draft, or what became of it."""
    await show(talk, callback_data.id)


async def show(talk: Talk, roadmap_id: int, *, fresh: bool = False, note: str = "") -> None:
    """The draft with its summary, or what became of it."""
    async with talk.db.read(talk.actor) as tx:
        screen = await _draft_screen(tx, talk, roadmap_id)
    await talk.show(Screen(note + screen.text, screen.rows, screen.expects), fresh=fresh)


async def _receivers(tx: Tx, owner: Place) -> list[int]:
    rows = await schools.school_list(tx, municipality_id=owner.municipality_id, permission=Permission.PLAN)
    return [row.school.id for row in rows if owner.covers(row.school.place)]


async def _draft_screen(tx: Tx, talk: Talk, roadmap_id: int) -> Screen:
    view = await roadmaps.roadmap(tx, roadmap_id)
    say = talk.say
    title = clip(" ".join(view.roadmap.title.split()), 200)
    if view.roadmap.state is not RoadmapState.DRAFT:
        return await giving_flow.living_screen(tx, talk, view.roadmap)
    receivers = len(await _receivers(tx, view.roadmap.place))
    lines = [_read_line(say, view, title)]
    past = drafts.past_plan(view.measures, progress.today(tx))
    lines += past_lines(say, past)
    lines += [say(READING[code]) for code in view.roadmap.doubts if code in READING]
    lines += [*_doubt_lines(say, view), *finding_lines(say, view)]
    if view.roadmap.skipped:
        skipped = len(view.roadmap.skipped)
        lines.append(
            say.n(
                "%(n)s row was passed over: see the panel.",
                "%(n)s rows were passed over: see the panel.",
                skipped,
            )
        )
    rows: list[Row] = []
    if any(m.is_doubtful for m in view.measures):
        rows.append([button(talk.plain("Settle them here"), Doubt(roadmap=roadmap_id))])
    rows += question_rows(talk.plain, view, await revisions.earlier_of(tx, view.roadmap), past)
    approve = talk.plain.n("Approve and give to %(n)s school", "Approve and give to %(n)s schools", receivers)
    rows.append([button(approve, Approve(id=roadmap_id))])
    rows.append([button(talk.plain("To whom…"), GiveTo(roadmap=roadmap_id))])
    rows.append(
        [
            button(talk.plain("Open on the panel"), Panel()),
            button(talk.plain("Discard"), Discard(id=roadmap_id)),
        ]
    )
    rows.append([button(talk.plain("‹ Back"), Home())])
    return Screen("\n".join(lines), rows)


def _read_line(say: Texts, view: RoadmapView, title: str) -> str:
    measures = say.n("%(n)s measure", "%(n)s measures", len(view.measures))
    tracks = say.n("%(n)s track", "%(n)s tracks", len(view.tracks))
    year = view.roadmap.reference_year
    return say(
        "I have read “%(title)s”: %(measures)s, %(tracks)s, year %(year)s.",
        title=title,
        measures=measures,
        tracks=tracks,
        year=year,
    )


def _doubt_lines(say: Texts, view: RoadmapView) -> list[str]:
    doubtful = [m for m in view.measures if m.is_doubtful]
    if not doubtful:
        return [say("All deadlines are clear.")]
    words = list(dict.fromkeys(clip(" ".join((m.deadline_text or "—").split()), 60) for m in doubtful))
    line = say.n("I am not sure of %(n)s deadline:", "I am not sure of %(n)s deadlines:", len(doubtful))
    quoted = ", ".join(say("“%(words)s”", words=w) for w in words[:5])
    return [f"{line} {quoted}" + ("…" if len(words) > 5 else "")]


@router.callback_query(Unsettled.filter())
async def unsettled(query: CallbackQuery, callback_data: Unsettled, talk: Talk) -> None:
    """Drafts and running plans with deadlines in doubt; where there is one only, its first doubt."""
    async with talk.db.read(talk.actor) as tx:
        found = [
            row
            for row in await roadmaps.roadmap_list(tx)
            if row.doubts
            and row.roadmap.state is not RoadmapState.ARCHIVED
            and allows(talk.actor, Permission.PLAN, row.roadmap.place)
        ]
    if len(found) == 1:
        await next_doubt(talk, found[0].roadmap.id)
        return
    shown = page(found, callback_data.page)
    rows: list[Row] = [
        [
            button(
                f"{clip(' '.join(row.roadmap.title.split()), 50)} · {row.doubts}",
                Doubt(roadmap=row.roadmap.id),
            )
        ]
        for row in shown.items
    ]
    rows.append(shown.turning(lambda n: Unsettled(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    text = talk.say("Deadlines in doubt do not remind. Which roadmap shall we settle?")
    await talk.show(Screen(text if found else talk.say("All deadlines are clear."), rows))


@router.callback_query(Doubt.filter())
async def doubt(query: CallbackQuery, callback_data: Doubt, talk: Talk) -> None:
    """One deadline in doubt: its words, what was read, and what to do."""
    await next_doubt(talk, callback_data.roadmap)


async def next_doubt(talk: Talk, roadmap_id: int, *, fresh: bool = False, note: str = "") -> None:
    """The next deadline to look at; the draft where none is left."""
    async with talk.db.read(talk.actor) as tx:
        view = await roadmaps.roadmap(tx, roadmap_id)
    waiting = [m for m in view.measures if m.is_doubtful]
    is_over = view.roadmap.state is RoadmapState.ARCHIVED
    if not waiting or is_over or not allows(talk.actor, Permission.PLAN, view.roadmap.place):
        await show(talk, roadmap_id, fresh=fresh, note=note)
        return
    screen = _doubt_screen(talk, view.roadmap, waiting[0], len(waiting))
    await talk.show(Screen(note + screen.text, screen.rows, screen.expects), fresh=fresh)


def _doubt_screen(talk: Talk, roadmap: Roadmap, measure: Measure, left: int) -> Screen:
    say, plain = talk.say, talk.plain
    lines = [bold(clip(" ".join(measure.label.split()), 300))]
    lines.append(
        say(
            "Deadline in the document: “%(words)s”.",
            words=clip(" ".join((measure.deadline_text or "—").split()), 200),
        )
    )
    meaning = _meaning(say, measure)
    lines.append(
        say("I read it as: %(meaning)s.", meaning=meaning) if meaning else say("No date follows from it.")
    )
    lines.append(say(first_doubt(measure)))
    lines += ["", say("Choose, or write the deadline in your own words, for example “until 30 April”.")]
    where = {"roadmap": measure.roadmap_id, "measure": measure.id}
    rows: list[Row] = []
    if meaning:
        rows.append([button(plain("It is right"), Settle(**where, choice=Settled.AS_READ))])
    if roadmap.state is RoadmapState.DRAFT and drafts.whole_month(measure) is not None:
        rows.append([button(plain("The whole month"), WholeMonth(**where))])
    rows.append([button(plain("Without reminders"), Settle(**where, choice=Settled.NO_REMINDERS))])
    label = plain("‹ Back (%(n)s left)", n=left)
    rows.append([button(label, Plan(id=measure.roadmap_id))])
    return Screen("\n".join(lines), rows, Expects(WORDS, where))


def _meaning(say: Texts, measure: Measure) -> str:
    parts = []
    for start, due in roadmaps.parse_windows(measure.windows):
        if due is None:
            continue
        until = say("until %(day)s", day=say.date(due, year=True))
        parts.append(
            say("from %(start)s %(until)s", start=say.date(start, year=True), until=until)
            if start and start != due
            else until
        )
    return "; ".join(parts[:6]) + ("…" if len(parts) > 6 else "")


@router.callback_query(Settle.filter())
async def settle(query: CallbackQuery, callback_data: Settle, talk: Talk) -> None:
    """One doubt less."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await moving.settle_deadline(tx, callback_data.measure, callback_data.choice)
    except RoadmapClosed as closed:
        await talk.refuse(closed)
    await next_doubt(talk, callback_data.roadmap)


@router.message(Expecting(WORDS, text_only=True))
async def retype(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The deadline in the coordinator's words; what it means is said at once."""
    note = ""
    try:
        async with talk.db.write(talk.actor) as tx:
            measure = await moving.retype_deadline(tx, int(memo["measure"]), message.text or "")
        note = talk.say("Noted: %(meaning)s.", meaning=_meaning(talk.say, measure)) + "\n\n"
    except (DeadlineUnclear, RoadmapClosed) as error:
        await talk.refuse(error)
        if isinstance(error, DeadlineUnclear):
            return
    await next_doubt(talk, int(memo["roadmap"]), fresh=True, note=note)
    await talk.strip(memo.get("screen"))


@router.callback_query(Approve.filter())
async def approve(query: CallbackQuery, callback_data: Approve, talk: Talk) -> None:
    """Live from now on, and owed by every school of the owner; a plan of earlier years is looked at first."""
    async with talk.db.read(talk.actor) as tx:
        view = await roadmaps.roadmap(tx, callback_data.id)
        is_over = drafts.past_plan(view.measures, progress.today(tx)) is not None
    if is_over and view.roadmap.state is RoadmapState.DRAFT:
        await giving_flow.look(talk, Give(roadmap=callback_data.id, to="all"))
        return
    async with talk.db.write(talk.actor) as tx:
        approved = await roadmaps.approve(tx, callback_data.id)
        receivers = await _receivers(tx, approved.place)
        given = await giving.assign(tx, approved.id, receivers)
        rows = await giving_flow.taking_back(tx, talk, approved.id)
    say = talk.say
    assigned = say.n("%(n)s assignment", "%(n)s assignments", given)
    to = say.n("%(n)s school", "%(n)s schools", len(receivers))
    text = say("Approved: %(assigned)s for %(schools)s.", assigned=assigned, schools=to)
    text += "\n" + say("Schools will find them on their first screens; deadlines remind by themselves.")
    await talk.show(Screen(text, [*rows, [button(talk.plain("To the first screen"), Home())]]))


@router.callback_query(Discard.filter())
async def discard(query: CallbackQuery, callback_data: Discard, talk: Talk) -> None:
    """Asks first."""
    if not callback_data.sure:
        rows: list[Row] = [
            [button(talk.plain("Yes, discard"), Discard(id=callback_data.id, sure=True))],
            [button(talk.plain("No, keep"), Plan(id=callback_data.id))],
        ]
        await talk.show(Screen(talk.say("Discard this draft? The file stays with you."), rows))
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            await roadmaps.discard(tx, callback_data.id)
    except DomainError as gone:
        await talk.refuse(gone)
    await home.show(talk)
