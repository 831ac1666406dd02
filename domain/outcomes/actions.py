"""Entering results and clusters; the same once more changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.db import WriteTx, chunks
from domain.errors import Forbidden, NotFound
from domain.outcomes import rules
from domain.outcomes.models import ClusterMark, Outcome, ProcedureEntry
from domain.policy import Permission, holders, require
from domain.schools import School

_AT_ONCE = 500  # schools whose results are asked for together


@dataclass(slots=True)
class Kept:
    """What is known of some years, so that a long table does not ask row by row; what is entered is added."""

    results: dict[tuple[int, str, int], Outcome]  # (school, procedure, year)
    clusters: dict[tuple[int, int], ClusterMark]  # (school, year)


async def kept_of(tx: WriteTx, years: Collection[int], school_ids: Collection[int]) -> Kept:
    """Results and clusters of these years and schools."""
    kept = Kept({}, {})
    for ids in chunks(sorted(school_ids), _AT_ONCE):
        of_schools = select(Outcome).where(Outcome.school_id.in_(ids), Outcome.year.in_(years))
        for result in await tx.session.scalars(of_schools):
            kept.results[result.school_id, result.procedure, result.year] = result
        marks = select(ClusterMark).where(ClusterMark.school_id.in_(ids), ClusterMark.year.in_(years))
        for mark in await tx.session.scalars(marks):
            kept.clusters[mark.school_id, mark.year] = mark
    return kept


async def _kept_result(tx: WriteTx, key: tuple[int, str, int], kept: Kept | None) -> Outcome | None:
    if kept is not None:
        return kept.results.get(key)
    school_id, procedure, year = key
    query = select(Outcome).where(
        Outcome.school_id == school_id, Outcome.procedure == procedure, Outcome.year == year
    )
    return (await tx.session.scalars(query)).one_or_none()


async def enter_result(
    tx: WriteTx,
    school: School,
    procedure: str,
    year: int,
    *,
    participants: int,
    below: int,
    source: str = "",
    kept: Kept | None = None,
) -> bool:
    """Keep a result; whether anything has changed. `kept`: what is known already. Raises ImpossibleResult."""
    require(tx.actor, Permission.REGISTER, school.place)
    if procedure not in rules.procedures() and not await _kept(tx, procedure):
        raise NotFound
    result = rules.check_result(participants, below)
    found = await _kept_result(tx, (school.id, procedure, year), kept)
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
        if kept is not None:
            kept.results[school.id, procedure, year] = found
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


async def _kept(tx: WriteTx, key: str) -> ProcedureEntry | None:
    return await tx.session.scalar(select(ProcedureEntry).where(ProcedureEntry.key == key))


async def save_procedure(
    tx: WriteTx, key: str, title: str, words: Sequence[str] = (), *, retired: bool = False
) -> ProcedureEntry:
    """Keep a procedure for the whole installation, or change one; retiring it keeps its results. Raises ProcedureWrong."""
    if not tx.actor.is_system and not tx.actor.places(*holders(Permission.REGISTER)):
        raise Forbidden
    checked = rules.check_procedure(key.strip(), title, words)
    found = await _kept(tx, checked.key)
    if found is None:
        found = ProcedureEntry(key=checked.key)
        tx.session.add(found)
    found.title, found.words = checked.title, list(checked.words)
    found.retired_at = (found.retired_at or tx.now) if retired else None
    found.saved_by, found.saved_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    places = tx.actor.places(*holders(Permission.REGISTER))
    audit.record(
        tx, "procedure.save", "procedure", found.id, places[0] if places else Place(None), title=found.title
    )
    return found


async def note_absent(
    tx: WriteTx, school: School, procedure: str, year: int, *, source: str = "", kept: Kept | None = None
) -> bool:
    """A table names the school without a number: it is of the group, «not computed»; a known result stays."""
    if await _kept_result(tx, (school.id, procedure, year), kept) is not None:
        return False
    return await enter_result(tx, school, procedure, year, participants=0, below=0, source=source, kept=kept)


async def enter_cluster(
    tx: WriteTx,
    school: School,
    year: int,
    cluster: rules.Cluster,
    *,
    counts: tuple[int, int] | None = None,
    source: str = "",
    kept: Kept | None = None,
) -> bool:
    """Keep a school's cluster, with (failing, pupils) where they are known; whether anything has changed."""
    require(tx.actor, Permission.REGISTER, school.place)
    failing, pupils = counts or (None, None)
    if kept is not None:
        found = kept.clusters.get((school.id, year))
    else:
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
        if kept is not None:
            kept.clusters[school.id, year] = found
    else:
        was = found.cluster.value
        audit.record(
            tx, "cluster.change", "school", school.id, school.place, year=year, was=was, now=cluster.value
        )
    found.cluster, found.failing, found.pupils = cluster, failing, pupils
    found.source, found.entered_by, found.entered_at = source[:255], tx.actor.person_id, tx.now
    return True
