"""Points in the chat: a school's own, the summary of a coordinator with its picture, recommendations."""

import asyncio
from typing import Any

import structlog
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Filter
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.flows.home import hats, show
from bot.identity import Expecting
from bot.presses import Home, Panel, WorkList
from bot.presses_waves import Mend, MyScores, Summary
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, safe
from domain import charts, monitoring, overview, schools
from domain.actor import COORDINATORS, SCHOOL_TEAM, Actor, Place
from domain.db import Tx
from domain.errors import NotFound
from domain.overview import Board, Segment
from domain.policy import Permission
from domain.texts import texts

router = Routes("scores")
log = structlog.get_logger()
MENDED = "mended"  # the next text says what the school has done
STEPS = 3  # next points named in one message


class HowAreThings(Filter):
    """«Как дела?» of a coordinator, in whatever language the person reads."""

    async def __call__(self, message: Message, talk: Talk, raw_state: str | None = None) -> bool:
        """Only these words, only from somebody who coordinates (a school may write them into a report), and only
        where no screen waits for words: they may be the question of a poll."""
        if raw_state is not None or not message.text:
            return False
        if not talk.actor.places(*COORDINATORS) or talk.actor.places(*SCHOOL_TEAM):
            return False
        asked = message.text.strip(" ?!.,").casefold()
        return asked == talk.plain("how are things").casefold()


@router.callback_query(MyScores.filter())
async def my_scores(query: CallbackQuery, callback_data: MyScores, talk: Talk) -> None:
    """The forecast, what the next point costs, what is at stake, what to mend."""
    async with talk.db.read(talk.actor) as tx:
        screen = await scores_screen(tx, talk, callback_data.school)
    await talk.show(screen)


async def scores_screen(tx: Tx, talk: Talk, school_id: int) -> Screen:
    """A school's own numbers. NotFound for everybody who is not of its team."""
    school = await schools.school(tx, school_id, Permission.SUBMIT)
    wave = await overview.current_wave_of(tx, school.region_id)
    board = await overview.board(tx, wave, Segment(school_id=school_id), by="school")
    lines = [bold(school.name), *_standing(talk, board)]
    rows: list[Row] = []
    for found, _ in await monitoring.recommendations(tx, school_id=school_id, open_only=True):
        until = talk.say("until %(day)s", day=talk.say.date(found.due_on))
        lines.append(f"• {safe(clip(found.text, 300))} ({until})")
        rows.append([button(talk.plain("Mended: %(what)s", what=found.text), Mend(id=found.id))])
    rows.append(
        [
            button(talk.plain("All assignments"), WorkList(school=school_id)),
            button(talk.plain("‹ Back"), Home(hat=f"s{school_id}")),
        ]
    )
    return Screen("\n".join(lines), rows)


def _standing(talk: Talk, board: Board) -> list[str]:
    """The numbers of a board's only place, or of all its places together."""
    say, whole = talk.say, board.lines[0] if len(board.lines) == 1 else board.whole
    counts = whole.counts
    lines = []
    if board.wave is not None and board.of is not None:
        until = say.date(board.wave.ends_on)
        lines.append(say("%(wave)s, until %(day)s", wave=board.wave.title, day=until))
        lines.append(say("Forecast: %(score)s", score=overview.of_max(talk.plain, whole.forecast)))
        if board.why_none:
            lines.append(say(board.why_none))
        if whole.official is not None:
            score = overview.of_max(talk.plain, whole.official.score)
            lines.append(say("Official: %(score)s (%(source)s)", score=score, source=whole.official.source))
    share = "" if counts.percent is None else f" = {counts.percent} %"
    lines.append(
        say("Confirmed: %(done)s of %(total)s", done=counts.confirmed, total=counts.required) + share
    )
    if counts.late:
        lines.append("🔴 " + say.n("%(n)s overdue", "%(n)s overdue", counts.late))
    if board.of is not None and whole.forecast is not None:
        alone = whole.place.school_id is not None
        steps = whole.steps[:STEPS]
        lines += ["➕ " + overview.step_words(say, s, board.of.max, alone=alone) for s in steps]
        best = overview.possible(whole, board.of)
        lost = overview.lost(best, whole.forecast) if best else 0
        if lost and board.wave is not None:
            words = say(
                "If nothing is confirmed by %(day)s, up to %(points)s points of %(max)s will be lost.",
                day=say.date(board.wave.ends_on),
                points=say.number(lost),
                max=say.number(board.of.max),
            )
            lines.append("⚠️ " + words)
    return lines


