"""Mutual expertise on other screens: the way to it, what comes unasked, its lines in a digest."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from aiogram.types import InlineKeyboardButton

from bot.days import written_moment
from bot.letters import plain, reader
from bot.lines import short_due
from bot.notice import Notice
from bot.presses_peers import Peer, PeerDo, WatchedRound
from bot.talk import Talk
from bot.ui import Row, button, safe
from domain import peer_review, peer_watch
from domain.actor import Place
from domain.db import Tx
from domain.deadlines import DayUnclear, HourUnclear, MonthUnclear
from domain.errors import N_, DomainError
from domain.outbox import OutboxMessage
from domain.peer_review import STEPS, FormView
from domain.texts import DEFAULT_LANGUAGE, Texts

SHOWN = 3  # silent schools named in a line
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


class MeetingUnclear(DomainError):
    """A day or an hour that was typed and cannot be read."""

    sentence = N_("I did not understand when. Write it in one line: 21.10 15:30, and the link after it.")


def written_meeting(
    text: str, now: datetime, timezone: str, language: str = DEFAULT_LANGUAGE
) -> tuple[datetime, str]:
    """«21.10 15:30 https://…»: when by the writer's clock, and the link or nothing. Raises MeetingUnclear, DayPassed."""
    link = _LINK.search(text)
    try:
        at = written_moment(_LINK.sub(" ", text), now, timezone, None, language)
    except MonthUnclear:
        raise
    except (DayUnclear, HourUnclear):
        raise MeetingUnclear from None
    return at, link[0].rstrip(".,;") if link else ""


async def peers_button(tx: Tx, talk: Talk, school_id: int) -> Row:
    """The way to the school's round, while one runs or recommendations wait for an answer."""
    for form, _ in await peer_review.my_forms(tx, school_id):
        view = await peer_review.my_side(tx, form.id)
        waiting = sum(one.verdict is None for one in view.advice)
        if not view.runs and not waiting:
            continue
        label = talk.plain("Mutual expertise")
        if silent := max((side.silent for side in view.others), default=0):
            label += " · " + talk.plain("the partner is silent, %(n)s d.", n=silent)
        elif waiting:
            label += " · " + talk.plain("recommendations: %(n)s", n=waiting)
        elif view.runs and view.mine.owes:
            step = view.mine.owes[0]
            label += " · " + short_due(talk.plain, view.mine.dates.of(step), talk.today())
        return [button(f"🤝 {label}", Peer(id=form.id))]
    return []


def partners(say: Texts, view: FormView) -> list[str]:
    """Who the partner is; in a triple who writes to whom."""
    about = view.mine.about
    if view.mine.form.parted_at is not None:
        return [say("Former partner: %(school)s", school=about.name)]
    if len(view.others) == 1:
        return [
            say("Your partner: <b>%(school)s</b>, %(place)s.", school=about.name, place=about.municipality)
        ]
    author = view.author
    return [
        say("There are three of you; recommendations go round."),
        say("You write to: <b>%(school)s</b>, %(place)s.", school=about.name, place=about.municipality),
        say("To you writes: <b>%(school)s</b>, %(place)s.", school=author.name, place=author.municipality),
    ]


async def _view(tx: Tx, message: OutboxMessage) -> tuple[Tx, FormView] | None:
    mine = await reader(tx, message)
    try:
        return mine, await peer_review.my_side(mine, int(message.params["form_id"]))
    except DomainError:
        return None


