"""What a roadmap's rows mean: periods, deadlines settled by a person, labels."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import deadlines, targets
from domain.actor import Place
from domain.dates import NO_OWN_DAYS, OwnDays, is_working
from domain.errors import N_, DomainError, InvalidInput, Stale

if TYPE_CHECKING:  # only named here: reading documents loads libraries that a roadmap does not need
    from domain import documents
    from domain.roadmaps.models import Measure, Roadmap

YEARS = range(2000, 2101)  # a plan's period lies within
LONGEST_PLAN = 10  # years


class Level(StrEnum):
    """Whose plan it is."""

    FEDERAL = "federal"
    REGIONAL = "regional"
    MUNICIPAL = "municipal"
    SCHOOL = "school"


class RoadmapState(StrEnum):
    """draft → approved → archived."""

    DRAFT = "draft"
    APPROVED = "approved"
    ARCHIVED = "archived"


class Settled(StrEnum):
    """What a person decided about a deadline in doubt."""

    AS_READ = "as_read"
    NO_REMINDERS = "no_reminders"
    RETYPED = "retyped"


class FindingKind(StrEnum):
    """What the experts remark on plans (DOMAIN.md §1, «What hurt»), and what the plan itself contradicts."""

    NO_RESULT = "no_result"  # neither an indicator nor an expected result
    NO_DATE = "no_date"  # no day follows from the deadline
    WHOLE_PERIOD = "whole_period"  # «в течение года»: due with the period's end and not before
    NO_DOCUMENT = "no_document"
    DAY_OFF = "day_off"
    OUTSIDE_PERIOD = "outside_period"
    DUPLICATE_NUMBER = "duplicate_number"
    TARGET = "target"  # no fault: a target inside the text, offered as a counted one


class Finding(NamedTuple):
    """One remark about one measure; a warning, never a wall."""

    kind: FindingKind
    measure_id: int
    day: date | None = None  # of DAY_OFF
    offered: tuple[targets.Target, ...] = ()  # of TARGET


class RoadmapClosed(DomainError):
    """It is no longer a draft."""

    sentence = N_("This roadmap has already been approved; drafts only can be edited here.")


class RoadmapEmpty(DomainError):
    """Nothing to approve."""

    sentence = N_("There is no measure left in this roadmap. Add one or discard the draft.")


class DeadlineUnclear(DomainError):
    """Words from which no date follows."""

    sentence = N_("No date follows from “%(text)s”. Try for example “until 30 April” or “June – September”.")


class DraftChanged(Stale):
    """Somebody else has changed the row since; `name` says who, `fields` what, `measure_id` where."""

    sentence = N_(
        "%(name)s has changed this row since you opened it. Here is how it stands now; "
        "look whether your change is still needed."
    )


class ReadAnew(Stale):
    """The columns or the period were changed by somebody else since."""

    sentence = N_("The document has been read anew since you opened this page. Here is how it stands now.")


def period(year: int, *, school_year: bool, last_year: int | None = None) -> deadlines.Window:
    """The span of a roadmap: calendar years, or school years from 1 September to 31 August, the first of which
    begins in `year`. `last_year` is the year in which the last one begins."""
    last = year if last_year is None else last_year
    if year not in YEARS or not year <= last <= year + LONGEST_PLAN:
        raise InvalidInput(field="year", reason=N_("Please check the years of the roadmap."))
    if school_year:
        return deadlines.Window(date(year, 9, 1), date(last + 1, 8, 31))
    return deadlines.Window(date(year, 1, 1), date(last, 12, 31))


ALWAYS = deadlines.Window(date.min, date.max)


def windows_of(deadline: deadlines.Deadline, bounds: deadlines.Window) -> list[list[str | None]]:
    """The dates for which the measure is owed, as ISO text: one pair a milestone or occurrence.

    What repeats is laid out within the bounds; a date that is named stays where it is, even outside them.
    """
    found = deadlines.occurrences(deadline, bounds if deadline.every is not None else ALWAYS)
    return [[w.start.isoformat() if w.start else None, w.due.isoformat() if w.due else None] for w in found]


def outside(windows: Sequence[deadlines.Window], bounds: deadlines.Window) -> bool:
    """Whether a date lies outside the roadmap's period."""
    first, last = bounds.start or date.min, bounds.due or date.max
    return any(
        (w.due is not None and not first <= w.due <= last)
        or (w.start is not None and not first <= w.start <= last)
        for w in windows
    )


def understand(
    rows: Sequence[tuple[int | None, str]], context: deadlines.Context
) -> list[deadlines.Deadline]:
    """The deadlines of the rows of a plan, (track, words) each: the neighbours tell which autumn is meant."""
    alone = [deadlines.parse(words, context) for _, words in rows]
    result = list(alone)
    for index in range(len(rows) - 1):
        due = alone[index].due
        if due is None or due.month < 10 or rows[index + 1][0] != rows[index][0]:
            continue
        near = replace(context, previous=alone[index - 1] if index else None, next=alone[index + 1])
        result[index] = deadlines.parse(rows[index][1], near)
    return result


def meaning_of(deadline: deadlines.Deadline, bounds: deadlines.Window) -> dict[str, Any]:
    """What a measure keeps of a deadline; a date outside the period waits for a person's word."""
    windows = windows_of(deadline, bounds)
    doubts = list(deadline.doubts)
    if outside(parse_windows(windows), bounds) and "outside_period" not in doubts:
        doubts.append("outside_period")
    certain = deadlines.BLOCKING_DOUBTS.isdisjoint(doubts)
    return {
        "deadline_kind": deadline.kind,
        "windows": windows,
        "recurrence": deadline.recurrence,
        "doubts": doubts,
        "reminds": deadline.reminds and certain and any(due for _, due in windows),
        "settled": None,
    }


