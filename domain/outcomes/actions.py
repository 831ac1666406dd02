"""Entering results and clusters; the same once more changes nothing."""

from sqlalchemy import select

from domain import audit
from domain.db import WriteTx
from domain.errors import NotFound
from domain.outcomes import rules
from domain.outcomes.models import ClusterMark, Outcome
from domain.policy import Permission, require
from domain.schools import School


async def enter_result(
    tx: WriteTx, school: School, procedure: str, year: int, *, participants: int, below: int, source: str = ""
) -> bool:
    """Keep a result; whether anything has changed. Raises ImpossibleResult."""
    require(tx.actor, Permission.REGISTER, school.place)
    if procedure not in rules.procedures():
        raise NotFound
    result = rules.check_result(participants, below)
    query = select(Outcome).where(
        Outcome.school_id == school.id, Outcome.procedure == procedure, Outcome.year == year
    )
    found = await tx.session.scalar(query)
    was = found.result if found is not None else None
    if was == result:
        return False
    if found is None:
        found = Outcome(
            region_id=school.region_id,
            municipality_id=school.municipality_id,
            school_id=school.id,
            procedure=procedure,
            year=year,
        )
        tx.session.add(found)
    found.participants, found.below = result
    found.source, found.entered_by, found.entered_at = source[:255], tx.actor.person_id, tx.now
    if was is not None:
        # A figure that has been shown is changed: that must be explainable.
        audit.record(
            tx,
            "outcome.change",
            "school",
            school.id,
            school.place,
            procedure=procedure,
            year=year,
            was=list(was),
            now=list(result),
        )
    return True


async def note_absent(tx: WriteTx, school: School, procedure: str, year: int, *, source: str = "") -> bool:
    """A table names the school without a number: it is of the group, «not computed»; a known result stays."""
    query = select(Outcome.id).where(
        Outcome.school_id == school.id, Outcome.procedure == procedure, Outcome.year == year
    )
    if await tx.session.scalar(query) is not None:
        return False
    return await enter_result(tx, school, procedure, year, participants=0, below=0, source=source)


async def enter_cluster(
    tx: WriteTx,
    school: School,
    year: int,
    cluster: rules.Cluster,
    *,
    counts: tuple[int, int] | None = None,
    source: str = "",
) -> bool:
    """Keep a school's cluster, with (failing, pupils) where they are known; whether anything has changed."""
    require(tx.actor, Permission.REGISTER, school.place)
    failing, pupils = counts or (None, None)
    query = select(ClusterMark).where(ClusterMark.school_id == school.id, ClusterMark.year == year)
    found = await tx.session.scalar(query)
    if found is not None and (found.cluster, found.failing, found.pupils) == (cluster, failing, pupils):
        return False
    if found is None:
        found = ClusterMark(
            region_id=school.region_id,
            municipality_id=school.municipality_id,
            school_id=school.id,
            year=year,
        )
        tx.session.add(found)
    else:
        was = found.cluster.value
        audit.record(
            tx, "cluster.change", "school", school.id, school.place, year=year, was=was, now=cluster.value
        )
    found.cluster, found.failing, found.pupils = cluster, failing, pupils
    found.source, found.entered_by, found.entered_at = source[:255], tx.actor.person_id, tx.now
    return True
