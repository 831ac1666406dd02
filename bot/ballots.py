"""How polls read: the invitation, the one reminder, a question, the look at one's answers."""

from collections.abc import Mapping
from typing import Any

from bot.letters import plain, reader
from bot.notice import Notice
from bot.presses_news import PollDo
from bot.ui import Row, bold, button, clip, safe
from domain import polls
from domain.db import Tx
from domain.errors import NotFound
from domain.outbox import OutboxMessage
from domain.polls import Kind, Poll, PollQuestion, PollSpec, QuestionSpec, Sheet, Tally
from domain.texts import Texts

SHORT = 28  # characters of an option that a button shows whole
ANSWER = 120  # characters of an answer in words on the last look
OUTLINE = 2500  # characters of all questions on the look at a new poll
WORDS = 5  # answers in words below a question
MARK = "📊"


def head(say: Texts, poll: Poll | PollSpec, n: int, zone: str) -> str:
    """What the poll is, how many questions it has, until when, and whether it is anonymous."""
    lines = [f"{MARK} {bold(poll.title)}"]
    if poll.about:
        lines += [safe(poll.about)]
    line = say.n("%(n)s question", "%(n)s questions", n)
    if poll.closes_at is not None:
        line += ", " + say("until %(when)s", when=say.time(poll.closes_at, zone))
    lines.append(line + ".")
    if poll.per_school:
        lines.append(say("One answer for the whole school."))
    if poll.anonymous:
        lines.append(say("Anonymous: your answers are kept without your name and school."))
    return "\n".join(lines)


async def invitation(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To those asked, while they may answer."""
    mine = await reader(tx, message)
    try:
        sheet = await polls.sheet(mine, int(message.params["poll_id"]))
    except NotFound:
        return None
    if sheet.seat.is_done or not sheet.is_open:
        return None
    _ = plain(say)
    press = button(_("Answer the poll"), PollDo(do="begin", id=sheet.poll.id))
    return Notice(head(say, sheet.poll, len(sheet.questions), mine.actor.timezone), ((press,),))


async def reminder(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """Once, to those who have not answered."""
    notice = await invitation(tx, message, say)
    if notice is None:
        return None
    return Notice(say("A reminder:") + "\n" + notice.text, notice.buttons)


def question_text(say: Texts, sheet: Sheet, question: PollQuestion) -> str:
    """A question with its number; long options are written out, short ones stand on the buttons."""
    lines = [say("%(n)s of %(total)s", n=question.position + 1, total=len(sheet.questions))]
    lines += [bold(question.text)]
    if _is_long(question):
        lines += [f"{n}. {safe(option)}" for n, option in enumerate(question.options, start=1)]
    if question.kind is Kind.MANY:
        lines.append(say("Several answers can be chosen."))
    elif question.kind is Kind.SCALE:
        lines.append(say("1 is the least, %(top)s the most.", top=question.top))
    elif question.kind is Kind.TEXT:
        given = sheet.seat.draft.get(str(question.id))
        if given:
            lines.append(say("Your answer: “%(words)s”", words=clip(str(given), ANSWER)))
        lines.append(say("Write the answer as one message."))
    return "\n".join(lines)


def _is_long(question: PollQuestion) -> bool:
    return any(len(option) > SHORT for option in question.options)


def question_rows(say: Texts, sheet: Sheet, question: PollQuestion) -> list[Row]:
    """The buttons of a question: what can be chosen, then on and back."""
    _, id_, given = plain(say), sheet.poll.id, sheet.seat.draft.get(str(question.id))

    def press(label: str, do: str, value: int = 0) -> Any:
        return button(label, PollDo(do=do, id=id_, question=question.id, value=value))

    rows: list[Row] = []
    if question.kind in (Kind.ONE, Kind.MANY):
        for n, option in enumerate(question.options):
            mark = "✓ " if isinstance(given, list) and n in given else ""
            label = f"{n + 1}. {clip(option, SHORT)}" if _is_long(question) else option
            rows.append([press(mark + label, "pick", n)])
    elif question.kind is Kind.SCALE:
        cells = [press(f"{'✓ ' if given == n else ''}{n}", "pick", n) for n in range(1, question.top + 1)]
        rows += [cells[n : n + 5] for n in range(0, len(cells), 5)]
    steps = []
    if question.position:
        steps.append(press(_("‹ Back"), "back"))
    if given is not None:
        steps.append(press(_("Next ›"), "next"))
    elif not question.required:
        steps.append(press(_("Skip"), "next"))
    rows.append(steps)
    return rows


def answers_text(say: Texts, sheet: Sheet) -> str:
    """The last look before handing in."""
    lines = [bold(sheet.poll.title), say("Your answers:")]
    for question in sheet.questions:
        words = said(question, sheet.seat.draft) or "—"
        lines.append(
            f"{question.position + 1}. {safe(clip(question.text, 60))}\n    {bold(clip(words, ANSWER))}"
        )
    lines.append(say("Until you send them, everything can be changed."))
    return "\n".join(lines)


def said(question: PollQuestion, draft: Mapping[str, Any]) -> str:
    """An answer in words; nothing where there is none."""
    given = polls.said(question.options, draft.get(str(question.id)))
    return "" if given is None else str(given)


def outline(say: Texts, spec: PollSpec) -> list[str]:
    """The questions of a poll that is not sent yet, as far as one message holds them."""
    if len(spec.questions) == 1 and spec.questions[0].text == spec.title:
        return [_ways(say, spec.questions[0])]  # the name of the poll is the question
    lines: list[str] = []
    length = 0
    for n, question in enumerate(spec.questions, start=1):
        line = f"{n}. {safe(clip(question.text, 200))}\n    {_ways(say, question)}"
        length += len(line)
        if length > OUTLINE:
            lines.append(say("and %(n)s more", n=len(spec.questions) - n + 1))
            break
        lines.append(line)
    return lines


def _ways(say: Texts, question: QuestionSpec) -> str:
    if question.kind is Kind.SCALE:
        return say("a mark from 1 to %(top)s", top=question.top)
    if question.kind is Kind.TEXT:
        return say("an answer in words")
    options = " · ".join(safe(clip(option, 60)) for option in question.options)
    if question.kind is Kind.MANY:
        options += " " + say("(several can be chosen)")
    return options


def result_lines(say: Texts, n: int, question: PollQuestion, tally: Tally, *, named: bool) -> list[str]:
    """One question counted: shares with their base; of answers in words the last ones. `named`: its own words
    stand above already."""
    base = say("Answered by: %(n)s", n=tally.base)
    if tally.mean:
        base += ", " + say("mean %(mean)s", mean=tally.mean)
    lines = [f"<i>{base}</i>"] if named else [bold(f"{n}. {clip(question.text, 150)}"), f"<i>{base}</i>"]
    for row in tally.rows:
        lines.append(
            f"{safe(clip(row.label, 60))}: {row.chosen}" + (f", {row.percent} %" if tally.base else "")
        )
    lines += [f"— {safe(clip(words, ANSWER))}" for words in tally.words[-WORDS:]]
    if len(tally.words) > WORDS:
        lines.append(say("and %(n)s more in the Excel file", n=len(tally.words) - WORDS))
    if question.kind is Kind.MANY and tally.base:
        lines.append(say("Several answers could be chosen, so the shares may add up to more than 100 %%."))
    return lines
