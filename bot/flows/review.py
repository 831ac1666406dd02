"""The reviewer's side: the queue, a report with its files, a decision with a word to the school."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.flows.work import asked_lines, decided_line, title_line, work_screen
from bot.identity import Expecting
from bot.lines import evidence_lines, moment, slot_line
from bot.presses import (
    Ask,
    AudienceList,
    Decide,
    Files,
    Home,
    OwnWords,
    Panel,
    Phrase,
    Questions,
    Queue,
    Report,
)
from bot.presses_review import Group, Journal, Look, Sample, WipeChoice
from bot.reminding import Reminding
from bot.routes import Routes
from bot.showing import show_files
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import oversight, phrases, progress, proof, risks, schools, talks
from domain.actor import COORDINATORS
from domain.db import Tx
from domain.errors import DomainError
from domain.policy import Permission, allows
from domain.progress import (
    AlreadyDecided,
    Decision,
    Evidence,
    Kind,
    QueueRow,
    Standing,
    Status,
    Withdrawn,
    WorkCard,
)
from domain.roadmaps import Measure

router = Routes("review")

COMMENT = "comment"  # the next text is the reviewer's word to the school
SIGN = {Decision.CONFIRM: "✅", Decision.RETURN: "↩️"}


async def queue_screen(tx: Tx, talk: Talk, number: int, *, is_home: bool = False) -> Screen:
    """What waits for the reviewer, the longest first; five to a page."""
    waiting = await progress.queue(tx)
    say = talk.say
    shown = page(waiting, number)
    rows: list[Row] = [
        [button(queue_label(talk, row), Report(submission=row.submission.id))] for row in shown.items
    ]
    rows.append(shown.turning(lambda n: Queue(page=n)))
    questions = len(await talks.open_questions(tx))
    if questions:
        rows.append([button(talk.plain("💬 Answer: %(n)s", n=questions), Questions())])
    if talk.actor.roles() & COORDINATORS:
        rows.append(await _together(tx, talk, waiting))
    if not is_home:
        rows.append([button(talk.plain("‹ Back"), Home())])
    else:
        rows.append([button(talk.plain("Log: note a visit"), Journal())])
        rows.append(
            [button(talk.plain("Write to the schools"), AudienceList()), button(talk.plain("Panel"), Panel())]
        )
        rows.append([button(talk.plain("Reminders"), Reminding())])
    if not waiting:
        return Screen(say("Nothing to review now. I will write when something comes."), rows)
    first = waiting[0]
    text = "⏳ " + say.n("%(n)s to review.", "%(n)s to review.", len(waiting))
    if first.waiting:
        text += " " + say.n(
            "%(school)s has waited longest: %(n)s working day.",
            "%(school)s has waited longest: %(n)s working days.",
            first.waiting,
            school=first.school.name,
        )
    return Screen(text, rows)


async def _together(tx: Tx, talk: Talk, waiting: Sequence[QueueRow]) -> Row:
    """What only coordinators do: one decision for what they have opened, and the second look."""
    opened = await oversight.seen(tx, [row.submission.id for row in waiting])
    row: Row = [button(talk.plain("Second look"), Sample())]
    if len(opened) > 1:
        row = [button(talk.plain("Decide together: %(n)s", n=len(opened)), Group()), *row]
    return row


def queue_label(talk: Talk, row: QueueRow) -> str:
    """«Середневская ООШ · 2.3 · 3 дня»."""
    days = talk.plain.n("%(n)s day", "%(n)s days", row.waiting) if row.waiting else talk.plain("today")
    what = row.measure.number or clip(row.measure.spoken, 14)
    return f"{clip(row.school.name, 26)} · {what} · {days}"


@router.callback_query(Queue.filter())
async def open_queue(query: CallbackQuery, callback_data: Queue, talk: Talk) -> None:
    """The queue in place of the present screen."""
    async with talk.db.read(talk.actor) as tx:
        screen = await queue_screen(tx, talk, callback_data.page)
    await talk.show(screen)


@router.callback_query(Report.filter())
async def open_report(query: CallbackQuery, callback_data: Report, talk: Talk) -> None:
    """A report: its files, and below them the card, so that the decision stands where the thumb is."""
    if talk.actor.roles() & COORDINATORS:
        async with talk.db.write(talk.actor) as tx:
            await oversight.mark_seen(tx, callback_data.submission)
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
        screen = await report_screen(tx, talk, card, callback_data.submission)
    evidence = _version(card, callback_data.submission).evidence
    with_files = card.may_decide and not callback_data.again and any(item.sha256 for item in evidence)
    if with_files:
        screen = await under_files(talk, evidence, screen)
    await talk.show(screen, fresh=callback_data.fresh or with_files)
    if query.message is not None and callback_data.fresh:
        await talk.strip(query.message.message_id)
    elif query.message is not None and with_files:
        await talk.remove(query.message.message_id)


async def under_files(talk: Talk, evidence: Sequence[Evidence], screen: Screen) -> Screen:
    """Show the files; the screen that is to stand below them says so where some could not be shown."""
    await talk.answer()
    if await show_files(talk, evidence):
        return screen
    sorry = talk.say("Not every file could be shown here; the panel has them all.")
    return replace(screen, text=f"{screen.text}\n⚠️ {sorry}")


@router.callback_query(Files.filter())
async def send_files(query: CallbackQuery, callback_data: Files, talk: Talk) -> None:
    """The files once more, and the screen moves below them."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
        if card.may_submit:
            screen = await work_screen(tx, talk, card)
        else:
            screen = await report_screen(tx, talk, card, callback_data.submission)
    screen = await under_files(talk, _version(card, callback_data.submission).evidence, screen)
    await talk.show(screen, fresh=True)
    if query.message is not None:
        await talk.remove(query.message.message_id)


