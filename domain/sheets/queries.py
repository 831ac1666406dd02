"""Two versions of a set side by side."""

from typing import Any, NamedTuple

from domain.db import Tx
from domain.errors import NotFound
from domain.rubrics import CriteriaSet, CriteriaSetVersion, Criterion, Group, kept_set, read_set


class Difference(NamedTuple):
    """What another version says otherwise: («» and a title where a row has come or gone)."""

    title: str
    field: str  # added, gone, order, title, max, weight, who, scale, bands, printed_max, year, decimals
    was: Any = None
    now: Any = None


async def compared(
    tx: Tx, old_id: int, new_id: int
) -> tuple[CriteriaSetVersion, CriteriaSetVersion, list[Difference]]:
    """Two sets of one region and what the second says otherwise; NotFound where they are not of the actor's region."""
    old, new = await kept_set(tx, old_id), await kept_set(tx, new_id)
    inside = tx.actor.is_system or any(g.place.region_id == new.region_id for g in tx.actor.grants)
    if old.region_id != new.region_id or not inside:
        raise NotFound
    return old, new, compare(read_set(old.document), read_set(new.document))


def compare(old: CriteriaSet, new: CriteriaSet) -> list[Difference]:
    """What the second set says otherwise; rows are known by their keys, so a renamed one is not a new one."""
    found = [
        Difference("", name, was, now)
        for name, was, now in (
            ("title", old.title, new.title),
            ("year", old.year, new.year),
            ("max", old.max, new.max),
            ("decimals", old.decimals, new.decimals),
        )
        if was != now
    ]
    before, after = _rows(old), _rows(new)
    was_order, is_order = [k for k in before if k in after], [k for k in after if k in before]
    if moved := [(a, b) for a, b in zip(was_order, is_order, strict=True) if a != b]:
        found.append(
            Difference(
                "",
                "order",
                "; ".join(before[a].title for a, _ in moved),
                "; ".join(after[b].title for _, b in moved),
            )
        )
    found += [Difference(row.title, "gone", was=row.max) for key, row in before.items() if key not in after]
    for key, row in after.items():
        if (known := before.get(key)) is None:
            found.append(Difference(row.title, "added", now=row.max))
            continue
        told_before, told = _told(known), _told(row)
        found += [
            Difference(row.title, name, told_before.get(name), told.get(name))
            for name in dict.fromkeys([*told_before, *told])
            if told_before.get(name) != told.get(name)
        ]
    return found


def _rows(of: CriteriaSet) -> dict[str, Group | Criterion]:
    found: dict[str, Group | Criterion] = {}
    for group in of.groups:
        found[group.key] = group
        for criterion in group.criteria:
            found[criterion.key] = criterion
            found |= {part.key: part for part in criterion.parts}
    return found


def _told(row: Group | Criterion) -> dict[str, Any]:
    told: dict[str, Any] = {"title": row.title, "max": row.max}
    if isinstance(row, Group):
        return told | {"weight": row.weight, "printed_max": row.printed_max}
    who = f"{row.scored_by}:{row.automatic}" if row.automatic else str(row.scored_by)
    if row.parts:
        return told
    return told | {"who": who, "scale": dict(row.scale), "bands": tuple(row.bands)}
