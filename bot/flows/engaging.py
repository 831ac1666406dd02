"""Schools that do not take part: who they are, a word to them, what is agreed with them and what came of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.days import written_day
from bot.flows.writing import ask_words
from bot.identity import Expecting
from bot.presses import Home
from bot.reminding import Idle, Joint
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import chase, people, schools
from domain.actor import COORDINATORS, Role
from domain.audiences import Segment
from domain.chase import JointStep
from domain.dates import local_day, working_day_after
from domain.db import Tx
from domain.errors import Forbidden, NotFound

router = Routes("engaging")

WHAT = "joint-what"  # the next text says what will be done together
UNTIL = "joint-until"  # the next text is the day until which
OUTCOME = "joint-outcome"  # the next text says what came of it
DAYS = (3, 7, 14)  # from today, by one press
EXAMPLE = 10  # days ahead: how a day is written
STEPS = 3  # on the card of one school
WORDS = 60  # characters of a joint action on a list


@router.callback_query(Idle.filter())
async def idle(query: CallbackQuery, callback_data: Idle, talk: Talk) -> None:
    """All of them, and what is agreed."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    async with talk.db.read(talk.actor) as tx:
        found = await chase.uninvolved(tx)
        steps = await chase.joint_steps(tx, open_only=True)
    shown = page(found, callback_data.page)
    agreed = {step.school_id for step in steps}
    rows: list[Row] = []
    for one in shown.items:
        mark = "📌 " if one.school_id in agreed else ""
        label = f"{mark}{one.school}, {one.municipality}"
        rows.append([button(label, Joint(do="card", id=one.school_id))])
    rows.append(shown.turning(lambda n: Idle(page=n)))
    if steps:
        rows.append([button(talk.plain("📌 Agreed: %(n)s", n=len(steps)), Joint(do="steps"))])
    rows.append([button(talk.plain("To the first screen"), Home())])
    text = talk.say("Something is overdue, and nothing has come for %(n)s days:", n=chase.UNINVOLVED_DAYS)
    if not found:
        text = talk.say("All schools take part.")
    await talk.show(Screen(text, rows), fresh=callback_data.fresh)


@router.callback_query(Joint.filter())
async def joint(query: CallbackQuery, callback_data: Joint, talk: Talk) -> None:
    """One school, or one thing that is agreed with one."""
    do, id_ = callback_data.do, callback_data.id
    if do == "write":
        segment = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER), school_ids=(id_,))
        await ask_words(talk, segment, back=Joint(do="card", id=id_))
        return
    if do == "until":
        memo = await talk.state.get_data()
        if await talk.state.get_state() == UNTIL and 0 < id_ <= max(DAYS) + 7:
            await _agree(talk, memo, talk.today() + timedelta(days=id_))
        else:
            await talk.answer(talk.plain("This has been agreed or given up since."), alert=True)
        return
    if do == "sure":
        await _close(talk, id_, "")
        return
    async with talk.db.read(talk.actor) as tx:
        if do == "plan":
            screen = await _what(tx, talk, id_)
        elif do == "steps":
            screen = await _steps(tx, talk)
        elif do == "done":
            screen = await _outcome(tx, talk, id_)
        else:
            screen = await _card(tx, talk, id_)
    await talk.show(screen)


async def _card(tx: Tx, talk: Talk, school_id: int) -> Screen:
    say, plain = talk.say, talk.plain
    school = await schools.school(tx, school_id)
    found = next((one for one in await chase.uninvolved(tx) if one.school_id == school_id), None)
    steps = await chase.joint_steps(tx, school_id=school_id)
    lines = [bold(school.name)]
    if found is None:
        lines.append(say("It takes part again."))
    elif found.last_at is None:
        lines.append(say("Nothing has ever come."))
    else:
        day = local_day(found.last_at, talk.actor.timezone)
        lines.append(say("The last sign of life: %(day)s.", day=say.day(day, today=talk.today())))
    still = [step for step in steps if step.closed_at is None]
    lines += [_line(talk, step) for step in still]
    lines += [
        f"✓ {safe(clip(step.what, WORDS))}" + (f": {safe(clip(step.outcome, WORDS))}" if step.outcome else "")
        for step in steps
        if step.closed_at is not None
    ][-STEPS:]
    rows: list[Row] = [
        [button(plain("Agree on a step"), Joint(do="plan", id=school_id))],
        [button(plain("Write to the school"), Joint(do="write", id=school_id))],
    ]
    rows += [
        [button(plain("Done: %(what)s", what=clip(step.what, 30)), Joint(do="done", id=step.id))]
        for step in still[:STEPS]
    ]
    rows.append([button(plain("‹ Back"), Idle())])
    return Screen("\n".join(lines), rows)