def texts_of(item: "documents.Item") -> dict[str, Any]:
    """What a measure keeps of a row as read, its deadline's meaning apart."""
    texts = {
        "number": item.number[:20] if item.number else None,
        "title": item.activity or "",
        "responsible_raw": item.responsible_raw,
        "expected_result": item.result,
        "indicator": item.indicator,
        "evidence_required": item.document,
        "deadline_text": item.deadline_raw,
    }
    return texts | {
        "as_read": dict(texts),
        "responsible": list(item.responsible),
        "source": source_of(item.place),
        "notes": list(item.doubts),
    }


def source_of(place: "documents.Place") -> str:
    """Where a row stands in the file: table or sheet, and row."""
    return f"{place.table[:100]}, {place.row}"


def passed_over(skipped: "Sequence[documents.Skipped]") -> list[dict[str, Any]]:
    """Rows that the reader passed over, each with a key by which a person can take it back."""
    return [
        {"key": f"r{n}", "row": s.row, "text": s.text, "why": s.why, "source": source_of(s.place)}
        for n, s in enumerate(skipped)
    ]


# Deadlines that name a day; a month is due on its last day without anybody having meant that day.
_DAY_KINDS = frozenset({"point", "event", "until", "interval"})
_WHOLE_KINDS = frozenset({"year", "year_range", "schoolyear", "ongoing"})


def findings(roadmap: "Roadmap", measures: "Sequence[Measure]", own: OwnDays = NO_OWN_DAYS) -> list[Finding]:
    """What to look at before a plan is approved, in the order of its rows; `own` are the region's days off."""
    numbers: set[str] = set()
    result: list[Finding] = []
    for measure in measures:
        kinds = _kinds(roadmap, measure, own)
        if measure.number and "continuation" not in measure.notes:
            if measure.number in numbers:
                kinds.append(FindingKind.DUPLICATE_NUMBER)
            numbers.add(measure.number)
        for kind in kinds:
            day = _day_off(measure, own) if kind is FindingKind.DAY_OFF else None
            result.append(Finding(kind, measure.id, day))
        offered = offered_targets(measure)
        if offered:
            result.append(Finding(FindingKind.TARGET, measure.id, offered=tuple(offered)))
    return result


def _kinds(roadmap: "Roadmap", measure: "Measure", own: OwnDays) -> list[FindingKind]:
    windows = parse_windows(measure.windows)
    kinds: list[FindingKind] = []
    if not (measure.indicator or measure.expected_result):
        kinds.append(FindingKind.NO_RESULT)
    if not any(window.due for window in windows):
        kinds.append(FindingKind.NO_DATE)
    elif measure.deadline_kind in _WHOLE_KINDS and len(windows) == 1:
        kinds.append(FindingKind.WHOLE_PERIOD)
    if not measure.evidence_required:
        kinds.append(FindingKind.NO_DOCUMENT)
    if _day_off(measure, own) is not None:
        kinds.append(FindingKind.DAY_OFF)
    if outside(windows, roadmap.bounds):
        kinds.append(FindingKind.OUTSIDE_PERIOD)
    return kinds


def _day_off(measure: "Measure", own: OwnDays) -> date | None:
    if measure.deadline_kind not in _DAY_KINDS and "day_off" not in measure.doubts:
        return None
    dues = [window.due for window in parse_windows(measure.windows)]
    return next((due for due in dues if due is not None and not is_working(due, own)), None)


def offered_targets(measure: "Measure") -> list[targets.Target]:
    """Counted targets in a measure's texts that a person has not accepted yet."""
    known = {kept["quote"] for kept in measure.targets}
    texts = (measure.indicator, measure.expected_result, measure.title)
    found = [target for text in texts if text for target in targets.find(text)]
    return list({t.quote: t for t in found if t.quote not in known}.values())


def parse_windows(windows: Sequence[Sequence[str | None]]) -> list[deadlines.Window]:
    """Back from ISO text."""
    return [
        deadlines.Window(*(date.fromisoformat(part) if part else None for part in window))
        for window in windows
    ]


def level_of(place: Place) -> Level:
    """The level of a plan follows from its owner."""
    _, municipality, school = place
    if school is not None:
        return Level.SCHOOL
    return Level.MUNICIPAL if municipality is not None else Level.REGIONAL


def label_of(number: str | None, title: str) -> str:
    """«2.3 Адресная помощь…» on one line."""
    return f"{number} {short(title)}" if number else short(title)


# What begins a line of a list in documents; dashes of ordinary sentences are longer.
_MARK = re.compile(r"\s*(?:[•▪●◦·\uf0b7]\s*|[*-]\s+)(?=\S)")


def spoken(text: str) -> str:
    """Words of a document on one line, as people say them: a list without its marks, its items after «;»."""
    found, was_item = "", False
    for line in text.splitlines():
        mark = _MARK.match(line)
        words = " ".join(line[mark.end() if mark else 0 :].split())
        if not words:
            continue
        if mark and was_item and found[-1] not in ",;:.":
            found += ";"
        found = f"{found} {words}" if found else words
        was_item = was_item or mark is not None
    return found


def listed(text: str) -> str:
    """The same with its lines kept: each item of a list on a line of its own, after a dash."""
    return "\n".join(
        _MARK.sub("— ", line, count=1) if _MARK.match(line) else line for line in text.splitlines()
    )


def short(text: str, width: int = 40) -> str:
    """A title cut at a word, for buttons and tables."""
    line = spoken(text)
    if len(line) <= width:
        return line
    cut = line[: width - 1].rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–-") + "…"
