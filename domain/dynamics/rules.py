"""What a table of dynamics is, and how it is kept as plain numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.outcomes import Column, Dynamics, Overlap


@dataclass(frozen=True, slots=True)
class Counted:
    """Groups × procedures between two years; the whole comes last."""

    before: int
    after: int
    titles: Mapping[str, str]  # procedure → its title, in the order of the columns
    groups: Mapping[str, Mapping[str, Column]]
    overlap: Overlap
    taken_at: datetime | None = None  # counted then; None: now


def write_table(table: Counted) -> dict[str, Any]:
    """The table to be kept: five counts for each group and procedure."""
    return {
        "procedures": list(table.titles),
        "overlap": list(table.overlap),
        "groups": {
            name: [[column.counts[kind] for kind in Dynamics] for column in columns.values()]
            for name, columns in table.groups.items()
        },
    }


def read_table(
    document: Mapping[str, Any], years: tuple[int, int], titles: Mapping[str, str], taken_at: datetime
) -> Counted:
    """A kept table; `titles` of the procedures as they are called today."""
    keys = document["procedures"]
    groups = {
        name: {
            key: Column(dict(zip(Dynamics, counts, strict=True)), sum(counts))
            for key, counts in zip(keys, columns, strict=True)
        }
        for name, columns in document["groups"].items()
    }
    named = {key: titles.get(key, key) for key in keys}
    return Counted(*years, named, groups, Overlap(*document["overlap"]), taken_at)
