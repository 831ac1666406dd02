"""Joining: link → consent → home. Strangers and people without a role hear one kind sentence."""

from aiogram.filters import CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.flows import home
from bot.identity import HasNoRole, IsStranger, name_of
from bot.presses import Consent, ConsentText, Decline, Home
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, button
from bot.words import INVITED, full_place
from domain import people
from domain.actor import SCHOOL_TEAM, STRANGER
from domain.errors import N_
from domain.texts import Texts

router = Routes("joining")
strangers = Routes("strangers")
roleless = Routes("roleless")

FOR_SCHOOL = N_(
    "Hello! This is Vekha: here a school reports on its roadmap, and you need not keep the deadlines in mind."
)
FOR_OTHERS = N_(
    "Hello! This is Vekha: here schools report on their roadmaps, and each sees what waits for them."
)
ASK_CONSENT = N_(
    "To begin, your consent to keep some data is needed: your name, position and Telegram account."
)
CONSENT = N_(
    "<b>Consent to the processing of personal data</b>\n\n"
    "What is kept: your name, position, the number of your Telegram account, your roles and schools, and what you "
    "do here: reports, comments, decisions.\n"
    "What for: so that the school's work on the roadmap is handed in, reviewed and reminded of.\n"
    "Who sees it: your school's team, its curator, the coordinators of your municipality and region.\n"
    "How long: until you withdraw the consent. «Delete my data» under /mydata wipes name, position and account; the "
    "school's reports stay, without your name.\n"
    "Please do not send data of children."
)
STRANGER_SENTENCE = N_(
    "People work here by invitation. If you have a link from your coordinator, open it once more; "
    "if you do not, ask the coordinator for one."
)
NO_ROLE = N_(
    "You have no role here at the moment. If this is a mistake, write to your coordinator. Your data: /mydata"
)


@router.message(CommandStart(deep_link=True))
async def open_link(message: Message, command: CommandObject, talk: Talk) -> None:
    """The person pressed an invitation link; nothing is used up before the consent."""
    payload = command.args or ""
    async with talk.db.read(STRANGER) as tx:
        invitation = await people.invitation(tx, payload, telegram_id=talk.chat_id)
        place = await full_place(tx, invitation.place)
        is_known = talk.actor.person_id is not None and bool(talk.actor.grants)
    if invitation.used_at is not None and is_known:
        await home.show(talk, fresh=True)
        return
    intro = FOR_SCHOOL if invitation.role in SCHOOL_TEAM else FOR_OTHERS
    invited = talk.say(INVITED[invitation.role], place=place)
    if is_known:
        rows = [
            [button(talk.plain("Accept"), Consent(payload=payload)), button(talk.plain("Not now"), Home())],
        ]
        await talk.show(Screen(invited, rows), fresh=True)
        return
    text = "\n".join([talk.say(intro), invited, talk.say(ASK_CONSENT)])
    await talk.show(Screen(text, _consent_rows(talk.plain, payload, with_text=True)), fresh=True)


@router.callback_query(ConsentText.filter())
async def read_consent(query: CallbackQuery, callback_data: ConsentText, talk: Talk) -> None:
    """The whole text, with the same question below."""
    await talk.show(
        Screen(talk.say(CONSENT), _consent_rows(talk.plain, callback_data.payload, with_text=False))
    )


@router.callback_query(Consent.filter())
async def agree(query: CallbackQuery, callback_data: Consent, talk: Talk) -> None:
    """Come in; a second press leads home."""
    async with talk.db.write(talk.actor) as tx:
        person = await people.join(
            tx,
            callback_data.payload,
            telegram_id=query.from_user.id,
            name=name_of(query.from_user),
            language=talk.say.language,
        )
        talk.actor = await people.actor_by_id(tx, person.id)
    await home.show(talk)


@router.callback_query(Decline.filter())
async def decline(query: CallbackQuery, talk: Talk) -> None:
    """Nothing is kept."""
    await talk.show(
        Screen(talk.say("All right, nothing is kept. If you change your mind, open the link once more."))
    )


def _consent_rows(plain: Texts, payload: str, *, with_text: bool) -> list[Row]:
    rows: list[Row] = [
        [button(plain("I agree"), Consent(payload=payload)), button(plain("I do not agree"), Decline())]
    ]
    if with_text:
        rows.append([button(plain("Full text"), ConsentText(payload=payload))])
    return rows


@strangers.message(IsStranger())
async def stranger_writes(message: Message, talk: Talk) -> None:
    """One kind sentence and nothing else."""
    await talk.say_html(talk.say(STRANGER_SENTENCE))


@strangers.callback_query(IsStranger())
async def stranger_presses(query: CallbackQuery, talk: Talk) -> None:
    """A button that outlived the person's data."""
    await talk.answer(talk.plain(STRANGER_SENTENCE), alert=True)


@roleless.message(HasNoRole())
async def roleless_writes(message: Message, talk: Talk) -> None:
    """All roles have ended."""
    await talk.show(Screen(talk.say(NO_ROLE)), fresh=True)


@roleless.callback_query(HasNoRole())
async def roleless_presses(query: CallbackQuery, talk: Talk) -> None:
    """A button that outlived the role."""
    await talk.answer(talk.plain(NO_ROLE), alert=True)
