"""Lines that several screens share: a deadline, what lies in a draft, a decision."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

from bot.ui import LABEL, clip, safe
from domain import progress, proof, risks
from domain.dates import local_day
from domain.errors import N_
from domain.progress import Decision, Evidence, Kind, Standing
from domain.proof import LinkKind
from domain.risks import DOCUMENTS, FACTORS, MeasureSlot
from domain.texts import Texts

SIGN = {
    Standing.OVERDUE: "🔴",
    Standing.SOON: "🟡",
    Standing.IN_REVIEW: "⏳",
    Standing.RETURNED: "↩️",
    Standing.CONFIRMED: "✅",
    Standing.NOTED: "☑️",
    Standing.WAIVED: "✖️",
}
UNTIL_WEEKDAY = (
    N_("until Monday"),
    N_("until Tuesday"),
    N_("until Wednesday"),
    N_("until Thursday"),
    N_("until Friday"),
    N_("until Saturday"),
    N_("until Sunday"),
)
SHORTEST = 20
SHOWN_TEXT = 900  # characters of text on a card; the whole stays in the report


def short_due(say: Texts, due_on: date | None, today: date) -> str:
    """«был 28 февраля», «сегодня», «до пятницы», «до 30 апреля» for a button."""
    if due_on is None:
        return say("no date")
    if due_on < today:
        return say("was due %(day)s", day=_day(say, due_on, today))
    if due_on == today:
        return say("today")
    if due_on == today + timedelta(days=1):
        return say("tomorrow")
    if due_on - today < timedelta(days=7):
        return say(UNTIL_WEEKDAY[due_on.weekday()])
    return say("until %(day)s", day=_day(say, due_on, today))


def deadline_line(say: Texts, words: str | None, due_on: date | None, today: date) -> str:
    """The author's words of the deadline, and what they mean where that is something else."""
    words = clip(" ".join((words or "").split()), 200)
    if due_on is None:
        if not words:
            return say("Deadline: not stated.")
        return say("Deadline: “%(words)s”, without an exact date.", words=words)
    meaning = say.day(due_on, today=today)
    plain = {say("until %(day)s", day=form) for form in (say.date(due_on), say.date(due_on, year=True))}
    if not words or words.casefold().rstrip(". ") in plain:
        return say("Deadline: until %(day)s.", day=meaning)
    return say("Deadline: “%(words)s”, that is until %(day)s.", words=words, day=meaning)


def slot_line(say: Texts, slot: MeasureSlot | None) -> list[str]:
    """«Риск 3, дефицит педагогических кадров · 2 этап» where a measure belongs to such."""
    if slot is None:
        return []
    parts = []
    if slot.document is not None:
        parts.append(say(DOCUMENTS[slot.document]))
    elif slot.factor is not None:
        factor = risks.RiskFactor(slot.factor)
        parts.append(say("Risk %(number)s: %(name)s", number=int(factor), name=say(FACTORS[factor])))
    if slot.stage is not None:
        parts.append(say("stage %(number)s", number=slot.stage))
    return [" · ".join(parts)] if parts else []


def own_deadline_line(say: Texts, words: str | None, due_on: date, today: date) -> str:
    """A date that the school has given itself, beside the words of the plan."""
    line = say("Deadline of your school: until %(day)s.", day=say.day(due_on, today=today))
    words = clip(" ".join((words or "").split()), 200)
    return f"{line} " + say("In the plan: “%(words)s”.", words=words) if words else line


def work_label(row: progress.WorkRow, say: Texts, today: date) -> str:
    """A line of a work list as a button."""
    sign = SIGN.get(row.standing, "")
    closed = row.standing in (Standing.IN_REVIEW, Standing.CONFIRMED, Standing.NOTED, Standing.WAIVED)
    number = f"{row.measure.number} " if row.measure.number else ""
    # The date stands at the end and must survive, so the title is the part that is cut.
    due = "" if closed else f" · {short_due(say, row.assignment.due_on, today)}"
    room = max(12, LABEL - len(sign) - 1 - len(number) - len(due))
    return f"{sign} {number}{clip(row.measure.spoken, room)}{due}".strip()


def evidence_lines(
    say: Texts,
    items: Sequence[Evidence],
    *,
    is_draft: bool = False,
    by: Mapping[int, str] = MappingProxyType({}),
) -> list[str]:
    """What was sent: words in quotes, files with their sizes, photos by number; `by`: whose name goes with it."""
    items = [item for item in items if not item.joined]  # the PDF of the photos stands for them elsewhere
    lines: list[str] = []
    room = SHOWN_TEXT
    for item in items:
        name = by.get(item.added_by or 0, "")
        author = f" · {safe(name)}" if name else ""
        if item.text and room < SHORTEST:
            lines.append("…")
            break
        if item.kind is Kind.LINK:
            lines.append(_link_line(say, item.text or "") + author)
        elif item.text:
            lines.append(say("“%(words)s”", words=clip(item.text, room)) + author)
        room -= min(len(item.text or ""), 200 if item.kind is Kind.LINK else room)
        if item.wiped_at is not None:
            lines.append(
                "📎 "
                + say(
                    "%(name)s: removed, it showed data of children", name=clip(item.name or say("File"), 60)
                )
            )
        elif item.kind is Kind.FILE:
            lines.append(f"📎 {safe(clip(item.name or '', 60))} · {say.size(item.size or 0)}{author}")
    photos = sum(item.kind is Kind.PHOTO and item.wiped_at is None for item in items)
    if photos and is_draft:
        lines.append("📎 " + say.n("%(n)s photo, goes as PDF", "%(n)s photos, will be one PDF", photos))
    elif photos:
        lines.append("📎 " + say.n("%(n)s photo", "%(n)s photos", photos))
    return lines


def _link_line(say: Texts, address: str) -> str:
    shown, kind = clip(address, 200), proof.link_kind(address)
    if kind is LinkKind.VIDEO:
        return say("Video: %(address)s", address=shown)
    if kind is LinkKind.CLOUD:
        return say("File in a cloud: %(address)s", address=shown)
    return say("Page: %(address)s", address=shown)


def moment(say: Texts, at: datetime, zone: str, today: date) -> str:
    """«сегодня в 10:12», «вчера», «12 апреля»."""
    day = local_day(at, zone)
    if day == today:
        clock = say.time(at, zone).rsplit(" ", 1)[-1]
        return say("today at %(time)s", time=clock)
    if day == today - timedelta(days=1):
        return say("yesterday")
    return _day(say, day, today)


def decided_by(say: Texts, decision: Decision, name: str, when: str) -> str:
    """Who decided and when, for the second presser."""
    if decision is Decision.CONFIRM:
        return say(
            "Already decided: confirmed by %(name)s %(when)s.", name=name or say("somebody"), when=when
        )
    return say("Already decided: returned by %(name)s %(when)s.", name=name or say("somebody"), when=when)


def _day(say: Texts, day: date, today: date) -> str:
    return say.date(day, year=day.year != today.year)
