"""A round of mutual expertise: its phases, who fits whom, what a side still owes, when it is silent. Pure.

Source: DOMAIN.md §4.7. In 2022: the partner is known by 16.09, documents are exchanged and forms filled in beforehand by
07.10, the schools meet by 21.10, the final forms are exchanged and placed by 01.11.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from domain.dates import NO_OWN_DAYS, OwnDays, working_days_between
from domain.errors import N_, DomainError
from domain.papers import Paper
from domain.tables import Table
from domain.texts import Texts

SILENT_DAYS = 5  # working days without a sign of life
NEAR_DAYS = 3  # before the date of a step: from then on silence matters although the partner was seen before
NEW_PARTNER = timedelta(days=7)  # for each step, where the partner was given after the start
OPEN_AFTER = timedelta(days=14)  # so long after the last phase documents stay open, unless said otherwise
LONGEST_TEXT = 4000  # characters of one section
MOST_SECTIONS = 8
PHASES_2022 = ((9, 16), (10, 7), (10, 21), (11, 1))


class Phase(StrEnum):
    """The four dates of a round."""

    PARTNERS = "partners"
    EXCHANGE = "exchange"
    MEETING = "meeting"
    FINAL = "final"


class Step(StrEnum):
    """What a school does for its partner; the dates are those of the phases."""

    SHARE = "share"
    MEET = "meet"
    FINISH = "finish"
    PLACE = "place"


STEPS = {
    Step.SHARE: N_("Fill in the form and show it to the partner"),
    Step.MEET: N_("Meet the partner"),
    Step.FINISH: N_("Make the form final"),
    Step.PLACE: N_("Place the file in the federal system"),
}


class Verdict(StrEnum):
    """What a school has done about a recommendation."""

    TAKEN = "taken"
    DECLINED = "declined"


class Section(NamedTuple):
    """A part of the form. `asks`: its lines are recommendations that the other school answers."""

    key: str
    title: str
    asks: bool = True


DEFAULT_SECTIONS = (
    Section("strong", N_("What is strong"), asks=False),
    Section("programme", N_("What to change in the programme")),
    Section("measures", N_("What to change in the measures")),
    Section("borrow", N_("Sources and resources to borrow")),
)


class Dates(NamedTuple):
    """The phases of a round, and until when partners see each other's documents."""

    partners: date
    exchange: date
    meeting: date
    final: date
    closes: date

    def of(self, step: Step) -> date:
        """The day until which a step is done."""
        return {Step.SHARE: self.exchange, Step.MEET: self.meeting}.get(step, self.final)

    def since(self, given: date | None) -> "Dates":
        """The same for a school whose partner was given later: a week at least for each step, within the round."""
        if given is None:
            return self
        steps = (self.exchange, self.meeting, self.final)
        later = [
            max(day, min(given + NEW_PARTNER * number, self.closes))
            for number, day in enumerate(steps, start=1)
        ]
        return Dates(self.partners, later[0], later[1], later[2], self.closes)


class RoundSpec(NamedTuple):
    """What a coordinator enters."""

    title: str
    dates: Dates
    sections: Sequence[Section]
    cycle_id: int | None = None
    cohort_id: int | None = None  # None: all schools of the place


class RoundWrong(DomainError):
    """Dates out of order, no name, or a form without sections."""

    sentence = N_(
        "Please check the round: it has a name, its dates follow one another, and the form has from one to %(most)s "
        "sections."
    )


class RoundStarted(DomainError):
    """Partners are known already."""

    sentence = N_("The round has started: partners know each other. This can no longer be changed.")


class PartnerChanged(DomainError):
    """A form for a school that is no longer the partner."""

    sentence = N_("The partner has changed. What was written for the former one is kept and can be read.")


class NobodyElse(DomainError):
    """A change that changes nothing, or names schools that are not of this round."""

    sentence = N_("Please choose one school of the pair, and another one that takes part in the round.")


class RoundNotStarted(DomainError):
    """Partners are not known yet."""

    sentence = N_("The round has not started yet.")


