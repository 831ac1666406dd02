"""A notice as a call of the Bot API."""

import html
import re
from pathlib import Path

from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiogram.types import BufferedInputFile, FSInputFile, InlineKeyboardMarkup, LinkPreviewOptions

from bot.notice import Document, FileId, Notice, Stored
from domain.db import Tx
from domain.outbox import OutboxMessage
from domain.texts import Texts

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 units after entities
_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|ins|s|strike|del|span|tg-spoiler|tg-emoji|a|code|pre|blockquote)(?:\s[^<>]*)?>",
    re.I,
)


def call(
    notice: Notice, chat_id: int, say: Texts, *, is_repeat: bool = False, plain: bool = False
) -> SendMessage | SendDocument | SendPhoto:
    """The method to send with. `plain`: without formatting, cut to the limit, for what Telegram could not read."""
    text = notice.text
    if is_repeat:
        repeated = say("This may be a repeat: it was not clear whether the message arrived.")
        text += f"\n\n<i>{repeated}</i>"
    if plain:
        text = clip(html.unescape(_TAG.sub("", text)), CAPTION_LIMIT if notice.document else TEXT_LIMIT)
    parse_mode = None if plain else "HTML"
    keyboard = [list(row) for row in notice.buttons]
    markup = InlineKeyboardMarkup(inline_keyboard=keyboard) if keyboard else None
    if notice.document is not None and notice.document.as_photo:
        return SendPhoto(
            chat_id=chat_id,
            photo=_file(notice.document),
            caption=text,
            parse_mode=parse_mode,
            reply_markup=markup,
            disable_notification=notice.silent or None,
        )
    if notice.document is not None:
        return SendDocument(
            chat_id=chat_id,
            document=_file(notice.document),
            caption=text,
            parse_mode=parse_mode,
            reply_markup=markup,
            disable_notification=notice.silent or None,
        )
    return SendMessage(
        chat_id=chat_id,
        text=text,
        parse_mode=parse_mode,
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        disable_notification=notice.silent or None,
    )


def _file(document: Document) -> BufferedInputFile | FSInputFile | str:
    content = document.content
    if isinstance(content, FileId):
        return content.value
    if isinstance(content, Stored):
        raise TypeError("a stored file has to be found before it is sent")
    if isinstance(content, Path):
        return FSInputFile(content, document.name)
    return BufferedInputFile(content, document.name)


def clip(text: str, limit: int) -> str:
    """Cut to so many UTF-16 units, with an ellipsis."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= limit * 2:
        return text
    return encoded[: (limit - 1) * 2].decode("utf-16-le", "ignore") + "…"


async def interrupted(tx: Tx, message: OutboxMessage, say: Texts) -> Notice:
    """After a crash: the effect is kept, the answer to it may not have arrived (domain.inbox)."""
    return Notice(
        say("The bot was restarted while it was answering you. What you did last is saved. Menu: /menu")
    )