def _version(card: WorkCard, submission_id: int) -> progress.SubmissionView:
    return next(view for view in card.submissions if view.submission.id == submission_id)


async def report_screen(tx: Tx, talk: Talk, card: WorkCard, submission_id: int) -> Screen:
    """School, measure, what was asked for, what was sent, what changed, and what became of it."""
    say = talk.say
    view = _version(card, submission_id)
    sent, today = view.submission, talk.today()
    title = card.school.name
    if talk.actor.roles() & COORDINATORS:
        place = await schools.place_name(tx, card.assignment.place)
        title = ", ".join(name for name in (place.name, place.above) if name)
    when = moment(talk.plain, sent.submitted_at, talk.actor.timezone, today)
    head = say(
        "Report No. %(number)s, %(name)s, %(when)s",
        number=sent.id,
        name=card.names.get(sent.submitted_by or 0) or card.school.name,
        when=when,
    )
    if sent.late:
        head += " " + say("(after the deadline)")
    slot = (await risks.slots(tx, [card.measure.id])).get(card.measure.id)
    lines = [bold(title), title_line(card), *slot_line(say, slot), *asked_lines(say, card, 200), "", head]
    lines += evidence_lines(say, view.evidence) + _changes(talk, card, view)
    lines += await _repeats(tx, talk, submission_id)
    if view is not card.submissions[0] or sent.withdrawn_at is not None:
        lines.append(say("The school has taken this version back or sent a newer one."))
        return Screen("\n".join(lines), _after_rows(talk, card))
    if view.review is not None:
        lines += [
            "",
            safe(decided_line(talk, card)),
            say("“%(words)s”", words=clip(view.review.comment, 500)),
        ]
        return Screen("\n".join(lines), _after_rows(talk, card))
    rows: list[Row] = []
    if card.may_decide:
        rows.append(
            [
                button(talk.plain("✅ Confirm"), Decide(submission=sent.id, decision=Decision.CONFIRM)),
                button(talk.plain("↩️ Return"), Decide(submission=sent.id, decision=Decision.RETURN)),
            ]
        )
    elif card.standing is Standing.NOTED:
        lines.append(say("☑️ Noted as done by their own document; nobody else has confirmed it."))
    else:
        lines.append(say("⏳ In review by somebody else."))
    is_school = card.assignment.school_id is not None
    asking: Row = [
        button(
            talk.plain("Ask the school") if is_school else talk.plain("Ask them"), Ask(id=card.assignment.id)
        )
    ]
    if card.may_decide and any(item.sha256 for item in view.evidence):
        asking = [*asking, button(talk.plain("Data of children…"), WipeChoice(submission=sent.id))]
    rows += [asking, [button(talk.plain("‹ Queue"), Queue())]]
    return Screen("\n".join(lines), rows)


