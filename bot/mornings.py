"""How a morning digest reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from aiogram.types import InlineKeyboardButton

from bot.lines import short_due
from bot.notice import Notice
from bot.peers import task_buttons, task_lines, watch_buttons
from bot.presses import DigestWhy, Home, Queue, Snooze, Work
from bot.reminding import DigestAll, Idle, Joint, Silences
from bot.seasons import cycle_buttons, cycle_lines
from bot.ui import button, clip, safe
from domain import chase, peer_watch, people, progress, reminders, schools, seasons, weekly
from domain.actor import COORDINATORS, Place
from domain.chase import Silence
from domain.db import Tx
from domain.errors import N_
from domain.outbox import OutboxMessage
from domain.peer_review import Step
from domain.progress import QueueRow, WorkRow
from domain.texts import Texts, texts

SHOWN = 8  # lines of a digest; the rest is counted
IN_A_ROW, ROW = 4, 30  # buttons beside each other, and their characters together
PEERS = {
    Step.SHARE: N_("forms shown by"),
    Step.MEET: N_("have met:"),
    Step.FINISH: N_("final forms handed in by"),
}


async def digest(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The morning: only what this person must act on, as it stands now."""
    actor = await people.actor_by_id(tx, message.person_id or 0)
    mine = replace(tx, actor=actor)
    if actor.person_id is None or (await reminders.choices(mine)).is_paused(progress.today(mine)):
        return None
    since = message.params.get("since")
    found = await reminders.digest_of(mine, since=datetime.fromisoformat(since) if since else None)
    if not found:
        return None
    return await rendered(mine, found, say)


async def rendered(mine: Tx, found: reminders.Digest, say: Texts) -> Notice:
    """A digest with the remarks that its returned reports wait with."""
    remarks = {row.assignment.id: await _remark(mine, row) for row in found.returned[:SHOWN]}
    names = await seasons.names(mine, found.cycle)
    return digest_notice(found, progress.today(mine), say, remarks, names)


async def _remark(mine: Tx, row: WorkRow) -> str:
    review = (await progress.work_card(mine, row.assignment.id)).returned
    return clip(review.comment, 120) if review is not None else ""


def digest_notice(
    found: reminders.Digest,
    day: date,
    say: Texts,
    remarks: Mapping[int, str],
    names: Mapping[Place, str] = MappingProxyType({}),
) -> Notice:
    """How a digest reads."""
    work = [
        (sign, row)
        for sign, rows in (("🔴", found.overdue), ("🟡", found.soon), ("↩️", found.returned))
        for row in rows
    ]
    several = len({row.school.id for _, row in work}) > 1
    plain = texts(say.language, escape=False)
    lines = [f"{sign} {_work_line(say, row, day, remarks, several=several)}" for sign, row in work]
    lines.extend(cycle_lines(say, found.cycle, day, names))
    if found.to_review:
        lines.append(_review_line(say, found.to_review))
    lines.extend(silence_lines(say, found.silences))
    steps = task_lines(say, found.peers, day)  # few, and never cut off by what is overdue
    shown = [*lines[: SHOWN - len(steps)], *steps]
    if len(lines) + len(steps) > len(shown):
        shown.append(say("and %(n)s more", n=len(lines) + len(steps) - len(shown)))
    head = say.n("Good morning! %(n)s thing for today.", "Good morning! %(n)s things for today.", len(found))
    keyboard = opening(say, [row for _, row in work][: SHOWN - len(steps)])
    if found.to_review:
        keyboard.append((button(plain("To review: %(n)s", n=len(found.to_review)), Queue()),))
    if found.peers:
        keyboard.append(tuple(task_buttons(say, found.peers)))
    if found.cycle:
        keyboard.append(tuple(cycle_buttons(say, found.cycle)))
    extra = (
        [button(plain("Silent: %(n)s", n=len(found.silences)), Silences(fresh=True))]
        if found.silences
        else []
    )
    if found.more:
        extra.append(button(plain("The whole list: %(n)s", n=len(found) + found.more), DigestAll()))
    if extra:
        keyboard.append(tuple(extra))
    keyboard.append(
        (button(plain("Remind me tomorrow"), Snooze()), button(plain("Why did I get this"), DigestWhy()))
    )
    return Notice("\n".join([head, *shown]), tuple(keyboard))


