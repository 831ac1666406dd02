"""What a deadline is: the author's words, the windows they mean, how they repeat, and what is doubtful."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

# Every doubt that `parse` can raise. The first group stops reminders until a person has answered; the second is
# shown to the coordinator once and does no harm to the date.
BLOCKING_DOUBTS = frozenset(
    {
        "empty",  # nothing is written
        "unclear",  # words that the grammar does not know were left over
        "truncated",  # «Март-», «с 1 по»
        "several_parts",  # several windows with no clear separator, or «/» between months
        "by_plan",  # the date stands in another document
        "ongoing",  # «постоянно»: ask once for report dates
        "open_end",  # «с 7 ноября»: no end is named
        "no_year",  # no year is named and the document spans several
        "no_month",  # «до 25 числа»: of which month?
        "crosses_year",  # «сентябрь – май» in a calendar year: which of the two Septembers?
        "year_from_order",  # the year was taken from the neighbouring rows
        "relative_year",  # «текущего учебного года»
        "which_year",  # «в течение года»: a calendar or a school year?
        "typo",  # a slip was mended: «ноябоь», «24.01-01-02.2022»
        "no_such_date",  # «31 апреля»
        "reversed",  # the end comes before the start
        "odd_year",  # a year far from the document's own
        "outside_period",  # outside the roadmap's period
        "approximate",  # «конец апреля», «начало года»
        "until_period",  # «до декабря»: is December in or out?
        "holidays",  # «каникулы»: their days are the school's own
        "relative",  # «в течение 10 дней после …»
        "times_unplaced",  # «2 раза в год», and no month named
        "count_mismatch",  # «2 раза в год (январь)»
        "weekday_mismatch",  # «15 марта, пятница», but it is a Tuesday
        "first_of_month",  # a date cell on the 1st may stand for the month (added by the document reader)
    }
)
INFORMATIONAL_DOUBTS = frozenset(
    {
        "day_off",  # the day is a Saturday or Sunday; the reminder goes out on the working day before
        "school_year",  # the end of the school year was taken as 31 May
        "several_dates",  # a clear list of dates or months: one assignment for each
        "repeats",  # repeats without a named month: due at the end of each period
        "months_unordered",  # «декабрь, май» every year: both months, whatever the order
    }
)
DATELESS_KINDS = frozenset({"by_plan", "recurring_by_plan", "ongoing", "broken", "from"})


class Window(NamedTuple):
    """From `start` to `due`, both included; no due = open end, no start = «до …»."""

    start: date | None
    due: date | None


class Every(NamedTuple):
    """How a deadline repeats: `times` in each `interval` of `unit`, on this day or weekday if one is named."""

    unit: str  # year, half_year, trimester, term, quarter, month, week, day
    times: int = 1
    interval: int = 1
    day: int | None = None  # day of the month, -1 = the last
    from_day: int | None = None  # «с 1 по 5 число»
    weekday: int | None = None  # Monday = 0
    nth: int | None = None  # which such weekday of the month, -1 = the last
    also: tuple[
        "Every", ...
    ] = ()  # further days of the same rhythm: «по вторникам и четвергам», «1 и 15 числа»


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as written and as understood. Doubts are names from the two sets above."""

    text: str
    kind: str
    windows: tuple[Window, ...]
    recurrence: str | None
    doubts: tuple[str, ...]
    time: str | None = None
    every: Every | None = None

    @property
    def start(self) -> date | None:
        """The first day of the first window."""
        return self.windows[0].start if self.windows else None

    @property
    def due(self) -> date | None:
        """The last day of the last window."""
        return self.windows[-1].due if self.windows else None

    @property
    def reminds(self) -> bool:
        """Whether reminders may go out without asking a person first."""
        if self.kind in DATELESS_KINDS or not BLOCKING_DOUBTS.isdisjoint(self.doubts):
            return False
        return self.due is not None or self.every is not None

    def to_json(self) -> dict[str, Any]:
        """The stable shape of the command line: dates as ISO text, with the time of day where one is named."""
        return {
            "kind": self.kind,
            "start": self._iso(self.start),
            "due": self._iso(self.due),
            "recurrence": self.recurrence,
            "windows": [{"start": self._iso(w.start), "due": self._iso(w.due)} for w in self.windows],
            "doubts": list(self.doubts),
        }

    def _iso(self, day: date | None) -> str | None:
        if day is None:
            return None
        return f"{day.isoformat()}T{self.time}" if self.time else day.isoformat()


@dataclass(frozen=True, slots=True)
class Context:
    """What the text itself does not say.

    `year` is the document's reference year (None = not known: dates without a year then stay open). With
    `school_year` it is the year in which the school year begins. `period` is the roadmap's own span.
    `previous` and `next` are the deadlines of the neighbouring rows.
    """

    year: int | None
    period: Window | None = None
    school_year: bool = False
    previous: Deadline | None = None
    next: Deadline | None = None
