"""Kinds of questions, what counts as an answer, and how answers are counted."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.errors import N_, DomainError
from domain.tables import Book, Column, Sheet
from domain.tables import Kind as Shown
from domain.texts import Texts

if TYPE_CHECKING:
    from domain.polls.models import Ballot
    from domain.polls.queries import Results

MAX_QUESTIONS, MAX_OPTIONS = 20, 12
MAX_WORDS = 2000  # characters of an answer in words
SCALE = (1, 5)  # where the author names no other top: 5 or 10
FEWEST = 3  # answers of an anonymous poll before anything of them is shown
REMIND_BEFORE = timedelta(days=1)

# What a person has answered, by the question's id: numbers of options, a number of the scale, or words.
Answer = list[int] | int | str
Answers = dict[str, Any]


class Kind(StrEnum):
    """How a question is answered."""

    ONE = "one"
    MANY = "many"
    SCALE = "scale"
    TEXT = "text"


class PollWrong(DomainError):
    """It cannot be asked like this; `reason` says why."""

    sentence = N_("Please check the questions.")


NO_TITLE = N_("Please give the poll a name.")
NO_QUESTION = N_("A poll needs at least one question, and not more than %(max)s.")
NO_WORDS = N_("Question %(n)s has no words.")
FEW_OPTIONS = N_("Question %(n)s needs from two to %(max)s different answers to choose from.")
WRONG_END = N_("A poll ends in the future.")
FEW_VOICES = N_(
    "Results of an anonymous poll are shown from %(n)s answers on, and fewer would be asked: ask more, or with names."
)


class PollClosed(DomainError):
    """Its time is over, or its author has ended it."""

    sentence = N_("This poll is closed.")


class AlreadyAnswered(DomainError):
    """The person, or somebody of the same school, has handed answers in."""

    sentence = N_("The answers have been handed in already.")


class AnswerNeeded(DomainError):
    """A question that must be answered has no answer, or one that does not fit."""

    sentence = N_("Please answer question %(n)s first.")


class ResultsHidden(DomainError):
    """Of an anonymous poll with so few answers one could tell whose they are."""

    sentence = N_("Results of an anonymous poll are shown from %(n)s answers on.")


class QuestionSpec(NamedTuple):
    """One question as the author writes it."""

    text: str
    kind: Kind = Kind.ONE
    options: tuple[str, ...] = ()
    required: bool = True
    top: int = SCALE[1]  # of a scale


class PollSpec(NamedTuple):
    """What the author enters. `per_school`: one answer for a school, whoever of its team gives it."""

    title: str
    questions: tuple[QuestionSpec, ...]
    about: str = ""
    per_school: bool = False
    anonymous: bool = False
    closes_at: datetime | None = None


class Counted(NamedTuple):
    """How many chose an option, and their share of all who answered the question, rounded half up."""

    label: str
    chosen: int
    percent: int | None


class Tally(NamedTuple):
    """A question counted. `base`: how many answered it; several options of one answer count each."""

    base: int
    rows: Sequence[Counted]
    mean: str  # of a scale, to one decimal, rounded half up; empty for others
    words: Sequence[str]  # answers in words


def check(spec: PollSpec, now: datetime) -> PollSpec:
    """The poll without edges and empty lines; raises PollWrong with the reason."""
    title = " ".join(spec.title.split())[:200]
    if not title:
        raise PollWrong(reason=NO_TITLE)
    if not 0 < len(spec.questions) <= MAX_QUESTIONS:
        raise PollWrong(reason=NO_QUESTION, max=MAX_QUESTIONS)
    if spec.closes_at is not None and spec.closes_at <= now:
        raise PollWrong(reason=WRONG_END)
    questions = tuple(check_question(question, n) for n, question in enumerate(spec.questions, start=1))
    return spec._replace(title=title, about=spec.about.strip()[:1500], questions=questions)


def check_voices(spec: PollSpec, voices: int) -> None:
    """Pass where answers could be shown; raises PollWrong for an anonymous poll of too few: nobody would read them."""
    if spec.anonymous and voices < FEWEST:
        raise PollWrong(reason=FEW_VOICES, n=FEWEST)


def check_question(question: QuestionSpec, n: int) -> QuestionSpec:
    """The n-th question, counted from 1, without edges and empty lines; raises PollWrong with the reason."""
    text = question.text.strip()[:500]
    if not text:
        raise PollWrong(reason=NO_WORDS, n=n)
    options = tuple(dict.fromkeys(o for option in question.options if (o := " ".join(option.split())[:120])))
    if question.kind not in (Kind.ONE, Kind.MANY):
        options = ()
    elif not 2 <= len(options) <= MAX_OPTIONS:
        raise PollWrong(reason=FEW_OPTIONS, n=n, max=MAX_OPTIONS)
    top = 10 if question.top == 10 else SCALE[1]
    return question._replace(text=text, options=options, top=top)


def fits(kind: Kind, options: Sequence[str], top: int, value: Any) -> bool:
    """Whether this is an answer to such a question."""
    if kind is Kind.TEXT:
        return isinstance(value, str) and 0 < len(value.strip()) <= MAX_WORDS
    if kind is Kind.SCALE:
        return isinstance(value, int) and SCALE[0] <= value <= top
    if not isinstance(value, list) or not value or len(set(value)) != len(value):
        return False
    in_range = all(isinstance(one, int) and 0 <= one < len(options) for one in value)
    return in_range and (kind is Kind.MANY or len(value) == 1)


def percent(part: int, whole: int) -> int | None:
    """A share rounded half up from exact counts (3 of 24 is 13 %); None without a base (DOMAIN.md §6)."""
    return (200 * part + whole) // (2 * whole) if whole else None


def tally(kind: Kind, options: Sequence[str], top: int, values: Iterable[Any]) -> Tally:
    """Count the answers to one question; those that do not fit are left out."""
    given = [value for value in values if fits(kind, options, top, value)]
    base = len(given)
    if kind is Kind.TEXT:
        return Tally(base, [], "", [value.strip() for value in given])
    if kind is Kind.SCALE:
        labels = [str(n) for n in range(SCALE[0], top + 1)]
        counts = [given.count(n) for n in range(SCALE[0], top + 1)]
        mean = _tenths(sum(given), base) if base else ""
    else:
        labels, mean = list(options), ""
        counts = [sum(n in value for value in given) for n in range(len(options))]
    rows = [Counted(label, n, percent(n, base)) for label, n in zip(labels, counts, strict=True)]
    return Tally(base, rows, mean, [])


def _tenths(total: int, base: int) -> str:
    tenths = (20 * total + base) // (2 * base)
    return f"{tenths // 10},{tenths % 10}"


def book(say: Texts, found: "Results", given: "Sequence[tuple[Ballot, str]]", now: datetime) -> Book:
    """A poll as a workbook: the counts, then every answer; of an anonymous one without names, places and times.

    `given`: ballots with the names of those who gave them; `now` in the reader's zone.
    """
    poll = found.poll
    counts = [
        Column("question", say("Question")),
        Column("answer", say("What was answered")),
        Column("times", say("Times"), Shown.COUNT),
        Column("percent", "%", Shown.PERCENT),
        Column("base", say("Answered by"), Shown.COUNT),
    ]
    who = [
        Column("name", say("Name")),
        Column("place", say("Place")),
        Column("at", say("When"), Shown.MOMENT),
    ]
    if poll.anonymous:
        who = [Column("n", say("No."), Shown.COUNT)]
    every = [*who, *(Column(f"q{q.position + 1}", q.text) for q in found.questions)]
    rows = [
        [*([n] if poll.anonymous else [name, ballot.place_name, _local(ballot.sent_at, now)])]
        + [said(q.options, ballot.answers.get(str(q.id))) for q in found.questions]
        for n, (ballot, name) in enumerate(given, start=1)
    ]
    answered = say("%(done)s of %(total)s", done=found.answered, total=found.voters)
    remarks = [say("Anonymous.")] if poll.anonymous else []
    if poll.per_school:
        remarks.append(say("One answer for the whole school."))
    sheets = [Sheet(say("Results"), counts, _counted(say, found)), Sheet(say("Every answer"), every, rows)]
    return Book(
        f"poll-{poll.id}",
        poll.title,
        now,
        sheets,
        facts=[(say("Have answered:"), answered)],
        remarks=remarks,
    )


def _counted(say: Texts, found: "Results") -> list[list[Any]]:
    rows: list[list[Any]] = []
    for question, tally_ in zip(found.questions, found.tallies, strict=True):
        rows += [[question.text, row.label, row.chosen, row.percent, tally_.base] for row in tally_.rows]
        if tally_.mean:
            rows.append([question.text, say("mean"), tally_.mean, None, tally_.base])
        rows += [[question.text, words, None, None, tally_.base] for words in tally_.words]
    return rows


def said(options: Sequence[str], value: Any) -> Any:
    """An answer for a table: the options that were chosen in words, a mark as a number."""
    if isinstance(value, list):
        return "; ".join(options[n] for n in value if n < len(options))
    return value


def _local(moment: datetime | None, now: datetime) -> datetime | None:
    return moment.astimezone(now.tzinfo).replace(tzinfo=None) if moment else None
