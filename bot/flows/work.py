"""The school's side: what is owed, one assignment, what has been sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from aiogram.types import CallbackQuery

from bot import peers, waves
from bot.holders import ask_label, hat_of, list_of, place_of
from bot.lines import (
    SIGN,
    deadline_line,
    decided_by,
    evidence_lines,
    moment,
    own_deadline_line,
    slot_line,
    work_label,
)
from bot.presses import (
    Ask,
    CountAsk,
    Files,
    Home,
    Later,
    Questions,
    RemoveChoice,
    Send,
    WaiverAsk,
    WaiverBack,
    Withdraw,
    Work,
    WorkList,
)
from bot.presses_giving import OfficeWork
from bot.presses_review import Team
from bot.reminding import Reminding
from bot.routes import Routes
from bot.seasons import cycle_button
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page
from domain import obligations, progress, proof, risks, roadmaps, talks
from domain.actor import Place, Role
from domain.db import Tx
from domain.obligations import WaiverState
from domain.progress import Standing, WorkCard, WorkRow
from domain.proof import Need
from domain.texts import Texts

router = Routes("work")

DRAFT = "draft"  # the next text or file goes into the draft of the opened assignment
URGENT = frozenset({Standing.RETURNED, Standing.OVERDUE, Standing.SOON})
CLOSED = frozenset({Standing.IN_REVIEW, Standing.CONFIRMED, Standing.NOTED, Standing.WAIVED})
ON_HOME = 4  # assignments on the first screen


async def home_screen(tx: Tx, talk: Talk, school_id: int, name: str) -> Screen:
    """What waits for the school today, and nothing else."""
    rows = await progress.my_work(tx, school_id=school_id)
    say, plain, today = talk.say, talk.plain, progress.today(tx)
    waiting = [row for row in rows if row.standing not in CLOSED]
    urgent = [row for row in waiting if row.standing in URGENT]
    shown = (urgent or waiting)[:ON_HOME]
    in_review = sum(row.standing is Standing.IN_REVIEW for row in rows)
    buttons: list[Row] = [
        [button(work_label(row, plain, today), Work(id=row.assignment.id))] for row in shown
    ]
    last: list[Row] = [[]]
    if rows:
        last = [[button(plain("All assignments"), WorkList(school=school_id))]]
    if in_review:
        label = plain("⏳ In review: %(n)s", n=in_review)
        last[0] = [*last[0], button(label, WorkList(school=school_id, view="sent"))]
    elif any(row.standing in CLOSED for row in rows):
        last[0] = [*last[0], button(plain("What has been sent"), WorkList(school=school_id, view="sent"))]
    questions = [q for q in await talks.open_questions(tx) if q.school.id == school_id]
    if questions:
        last.append([button(plain("💬 Answer: %(n)s", n=len(questions)), Questions())])
    last.append(await peers.peers_button(tx, talk, school_id))
    last.append(await cycle_button(tx, talk, Place(None, None, school_id)))
    last.append(await waves.scores_button(tx, talk, school_id))
    own = [button(plain("Reminders"), Reminding())]
    if any(place.school_id == school_id for place in talk.actor.places(Role.SCHOOL_HEAD)):
        own.insert(0, button(plain("Team"), Team(school=school_id)))
    last.append(own)
    return Screen(f"{bold(name)}\n{_counts(say, rows)}", [*buttons, *last])


def _counts(say: Texts, rows: Sequence[WorkRow]) -> str:
    found = Counter(row.standing for row in rows)
    parts = []
    if n := found[Standing.RETURNED]:
        parts.append("↩️ " + say.n("%(n)s returned", "%(n)s returned", n))
    if n := found[Standing.OVERDUE]:
        parts.append("🔴 " + say.n("%(n)s overdue", "%(n)s overdue", n))
    if n := found[Standing.SOON]:
        parts.append("🟡 " + say.n("%(n)s this week", "%(n)s this week", n))
    if n := found[Standing.LATER] + found[Standing.UNDATED]:
        parts.append(say.n("%(n)s more ahead", "%(n)s more ahead", n))
    if parts:
        return " · ".join(parts)
    return (
        say("Nothing waits for you now.") if rows else say("No assignments yet. I will write when there are.")
    )


async def office_button(tx: Tx, talk: Talk, place: Place) -> Row:
    """What a coordinator's own office owes, where it owes anything; the sign is the most urgent one's."""
    rows = await progress.my_work(tx, office=place)
    waiting = [row for row in rows if row.standing not in CLOSED]
    if not rows:
        return []
    sign = next(
        (
            SIGN[s]
            for s in (Standing.RETURNED, Standing.OVERDUE, Standing.SOON)
            if any(row.standing is s for row in waiting)
        ),
        "",
    )
    label = talk.plain("Our own assignments: %(n)s", n=len(waiting))
    return [button(f"{sign} {label}".strip(), list_of(place, "open" if waiting else "sent"))]


@router.callback_query(OfficeWork.filter())
@router.callback_query(WorkList.filter())
async def work_list(query: CallbackQuery, callback_data: WorkList | OfficeWork, talk: Talk) -> None:
    """All that is open, or all that has been sent; five to a page."""
    is_sent = callback_data.view == "sent"
    place = place_of(callback_data)
    async with talk.db.read(talk.actor) as tx:
        if place.school_id is not None:
            rows = await progress.my_work(tx, school_id=place.school_id)
        else:
            rows = await progress.my_work(tx, office=place)
        today = progress.today(tx)
    rows = [row for row in rows if (row.standing in CLOSED) == is_sent]
    if is_sent:  # what waits for an answer stands above what is done
        rows.sort(key=lambda row: row.standing is not Standing.IN_REVIEW)
    shown = page(rows, callback_data.page)
    say = talk.say
    if is_sent:
        title = (
            say.n("%(n)s report sent", "%(n)s reports sent", len(rows)) if rows else say("Nothing sent yet.")
        )
    else:
        title = say.n("%(n)s open assignment", "%(n)s open assignments", len(rows))
    other = "open" if is_sent else "sent"
    other_label = talk.plain("What is open") if is_sent else talk.plain("What has been sent")
    buttons: list[Row] = [
        [button(work_label(row, talk.plain, today), Work(id=row.assignment.id))] for row in shown.items
    ]
    buttons.append(shown.turning(lambda n: callback_data.model_copy(update={"page": n})))
    buttons.append(
        [
            button(other_label, list_of(place, other)),
            button(talk.plain("‹ Back"), Home(hat=hat_of(place))),
        ]
    )
    await talk.show(Screen(title, buttons))


@router.callback_query(Work.filter())
async def open_work(query: CallbackQuery, callback_data: Work, talk: Talk) -> None:
    """One assignment: the draft where something is in it, else what is asked for."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.work_card(tx, callback_data.id)
        screen = await work_screen(tx, talk, card, about=callback_data.about)
    await talk.show(screen, fresh=callback_data.fresh)


