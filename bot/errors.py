"""What a person sees when something goes wrong: a named error is one sentence, anything else an apology."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import TelegramObject

from bot.handling import handling
from bot.talk import Talk
from domain.errors import N_, DomainError, Forbidden, NotFound
from domain.inbox import AlreadyHandled

log = structlog.get_logger()

APOLOGY = N_("Something broke on our side. Nothing of yours is lost; please try again in a minute.")

FORGED = re.compile(r"\d{16}")  # no button of ours has a number so long, and no database knows such an id

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Errors(BaseMiddleware):
    """Around every handler: no press stays without an answer, no error without a sentence.

    What is not a named error goes on to the engine, which tries the update again or puts it aside.
    """

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, then see to it that the person hears something."""
        talk: Talk = data["talk"]
        try:
            if talk.press is not None and FORGED.search(talk.press.data or ""):
                raise NotFound
            result = await handler(event, data)
        except AlreadyHandled:
            raise
        except DomainError as error:
            log.info("refused", error=type(error).__name__, person_id=talk.actor.person_id)
            if isinstance(error, NotFound | Forbidden):
                # What was waited for is out of reach: the next text shall not run into it again.
                await talk.expect(None)
            await talk.refuse(error)
            return None
        except TelegramForbiddenError:
            log.info("blocked", person_id=talk.actor.person_id)
            return None
        except Exception:
            log.warning("handler_failed", person_id=talk.actor.person_id, exc_info=True)
            current = handling.get()
            # Not before it is settled: the engine tries an update without effect three times.
            if data.get("last_attempt", True) or (current is not None and current.is_committed):
                await self._apologise(talk)
            raise
        await talk.answer()
        return result

    async def _apologise(self, talk: Talk) -> None:
        sentence = talk.say(APOLOGY)
        try:
            if talk.press is not None:
                await talk.answer(sentence, alert=True)
            else:
                await talk.say_html(sentence)
        except (TelegramAPIError, OSError):
            log.info("apology_not_delivered", person_id=talk.actor.person_id)
