"""«Рассылка»: to whom → text and files → preview → send. What comes of it: corresponding.py."""

from datetime import datetime, time
from typing import Any

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot import intake
from bot.days import written_moment
from bot.flows import home
from bot.flows.corresponding import result_screen
from bot.identity import Expecting
from bot.mailing import broadcast_text
from bot.marks import marked
from bot.presses import Audience, AudienceList, BroadcastDo, BroadcastResult, Home, Unconnected
from bot.presses_news import Circle
from bot.routes import Routes
from bot.sending_later import DRAFT, HOURS, KEPT, WHEN, later_screen, moments
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, clip, page, safe
from domain import audiences, broadcasts, files, reports, schools
from domain.actor import COORDINATORS, Role
from domain.audiences import Preview, Segment
from domain.broadcasts import Ask, Extras
from domain.dates import local_day
from domain.db import Tx
from domain.errors import N_
from domain.policy import Permission
from domain.texts import Texts

router = Routes("writing")

TEXT = "broadcast"  # the next text is the message, or a better one; a file goes with it
ROLES: dict[str, tuple[Role, ...]] = {
    "s": (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER),
    "c": (Role.CURATOR,),
    "a": (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR),
}
NAMES = 40
PLACES = 3  # named on the preview
ASKS = {
    Ask.READ: N_("Below: “I have read it”"),
    Ask.COMING: N_("Below: “I will come / I cannot”"),
    Ask.NOTHING: N_("Below: no question"),
}
FILE_TYPES = ("pdf", "docx", "xlsx", "xls", "rtf")


@router.callback_query(AudienceList.filter())
async def choose_audience(query: CallbackQuery, callback_data: AudienceList, talk: Talk) -> None:
    """To whom."""
    async with talk.db.read(talk.actor) as tx:
        if callback_data.what == "municipality":
            screen = await _by_municipality(tx, talk, callback_data)
        elif callback_data.what == "measure":
            screen = await _by_measure(tx, talk, callback_data)
        elif callback_data.what == "saved":
            screen = await _saved(tx, talk, callback_data)
        elif callback_data.what == "sent":
            screen = await _sent(tx, talk, callback_data)
        else:
            screen = await _first_choice(tx, talk)
    await talk.show(screen)


async def _first_choice(tx: Tx, talk: Talk) -> Screen:
    plain = talk.plain
    rows: list[Row] = [[button(plain("Schools"), Audience(who="s"))]]
    if talk.actor.roles() & COORDINATORS:
        rows[0] = [*rows[0], button(plain("Curators"), Audience(who="c"))]
        rows.append([button(plain("Schools and curators"), Audience(who="a"))])
        rows.append([button(plain("Who has not handed in…"), AudienceList(what="measure"))])
    if len(await schools.municipalities(tx, Permission.BROADCAST)) > 1:
        rows.append([button(plain("One municipality…"), AudienceList(what="municipality"))])
    if await audiences.saved_list(tx):
        rows.append([button(plain("Saved circles…"), AudienceList(what="saved"))])
    if await broadcasts.broadcast_list(tx, limit=1):
        rows.append([button(plain("What was sent"), AudienceList(what="sent"))])
    rows.append([button(plain("‹ Back"), Home())])
    return Screen(talk.say("To whom shall I write?"), rows)