def _after_rows(talk: Talk, card: WorkCard) -> list[Row]:
    rows: list[Row] = []
    newest = card.submissions[0].submission
    if card.assignment.status is Status.IN_REVIEW and card.may_decide:
        rows.append([button(talk.plain("Open the newest version"), Report(submission=newest.id))])
    may_unconfirm = allows(talk.actor, Permission.UNCONFIRM, card.assignment.place)
    if card.assignment.status is Status.CONFIRMED and may_unconfirm:
        take_back = Look(submission=newest.id, do="unconfirm")
        rows.append([button(talk.plain("Take the confirmation back…"), take_back)])
    rows.append([button(talk.plain("‹ Queue"), Queue())])
    return rows


def _changes(talk: Talk, card: WorkCard, view: progress.SubmissionView) -> list[str]:
    """What is new since the version that was returned, and the remark that it answers."""
    earlier = [v for v in card.submissions if v.submission.version < view.submission.version and v.review]
    if not earlier or earlier[0].review is None:
        return []
    say = talk.say
    lines = ["", say("Returned before with: “%(comment)s”", comment=clip(earlier[0].review.comment, 300))]
    found = proof.changes(earlier[0].evidence, view.evidence)
    if not found:
        return [*lines, say("Since then nothing has changed.")]
    if found.added:
        lines.append(say("New: %(names)s", names=_names(talk, found.added)))
    if found.removed:
        lines.append(say("Gone: %(names)s", names=_names(talk, found.removed)))
    added = " … ".join(piece.words for piece in found.text if piece.sign == "+")
    if added:
        lines.append(say("New words: “%(words)s”", words=clip(added, 400)))
    elif found.text:
        lines.append(say("Some of the words are gone."))
    return lines


def _names(talk: Talk, items: Sequence[Evidence]) -> str:
    photos = sum(item.kind is Kind.PHOTO for item in items)
    names = [clip(item.name or item.text or "", 60) for item in items if item.kind is not Kind.PHOTO]
    if photos:
        names.append(talk.plain.n("%(n)s photo", "%(n)s photos", photos))
    return ", ".join(names[:8])


async def _repeats(tx: Tx, talk: Talk, submission_id: int) -> list[str]:
    """The same file handed in elsewhere: the reviewer is warned."""
    lines = []
    for repeat in (await proof.repeats(tx, submission_id))[:3]:
        name = clip(repeat.name or "", 60)
        if repeat.school and repeat.measure:
            where = f"{repeat.school}, {clip(repeat.measure, 60)}"
            lines.append("⚠️ " + talk.say("%(name)s was handed in before: %(where)s", name=name, where=where))
        else:
            lines.append("⚠️ " + talk.say("%(name)s was handed in before, in another report", name=name))
    return lines


