"""What to look at before a plan is approved, in one line, and what is asked once for the whole of it."""

from collections import Counter

from bot.presses import NewerVersion, ReportDates, Year
from bot.presses_giving import MoveYears
from bot.ui import Row, button, clip
from domain import drafts, roadmaps
from domain.drafts import PastPlan
from domain.errors import N_
from domain.roadmaps import FindingKind, Roadmap, RoadmapView
from domain.texts import Texts

FINDING = {
    FindingKind.NO_RESULT: N_("no result named: %(n)s"),
    FindingKind.NO_DATE: N_("no definite date: %(n)s"),
    FindingKind.WHOLE_PERIOD: N_("due only with the period's end: %(n)s"),
    FindingKind.NO_DOCUMENT: N_("no document that proves it: %(n)s"),
    FindingKind.DAY_OFF: N_("due on a day off: %(n)s"),
    FindingKind.OUTSIDE_PERIOD: N_("outside the roadmap's period: %(n)s"),
    FindingKind.DUPLICATE_NUMBER: N_("number stands twice: %(n)s"),
    FindingKind.TARGET: N_("numbers to be counted: %(n)s"),
}


def finding_lines(say: Texts, view: RoadmapView) -> list[str]:
    """«Что заметил бы эксперт: …», or nothing where there is nothing to remark."""
    counts = Counter(finding.kind for finding in roadmaps.check_plan(view))
    named = [say(words, n=counts[kind]) for kind, words in FINDING.items() if counts[kind]]
    return [say("An expert would remark: %(findings)s.", findings=", ".join(named))] if named else []


def past_lines(say: Texts, past: PastPlan | None) -> list[str]:
    """That a plan is of earlier years, and what would come of it."""
    if past is None:
        return []
    passed = say.n("%(n)s date has passed already", "%(n)s dates have passed already", past.past)
    if past.past < past.dates:
        passed += " " + say("of %(n)s", n=past.dates)
    last = say("the last one is %(day)s", day=say.date(past.last_on, year=True))
    return [
        "🔴 " + passed + ", " + last + ". " + say("Given as it is, it would be overdue from the first day.")
    ]


def question_rows(
    plain: Texts, view: RoadmapView, earlier: Roadmap | None, past: PastPlan | None = None
) -> list[Row]:
    """Buttons for what is asked once: is it a newer version, are its years over, which year, when to report on
    what goes on."""
    roadmap = view.roadmap
    rows: list[Row] = []
    if earlier is not None:
        label = plain("It is a newer version of “%(title)s”", title=clip(earlier.title, 60))
        rows.append([button(label, NewerVersion(draft=roadmap.id, living=earlier.id))])
    if drafts.asks_period(roadmap, view.measures):
        year = roadmap.reference_year
        school = plain("School year %(first)s/%(last)s", first=year, last=year + 1)
        rows.append(
            [
                button(plain("Calendar year %(year)s", year=year), Year(roadmap=roadmap.id, year=year)),
                button(school, Year(roadmap=roadmap.id, year=year, school=True)),
            ]
        )
    elif past is not None:  # the answer about the year may settle it
        for shift in past.shifts:
            label = plain.n("Move by %(n)s year", "Move by %(n)s years", shift.years)
            label += ", " + plain("up to %(day)s", day=plain.date(shift.last_on, year=True))
            rows.append([button(label, MoveYears(roadmap=roadmap.id, years=shift.years))])
    ongoing = drafts.asks_report_dates(view.measures)
    if ongoing:
        label = plain("Dates for what goes on all the time: %(n)s", n=len(ongoing))
        rows.append([button(label, ReportDates(roadmap=roadmap.id))])
    return rows
