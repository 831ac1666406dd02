"""Group chats: the bot is brought in, linked by a coordinator in private, renamed, moved, removed."""

from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import CommandObject, CommandStart, Filter
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardMarkup, Message

from bot.identity import InGroup
from bot.presses import Home
from bot.presses_news import GroupDo, GroupList
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, link, page
from domain import groups, schools
from domain.actor import COORDINATORS, SYSTEM
from domain.db import Tx, WriteTx
from domain.errors import N_, DomainError, Forbidden, NotFound
from domain.groups import GroupChat
from domain.texts import Texts, texts

inside = Routes("groups")  # what happens in a group
router = Routes("grouping")  # what a coordinator decides in private

DAYS = (1, 3, 7, 14)  # before a deadline, offered as buttons
LINK = "group-"  # a deep link into the private chat: which group is to be linked
HERE = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED}
GONE = {ChatMemberStatus.LEFT, ChatMemberStatus.KICKED}
INSIDE = HERE | {ChatMemberStatus.CREATOR}


class StillOut(DomainError):
    """A lost group that is taken up again, in which the bot or the coordinator is not."""

    sentence = N_("I am not there, or you are not. Add me to the group again: I will ask whose it is.")


class IsGroup(Filter):
    """The change of membership is of a group, not of a private chat or a channel."""

    async def __call__(self, event: ChatMemberUpdated) -> bool:
        """Whether it is."""
        return event.chat.type in ("group", "supergroup")


@inside.my_chat_member(IsGroup())
async def came_or_went(event: ChatMemberUpdated, talk: Talk) -> None:
    """Brought in: whoever coordinates is asked in private whose group it is. Removed: the link ends."""
    old, new = event.old_chat_member.status, event.new_chat_member.status
    if new in GONE:
        async with talk.db.write(SYSTEM) as tx:
            await groups.removed(tx, event.chat.id)
        return
    if old not in GONE:
        # It may write again: only where that was taken from it before.
        async with talk.db.read(SYSTEM) as tx:
            known = await groups.find_by_chat(tx, event.chat.id)
        if known is None or known.removed_at is None:
            return
    async with talk.db.write(talk.actor) as tx:
        group = await groups.added(tx, event.chat.id, event.chat.title or "")
    if not talk.actor.roles() & COORDINATORS:
        await _ask_for_coordinator(talk, group)


async def _ask_for_coordinator(talk: Talk, group: GroupChat) -> None:
    url = f"https://t.me/{talk.bot_name}?start={LINK}{group.id}"
    text = talk.say("A coordinator has to say whose group this is. Until then I am silent here.")
    markup = InlineKeyboardMarkup(inline_keyboard=[[link(talk.plain("I am the coordinator"), url)]])
    try:
        await talk.bot.send_message(talk.chat_id, text, reply_markup=markup)
    except TelegramAPIError:
        return  # no right to write there: nothing is lost


class Moves(Filter):
    """The group has a new number or a new name; gives `chat` and `new`."""

    async def __call__(self, event: Message) -> bool | dict[str, int]:
        """Of the two notices of a move the one in the old group is enough; either may come first."""
        if event.migrate_to_chat_id is not None:
            return {"chat": event.chat.id, "new": event.migrate_to_chat_id}
        if event.migrate_from_chat_id is not None:
            return {"chat": event.migrate_from_chat_id, "new": event.chat.id}
        return False


@inside.message(Moves())
async def moved(message: Message, talk: Talk, chat: int, new: int) -> None:
    """The link goes along; hearing of it twice changes nothing."""
    async with talk.db.write(SYSTEM) as tx:
        await groups.migrated(tx, chat, new)


class Service(Filter):
    """A line of the group itself: somebody came, went, changed its name or picture."""

    async def __call__(self, event: Message) -> bool:
        """Whether nobody has said anything."""
        return not (event.text or event.caption or event.photo or event.document or event.voice)


