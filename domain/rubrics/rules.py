"""Reading criteria sets and scoring facts by them. Pure, in exact fractions; rounding happens at the very end.

Source: DOMAIN.md §6. Contradictory maxima are refused: a total by them would have no meaning."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from domain import figures
from domain.errors import N_, DomainError

CONTENT, ORGANISATIONAL = "content", "organisational"
WHOLE = Fraction(100)


class ScoredBy(StrEnum):
    """Where the points of a criterion come from."""

    EXPERT = "expert"
    AUTOMATIC = "automatic"
    COORDINATOR = "coordinator"


class SetUnreadable(DomainError):
    """The document is not a criteria set."""

    sentence = N_("The criteria set cannot be read: look at «%(where)s».")


class MaximaContradict(DomainError):
    """The parts do not add up to what the whole says."""

    sentence = N_("«%(name)s»: the maxima of the parts add up to %(sum)s, but %(max)s is given.")


class BandsUnclear(DomainError):
    """Bands with a hole, an overlap or points out of range."""

    sentence = N_(
        "«%(name)s»: the bands must begin at 0, rise up to 100 at most and give no more than %(max)s."
    )


class SetIncomplete(DomainError):
    """Not every criterion is known: the points of the group are needed as a whole."""

    sentence = N_("«%(name)s»: not all criteria of this group are known. Give the points of the whole group.")


class FactUnknown(DomainError):
    """A fact about a criterion that the set does not have."""

    sentence = N_("The set has no criterion «%(key)s». It has: %(known)s.")


class FactTooLarge(DomainError):
    """More points than there are, or fewer than none."""

    sentence = N_("«%(name)s»: %(value)s does not fit, it must lie between 0 and %(max)s.")


class FactUnclear(DomainError):
    """A value that cannot be understood."""

    sentence = N_("«%(name)s»: the value %(value)s was not understood.")


class FactTwice(DomainError):
    """Two sources of one number: which of them counts must not be guessed."""

    sentence = N_("«%(name)s» is given as a whole and by its parts too (%(parts)s). Leave one of them.")


class Band(NamedTuple):
    """From this share on (per cent, included) so many points; the next band ends it."""

    start: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the sheet; a criterion with parts is their sum."""

    key: str
    title: str
    max: Fraction
    scored_by: ScoredBy = ScoredBy.EXPERT
    automatic: str = ""  # what it is computed from
    scale: Mapping[int, str] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    parts: tuple["Criterion", ...] = ()
    remarks: tuple[str, ...] = ()  # what experts say often, to be chosen from

    def leaves(self) -> tuple["Criterion", ...]:
        """What is really scored."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria with one weight: содержательная or организационная часть."""

    key: str
    title: str
    weight: Fraction
    max: Fraction
    criteria: tuple[Criterion, ...]
    complete: bool = True  # every criterion is known
    printed_max: Fraction | None = None  # as the source prints it, where that differs


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A versioned sheet of one wave."""

    key: str
    version: int
    title: str
    year: int
    groups: tuple[Group, ...]
    decimals: int = 1  # of the printed index
    held_on: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def max(self) -> Fraction:
        """The most that can be had: Σ weight × maximum (905 = 9·100 + 5)."""
        return sum((group.weight * group.max for group in self.groups), Fraction(0))

    def leaves(self) -> list[Criterion]:
        """Everything that is scored, in the order of the sheet."""
        return [leaf for group in self.groups for criterion in group.criteria for leaf in criterion.leaves()]

    @property
    def contradictions(self) -> list[tuple[str, Fraction, Fraction]]:
        """(group, printed maximum, sum of its criteria) where the source prints another maximum."""
        return [
            (g.title, g.printed_max, g.max)
            for g in self.groups
            if g.printed_max is not None and g.printed_max != g.max
        ]


class Line(NamedTuple):
    """What one criterion gave, and of which share where it was a share."""

    key: str
    title: str
    points: Fraction
    max: Fraction
    share: Fraction | None = None  # per cent, exact


@dataclass(frozen=True, slots=True)
class Score:
    """A total with everything that it is made of."""

    groups: Mapping[str, Fraction]
    total: Fraction
    max: Fraction
    lines: tuple[Line, ...]
    missing: tuple[str, ...]  # criteria without a fact: they count nothing
    decimals: int = 1

    @property
    def content(self) -> Fraction | None:
        """Points of the содержательная часть; None where only the total is known."""
        return self.groups.get(CONTENT)

    @property
    def organisational(self) -> Fraction | None:
        """Points of the организационная часть; None where only the total is known."""
        return self.groups.get(ORGANISATIONAL)

    @property
    def index(self) -> Decimal:
        """Per cent of the maximum, half up, one decimal: 603/905 → 66.6."""
        return figures.half_up(self.total * 100 / self.max, 1)

    @property
    def index_printed(self) -> Decimal:
        """The same with as many decimals as the set prints: 399/1105 → 36."""
        return figures.half_up(self.total * 100 / self.max, self.decimals)


def points_of_share(criterion: Criterion, share: Fraction) -> Fraction:
    """Points of an exact share (per cent): half-open bands (24.9 is still below 25), else in proportion."""
    if not 0 <= share <= WHOLE:
        raise FactTooLarge(name=criterion.title, value=figures.shown(share), max=100)
    if not criterion.bands:
        return criterion.max * share / 100
    return [band.points for band in criterion.bands if band.start <= share][-1]


def score(of: CriteriaSet, facts: Mapping[str, Any]) -> Score:
    """What the facts score by the set.

    `facts` by criterion: points; a word of the scale; `{"done": 5, "of": 20}` or `{"percent": 25}` for a criterion with
    bands; `{"mean_of": [1, 2]}` for the average of a sample. A group, or a criterion with parts: its points as a whole.
    `total`: an official total and nothing else. Raises FactUnknown, FactTooLarge, FactUnclear, FactTwice, SetIncomplete.
    """
    given = {key: fact for key, fact in facts.items() if fact is not None}
    _check_keys(of, facts.keys(), given.keys())
    if "total" in given:
        return Score({}, _points(given["total"], "total", of.max), of.max, (), (), of.decimals)
    groups: dict[str, Fraction] = {}
    lines: list[Line] = []
    missing: list[str] = []
    for group in of.groups:
        if group.key in given:
            groups[group.key] = _points(given[group.key], group.title, group.max)
            continue
        if not group.complete:
            raise SetIncomplete(name=group.title)
        scored = [one for c in group.criteria for one in ((c,) if c.key in given else c.leaves())]
        found = {one.key: line_of(one, given[one.key]) for one in scored if one.key in given}
        kept = [line for line in found.values() if line is not None]
        missing += [one.key for one in scored if found.get(one.key) is None]
        groups[group.key] = sum((line.points for line in kept), Fraction(0))
        lines += kept
    total = sum((group.weight * groups[group.key] for group in of.groups), Fraction(0))
    return Score(groups, total, of.max, tuple(lines), tuple(missing), of.decimals)


def _check_keys(of: CriteriaSet, named: Collection[str], given: Collection[str]) -> None:
    known = [leaf.key for leaf in of.leaves()]
    wholes: dict[str, tuple[str, list[str]]] = {}  # what has parts → its title and their keys
    for group in of.groups:
        own = [c for c in group.criteria if c.parts and c.key not in known]
        with_parts = {c.key: (c.title, [part.key for part in c.parts]) for c in own}
        inside = [leaf.key for c in group.criteria for leaf in c.leaves()]
        wholes |= {**with_parts, group.key: (group.title, [*with_parts, *inside])}
    wholes["total"] = "total", [*wholes, *known]
    for key in named:
        if key not in known and key not in wholes:
            raise FactUnknown(key=key, known=", ".join(known))
    for key, (title, inside) in wholes.items():
        if key in given and (parts := [part for part in dict.fromkeys(inside) if part in given]):
            raise FactTwice(name=title, parts=", ".join(parts))


def line_of(criterion: Criterion, fact: Any) -> Line | None:
    """What one fact gives; None where it says nothing. Raises FactTooLarge, FactUnclear."""
    if isinstance(fact, Mapping):
        return _measured(criterion, fact)
    points_ = _said(criterion, fact)
    if criterion.scale and points_ not in criterion.scale:
        raise FactUnclear(name=criterion.title, value=figures.shown(points_))
    return Line(criterion.key, criterion.title, points_, criterion.max)


def _said(criterion: Criterion, value: Any) -> Fraction:
    """Points, or the points of a word of the scale."""
    by_word = {word.casefold(): points for points, word in criterion.scale.items()}
    word = value.strip().casefold() if isinstance(value, str) else ""
    return _points(by_word.get(word, value), criterion.title, criterion.max)


def _measured(criterion: Criterion, fact: Mapping[str, Any]) -> Line | None:
    keys, title = set(fact), criterion.title
    if fact == {"mean_of": []}:
        return None
    if keys == {"mean_of"} and isinstance(fact["mean_of"], list):
        parts = [_said(criterion, value) for value in fact["mean_of"]]
        return Line(criterion.key, title, sum(parts, Fraction(0)) / len(parts), criterion.max)
    if (shared := bool(criterion.bands or criterion.automatic)) and keys == {"done", "of"}:
        whole = _points(fact["of"], title, WHOLE**4)
        done = _points(fact["done"], title, whole)
        if not whole:  # nothing was planned: no share
            return None
        share = done * 100 / whole
    elif shared and keys == {"percent"}:
        share = _number(fact["percent"], title)
    else:
        raise FactUnclear(name=title, value=dict(fact))
    return Line(criterion.key, title, points_of_share(criterion, share), criterion.max, share)


def _points(value: Any, name: str, most: Fraction) -> Fraction:
    number = _number(value, name)
    if not 0 <= number <= most:
        raise FactTooLarge(name=name, value=figures.shown(number), max=figures.shown(most))
    return number


def _number(value: Any, name: str) -> Fraction:
    if (found := figures.exact(value)) is None:
        raise FactUnclear(name=name, value=str(value)[:60])
    return found


def read_set(document: Mapping[str, Any]) -> CriteriaSet:
    """A criteria set from its plain document (the shape of the files in `sets/`).

    Raises SetUnreadable, MaximaContradict, BandsUnclear.
    """
    groups = tuple(_group(item) for item in _list(document, "groups"))
    if not groups:
        raise SetUnreadable(where="groups")
    found = CriteriaSet(
        key=_text(document, "key"),
        version=_whole(document.get("version", 1), "version"),
        title=_text(document, "title"),
        year=_whole(document.get("year"), "year"),
        groups=groups,
        decimals=_whole(document.get("decimals", 1), "decimals"),
        held_on=str(document.get("held_on", "")),
        source=str(document.get("source", "")),
        notes=tuple(str(note) for note in document.get("notes", ())),
    )
    keys = [leaf.key for leaf in found.leaves()] + [group.key for group in groups] + ["total"]
    if len(keys) != len(set(keys)):
        raise SetUnreadable(where=next(key for key in keys if keys.count(key) > 1))
    given = document.get("max")
    if given is not None and _number_in(given, "max") != found.max:
        raise MaximaContradict(name=found.title, sum=figures.shown(found.max), max=given)
    if found.max <= 0 or found.decimals not in (0, 1, 2):
        raise SetUnreadable(where="decimals" if found.max > 0 else "max")
    return found


def _group(item: Mapping[str, Any]) -> Group:
    criteria = tuple(_criterion(c) for c in _list(item, "criteria"))
    title = _text(item, "title")
    most = _number_in(item.get("max"), f"{title}: max")
    complete = bool(item.get("complete", True))
    total = sum((c.max for c in criteria), Fraction(0))
    if total > most or (complete and total != most):
        raise MaximaContradict(name=title, sum=figures.shown(total), max=figures.shown(most))
    printed = item.get("printed_max")
    return Group(
        _text(item, "key"),
        title,
        _number_in(item.get("weight", 1), f"{title}: weight"),
        most,
        criteria,
        complete,
        None if printed is None else _number_in(printed, f"{title}: printed_max"),
    )


def _criterion(item: Mapping[str, Any]) -> Criterion:
    title = _text(item, "title")
    most = _number_in(item.get("max"), f"{title}: max")
    parts = tuple(_criterion(part) for part in _list(item, "parts"))
    total = sum((part.max for part in parts), Fraction(0))
    if parts and total != most:
        raise MaximaContradict(name=title, sum=figures.shown(total), max=figures.shown(most))
    try:
        scored_by = ScoredBy(item.get("scored_by", "expert"))
        scale = {int(points): str(word) for points, word in dict(item.get("scale", {})).items()}
        pairs = [(b["from"], b["points"]) for b in item.get("bands", ())]
        bands = tuple(Band(_number_in(start, title), _number_in(points, title)) for start, points in pairs)
    except (ValueError, KeyError, TypeError) as error:
        raise SetUnreadable(where=title) from error
    if scale and max(scale) != most:
        raise MaximaContradict(name=title, sum=max(scale), max=figures.shown(most))
    _check_bands(title, bands, most)
    remarks = tuple(str(remark) for remark in item.get("remarks", ()))
    automatic = str(item.get("automatic", ""))
    return Criterion(_text(item, "key"), title, most, scored_by, automatic, scale, bands, parts, remarks)


def _check_bands(title: str, bands: tuple[Band, ...], most: Fraction) -> None:
    starts, points = [b.start for b in bands], [b.points for b in bands]
    rising = starts == sorted(set(starts)) and points == sorted(points)
    if bands and not (rising and starts[0] == 0 and starts[-1] <= WHOLE and points[-1] == most):
        raise BandsUnclear(name=title, max=figures.shown(most))


def _list(document: Mapping[str, Any], key: str) -> Iterable[Mapping[str, Any]]:
    found = document.get(key, [])
    if isinstance(found, list) and all(isinstance(item, Mapping) for item in found):
        return found
    raise SetUnreadable(where=key)


def _text(document: Mapping[str, Any], key: str) -> str:
    found = document.get(key)
    if not isinstance(found, str) or not found.strip():
        raise SetUnreadable(where=key)
    return found.strip()


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SetUnreadable(where=where)
    return value


def _number_in(value: Any, where: str) -> Fraction:
    number = figures.exact(value)
    if number is None or number < 0:
        raise SetUnreadable(where=where)
    return number
