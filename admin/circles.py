"""The fields of a form that say to whom something goes: the same for broadcasts, events and polls."""

from collections.abc import Sequence
from typing import Any

from pydantic import field_validator
from starlette.datastructures import FormData, UploadFile

from admin.forms import Choice, Filters, Form
from admin.page import Visit
from admin.words import ROLES, SCHOOL_STATUS
from domain import audiences, groups, programme, reports, roadmaps, schools
from domain.actor import Role
from domain.audiences import Segment
from domain.db import Tx
from domain.errors import N_
from domain.outcomes import Cluster
from domain.policy import Permission
from domain.schools import SchoolStatus

# To whom one writes from where one stands: downwards, and the head of a school to its curator.
ADDRESSEES = {
    Role.REGIONAL_COORDINATOR: (
        Role.SCHOOL_HEAD,
        Role.SCHOOL_MEMBER,
        Role.CURATOR,
        Role.MUNICIPAL_COORDINATOR,
    ),
    Role.MUNICIPAL_COORDINATOR: (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR),
    Role.CURATOR: (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER),
    Role.SCHOOL_HEAD: (Role.SCHOOL_MEMBER, Role.CURATOR),
}
CLUSTERS = {
    Cluster.BASIC: N_("cluster: base"),
    Cluster.MODERATE: N_("cluster: moderate"),
    Cluster.SEVERE: N_("cluster: severe"),
}
LISTS = ("roles", "schools", "except_schools", "groups")


class CircleForm(Form):
    """To whom; every empty field means «no limit»."""

    roles: list[Role] = []  # noqa: RUF012 — a pydantic default is copied
    municipality: Choice = None
    cohort: Choice = None
    track: Choice = None
    cluster: Cluster | None = None
    status: SchoolStatus | None = None
    measure: Choice = None
    late_days: Choice = None
    school: Choice = None
    schools: list[int] = []  # noqa: RUF012
    except_schools: list[int] = []  # noqa: RUF012
    groups: list[int] = []  # noqa: RUF012

    @field_validator("status", "cluster", mode="before")
    @classmethod
    def _no_choice(cls, value: object) -> object:
        return None if value == "" else value

    def segment(self) -> Segment:
        """The circle for the domain."""
        return Segment(
            roles=tuple(self.roles),
            municipality_id=self.municipality,
            cohort_id=self.cohort,
            measure_id=self.measure,
            school_ids=(self.school,) if self.school else tuple(self.schools),
            late_days=self.late_days,
            status=self.status,
            except_school_ids=tuple(self.except_schools),
            track_id=self.track,
            cluster=self.cluster,
        )


Fields = list[tuple[str, str | UploadFile]]  # what a FormData is made of


class SavedQuery(Filters):
    """A saved circle to begin with."""

    saved: Choice = None


async def begun(visit: Visit, query: SavedQuery) -> FormData | None:
    """The fields of the saved circle that a new message begins with. Raises NotFound."""
    if not query.saved:
        return None
    async with visit.read() as tx:
        return FormData(fields_of((await audiences.saved(tx, query.saved)).circle))


def fields_of(segment: Segment) -> Fields:
    """A segment as the fields of the form."""
    pairs: list[tuple[str, object]] = [
        *(("roles", role.value) for role in segment.roles),
        *(("schools", id_) for id_ in segment.school_ids),
        *(("except_schools", id_) for id_ in segment.except_school_ids),
        ("municipality", segment.municipality_id),
        ("cohort", segment.cohort_id),
        ("track", segment.track_id),
        ("cluster", segment.cluster.value if segment.cluster else None),
        ("status", segment.status.value if segment.status else None),
        ("measure", segment.measure_id),
        ("late_days", segment.late_days),
    ]
    return [(name, str(value)) for name, value in pairs if value is not None]


def asks_twice(visit: Visit, form: CircleForm) -> bool:
    """What goes to a whole region is sent by a second press only."""
    return Role.REGIONAL_COORDINATOR in visit.actor.roles() and not form.segment().narrows_schools


def plain_fields(form: CircleForm) -> Fields:
    """Names and values of all fields of a form, to be carried along hidden."""
    found: Fields = []
    for name, value in form.model_dump(mode="json").items():
        for one in value if isinstance(value, list) else [value]:
            found.append(
                (name, "" if one is None else str(one).lower() if isinstance(one, bool) else str(one))
            )
    return found


async def choices(tx: Tx, visit: Visit, kept: FormData | None) -> dict[str, Any]:
    """Everything that `broadcasts/circle.html` offers to choose from, and what is chosen."""
    addressees = {role for own in visit.actor.roles() for role in ADDRESSEES.get(own, ())}
    filled = kept if kept is not None else FormData()
    school_id = _whole(filled, "school")
    measure_id = _whole(filled, "measure")
    measure = await roadmaps.measure(tx, measure_id) if measure_id else None
    school = await schools.school(tx, school_id, Permission.BROADCAST) if school_id else None
    return {
        "kept": filled,
        "is_fresh": kept is None,
        "chosen": {name: set(filled.getlist(name)) for name in LISTS},
        "roles": {role: ROLES[role] for role in ROLES if role in addressees},
        "municipalities": await schools.municipalities(tx, Permission.BROADCAST),
        "cohorts": await programme.cohorts(tx),
        "tracks": await _tracks(tx),
        "clusters": CLUSTERS,
        "statuses": SCHOOL_STATUS,
        "schools": await schools.school_list(tx, permission=Permission.BROADCAST),
        "measures": await _measures(tx, visit, measure),
        "school": school,
        "groups": await groups.group_list(tx),
        "saved": await audiences.saved_list(tx),
    }


def _whole(kept: FormData, name: str) -> int | None:
    value = str(kept.get(name, "") or "")
    return int(value) if value.isdecimal() and len(value) < 12 else None


async def _tracks(tx: Tx) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for roadmap_id, _ in await reports.used_roadmaps(tx):
        view = await roadmaps.roadmap(tx, roadmap_id)
        found += [(track.id, roadmaps.short(track.title, 80)) for track in view.tracks]
    return found


async def _measures(tx: Tx, visit: Visit, chosen: roadmaps.Measure | None) -> Sequence[tuple[int, str]]:
    """Measures that somebody has not handed in; and the one that is chosen."""
    found = {}
    if visit.may(Permission.OVERRULE):
        for row in await reports.by_measure(tx):
            if row.missing:
                found[row.measure.id] = f"{roadmaps.short(row.measure.label, 80)} · {len(row.missing)}"
    if chosen is not None:
        found.setdefault(chosen.id, roadmaps.short(chosen.label, 90))
    return list(found.items())
