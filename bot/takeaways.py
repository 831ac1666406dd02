"""A long export is ready: said in the chat, fetched in the panel."""

from bot.letters import reader
from bot.notice import Notice
from bot.ui import safe
from domain import handouts
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.texts import Texts


async def takeaway(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the one who asked: it is ready, and where; or that it did not work out."""
    try:
        found = await handouts.takeaway(await reader(tx, message), int(message.params["takeaway_id"]))
    except DomainError:
        return None
    if found.state is handouts.State.FAILED:
        why = say("“%(title)s” could not be written. Please ask for it again.", title=found.title)
        return Notice(f"↩️ {why}\n{safe(found.problem)}".rstrip())
    if found.state is not handouts.State.READY or found.expires_at is None:
        return None
    size = say.size(found.size or 0)
    lines = [
        "📎 " + say("<b>%(title)s</b> is ready: %(kind)s, %(size)s.", title=found.title, kind=found.kind.upper(), size=size),
        say(
            "In the panel: Reports, “My long exports”, until %(until)s.",
            until=say.time(found.expires_at, tx.actor.timezone),
        ),
    ]  # fmt: skip
    return Notice("\n".join(lines), silent=True)