async def partner(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To both teams: who the partner is, and the dates."""
    found = await _view(tx, message)
    if found is None or not found[1].runs:
        return None
    view = found[1]
    dates, _ = view.mine.dates, plain(say)
    lines = [
        "🤝 " + say("Mutual expertise: %(title)s", title=view.round.title),
        *_what_changed(say, view),
        *partners(say, view),
        say(
            "Look at the partner's documents and fill in the form by %(exchange)s, meet by %(meeting)s, make the "
            "form final by %(final)s.",
            exchange=say.date(dates.exchange),
            meeting=say.date(dates.meeting),
            final=say.date(dates.final),
        ),
    ]
    id_ = view.mine.form.id
    rows = (
        (button(_("Open"), Peer(id=id_, fresh=True)),),
        (button(_("The partner's documents"), PeerDo(id=id_, do="papers")),),
    )
    return Notice("\n".join(lines), rows)


def _what_changed(say: Texts, view: FormView) -> list[str]:
    if view.former:
        return [say("The partner has changed; what you wrote for the former one is kept.")]
    if view.mine.form.given_at is None and any(side.form.given_at for side in view.others):
        return [say("Who works with you has changed; your own form goes on.")]
    return []


async def parted(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The pair is no more and nobody has taken the partner's place yet; gone once somebody has."""
    found = await _view(tx, message)
    if found is None or found[1].now is not None or found[1].mine.form.parted_at is None:
        return None
    view, _ = found[1], plain(say)
    text = "🤝 " + say(
        "%(title)s: %(school)s is no longer your partner. What you have written is kept.",
        title=view.round.title,
        school=view.mine.about.name,
    )
    text += "\n" + say("Nothing is to be done now. If there is a new partner, I will write.")
    return Notice(text, ((button(_("Open"), Peer(id=view.mine.form.id, fresh=True)),),))


async def shared(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The partner has shown its draft; gone once it is final."""
    found = await _view(tx, message)
    if found is None or found[1].received is None or found[1].received.final_at is not None:
        return None
    if not found[1].runs:
        return None
    view, _ = found[1], plain(say)
    text = "🤝 " + say(
        "%(school)s has shown you its recommendations, still a draft.", school=view.author.name
    )
    return Notice(text, ((button(_("Read"), PeerDo(id=view.mine.form.id, do="read")),),), silent=True)


async def meeting(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The partner has named a time; gone where another one was agreed since."""
    found = await _view(tx, message)
    if found is None:
        return None
    mine, view = found
    at = view.pair.meeting_at if view.runs else None
    if at is None or at.isoformat() != message.params["at"] or view.pair.met_at is not None:
        return None
    _, others = plain(say), ", ".join(side.school.name for side in view.others)
    text = "📅 " + say(
        "Meeting of mutual expertise with %(school)s: %(when)s.",
        school=others,
        when=say.time(at, mine.actor.timezone),
    )
    if view.pair.meeting_link:
        text += "\n" + safe(view.pair.meeting_link)
    return Notice(text, ((button(_("Open"), Peer(id=view.mine.form.id, fresh=True)),),))


async def final(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The final recommendations have come: what to do with each."""
    found = await _view(tx, message)
    if found is None or found[1].received is None or found[1].received.final_at is None:
        return None
    view, _ = found[1], plain(say)
    text = "🤝 " + say.n(
        "%(school)s has sent its final form: %(n)s recommendation.",
        "%(school)s has sent its final form: %(n)s recommendations.",
        len(view.advice),
        school=view.author.name,
    )
    text += "\n" + say("Say of each whether you take it, or turn it into a measure of your own.")
    id_ = view.mine.form.id
    rows = (
        (
            button(_("Answer"), PeerDo(id=id_, do="advice")),
            button(_("The whole form"), PeerDo(id=id_, do="read")),
        ),
    )
    return Notice(text, rows)


async def silence_lines(tx: Tx, say: Texts, place: Place) -> list[str]:
    """To a coordinator, one line: which schools of the place are silent to their partners."""
    found = [one for one in await peer_watch.silences(tx) if place.covers(one.place)]
    if not found:
        return []
    text = say.n(
        "mutual expertise: %(n)s school is silent to its partner",
        "mutual expertise: %(n)s schools are silent to their partners",
        len(found),
    )
    names = ", ".join(one.school for one in found[:SHOWN])
    more = "" if len(found) <= SHOWN else ", …"
    return [f"🔇 {text} ({safe(names)}{more})"]


def task_lines(say: Texts, found: Sequence[peer_watch.Line], today: date) -> list[str]:
    """One line for each step that is due."""
    lines = []
    for line in found[:SHOWN]:
        task = line.task
        sign = "🔴" if task.due_on < today else "🟡"
        when = short_due(say, task.due_on, today)
        if task.step is None:
            text = say("Mutual expertise “%(title)s” is not started: %(when)s", title=task.title, when=when)
        else:
            text = say("Mutual expertise, %(school)s", school=line.partner) + ": "
            text += say(STEPS[task.step]) + ", " + when
        lines.append(f"{sign} {text}")
    return lines


def task_buttons(say: Texts, found: Sequence[peer_watch.Line]) -> Row:
    """The way to the round of the first step of each school."""
    forms = list(dict.fromkeys(line.task.form_id for line in found if line.task.form_id))
    label = plain(say)("Mutual expertise")
    return [button(f"🤝 {label}", Peer(id=id_, fresh=True)) for id_ in forms[:2]]


def watch_buttons(
    say: Texts, found: Sequence[peer_watch.State], *, fresh: bool = True
) -> list[tuple[InlineKeyboardButton]]:
    """To a coordinator: the way to each round that runs and its pairs; `fresh`: in a message of its own."""
    label = plain(say)("Mutual expertise")
    titles = [state.title if len(found) > 1 else label for state in found]
    return [
        (button(f"🤝 {title}", WatchedRound(id=state.round_id, fresh=fresh)),)
        for title, state in zip(titles[:2], found, strict=False)
    ]
