"""A draft belongs to the school: whoever of the team has it open sees what a colleague has just done."""

from collections.abc import Sequence
from dataclasses import replace

import structlog
from aiogram.exceptions import TelegramAPIError

from bot.flows.work import DRAFT, work_screen
from bot.talk import Talk
from bot.ui import Screen
from domain import inbox, people, progress
from domain.actor import SYSTEM
from domain.db import Tx
from domain.errors import DomainError
from domain.inbox import OpenDialogue
from domain.texts import texts

log = structlog.get_logger()


async def onlookers(tx: Tx, talk: Talk, assignment_id: int) -> list[OpenDialogue]:
    """Chats of others that have this draft open: asked for beside another question, mostly nobody."""
    found = await inbox.open_dialogues(tx, talk.bot.id, DRAFT, "assignment", assignment_id)
    return [dialogue for dialogue in found if dialogue.chat_id != talk.chat_id]


async def freshen(talk: Talk, assignment_id: int, others: Sequence[OpenDialogue]) -> None:
    """Draw the draft anew on the phones of colleagues who have it open; what they expect next stays as it is."""
    if not others:
        return
    async with talk.db.read(SYSTEM) as tx:
        screens = await _screens(tx, talk, assignment_id, others)
    for there, message_id, screen in screens:
        try:
            await there.redraw(message_id, screen)
        except TelegramAPIError:
            log.info("colleague_not_told", chat_id=there.chat_id, exc_info=True)


async def _screens(
    tx: Tx, talk: Talk, assignment_id: int, found: Sequence[OpenDialogue]
) -> list[tuple[Talk, int, Screen]]:
    screens = []
    for dialogue in found:
        message_id = dialogue.data.get("screen")
        if message_id is None or dialogue.data.get("aside"):
            continue
        actor = await people.actor_by_telegram(tx, dialogue.chat_id)
        there = replace(talk, actor=actor, say=texts(actor.language), chat_id=dialogue.chat_id, press=None)
        theirs = replace(tx, actor=actor)
        try:
            card = await progress.work_card(theirs, assignment_id)
        except DomainError:
            continue  # their role has ended
        screens.append((there, int(message_id), await work_screen(theirs, there, card)))
    return screens
