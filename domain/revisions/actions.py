"""Bringing a newer version of the document onto a living roadmap, and taking it back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from domain import audit, giving, moving, roadmaps
from domain.db import WriteTx
from domain.files import StoredFile
from domain.progress import Assignment, Handout, Submission
from domain.revisions import queries, rules
from domain.revisions.models import Revision, frozen
from domain.revisions.rules import Change, ChangeKind, RevisionState
from domain.roadmaps import Measure, Roadmap, RoadmapState, Settled, Track

if TYPE_CHECKING:  # only named here: reading documents loads libraries that a revision does not need
    from domain import documents

# What a measure keeps of its deadline, the author's words apart.
DATED = frozenset(
    {"deadline_kind", "windows", "recurrence", "doubts", "reminds", "settled", "deadline_typed"}
)
PLACED = ("section", "goal", "measure_id", "left_out", "typed")  # of a row, beside what a measure keeps


async def propose(
    tx: WriteTx,
    roadmap_id: int,
    reading: "documents.Reading",
    *,
    file_name: str,
    file: StoredFile | None = None,
) -> Revision:
    """Compare a newer version of the document with the living roadmap; nothing changes until it is applied.

    An earlier comparison that was not applied is set aside. Raises NotApproved.
    """
    roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
    if roadmap.state is not RoadmapState.APPROVED:
        raise rules.NotApproved
    await tx.session.execute(
        update(Revision)
        .where(Revision.roadmap_id == roadmap_id, Revision.state == RevisionState.PROPOSED)
        .values(state=RevisionState.DISCARDED)
    )
    view = await roadmaps.roadmap(tx, roadmap_id)
    same_years = (reading.reference_year, reading.school_year) == (
        roadmap.reference_year,
        roadmap.school_year,
    )
    rows = _rows(reading, roadmap, same_years=same_years)
    found = rules.matched(rows, view.measures, {track.id: track.title for track in view.tracks})
    for row, measure_id in zip(rows, found, strict=True):
        row["measure_id"] = measure_id
        row["left_out"] = measure_id is None and rules.left_out(row, roadmap.skipped)
    other_year = reading.reference_year is not None and not (
        roadmap.starts_on.year <= reading.reference_year <= roadmap.ends_on.year
    )
    revision = Revision(
        roadmap_id=roadmap_id,
        state=RevisionState.PROPOSED,
        file_name=file_name[:255],
        file_sha256=file.sha256 if file else None,
        columns=dict(reading.columns),
        layout=[list(column) for column in reading.layout],
        rows=rows,
        skipped=roadmaps.passed_over(reading.skipped),
        doubts=["other_year"] if other_year else [],
        created_by=tx.actor.person_id,
        created_at=tx.now,
    )
    tx.session.add(revision)
    await tx.session.flush()
    audit.record(
        tx, "roadmap.compare", "roadmap", roadmap_id, roadmap.place, file=file_name, measures=len(rows)
    )
    return revision


async def propose_draft(
    tx: WriteTx, draft_id: int, roadmap_id: int, reading: "documents.Reading"
) -> Revision:
    """A draft turns out to be a newer version of a living roadmap: compare it, and drop the draft."""
    draft = await roadmaps.open_draft(tx, draft_id)
    revision = await propose(tx, roadmap_id, reading, file_name=draft.file_name)
    revision.file_sha256 = draft.file_sha256
    await roadmaps.discard(tx, draft_id)
    return revision


def _rows(reading: "documents.Reading", roadmap: Roadmap, *, same_years: bool) -> list[dict[str, Any]]:
    meanings = [item.deadline for item in reading.items]
    if not same_years:  # the living roadmap's years count, not those that this file seems to be for
        sections = {item.section: n for n, item in enumerate(reading.items)}
        words = [(sections[item.section], item.deadline_raw or "") for item in reading.items]
        meanings = roadmaps.understand(words, roadmaps.context(roadmap))
    rows = []
    for item, meaning in zip(reading.items, meanings, strict=True):
        row = roadmaps.texts_of(item) | roadmaps.meaning_of(meaning, roadmap.bounds)
        rows.append(row | {"section": item.section, "goal": item.section_goal, "typed": None})
    return rows


async def pair(
    tx: WriteTx, revision_id: int, row: int, measure_id: int | None, *, seen: int | None = None
) -> Revision:
    """Say that a row is this measure after all, or (None) a new one. Raises RevisionChanged, RevisionClosed."""
    revision = await _open(tx, revision_id, seen)
    known = {m.id for m in (await roadmaps.roadmap(tx, revision.roadmap_id)).measures}
    if not 0 <= row < len(revision.rows) or (measure_id is not None and measure_id not in known):
        raise rules.RevisionChanged
    rows = [dict(r) for r in revision.rows]
    for other in rows:
        if measure_id is not None and other["measure_id"] == measure_id:
            other["measure_id"] = None
    rows[row]["measure_id"], rows[row]["left_out"] = measure_id, False
    revision.rows = rows
    return revision


async def retype_row(
    tx: WriteTx, revision_id: int, row: int, words: str, *, seen: int | None = None
) -> Revision:
    """Say the deadline of a row in other words before it counts. Raises DeadlineUnclear."""
    revision = await _open(tx, revision_id, seen)
    roadmap = await roadmaps.roadmap_for_planning(tx, revision.roadmap_id)
    meaning = roadmaps.meaning_of(roadmaps.reading_of(roadmap, words), roadmap.bounds)
    if not any(due for _, due in meaning["windows"]):
        raise roadmaps.DeadlineUnclear(text=words)
    if not 0 <= row < len(revision.rows):
        raise rules.RevisionChanged
    rows = [dict(r) for r in revision.rows]
    rows[row] |= meaning | {
        "typed": words,
        "deadline_typed": words,
        "doubts": [],
        "settled": Settled.RETYPED,
        "reminds": True,
    }
    revision.rows = rows
    return revision


async def discard(tx: WriteTx, revision_id: int) -> None:
    """Leave the roadmap as it is."""
    revision = await _open(tx, revision_id, None)
    revision.state = RevisionState.DISCARDED


async def apply(
    tx: WriteTx, revision_id: int, *, give_added: bool = True, seen: int | None = None
) -> Revision:
    """Make the living roadmap like the newer version; what schools have handed in stays.

    Open assignments move with their deadlines and each holder hears of it once; measures that are gone stay,
    marked, where schools have worked on them. `give_added`: new measures go to every school that has the roadmap, or to the
    offices that have it where they are named and no school is.
    """
    revision = await _open(tx, revision_id, seen)
    roadmap = await roadmaps.roadmap_for_planning(tx, revision.roadmap_id)
    compared = await queries.comparison(tx, revision_id)
    work = _Application(tx, roadmap, revision)
    await work.run(compared, give_added=give_added)
    revision.state, revision.applied_by, revision.applied_at = (
        RevisionState.APPLIED,
        tx.actor.person_id,
        tx.now,
    )
    roadmap.columns, roadmap.layout = revision.columns, revision.layout
    roadmap.version += 1
    told = await moving.tell_moved(
        tx, work.mover.moves, subject=f"revision:{revision.id}", key=f"r{revision.id}"
    )
    counts = {kind.value: n for kind, n in compared.counts.items()}
    audit.record(
        tx, "roadmap.revise", "roadmap", roadmap.id, roadmap.place,
        revision=revision.id, file=revision.file_name, moved_assignments=len(work.mover.moves), told=told, **counts,
    )  # fmt: skip
    return revision


class _Application:
    """One newer version being applied; `replaced` gathers what undoing needs."""

    def __init__(self, tx: WriteTx, roadmap: Roadmap, revision: Revision) -> None:
        self.tx, self.roadmap, self.revision = tx, roadmap, revision
        self.mover = moving.Mover(tx, roadmap, revision.id)
        self.owed: dict[int, list[Assignment]] = {}
        self.touched: set[int] = set()
        self.replaced: dict[str, Any] = {"columns": roadmap.columns, "layout": roadmap.layout}

    async def run(self, compared: queries.Comparison, *, give_added: bool) -> None:
        session, rows = self.tx.session, self.revision.rows
        await self._remember(compared.changes)
        tracks = await roadmaps.place_tracks(self.tx, self.roadmap, [(r["section"], r["goal"]) for r in rows])
        added: list[Measure] = []
        kept = [change for change in compared.changes if change.kind is not ChangeKind.LEFT_OUT]
        for position, change in enumerate(kept):
            if change.row is None:
                await self._gone(change)
                continue
            row = rows[change.row]
            measure = change.measure or Measure(roadmap_id=self.roadmap.id)
            measure.position = position
            measure.track_id = tracks[row["section"]].id if row["section"] else None
            if change.kind is not ChangeKind.SAME:
                await self._take(change, measure, row)
            if change.measure is None:
                added.append(measure)
        session.add_all(added)
        await session.flush()
        if give_added:
            await self._give(added)
        used = select(Measure.track_id).where(
            Measure.roadmap_id == self.roadmap.id, Measure.track_id.is_not(None)
        )
        await session.execute(delete(Track).where(Track.roadmap_id == self.roadmap.id, Track.id.not_in(used)))
        changed = [c.measure for c in kept if c.kind in rules.CHANGING and c.measure is not None]
        self.replaced |= {
            "added": [measure.id for measure in added],
            "given": [assignment.id for assignment in self.mover.given],
            "versions": {str(measure.id): measure.version for measure in changed},
        }
        self.revision.replaced = self.replaced

    async def _remember(self, changes: Sequence[Change]) -> None:
        session = self.tx.session
        tracks = await session.scalars(select(Track).where(Track.roadmap_id == self.roadmap.id))
        changed = [c.measure for c in changes if c.kind in rules.CHANGING and c.measure is not None]
        ids = [measure.id for measure in changed]
        owed = (await session.scalars(select(Assignment).where(Assignment.measure_id.in_(ids)))).all()
        for assignment in owed:
            self.owed.setdefault(assignment.measure_id, []).append(assignment)
        self.touched = await moving.touched(self.tx, [a.id for a in owed])
        last_handout = await session.scalar(select(func.max(Handout.id)))
        last_submission = await session.scalar(select(func.max(Submission.id)))
        self.replaced |= {
            "last_handout": last_handout or 0,
            "last_submission": last_submission or 0,
            "tracks": [frozen(track) for track in tracks],
            "places": {
                str(c.measure.id): [c.measure.position, c.measure.track_id] for c in changes if c.measure
            },
            "measures": [frozen(measure) for measure in changed],
            "assignments": [frozen(assignment) for assignment in owed],
        }

    async def _take(self, change: Change, measure: Measure, row: dict[str, Any]) -> None:
        """The newer words; a person's own corrections stay where the document has not changed."""
        fields = {name: value for name, value in row.items() if name not in PLACED}
        if change.measure is not None:
            kept = set(measure.edited) - set(change.texts)
            kept |= {"responsible"} if "responsible_raw" in kept else set()
            if "deadline_text" not in change.texts:
                kept |= DATED
            elif not change.moves:  # doubtful, or the same day in other words: the date holds
                kept |= DATED - {"doubts", "settled"} if change.kind is ChangeKind.MOVED else {"windows"}
            fields = {name: value for name, value in fields.items() if name not in kept}
            measure.edited = [name for name in measure.edited if name not in change.texts]
        if fields.get("settled"):
            fields["settled"] = Settled(fields["settled"])
        elif change.moves:
            fields["deadline_typed"] = None
        for name, value in fields.items():
            setattr(measure, name, value)
        measure.version, measure.gone_at = (measure.version or 0) + 1, None
        if change.moves:
            owed = self.owed.get(measure.id, [])
            await self.mover.move(measure, change.was, change.now, owed, self.touched)

    async def _give(self, added: Sequence[Measure]) -> None:
        query = select(Assignment).where(Assignment.roadmap_id == self.roadmap.id)
        holders = {a.place: a for a in await self.tx.session.scalars(query)}
        for measure in added:
            receivers = [holders[place] for place in giving.receivers(measure.responsible, holders)]
            for occurrence, window in enumerate(roadmaps.parse_windows(measure.windows or [[None, None]])):
                self.mover.give(measure, occurrence, window, receivers)
        await self.tx.session.flush()

    async def _gone(self, change: Change) -> None:
        measure = change.measure
        if measure is None:
            return
        owed = self.owed.get(measure.id, [])
        kept = [a for a in owed if a.id in self.touched]
        await moving.drop(self.tx, [a for a in owed if a.id not in self.touched])
        if kept:
            measure.gone_at = self.tx.now
            measure.version += 1
        else:
            await self.tx.session.delete(measure)
        audit.record(
            self.tx, "measure.gone", "measure", measure.id, self.roadmap.place,
            revision=self.revision.id, title=measure.title, kept=len(kept),
        )  # fmt: skip


async def _open(tx: WriteTx, revision_id: int, seen: int | None) -> Revision:
    revision = await queries.revision(tx, revision_id)
    if revision.state is not RevisionState.PROPOSED:
        raise rules.RevisionClosed
    if seen is not None and seen != revision.version:
        raise rules.RevisionChanged
    revision.version += 1
    return revision