class RoundOver(DomainError):
    """The documents are closed, the forms are kept as they are."""

    sentence = N_("This round of mutual expertise is over.")


class NoPairs(DomainError):
    """Nothing to begin with."""

    sentence = N_("Make at least one pair first.")


class AlreadyPaired(DomainError):
    """A school has one partner in a round."""

    sentence = N_("%(school)s has a partner in this round already.")


class PairWrong(DomainError):
    """A pair has two different schools of the round, or three where the number is odd."""

    sentence = N_("A pair is two different schools that take part, or three where one would be left over.")


class NothingWritten(DomainError):
    """An empty form says nothing to the partner."""

    sentence = N_("The form is empty. Write into at least one section first.")


class TextTooLong(DomainError):
    """More than a form holds; nothing is cut off silently."""

    sentence = N_("A section holds at most %(most)s characters. This was not added: please shorten it.")


class WrittenMeanwhile(DomainError):
    """Two of a team have changed the same section: neither loses a word."""

    sentence = N_(
        "Somebody of your school has written here meanwhile. Their words stand above yours; nothing is saved yet: "
        "please make one text of both."
    )


class SectionsLeft(DomainError):
    """A final form has a word in each section."""

    sentence = N_("These sections are still empty: %(titles)s. Where there is nothing to say, write so.")


class FormFinal(DomainError):
    """The form is final, or its recommendations were answered already."""

    sentence = N_(
        "The form is final: the partner has it. Take it back into work first, before it is answered."
    )


class NotFinal(DomainError):
    """Only a final form is placed and answered."""

    sentence = N_("The form is not final yet.")


class BadLink(DomainError):
    """An address that nobody can open."""

    sentence = N_("A link begins with https:// or http://.")


class MeetingWrong(DomainError):
    """A meeting outside the round, or one that is still ahead and said to have been."""

    sentence = N_(
        "The meeting lies between the start of the round and its end; one still ahead has not been held."
    )


class WhyNeeded(DomainError):
    """«Не учли» without a reason helps nobody."""

    sentence = N_("Please say in a few words why not.")


def sections_of(raw: Iterable[Mapping[str, Any]]) -> list[Section]:
    """Sections as a round keeps them."""
    return [Section(str(one["key"]), str(one["title"]), bool(one["asks"])) for one in raw]


def numbered(titles: Iterable[tuple[str, bool]]) -> list[Section]:
    """Sections as they were entered, empty ones left out, with keys by their place."""
    kept = [(title.strip()[:200], asks) for title, asks in titles if title.strip()]
    return [Section(f"s{number}", title, asks) for number, (title, asks) in enumerate(kept, start=1)]


def check(spec: RoundSpec) -> None:
    """Pass for a name, phases in order and sections with different keys; else RoundWrong."""
    dates, keys = spec.dates, [section.key for section in spec.sections]
    in_order = list(dates) == sorted(dates)
    if not (
        spec.title.strip() and in_order and 1 <= len(keys) <= MOST_SECTIONS and len(set(keys)) == len(keys)
    ):
        raise RoundWrong(most=MOST_SECTIONS)


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def next_dates(today: date, last: Dates | None) -> Dates:
    """Dates to begin with: those of the last round, else of 2022, in the first year in which they all lie ahead."""
    if last is None:
        partners, exchange, meeting, final = (date(2022, month, day) for month, day in PHASES_2022)
        last = Dates(partners, exchange, meeting, final, final + OPEN_AFTER)
    shift = today.year - last.partners.year
    moved = [in_year(day, day.year + shift) for day in last]
    if moved[0] < today:
        moved = [in_year(day, day.year + shift + 1) for day in last]
    return Dates(*moved)


class Side(NamedTuple):
    """How far one school of a pair is, in local days."""

    shared: date | None = None
    met: date | None = None
    final: date | None = None
    placed: date | None = None
    seen: date | None = None  # first opened after the start
    acted: date | None = None  # the last thing that it did
    given: date | None = None  # since when it has this partner, where that was after the start


