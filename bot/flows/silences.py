"""Who is silent at one's level: take it on, write, name a substitute."""

from datetime import timedelta

from aiogram.types import CallbackQuery

from bot.flows.writing import ask_words
from bot.mornings import silence_lines
from bot.presses import Home, Queue
from bot.reminding import Idle, SilenceDo, Silences
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, button, page
from domain import chase, people, schools
from domain.actor import COORDINATORS, Place, Role
from domain.broadcasts import Segment
from domain.chase import Side, Silence
from domain.db import Tx
from domain.errors import NotFound, Stale
from domain.policy import Permission

router = Routes("silences")

SUBSTITUTE_DAYS = 14
SHOWN = 8  # people to choose a substitute from
SIGNS = {side: "⏳" if side in chase.REVIEWERS else "🔴" for side in Side}


@router.callback_query(Silences.filter())
async def silent(query: CallbackQuery, callback_data: Silences, talk: Talk) -> None:
    """All that has reached the person's level and nobody has taken on."""
    async with talk.db.read(talk.actor) as tx:
        found = await chase.silences(tx)
        idle = await chase.uninvolved(tx) if talk.actor.roles() & COORDINATORS else []
    shown = page(found, callback_data.page)
    rows: list[Row] = [[button(_label(talk, s), _press("card", s))] for s in shown.items]
    rows.append(shown.turning(lambda n: Silences(page=n)))
    if idle:
        rows.append([button(talk.plain("Do not take part: %(n)s", n=len(idle)), Idle())])
    rows.append([button(talk.plain("To the first screen"), Home())])
    lines = [talk.say("Who has been silent for long:") if found else talk.say("Nobody is silent.")]
    sides = {silence.side for silence in found}
    if sides - chase.REVIEWERS:
        lines.append("🔴 " + talk.say("does not hand in"))
    if sides & chase.REVIEWERS:
        lines.append("⏳ " + talk.say("has handed in and waits for its reviewer"))
    await talk.show(Screen("\n".join(lines), rows), fresh=callback_data.fresh)


def _label(talk: Talk, silence: Silence) -> str:
    days = talk.plain.n("%(n)s working day", "%(n)s working days", silence.days)
    return f"{SIGNS[silence.side]} {silence.school} · {days}"


def _press(do: str, silence: Silence, value: int = 0) -> SilenceDo:
    return SilenceDo(do=do, side=silence.side, school=silence.school_id, value=value)


async def _one(tx: Tx, press: SilenceDo) -> Silence:
    found = await chase.silences(tx, all_of_them=True)
    one = next((s for s in found if (s.side, s.school_id) == (press.side, press.school)), None)
    if one is None:
        raise Stale  # it has ended by itself
    return one


@router.callback_query(SilenceDo.filter())
async def act(query: CallbackQuery, callback_data: SilenceDo, talk: Talk) -> None:
    """One silence and what can be done about it."""
    press = callback_data
    if press.do == "take":
        await _take(talk, press)
    elif press.do == "substitute":
        await _substitute(talk, press)
        return
    async with talk.db.read(talk.actor) as tx:
        silence = await _one(tx, press)
        if press.do == "who":
            screen = await _choice(tx, talk, silence)
        else:
            screen = await _card(tx, talk, silence)
        segment = await _silent_side(tx, silence)
    if press.do == "write":
        await ask_words(talk, segment, back=_press("card", silence))
        return
    await talk.show(screen)


async def _take(talk: Talk, press: SilenceDo) -> None:
    async with talk.db.write(talk.actor) as tx:
        taker = await chase.take(tx, press.side, press.school)
        names = await people.person_names(tx, [taker])
    if taker == talk.actor.person_id:
        await talk.answer(talk.plain("Noted: it is yours now, the others are not told."))
    else:
        await talk.answer(
            talk.plain("Looked after by: %(name)s.", name=names.get(taker or 0, "")), alert=True
        )


