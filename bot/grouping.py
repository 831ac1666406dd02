"""What group chats hear, and what coordinators hear about them; nothing of single schools or people."""

from datetime import date

from bot.flows.grouping import offer
from bot.letters import plain, reader
from bot.notice import Notice
from bot.ui import clip, safe
from domain import broadcasts, groups
from domain.dates import local_day
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.texts import Texts

SHOWN = 4  # measures named in one line


async def group_added(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the coordinator who brought the bot in: whose group is it?"""
    mine = await reader(tx, message)
    try:
        group = await groups.group_to_link(mine, int(message.params["group_id"]))
    except DomainError:
        return None
    if group.is_linked:
        return None
    screen = await offer(mine, say, group)
    return Notice(screen.text, tuple(tuple(row) for row in screen.rows))


async def group_hello(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The group was linked: what will be said here and what not."""
    group = await groups.find_by_id(tx, int(message.params["group_id"]))
    if group is None or not group.is_linked:
        return None
    return Notice(
        say(
            "Hello! Here I will tell of events, announcements and deadlines that are near. "
            "Everything about single schools is said in private chats only."
        )
    )


async def group_lost(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the coordinator who linked it."""
    title = str(message.params["title"])
    return Notice(
        say("I was removed from the group “%(title)s” and write nothing there any more.", title=title)
    )


async def announcement(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """A broadcast that is public, without buttons and without anything filled in but the day."""
    group = await groups.find_by_id(tx, int(message.params["group_id"]))
    found = await broadcasts.public(tx, int(message.params["broadcast_id"]))
    if group is None or not group.is_linked or found is None:
        return None
    today = local_day(tx.now, await groups.timezone(tx, group))
    return Notice("📣 " + broadcasts.to_html(found.text, {"today": say.date(today)}) + _link(found))


def _link(found: broadcasts.Broadcast) -> str:
    if not found.link_url:
        return ""
    return f'\n\n<a href="{safe(found.link_url)}">{safe(found.link_label)}</a>'


async def deadline(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """One neutral line about what is due soon: measures, never schools."""
    group = await groups.find_by_id(tx, int(message.params["group_id"]))
    if group is None or not group.is_linked or not group.tells_deadlines:
        return None
    day = date.fromisoformat(str(message.params["day"]))
    lines = await groups.due_lines(tx, group.place, day, 0)
    if not lines or day < local_day(tx.now, await groups.timezone(tx, group)):
        return None
    names = [safe(clip(measure.label, 70)) for measure in lines[0].measures]
    text = "🟡 " + say("Until %(day)s:", day=plain(say).day(day)) + "\n" + "\n".join(names[:SHOWN])
    if len(names) > SHOWN:
        text += "\n" + say("and %(n)s more", n=len(names) - SHOWN)
    return Notice(text)
