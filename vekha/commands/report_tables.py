"""The shapes of the reports: JSON with the lists behind every number, and rows of a sheet."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from domain.errors import N_
from vekha.console import say

if TYPE_CHECKING:
    from domain.context import MunicipalTable
    from domain.curation import CuratorRow
    from domain.outcomes import ClusterTable, DynamicsTable, Member

NAMES = {
    "all": N_("All schools"),
    "none": N_("off the list"),
    "basic": N_("basic failing"),
    "moderate": N_("moderately failing"),
    "severe": N_("severely failing"),
    "low_results": N_("low results"),
    "adverse_conditions": N_("adverse conditions"),
    "at_risk": N_("zone of risk"),
    "resilient": N_("resilient"),
    "": N_("not given"),
}


def named(group: str) -> str:
    """A group as people call it; names of cohorts and municipalities stay as they are."""
    return say(NAMES[group]) if group in NAMES else group


def _listed(ids: Iterable[int], members: Mapping[int, "Member"]) -> list[dict[str, str]]:
    return [{"school": members[i].name, "municipality": members[i].municipality} for i in ids]


def dynamics_json(table: "DynamicsTable", by: str) -> dict[str, Any]:
    """Groups × procedures with counts, shares, the schools behind each count, and what cannot be."""
    from domain import outcomes

    groups = []
    for name, cells in table.groups.items():
        for key, (column, lists) in cells.items():
            groups.append(
                {
                    "group": name,
                    "procedure": key,
                    "title": outcomes.procedures()[key].title,
                    **{kind.value: column.counts[kind] for kind in outcomes.Dynamics},
                    "total": column.total,
                    "positive_result": column.positive_result,
                    "positive_percent": column.positive_percent,
                    "percent": {kind.value: column.share(kind) for kind in outcomes.Dynamics},
                    "flaws": [f._asdict() for f in outcomes.check_column(column.counts, column.total)],
                    "schools": {kind.value: _listed(ids, table.members) for kind, ids in lists.items()},
                }
            )
    return {"before": table.before, "after": table.after, "by": by, "rows": groups}


def dynamics_columns() -> list[str]:
    """Headers of the sheet of dynamics."""
    return [
        say("Group"),
        say("Procedure"),
        say("Positive"),
        say("Nobody below the threshold in both years"),
        say("Negative"),
        say("Unchanged"),
        say("Not computed"),
        say("Schools"),
        say("Positive result"),
        say("Positive result, per cent"),
    ]


def dynamics_rows(table: "DynamicsTable") -> list[list[Any]]:
    """Rows of the sheet of dynamics."""
    from domain import outcomes

    return [
        [
            named(name),
            outcomes.procedures()[key].title,
            *(column.counts[kind] for kind in outcomes.Dynamics),
            column.total,
            column.positive_result,
            column.positive_percent,
        ]
        for name, cells in table.groups.items()
        for key, (column, _) in cells.items()
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
            "schools": {k.value: _listed(ids, table.members) for k, ids in table.lists[name].items()},
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


def cluster_columns() -> list[str]:
    """Headers of the sheet of clusters, as the region's own slides have them."""
    return [
        say("Group"),
        say("Raised the cluster"),
        say("Left the list"),
        say("Positive dynamics, per cent"),
        say("Kept the cluster"),
        say("Kept the cluster, per cent"),
        say("Negative dynamics"),
        say("Negative dynamics, per cent"),
        say("Schools"),
        say("Not computed"),
    ]


def cluster_rows(table: "ClusterTable") -> list[list[Any]]:
    """Rows of the sheet of clusters."""
    return [
        [
            named(name),
            row.raised,
            row.left,
            row.positive_percent,
            row.same,
            row.same_percent,
            row.down,
            row.down_percent,
            row.total,
            row.unknown,
        ]
        for name, row in table.rows.items()
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


def municipal_lines(table: "MunicipalTable") -> tuple[list[str], list[list[Any]]]:
    """Headers and rows of the sheet of municipalities; the sums stand last."""
    totals, counts = list(table.totals), list(table.counts)
    header = [say("Municipality"), *totals]
    for name in counts:
        header += [name, say("%(name)s, per cent", name=name)]
    rows: list[list[Any]] = []
    for row in table.rows:
        by_name = {s.measure: s for s in row.shares}
        line: list[Any] = [row.name, *(row.totals.get(name) for name in totals)]
        for name in counts:
            share = by_name.get(name)
            line += [share.part, share.computed] if share else [None, None]
        rows.append(line)
    sums: list[Any] = [say("Total"), *table.totals.values()]
    for name in counts:
        sums += [table.counts[name], None]
    return header, [*rows, sums] if rows else []


def municipal_remarks(table: "MunicipalTable") -> list[str]:
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


def curators_json(rows: "list[CuratorRow]") -> list[dict[str, Any]]:
    """Curators with their weeks."""
    return [
        {
            "curator": row.person.name,
            "schools": row.schools,
            "decisions": sum(week.decisions for week in row.weeks),
            "answers": sum(week.answers for week in row.weeks),
            "notes": sum(week.notes for week in row.weeks),
            "total": row.total,
            "silent_weeks": sum(week.total == 0 for week in row.weeks),
            "last_day": row.last_day,
            "weeks": [week._asdict() for week in row.weeks],
        }
        for row in rows
    ]


def curator_columns() -> list[str]:
    """Headers of the sheet of curators."""
    return [
        say("Curator"),
        say("Schools"),
        say("Decisions"),
        say("Answers"),
        say("Meetings and visits"),
        say("Silent weeks"),
        say("Last active"),
    ]


def curator_rows(rows: "list[CuratorRow]") -> list[list[Any]]:
    """Rows of the sheet of curators."""
    return [
        [
            r["curator"],
            ", ".join(r["schools"]),
            r["decisions"],
            r["answers"],
            r["notes"],
            r["silent_weeks"],
            r["last_day"],
        ]
        for r in curators_json(rows)
    ]