async def work_screen(tx: Tx, talk: Talk, card: WorkCard, *, about: bool = False) -> Screen:
    """What an assignment looks like now."""
    if card.standing in CLOSED:
        return _closed_screen(talk, card)
    if card.may_submit and (card.draft or card.returned is not None) and not about:
        return draft_screen(talk, card)
    return await _card_screen(tx, talk, card, about=about)


def measure_lines(say: Texts, card: WorkCard, today: date) -> list[str]:
    """What is asked for: the measure, the deadline in its author's words, the result, the proof."""
    measure = card.measure
    lines = [title_line(card, 400)]
    words = measure.deadline_typed or measure.deadline_text
    if card.assignment.keeps_date and card.assignment.due_on is not None:
        due = own_deadline_line(say, words, card.assignment.due_on, today)
    else:
        due = deadline_line(say, words, card.assignment.due_on, today)
    sign = SIGN.get(card.standing, "") if card.standing in (Standing.OVERDUE, Standing.SOON) else ""
    lines.append(f"{sign} {due}".strip())
    if card.standing is Standing.OVERDUE:
        lines[-1] += " " + say.n("%(n)s day late.", "%(n)s days late.", card.days_late)
    return [*lines, *asked_lines(say, card, 400)]


def title_line(card: WorkCard, limit: int = 110) -> str:
    """«1.2 Определение школ…», shorter where what was asked for is not the matter any more."""
    number = f"{card.measure.number} " if card.measure.number else ""
    return bold(number + clip(card.measure.spoken, limit))


