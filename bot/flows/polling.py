"""Polls for those who ask: question by question, to whom, a look at the whole, and it is sent."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import CallbackQuery, Message

from bot import whom
from bot.ballots import head, outline
from bot.days import when_it_leaves, written_day
from bot.flows.tallying import show_card, show_polls
from bot.flows.writing import counts
from bot.identity import Expecting
from bot.presses_polls import PollPlan
from bot.routes import Routes
from bot.talk import Talk, Unfinished
from bot.ui import Expects, Row, Screen, bold, button, clip
from domain import audiences, polls
from domain.actor import COORDINATORS, Role
from domain.audiences import Segment
from domain.dates import is_working
from domain.db import Tx
from domain.errors import N_, Forbidden
from domain.polls import Kind, PollSpec, QuestionSpec

router = Routes("polling")

STEP = "poll_new"  # a poll is being made; which step is in the memo
DRAFT = Unfinished.POLL  # under which name it lasts while other screens come in between
KEPT = ("key", "questions", "now", "title", "who", "list", "school", "hidden", "ends", "at", "step")
KINDS = {
    Kind.ONE.value: N_("One of several"),
    Kind.MANY.value: N_("Several at once"),
    "five": N_("A mark from 1 to 5"),
    "ten": N_("A mark from 1 to 10"),
    Kind.TEXT.value: N_("In their own words"),
}
EXAMPLE = 10  # days ahead: how a day is written
ENDS = (3, 7, 14)  # days from today that one press chooses
CLOSING = time(20)  # of the last day, by the author's clock, as in the panel
WORDS = 500  # characters of a question


@router.callback_query(PollPlan.filter())
async def plan(query: CallbackQuery, callback_data: PollPlan, talk: Talk) -> None:
    """A step of a new poll; a button of a poll that was given up does nothing, of one that was sent shows it."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    if not callback_data.do:
        key = query.message.message_id if query.message else 0
        await talk.show(await _screen(talk, {"key": key, "questions": [], "now": {}}))
        return
    kept = await talk.unfinished(DRAFT)
    if kept.get("key") != callback_data.key:
        await talk.answer(talk.plain("This poll has already been sent or given up."), alert=True)
        return
    if "made" in kept:  # pressed twice
        await show_card(talk, kept["made"])
        return
    memo = {name: kept[name] for name in KEPT if name in kept}
    do, value = callback_data.do, callback_data.value
    if do == "drop":
        await talk.put_aside(DRAFT, {})
        await show_polls(talk, 0)
        return
    if do in {"send", "sure"}:
        await _send(talk, memo, sure=do == "sure")
        return
    if do == "back":
        _step_back(memo)
    else:
        _choose(talk, memo, do, value)
    await talk.show(await _screen(talk, memo))


def _choose(talk: Talk, memo: dict[str, Any], do: str, value: str) -> None:
    """A choice of the present step, or of the look at the whole; one of another step changes nothing."""
    step = memo.get("step")
    if do == step == "kind" and value in KINDS:
        memo["now"] = {**memo["now"], "kind": value}
        if value not in (Kind.ONE, Kind.MANY):
            _keep(memo)
    elif do == step == "options":
        memo["now"] = {**memo["now"], "options": [talk.plain("Yes"), talk.plain("No")]}
        _keep(memo)
    elif do == step == "who":
        memo["list"] = value
        if whom.is_chosen(value):
            memo["who"] = value
            memo.pop("list")
    elif do == step == "ends":
        days = int(value) if value.isdecimal() and len(value) < 4 else 0
        memo["ends"] = _day_from(talk, days).isoformat() if days else ""
        memo.pop("at")
    elif step == "look":
        if do in ("school", "hidden"):
            memo[do] = not memo.get(do)
        elif do in ("ends", "who"):
            memo["at"] = do
            if do == "who":
                memo.pop("who", None)
        elif do == "more" and len(memo["questions"]) < polls.MAX_QUESTIONS:
            memo["now"] = {}
        elif do == "less":
            _drop_last(memo)


def _drop_last(memo: dict[str, Any]) -> None:
    memo["questions"] = memo["questions"][:-1]
    if len(memo["questions"]) < 2:
        memo.pop("title", None)
    if not memo["questions"]:
        memo["now"] = {}


def _step_back(memo: dict[str, Any]) -> None:
    """One step back; what was entered before it stays."""
    step, now = memo.get("step"), dict(memo.get("now") or {})
    if step == "options":
        now.pop("kind", None)
        memo["now"] = now
    elif step == "kind":
        memo["now"] = {}
    elif step == "text" and memo["questions"]:
        memo.pop("now", None)
    elif step in ("who", "title"):
        if memo.pop("list", "").partition(".")[1]:
            return  # from a list to the first choice
        last = memo["questions"][-1]
        memo["questions"], memo["now"] = memo["questions"][:-1], {"text": last["text"]}
    else:
        memo.pop("at", None)


