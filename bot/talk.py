"""One update being answered: by whom it came, in which chat, and how to speak back."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, LinkPreviewOptions

from bot.ui import Expects, Screen, clip
from domain.actor import Actor
from domain.dates import local_day
from domain.db import Database
from domain.errors import DomainError
from domain.files import FileStore
from domain.settings import Settings
from domain.texts import Texts, texts

log = structlog.get_logger()


class Unfinished(StrEnum):
    """What lasts while other screens come in between."""

    BROADCAST = "broadcast-draft"
    EVENT = "event-draft"
    POLL = "poll-draft"


ANSWER = 200  # characters of a callback's answer
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(slots=True)
class Talk:
    """What a handler needs: the data, the person, the person's language, and the chat."""

    bot: Bot
    db: Database
    files: FileStore
    settings: Settings
    bot_name: str
    actor: Actor
    say: Texts
    chat_id: int
    state: FSMContext
    press: CallbackQuery | None = None
    is_answered: bool = False

    def today(self) -> date:
        """The calendar day where the person is."""
        return local_day(self.db.clock.now(), self.actor.timezone)

    async def show(self, screen: Screen, *, fresh: bool = False) -> int:
        """Draw a screen over the pressed message, or as a new one; from now on it says what a text means."""
        shown = None
        if not fresh and self.press is not None and self.press.message is not None:
            shown = await self.redraw(self.press.message.message_id, screen)
        if shown is None:
            sent = await self.bot.send_message(
                self.chat_id,
                screen.text,
                parse_mode=ParseMode.HTML,
                reply_markup=screen.markup(),
                link_preview_options=NO_PREVIEW,
            )
            shown = sent.message_id
        await self.expect(screen.expects, shown)
        return shown

    async def redraw(self, message_id: int, screen: Screen) -> int | None:
        """Edit one of our messages; None where Telegram no longer lets us (too old, gone, not a text)."""
        try:
            await self.bot.edit_message_text(
                screen.text,
                chat_id=self.chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=screen.markup(),
                link_preview_options=NO_PREVIEW,
            )
        except TelegramBadRequest as error:
            if "not modified" not in error.message:
                log.info("edit_refused", chat_id=self.chat_id, reason=error.message)
                return None
        return message_id

    async def say_html(self, text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        """A sentence as a message of its own; the screen above and what it expects stay."""
        await self.bot.send_message(
            self.chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
        )

    async def remove(self, message_id: int | None) -> None:
        """Take away an outlived screen: the message, or at least its buttons."""
        if message_id is None:
            return
        try:
            await self.bot.delete_message(self.chat_id, message_id)
        except TelegramBadRequest:
            await self.strip(message_id)

    async def strip(self, message_id: int | None) -> None:
        """Take the buttons off an outlived screen."""
        if message_id is not None:
            await self.rebutton(message_id, None)

    async def rebutton(self, message_id: int, markup: InlineKeyboardMarkup | None) -> None:
        """Other buttons below a message of ours; one that Telegram no longer lets us change stays as it is."""
        try:
            await self.bot.edit_message_reply_markup(
                chat_id=self.chat_id, message_id=message_id, reply_markup=markup
            )
        except TelegramBadRequest as error:
            log.debug("strip_refused", chat_id=self.chat_id, reason=error.message)

    async def expect(self, expects: Expects | None, screen_id: int | None = None) -> None:
        """Remember what the next text from this chat means; None: nothing in particular."""
        if expects is not None:
            memo = {**expects.memo, "screen": screen_id}
            await self.state.set_state(expects.what)
            await self.state.set_data(memo)
            if expects.lasts:
                await self.put_aside(expects.lasts, memo)
        elif await self.state.get_state() is not None:
            await self.state.set_state(None)
            await self.state.set_data({})

    def _lasting(self, name: str) -> FSMContext:
        return FSMContext(self.state.storage, replace(self.state.key, destiny=name))

    async def unfinished(self, name: str) -> dict[str, Any]:
        """What was being made under this name, also where other screens have come in between; empty: nothing."""
        return await self._lasting(name).get_data()

    async def put_aside(self, name: str, memo: dict[str, Any]) -> None:
        """Keep what is being made under this name, or what became of it; empty: old buttons begin nothing."""
        await self._lasting(name).set_data(memo)

    async def answer(self, sentence: str = "", *, alert: bool = False) -> None:
        """Answer the press, once; an answer that comes too late is not an error."""
        if self.press is None or self.is_answered:
            return
        self.is_answered = True
        try:
            await self.press.answer(clip(sentence, ANSWER) or None, show_alert=alert)
        except TelegramBadRequest as error:
            log.info("answer_too_late", chat_id=self.chat_id, reason=error.message)

    async def refuse(self, error: DomainError) -> None:
        """Tell a named error: over the screen after a press, as a message after a text."""
        plain = texts(self.say.language, escape=False)
        try:
            if self.press is not None:
                await self.answer(plain.error(error), alert=True)
            else:
                await self.say_html(self.say.error(error))
        except TelegramForbiddenError:
            log.info("blocked", chat_id=self.chat_id)

    @property
    def plain(self) -> Texts:
        """The person's language where no HTML is read: buttons, answers to presses."""
        return texts(self.say.language, escape=False)
