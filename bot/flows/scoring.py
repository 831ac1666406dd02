"""An expert's queue in the chat: a school, its evidence in short, criterion by criterion, a remark from a list."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.identity import Expecting
from bot.presses import Home, Panel
from bot.presses_waves import GivePoints, ScoreCriterion, ScoreSchool, ToScore
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import monitoring, progress, risks, rubrics, schools
from domain.db import Tx
from domain.errors import NotFound
from domain.monitoring import ExpertMark, Wave
from domain.policy import Permission
from domain.progress import Standing
from domain.rubrics import Criterion

router = Routes("scoring")
WORDS = "mark-words"  # the next text is the expert's own remark
MOST_BUTTONS = 10  # whole points that are offered where there is no scale


async def queue_button(tx: Tx, talk: Talk) -> Row:
    """How many schools wait for the expert; nothing where none does."""
    waiting = sum(row.marked < row.criteria for row in await monitoring.queue(tx))
    if not await monitoring.queue(tx):
        return []
    return [button(talk.plain("To score: %(n)s", n=waiting), ToScore())]


@router.callback_query(ToScore.filter())
async def to_score(query: CallbackQuery, callback_data: ToScore, talk: Talk) -> None:
    """Schools of the sample, those that are not finished first."""
    async with talk.db.read(talk.actor) as tx:
        rows = sorted(await monitoring.queue(tx), key=lambda r: (r.marked >= r.criteria, r.wave.ends_on))
    shown = page(rows, callback_data.page)
    buttons: list[Row] = []
    for row in shown.items:
        state = "✅" if row.marked >= row.criteria else f"{row.marked}/{row.criteria}"
        press = ScoreSchool(wave=row.wave.id, school=row.school.id)
        buttons.append([button(f"{clip(row.school.name, 34)} · {state}", press)])
    buttons.append(shown.turning(lambda n: ToScore(page=n)))
    buttons.append([button(talk.plain("‹ Back"), Home())])
    text = talk.say("No school waits for your points.")
    if rows:
        text = talk.say(
            "<b>%(wave)s</b>\nSchools for you to score, until %(day)s.",
            wave=rows[0].wave.title,
            day=talk.say.date(rows[0].wave.ends_on),
        )
    await talk.show(Screen(text, buttons))


@router.callback_query(ScoreSchool.filter())
async def score_school(query: CallbackQuery, callback_data: ScoreSchool, talk: Talk) -> None:
    """The evidence in short and every criterion with what was given."""
    async with talk.db.read(talk.actor) as tx:
        screen = await _school_screen(tx, talk, callback_data.wave, callback_data.school)
    await talk.show(screen)


async def _sheet(
    tx: Tx, talk: Talk, wave_id: int, school_id: int
) -> tuple[Wave, list[Criterion], dict[str, ExpertMark]]:
    """The wave, what experts score in it, and this expert's marks. NotFound for a school of another's sample."""
    wave = await monitoring.wave(tx, wave_id)
    if not await monitoring.is_mine(tx, wave_id, school_id):
        raise NotFound
    asked = [c for c in (await monitoring.criteria_of(tx, wave)).leaves() if c.scored_by == "expert"]
    marks = (await monitoring.marks_of(tx, wave)).get(school_id, {})
    person = talk.actor.person_id
    return wave, asked, {key: by[person] for key, by in marks.items() if person in by}


async def _school_screen(tx: Tx, talk: Talk, wave_id: int, school_id: int) -> Screen:
    say = talk.say
    wave, asked, given = await _sheet(tx, talk, wave_id, school_id)
    school = await schools.school(tx, school_id)
    work = await progress.my_work(tx, school_id=school_id, permission=Permission.SEE)
    done = sum(row.standing is Standing.CONFIRMED for row in work)
    lines = [bold(school.name), wave_line(talk, wave)]
    lines.append(say("Measures confirmed: %(done)s of %(total)s", done=done, total=len(work)))
    for row in await risks.programmes(tx, school_id=school_id):
        name = talk.plain(risks.FACTORS[row.factor])
        lines.append(safe(f"{name}: {row.confirmed}/{row.total}"))
    lines.append(say("Documents and files are on the panel, beside the same criteria."))
    rows: list[Row] = []
    for at, criterion in enumerate(asked):
        mark = given.get(criterion.key)
        sign = f"✅ {mark.points}" if mark else "○"
        press = ScoreCriterion(wave=wave_id, school=school_id, at=at)
        rows.append([button(f"{sign} {criterion.title}", press)])
    rows.append([button(talk.plain("Panel"), Panel()), button(talk.plain("‹ Back"), ToScore())])
    return Screen("\n".join(lines), rows)


def wave_line(talk: Talk, wave: Wave) -> str:
    """«Третий мониторинг, до 25 ноября»."""
    return talk.say("%(wave)s, until %(day)s", wave=wave.title, day=talk.say.date(wave.ends_on))


@router.callback_query(ScoreCriterion.filter())
async def score_criterion(query: CallbackQuery, callback_data: ScoreCriterion, talk: Talk) -> None:
    """The scale as buttons; nothing is given before one is pressed."""
    async with talk.db.read(talk.actor) as tx:
        screen = await _criterion_screen(tx, talk, callback_data)
    await talk.show(screen)


async def _criterion_screen(tx: Tx, talk: Talk, chosen: ScoreCriterion) -> Screen:
    _, asked, given = await _sheet(tx, talk, chosen.wave, chosen.school)
    if not 0 <= chosen.at < len(asked):
        raise NotFound
    criterion, say = asked[chosen.at], talk.say
    school = await schools.school(tx, chosen.school)
    lines = [bold(school.name), safe(criterion.title)]
    mark = given.get(criterion.key)
    scale = criterion.scale or dict.fromkeys(range(min(int(criterion.max), MOST_BUTTONS) + 1), "")
    where = {"wave": chosen.wave, "school": chosen.school, "at": chosen.at}
    points_row = [
        button(f"{points} {word}".strip(), GivePoints(**where, points=points))
        for points, word in scale.items()
    ]
    rows: list[Row] = (
        [points_row] if criterion.scale else [points_row[n : n + 5] for n in range(0, len(points_row), 5)]
    )
    expects = None
    if mark is not None:
        lines.append(say("Given: %(points)s of %(max)s", points=mark.points, max=say.number(criterion.max)))
        if mark.remark:
            lines.append(f"«{safe(mark.remark)}»")
        lines.append(say("Add a remark: press one, or write your own."))
        remarks = rubrics.remarks_for(criterion)[:4]
        if mark.points.isdecimal():
            rows += [
                [button(remark, GivePoints(**where, points=int(mark.points), remark=n + 1))]
                for n, remark in enumerate(remarks)
            ]
        expects = Expects(WORDS, where)
    rows.append([button(talk.plain("‹ Back"), ScoreSchool(wave=chosen.wave, school=chosen.school))])
    return Screen("\n".join(lines), rows, expects)


@router.callback_query(GivePoints.filter())
async def give_points(query: CallbackQuery, callback_data: GivePoints, talk: Talk) -> None:
    """Keep the points, or add a ready remark to them."""
    async with talk.db.read(talk.actor) as tx:
        _, asked, given = await _sheet(tx, talk, callback_data.wave, callback_data.school)
        if not 0 <= callback_data.at < len(asked):
            raise NotFound
        criterion = asked[callback_data.at]
        remark = given[criterion.key].remark if criterion.key in given else ""
        ready = rubrics.remarks_for(criterion)
        if 0 < callback_data.remark <= len(ready):
            remark = _with(remark, ready[callback_data.remark - 1])
    async with talk.db.write(talk.actor) as tx:
        await monitoring.give_mark(
            tx, callback_data.wave, callback_data.school, criterion.key, callback_data.points, remark=remark
        )
    chosen = ScoreCriterion(wave=callback_data.wave, school=callback_data.school, at=callback_data.at)
    async with talk.db.read(talk.actor) as tx:
        screen = await _criterion_screen(tx, talk, chosen)
    await talk.show(screen)


def _with(remark: str, line: str) -> str:
    """One more line; the same line twice is once."""
    lines = remark.split("\n") if remark else []
    return "\n".join(lines if line in lines else [*lines, line])


@router.message(Expecting(WORDS, text_only=True))
async def own_words(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The expert's own remark to the points that were given."""
    chosen = ScoreCriterion(wave=int(memo["wave"]), school=int(memo["school"]), at=int(memo["at"]))
    async with talk.db.read(talk.actor) as tx:
        _, asked, given = await _sheet(tx, talk, chosen.wave, chosen.school)
        if not 0 <= chosen.at < len(asked) or asked[chosen.at].key not in given:
            raise NotFound
    mark = given[asked[chosen.at].key]
    remark = _with(mark.remark, (message.text or "").strip()[:1000])
    async with talk.db.write(talk.actor) as tx:
        await monitoring.give_mark(
            tx, chosen.wave, chosen.school, asked[chosen.at].key, mark.points, remark=remark
        )
    async with talk.db.read(talk.actor) as tx:
        screen = await _criterion_screen(tx, talk, chosen)
    await talk.show(screen, fresh=True)
    await talk.remove(memo.get("screen"))