def _line(talk: Talk, step: JointStep) -> str:
    sign = "🔴" if step.until < talk.today() else "📌"
    return f"{sign} " + talk.say(
        "%(what)s, until %(day)s", what=clip(step.what, 200), day=talk.say.date(step.until)
    )


async def _steps(tx: Tx, talk: Talk) -> Screen:
    steps: Sequence[JointStep] = await chase.joint_steps(tx, open_only=True)
    names = {row.school.id: row.school.name for row in await schools.school_list(tx)} if steps else {}
    owners = await people.person_names(tx, [step.owner_id for step in steps])
    lines = [talk.say("Agreed with schools, the nearest first:") if steps else talk.say("Nothing is agreed.")]
    rows: list[Row] = []
    for step in steps[:8]:
        name = names.get(step.school_id, "")
        lines.append(f"{_line(talk, step)} ({safe(', '.join((name, owners.get(step.owner_id or 0, ''))))})")
        label = talk.plain("Done: %(what)s", what=clip(f"{name}, {step.what}", 34))
        rows.append([button(label, Joint(do="done", id=step.id))])
    if len(steps) > len(rows):
        lines.append(talk.say("and %(n)s more", n=len(steps) - len(rows)))
    rows.append([button(talk.plain("‹ Back"), Idle())])
    return Screen("\n".join(lines), rows)


async def _what(tx: Tx, talk: Talk, school_id: int) -> Screen:
    school = await schools.school(tx, school_id)
    text = bold(school.name) + "\n" + talk.say("What will you do together? Write it in one line.")
    back: Row = [button(talk.plain("‹ Back"), Joint(do="card", id=school_id))]
    return Screen(text, [back], Expects(WHAT, {"school": school_id}))


@router.message(Expecting(WHAT, text_only=True))
async def take_what(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """What is agreed; then until when."""
    what = " ".join((message.text or "").split())[:1000]
    today, plain = talk.today(), talk.plain
    days = dict.fromkeys(working_day_after(today + timedelta(days=n)) for n in DAYS)
    rows: list[Row] = [[button(plain.day(d), Joint(do="until", id=(d - today).days))] for d in days]
    rows.append([button(plain("‹ Back"), Joint(do="plan", id=int(memo["school"])))])
    text = talk.say(
        "Until which day? Or write it: %(day)s. I remind you the day before.",
        day=plain.short(today + timedelta(days=EXAMPLE)),
    )
    text = f"«{safe(clip(what, 300))}»\n{text}"
    await talk.show(Screen(text, rows, Expects(UNTIL, {"school": memo["school"], "what": what})), fresh=True)
    await talk.strip(memo.get("screen"))


@router.message(Expecting(UNTIL, text_only=True))
async def take_until(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The day as it was typed."""
    await _agree(talk, memo, written_day(message.text or "", talk.today()), fresh=True)
    await talk.strip(memo.get("screen"))


async def _agree(talk: Talk, memo: dict[str, Any], until: date, *, fresh: bool = False) -> None:
    school_id = int(memo["school"])
    async with talk.db.write(talk.actor) as tx:
        await chase.add_step(tx, school_id, what=str(memo["what"]), until=until)
    async with talk.db.read(talk.actor) as tx:
        screen = await _card(tx, talk, school_id)
    await talk.show(screen, fresh=fresh)


async def _outcome(tx: Tx, talk: Talk, step_id: int) -> Screen:
    step = next((one for one in await chase.joint_steps(tx) if one.id == step_id), None)
    if step is None:
        raise NotFound
    rows: list[Row] = [[button(talk.plain("‹ Back"), Joint(do="card", id=step.school_id))]]
    name = (await schools.place_name(tx, step.place)).name
    text = bold(name) + "\n" + _line(talk, step)
    if step.closed_at is not None:
        return Screen(text + "\n" + talk.say("It is done already."), rows)
    rows.insert(0, [button(talk.plain("Done, without words"), Joint(do="sure", id=step.id))])
    asked = talk.say("What came of it? Write it in one message.")
    return Screen(f"{text}\n{asked}", rows, Expects(OUTCOME, {"step": step.id}))


@router.message(Expecting(OUTCOME, text_only=True))
async def take_outcome(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """What came of it."""
    await _close(talk, int(memo["step"]), message.text or "", fresh=True)
    await talk.strip(memo.get("screen"))


async def _close(talk: Talk, step_id: int, outcome: str, *, fresh: bool = False) -> None:
    async with talk.db.write(talk.actor) as tx:
        await chase.close_step(tx, step_id, outcome)
    await talk.answer(talk.plain("Noted."))
    async with talk.db.read(talk.actor) as tx:
        step = next(one for one in await chase.joint_steps(tx) if one.id == step_id)
        screen = await _card(tx, talk, step.school_id)
    await talk.show(screen, fresh=fresh)
