"""Monitoring on other screens: a recommendation that comes unasked, the ways to points and summary."""

from bot.letters import plain, reader
from bot.notice import Notice
from bot.presses_waves import Mend, MyScores, Summary
from bot.talk import Talk
from bot.ui import Row, button, clip
from domain import monitoring
from domain.actor import Place
from domain.db import Tx
from domain.errors import DomainError
from domain.outbox import OutboxMessage
from domain.texts import Texts


async def recommended(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the school's team: what to mend and until when; gone once somebody of it has closed it."""
    mine = await reader(tx, message)
    try:
        found = await monitoring.recommendation(mine, int(message.params["recommendation_id"]))
        wave = await monitoring.wave(mine, found.wave_id)
    except DomainError:
        return None
    if found.closed_at is not None:
        return None
    text = say(
        "<b>Recommendation after “%(wave)s”</b>\n%(what)s\nUntil %(day)s.",
        wave=wave.title,
        what=clip(found.text, 2500),
        day=say.date(found.due_on),
    )
    _ = plain(say)
    rows = (
        (
            button(_("It is mended…"), Mend(id=found.id)),
            button(_("My points"), MyScores(school=found.school_id)),
        ),
    )
    return Notice(text, rows)


async def scores_button(tx: Tx, talk: Talk, school_id: int) -> Row:
    """The way to the school's points where there is a wave or a recommendation to speak of."""
    waiting = len(await monitoring.recommendations(tx, school_id=school_id, open_only=True))
    if not waiting and not await monitoring.waves(tx):
        return []
    label = talk.plain("My points")
    if waiting:
        label = talk.plain("My points · recommendations: %(n)s", n=waiting)
    return [button(label, MyScores(school=school_id))]


async def summary_button(tx: Tx, talk: Talk, place: Place) -> Row:
    """«Сводка», where there is a wave to speak of."""
    if not await monitoring.waves(tx):
        return []
    press = Summary(region=place.region_id or 0, municipality=place.municipality_id or 0)
    return [button(talk.plain("Summary"), press)]