@inside.message(InGroup(), Service())
async def service(message: Message, talk: Talk) -> None:
    """Nothing is answered; a new name is kept."""
    if message.new_chat_title:
        async with talk.db.write(SYSTEM) as tx:
            await groups.keep_title(tx, message.chat.id, message.new_chat_title)


@inside.message(InGroup())
async def in_group(message: Message, talk: Talk) -> None:
    """Personal things are not said in a group: a command is answered with the way to the private chat."""
    if not (message.text or "").startswith("/"):
        return
    markup = InlineKeyboardMarkup(
        inline_keyboard=[[link(talk.plain("Write to me"), f"https://t.me/{talk.bot_name}?start")]]
    )
    text = talk.say("That is between us: please write to me in a private chat.")
    await talk.bot.send_message(
        talk.chat_id, text, reply_markup=markup, reply_to_message_id=message.message_id
    )


@inside.callback_query(InGroup())
async def press_in_group(query: CallbackQuery, talk: Talk) -> None:
    """A forwarded or old button in a group does nothing."""
    await talk.answer(
        talk.plain("Please write to me in a private chat: @%(bot)s", bot=talk.bot_name), alert=True
    )


class ToLink(CommandStart):
    """The deep link of a group; gives `group_id`."""

    def __init__(self) -> None:
        super().__init__(deep_link=True)

    async def __call__(self, message: Message, bot: object) -> bool | dict[str, object]:
        """Whether the payload names a group."""
        found = await super().__call__(message, bot)  # type: ignore[arg-type]
        command = found.get("command") if isinstance(found, dict) else None
        payload = command.args or "" if isinstance(command, CommandObject) else ""
        number = payload.removeprefix(LINK)
        if payload == number or not number.isdecimal() or len(number) > 12:
            return False
        return {"group_id": int(number)}


@router.message(ToLink())
async def open_link(message: Message, talk: Talk, group_id: int) -> None:
    """Somebody pressed «я координатор» in a group: asked of the roles and of the messenger."""
    async with talk.db.read(talk.actor) as tx:
        group = await groups.group_to_link(tx, group_id)
        screen = await offer(tx, talk.say, group)
    await _require_member(talk, group)
    await talk.show(screen, fresh=True)


async def _require_member(talk: Talk, group: GroupChat) -> None:
    """A coordinator links only groups that they are in themselves; otherwise NotFound."""
    try:
        member = await talk.bot.get_chat_member(group.chat_id, talk.chat_id)
    except TelegramAPIError:
        raise NotFound from None
    if member.status not in INSIDE:
        raise NotFound


async def offer(tx: Tx, say: Texts, group: GroupChat) -> Screen:
    """Whose group is it? One button for each place that the person coordinates."""
    plain = texts(say.language, escape=False)
    places = groups.places_to_link(tx)
    rows: list[Row] = []
    for number, place in enumerate(places[:8]):
        name = (await schools.place_name(tx, place)).name
        label = plain("Link it: %(place)s", place=name)
        rows.append([button(label, GroupDo(do="link", id=group.id, place=number))])
    rows.append([button(plain("Do not link"), Home())])
    text = say("I am in the group “%(title)s”. Whose group is it?", title=group.title)
    text += "\n" + say("There I tell of events, announcements and near deadlines; never of single schools.")
    return Screen(text, rows)


