"""A file too large for the messenger: a one-time link to a page, and the draft once it has come."""

from aiogram.types import InlineKeyboardMarkup

from bot.intake import TooLargeForTelegram
from bot.letters import plain, reader
from bot.notice import Notice
from bot.presses import Work
from bot.talk import NO_PREVIEW, Talk
from bot.ui import button, clip, link
from domain import progress, uploads
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.settings import TELEGRAM
from domain.texts import Texts


def _address(talk: Talk) -> str:
    """Where the page can be reached from a phone; empty where it cannot."""
    settings = talk.settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    # Without Telegram's own servers everything runs on this machine: the demonstration, a test.
    is_local = settings.telegram_api_url.rstrip("/") != TELEGRAM
    return f"http://{settings.panel_host}:{settings.panel_port}" if is_local else ""


async def offer(talk: Talk, assignment_id: int, refused: TooLargeForTelegram) -> None:
    """Give the link; where the panel has no address that a phone reaches, only say what else can be done."""
    address = _address(talk)
    if not address:
        await talk.say_html(talk.say.error(refused))
        return
    # Beside the effect of the update: a second link after a crash does no harm.
    async with talk.db.write(talk.actor, closes=False) as tx:
        offered = await uploads.offer_upload(tx, assignment_id)
    url = f"{address}/upload?t={offered.token}"
    name = clip(str(refused.params.get("name", "")), 80)
    text = talk.say(
        "The file “%(name)s” is larger than 20 MB, and Telegram does not pass it on. Hand it over on this page; "
        "the link works once, until tomorrow:",
        name=name,
    )
    markup = None
    if address.startswith("https://"):
        markup = InlineKeyboardMarkup(inline_keyboard=[[link(talk.plain("Open the page"), url)]])
    else:
        text += f"\n{url}"
    await talk.bot.send_message(
        talk.chat_id, text, reply_markup=markup, link_preview_options=NO_PREVIEW, parse_mode="HTML"
    )


async def uploaded(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The file has come and lies in the draft; nothing is said where the draft was sent or emptied meanwhile."""
    try:
        card = await progress.work_card(await reader(tx, message), int(message.params["assignment_id"]))
    except DomainError:
        return None
    item = next((e for e in card.draft if e.id == message.params["evidence_id"]), None)
    if item is None:
        return None
    text = "📎 " + say("“%(name)s” has come and is in the draft.", name=clip(item.name or "", 80))
    return Notice(text, ((button(plain(say)("To the draft"), Work(id=card.assignment.id, fresh=True)),),))
