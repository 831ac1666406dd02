"""«Замещение»: somebody reviews for another person from today for a while."""

from datetime import date, timedelta
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.days import written_period
from bot.identity import Expecting
from bot.presses import Home, InviteRole
from bot.presses_review import StandIn
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, page
from domain import people
from domain.actor import COORDINATORS, Role
from domain.db import Tx
from domain.errors import Forbidden
from domain.people import Person

router = Routes("substituting")

DAYS = (7, 14, 30)
PERIOD = "stand-in"  # the next text is the last day, or the first and the last


@router.callback_query(StandIn.filter())
async def stand_in(query: CallbackQuery, callback_data: StandIn, talk: Talk) -> None:
    """Who is away, who reviews instead, for how long; the third choice does it."""
    at = callback_data
    if at.days:
        today = talk.today()
        await talk.show(await _name(talk, at.absent, at.person, today, today + timedelta(days=at.days)))
        return
    async with talk.db.read(talk.actor) as tx:
        reviewers = await _reviewers(tx, talk)
    names = {person.id: person.name for person in reviewers}
    if at.absent and at.person:
        rows: list[Row] = [
            [button(talk.plain.n("%(n)s day", "%(n)s days", days), at.model_copy(update={"days": days}))]
            for days in DAYS
        ]
        rows.append([button(talk.plain("‹ Back"), StandIn(absent=at.absent))])
        text = talk.say(
            "%(absent)s is away, %(name)s reviews from today. For how long? Or write the last day, or both: 25.04–10.05.",
            name=names.get(at.person, ""),
            absent=names.get(at.absent, ""),
        )
        await talk.show(Screen(text, rows, Expects(PERIOD, {"absent": at.absent, "person": at.person})))
        return
    await talk.show(_people(talk, at, reviewers, names))


def _people(talk: Talk, at: StandIn, reviewers: list[Person], names: dict[int, str]) -> Screen:
    field = "person" if at.absent else "absent"
    shown = page([person for person in reviewers if person.id != at.absent], at.page)
    rows: list[Row] = [
        [button(person.name, at.model_copy(update={field: person.id, "page": 0}))] for person in shown.items
    ]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), StandIn() if at.absent else InviteRole())])
    if not shown.items:
        return Screen(talk.say("There is no other reviewer here. Invite one first."), rows)
    if at.absent:
        return Screen(talk.say("%(name)s is away. Who reviews instead?", name=names.get(at.absent, "")), rows)
    return Screen(talk.say("Which reviewer is away?"), rows)


async def _reviewers(tx: Tx, talk: Talk) -> list[Person]:
    """Curators and municipal coordinators inside the actor's places, by name."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    found: dict[int, Person] = {}
    for role in (Role.CURATOR, Role.MUNICIPAL_COORDINATOR):
        for row in await people.person_list(tx, role=role):
            found.setdefault(row.person.id, row.person)
    return sorted(found.values(), key=lambda person: person.name)


@router.message(Expecting(PERIOD, text_only=True))
async def take_period(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The days as they were typed."""
    first, last = written_period(message.text or "", talk.today(), talk.say.language)
    screen = await _name(talk, int(memo["absent"]), int(memo["person"]), first, last)
    await talk.show(screen, fresh=True)
    await talk.strip(memo.get("screen"))


async def _name(talk: Talk, absent: int, person: int, first: date, last: date) -> Screen:
    async with talk.db.write(talk.actor) as tx:
        await people.substitute(tx, absent, person, starts_on=first, ends_on=last)
        names = await people.person_names(tx, [person])
    text = talk.say(
        "%(name)s reviews instead up to and including %(day)s.",
        name=names.get(person, ""),
        day=talk.say.date(last),
    )
    if first > talk.today():
        text = talk.say(
            "%(name)s will review instead from %(first)s to %(day)s.",
            name=names.get(person, ""),
            first=talk.say.date(first),
            day=talk.say.date(last),
        )
    return Screen(text, [[button(talk.plain("To the first screen"), Home())]])