@router.callback_query(Mend.filter())
async def mend(query: CallbackQuery, callback_data: Mend, talk: Talk) -> None:
    """Ask what was done."""
    async with talk.db.read(talk.actor) as tx:
        found = await monitoring.recommendation(tx, callback_data.id)
    text = talk.say("<b>%(what)s</b>\nWhat has been done? Write one line.", what=found.text)
    rows: list[Row] = [[button(talk.plain("‹ Back"), MyScores(school=found.school_id))]]
    await talk.show(Screen(text, rows, Expects(MENDED, {"id": found.id})))


@router.message(Expecting(MENDED, text_only=True))
async def mended(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Close the recommendation with these words."""
    async with talk.db.write(talk.actor) as tx:
        found = await monitoring.close_recommendation(tx, int(memo["id"]), message.text or "")
    async with talk.db.read(talk.actor) as tx:
        screen = await scores_screen(tx, talk, found.school_id)
    text = talk.say("✅ Closed, the coordinator sees your answer.") + "\n\n" + screen.text
    await talk.show(Screen(text, screen.rows), fresh=True)
    await talk.remove(memo.get("screen"))


@router.message(HowAreThings())
async def how_are_things(message: Message, talk: Talk) -> None:
    """The summary of the person's widest place."""
    hat = next((h for h in hats(talk.actor) if h.role in COORDINATORS), None)
    if hat is None:
        await show(talk, fresh=True)
        return
    await _summary(talk, hat.place)


@router.callback_query(Summary.filter())
async def summary(query: CallbackQuery, callback_data: Summary, talk: Talk) -> None:
    """The picture, and below it the numbers with what to do."""
    place = Place(callback_data.region, callback_data.municipality or None)
    if not _coordinates(talk.actor, place):
        raise NotFound
    await _summary(talk, place)


def _coordinates(actor: Actor, place: Place) -> bool:
    return any(mine.covers(place) for mine in actor.places(*COORDINATORS))


async def _summary(talk: Talk, place: Place) -> None:
    by = "school" if place.municipality_id is not None else "municipality"
    async with talk.db.read(talk.actor) as tx:
        wave = await overview.current_wave_of(tx, place.region_id or 0)
        segment = Segment(municipality_id=place.municipality_id)
        board = await overview.board(tx, wave, segment, by=by)
        points = [] if place.municipality_id is not None else await overview.wave_line(tx, place)
        name = (await schools.place_name(tx, place)).name
    lines = [bold(name), *_standing(talk, board)]
    if silent := board.whole.silent:
        lines.append(talk.say.n("%(n)s school is silent", "%(n)s schools are silent", silent))
    for line, step in overview.cheapest(board, STEPS) if len(board.lines) > 1 and board.of else []:
        lines.append(
            f"➕ {safe(line.name)}: {overview.step_words(talk.say, step, board.of.max)}" if board.of else ""
        )
    hat = f"m{place.municipality_id}" if place.municipality_id else f"g{place.region_id}"
    rows: list[Row] = [[button(talk.plain("Panel"), Panel()), button(talk.plain("‹ Back"), Home(hat=hat))]]
    await _send_picture(talk, name, board, points)
    await talk.show(Screen("\n".join(lines), rows), fresh=True)
    if talk.press is not None and talk.press.message is not None:
        await talk.remove(talk.press.message.message_id)


async def _send_picture(talk: Talk, name: str, board: Board, points: list[overview.WavePoint]) -> None:
    """The drawings of the panel as one picture; without it the words are still there."""
    say = texts(talk.say.language, escape=False)
    drawings = []
    if trend := overview.trend_drawing(say, points):
        drawings.append((f"{name}. {say('Index from wave to wave, per cent')}", trend))
    if board.lines:
        shown = (
            board.lines
            if len(board.lines) <= 30
            else sorted(board.lines, key=lambda line: line.counts.percent or 0)[:30]
        )
        caption = f"{name}. {say('Confirmed measures, per cent')}"
        drawings.append((caption, overview.shares_drawing(say, overview.with_lines(board, shown))))
    if not drawings:
        return
    picture = await asyncio.to_thread(charts.pages, drawings)
    try:
        await talk.bot.send_photo(talk.chat_id, BufferedInputFile(picture, "summary.png"))
    except TelegramAPIError:
        log.warning("picture_not_sent", chat_id=talk.chat_id, exc_info=True)
