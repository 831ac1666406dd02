"""What the monitoring pages share: filters kept in the address, numbers as people write them, drawings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import BeforeValidator

from admin.forms import Choice, Filters
from admin.page import Visit
from admin.tables import Format
from admin.words import CLUSTERS, SCHOOL_STATUS
from domain import monitoring, outcomes, overview, programme, roadmaps, schools
from domain.actor import Place
from domain.automatic import Kind
from domain.db import Tx
from domain.errors import N_
from domain.outcomes import Cluster
from domain.overview import Board, Line, Segment, State, WavePoint
from domain.rubrics import Score, ScoredBy
from domain.schools import SchoolStatus, Settlement
from domain.texts import DEFAULT_LANGUAGE, texts

SETTLEMENTS = {Settlement.TOWN: N_("town"), Settlement.VILLAGE: N_("village")}
STATES = {
    State.REQUIRED: N_("Required measures"),
    State.CONFIRMED: N_("Confirmed measures"),
    State.IN_REVIEW: N_("Measures in review"),
    State.RETURNED: N_("Measures sent back"),
    State.LATE: N_("Measures that are late"),
    State.AT_STAKE: N_("Not confirmed, due by the end of the wave"),
    State.WAITING: N_("Waiting too long for a decision"),
}
SOURCES = {
    monitoring.CONFIRMED_SHARE: N_("Share of confirmed measures"),
    Kind.STAGE_COMPLETED: N_("Schools that have completed the second stage"),
    Kind.CURATOR_WORK: N_("Decisions with a comment in time, and the curators' log"),
    Kind.ENGAGEMENT: N_("Who came to the events they were invited to"),
}
WHO_SCORES = {ScoredBy.EXPERT.value: N_("Expert"), ScoredBy.COORDINATOR.value: N_("Coordinator")}


def _one_of(kind: Any) -> BeforeValidator:
    """A value that cannot be is no filter."""
    return BeforeValidator(lambda value: value if value in set(kind) else None)


def one_of_or(kind: Any, otherwise: Any) -> BeforeValidator:
    """A value that cannot be is the usual one."""
    return BeforeValidator(lambda value: value if value in set(kind) else otherwise)


class SegmentFilters(Filters):
    """Which wave and which schools: the same for the table, the drawing and the file."""

    wave: Choice = None
    municipality: Choice = None
    cohort: Choice = None
    track: Choice = None
    cluster: Annotated[Cluster | None, _one_of(Cluster)] = None
    settlement: Annotated[Settlement | None, _one_of(Settlement)] = None
    status: Annotated[SchoolStatus | None, _one_of(SchoolStatus)] = None
    year: Choice = None
    school: Choice = None
    format: Format = ""

    def segment(self, **fixed: Any) -> Segment:
        """The same for the domain; `fixed` by the page itself."""
        values: dict[str, Any] = {
            "municipality_id": self.municipality,
            "cohort_id": self.cohort,
            "track_id": self.track,
            "cluster": self.cluster,
            "settlement": self.settlement,
            "status": self.status,
            "year": self.year,
            "school_id": self.school,
        }
        return Segment(**{**values, **fixed})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer; those with a single line are not drawn."""

    waves: list[tuple[int, str]]
    municipalities: list[tuple[int, str]]
    cohorts: list[tuple[int, str]]
    tracks: list[tuple[int, str]]
    years: list[tuple[int, str]]
    clusters: list[tuple[str, str]]
    settlements: list[tuple[str, str]]
    statuses: list[tuple[str, str]]


async def choices(tx: Tx, visit: Visit) -> Choices:
    """What there is to choose from in the actor's places."""
    say = visit.say
    years = sorted({*await outcomes.years(tx), *await outcomes.cluster_years(tx)}, reverse=True)
    return Choices(
        waves=[(wave.id, wave.title) for wave in await monitoring.waves(tx)],
        municipalities=[(m.id, m.name) for m in await schools.municipalities(tx)],
        cohorts=[(c.id, c.name) for c in await programme.cohorts(tx)],
        tracks=[(id_, roadmaps.short(title, 60)) for id_, title in await overview.tracks(tx)],
        years=[(year, str(year)) for year in years],
        clusters=[(key.value, say(name)) for key, name in CLUSTERS.items()] if years else [],
        settlements=[(key.value, say(name)) for key, name in SETTLEMENTS.items()],
        statuses=[(key.value, say(name)) for key, name in SCHOOL_STATUS.items()],
    )


async def chosen_wave(tx: Tx, filters: SegmentFilters) -> monitoring.Wave | None:
    """The wave of the address; without one, or with one that is not theirs, the current one."""
    for wave in await monitoring.waves(tx):
        if wave.id == filters.wave:
            return wave
    return await overview.current_wave(tx)


def number(value: Fraction | Decimal | int | None) -> str:
    """A number as the tables have it."""
    return texts(DEFAULT_LANGUAGE).number(value)


def of_max(score: Score | None) -> str:
    """«603 / 905 = 66,6 %»."""
    return overview.of_max(texts(DEFAULT_LANGUAGE, escape=False), score)


def band(percent: int | None) -> str:
    """The look of a share's cell."""
    return f"s-{overview.band(percent)}"


def address(path: str, filters: Filters, **changes: Any) -> str:
    """Another page with the same filters."""
    query = {**filters.model_dump(mode="json"), "format": None, **changes}
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def drawn(svg: str) -> Markup:
    """A drawing for a page; `charts` escapes what people wrote."""
    return Markup(svg)  # noqa: S704


def shares_drawing(visit: Visit, board: Board) -> Markup:
    """Bars of confirmed measures by place."""
    return drawn(overview.shares_drawing(visit.say, board))


def trend_drawing(visit: Visit, points: Sequence[WavePoint]) -> Markup | None:
    """The line from wave to wave; nothing of nothing."""
    svg = overview.trend_drawing(visit.say, points)
    return drawn(svg) if svg else None


def place_link(line: Line, filters: SegmentFilters) -> str:
    """The page of a line's place with the same filters."""
    if line.place.school_id is not None:
        return f"/schools/{line.place.school_id}"
    return address(f"/monitoring/municipalities/{line.place.municipality_id}", filters, municipality=None)


def narrowed_by(line: Line, filters: SegmentFilters) -> dict[str, Any]:
    """Filters of the facts behind a line's numbers."""
    if line.place.school_id is not None:
        return {"school": line.place.school_id}
    return {"municipality": line.place.municipality_id or filters.municipality}


def region_of(visit: Visit, wave: monitoring.Wave | None) -> Place | None:
    """The region that the page speaks of: the wave's, else the first in which the actor holds anything."""
    if wave is not None:
        return Place(wave.region_id)
    found = next((grant.place.region_id for grant in visit.actor.grants), None)
    return Place(found) if found else None
