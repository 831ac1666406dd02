"""What the numbers of a place are: counts of its measures, how it stands in a wave, what is worth doing first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from domain import charts
from domain.actor import Place
from domain.automatic import Kind
from domain.monitoring import (
    CONFIRMED_SHARE,
    TOTALS_ONLY,
    Step,
    Tally,
    Wave,
    prices,
    sum_if_known,
    totals_only,
)
from domain.outcomes import Cluster, percent
from domain.rubrics import CriteriaSet, Score, score
from domain.schools import SchoolStatus, Settlement
from domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Segment:
    """Which schools a page is about; the same for its table, its drawing and what is taken away."""

    municipality_id: int | None = None
    cohort_id: int | None = None
    track_id: int | None = None
    cluster: Cluster | None = None
    settlement: Settlement | None = None
    status: SchoolStatus | None = None
    year: int | None = None  # of the cluster; without it the newest that is known
    school_id: int | None = None


EVERYTHING = Segment()


class Counts(NamedTuple):
    """Assignments of a place by state; `required` leaves out what was waived."""

    required: int = 0
    confirmed: int = 0
    in_review: int = 0
    returned: int = 0
    late: int = 0
    at_stake: int = 0  # not confirmed, due by the end of the wave
    waiting: int = 0  # in review for longer than a reviewer usually takes

    @property
    def percent(self) -> int | None:
        """Share of confirmed ones, half up."""
        return percent(self.confirmed, self.required)

    def __add__(self, other: object) -> "Counts":
        """Counts of two places together."""
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Official(NamedTuple):
    """A published result, and where it was published."""

    source: str
    score: Score


class Line(NamedTuple):
    """A place in the table: its measures, the forecast, what was published, who has gone silent."""

    place: Place
    name: str
    schools: int
    counts: Counts
    engaged: int  # schools that have handed something in
    silent: int  # schools without any sign for long
    forecast: Score | None
    steps: Sequence[Step]
    official: Official | None
    last_year: int | None  # per cent confirmed on this day a year ago

    @property
    def engaged_percent(self) -> int | None:
        """Share of schools that have handed something in."""
        return percent(self.engaged, self.schools)


@dataclass(frozen=True, slots=True)
class Board:
    """The table of places below one place, and the place itself as its last line."""

    wave: Wave | None
    of: CriteriaSet | None
    lines: Sequence[Line]
    whole: Line
    as_of: date
    taken_at: datetime | None = None  # when it was counted, where that was not just now

    @property
    def why_none(self) -> str:
        """Why no line has a forecast although there is a wave, and what to do: a sentence to be said, or nothing."""
        return TOTALS_ONLY if self.of is not None and totals_only(self.of) else ""


class WavePoint(NamedTuple):
    """One wave on the line from wave to wave."""

    wave: Wave
    official: Official | None
    forecast: Score | None  # only of a wave that is not over
    scored: Score | None = None  # of one that is: the sums of what experts have scored
    totals_only: bool = False  # why there is neither: not all its criteria are known

    @property
    def known(self) -> tuple[int, int] | None:
        """(scored criteria, all of them) behind such sums."""
        if self.scored is None:
            return None
        return len(self.scored.lines), len(self.scored.lines) + len(self.scored.missing)


class State(StrEnum):
    """Which assignments stand behind a number."""

    REQUIRED = "required"
    CONFIRMED = "confirmed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    LATE = "late"
    AT_STAKE = "at_stake"
    WAITING = "waiting"


class Raw(NamedTuple):
    """What a line is computed from; plain enough to be kept."""

    place: Place
    name: str
    schools: int
    counts: Counts
    engaged: int
    silent: int
    sources: Mapping[str, Tally]  # of automatic criteria other than the share of confirmed measures
    marks: Mapping[str, Any]  # as `rubrics.score` takes them
    last_year: int | None


def line_of(raw: Raw, of: CriteriaSet | None, official: Official | None) -> Line:
    """The line by the criteria of a wave."""
    own = {CONFIRMED_SHARE: Tally(raw.counts.confirmed, raw.counts.required), **raw.sources}
    return Line(
        raw.place,
        raw.name,
        raw.schools,
        raw.counts,
        raw.engaged,
        raw.silent,
        sum_if_known(of, own, raw.marks) if of else None,
        prices(of, own) if of else [],
        official,
        raw.last_year,
    )


def whole_of(raws: Sequence[Raw], marks: Mapping[str, Any], last_year: int | None) -> Raw:
    """All places together; marks are means over schools, so they come from the schools themselves."""
    sources: dict[str, Tally] = {}
    for raw in raws:
        for kind, found in raw.sources.items():
            known = sources.get(kind, Tally(0, 0))
            sources[kind] = Tally(known.done + found.done, known.of + found.of)
    return Raw(
        Place(None),
        "",
        sum(raw.schools for raw in raws),
        sum((raw.counts for raw in raws), Counts()),
        sum(raw.engaged for raw in raws),
        sum(raw.silent for raw in raws),
        sources,
        marks,
        last_year,
    )


def write_raws(raws: Sequence[Raw], whole: Raw) -> dict[str, Any]:
    """The lines as a plain document, exact numbers as text."""
    return {"lines": [_written(raw) for raw in raws], "whole": _written(whole)}


def _written(raw: Raw) -> dict[str, Any]:
    marks = {key: {"mean_of": [str(points) for points in fact["mean_of"]]} for key, fact in raw.marks.items()}
    return {**raw._asdict(), "marks": marks}


def read_raws(document: Mapping[str, Any]) -> tuple[list[Raw], Raw]:
    """The lines of such a document."""
    return [_read(item) for item in document["lines"]], _read(document["whole"])


def _read(item: Mapping[str, Any]) -> Raw:
    sources = {kind: Tally(*found) for kind, found in item["sources"].items()}
    place, counts = Place(*item["place"]), Counts(*item["counts"])
    return Raw(**{**item, "place": place, "counts": counts, "sources": sources})


def possible(line: Line, of: CriteriaSet) -> Score | None:
    """The forecast of a line if everything that is due by the wave's end were confirmed: the rest is what is lost."""
    if line.forecast is None:
        return None
    reached = Tally(line.counts.confirmed + line.counts.at_stake, line.counts.required)
    facts: dict[str, Any] = {part.key: part.points for part in line.forecast.lines}
    for criterion in of.leaves():
        if criterion.automatic == CONFIRMED_SHARE and reached.of:
            facts[criterion.key] = reached.fact
        elif criterion.key in facts and criterion.scale:
            # A mean need not be a step of the scale.
            facts[criterion.key] = {"mean_of": [facts[criterion.key]]}
    return score(of, facts)