def opening(say: Texts, rows: Sequence[WorkRow]) -> list[tuple[InlineKeyboardButton, ...]]:
    """A button for each line that names an assignment; as many beside each other as a phone shows."""
    plain = texts(say.language, escape=False)
    numbers = [row.measure.number or clip(row.measure.spoken, 16) for row in rows]
    keyboard: list[tuple[InlineKeyboardButton, ...]] = []
    for n, row in enumerate(rows):
        is_one = numbers.count(numbers[n]) == 1  # or the same measure of two schools
        label = numbers[n] if is_one else f"{clip(row.school.name, 16)} {numbers[n]}"
        if n == 0:
            label = plain("Open %(what)s", what=label)
        press = button(label, Work(id=row.assignment.id, fresh=True))
        beside = keyboard[-1] if keyboard else ()
        if beside and len(beside) < IN_A_ROW and sum(len(b.text) for b in (*beside, press)) <= ROW:
            keyboard[-1] = (*beside, press)
        else:
            keyboard.append((press,))
    return keyboard


def _work_line(say: Texts, row: WorkRow, day: date, remarks: Mapping[int, str], *, several: bool) -> str:
    name = row.measure.label
    if several:
        name = f"{row.school.name}: {name}"
    if row.standing is progress.Standing.OVERDUE:
        state = say.n("overdue by %(n)s day", "overdue by %(n)s days", row.days_late)
    elif row.standing is progress.Standing.RETURNED:
        state = say("returned for improvement")
        if remark := remarks.get(row.assignment.id):
            state += ": " + say("“%(words)s”", words=remark)
    elif row.assignment.due_on == day:
        state = say("due today")
    elif row.assignment.due_on == day + timedelta(days=1):
        state = say("due tomorrow")
    else:
        state = short_due(say, row.assignment.due_on, day)
    return f"{safe(name)}: {state}"


def _review_line(say: Texts, waiting: Sequence[QueueRow]) -> str:
    text = "⏳ " + say.n("%(n)s report to review", "%(n)s reports to review", len(waiting))
    longest = waiting[0]
    if longest.waiting:
        days = say.n("%(n)s working day", "%(n)s working days", longest.waiting)
        text += ", " + say("the longest: %(school)s, %(days)s", school=longest.school.name, days=days)
    return text


def silence_lines(say: Texts, found: Sequence[Silence]) -> list[str]:
    """One line each, capped."""
    lines = []
    for silence in found[: chase.SHOWN]:
        days = say.n("%(n)s working day", "%(n)s working days", silence.days)
        if silence.side not in chase.REVIEWERS:
            text = say("%(school)s is silent for %(days)s", school=silence.school, days=days)
            text += ", " + say.n("%(n)s thing not handed in", "%(n)s things not handed in", silence.things)
        else:
            text = say("%(school)s waits for its reviewer for %(days)s", school=silence.school, days=days)
        lines.append(f"🔇 {text}")
    if len(found) > chase.SHOWN:
        lines.append("🔇 " + say("and %(n)s more", n=len(found) - chase.SHOWN))
    return lines


