"""Polls that were asked: the list, results with counts, shares and their base, reminding once, closing."""

import asyncio

from aiogram.types import BufferedInputFile, CallbackQuery

from bot.ballots import MARK, result_lines
from bot.presses import Home
from bot.presses_polls import PollCard, PollList, PollPlan
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, clip, page, safe
from domain import handouts, polls
from domain.actor import COORDINATORS
from domain.db import Tx
from domain.errors import Forbidden

router = Routes("tallying")

ON_PAGE = 3  # questions of a poll on one screen
NAMES = 40


@router.callback_query(PollList.filter())
async def list_polls(query: CallbackQuery, callback_data: PollList, talk: Talk) -> None:
    """Open ones first, the newest first."""
    await show_polls(talk, callback_data.page)


async def show_polls(talk: Talk, number: int) -> None:
    """A page of the polls that were asked."""
    if not talk.actor.roles() & COORDINATORS:
        raise Forbidden
    async with talk.db.read(talk.actor) as tx:
        found = await polls.poll_list(tx)
        now = tx.now
    found.sort(key=lambda row: not row.poll.is_open(now))
    shown = page(found, number)
    rows: list[Row] = [[button(talk.plain("New poll"), PollPlan())]]
    for row in shown.items:
        sign = MARK if row.poll.is_open(now) else "✓"
        label = f"{sign} {clip(row.poll.title, 30)} · {row.answered}/{row.voters}"
        rows.append([button(label, PollCard(id=row.poll.id))])
    rows.append(shown.turning(lambda n: PollList(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    text = talk.say("There are no polls yet.")
    if found:
        text = talk.say("Polls; answered of all asked:")
    await talk.show(Screen(text, rows))


@router.callback_query(PollCard.filter())
async def card(query: CallbackQuery, callback_data: PollCard, talk: Talk) -> None:
    """One poll: results, also as a file, who has not answered, one reminder, the end."""
    id_, do, plain = callback_data.id, callback_data.do, talk.plain
    if do == "close":
        async with talk.db.read(talk.actor) as tx:
            title = (await polls.poll(tx, id_)).title
        rows: list[Row] = [
            [button(plain("Close the poll"), PollCard(id=id_, do="sure"))],
            [button(plain("‹ Back"), PollCard(id=id_))],
        ]
        await talk.show(Screen(bold(title) + "\n" + talk.say("No more answers will be taken."), rows))
        return
    if do == "excel":
        await _send_results(talk, id_)
        return
    if do == "silent":
        await talk.show(await _silent_screen(talk, id_))
        return
    if do == "remind":
        async with talk.db.write(talk.actor) as tx:
            n = await polls.remind(tx, id_)
        await talk.answer(talk.plain.n("Reminded: %(n)s person.", "Reminded: %(n)s people.", n))
    elif do == "sure":
        async with talk.db.write(talk.actor) as tx:
            await polls.close(tx, id_)
    await show_card(talk, id_, callback_data.page)


async def show_card(talk: Talk, poll_id: int, number: int = 0) -> None:
    """The results as they are now."""
    async with talk.db.read(talk.actor) as tx:
        screen = await _card_screen(tx, talk, poll_id, number)
    await talk.show(screen)


async def _card_screen(tx: Tx, talk: Talk, poll_id: int, number: int) -> Screen:
    say, plain = talk.say, talk.plain
    found = await polls.results(tx, poll_id)
    silent = await polls.silent_names(tx, poll_id)
    poll, is_open = found.poll, found.poll.is_open(tx.now)
    lines = [f"{MARK} {bold(poll.title)}"]
    share = f", {found.percent} %" if found.answered else ""
    lines.append(
        say("Answered: %(n)s of %(total)s", n=found.answered, total=found.voters)
        + share
        + "."
        + _state(talk, found, is_open=is_open)
    )
    pairs = list(enumerate(zip(found.questions, found.tallies, strict=False), start=1))
    shown = page(pairs, number, ON_PAGE)
    if found.is_hidden:
        lines.append(say("Results of an anonymous poll are shown from %(n)s answers on.", n=polls.FEWEST))
    elif found.answered:
        for n, (question, tally) in shown.items:
            named = len(pairs) == 1 and question.text == poll.title
            lines += ["", *result_lines(say, n, question, tally, named=named)]
    rows: list[Row] = [shown.turning(lambda n: PollCard(id=poll_id, page=n))]
    if is_open:
        rows.append([button(plain("Refresh"), PollCard(id=poll_id, page=shown.number))])
    if silent:
        label = plain("Who has not answered: %(n)s", n=len(silent))
        rows.append([button(label, PollCard(id=poll_id, do="silent"))])
    if found.answered and not found.is_hidden:
        rows.append([button(plain("Excel"), PollCard(id=poll_id, do="excel"))])
    if is_open and found.answered < found.voters and poll.reminded_at is None:
        rows.append([button(plain("Remind them once"), PollCard(id=poll_id, do="remind"))])
    if is_open:
        rows.append([button(plain("Close the poll"), PollCard(id=poll_id, do="close"))])
    rows.append([button(plain("‹ Back"), PollList())])
    return Screen("\n".join(lines), rows)


async def _send_results(talk: Talk, poll_id: int) -> None:
    """The workbook of the panel as a message of its own: the screen above stays as it is."""
    async with talk.db.read(talk.actor) as tx:
        book = await polls.book(tx, poll_id, talk.plain)
    body = await asyncio.to_thread(handouts.as_bytes, book, handouts.Format.XLSX, talk.plain)
    name = handouts.file_name(book.title, handouts.Format.XLSX, book.as_of)
    await talk.bot.send_document(talk.chat_id, BufferedInputFile(body, name))


def _state(talk: Talk, found: polls.Results, *, is_open: bool) -> str:
    """What there is to know beside the counts: the end, whose voice counts, whether names are kept."""
    say, poll = talk.say, found.poll
    parts = []
    if not is_open:
        parts.append(say("The poll is over."))
    elif poll.closes_at is not None:
        parts.append(say("Until %(when)s.", when=say.time(poll.closes_at, talk.actor.timezone)))
    if poll.per_school:
        parts.append(say("One answer for the whole school."))
    if poll.anonymous:
        parts.append(say("Anonymous."))
    return "\n" + " ".join(parts) if parts else ""


async def _silent_screen(talk: Talk, poll_id: int) -> Screen:
    async with talk.db.read(talk.actor) as tx:
        title = (await polls.poll(tx, poll_id)).title
        silent = await polls.silent_names(tx, poll_id)
    names = "\n".join(safe(f"{name}, {place}") for name, place in silent[:NAMES])
    text = bold(title) + "\n" + talk.say("Has not answered:") + "\n" + names
    if not silent:
        text = bold(title) + "\n" + talk.say("Everybody has answered.")
    if len(silent) > NAMES:
        text += "\n" + talk.say("and %(n)s more", n=len(silent) - NAMES)
    return Screen(text, [[button(talk.plain("‹ Back"), PollCard(id=poll_id))]])
