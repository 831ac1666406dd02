"""A criteria set as fields: every value is kept as it was typed until it is a set. Pure.

The judge of a set stays `rubrics.read_set`; here its verdict is asked row by row, so that the place can be named.
Places: «» is the whole set, «0» its first group, «0.2» the third criterion of it, «0.2.1» a part of that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from domain import figures
from domain.errors import N_, DomainError
from domain.rubrics import (
    BandsUnclear,
    MaximaContradict,
    ScoredBy,
    SetUnreadable,
    read_set,
)

WHOLE_SET = ""
PAIRS = Sequence[tuple[str, str]]


class NumberNeeded(DomainError):
    """A field that wants a number holds none."""

    sentence = N_("A number is needed here.")


class NameNeeded(DomainError):
    """A row without a name."""

    sentence = N_("A name is needed here.")


class ScaleUnclear(DomainError):
    """A scale whose points are no whole numbers or come twice."""

    sentence = N_("The points of a scale must be whole numbers, each of them once.")


@dataclass(slots=True)
class Row:
    """A criterion, or a part of one, as typed."""

    key: str
    title: str = ""
    max: str = ""
    who: str = ScoredBy.EXPERT.value  # expert, coordinator, or automatic:<what it is computed from>
    scale: list[tuple[str, str]] = field(default_factory=list)  # (points, word)
    bands: list[tuple[str, str]] = field(default_factory=list)  # (from per cent, points)
    remarks: str = ""  # one a line
    parts: list["Row"] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A group of criteria with one weight, as typed."""

    key: str
    title: str = ""
    weight: str = "1"
    max: str = ""
    printed_max: str = ""
    complete: bool = True
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """A whole set, as typed."""

    title: str = ""
    year: str = ""
    held_on: str = ""
    max: str = ""
    decimals: str = "1"
    source: str = ""
    notes: str = ""
    blocks: list[Block] = field(default_factory=list)


class Doubt(NamedTuple):
    """What is wrong, in which place, beside which field."""

    place: str
    field: str
    error: DomainError


def sheet_of(document: Mapping[str, Any]) -> Sheet:
    """The fields of a document; whatever is missing is empty."""
    return Sheet(
        title=_shown(document.get("title")),
        year=_shown(document.get("year")),
        held_on=_shown(document.get("held_on")),
        max=_shown(document.get("max")),
        decimals=_shown(document.get("decimals", 1)),
        source=_shown(document.get("source")),
        notes="\n".join(str(note) for note in document.get("notes", ())),
        blocks=[
            Block(
                key=_shown(group.get("key")),
                title=_shown(group.get("title")),
                weight=_shown(group.get("weight", 1)),
                max=_shown(group.get("max")),
                printed_max=_shown(group.get("printed_max")),
                complete=bool(group.get("complete", True)),
                rows=[_row_of(item) for item in group.get("criteria", ())],
            )
            for group in document.get("groups", ())
        ],
    )


def _row_of(item: Mapping[str, Any]) -> Row:
    who = str(item.get("scored_by", ScoredBy.EXPERT.value))
    return Row(
        key=_shown(item.get("key")),
        title=_shown(item.get("title")),
        max=_shown(item.get("max")),
        who=f"{who}:{item['automatic']}" if item.get("automatic") else who,
        scale=[(str(points), str(word)) for points, word in dict(item.get("scale", {})).items()],
        bands=[(_shown(band.get("from")), _shown(band.get("points"))) for band in item.get("bands", ())],
        remarks="\n".join(str(remark) for remark in item.get("remarks", ())),
        parts=[_row_of(part) for part in item.get("parts", ())],
    )


