"""Drafting and handing in: whatever is sent goes into the draft of the opened assignment; one press sends it."""

from collections.abc import Sequence
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.flows import home, uploading
from bot.flows.sharing import freshen, onlookers
from bot.flows.work import DRAFT, work_screen
from bot.handling import handling
from bot.holders import hat_of
from bot.identity import Expecting
from bot.intake import Fetched, Item, NotEvidence, TooLargeForTelegram, fetch, item_of, put
from bot.lines import work_label
from bot.presses import (
    Home,
    Later,
    Remove,
    RemoveChoice,
    RemovePhotos,
    Send,
    ToWhich,
    ToWhichPage,
    Withdraw,
    Work,
)
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, clip, page
from domain import inbox, people, progress, schools
from domain.actor import SYSTEM
from domain.db import Tx
from domain.errors import DomainError
from domain.files import FileRefused
from domain.policy import Permission
from domain.progress import (
    AlreadySubmitted,
    AssignmentClosed,
    DocumentNeeded,
    Evidence,
    Kind,
    Status,
    TooManyFiles,
    TooManyPhotos,
)

router = Routes("drafting")

HELD = "held"  # something was sent before any assignment was opened


@router.message(Expecting(DRAFT))
async def add(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """One more thing for the draft; the draft's message is updated, an album updates it once."""
    assignment_id = int(memo["assignment"])
    item = item_of(message)
    try:
        fetched = await _fetched(talk, item, assignment_id)
        async with talk.db.write(talk.actor) as tx:
            await put(tx, talk.chat_id, assignment_id, fetched)
    except TooLargeForTelegram as large:
        await uploading.offer(talk, assignment_id, large)
        if message.media_group_id is None:
            return
    except (FileRefused, TooManyFiles, TooManyPhotos) as refused:
        # The draft stays as it is; it is drawn again only where this was the last part of an album.
        await talk.refuse(refused)
        if message.media_group_id is None:
            return
    except (AlreadySubmitted, AssignmentClosed) as closed:
        await talk.refuse(closed)
        await redraw(talk, assignment_id, None, message.message_id)
        return
    if not await _more_of_album(talk, message):
        await redraw(talk, assignment_id, memo.get("screen"), message.message_id)


async def _fetched(talk: Talk, item: Item, assignment_id: int) -> Fetched:
    """Words need no look at the rules; a file is fetched only for an assignment of the person's own."""
    if not item.file_id:
        return Fetched(item)
    async with talk.db.read(talk.actor) as tx:
        work = await progress.assignment(tx, assignment_id, Permission.SUBMIT)
        rules = await schools.file_rules(tx, work.place)
    return await fetch(talk, item, allowed=rules.file_types, max_mb=rules.max_file_mb)


async def redraw(talk: Talk, assignment_id: int, screen_id: int | None, newest_id: int) -> None:
    """Edit the draft's message while it is the last one; where something stands below it, move it there.

    Colleagues who have the draft open see it too.
    """
    async with talk.db.read(talk.actor) as tx:
        screen = await work_screen(tx, talk, await progress.work_card(tx, assignment_id))
        others = await onlookers(tx, talk, assignment_id)
    shown = None
    if screen_id is not None and screen_id > newest_id:
        shown = await talk.redraw(screen_id, screen)
        if shown is not None:
            await talk.expect(screen.expects, shown)
    if shown is None:
        await talk.show(screen, fresh=True)
        await talk.remove(screen_id)
    await freshen(talk, assignment_id, others)


async def _more_of_album(talk: Talk, message: Message) -> bool:
    """Whether the rest of an album already waits: then its last part draws the draft."""
    current = handling.get()
    if message.media_group_id is None or current is None:
        return False
    async with talk.db.read(SYSTEM) as tx:
        return await inbox.more_in_lane(tx, talk.chat_id, after_id=current.inbox_id)


@router.callback_query(Send.filter())
async def send(query: CallbackQuery, callback_data: Send, talk: Talk) -> None:
    """Hand in, once; the second press is told the number."""
    try:
        async with talk.db.write(talk.actor) as tx:
            sent = await progress.submit(tx, callback_data.id)
            work = await progress.assignment(tx, callback_data.id)
            has_curator = work.school_id is not None and bool(await people.curators(tx, work.place))
            others = await onlookers(tx, talk, callback_data.id)
    except (AlreadySubmitted, AssignmentClosed, DocumentNeeded) as refused:
        await talk.refuse(refused)
        await _show_card(talk, callback_data.id)
        return
    parts = [talk.say("Accepted, No. %(number)s.", number=sent.id)]
    if work.status is Status.NOTED:
        parts = [talk.say("Noted as done, No. %(number)s.", number=sent.id)]
        parts.append(talk.say("Nobody else in your region can confirm it, so your document stands for it."))
    elif has_curator:
        parts.append(talk.say("The curator usually answers within two working days."))
    else:
        parts.append(talk.say("The coordinator will look at it; the answer will come here."))
    parts.append(talk.say("Nothing more has to be done."))
    rows: list[Row] = [
        [button(talk.plain("What else waits"), Home(hat=hat_of(work.place)))],
        [button(talk.plain("Show what was sent"), Work(id=callback_data.id))],
    ]
    await talk.show(Screen(" ".join(parts), rows))
    await freshen(talk, callback_data.id, others)


@router.callback_query(Later.filter())
async def later(query: CallbackQuery, callback_data: Later, talk: Talk) -> None:
    """The draft waits; nothing was sent."""
    await talk.answer(talk.plain("The draft is kept. Open the assignment to go on."))
    await home.show(talk)


@router.callback_query(RemoveChoice.filter())
async def choose_removal(query: CallbackQuery, callback_data: RemoveChoice, talk: Talk) -> None:
    """What to take out; back to the draft where it is empty."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.work_card(tx, callback_data.id)
    if not card.draft:
        await _show_card(talk, callback_data.id)
        return
    photos = [item for item in card.draft if item.kind is Kind.PHOTO]
    shown = page([item for item in card.draft if item not in photos] + photos, callback_data.page)
    rows: list[Row] = [
        [button(_name(talk, item, photos), Remove(id=callback_data.id, evidence=item.id))]
        for item in shown.items
    ]
    if len(photos) > 1:
        every = talk.plain("All photos: %(n)s", n=len(photos))
        rows.append([button(every, RemovePhotos(id=callback_data.id))])
    rows.append(shown.turning(lambda n: callback_data.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), Work(id=callback_data.id))])
    expects = Expects(DRAFT, {"assignment": callback_data.id, "aside": True})
    await talk.show(Screen(talk.say("What shall I remove from the draft?"), rows, expects))


def _name(talk: Talk, item: Evidence, photos: Sequence[Evidence]) -> str:
    if item.kind is Kind.LINK:
        return item.text or ""
    if item.kind is Kind.TEXT:
        return talk.plain("“%(words)s”", words=clip(item.text or "", 36))
    if item.kind is Kind.PHOTO:
        if len(photos) == 1:
            return talk.plain("Photo")
        return talk.plain("Photo %(number)s of %(n)s", number=photos.index(item) + 1, n=len(photos))
    return f"📎 {item.name}"


@router.callback_query(Remove.filter())
async def remove(query: CallbackQuery, callback_data: Remove, talk: Talk) -> None:
    """Take one thing out; gone already is as good."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await progress.remove_evidence(tx, callback_data.evidence)
    except (AlreadySubmitted, AssignmentClosed) as closed:
        await _too_late(talk, callback_data.id, closed)
    else:
        await _show_card(talk, callback_data.id, changed=True)


@router.callback_query(RemovePhotos.filter())
async def remove_photos(query: CallbackQuery, callback_data: RemovePhotos, talk: Talk) -> None:
    """An album that was the wrong one goes by one press."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await progress.remove_photos(tx, callback_data.id)
    except (AlreadySubmitted, AssignmentClosed) as closed:
        await _too_late(talk, callback_data.id, closed)
    else:
        await _show_card(talk, callback_data.id, changed=True)


async def _too_late(talk: Talk, assignment_id: int, closed: DomainError) -> None:
    """It left with the report, or the measure is closed: said, and shown as it stands."""
    await talk.refuse(closed)
    await _show_card(talk, assignment_id)


@router.callback_query(Withdraw.filter())
async def withdraw(query: CallbackQuery, callback_data: Withdraw, talk: Talk) -> None:
    """Take a report back while nobody has decided; otherwise show what was decided."""
    try:
        async with talk.db.write(talk.actor) as tx:
            work = await progress.withdraw(tx, callback_data.submission)
        await _show_card(talk, work.id, changed=True)
    except progress.AlreadyDecided as decided:
        await talk.refuse(decided)
        async with talk.db.read(talk.actor) as tx:
            card = await progress.submission_card(tx, callback_data.submission)
        await _show_card(talk, card.assignment.id)


async def _show_card(talk: Talk, assignment_id: int, *, changed: bool = False) -> None:
    """The card as it is now; colleagues see it too where this press has changed something."""
    async with talk.db.read(talk.actor) as tx:
        screen = await work_screen(tx, talk, await progress.work_card(tx, assignment_id))
        others = await onlookers(tx, talk, assignment_id) if changed else []
    await talk.show(screen)
    await freshen(talk, assignment_id, others)


async def hold(message: Message, talk: Talk, held: list[dict[str, Any]], screen_id: int | None) -> None:
    """Something sent from the home screen: keep it and ask what it belongs to."""
    try:
        item = item_of(message)
        held = [h for h in held if h["message_id"] != item.message_id] + [item.memo()]
    except NotEvidence as refused:
        if not held:
            raise
        await talk.refuse(refused)
    if await _more_of_album(talk, message):
        await talk.expect(Expects(HELD, {"held": held}), screen_id)
        return
    async with talk.db.read(talk.actor) as tx:
        named = await _named(tx, held)
        if named is not None:
            screen = await work_screen(tx, talk, await progress.work_card(tx, named))
        else:
            screen = await _which_screen(tx, talk, held, 0)
    is_last = screen_id is not None and screen_id > message.message_id
    if screen_id is not None and is_last and await talk.redraw(screen_id, screen) is not None:
        await talk.expect(screen.expects, screen_id)
        return
    await talk.show(screen, fresh=True)
    await talk.remove(screen_id)


async def _named(tx: Tx, held: list[dict[str, Any]]) -> int | None:
    """The open assignment whose number is all that was written: who writes «2.3» means to open it."""
    if len(held) != 1 or held[0]["file_id"] or not (words := held[0]["text"].strip(" .")):
        return None
    found = [
        row.assignment.id
        for row in await progress.my_work(tx, open_only=True)
        if (row.measure.number or "").strip(" .") == words
    ]
    return found[0] if len(found) == 1 else None


@router.message(Expecting(HELD))
async def hold_more(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The next message before the person has said what the first belongs to."""
    await hold(message, talk, list(memo["held"]), memo.get("screen"))


async def _which_screen(tx: Tx, talk: Talk, held: list[dict[str, Any]], number: int) -> Screen:
    work = await progress.my_work(tx, open_only=True)
    if not work:
        return Screen(talk.say("Nothing waits for a report now, so I do not know where to put this."))
    today = progress.today(tx)
    shown = page(work, number)
    rows: list[Row] = [
        [button(work_label(row, talk.plain, today), ToWhich(id=row.assignment.id))] for row in shown.items
    ]
    rows.append(shown.turning(lambda n: ToWhichPage(page=n)))
    rows.append([button(talk.plain("To none, forget it"), ToWhich(id=0))])
    text = talk.say("Which assignment does this belong to?")
    if len(held) > 1:
        text += " " + talk.say.n("(%(n)s message)", "(%(n)s messages)", len(held))
    return Screen(text, rows, Expects(HELD, {"held": held}))


@router.callback_query(ToWhichPage.filter())
async def which_page(query: CallbackQuery, callback_data: ToWhichPage, talk: Talk) -> None:
    """More assignments to choose from."""
    held = (await talk.state.get_data()).get("held", [])
    async with talk.db.read(talk.actor) as tx:
        screen = await _which_screen(tx, talk, held, callback_data.page)
    await talk.show(screen)


@router.callback_query(ToWhich.filter())
async def put_held(query: CallbackQuery, callback_data: ToWhich, talk: Talk) -> None:
    """Put what was kept into the draft; what will not do is said, the rest goes in."""
    held = [Item(**item) for item in (await talk.state.get_data()).get("held", [])]
    if not callback_data.id:
        await home.show(talk)
        return
    async with talk.db.read(talk.actor) as tx:
        card = await progress.work_card(tx, callback_data.id)
        rules = await schools.file_rules(tx, card.assignment.place)
    fetched: list[Fetched] = []
    refused: list[DomainError] = []
    for item in held:
        try:
            fetched.append(await fetch(talk, item, allowed=rules.file_types, max_mb=rules.max_file_mb))
        except DomainError as error:
            refused.append(error)
    try:
        async with talk.db.write(talk.actor) as tx:
            for one in fetched:
                try:
                    await put(tx, talk.chat_id, callback_data.id, one)
                except (TooManyFiles, TooManyPhotos) as error:
                    refused.append(error)
    except (AlreadySubmitted, AssignmentClosed) as closed:
        await talk.refuse(closed)
    for reason in refused:
        if isinstance(reason, TooLargeForTelegram):
            await uploading.offer(talk, callback_data.id, reason)
        else:
            await talk.say_html(talk.say.error(reason))
    if not held:
        await talk.answer(talk.plain("I no longer have that message. Please send it again."), alert=True)
    async with talk.db.read(talk.actor) as tx:
        screen = await work_screen(tx, talk, await progress.work_card(tx, callback_data.id))
        others = await onlookers(tx, talk, callback_data.id)
    await talk.show(screen, fresh=bool(refused))
    await freshen(talk, callback_data.id, others)
    if refused and query.message is not None:
        await talk.remove(query.message.message_id)
