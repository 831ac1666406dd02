"""Noting what happened outside the system."""

from datetime import date

from sqlalchemy import select

from domain import audit, progress, schools
from domain.curation import rules
from domain.curation.models import CuratorNote
from domain.curation.rules import NoteKind
from domain.db import WriteTx
from domain.errors import NotFound
from domain.policy import Permission, allows, require


async def note(tx: WriteTx, school_id: int, kind: NoteKind, on: date, line: str) -> CuratorNote:
    """A curator or coordinator notes a meeting, consultation or visit; the same once more stays one.

    Raises OwnSchool, BadDay, LineNeeded.
    """
    school = await schools.school(tx, school_id)
    if tx.actor.works_at(school.id):
        raise progress.OwnSchool
    if not allows(tx.actor, Permission.REVIEW, school.place):
        require(tx.actor, Permission.OVERRULE, school.place)
    line = rules.check_note(on, progress.today(tx), line)
    same = select(CuratorNote).where(
        CuratorNote.noted_by == tx.actor.person_id,
        CuratorNote.school_id == school.id,
        CuratorNote.kind == kind,
        CuratorNote.held_on == on,
        CuratorNote.line == line,
    )
    known = (await tx.session.scalars(same)).first()
    if known is not None:
        return known
    fresh = CuratorNote(
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school.id,
        kind=kind,
        held_on=on,
        line=line,
        noted_by=tx.actor.person_id,
        noted_at=tx.now,
    )
    tx.session.add(fresh)
    await tx.session.flush()
    audit.record(tx, "curator.note", "school", school.id, school.place, kind=kind, on=on.isoformat())
    return fresh


async def remove_note(tx: WriteTx, note_id: int) -> None:
    """Take one's own note back: a slip; gone already is as good."""
    found = await tx.session.get(CuratorNote, note_id)
    if found is None:
        return
    if found.noted_by != tx.actor.person_id:
        raise NotFound
    school = await schools.school(tx, found.school_id)
    await tx.session.delete(found)
    audit.record(
        tx, "curator.remove_note", "school", school.id, school.place, kind=found.kind, line=found.line
    )