def document_of(sheet: Sheet, base: Mapping[str, Any]) -> dict[str, Any]:
    """The document that the fields make; `base` gives the key, the version and whatever has no field."""
    fields: dict[str, Any] = {
        "title": sheet.title.strip(),
        "year": _plain(sheet.year),
        "held_on": sheet.held_on.strip() or None,
        "max": _plain(sheet.max),
        "decimals": _plain(sheet.decimals),
        "source": sheet.source.strip() or None,
        "notes": _lines(sheet.notes) or None,
    }
    known = {str(group.get("key")): group for group in base.get("groups", ())}
    rows = {
        str(item.get("key")): item for group in known.values() for item in _flat(group.get("criteria", ()))
    }
    groups = [
        _filled(
            known.get(block.key, {}),
            key=block.key,
            title=block.title.strip(),
            weight=_plain(block.weight),
            max=_plain(block.max),
            printed_max=_plain(block.printed_max),
            complete=None if block.complete else False,
            criteria=[_item(row, rows) for row in block.rows],
        )
        for block in sheet.blocks
    ]
    return {**_filled(base, **fields), "groups": groups}


def _item(row: Row, known: Mapping[str, Any]) -> dict[str, Any]:
    by, _, computed = row.who.partition(":")
    leaf = not row.parts
    return _filled(
        known.get(row.key, {}),
        key=row.key,
        title=row.title.strip(),
        max=_plain(row.max),
        scored_by=by if leaf and by != ScoredBy.EXPERT else None,
        automatic=computed if leaf and computed else None,
        scale={points.strip(): word.strip() for points, word in row.scale} if leaf and row.scale else None,
        bands=[{"from": _plain(start), "points": _plain(points)} for start, points in row.bands] or None
        if leaf
        else None,
        remarks=_lines(row.remarks) or None,
        parts=[_item(part, known) for part in row.parts] or None,
    )