@router.callback_query(Decide.filter())
async def ask_word(query: CallbackQuery, callback_data: Decide, talk: Talk) -> None:
    """One more tap: a word to the school. A text written now counts as one's own words."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
        if not _is_open(card, callback_data.submission):
            await _tell_stale(tx, talk, card, callback_data.submission)
            return
        offered = await phrases.phrases(tx, card.school.region_id, callback_data.decision)
    rows: list[Row] = [
        [button(_words(talk, phrase), Phrase(**callback_data.model_dump(), key=phrase.key))]
        for phrase in offered
    ]
    rows.append([button(talk.plain("In my own words"), OwnWords(**callback_data.model_dump()))])
    rows.append([button(talk.plain("‹ Back"), Report(submission=callback_data.submission, again=True))])
    title = f"{SIGN[callback_data.decision]} {bold(_what(card.school.name, card.measure))}\n"
    word = talk.say("Add a word to the school:") if card.assignment.school_id else talk.say("Add a word:")
    await talk.show(Screen(title + word, rows, _comment(callback_data)))


def _comment(press: Decide | OwnWords) -> Expects:
    return Expects(COMMENT, {"submission": press.submission, "decision": press.decision.value})


def _is_open(card: WorkCard, submission_id: int) -> bool:
    return card.may_decide and card.submissions[0].submission.id == submission_id


async def _tell_stale(tx: Tx, talk: Talk, card: WorkCard, submission_id: int) -> None:
    await talk.answer(decided_line(talk, card), alert=True)
    await talk.show(await report_screen(tx, talk, card, submission_id))


def _what(name: str, measure: Measure) -> str:
    return f"{name}, {measure.number or clip(measure.spoken, 60)}"


@router.callback_query(OwnWords.filter())
async def ask_own_words(query: CallbackQuery, callback_data: OwnWords, talk: Talk) -> None:
    """The next text is the comment."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
    back = Decide(submission=callback_data.submission, decision=callback_data.decision)
    title = f"{SIGN[callback_data.decision]} {bold(_what(card.school.name, card.measure))}\n"
    text = title + talk.say("Write to the school in one message.")
    await talk.show(Screen(text, [[button(talk.plain("‹ Back"), back)]], _comment(callback_data)))


@router.callback_query(Phrase.filter())
async def decide_by_phrase(query: CallbackQuery, callback_data: Phrase, talk: Talk) -> None:
    """Decide with a ready phrase."""
    async with talk.db.read(talk.actor) as tx:
        _, work = await progress.submission(tx, callback_data.submission, Permission.SEE)
        phrase = await phrases.phrase(tx, work.region_id, callback_data.decision, callback_data.key)
    words = _words(talk, phrase) if phrase else ""
    await _decide(talk, callback_data.submission, callback_data.decision, words)


def _words(talk: Talk, phrase: phrases.Phrase) -> str:
    """The region's own words; the usual ones in the language of the reviewer: it is the reviewer's word."""
    return phrase.text if phrase.own else talk.plain(phrase.text)


@router.message(Expecting(COMMENT))
async def decide_by_words(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Decide with one's own words."""
    if not message.text:
        await talk.say_html(talk.say("Please write to the school in words."))
        return
    await _decide(talk, int(memo["submission"]), Decision(memo["decision"]), message.text)
    await talk.strip(memo.get("screen"))


async def _decide(talk: Talk, submission_id: int, decision: Decision, comment: str) -> None:
    try:
        async with talk.db.write(talk.actor) as tx:
            review = await progress.decide(tx, submission_id, decision, comment)
            _, measure, holder = await progress.reported(tx, submission_id)
    except (AlreadyDecided, Withdrawn) as late:
        async with talk.db.read(talk.actor) as tx:
            card = await progress.submission_card(tx, submission_id)
            screen = await report_screen(tx, talk, card, submission_id)
        await _tell(talk, decided_line(talk, card) if isinstance(late, AlreadyDecided) else "", late)
        await talk.show(screen)
        return
    async with talk.db.read(talk.actor) as tx:
        waiting = await progress.queue(tx)
    done = talk.say("Confirmed") if decision is Decision.CONFIRM else talk.say("Returned")
    text = talk.say(
        "%(sign)s %(done)s: <b>%(what)s</b>\n“%(comment)s”",
        sign=SIGN[decision],
        done=done,
        what=_what(holder.name, measure),
        comment=clip(review.comment, 800),
    )
    rows: list[Row] = []
    if waiting:
        label = talk.plain("Next: %(what)s", what=queue_label(talk, waiting[0]))
        rows.append([button(label, Report(submission=waiting[0].submission.id, fresh=True))])
        rows.append([button(talk.plain("‹ Queue: %(n)s", n=len(waiting)), Queue())])
    else:
        text += "\n" + talk.say("Nothing else to review.")
        rows.append([button(talk.plain("To the first screen"), Home())])
    await talk.show(Screen(text, rows))


async def _tell(talk: Talk, sentence: str, error: DomainError) -> None:
    if not sentence:
        await talk.refuse(error)
    elif talk.press is not None:
        await talk.answer(sentence, alert=True)
    else:
        await talk.say_html(safe(sentence))
