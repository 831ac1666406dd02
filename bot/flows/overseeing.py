"""Beside a decision: a file with children's data goes, a second look, one word for several reports."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.flows.review import queue_label, report_screen, under_files
from bot.identity import Expecting
from bot.lines import moment
from bot.presses import Queue, Report
from bot.presses_review import Group, GroupPhrase, Look, Sample, Wipe, WipeChoice
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page
from domain import oversight, phrases, progress, proof
from domain.db import Tx
from domain.errors import NotFound
from domain.oversight import SampleRow
from domain.progress import Decision, Evidence, Kind, QueueRow, SubmissionView, WorkCard

router = Routes("overseeing")

REASON = "unconfirm-reason"  # the next text says why a confirmation is taken back
TOGETHER = "group-comment"  # the next text is the word to several schools
SAMPLE = 10  # reports of a month's sample


def _version(card: WorkCard, submission_id: int) -> SubmissionView:
    found = next((view for view in card.submissions if view.submission.id == submission_id), None)
    if found is None:
        raise NotFound
    return found


def _files(view: SubmissionView) -> list[Evidence]:
    return [item for item in view.evidence if item.sha256 and not item.joined]


def _label(talk: Talk, item: Evidence, number: int) -> str:
    if item.kind is Kind.PHOTO:
        return talk.plain("%(number)s. Photo", number=number)
    return f"{number}. {item.name}"


@router.callback_query(WipeChoice.filter())
async def choose_file(query: CallbackQuery, callback_data: WipeChoice, talk: Talk) -> None:
    """Which file shows data of children; back to the report where there is none."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
        found = _files(_version(card, callback_data.submission))
        if not found:
            await talk.show(await report_screen(tx, talk, card, callback_data.submission))
            return
    shown = page(found, callback_data.page)
    rows: list[Row] = [
        [
            button(
                _label(talk, item, found.index(item) + 1),
                Wipe(submission=callback_data.submission, evidence=item.id),
            )
        ]
        for item in shown.items
    ]
    rows.append(shown.turning(lambda n: callback_data.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), Report(submission=callback_data.submission, again=True))])
    await talk.show(Screen(talk.say("Which file shows data of children?"), rows))


@router.callback_query(Wipe.filter())
async def wipe(query: CallbackQuery, callback_data: Wipe, talk: Talk) -> None:
    """Ask once, then remove it wherever it was handed in."""
    if not callback_data.sure:
        text = talk.say(
            "The file will be removed from this and every other report, for good. The report itself stays."
        )
        yes = callback_data.model_copy(update={"sure": True})
        back = WipeChoice(submission=callback_data.submission)
        rows: list[Row] = [[button(talk.plain("Remove the file"), yes)], [button(talk.plain("‹ Back"), back)]]
        await talk.show(Screen(text, rows))
        return
    async with talk.db.write(talk.actor) as tx:
        await proof.wipe(tx, callback_data.evidence)
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
        screen = await report_screen(tx, talk, card, callback_data.submission)
    await talk.answer(talk.plain("Removed. Please delete it in your chat too."), alert=True)
    await talk.show(screen)


def _seed(talk: Talk) -> str:
    """The same sample for a month, whoever looks."""
    return f"{talk.today():%Y-%m}"


async def _sample(tx: Tx, talk: Talk) -> list[SampleRow]:
    return await oversight.sample(tx, size=SAMPLE, seed=_seed(talk))


@router.callback_query(Sample.filter())
async def show_sample(query: CallbackQuery, callback_data: Sample, talk: Talk) -> None:
    """Confirmed reports drawn for this month; those looked at carry a sign."""
    await _show_sample(talk, callback_data.page)


async def _show_sample(talk: Talk, number: int = 0) -> None:
    async with talk.db.read(talk.actor) as tx:
        found = await _sample(tx, talk)
    shown = page(found, number)
    rows: list[Row] = [
        [button(_sample_label(row), Look(submission=row.submission.id))] for row in shown.items
    ]
    rows.append(shown.turning(lambda n: Sample(page=n)))
    rows.append([button(talk.plain("‹ Queue"), Queue())])
    text = talk.say("Second look. Confirmed reports drawn for this month:")
    if not found:
        text = talk.say("Nothing has been confirmed yet that you could look at again.")
    await talk.show(Screen(text, rows))


def _sample_label(row: SampleRow) -> str:
    sign = "👁 " if row.look is not None else ""
    what = row.measure.number or clip(row.measure.spoken, 16)
    return f"{sign}{clip(row.school.name, 26)} · {what}"


@router.callback_query(Look.filter())
async def look(query: CallbackQuery, callback_data: Look, talk: Talk) -> None:
    """A report of the sample with its files; then «всё верно», or the reason to take the confirmation back."""
    if callback_data.do == "agree":
        async with talk.db.write(talk.actor) as tx:
            await oversight.agree(tx, callback_data.submission)
        await talk.answer(talk.plain("Noted: everything is right."))
        await _show_sample(talk)
        return
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, callback_data.submission)
    if callback_data.do == "unconfirm":
        text = talk.say("Why is the confirmation taken back? The school and its reviewer will read it.")
        back: Row = [button(talk.plain("‹ Back"), Look(submission=callback_data.submission, do="again"))]
        expects = Expects(REASON, {"submission": callback_data.submission})
        await talk.show(Screen(f"{_title(card)}\n{text}", [back], expects))
        return
    view = _version(card, callback_data.submission)
    screen = await _look_screen(talk, card, view)
    is_fresh = callback_data.do != "again"
    if is_fresh:
        screen = await under_files(talk, view.evidence, screen)
    await talk.show(screen, fresh=is_fresh)
    if is_fresh and query.message is not None:
        await talk.remove(query.message.message_id)


