"""The dispatcher: routers in order, who writes, and what happens to errors."""

from aiogram import Bot, Dispatcher
from aiogram.fsm.storage.base import BaseStorage
from aiogram.fsm.strategy import FSMStrategy
from aiogram.types import BotCommand

from bot.errors import Errors
from bot.flows import (
    adapting,
    amending,
    asking,
    coordinate,
    corresponding,
    drafting,
    engaging,
    further,
    gathering,
    giving,
    grouping,
    home,
    inviting,
    joining,
    journal,
    mornings,
    obliging,
    organising,
    otherwise,
    overseeing,
    own,
    peer_answers,
    peer_pairs,
    peer_review,
    planning,
    plans,
    polling,
    review,
    scores,
    scoring,
    seasons,
    silences,
    substituting,
    tallying,
    teaming,
    voting,
    work,
    writing,
)
from bot.identity import Identity
from bot.storage import DatabaseStorage
from domain.db import Database
from domain.errors import N_
from domain.files import FileStore
from domain.settings import Settings
from domain.texts import LANGUAGES, texts

# Groups and strangers are settled first, then what works without any role, then the rest.
CONVERSATIONS = (
    grouping.inside,
    grouping.router,  # before the links of invitations
    joining.router,
    joining.strangers,
    own.always,
    joining.roleless,
    corresponding.router,  # a reply to a broadcast is never evidence for an assignment
    home.router,
    own.router,
    inviting.router,
    asking.replies,
    gathering.codes,
    work.router,
    drafting.router,
    amending.router,
    teaming.router,
    substituting.router,
    review.router,
    asking.router,
    obliging.router,
    overseeing.router,
    journal.router,
    scores.router,
    scoring.router,
    coordinate.router,
    writing.router,
    plans.router,
    planning.router,
    giving.router,
    adapting.router,
    mornings.router,
    silences.router,
    engaging.router,
    gathering.router,
    organising.router,
    further.router,
    polling.router,
    tallying.router,
    voting.router,
    peer_review.router,
    peer_answers.router,
    peer_pairs.router,
    seasons.router,
    otherwise.router,
)

COMMANDS = {
    "menu": N_("The first screen"),
    "help": N_("What I can do"),
    "panel": N_("Sign in to the panel"),
    "reminders": N_("Reminder settings"),
    "language": N_("Language"),
    "mydata": N_("What is kept about me"),
}


def build_dispatcher(
    db: Database,
    settings: Settings,
    files: FileStore,
    *,
    bot_name: str,
    storage: BaseStorage | None = None,
) -> Dispatcher:
    """All conversations. `bot_name` is the bot's user name, without @, for links.

    Updates of one chat must be fed one by one (lanes.py): there is no isolation of events here.
    """
    dispatcher = Dispatcher(
        storage=storage or DatabaseStorage(db, lasting={work.DRAFT}), fsm_strategy=FSMStrategy.CHAT
    )
    dispatcher.update.outer_middleware(Identity(db, files, settings, bot_name))
    spoken = (dispatcher.message, dispatcher.edited_message, dispatcher.callback_query)
    for observer in (*spoken, dispatcher.my_chat_member):
        observer.outer_middleware(Errors())
    for routes in CONVERSATIONS:
        dispatcher.include_router(routes.router())
    return dispatcher


async def announce_commands(bot: Bot) -> None:
    """The menu of commands in Telegram, in each language; Russian for everybody else."""
    for language in (None, *LANGUAGES):
        say = texts(language or "ru", escape=False)
        commands = [BotCommand(command=name, description=say(what)) for name, what in COMMANDS.items()]
        await bot.set_my_commands(commands, language_code=language)
