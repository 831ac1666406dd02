"""Deadlines in words: what the author's text was understood to mean."""

from collections.abc import Sequence
from datetime import date

from admin.page import Visit
from admin.words import DOUBTS
from domain import roadmaps
from domain.deadlines import Window

MOST = 6  # occurrences named one by one


def window_words(visit: Visit, window: Window) -> str:
    """«с 1 февраля по 30 апреля 2022» or «до 30 апреля 2022, суббота»."""
    say = visit.say
    if window.due is None:
        return say("from %(day)s, with no end", day=say.date(window.start, year=True)) if window.start else ""
    if window.start is None or window.start == window.due:
        return say("until %(day)s", day=say.day(window.due, today=date.min))
    same = window.start.year == window.due.year
    start, due = say.date(window.start, year=not same), say.date(window.due, year=True)
    return say("from %(start)s to %(due)s", start=start, due=due)


def meaning(visit: Visit, windows: Sequence[Window]) -> list[str]:
    """One line an occurrence, the first few; empty where no date follows."""
    words = [line for line in (window_words(visit, window) for window in windows) if line]
    if len(words) > MOST:
        more = len(words) - MOST
        words = [*words[:MOST], visit.say.n("and %(n)s date more", "and %(n)s dates more", more)]
    return words


def measure_meaning(visit: Visit, measure: roadmaps.Measure) -> list[str]:
    """What a measure's deadline means now."""
    return meaning(visit, roadmaps.parse_windows(measure.windows))


def doubt_words(visit: Visit, doubts: Sequence[str]) -> list[str]:
    """The doubts about a deadline, as a person would put them."""
    return [visit.say(DOUBTS.get(doubt, DOUBTS["unclear"])) for doubt in doubts]