async def weekly_summary(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """Monday for a coordinator: counts first, then names."""
    mine = replace(tx, actor=await people.actor_by_id(tx, message.person_id or 0))
    if not mine.actor.roles() & COORDINATORS:
        return None
    found = await weekly.summary(mine)
    if not found:
        return None
    lines = [say("<b>The week begins</b>")]
    lines.append("✅ " + say("Confirmed in the last seven days: %(n)s", n=found.confirmed))
    if found.late:
        schools = say.n("%(n)s school", "%(n)s schools", found.late_schools)
        lines.append("🔴 " + say("Late: %(n)s, %(schools)s", n=found.late, schools=schools))
    lines.extend(own_lines(say, found.own))
    if found.due:
        lines.append("🟡 " + say("Due this week: %(n)s", n=found.due))
    for waiting in found.waiting[: chase.SHOWN]:
        lines.append("⏳ " + say("%(name)s has to review: %(n)s", name=waiting.name, n=waiting.reports))
    if found.without_bot:
        names = ", ".join(found.without_bot[: chase.SHOWN])
        lines.append(
            "⚪ " + say("Nobody is connected (%(n)s): %(names)s", n=len(found.without_bot), names=names)
        )
    if found.uninvolved:
        names = ", ".join(school.school for school in found.uninvolved[: chase.SHOWN])
        lines.append("🔇 " + say("Do not take part (%(n)s): %(names)s", n=len(found.uninvolved), names=names))
    if found.steps_late:
        lines.append("📌 " + say("Joint actions past their day: %(n)s", n=found.steps_late))
    lines.extend(cycle_lines(say, found.cycle, progress.today(mine), await seasons.names(mine, found.cycle)))
    if found.corrected is not None and found.corrected.total:
        lines.append(
            "📅 "
            + say(
                "Schools that have corrected their plans: %(n)s of %(of)s",
                n=found.corrected.done,
                of=found.corrected.total,
            )
        )
    lines.extend(peer_lines(say, found.peers, progress.today(mine)))
    plain = texts(say.language, escape=False)
    ways = [button(plain("Who is silent"), Silences(fresh=True))]
    if found.uninvolved or found.steps_late:
        label = plain("Do not take part: %(n)s", n=len(found.uninvolved))
        ways.insert(0, button(label, Idle(fresh=True)))
    home = button(plain("To the first screen"), Home())
    return Notice("\n".join(lines), (tuple(ways), *watch_buttons(say, found.peers), (home,)))


def own_lines(say: Texts, found: Sequence[chase.OwnSilence]) -> list[str]:
    """What the coordinator's own office has not done, and what nobody decides about."""
    lines = []
    for office in found:
        if office.late:
            days = say.n("%(n)s working day", "%(n)s working days", office.days)
            lines.append(
                "🔴 "
                + say(
                    "%(office)s, own tasks late: %(n)s, the longest %(days)s",
                    office=office.office,
                    n=office.late,
                    days=days,
                )
            )
        if office.waiting:
            days = say.n("%(n)s working day", "%(n)s working days", office.waiting_days)
            lines.append(
                "⏳ "
                + say(
                    "%(office)s, own reports without a decision: %(n)s, the longest %(days)s",
                    office=office.office,
                    n=office.waiting,
                    days=days,
                )
            )
    return lines


def peer_lines(say: Texts, found: Sequence[peer_watch.State], today: date) -> list[str]:
    """A line for each round of mutual expertise that runs: pairs that have done the step, its day, who is silent."""
    lines = []
    for state in found:
        done, when = say(PEERS[state.step]), short_due(say, state.due_on, today)
        text = say.n(
            "%(title)s: %(what)s %(done)s of %(n)s pair, day: %(when)s",
            "%(title)s: %(what)s %(done)s of %(n)s pairs, day: %(when)s",
            state.pairs,
            title=state.title,
            what=done,
            done=state.done,
            when=when,
        )
        if state.silent:
            names = ", ".join(state.silent[: chase.SHOWN])
            text += "; " + say("silent (%(n)s): %(names)s", n=len(state.silent), names=names)
        lines.append(f"🤝 {text}")
    return lines


async def joint_step(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """A joint action comes to its day; gone once it is closed."""
    mine = replace(tx, actor=await people.actor_by_id(tx, message.person_id or 0))
    steps = await chase.joint_steps(mine, open_only=True)
    step = next((s for s in steps if s.id == message.params["step_id"]), None)
    if step is None:
        return None
    name = (await schools.place_name(mine, step.place)).name
    text = say("%(school)s, until %(day)s: %(what)s", school=name, day=say.date(step.until), what=step.what)
    head = (
        say("The agreed day is over:") if step.until < progress.today(mine) else say("Agreed with a school:")
    )
    plain = texts(say.language, escape=False)
    done = button(plain("Done…"), Joint(do="done", id=step.id))
    return Notice(f"📌 {head}\n{text}", ((done,), (button(plain("To the first screen"), Home()),)))
