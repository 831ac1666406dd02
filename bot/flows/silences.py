"""Who is silent at one's level: take it on, write, name a substitute."""

from datetime import timedelta

from aiogram.types import CallbackQuery

from bot.flows.writing import TEXT
from bot.mornings import silence_lines
from bot.presses import Home
from bot.reminding import SilenceDo, Silences
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, page
from domain import chase, people, schools
from domain.actor import Role
from domain.broadcasts import Segment
from domain.chase import Side, Silence
from domain.db import Tx
from domain.errors import Stale
from domain.policy import Permission

router = Routes("silences")

SUBSTITUTE_DAYS = 14
SHOWN = 8  # people to choose a substitute from
ROLES = {
    Side.SCHOOL: (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER),
    Side.REVIEWER: (Role.CURATOR,),
    Side.OFFICE: (Role.MUNICIPAL_COORDINATOR,),
    Side.OFFICE_REVIEWER: (Role.REGIONAL_COORDINATOR,),
}


@router.callback_query(Silences.filter())
async def silent(query: CallbackQuery, callback_data: Silences, talk: Talk) -> None:
    """All that has reached the person's level and nobody has taken on."""
    async with talk.db.read(talk.actor) as tx:
        found = await chase.silences(tx)
    shown = page(found, callback_data.page)
    rows: list[Row] = [[button(_label(talk, s), _press("card", s))] for s in shown.items]
    rows.append(shown.turning(lambda n: Silences(page=n)))
    rows.append([button(talk.plain("To the first screen"), Home())])
    head = talk.say("Who has been silent for long:") if found else talk.say("Nobody is silent.")
    await talk.show(Screen(head, rows), fresh=callback_data.fresh)


def _label(talk: Talk, silence: Silence) -> str:
    days = talk.plain.n("%(n)s working day", "%(n)s working days", silence.days)
    who = talk.plain("reviewer") + " · " if silence.side in chase.REVIEWERS else ""
    return f"{who}{silence.school} · {days}"


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
        async with talk.db.write(talk.actor) as tx:
            await chase.take(tx, press.side, press.school)
        await talk.answer(talk.plain("Noted: it is yours now, the others are not told."))
    elif press.do == "substitute":
        await _substitute(talk, press)
        return
    async with talk.db.read(talk.actor) as tx:
        silence = await _one(tx, press)
        if press.do == "write":
            screen = _writing(talk, silence)
        elif press.do == "who":
            screen = await _choice(tx, talk, silence)
        else:
            screen = _card(talk, silence)
    await talk.show(screen)


def _card(talk: Talk, silence: Silence) -> Screen:
    lines = silence_lines(talk.say, [silence])
    if silence.taken_by:
        lines.append(talk.say("Looked after by: %(name)s.", name=silence.taken_by))
    rows: list[Row] = [[button(talk.plain("Write"), _press("write", silence))]]
    if not silence.taken_by:
        rows.insert(0, [button(talk.plain("I will look after it"), _press("take", silence))])
    if silence.side is Side.REVIEWER:
        rows.append([button(talk.plain("Name a substitute"), _press("who", silence))])
    rows.append([button(talk.plain("‹ Back"), Silences())])
    return Screen("\n".join(lines), rows)


def _writing(talk: Talk, silence: Silence) -> Screen:
    segment = Segment(roles=ROLES[silence.side], school_ids=(silence.school_id,))
    if silence.side is Side.OFFICE:
        segment = Segment(roles=ROLES[silence.side], municipality_id=silence.school_id)
    if silence.side is Side.OFFICE_REVIEWER:
        segment = Segment(roles=ROLES[silence.side])
    text = talk.say("Write the message as one text. I will show it before it is sent.")
    back: Row = [button(talk.plain("‹ Back"), _press("card", silence))]
    return Screen(text, [back], Expects(TEXT, {"segment": segment.to_json()}))


async def _reviewers(tx: Tx, school_id: int) -> tuple[list[people.Person], list[people.Person]]:
    """Those who are silent, and those of the municipality who could stand in."""
    school = await schools.school(tx, school_id, Permission.OVERRULE)
    absent = await people.curators(tx, school.place)
    place = school.place._replace(school_id=None)
    rows = await people.person_list(tx, role=Role.CURATOR, place=place)
    rows += await people.person_list(tx, role=Role.MUNICIPAL_COORDINATOR, place=place)
    silent_ids = {person.id for person in absent}
    found = {row.person.id: row.person for row in rows if row.person.id not in silent_ids}
    return absent, list(found.values())


async def _choice(tx: Tx, talk: Talk, silence: Silence) -> Screen:
    _, found = await _reviewers(tx, silence.school_id)
    rows: list[Row] = [
        [button(person.name, _press("substitute", silence, person.id))] for person in found[:SHOWN]
    ]
    rows.append([button(talk.plain("‹ Back"), _press("card", silence))])
    if not found:
        return Screen(talk.say("There is no other reviewer in this municipality. Invite one first."), rows)
    text = talk.say("Who reviews instead for the next %(days)s days?", days=SUBSTITUTE_DAYS)
    return Screen(text, rows)


async def _substitute(talk: Talk, press: SilenceDo) -> None:
    today = talk.today()
    async with talk.db.write(talk.actor) as tx:
        absent, _ = await _reviewers(tx, press.school)
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
