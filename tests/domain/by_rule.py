"""Dynamics by the rule of one school (`outcomes.dynamics`), school by school: what the counting of the database is held
against."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.db import Tx
from domain.outcomes import (
    EVERYTHING,
    Dynamics,
    Member,
    Narrowed,
    Outcome,
    Overlap,
    known_procedures,
    of_schools,
    rules,
)
from domain.outcomes.queries import _groups, _members, _overlap
from domain.schools import School

EVERYWHERE = Narrowed()


class DynamicsCell(NamedTuple):
    """One group × one procedure: the column and the schools behind each number."""

    column: rules.Column
    schools: Mapping[Dynamics, Sequence[int]]


@dataclass(frozen=True, slots=True)
class DynamicsTable:
    """Groups × procedures between two years."""

    before: int
    after: int
    procedures: Sequence[str]
    groups: Mapping[str, Mapping[str, DynamicsCell]]
    members: Mapping[int, Member]
    titles: Mapping[str, str]
    overlap: Overlap
    silent: Mapping[str, Sequence[Member]]  # schools of the groups without any result in either year


async def dynamics_table(
    tx: Tx,
    *,
    before: int,
    after: int,
    by: str = EVERYTHING,
    narrowed: Narrowed = EVERYWHERE,
    tracks: Mapping[str, Collection[int]] | None = None,
) -> DynamicsTable:
    """Every group of schools with results in either year, by procedure; the columns sum to the group.

    `tracks`: which schools work by which track, for tables by track; a school of two is counted in each.
    """
    query = of_schools(tx, narrowed).with_only_columns(
        School.id, Outcome.procedure, Outcome.year, Outcome.participants, Outcome.below
    )
    query = query.join(Outcome, Outcome.school_id == School.id).where(Outcome.year.in_((before, after)))
    found: dict[int, dict[tuple[str, int], rules.Result]] = {}
    for school_id, procedure, year, participants, below in await tx.session.execute(query):
        found.setdefault(school_id, {})[procedure, year] = rules.Result(participants, below)
    everyone = await _members(tx, narrowed)
    # A procedure in which nobody took part in either year is no column.
    used = {
        key for of_school in found.values() for (key, _), result in of_school.items() if result.participants
    }
    known = await known_procedures(tx)
    keys = [key for key in known if key in used]
    groups: dict[str, dict[str, DynamicsCell]] = {}
    of_groups = await _groups(tx, everyone, by, after, tracks or {})
    grouped = {name: [id_ for id_ in ids if id_ in found] for name, ids in of_groups.items()}
    grouped = {name: ids for name, ids in grouped.items() if ids or name == EVERYTHING}
    silent = {name: [everyone[i] for i in of_groups[name] if i not in found] for name in grouped}
    for name, ids in grouped.items():
        groups[name] = {}
        for key in keys:
            lists: dict[Dynamics, list[int]] = {kind: [] for kind in Dynamics}
            for id_ in ids:
                lists[rules.dynamics(found[id_].get((key, before)), found[id_].get((key, after)))].append(id_)
            groups[name][key] = DynamicsCell(rules.column(lists), lists)
    titles = {key: known[key].title for key in keys}
    members = {id_: member for id_, member in everyone.items() if id_ in found}
    return DynamicsTable(before, after, keys, groups, members, titles, _overlap(grouped, by), silent)