async def _saved(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page(await audiences.saved_list(tx), at.page)
    rows: list[Row] = [[button(saved.name, Circle(id=saved.id))] for saved in shown.items]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    return Screen(talk.say("To which circle?"), rows)


async def _sent(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page(await broadcasts.broadcast_rows(tx, limit=30), at.page)
    rows: list[Row] = []
    for row in shown.items:
        when = talk.plain.short(local_day(row.broadcast.created_at, talk.actor.timezone))
        mark = "✖️ " if row.broadcast.cancelled_at else ""
        mark += f"💬 {row.unanswered} " if row.unanswered else ""
        label = (
            f"{mark}{when} {clip(row.broadcast.headline, 26)} · {row.delivered}/{row.broadcast.recipients}"
        )
        rows.append([button(label, BroadcastResult(id=row.broadcast.id))])
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    return Screen(talk.say("What was sent, the newest first; delivered of all:"), rows)


async def _by_municipality(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page(await schools.municipalities(tx, Permission.BROADCAST), at.page)
    rows: list[Row] = [[button(m.name, Audience(who="a", municipality=m.id))] for m in shown.items]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    return Screen(talk.say("To schools and curators of which municipality?"), rows)


async def _by_measure(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page([row for row in await reports.by_measure(tx) if row.missing], at.page)
    rows: list[Row] = [
        [
            button(
                f"{clip(row.measure.label, 34)} · {len(row.missing)}",
                Audience(who="s", measure=row.measure.id),
            )
        ]
        for row in shown.items
    ]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    if not shown.items:
        return Screen(talk.say("Everybody has handed everything in."), rows)
    return Screen(talk.say("Who has not handed in which measure?"), rows)


@router.callback_query(Audience.filter())
async def ask_text(query: CallbackQuery, callback_data: Audience, talk: Talk) -> None:
    """How many would get it, and the text please."""
    segment = Segment(
        roles=ROLES.get(callback_data.who, ROLES["a"]),
        municipality_id=callback_data.municipality or None,
        measure_id=callback_data.measure or None,
    )
    await ask_words(talk, segment)


@router.callback_query(Circle.filter())
async def take_circle(query: CallbackQuery, callback_data: Circle, talk: Talk) -> None:
    """A saved circle."""
    async with talk.db.read(talk.actor) as tx:
        segment = (await audiences.saved(tx, callback_data.id)).circle
    await ask_words(talk, segment)


async def ask_words(talk: Talk, segment: Segment, *, back: CallbackData | None = None) -> None:
    """How many would get it, and the text please; `back`: where one came from."""
    async with talk.db.read(talk.actor) as tx:
        found = await audiences.preview(tx, segment)
    leave: Row = [button(talk.plain("‹ Back"), back or AudienceList())]
    if not found.recipients:
        rows: list[Row] = [leave]
        if found.empty_schools and talk.actor.roles() & COORDINATORS:
            rows.insert(0, [button(talk.plain("Not connected"), Unconnected())])
        await talk.show(Screen("\n".join(counts(talk.say, found)), rows))
        return
    asked = talk.say("Write the message as one text. I will show it before it is sent.")
    text = "\n".join([*counts(talk.say, found), "", asked])
    await talk.show(Screen(text, [leave], Expects(TEXT, {"segment": segment.to_json()})))


def counts(say: Texts, found: Preview) -> list[str]:
    """Who would receive it and who would not, in numbers."""
    people, places = len(found.recipients), len(found.places)
    if not people:
        lines = [say("Nobody would receive this message.")]
    else:
        lines = [
            say.n(
                "Will receive: %(n)s person %(schools)s.",
                "Will receive: %(n)s people %(schools)s.",
                people,
                schools=say.n("of %(n)s school", "of %(n)s schools", places),
            )
        ]
    return lines + missed_lines(say, found)


def missed_lines(say: Texts, found: Preview) -> list[str]:
    """How many are meant and would not receive it; nothing where there is nobody."""
    missed = len(found.unreachable) + len(found.empty_schools)
    if not missed:
        return []
    return [
        say.n(
            "Will not receive: %(n)s, not connected to the bot.",
            "Will not receive: %(n)s, not connected to the bot.",
            missed,
        )
    ]


def _places(say: Texts, found: Preview) -> str:
    names, more = ", ".join(found.places[:PLACES]), len(found.places) - PLACES
    return say("%(names)s and %(n)s more", names=names, n=more) if more > 0 else safe(names)


@router.message(Expecting(TEXT))
async def take_text(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The text, or a better one, or a file to go with it; then the preview."""
    screen, words = memo.get("screen"), marked(message)
    segment = Segment.from_json(memo["segment"])
    kept = {name: memo[name] for name in KEPT if name in memo} | {"key": message.message_id}
    if words:
        kept["text"], _ = broadcasts.check(words, segment, Extras())
    if not message.text:
        kept["files"] = [*memo.get("files", []), await _put_aside(message, talk, memo)]
    if not kept.get("text"):
        text = talk.say("The file is here. Now write the words that go with it.")
        await talk.show(
            Screen(text, [[button(talk.plain("Cancel"), Home())]], Expects(TEXT, kept, DRAFT)), fresh=True
        )
    else:
        await talk.show(await _preview_screen(talk, kept), fresh=True)
    await talk.strip(screen)


async def _put_aside(message: Message, talk: Talk, memo: dict[str, Any]) -> int:
    if len(memo.get("files", [])) >= broadcasts.MAX_FILES:
        raise broadcasts.TooManyFiles(max=broadcasts.MAX_FILES)
    item = intake.item_of(message)
    fetched = await intake.fetch(talk, item, allowed=FILE_TYPES, max_mb=broadcasts.MAX_FILE_MB)
    if fetched.stored is None:
        raise files.FileRefused(reason=files.EMPTY, name=item.name)
    async with talk.db.write(talk.actor) as tx:
        file = await broadcasts.keep_file(
            tx, fetched.stored, name=item.name, photo=item.photo, telegram_file_id=item.file_id
        )
    return file.id


def _extras(memo: dict[str, Any]) -> Extras:
    return Extras(ask=Ask(memo.get("ask", Ask.READ)), file_ids=tuple(memo.get("files", ())))


async def _preview_screen(talk: Talk, memo: dict[str, Any]) -> Screen:
    segment, extras, plain = Segment.from_json(memo["segment"]), _extras(memo), talk.plain
    async with talk.db.read(talk.actor) as tx:
        found = await audiences.preview(tx, segment)
        values = await broadcasts.example(tx, segment, next(iter(found.recipients), None))
        names = [file.name for file in await broadcasts.own_files(tx, extras.file_ids)]
    key = int(memo["key"])
    body = broadcast_text(talk.say, memo["text"], "", values).partition("\n\n")[2]
    lines = counts(talk.say, found)
    if found.recipients:
        lines.insert(1, _places(talk.say, found))
    lines += ["———", body, "———"]
    lines += [talk.say("📎 %(name)s", name=name) for name in names]
    lines.append(talk.say("To change it, simply write a new text; send a file to add it."))
    rows: list[Row] = []
    if found.recipients:
        rows.append(
            [
                button(plain("Send"), BroadcastDo(do="send", key=key)),
                button(plain("Later…"), BroadcastDo(do="later", key=key)),
            ]
        )
    rows.append([button(plain("Try it on myself"), BroadcastDo(do="test", key=key))])
    rows.append([button(plain(ASKS[extras.ask]), BroadcastDo(do="ask", key=key))])
    if found.unreachable or found.empty_schools:
        rows.append([button(plain("Who will not receive it"), BroadcastDo(do="who", key=key))])
    rows.append([button(plain("Cancel"), BroadcastDo(do="cancel", key=key))])
    kept = {name: memo[name] for name in KEPT if name in memo}
    return Screen("\n".join(lines), rows, Expects(TEXT, kept, DRAFT))


@router.callback_query(BroadcastDo.filter())
async def act(query: CallbackQuery, callback_data: BroadcastDo, talk: Talk) -> None:
    """A button of the preview, also after other screens have come in between; one of an earlier text does nothing."""
    memo = await talk.unfinished(DRAFT)
    if memo.get("key") != callback_data.key:
        await talk.answer(talk.plain("This message has been changed or cancelled since."), alert=True)
        if query.message is not None:
            await talk.strip(query.message.message_id)
        return
    do = callback_data.do
    if "sent" in memo:  # pressed twice: what became of it
        async with talk.db.read(talk.actor) as tx:
            screen = await result_screen(tx, talk, memo["sent"])
        await talk.show(screen)
    elif do == "cancel":
        await talk.put_aside(DRAFT, {})
        await home.show(talk)
    elif do in ("send", "sure") or do.startswith("at"):
        await _send_or_ask(talk, memo, do)
    elif do == "test":
        await _try(talk, memo)
    elif do == "later":
        await talk.show(later_screen(talk, memo))
    elif do == "who":
        await _who_misses(talk, memo)
    else:
        if do == "ask":
            order = list(Ask)
            memo["ask"] = order[(order.index(_extras(memo).ask) + 1) % len(order)].value
        await talk.show(await _preview_screen(talk, memo))


async def _try(talk: Talk, memo: dict[str, Any]) -> None:
    """To oneself, once in each shape: a second press of the same is a slip of the finger."""
    extras = _extras(memo)
    if memo.get("tried") == extras.ask:
        await talk.answer(talk.plain("The trial has come already: it is below."))
        return
    key = f"chat:{talk.chat_id}:{memo['key']}:{extras.ask}"
    await talk.put_aside(DRAFT, {**memo, "tried": extras.ask.value})
    async with talk.db.write(talk.actor) as tx:
        await broadcasts.test(tx, memo["text"], Segment.from_json(memo["segment"]), extras=extras, key=key)


async def _send_or_ask(talk: Talk, memo: dict[str, Any], do: str) -> None:
    starts_at = None
    if do == "sure":
        starts_at = datetime.fromisoformat(memo["leaves"]) if memo.get("leaves") else None
    elif do.startswith("at"):
        starts_at = next((m for m in moments(talk) if f"at{m:%Y%m%d%H}" == do), None)
        if starts_at is None:
            await talk.show(later_screen(talk, memo))
            return
    if do != "sure" and _is_for_all(talk, memo):
        await talk.show(await _ask_twice(talk, memo, starts_at))
    else:
        await talk.show(await _deliver(talk, memo, starts_at))


def _is_for_all(talk: Talk, memo: dict[str, Any]) -> bool:
    """Whether the whole region would get it."""
    segment = Segment.from_json(memo["segment"])
    return Role.REGIONAL_COORDINATOR in talk.actor.roles() and not segment.narrows_schools


async def _deliver(talk: Talk, memo: dict[str, Any], starts_at: datetime | None) -> Screen:
    async with talk.db.write(talk.actor) as tx:
        sent = await broadcasts.send(
            tx,
            memo["text"],
            Segment.from_json(memo["segment"]),
            request_key=f"chat:{talk.chat_id}:{memo['key']}",
            starts_at=starts_at,
            extras=_extras(memo),
        )
        await talk.put_aside(DRAFT, {"key": memo["key"], "sent": sent.id})
    async with talk.db.read(talk.actor) as tx:
        return await result_screen(tx, talk, sent.id)


@router.message(Expecting(WHEN, text_only=True))
async def take_moment(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The day and the hour at which it leaves, as they were typed."""
    moment = written_moment(
        message.text or "", talk.db.clock.now(), talk.actor.timezone, time(HOURS[0]), talk.say.language
    )
    asks = _is_for_all(talk, memo)
    screen = await _ask_twice(talk, memo, moment) if asks else await _deliver(talk, memo, moment)
    await talk.show(screen, fresh=True)
    await talk.strip(memo.get("screen"))


async def _ask_twice(talk: Talk, memo: dict[str, Any], starts_at: datetime | None) -> Screen:
    async with talk.db.read(talk.actor) as tx:
        found = await audiences.preview(tx, Segment.from_json(memo["segment"]))
    key, n = int(memo["key"]), len(found.recipients)
    text = talk.say.n(
        "This goes to the whole region: %(n)s person. Is that what you want?",
        "This goes to the whole region: %(n)s people. Is that what you want?",
        n,
    )
    rows: list[Row] = [
        [button(talk.plain("Yes, send to the whole region"), BroadcastDo(do="sure", key=key))],
        [button(talk.plain("‹ Back"), BroadcastDo(do="back", key=key))],
    ]
    kept = {name: memo[name] for name in KEPT if name in memo}
    return Screen(text, rows, Expects(TEXT, {**kept, "leaves": starts_at and starts_at.isoformat()}, DRAFT))


async def _who_misses(talk: Talk, memo: dict[str, Any]) -> None:
    async with talk.db.read(talk.actor) as tx:
        found = await audiences.preview(tx, Segment.from_json(memo["segment"]))
    names = [f"{r.person.name}, {r.place}" for r in found.unreachable]
    names += [talk.plain("%(school)s: nobody is connected", school=name) for name in found.empty_schools]
    text = talk.say("Will not receive it:\n%(names)s", names="\n".join(names[:NAMES]))
    if len(names) > NAMES:
        text += "\n" + talk.say("and %(n)s more", n=len(names) - NAMES)
    kept = {name: memo[name] for name in KEPT if name in memo}
    back = [button(talk.plain("‹ Back"), BroadcastDo(do="back", key=int(memo["key"])))]
    await talk.show(Screen(text, [back], Expects(TEXT, kept, DRAFT)))
