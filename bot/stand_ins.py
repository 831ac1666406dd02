"""To whoever reviews in somebody's stead: that they do, for whom and how long, and the last day of it."""

from datetime import date

from bot.letters import plain, reader
from bot.notice import Notice
from bot.presses import Home, Queue
from bot.ui import button, safe
from domain import people, progress, schools
from domain.actor import COORDINATORS
from domain.db import Tx
from domain.outbox import OutboxMessage
from domain.people import RoleGrant
from domain.texts import Texts

PLACES = 3  # schools named in the message


async def named(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """Once; gone where it was ended before it could be said."""
    mine = await reader(tx, message)
    absent, until = int(message.params["absent"]), date.fromisoformat(message.params["until"])
    grants = await people.standing_in(mine, absent, until)
    if not grants:
        return None
    name = (await people.person_names(tx, [absent])).get(absent, "")
    today = mine.day(mine.actor.timezone)
    first = max((grant.starts_on or today for grant in grants), default=today)
    text = say(
        "You review for: <b>%(name)s</b>, up to and including %(until)s.", name=name, until=say.date(until)
    )
    if first > today:
        text = say(
            "You will review for: <b>%(name)s</b>, from %(first)s to %(until)s, both included.",
            name=name,
            first=say.date(first),
            until=say.date(until),
        )
    lines = [text, await _places(tx, say, grants)]
    waiting = await _waiting(mine, grants) if first <= today else 0
    if {grant.role for grant in grants} & COORDINATORS:
        lines.append(
            say(
                "In these days you have a coordinator's rights there: lists, silences, reports are on your first screen."
            )
        )
    else:
        lines.append(say("New reports of theirs come to you in these days, in the same queue as your own."))
    _ = plain(say)
    press = (
        button(_("To review: %(n)s", n=waiting), Queue())
        if waiting
        else button(_("To the first screen"), Home())
    )
    return Notice("\n".join(lines), ((press,),))


async def ends(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The last working day, only where something still waits for the decision."""
    mine = await reader(tx, message)
    absent, until = int(message.params["absent"]), date.fromisoformat(message.params["until"])
    grants = await people.standing_in(mine, absent, until)
    waiting = await _waiting(mine, grants)
    if not waiting:
        return None
    name = (await people.person_names(tx, [absent])).get(absent, "")
    lines = [
        say("Today is the last working day on which you review for: <b>%(name)s</b>.", name=name),
        say.n("%(n)s report of theirs waits.", "%(n)s reports of theirs wait.", waiting),
    ]
    press = button(plain(say)("To review: %(n)s", n=waiting), Queue())
    return Notice("\n".join(lines), ((press,),))


async def _places(tx: Tx, say: Texts, grants: list[RoleGrant]) -> str:
    found = await schools.place_names(tx, {grant.place for grant in grants})
    names = sorted(place.name for place in found.values())
    more = len(names) - PLACES
    if more > 0:
        return say("%(names)s and %(n)s more", names=", ".join(names[:PLACES]), n=more) + "."
    return safe(", ".join(names)) + "."


async def _waiting(mine: Tx, grants: list[RoleGrant]) -> int:
    queue = await progress.queue(mine)
    return sum(any(grant.place.covers(row.assignment.place) for grant in grants) for row in queue)