def _keep(memo: dict[str, Any]) -> None:
    """The question is whole; raises PollWrong with the reason otherwise."""
    questions = memo["questions"]
    polls.check_question(_question(memo["now"]), len(questions) + 1)
    memo["questions"] = [*questions, memo.pop("now")]


def _question(kept: dict[str, Any]) -> QuestionSpec:
    kind = kept["kind"]
    if kind in ("five", "ten"):
        return QuestionSpec(kept["text"], Kind.SCALE, top=10 if kind == "ten" else 5)
    return QuestionSpec(kept["text"], Kind(kind), tuple(kept.get("options", ())))


@router.message(Expecting(STEP, text_only=True))
async def take(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Words for the step that waits: the question, its options, the name, the last day."""
    kept = {name: memo[name] for name in KEPT if name in memo}
    step, text = memo.get("step"), (message.text or "").strip()
    if step == "text":
        kept["now"] = {"text": text[:WORDS]}
    elif step == "options":
        lines = [line.strip().lstrip("•–—-*").strip() for line in text.splitlines()]
        kept["now"] = {**kept["now"], "options": [line for line in lines if line]}
        _keep(kept)
    elif step == "title":
        kept["title"] = " ".join(text.split())[:200]
    elif step == "ends":
        kept["ends"] = written_day(text, talk.today(), talk.say.language).isoformat()
        kept.pop("at", None)
    elif step == "kind":
        # A better wording instead of a press: it is the question now.
        kept["now"] = {"text": text[:WORDS]}
    elif step == "look" and len(kept["questions"]) > 1:
        kept["title"] = " ".join(text.split())[:200]
    await talk.show(await _screen(talk, kept), fresh=True)
    await talk.strip(memo.get("screen"))


async def _screen(talk: Talk, memo: dict[str, Any]) -> Screen:
    """The first thing that is not known yet; at the end the look at the whole."""
    now, say, plain = memo.get("now"), talk.say, talk.plain
    back = [button(plain("‹ Back"), _press(memo, "back"))]
    if now is not None:
        return _question_screen(talk, memo, now, back)
    if len(memo["questions"]) > 1 and not memo.get("title"):
        text = say("What shall the poll be called? One line: people see it first.")
        return _step(talk, memo, "title", text, [back])
    if "who" not in memo:
        async with talk.db.read(talk.actor) as tx:
            at = memo.get("list", "")
            rows = await whom.rows(tx, talk, lambda value: _press(memo, "who", value), at)
        if "." not in at:
            rows.append(back)
        return _step(talk, memo, "who", say("Whom do you ask?"), rows)
    if memo.get("at") == "ends":
        days = [_day_from(talk, n) for n in ENDS]
        rows = [[button(plain.day(d), _press(memo, "ends", str((d - talk.today()).days)))] for d in days]
        rows += [[button(plain("Without an end"), _press(memo, "ends", "0"))], back]
        text = say(
            "Until the evening of which day? Or write it: %(day)s. I remind once.",
            day=plain.short(_day_from(talk, EXAMPLE)),
        )
        return _step(talk, memo, "ends", text, rows)
    return await _look(talk, memo)


def _question_screen(talk: Talk, memo: dict[str, Any], now: dict[str, Any], back: Row) -> Screen:
    say, plain, n = talk.say, talk.plain, len(memo["questions"]) + 1
    if not now.get("text"):
        words = say("What do you ask? Write the question.")
        if n > 1:
            words = say("Question %(n)s: what do you ask?", n=n)
        return _step(talk, memo, "text", words, [back] if n > 1 else [])
    asked = bold(clip(now["text"], 300))
    if "kind" not in now:
        rows: list[Row] = [[button(plain(KINDS[kind]), _press(memo, "kind", kind))] for kind in KINDS]
        return _step(talk, memo, "kind", asked + "\n" + say("How will they answer?"), [*rows, back])
    words = say(
        "Write the answers to choose from, each on its own line (from 2 to %(max)s).", max=polls.MAX_OPTIONS
    )
    rows = [[button(plain("Yes / No"), _press(memo, "options", "yes"))], back]
    return _step(talk, memo, "options", f"{asked}\n{words}", rows)


def _press(memo: dict[str, Any], do: str, value: str = "") -> PollPlan:
    return PollPlan(do=do, value=value, key=int(memo["key"]))


def _step(talk: Talk, memo: dict[str, Any], step: str, text: str, rows: list[Row]) -> Screen:
    give_up = [button(talk.plain("Cancel"), _press(memo, "drop"))]
    kept = {name: memo[name] for name in KEPT if name in memo}
    return Screen(text, [*rows, give_up], Expects(STEP, {**kept, "step": step}, DRAFT))


def _day_from(talk: Talk, days: int) -> date:
    day = talk.today() + timedelta(days=days)
    while not is_working(day):
        day += timedelta(days=1)
    return day


def _spec(talk: Talk, memo: dict[str, Any]) -> PollSpec:
    questions = tuple(_question(kept) for kept in memo["questions"])
    ends = None
    if memo.get("ends"):
        ends = datetime.combine(date.fromisoformat(memo["ends"]), CLOSING, ZoneInfo(talk.actor.timezone))
    title = memo.get("title") or questions[0].text
    return PollSpec(title, questions, "", bool(memo.get("school")), bool(memo.get("hidden")), ends)


async def _found(tx: Tx, memo: dict[str, Any], *, per_school: bool) -> tuple[Segment, audiences.Preview]:
    segment = await whom.segment(tx, str(memo["who"]))
    found = await audiences.preview(tx, segment)
    asked = polls.asked_of(found, per_school=per_school)
    return segment, audiences.Preview(asked, found.unreachable, found.empty_schools)


async def _look(talk: Talk, memo: dict[str, Any]) -> Screen:
    plain = talk.plain
    async with talk.db.read(talk.actor) as tx:
        spec = polls.check(_spec(talk, memo), tx.now)
        _, found = await _found(tx, memo, per_school=spec.per_school)
    n = len(spec.questions)
    lines = [head(talk.say, spec, n, talk.actor.timezone), "", *outline(talk.say, spec), "———"]
    lines += counts(talk.say, found)
    hindrance = _hindrance(talk, spec, found) if found.recipients else ""
    lines += [f"⚠️ {hindrance}"] if hindrance else []
    if n > 1:
        lines.append(talk.say("To change the name, simply write a new one."))
    rows: list[Row] = []
    if found.recipients and not hindrance:
        rows.append([button(plain("Send: %(n)s", n=len(found.recipients)), _press(memo, "send"))])
    change = [button(plain("Remove question %(n)s", n=n), _press(memo, "less"))]
    if n < polls.MAX_QUESTIONS:
        change = [button(plain("One more question"), _press(memo, "more")), *change]
    school = plain("One answer for a school") if spec.per_school else plain("Everybody answers")
    hidden = plain("Anonymous") if spec.anonymous else plain("With names")
    ends = plain("Until %(day)s", day=plain.short(spec.closes_at.date())) if spec.closes_at else ""
    rows += [
        change,
        [button("⇄ " + school, _press(memo, "school")), button("⇄ " + hidden, _press(memo, "hidden"))],
        [
            button(ends or plain("Without an end"), _press(memo, "ends")),
            button(plain("To others…"), _press(memo, "who")),
        ],
    ]
    return _step(talk, memo, "look", "\n".join(lines), rows)


def _hindrance(talk: Talk, spec: PollSpec, found: audiences.Preview) -> str:
    """Why it cannot be asked of these people; empty where it can."""
    try:
        polls.check_voices(spec, polls.voices(found.recipients, per_school=spec.per_school))
    except polls.PollWrong as wrong:
        return talk.say.error(wrong)
    return ""


async def _send(talk: Talk, memo: dict[str, Any], *, sure: bool) -> None:
    if memo.get("step") not in ("look", "sure"):
        await talk.show(await _screen(talk, memo))
        return
    spec = _spec(talk, memo)
    async with talk.db.read(talk.actor) as tx:
        segment, found = await _found(tx, memo, per_school=spec.per_school)
    if not sure and Role.REGIONAL_COORDINATOR in talk.actor.roles() and not segment.narrows_schools:
        n = len(found.recipients)
        text = talk.say.n(
            "This goes to the whole region: %(n)s person. Is that what you want?",
            "This goes to the whole region: %(n)s people. Is that what you want?",
            n,
        )
        rows: list[Row] = [
            [button(talk.plain("Yes, send to the whole region"), _press(memo, "sure"))],
            [button(talk.plain("‹ Back"), _press(memo, "back"))],
        ]
        await talk.show(_step(talk, memo, "sure", text, rows))
        return
    async with talk.db.write(talk.actor) as tx:
        key = f"chat:{talk.chat_id}:{memo['key']}"
        made = await polls.create(tx, spec, segment, request_key=key)
        await talk.put_aside(DRAFT, {"key": memo["key"], "made": made.id})
    await talk.answer(when_it_leaves(talk))
    await show_card(talk, made.id)