def _title(card: WorkCard) -> str:
    return bold(f"{card.school.name}, {clip(card.measure.label, 80)}")


async def _look_screen(talk: Talk, card: WorkCard, view: SubmissionView) -> Screen:
    number, review, say = view.submission.id, view.review, talk.say
    lines = [_title(card)]
    if review is not None:
        when = moment(talk.plain, review.at, talk.actor.timezone, talk.today())
        name = card.names.get(review.reviewer_id or 0) or talk.plain("somebody")
        lines.append(
            say(
                "Confirmed by %(name)s %(when)s: “%(words)s”",
                name=name,
                when=when,
                words=clip(review.comment, 400),
            )
        )
    rows: list[Row] = [
        [
            button(talk.plain("Everything is right"), Look(submission=number, do="agree")),
            button(talk.plain("Take back…"), Look(submission=number, do="unconfirm")),
        ],
        [button(talk.plain("The whole report"), Report(submission=number, again=True))],
        [button(talk.plain("‹ Back"), Sample())],
    ]
    return Screen("\n".join(lines), rows)


@router.message(Expecting(REASON, text_only=True))
async def unconfirm(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Take the confirmation back with these words."""
    async with talk.db.write(talk.actor) as tx:
        await oversight.unconfirm(tx, int(memo["submission"]), message.text or "")
    async with talk.db.read(talk.actor) as tx:
        card = await progress.submission_card(tx, int(memo["submission"]))
    text = talk.say("The confirmation is taken back; the school and the reviewer know why.")
    rows: list[Row] = [[button(talk.plain("‹ Second look"), Sample())]]
    await talk.show(Screen(f"↩️ {_title(card)}\n{text}", rows), fresh=True)
    await talk.remove(memo.get("screen"))


async def seen_waiting(tx: Tx) -> list[QueueRow]:
    """Reports of the actor's queue that the actor has opened: they may be decided together."""
    waiting = await progress.queue(tx)
    opened = await oversight.seen(tx, [row.submission.id for row in waiting])
    return [row for row in waiting if row.submission.id in opened]


@router.callback_query(Group.filter())
async def group(query: CallbackQuery, callback_data: Group, talk: Talk) -> None:
    """What was opened and waits; then the decision, then a word to all of the schools."""
    async with talk.db.read(talk.actor) as tx:
        found = await seen_waiting(tx)
        region = found[0].assignment.region_id if found else 0
        decision = Decision(callback_data.decision) if callback_data.decision in set(Decision) else None
        offered = await phrases.phrases(tx, region, decision) if decision else []
    back: Row = [button(talk.plain("‹ Queue"), Queue())]
    if not found:
        await talk.show(Screen(talk.say("Nothing that you have opened waits for a decision."), [back]))
        return
    names = "\n".join(f"· {queue_label(talk, row)}" for row in found[: oversight.LARGEST_GROUP])
    if decision is None:
        text = talk.say("You have opened these. One decision for all of them?")
        choice: Row = [
            button(talk.plain("✅ Confirm all"), Group(decision=Decision.CONFIRM.value)),
            button(talk.plain("↩️ Return all"), Group(decision=Decision.RETURN.value)),
        ]
        await talk.show(Screen(f"{text}\n{clip(names, 2500)}", [choice, back]))
        return
    rows: list[Row] = [
        [
            button(
                phrase.text if phrase.own else talk.plain(phrase.text),
                GroupPhrase(decision=decision, key=phrase.key),
            )
        ]
        for phrase in offered
    ]
    rows.append([button(talk.plain("‹ Back"), Group())])
    ids = [row.submission.id for row in found[: oversight.LARGEST_GROUP]]
    text = talk.say("Add a word to the schools, or write your own:")
    await talk.show(Screen(text, rows, Expects(TOGETHER, {"decision": decision.value, "ids": ids})))


@router.callback_query(GroupPhrase.filter())
async def decide_by_phrase(query: CallbackQuery, callback_data: GroupPhrase, talk: Talk) -> None:
    """One ready phrase for all that is on the screen."""
    ids = (await talk.state.get_data()).get("ids", [])
    async with talk.db.read(talk.actor) as tx:
        found = [row for row in await seen_waiting(tx) if row.submission.id in ids]
        region = found[0].assignment.region_id if found else 0
        phrase = await phrases.phrase(tx, region, callback_data.decision, callback_data.key)
    words = (phrase.text if phrase.own else talk.plain(phrase.text)) if phrase else ""
    await _decide(talk, ids, callback_data.decision, words)


@router.message(Expecting(TOGETHER, text_only=True))
async def decide_by_words(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """One's own words for all that is on the screen."""
    await _decide(talk, memo["ids"], Decision(memo["decision"]), message.text or "")
    await talk.strip(memo.get("screen"))


async def _decide(talk: Talk, ids: list[int], decision: Decision, words: str) -> None:
    back: Row = [button(talk.plain("‹ Queue"), Queue())]
    if not ids:
        await talk.show(Screen(talk.say("Nothing that you have opened waits for a decision."), [back]))
        return
    async with talk.db.write(talk.actor) as tx:
        result = await oversight.decide_many(tx, ids, decision, words)
    done = talk.say.n("Decided: %(n)s report.", "Decided: %(n)s reports.", len(result.decided))
    lines = [done]
    for number, refused in list(result.refused.items())[:8]:
        lines.append(talk.say("No. %(number)s:", number=number) + " " + talk.say.error(refused))
    await talk.show(Screen("\n".join(lines), [back]))