def asked_lines(say: Texts, card: WorkCard, limit: int) -> list[str]:
    """The result and the proof that the plan asks for, each at most so many characters."""
    measure, lines = card.measure, []
    result = measure.expected_result or measure.indicator
    if result:
        lines.append(say("What should come of it: %(result)s", result=clip(roadmaps.spoken(result), limit)))
    if measure.evidence_required:
        proof_ = clip(roadmaps.spoken(measure.evidence_required), limit)
        lines.append(say("How to prove it: %(proof)s", proof=proof_))
    return lines


async def _card_screen(tx: Tx, talk: Talk, card: WorkCard, *, about: bool) -> Screen:
    say, number = talk.say, card.assignment.id
    lines = measure_lines(say, card, talk.today())
    lines[1:1] = slot_line(say, (await risks.slots(tx, [card.measure.id])).get(card.measure.id))
    back: Row = [button(talk.plain("‹ Back"), list_of(card.assignment.place))]
    if not card.may_submit:
        return Screen("\n".join([bold(card.school.name), *lines]), [back])
    rows: list[Row] = []
    if card.draft:
        rows.append([button(talk.plain("To the draft"), Work(id=number))])
    count = (await obligations.counts(tx, [(card.assignment, card.measure)])).get(number)
    if count is not None:
        lines.append(_count_line(say, count))
        rows.append([button(talk.plain("Note how many"), CountAsk(id=number))])
    asked = [w for w in await obligations.waivers(tx, number) if w.state is WaiverState.ASKED]
    if asked:
        lines.append(say("You have asked not to have to: “%(reason)s”.", reason=clip(asked[0].reason, 300)))
        asking: Row = [
            button(talk.plain("Take the request back"), WaiverBack(id=asked[0].id, assignment=number))
        ]
    elif card.assignment.municipality_id is None:
        asking = []  # of the region's own office nobody else decides what it leaves out
    else:
        asking = [button(talk.plain("Not required…"), WaiverAsk(id=number))]
    thread = await talks.thread(tx, number)
    label = talk.plain("💬 Answer") if thread.waits else talk.plain(ask_label(card.assignment.place))
    rows.append([*asking, button(label, Ask(id=number))])
    lines += [
        "",
        say(
            "Send text, files, photos or a link, in several messages if you like. I will put them together; you "
            "send the report. No data of children, please."
        ),
    ]
    # Somebody who reads what is asked for is not disturbed by what a colleague adds to the draft.
    memo = {"assignment": number, "aside": True} if about else {"assignment": number}
    return Screen("\n".join(lines), [*rows, back], Expects(DRAFT, memo))


def _count_line(say: Texts, count: obligations.Count) -> str:
    """«Сделано 3 из 7»."""
    if count.wanted is None:
        return say("Done: %(done)s.", done=count.done)
    return say("Done: %(done)s of %(wanted)s.", done=count.done, wanted=count.wanted)


