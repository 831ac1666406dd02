"""The shapes of reports: JSON with the lists behind every number, and rows for sheets. Pure.

The words are those of the reader: every function that speaks takes `say`.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.errors import N_, DomainError
from domain.meanings import KINDS, named
from domain.tables import Book, Column, Kind
from domain.texts import Texts

if TYPE_CHECKING:
    from domain.context import MunicipalTable
    from domain.curation import CuratorRow
    from domain.db import Tx
    from domain.dynamics import Behind, Counted
    from domain.monitoring import Standing
    from domain.outcomes import ClusterTable, Member
    from domain.reports import Matrix, MeasureRow


class UnknownReport(DomainError):
    """No report has this name."""

    sentence = N_("There is no report «%(name)s». There are: %(known)s.")


class UnknownFilter(DomainError):
    """A report is asked for a filter that it does not have."""

    sentence = N_("The report «%(name)s» has no filter «%(filter)s». It has: %(known)s.")


class UnknownValue(DomainError):
    """A filter was given a value that it cannot have."""

    sentence = N_("The filter «%(filter)s» does not know «%(value)s». It knows: %(known)s.")


class UnknownGrouping(DomainError):
    """Groups by something unknown."""

    sentence = N_("There is no grouping «%(name)s». There are: %(known)s.")


class TwoYearsNeeded(DomainError):
    """Nothing to compare."""

    sentence = N_(
        "Results of two years are needed to compare. The regional coordinator brings them in under “Monitoring”, “Results”."
    )


class NoWave(DomainError):
    """No wave has been opened."""

    sentence = N_(
        "There is no wave of monitoring yet. The regional coordinator opens it under “Monitoring”, “Waves”."
    )


@dataclass(frozen=True, slots=True)
class Filters:
    """What a report is narrowed to; the same for the page, the drawing, the sheet and the JSON."""

    region_id: int | None = None
    municipality_id: int | None = None
    school_id: int | None = None
    cohort_id: int | None = None
    roadmap_id: int | None = None
    track_id: int | None = None
    wave_id: int | None = None
    round_id: int | None = None  # of mutual expertise
    by: str = "all"
    before: int | None = None
    after: int | None = None
    weeks: int = 4
    year: int | None = None


class Report(NamedTuple):
    """A report of the list: its name in addresses and on the command line, how people call it, its filters."""

    name: str
    title: str
    about: str
    filters: tuple[str, ...]
    build: "Callable[[Tx, Filters, Texts], Awaitable[Book]]"
    coordinators: bool = False  # of no use to those who see one school
    large: bool = (
        False  # a line for each school or assignment: written in the background where there are many
    )


def plain(value: Fraction | Decimal | None) -> int | float | None:
    """An exact number as JSON and sheets have it: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def missing_json(table: "Matrix", measures: "Sequence[MeasureRow]") -> dict[str, Any]:
    """Schools with their measures, measures with those who have not handed in."""
    return {
        "roadmap": table.roadmap_id,
        "rows": [
            {
                "municipality": row.municipality,
                "school": row.school,
                "done": row.done,
                "total": row.total,
                "measures": {
                    head.label: row.cells[head.id].standing.value
                    for head in table.measures
                    if head.id in row.cells
                },
            }
            for row in table.rows
        ],
        "measures": [
            {
                "measure": m.measure.label,
                "total": m.total,
                "overdue": m.overdue,
                "due_on": m.due_on,
                "missing": [n for _, n in m.missing],
                "offices": list(m.offices),
            }
            for m in measures
        ],
    }


def listed(of: "Member | Behind") -> dict[str, str]:
    """A school behind a number."""
    return {"school": of.name, "municipality": of.municipality}


def dynamics_json(
    table: "Counted",
    by: str,
    lists: Mapping[tuple[str, str, str], Sequence[Mapping[str, str]]],
    silent: Mapping[str, Sequence[Mapping[str, str]]],
) -> dict[str, Any]:
    """Groups × procedures with counts, shares, the schools behind each count, by group, procedure and kind, and what
    cannot be; `silent` schools have no data."""
    from domain import outcomes

    groups = []
    for name, cells in table.groups.items():
        for key, column in cells.items():
            groups.append(
                {
                    "group": name,
                    "procedure": key,
                    "title": table.titles[key],
                    **{kind.value: column.counts[kind] for kind in outcomes.Dynamics},
                    "total": column.total,
                    "positive_result": column.positive_result,
                    "positive_percent": column.positive_percent,
                    "percent": {kind.value: column.share(kind) for kind in outcomes.Dynamics},
                    "flaws": [f._asdict() for f in outcomes.check_column(column.counts, column.total)],
                    "schools": {kind.value: lists.get((name, key, kind), []) for kind in outcomes.Dynamics},
                    "no_data": table.silent[name],
                }
            )
    return {"before": table.before, "after": table.after, "by": by, "rows": groups, "without_data": silent}


def dynamics_columns(say: Texts) -> list[Column]:
    """Columns of the sheet of dynamics."""
    return [
        Column("group", say("Group")),
        Column("title", say("Procedure")),
        *(Column(kind, say(KINDS[kind]), Kind.COUNT) for kind in list(KINDS)[:5]),
        Column("total", say("Schools"), Kind.COUNT),
        Column("positive_result", say("Positive result"), Kind.COUNT),
        Column("positive_percent", say("Positive result, per cent"), Kind.PERCENT),
        Column("no_data", say("Schools without data"), Kind.COUNT),
    ]


