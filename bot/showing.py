"""Files of a report in the chat: by Telegram's own id, else from the store."""

from collections.abc import Sequence

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import FSInputFile, InputMediaDocument, InputMediaPhoto, MediaUnion

from bot.talk import Talk
from bot.ui import clip
from domain.progress import Evidence, Kind

log = structlog.get_logger()

ALBUM = 10  # items of one album at most
PHOTO_LIMIT = 10 * 1024 * 1024  # larger pictures go as documents


async def show_files(talk: Talk, evidence: Sequence[Evidence]) -> bool:
    """Documents as documents, photos as albums; False where some could not be shown.

    They go before the card that speaks of them: so its buttons stay at the bottom of the chat.
    """
    kept = [item for item in evidence if item.sha256 and item.wiped_at is None and not item.joined]
    photos = [item for item in kept if item.kind is Kind.PHOTO and (item.size or 0) <= PHOTO_LIMIT]
    rest = [item for item in kept if item not in photos]
    shown = True
    for group in (rest, photos):
        for start in range(0, len(group), ALBUM):
            shown = await _send(talk, group[start : start + ALBUM]) and shown
    return shown


async def _send(talk: Talk, items: Sequence[Evidence]) -> bool:
    try:
        try:
            await _send_once(talk, items, by_id=all(item.telegram_file_id for item in items))
        except TelegramBadRequest as refused:
            # Ids of another bot or of a file long gone: the bytes are ours.
            log.info("file_id_refused", chat_id=talk.chat_id, reason=refused.message)
            await _send_once(talk, items, by_id=False)
    except TelegramForbiddenError:
        raise
    except (TelegramAPIError, OSError):
        # A picture that Telegram does not like must not stand between a reviewer and the card.
        log.warning("files_not_shown", chat_id=talk.chat_id, exc_info=True)
        return False
    return True


async def _send_once(talk: Talk, items: Sequence[Evidence], *, by_id: bool) -> None:
    if len(items) == 1:
        item = items[0]
        source = _source(talk, item, by_id=by_id)
        if item.kind is Kind.PHOTO and (item.size or 0) <= PHOTO_LIMIT:
            await talk.bot.send_photo(talk.chat_id, source)
        else:
            await talk.bot.send_document(talk.chat_id, source)
        return
    album: list[MediaUnion] = [_media(talk, item, by_id=by_id) for item in items]
    await talk.bot.send_media_group(talk.chat_id, album)


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