def cheapest(found: Board, most: int = 5) -> list[tuple[Line, Step]]:
    """The next points of all lines, those with the fewest confirmations first, then those that give most."""
    steps = [(line, step) for line in found.lines for step in line.steps]
    return sorted(steps, key=lambda item: (item[1].needed, -item[1].total_gain, item[0].name))[:most]


def lost(best: Score, without: Score) -> Fraction:
    """Points that a place loses against another forecast; never less than none."""
    return max(Fraction(0), best.total - without.total)


# From which share on a place looks how; the number always stands beside it.
BANDS = ((75, "confirmed"), (50, "in_review"), (25, "soon"), (0, "overdue"))
_LOOKS = {"confirmed": "good", "in_review": "wait", "soon": "soon", "overdue": "bad", "none": "none"}


def band(share: int | None) -> str:
    """What a share looks like, by the names of states."""
    if share is None:
        return "none"
    return next(look for bound, look in BANDS if share >= bound)


def of_max(say: Texts, score: Score | None) -> str:
    """«603 / 905 = 66,6 %», with as many decimals as the set prints: «399 / 1105 = 36 %»."""
    if score is None:
        return "–"
    return f"{say.number(score.total)} / {say.number(score.max)} = {say.number(score.index_printed)} %"


def step_words(say: Texts, step: Step, most: Fraction, *, alone: bool = False) -> str:
    """«ещё 2 подтверждённых мероприятия → +1 балл → +100 из 905»; `alone`: said to a school of itself."""
    if alone and step.source == Kind.STAGE_COMPLETED:
        needed = say("the second stage completed")
    elif alone and step.source == Kind.ENGAGEMENT:
        needed = say("somebody of yours at an event")
    elif step.source == Kind.STAGE_COMPLETED:
        needed = say.n(
            "%(n)s more school to complete the second stage",
            "%(n)s more schools to complete the second stage",
            step.needed,
        )
    elif step.source == Kind.CURATOR_WORK:
        needed = say.n("%(n)s more decision in time", "%(n)s more decisions in time", step.needed)
    elif step.source == Kind.ENGAGEMENT:
        needed = say.n("%(n)s more school at an event", "%(n)s more schools at an event", step.needed)
    else:
        needed = say.n("%(n)s more confirmed measure", "%(n)s more confirmed measures", step.needed)
    gain = say(
        "+%(gain)s to the criterion, that is +%(total)s of %(max)s",
        gain=say.number(step.gain),
        total=say.number(step.total_gain),
        max=say.number(most),
    )
    return f"{needed} → {gain}"


def shares_drawing(say: Texts, found: Board) -> str:
    """Bars of confirmed measures by place, the lowest share last."""
    lines = sorted(found.lines, key=lambda line: -(line.counts.percent or 0))
    rows = [
        charts.Bar(
            line.name,
            line.counts.percent or 0,
            f"{_percent(line.counts.percent)} ({line.counts.confirmed}/{line.counts.required})",
            _LOOKS[band(line.counts.percent)],
        )
        for line in lines
    ]
    return charts.bars(say("Confirmed measures, per cent"), rows, most=100, key="shares")


def with_lines(found: Board, lines: Sequence[Line]) -> Board:
    """The same board with these lines only, for a drawing that has room for so many."""
    return replace(found, lines=lines)


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{value} %"


def trend_drawing(say: Texts, points: Sequence[WavePoint]) -> str:
    """Published indices; where there is none the forecast, or what experts' marks gave; empty where nothing is known."""
    drawn = []
    for point in points:
        label = f"{say.short(point.wave.ends_on)}.{point.wave.ends_on.year}"
        if point.official is not None:
            index = point.official.score.index_printed
            drawn.append(charts.Point(label, float(index), f"{say.number(index)} %"))
        elif (estimated := point.forecast or point.scored) is not None:
            index = estimated.index
            text = say("forecast %(index)s %%", index=say.number(index))
            drawn.append(charts.Point(label, float(index), text, hollow=True))
        else:
            drawn.append(charts.Point(label, None, say("no data")))
    if not any(point.value is not None for point in drawn):
        return ""
    return charts.trend(say("Index from wave to wave, per cent"), drawn, key="trend")
