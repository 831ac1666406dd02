"""What a school does with the recommendations that it got: taken, not taken and why, into its own plan."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.days import written_day
from bot.identity import Expecting
from bot.presses import Work
from bot.presses_peers import Peer, PeerAnswer, PeerDo
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import peer_advice, peer_review
from domain.peer_review import FormView, PeerAdvice, Verdict
from domain.policy import Permission, allows

router = Routes("peer_answers")
WHY = "peer_why"  # the next text says why a recommendation is not taken
UNTIL = "peer_until"  # the next text is the date of the own measure
SIGNS = {Verdict.TAKEN: "✅", Verdict.DECLINED: "✖️", None: "▫️"}


def advice_screen(talk: Talk, view: FormView, number: int = 0) -> Screen:
    """Recommendations with their answers, five to a page; those without an answer are pressed."""
    say, plain, id_ = talk.say, talk.plain, view.mine.form.id
    lines = [say("<b>%(school)s</b> recommends:", school=view.author.name)]
    rows: list[Row] = []
    shown = page(list(enumerate(view.advice, start=1)), number)
    for at, one in shown.items:
        lines.append(f"{SIGNS[one.verdict]} {at}. {safe(clip(one.text, 500))}{_told(talk, one)}")
        if one.verdict is None:
            rows.append([button(f"{at}. {one.text}", PeerAnswer(id=one.id, form=id_))])
    if not any(one.verdict is None for one in view.advice):
        lines.append("\n" + say("Everything is answered."))
    rows.append(shown.turning(lambda n: PeerDo(id=id_, do="advice", page=n)))
    rows.append([button(plain("‹ Back"), Peer(id=id_))])
    return Screen("\n".join(lines), rows)


def _told(talk: Talk, one: PeerAdvice) -> str:
    if one.assignment_id is not None:
        return " · " + talk.say("in our plan")
    return " · " + safe(clip(one.why, 120)) if one.why else ""


@router.callback_query(PeerAnswer.filter())
async def answer(query: CallbackQuery, callback_data: PeerAnswer, talk: Talk) -> None:
    """One recommendation: the choice, then what belongs to it."""
    id_, form_id, what = callback_data.id, callback_data.form, callback_data.do
    if what == "taken":
        async with talk.db.write(talk.actor) as tx:
            await peer_advice.answer(tx, id_, Verdict.TAKEN)
        await _list(talk, form_id)
        return
    async with talk.db.read(talk.actor) as tx:
        one = await peer_advice.advice(tx, id_)
        plans = await peer_advice.plans_of(tx, one.school_id)
    back: Row = [button(talk.plain("‹ Back"), PeerDo(id=form_id, do="advice"))]
    memo = {"id": id_, "form": form_id}
    if what == "declined":
        text = talk.say("Why not? A few words: the partner and the coordinator read them.")
        await talk.show(Screen(text, [back], Expects(WHY, memo)))
    elif what == "plan" and len(plans) > 1 and not callback_data.plan:
        presses = [callback_data.model_copy(update={"plan": plan_id}) for plan_id, _ in plans]
        rows: list[Row] = [
            [button(title, press)] for press, (_, title) in zip(presses[:5], plans, strict=False)
        ]
        await talk.show(Screen(talk.say("Into which plan?"), [*rows, back]))
    elif what == "plan" and plans:
        chosen = callback_data.plan or plans[0][0]
        text = talk.say("Until when? Write the day: 25.12, or in words: in a month.")
        await talk.show(Screen(text, [back], Expects(UNTIL, {**memo, "plan": chosen})))
    else:
        await talk.show(_choice(talk, one, form_id, may_plan=bool(plans)))


def _choice(talk: Talk, one: PeerAdvice, form_id: int, *, may_plan: bool) -> Screen:
    def press(do: str) -> PeerAnswer:
        return PeerAnswer(id=one.id, form=form_id, do=do)

    plain = talk.plain
    rows: list[Row] = [
        [button(plain("We take it"), press("taken")), button(plain("Not taken…"), press("declined"))]
    ]
    if may_plan and allows(talk.actor, Permission.ADAPT, one.place):
        rows.insert(0, [button(plain("Into our plan as a measure…"), press("plan"))])
    rows.append([button(plain("‹ Back"), PeerDo(id=form_id, do="advice"))])
    return Screen(bold(clip(one.text, 3000)), rows)


@router.message(Expecting(WHY, text_only=True))
async def take_why(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """«Не учли, потому что …»."""
    async with talk.db.write(talk.actor) as tx:
        await peer_advice.answer(tx, int(memo["id"]), Verdict.DECLINED, message.text or "")
    await talk.strip(memo.get("screen"))
    await _list(talk, int(memo["form"]), fresh=True)


@router.message(Expecting(UNTIL, text_only=True))
async def take_day(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The day of the own measure; then it stands among the assignments."""
    day = written_day(message.text or "", talk.today(), talk.say.language)
    async with talk.db.write(talk.actor) as tx:
        made = await peer_advice.into_plan(tx, int(memo["id"]), int(memo["plan"]), day)
    await talk.strip(memo.get("screen"))
    text = talk.say("✅ It is in your plan, until %(day)s.", day=talk.say.date(day))
    rows: list[Row] = [
        [button(talk.plain("Open the assignment"), Work(id=made.assignment_id or 0))],
        [button(talk.plain("All recommendations"), PeerDo(id=int(memo["form"]), do="advice"))],
    ]
    await talk.show(Screen(text, rows), fresh=True)


async def _list(talk: Talk, form_id: int, *, fresh: bool = False) -> None:
    async with talk.db.read(talk.actor) as tx:
        view = await peer_review.my_side(tx, form_id)
    await talk.show(advice_screen(talk, view), fresh=fresh)