def dynamics_rows(say: Texts, table: "Counted") -> list[list[Any]]:
    """Rows of the sheet of dynamics."""
    from domain import outcomes

    return [
        [
            named(say, name),
            table.titles[key],
            *(column.counts[kind] for kind in outcomes.Dynamics),
            column.total,
            column.positive_result,
            column.positive_percent,
            table.silent[name],
        ]
        for name, cells in table.groups.items()
        for key, column in cells.items()
    ]


def clusters_json(table: "ClusterTable", by: str) -> dict[str, Any]:
    """Groups with their movements, the schools behind each, transitions, and the lists of both years."""
    rows = [
        {
            "group": name,
            "raised": row.raised,
            "left": row.left,
            "positive": row.positive,
            "positive_percent": row.positive_percent,
            "same": row.same,
            "same_percent": row.same_percent,
            "down": row.down,
            "down_percent": row.down_percent,
            "total": row.total,
            "unknown": row.unknown,
            "schools": {
                k.value: [listed(table.members[i]) for i in ids] for k, ids in table.lists[name].items()
            },
        }
        for name, row in table.rows.items()
    ]
    return {
        "before": table.before,
        "after": table.after,
        "by": by,
        "rows": rows,
        "transitions": {
            b.value: {a.value: n for a, n in line.items()} for b, line in table.transitions.items()
        },
        "counts": {
            str(year): {c.value: n for c, n in of_year.items()} for year, of_year in table.counts.items()
        },
        "assumed_left": table.assumed,
    }


def cluster_columns(say: Texts) -> list[Column]:
    """Columns of the sheet of clusters, as the region's own slides have them."""
    return [
        Column("group", say("Group")),
        Column("raised", say("Raised the cluster"), Kind.COUNT),
        Column("left", say("Left the list"), Kind.COUNT),
        Column("positive_percent", say("Positive dynamics, per cent"), Kind.PERCENT),
        Column("same", say("Kept the cluster"), Kind.COUNT),
        Column("same_percent", say("Kept the cluster, per cent"), Kind.PERCENT),
        Column("down", say("Negative dynamics"), Kind.COUNT),
        Column("down_percent", say("Negative dynamics, per cent"), Kind.PERCENT),
        Column("total", say("Schools"), Kind.COUNT),
        Column("unknown", say("Not computed"), Kind.COUNT),
    ]


def municipal_json(table: "MunicipalTable") -> dict[str, Any]:
    """Rows with every source's total, shares computed and printed, and what does not follow."""
    return {
        "rows": [
            {
                "municipality": row.name,
                "totals": dict(row.totals),
                "totals_agree": row.totals_agree,
                "shares": [
                    {
                        "measure": s.measure,
                        "count": s.part,
                        "total": s.total,
                        "percent": s.computed,
                        "printed_percent": s.printed,
                        "follows": s.follows,
                    }
                    for s in row.shares
                ],
            }
            for row in table.rows
        ],
        "totals": dict(table.totals),
        "counts": dict(table.counts),
        "mismatches": [
            {
                "municipality": name,
                "measure": s.measure,
                "count": s.part,
                "total": s.total,
                "percent": s.computed,
                "printed_percent": s.printed,
                "totals_that_would_give_printed": list(s.fitting),
            }
            for name, s in table.mismatches
        ],
        "disagreements": [
            {"municipality": row.name, "totals": dict(row.totals)} for row in table.disagreements
        ],
    }


def municipal_remarks(say: Texts, table: "MunicipalTable") -> list[str]:
    """What a person should know before showing the table to somebody."""
    remarks = [
        say(
            "%(place)s, %(measure)s: %(part)s of %(total)s is %(percent)s, the source prints %(printed)s.",
            place=name,
            measure=s.measure,
            part=s.part,
            total=s.total,
            percent=s.computed,
            printed=s.printed,
        )
        for name, s in table.mismatches
    ]
    for row in table.disagreements:
        numbers = " / ".join(map(str, row.totals.values()))
        remarks.append(
            say(
                "%(name)s: totals of schools contradict each other: %(totals)s", name=row.name, totals=numbers
            )
        )
    return remarks


def curators_json(rows: "Iterable[CuratorRow]") -> list[dict[str, Any]]:
    """Curators with their weeks."""
    return [
        {
            "curator": row.person.name,
            "schools": row.schools,
            "decisions": sum(week.decisions for week in row.weeks),
            "answers": sum(week.answers for week in row.weeks),
            "notes": sum(week.notes for week in row.weeks),
            "total": row.total,
            "silent_weeks": row.silent_weeks,
            "last_day": row.last_day,
            "weeks": [week._asdict() for week in row.weeks],
        }
        for row in rows
    ]


def standing_json(found: "Standing") -> dict[str, Any]:
    """A wave's forecast, what the next point costs, what is at stake, official results."""
    forecast, score = found.forecast, found.forecast.score
    return {
        "wave": found.wave.id,
        "title": found.wave.title,
        "set": found.of.key,
        "starts_on": found.wave.starts_on,
        "ends_on": found.wave.ends_on,
        "forecast": {
            "total": plain(score.total) if score else None,
            "max": plain(found.of.max),
            "index_percent": plain(score.index) if score else None,
            "confirmed": forecast.tally.done,
            "of": forecast.tally.of,
            "in_review": forecast.in_review,
            "missing": list(score.missing) if score else [],
            "at_stake": list(forecast.at_stake),
            "steps": [
                {
                    "criterion": step.criterion,
                    "confirmations": step.needed,
                    "points": plain(step.gain),
                    "total": plain(step.total_gain),
                    "assignments": list(step.assignments),
                }
                for step in forecast.steps
            ],
        },
        "official": [
            {"source": r.source, "total": plain(s.total), "index_percent": plain(s.index)}
            for r, s in found.official
        ],
    }