@router.callback_query(GroupList.filter())
async def list_groups(query: CallbackQuery, callback_data: GroupList, talk: Talk) -> None:
    """Linked ones, then those that removed the bot; and how a group is linked."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    async with talk.db.read(talk.actor) as tx:
        found = [*await groups.group_list(tx), *await groups.lost_list(tx)]
    shown = page(found, callback_data.page)
    rows: list[Row] = [
        [button(group.title if group.is_linked else f"✖️ {group.title}", GroupDo(do="show", id=group.id))]
        for group in shown.items
    ]
    rows.append(shown.turning(lambda n: GroupList(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    lines = [talk.say("Group chats") if found else talk.say("No group is linked yet.")]
    if any(not group.is_linked for group in found):
        lines.append(talk.say("✖️ the bot was removed or may not write there"))
    lines.append(talk.say("Add me to a working group: I will ask you here whose group it is."))
    await talk.show(Screen("\n".join(lines), rows))


@router.callback_query(GroupDo.filter())
async def act(query: CallbackQuery, callback_data: GroupDo, talk: Talk) -> None:
    """Look at it, link, unlink, when it hears of deadlines; what to do about one that was lost."""
    do, id_ = callback_data.do, callback_data.id
    if do in ("link", "return"):
        async with talk.db.read(talk.actor) as tx:
            group = await (groups.group_to_link if do == "link" else groups.lost)(tx, id_)
        try:
            await _require_member(talk, group)
        except NotFound:
            raise (NotFound if do == "link" else StillOut) from None
    if do != "show":
        async with talk.db.write(talk.actor) as tx:
            await _change(tx, callback_data)
    if do in ("unlink", "forget"):
        text = talk.say("Unlinked. I am silent there.") if do == "unlink" else talk.say("Taken off the list.")
        await talk.show(Screen(text, [[button(talk.plain("‹ Back"), GroupList())]]))
        return
    async with talk.db.read(talk.actor) as tx:
        lost = next((group for group in await groups.lost_list(tx) if group.id == id_), None)
        group = lost or await groups.group(tx, id_)
        name = (await schools.place_name(tx, group.place)).name
    await talk.show(_lost_screen(talk, group, name) if lost else _linked_screen(talk, group, name))


async def _change(tx: WriteTx, press: GroupDo) -> None:
    do, id_ = press.do, press.id
    if do == "link":
        places = groups.places_to_link(tx)
        if not 0 <= press.place < len(places):
            raise NotFound
        await groups.link(tx, id_, places[press.place])
    elif do == "unlink":
        await groups.unlink(tx, id_)
    elif do in ("lines", "silent"):
        await groups.set_deadlines(tx, id_, tells=do == "lines")
    elif do == "day":
        days = set((await groups.group(tx, id_)).deadline_days)
        await groups.set_days(tx, id_, days ^ {press.place})
    elif do == "return":
        await groups.return_to(tx, id_)
    elif do == "forget":
        await groups.forget(tx, id_)


def _linked_screen(talk: Talk, group: GroupChat, place: str) -> Screen:
    plain, chosen = talk.plain, group.deadline_days
    text = f"{bold(group.title)}\n" + talk.say("Linked: %(place)s.", place=place)
    rows: list[Row] = []
    if group.tells_deadlines:
        days = ", ".join(str(day) for day in sorted(chosen))
        text += "\n" + talk.say(
            "Days before a deadline on which there is one line, without names of schools: %(days)s.",
            days=days,
        )
        offered = sorted({*DAYS, *chosen})
        cells = [
            button(("✓ " if day in chosen else "") + str(day), GroupDo(do="day", id=group.id, place=day))
            for day in offered
        ]
        rows += [cells, [button(plain("Do not tell of deadlines"), GroupDo(do="silent", id=group.id))]]
    else:
        rows.append([button(plain("Tell of deadlines"), GroupDo(do="lines", id=group.id))])
    rows += [
        [button(plain("Unlink"), GroupDo(do="unlink", id=group.id))],
        [button(plain("‹ Back"), GroupList())],
    ]
    return Screen(text, rows)


def _lost_screen(talk: Talk, group: GroupChat, place: str) -> Screen:
    plain, say = talk.plain, talk.say
    when = say.time(group.removed_at, talk.actor.timezone) if group.removed_at else ""
    lines = [
        bold(group.title),
        say("It was linked: %(place)s.", place=place),
        say("Since %(when)s I am not there or may not write: nothing is said there.", when=when),
        say("Let me write there again and press the button. Added anew, I ask whose group it is."),
    ]
    rows: list[Row] = [
        [button(plain("I am there again"), GroupDo(do="return", id=group.id))],
        [button(plain("Take off the list"), GroupDo(do="forget", id=group.id))],
        [button(plain("‹ Back"), GroupList())],
    ]
    return Screen("\n".join(lines), rows)