def _filled(base: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The old values under the new ones; what is None now is gone."""
    return {key: value for key, value in {**base, **fields}.items() if value is not None}


def doubts(sheet: Sheet) -> list[Doubt]:
    """Everything that keeps the sheet from being a set, each with its place; empty where it is one."""
    found = _of_whole(sheet)
    for place, block in enumerate(sheet.blocks):
        here = str(place)
        found += _named(here, block.title)
        found += _numbers(here, max=block.max, weight=block.weight)
        if block.printed_max.strip():
            found += _numbers(here, printed_max=block.printed_max)
        total, most = sum_of(block.rows), _number(block.max)
        if total is not None and most is not None and (total > most or (block.complete and total != most)):
            error = MaximaContradict(name=block.title, sum=_shown(total), max=_shown(most))
            found.append(Doubt(here, "max", error))
        for number, row in enumerate(block.rows):
            found += _of_row(f"{here}.{number}", row)
    if not found:
        found += _judged(WHOLE_SET, document_of(sheet, {"key": "set", "version": 1}))
    return found


def _of_whole(sheet: Sheet) -> list[Doubt]:
    found = [*_named(WHOLE_SET, sheet.title), *_numbers(WHOLE_SET, year=sheet.year)]
    if not sheet.max.strip():
        return found
    found += _numbers(WHOLE_SET, max=sheet.max)
    total, most = total_of(sheet), _number(sheet.max)
    if total is not None and most is not None and total != most:
        error = MaximaContradict(name=sheet.title, sum=_shown(total), max=_shown(most))
        found.append(Doubt(WHOLE_SET, "max", error))
    return found


def _of_row(place: str, row: Row) -> list[Doubt]:
    found = [*_named(place, row.title), *_numbers(place, max=row.max)]
    if row.parts:
        for number, part in enumerate(row.parts):
            found += _of_row(f"{place}.{number}", part)
        total, most = sum_of(row.parts), _number(row.max)
        if total is not None and most is not None and total != most:
            error = MaximaContradict(name=row.title, sum=_shown(total), max=_shown(most))
            found.append(Doubt(place, "max", error))
        return found
    points = [_number(number) for number, _ in row.scale]
    if any(p is None or p.denominator != 1 for p in points) or len(set(points)) != len(points):
        found.append(Doubt(place, "scale", ScaleUnclear()))
    if any(_number(text) is None for band in row.bands for text in band):
        found.append(Doubt(place, "bands", NumberNeeded()))
    return found or _judged(place, _alone(_item(row, {})))


def _alone(item: dict[str, Any]) -> dict[str, Any]:
    """A set of one criterion, to ask the judge about it."""
    group = {"key": "group", "title": "group", "max": 10**9, "complete": False, "criteria": [item]}
    return {"key": "set", "title": "set", "year": 2000, "groups": [group]}


def _judged(place: str, document: Mapping[str, Any]) -> list[Doubt]:
    try:
        read_set(document)
    except (SetUnreadable, MaximaContradict, BandsUnclear) as error:
        beside = "scale" if isinstance(error, MaximaContradict) else "bands"
        return [Doubt(place, beside if place else "", error)]
    return []


def _named(place: str, title: str) -> list[Doubt]:
    return [] if title.strip() else [Doubt(place, "title", NameNeeded())]


def _numbers(place: str, **fields: str) -> list[Doubt]:
    return [Doubt(place, name, NumberNeeded()) for name, text in fields.items() if _number(text) is None]


def sum_of(rows: Iterable[Row]) -> Fraction | None:
    """The sum of the maxima; None while one of them is no number."""
    numbers = [_number(row.max) for row in rows]
    known = [number for number in numbers if number is not None]
    return sum(known, Fraction(0)) if len(known) == len(numbers) else None


def total_of(sheet: Sheet) -> Fraction | None:
    """Σ weight × maximum of the groups; None while one of them is no number."""
    numbers = [(_number(block.weight), _number(block.max)) for block in sheet.blocks]
    known = [weight * most for weight, most in numbers if weight is not None and most is not None]
    return sum(known, Fraction(0)) if len(known) == len(numbers) else None


def upper_ends(row: Row) -> list[str]:
    """Where each band ends (not included), as typed: the start of the next one, 100 at the end (included)."""
    return [later for (_, _), (later, _) in pairwise(row.bands)] + (["100"] if row.bands else [])


def changed(sheet: Sheet, action: str) -> str:
    """Add, remove or move a row: «add:0.1», «remove:0», «up:0.2», «down:0.2.1»; returns the place to look at.

    What cannot be (the first row upwards, a place that is not there) changes nothing.
    """
    verb, _, place = action.partition(":")
    steps = [int(step) for step in place.split(".") if step.isdecimal()]
    inside = _list_at(sheet, steps if verb == "add" else steps[:-1])
    if inside is None or (verb != "add" and (not steps or steps[-1] >= len(inside))):
        return place
    if verb == "add":
        taken = _keys(sheet)
        key = next(key for number in range(1, len(taken) + 2) if (key := f"c{number}") not in taken)
        inside.append(Row(key) if steps else Block(key))
        return f"{place}.{len(inside) - 1}" if place else str(len(inside) - 1)
    at = steps[-1]
    if verb == "remove":
        del inside[at]
        return place.rpartition(".")[0]
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= to < len(inside):
        inside[at], inside[to] = inside[to], inside[at]
        return ".".join(map(str, [*steps[:-1], to]))
    return place


def _list_at(sheet: Sheet, steps: Sequence[int]) -> list[Any] | None:
    """The list that stands at a place: groups of the set, criteria of a group, parts of a criterion."""
    found: list[Any] = sheet.blocks
    if len(steps) > 2:
        return None
    for depth, step in enumerate(steps):
        if step >= len(found):
            return None
        found = found[step].rows if depth == 0 else found[step].parts
    return found


def _keys(sheet: Sheet) -> set[str]:
    rows = [row for block in sheet.blocks for row in block.rows]
    parts = [part for row in rows for part in row.parts]
    return {"total", *(block.key for block in sheet.blocks), *(row.key for row in (*rows, *parts))}


def _flat(items: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for item in items:
        yield item
        yield from item.get("parts", ())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> Fraction | None:
    found = figures.exact(text)
    return found if found is not None and found >= 0 else None


def _plain(text: str) -> int | str | None:
    """A whole number as such, anything else as typed: the judge reads «1,5» himself."""
    stripped = text.strip()
    if not stripped:
        return None
    return int(stripped) if stripped.isdecimal() else stripped


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
    return f"{value:g}" if isinstance(value, float) else str(value)
