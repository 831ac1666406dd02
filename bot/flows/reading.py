"""The modest first screen of those who read: experts and observers."""

from bot.flows import scoring
from bot.presses import Panel
from bot.reminding import Reminding
from bot.talk import Talk
from bot.ui import Screen, bold, button
from bot.words import ROLE
from domain import schools
from domain.actor import Place, Role
from domain.db import Tx


async def home_screen(tx: Tx, talk: Talk, role: Role, place: Place) -> Screen:
    """Who you are here, and the way to the panel."""
    name = (await schools.place_name(tx, place)).name
    lines = [bold(name), talk.say("Your role: %(role)s.", role=talk.plain(ROLE[role]))]
    lines.append(talk.say("Tables and roadmaps are on the panel; here you will get messages meant for you."))
    waiting = await scoring.queue_button(tx, talk) if role is Role.EXPERT else []
    own = [button(talk.plain("Panel"), Panel()), button(talk.plain("Reminders"), Reminding())]
    return Screen("\n".join(lines), [waiting, own])