def owed(side: Side) -> list[Step]:
    """What a side still has to do: the meeting belongs to both, placing comes after the final form."""
    steps = []
    if side.shared is None and side.final is None:
        steps.append(Step.SHARE)
    if side.met is None:
        steps.append(Step.MEET)
    if side.final is None and side.shared is not None:
        steps.append(Step.FINISH)
    if side.final is not None and side.placed is None:
        steps.append(Step.PLACE)
    return steps


def silent_days(side: Side, started: date, dates: Dates, today: date, own: OwnDays = NO_OWN_DAYS) -> int:
    """Working days for which a side that owes something has given no sign of life; 0 where that is no silence.

    Who has never opened the round is silent after five days. Who was here is silent only when a step is near or late.
    """
    steps = owed(side)
    if not steps:
        return 0
    signs = (side.given, side.seen, side.acted)
    days = working_days_between(max(started, *(sign or started for sign in signs)), today, own)
    near = min(dates.of(step) for step in steps) - today <= timedelta(days=NEAR_DAYS)
    return days if days >= SILENT_DAYS and (side.seen is None or near) else 0


def plain(text: str) -> str:
    """Words as they are kept: browsers end lines otherwise than chats do."""
    return "\n".join(text.strip().splitlines())


def mark_of(words: str) -> str:
    """Tells words from other words; short enough to go through a page and back."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def written(now: str, text: str, *, add: bool = False, seen: str | None = None) -> str:
    """The words of a section once somebody has written: below those there (`add`), or in their place.

    `seen` is the mark of the words that the writer had before their eyes. Who changed nothing of them leaves what a
    colleague has written since. Raises WrittenMeanwhile, TextTooLong.
    """
    words = plain(text)
    if seen is not None and seen != mark_of(now):
        if mark_of(words) == seen:
            return now
        if words != now:
            raise WrittenMeanwhile
    if add and now:
        words = f"{now}\n{words}".strip()
    if len(words) > LONGEST_TEXT:
        raise TextTooLong(most=LONGEST_TEXT)
    return words


def kept_typing(now: str, text: str, seen: str) -> str:
    """What a page that could not be saved shows: what was typed, and a colleague's newer words above it."""
    words = plain(text)
    if seen == mark_of(now) or words == now:
        return words
    return now if mark_of(words) == seen else f"{now}\n{words}"


_BULLET = re.compile(r"^\s*(?:[-–—•*·]|\d{1,2}[.)])\s+")


def recommendations(sections: Sequence[Section], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The lines of the sections that ask, one recommendation each, as (section, text)."""
    return [
        (section.key, _BULLET.sub("", line).strip())
        for section in sections
        if section.asks
        for line in texts.get(section.key, "").splitlines()
        if _BULLET.sub("", line).strip()
    ]


_BETWEEN = re.compile(r"\s*(?:\t|;|\||↔|<->|\s[–—-]\s)\s*")


def listed(text: str) -> list[list[str]]:
    """Names of a pasted list: a pair a line, parted by a tab, a semicolon, a bar or a dash with spaces."""
    lines = [[name.strip() for name in _BETWEEN.split(line) if name.strip()] for line in text.splitlines()]
    return [line for line in lines if line]


class Filled(NamedTuple):
    """A form as it is written down: who recommends to whom, and what."""

    title: str
    author: str
    about: str
    sections: Sequence[Section]
    texts: Mapping[str, str]
    final_on: date | None = None


def paper(say: Texts, form: Filled) -> Paper:
    """A filled form as a document, each section with its words."""
    rows = [(section.title, form.texts.get(section.key, "")) for section in form.sections]
    state = say("A draft")
    if form.final_on is not None:
        state = say("Final form, %(day)s", day=say.date(form.final_on, year=True))
    lines = [
        form.title,
        say("Recommends: %(school)s", school=form.author),
        say("To: %(school)s", school=form.about),
        state,
    ]
    heading = say("Recommendations of mutual expertise")
    signed = [say("Head of the school ____________________")]
    return Paper(heading, lines, [Table(heading, [say("Section"), say("Recommendations")], rows)], signed)