async def _card(tx: Tx, talk: Talk, silence: Silence) -> Screen:
    say, plain, me = talk.say, talk.plain, talk.actor.person_id
    lines = silence_lines(say, [silence])
    rows: list[Row] = []
    others = silence.side not in chase.REVIEWERS
    if silence.side in chase.REVIEWERS:
        reviewers = await people.reviewers(tx, await _place(tx, silence))
        others = any(person.id != me for person in reviewers)
        if names := ", ".join(person.name for person in reviewers):
            lines.append(say("Has to decide: %(names)s.", names=names))
        rows.append([button(plain("Reports to review"), Queue())])
    if silence.taken_by:
        lines.append(say("Looked after by: %(name)s.", name=silence.taken_by))
    else:
        rows.append([button(plain("I will look after it"), _press("take", silence))])
    if others:
        rows.append([button(plain("Write"), _press("write", silence))])
    if silence.side is Side.REVIEWER and (await _stand_ins(tx, silence.school_id))[0]:
        rows.append([button(plain("Name a substitute"), _press("who", silence))])
    rows.append([button(plain("‹ Back"), Silences())])
    return Screen("\n".join(lines), rows)


async def _place(tx: Tx, silence: Silence) -> Place:
    if silence.side not in chase.OF_OFFICES:
        return (await schools.school(tx, silence.school_id)).place
    for office in await schools.municipalities(tx):
        if office.id == silence.school_id:
            return office.place
    raise NotFound


async def _silent_side(tx: Tx, silence: Silence) -> Segment:
    """Those who are silent: the school's team, the coordinators of an office, whoever has to decide."""
    if silence.side is Side.SCHOOL:
        return Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER), school_ids=(silence.school_id,))
    if silence.side is Side.OFFICE:
        return Segment(roles=(Role.MUNICIPAL_COORDINATOR,), municipality_id=silence.school_id)
    reviewers = await people.reviewers(tx, await _place(tx, silence))
    return Segment(person_ids=tuple(person.id for person in reviewers))


async def _stand_ins(tx: Tx, school_id: int) -> tuple[list[people.Person], list[people.Person]]:
    """The silent curators, and those of the municipality who could stand in."""
    school = await schools.school(tx, school_id, Permission.OVERRULE)
    absent = await people.curators(tx, school.place)
    place = school.place._replace(school_id=None)
    rows = await people.person_list(tx, role=Role.CURATOR, place=place)
    rows += await people.person_list(tx, role=Role.MUNICIPAL_COORDINATOR, place=place)
    silent_ids = {person.id for person in absent}
    found = {row.person.id: row.person for row in rows if row.person.id not in silent_ids}
    return absent, list(found.values())


async def _choice(tx: Tx, talk: Talk, silence: Silence) -> Screen:
    absent, found = await _stand_ins(tx, silence.school_id)
    rows: list[Row] = [
        [button(person.name, _press("substitute", silence, person.id))] for person in found[:SHOWN] if absent
    ]
    rows.append([button(talk.plain("‹ Back"), _press("card", silence))])
    if not absent:
        return Screen(
            talk.say("This school has no curator: the coordinators decide about its reports."), rows
        )
    if not found:
        return Screen(talk.say("There is no other reviewer in this municipality. Invite one first."), rows)
    text = talk.say(
        "Who reviews for the next %(days)s days instead of the curator (%(names)s)?",
        days=SUBSTITUTE_DAYS,
        names=", ".join(person.name for person in absent),
    )
    return Screen(text, rows)


async def _substitute(talk: Talk, press: SilenceDo) -> None:
    today = talk.today()
    async with talk.db.write(talk.actor) as tx:
        absent, _ = await _stand_ins(tx, press.school)
        if not absent:
            raise Stale
        for person in absent:
            await people.substitute(
                tx, person.id, press.value, starts_on=today, ends_on=today + timedelta(days=SUBSTITUTE_DAYS)
            )
        await chase.take(tx, press.side, press.school)
        names = await people.person_names(tx, [press.value])
    rows: list[Row] = [[button(talk.plain("To the first screen"), Home())]]
    text = talk.say(
        "%(name)s reviews instead up to and including %(day)s.",
        name=names.get(press.value, ""),
        day=talk.say.date(today + timedelta(days=SUBSTITUTE_DAYS)),
    )
    await talk.show(Screen(text, rows))
