"""Files of a report in the chat: by Telegram's own id, else from the store."""

from collections.abc import Sequence

import structlog
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import FSInputFile, InputMediaDocument, InputMediaPhoto, MediaUnion, ReplyParameters

from bot.talk import Talk
from bot.ui import clip
from domain.progress import Evidence, Kind

log = structlog.get_logger()

ALBUM = 10  # items of one album at most
PHOTO_LIMIT = 10 * 1024 * 1024  # larger pictures go as documents


async def show_files(talk: Talk, evidence: Sequence[Evidence], *, below: int | None = None) -> None:
    """Documents as documents, photos as albums; `below`: the card that they belong to."""
    kept = [item for item in evidence if item.sha256 and item.wiped_at is None and not item.joined]
    photos = [item for item in kept if item.kind is Kind.PHOTO and (item.size or 0) <= PHOTO_LIMIT]
    rest = [item for item in kept if item not in photos]
    for group in (rest, photos):
        for start in range(0, len(group), ALBUM):
            await _send(talk, group[start : start + ALBUM], below)


async def _send(talk: Talk, items: Sequence[Evidence], below: int | None) -> None:
    try:
        await _send_once(talk, items, below, by_id=all(item.telegram_file_id for item in items))
    except TelegramBadRequest as refused:
        # Ids of another bot or of a file long gone: the bytes are ours.
        log.info("file_id_refused", chat_id=talk.chat_id, reason=refused.message)
        await _send_once(talk, items, below, by_id=False)


async def _send_once(talk: Talk, items: Sequence[Evidence], below: int | None, *, by_id: bool) -> None:
    reply = ReplyParameters(message_id=below, allow_sending_without_reply=True) if below else None
    if len(items) == 1:
        item = items[0]
        if item.kind is Kind.PHOTO and (item.size or 0) <= PHOTO_LIMIT:
            await talk.bot.send_photo(talk.chat_id, _source(talk, item, by_id=by_id), reply_parameters=reply)
        else:
            await talk.bot.send_document(
                talk.chat_id, _source(talk, item, by_id=by_id), reply_parameters=reply
            )
        return
    album: list[MediaUnion] = [_media(talk, item, by_id=by_id) for item in items]
    await talk.bot.send_media_group(talk.chat_id, album, reply_parameters=reply)


def _media(talk: Talk, item: Evidence, *, by_id: bool) -> MediaUnion:
    source = _source(talk, item, by_id=by_id)
    if item.kind is Kind.PHOTO and (item.size or 0) <= PHOTO_LIMIT:
        return InputMediaPhoto(media=source)
    return InputMediaDocument(media=source)


def _source(talk: Talk, item: Evidence, *, by_id: bool) -> str | FSInputFile:
    if by_id and item.telegram_file_id:
        return item.telegram_file_id
    name = item.name or "file"
    return FSInputFile(talk.files.path(item.sha256 or ""), filename=clip(name, 120))
