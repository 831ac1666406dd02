"""A roadmap with the state of its execution, put into words: as the document was, with three columns more."""

from datetime import date

from babel.dates import format_date

from admin.page import Visit
from admin.plan_check import target_words
from admin.words import COLUMNS, STANDINGS
from domain import exports, roadmaps, targets
from domain.errors import N_
from domain.exports import EXECUTION, FIELDS, Execution, ExecutionRow, PlanSheet

# The three columns that coordinators add by hand today.
STATE = {"execution": N_("Execution"), "date": N_("Date"), "proof": N_("Document")}


def plan_sheet(visit: Visit, found: Execution) -> PlanSheet:
    """The table: the original's kinds of columns, tracks as rows across it, what was done beside each measure."""
    say = visit.say
    columns = exports.columns_of(found.roadmap, [row.measure for row in found.rows])
    headers = [(role, header or say(COLUMNS[role])) for role, header in columns]
    where = [line for line in (found.place.above, found.place.name) if line]
    school = [found.school.name] if found.school else []
    sheet = PlanSheet(
        heading=[*dict.fromkeys([*where, *school]), found.roadmap.title],
        columns=[*headers, *((role, say(STATE[role])) for role in EXECUTION)],
        closing=_closing(visit, found),
    )
    track_id: int | None = None
    for row in found.rows:
        if row.measure.track_id != track_id:
            track_id = row.measure.track_id
            track = found.tracks.get(track_id or 0)
            sheet.rows += _track(visit, track) if track else []
        cells = [_cell(visit, row.measure, role) for role, _ in columns]
        sheet.rows.append([*cells, *_state(visit, found, row)])
    return sheet


def _day(visit: Visit, day: date) -> str:
    return format_date(day, "short", locale=visit.say.locale)


def _track(visit: Visit, track: roadmaps.Track) -> list[str]:
    return [track.title, *([visit.say("Goal: %(goal)s", goal=track.goal)] if track.goal else [])]


def _cell(visit: Visit, measure: roadmaps.Measure, role: str) -> str:
    words = getattr(measure, FIELDS[role]) or ""
    if role == "deadline" and not words:  # a school's own row has a date and no words
        words = ", ".join(_day(visit, due) for _, due in roadmaps.parse_windows(measure.windows) if due)
    return words


def _closing(visit: Visit, found: Execution) -> list[str]:
    say = visit.say
    lines = [say("As of %(day)s.", day=say.date(found.day, year=True))]
    if found.school is None and found.schools:
        lines[0] += " " + say.n("%(n)s school.", "%(n)s schools.", found.schools)
    return lines


def _state(visit: Visit, found: Execution, row: ExecutionRow) -> list[str]:
    cells = _of_school(visit, row) if found.school else _of_schools(visit, row)
    if row.offices:
        cells[0] = "\n".join([line for line in (cells[0], *_of_offices(visit, found, row)) if line])
    return cells


def _of_offices(visit: Visit, found: Execution, row: ExecutionRow) -> list[str]:
    """«Даниловский МР: подтверждено», one line for each office and date."""
    lines = []
    for state in row.offices:
        words = visit.say(STANDINGS[state.standing])
        dated = f" ({_day(visit, state.due_on)})" if state.due_on and len(row.offices) > 1 else ""
        lines.append(f"{found.offices[state.place].name}{dated}: {words}")
    return lines


def _of_schools(visit: Visit, row: ExecutionRow) -> list[str]:
    """«сдали 5 из 7, подтверждено 4»."""
    say = visit.say
    day = _day(visit, row.last_on) if row.last_on else ""
    documents = say.n("%(n)s document", "%(n)s documents", len(row.documents)) if row.documents else ""
    if not row.states:
        return ["", day, documents]
    words = [say("handed in %(done)s of %(total)s", done=row.handed_in, total=row.total)]
    if row.handed_in:
        words.append(say("confirmed %(n)s", n=row.confirmed))
    if row.overdue:
        words.append(say("overdue %(n)s", n=row.overdue))
    if row.waived:
        words.append(say("not required %(n)s", n=row.waived))
    lines = [", ".join(words), *(_target(visit, kept) for kept in row.measure.targets)]
    return ["\n".join(lines), day, documents]


def _target(visit: Visit, kept: dict[str, object]) -> str:
    return visit.say("target: %(target)s", target=target_words(visit, targets.from_json(kept)))


def _of_school(visit: Visit, row: ExecutionRow) -> list[str]:
    """One line for each date of the measure."""
    say = visit.say
    several = len(row.states) > 1
    lines, days = [], []
    for state in row.states:
        words = say(STANDINGS[state.standing])
        lines.append(f"{_day(visit, state.due_on)}: {words}" if several and state.due_on else words)
        day = state.handed_in_on
        days.append(_day(visit, day) if day else "")
    return ["\n".join(lines), "\n".join(days).strip("\n"), "\n".join(row.documents)]