def draft_screen(talk: Talk, card: WorkCard) -> Screen:
    """The draft: the remark to answer on top, what is in it, what is still missing."""
    say, number = talk.say, card.assignment.id
    name = card.measure.number or clip(card.measure.spoken, 40)
    lines = [say("📝 <b>%(name)s</b>, draft", name=name)]
    if card.returned is not None:
        lines = [
            say("↩️ <b>%(name)s</b> was returned", name=name),
            remark(talk, card),
            say("The draft is kept."),
        ]
    colleagues = {e.added_by for e in card.draft if e.added_by} - {talk.actor.person_id}
    by = {person_id: card.names.get(person_id, "") for person_id in colleagues}
    lines.extend(evidence_lines(say, card.draft, is_draft=True, by=by))
    missing = proof.what_is_missing(card.measure, card.draft)
    asked = clip(card.measure.evidence_required or "", 200)
    if not card.draft:
        lines.append(say("The draft is empty: send text, files, photos or a link."))
    elif missing == [Need.LINK]:
        lines.append(say("Still missing, a link: %(proof)s", proof=asked))
    elif missing:
        lines.append(say("Still missing: %(proof)s", proof=asked))
    elif card.returned is None:
        lines.append(say("Everything is in place."))
    rows: list[Row] = []
    if card.draft:
        rows.append([button(talk.plain("Send"), Send(id=number))])
        rows.append(
            [
                button(talk.plain("Remove…"), RemoveChoice(id=number)),
                button(talk.plain("Later"), Later(id=number)),
            ]
        )
    if card.returned is not None:
        rows.append([button(talk.plain(ask_label(card.assignment.place)), Ask(id=number))])
    rows.append(
        [
            button(talk.plain("What is asked for"), Work(id=number, about=True)),
            button(talk.plain("‹ Back"), list_of(card.assignment.place)),
        ]
    )
    return Screen("\n".join(lines), rows, Expects(DRAFT, {"assignment": number}))


def remark(talk: Talk, card: WorkCard) -> str:
    """The newest decision in the reviewer's words, with the name and the day."""
    review = next((view.review for view in card.submissions if view.review is not None), None)
    if review is None:
        return ""
    return talk.say(
        "“%(comment)s” %(name)s, %(when)s",
        comment=clip(review.comment, 800),
        name=card.names.get(review.reviewer_id or 0) or talk.plain("The reviewer"),
        when=moment(talk.plain, review.at, talk.actor.timezone, talk.today()),
    )


def _closed_screen(talk: Talk, card: WorkCard) -> Screen:
    say, today = talk.say, talk.today()
    lines = [title_line(card)]
    rows: list[Row] = []
    newest = card.submissions[0] if card.submissions else None
    if newest is not None:
        sent = newest.submission
        when = moment(talk.plain, sent.submitted_at, talk.actor.timezone, today)
        lines.append(say("Sent: No. %(number)s, %(when)s", number=sent.id, when=when))
        lines += evidence_lines(say, newest.evidence)
        if any(item.sha256 for item in newest.evidence):
            rows.append([button(talk.plain("Show the files"), Files(submission=sent.id))])
    if card.standing is Standing.IN_REVIEW and newest is not None:
        lines.append(say("⏳ In review. Nothing more to do."))
        if card.may_submit:
            rows.append([button(talk.plain("Take back"), Withdraw(submission=newest.submission.id))])
    elif card.standing is Standing.CONFIRMED:
        lines += [say("✅ Confirmed."), remark(talk, card)]
    elif card.standing is Standing.NOTED and newest is not None:
        lines.append(say("☑️ Noted as done by your own document; nobody else has confirmed it."))
        if card.may_submit:
            rows.append([button(talk.plain("Take back"), Withdraw(submission=newest.submission.id))])
    elif card.standing is Standing.WAIVED:
        own = card.assignment.school_id is not None
        lines.append(say("Not required of your school.") if own else say("Not required."))
    rows.append([button(talk.plain("‹ Back"), list_of(card.assignment.place, "sent"))])
    return Screen("\n".join(line for line in lines if line is not None), rows)


def decided_line(talk: Talk, card: WorkCard) -> str:
    """Who decided about the newest version and when; empty where nobody has."""
    review = card.submissions[0].review if card.submissions else None
    if review is None:
        return ""
    when = moment(talk.plain, review.at, talk.actor.timezone, talk.today())
    return decided_by(talk.plain, review.decision, card.names.get(review.reviewer_id or 0, ""), when)
