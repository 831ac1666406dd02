"""What a person decides for themselves: help, language, own data, the panel's sign-in code."""

import json
from typing import Any

from aiogram.filters import Command
from aiogram.types import BufferedInputFile, CallbackQuery, Message
from babel.core import Locale

from bot.flows import home
from bot.presses import Home, Language, MyData, Panel
from bot.routes import Routes
from bot.talk import Talk, Unfinished
from bot.ui import Row, Screen, button, link
from bot.words import ROLE
from domain import access, people
from domain.actor import COORDINATORS, SCHOOL_TEAM, Role
from domain.errors import N_
from domain.texts import LANGUAGES, Raw, texts

router = Routes("own")
# Works without any role as well: a person may always see and erase what is kept.
always = Routes("own-always")

HELP_SCHOOL = N_(
    "Open an assignment and send text, files, photos or a link, in several messages if you like. I keep a draft; "
    "you send it. If it comes back, you will see why."
)
HELP_REVIEW = N_(
    "Open a report from the queue, look at the files and confirm or return it with a word to the school."
)
HELP_COORDINATOR = N_(
    "The first screen shows who has not handed in. You can write to exactly those schools, invite people, and send "
    "me a roadmap as a Word or Excel file."
)
HELP_COMMANDS = N_(
    "/menu: the first screen\n/panel: sign in to the panel\n/language: language\n/mydata: what is kept"
)


@router.message(Command("help"))
async def help_(message: Message, talk: Talk) -> None:
    """What can be done here, by role, and the few commands."""
    roles = talk.actor.roles()
    parts = [
        talk.say(part)
        for part, its in (
            (HELP_SCHOOL, SCHOOL_TEAM),
            (HELP_REVIEW, {Role.CURATOR}),
            (HELP_COORDINATOR, COORDINATORS),
        )
        if roles & its
    ]
    parts.append(talk.say(HELP_COMMANDS))
    await talk.show(
        Screen("\n\n".join(parts), [[button(talk.plain("To the first screen"), Home())]]), fresh=True
    )


@always.message(Command("language"))
async def ask_language(message: Message, talk: Talk) -> None:
    """Each language in its own name."""
    rows = [[button(_own_name(code), Language(code=code)) for code in LANGUAGES]]
    await talk.show(Screen(talk.say("Which language shall I speak?"), rows), fresh=True)


def _own_name(code: str) -> str:
    """A language as its speakers call it."""
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


@always.callback_query(Language.filter())
async def choose_language(query: CallbackQuery, callback_data: Language, talk: Talk) -> None:
    """From now on in this language, beginning with the next screen."""
    async with talk.db.write(talk.actor) as tx:
        await people.choose_language(tx, callback_data.code)
        talk.actor = await people.actor_by_id(tx, (await people.me(tx)).id)
    talk.say = texts(talk.actor.language)
    await home.show(talk)


@always.message(Command("mydata"))
async def my_data(message: Message, talk: Talk) -> None:
    """What is kept about the person."""
    await talk.show(await _my_data_screen(talk), fresh=True)


@always.callback_query(MyData.filter())
async def my_data_pressed(query: CallbackQuery, callback_data: MyData, talk: Talk) -> None:
    """Show again, give the file, ask once more, erase."""
    if callback_data.do == "file":
        async with talk.db.read(talk.actor) as tx:
            kept = await people.my_data(tx)
        body = json.dumps(kept, ensure_ascii=False, indent=2, default=str).encode()
        await talk.bot.send_document(talk.chat_id, BufferedInputFile(body, "my-data.json"))
    elif callback_data.do == "ask":
        question = talk.say(
            "Delete your name, position and account, and end all your roles? Reports of the school stay, without "
            "your name. This cannot be undone."
        )
        rows = [
            [button(talk.plain("Yes, delete"), MyData(do="erase"))],
            [button(talk.plain("No, keep"), MyData(do="show"))],
        ]
        await talk.show(Screen(question, rows))
    elif callback_data.do == "erase":
        for begun in Unfinished:
            await talk.put_aside(begun, {})
        async with talk.db.write(talk.actor) as tx:
            await people.erase_me(tx)
        await talk.show(
            Screen(
                talk.say("Done: your data are deleted and your roles have ended. Thank you for your work.")
            )
        )
    else:
        await talk.show(await _my_data_screen(talk))


async def _my_data_screen(talk: Talk) -> Screen:
    async with talk.db.read(talk.actor) as tx:
        kept = await people.my_data(tx)
    say = talk.say
    lines = [say("<b>What is kept about you</b>"), say("Name: %(name)s", name=kept["name"])]
    if kept["position"]:
        lines.append(say("Position: %(position)s", position=kept["position"]))
    lines.append(say("Telegram account: %(number)s", number=kept["telegram_id"]))
    if kept["other_contact"]:
        lines.append(say("Other contact: %(text)s", text=kept["other_contact"]))
    lines.extend(_role_line(talk, role, place) for role, place in kept["roles"])
    if kept["consent_at"] is not None:
        when = say.time(kept["consent_at"], talk.actor.timezone)
        lines.append(say("Consent given: %(when)s", when=when))
    rows: list[Row] = [
        [button(talk.plain("Download"), MyData(do="file"))],
        [button(talk.plain("Delete my data"), MyData(do="ask"))],
    ]
    if talk.actor.grants:
        rows.append([button(talk.plain("‹ Back"), Home())])
    return Screen("\n".join(lines), rows)


def _role_line(talk: Talk, role: Any, place: str) -> str:
    return talk.say("Role: %(role)s, %(place)s", role=talk.say(ROLE[Role(role)]), place=place)


@router.message(Command("panel"))
async def panel_command(message: Message, talk: Talk) -> None:
    """A code for the panel's sign-in page."""
    await talk.show(await _panel_screen(talk), fresh=True)


@router.callback_query(Panel.filter())
async def panel_pressed(query: CallbackQuery, talk: Talk) -> None:
    """The same by a button."""
    await talk.show(await _panel_screen(talk))


async def _panel_screen(talk: Talk) -> Screen:
    async with talk.db.write(talk.actor) as tx:
        code = await access.issue_code(tx)
    address = talk.settings.public_url or f"http://{talk.settings.panel_host}:{talk.settings.panel_port}"
    text = talk.say(
        "Panel: %(address)s\nCode: %(code)s\nIt works once, for ten minutes. Do not pass it on.",
        address=address,
        code=Raw(f"<code>{code[:4]} {code[4:]}</code>"),
    )
    rows: list[Row] = [[button(talk.plain("‹ Back"), Home())]]
    # Telegram refuses buttons with local addresses.
    if talk.settings.public_url.startswith("https://"):
        rows.insert(0, [link(talk.plain("Open the panel"), talk.settings.public_url)])
    return Screen(text, rows)
