"""Bringing results in: one row that cannot be read does not stop the rest; twice is once."""

from dataclasses import dataclass, field

from domain import audit, outcomes
from domain.actor import Place
from domain.db import WriteTx
from domain.marksheets import queries
from domain.marksheets.rules import Problem, Reading


@dataclass(slots=True)
class Brought:
    """What an import did."""

    results: int = 0
    changed: int = 0  # new ones too
    schools: int = 0
    absent: int = 0  # schools that stand there without numbers
    years: list[int] = field(default_factory=list)
    procedures: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


def would_bring(found: queries.Preview, reading: Reading) -> Brought:
    """What an import would do, as far as it is known before anything is written."""
    return Brought(
        results=len(found.matched),
        schools=len({school.id for _, school in found.matched}),
        absent=len({school.id for _, school in found.absent}),
        years=sorted({entry.year for entry, _ in found.matched}),
        procedures=sorted({entry.procedure for entry, _ in found.matched}),
        problems=found.problems,
        doubts=list(reading.doubts),
    )


async def bring_in(tx: WriteTx, reading: Reading, *, name: str = "") -> Brought:
    """Keep every result whose school is known. `name` of the file stays as the source of each number."""
    found = await queries.preview(tx, reading)
    brought = would_bring(found, reading)
    every = [*found.matched, *found.absent]
    kept = await outcomes.kept_of(tx, {e.year for e, _ in every}, {school.id for _, school in every})
    for entry, school in found.matched:
        source = f"{name}, {entry.sheet}, {entry.row}"
        if entry.cluster is not None:
            counts = None
            if entry.below is not None and entry.participants is not None:
                counts = entry.below, entry.participants
            changed = await outcomes.enter_cluster(
                tx, school, entry.year, entry.cluster, counts=counts, source=source, kept=kept
            )
        else:
            changed = await outcomes.enter_result(
                tx,
                school,
                entry.procedure,
                entry.year,
                participants=entry.participants or 0,
                below=entry.below or 0,
                source=source,
                kept=kept,
            )
        brought.changed += changed
    for entry, school in found.absent:
        # It belongs to the group, «not computed»; a number that is known already is not wiped by an empty cell.
        source = f"{name}, {entry.sheet}, {entry.row}"
        await outcomes.note_absent(tx, school, entry.procedure, entry.year, source=source, kept=kept)
    for place in sorted({Place(school.region_id) for _, school in found.matched}):
        audit.record(
            tx,
            "outcome.import",
            "region",
            place.region_id,
            place,
            file=name,
            results=brought.results,
            changed=brought.changed,
        )
    if brought.changed:
        tx.announce("results")  # what is kept of large regions is counted anew before anybody looks
    return brought
