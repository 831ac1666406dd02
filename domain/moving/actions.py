"""Dates of living plans: settled, said in other words, moved under what schools owe."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from domain import audit, deadlines, progress, roadmaps
from domain.db import WriteTx
from domain.moving import queries, rules
from domain.progress import Assignment, Status
from domain.roadmaps import Measure, Roadmap, RoadmapState, Settled


async def settle_deadline(
    tx: WriteTx, measure_id: int, choice: Settled, *, seen: int | None = None
) -> Measure:
    """Answer a doubt in a draft or in a living plan, where open assignments begin to remind or stay silent."""
    measure, roadmap = await _living(tx, measure_id, seen)
    if measure is None or roadmap is None:
        return await roadmaps.settle_deadline(tx, measure_id, choice, seen=seen)
    if choice is Settled.AS_READ and not any(due for _, due in measure.windows):
        raise roadmaps.DeadlineUnclear(text=measure.deadline_text or "")
    measure.settled, measure.reminds = choice, choice is Settled.AS_READ
    for assignment in await queries.open_work(tx, [measure_id]):
        assignment.reminds = measure.reminds
    audit.record(tx, "measure.settle", "measure", measure_id, roadmap.place, choice=choice)
    return measure


async def retype_deadline(tx: WriteTx, measure_id: int, words: str, *, seen: int | None = None) -> Measure:
    """Say a deadline in other words in a draft or in a living plan, where open assignments move and their
    holders hear of it once. Raises DeadlineUnclear, DraftChanged."""
    measure, roadmap = await _living(tx, measure_id, seen)
    if measure is None or roadmap is None:
        return await roadmaps.retype_deadline(tx, measure_id, words, seen=seen)
    meaning = roadmaps.meaning_of(roadmaps.reading_of(roadmap, words), roadmap.bounds)
    if not any(due for _, due in meaning["windows"]):
        raise roadmaps.DeadlineUnclear(text=words)
    was, now = roadmaps.parse_windows(measure.windows), roadmaps.parse_windows(meaning["windows"])
    for name, value in meaning.items():
        setattr(measure, name, value)
    measure.deadline_typed, measure.settled, measure.reminds = words, Settled.RETYPED, True
    query = select(Assignment).where(Assignment.measure_id == measure_id)
    owed = (await tx.session.scalars(query)).all()
    mover = Mover(tx, roadmap)
    await mover.move(measure, was, now, owed, await queries.touched(tx, [a.id for a in owed]))
    key = f"m{measure_id}.{measure.version}"
    await progress.tell_moved(tx, mover.moves, subject=f"measure:{measure_id}", key=key)
    return measure


async def _living(
    tx: WriteTx, measure_id: int, seen: int | None
) -> tuple[Measure, Roadmap] | tuple[None, None]:
    """The measure where its plan is approved; its version is counted on."""
    measure = await roadmaps.measure(tx, measure_id)
    roadmap = await roadmaps.roadmap_for_planning(tx, measure.roadmap_id)
    if roadmap.state is not RoadmapState.APPROVED:
        return None, None
    await roadmaps.check_seen(tx, measure, seen)
    measure.version += 1
    return measure, roadmap


class Mover:
    """Deadlines of measures being moved under what schools owe."""

    def __init__(self, tx: WriteTx, roadmap: Roadmap, revision_id: int | None = None) -> None:
        self.tx, self.roadmap, self.revision_id = tx, roadmap, revision_id
        self.moves: list[progress.Move] = []
        self.given: list[Assignment] = []

    async def move(
        self,
        measure: Measure,
        was: Sequence[deadlines.Window],
        now: Sequence[deadlines.Window],
        owed: Sequence[Assignment],
        touched: Collection[int],
    ) -> None:
        """Open assignments follow their dates; new dates are owed by the same schools."""
        layout = rules.laid_out(was, now, {a.occurrence for a in owed if a.id in touched})
        measure.windows = [[progress.iso(w.start), progress.iso(w.due)] for w in layout.windows]
        await drop(self.tx, [a for a in owed if a.occurrence in layout.dropped])
        staying = [a for a in owed if a.occurrence not in layout.dropped]
        await renumber(self.tx, {a: layout.places[a.occurrence] for a in staying})
        windows = layout.windows or [deadlines.Window(None, None)]
        for a in staying:
            window = windows[a.occurrence]
            if a.status in progress.OPEN and (a.starts_on, a.due_on) != window:
                self.moves.append(progress.Move(a.id, a.school_id, a.due_on, window.due))
                a.starts_on, a.due_on = window
            if a.status in progress.OPEN:
                a.reminds = measure.reminds
        schools = {a.school_id: a for a in owed}.values()
        for occurrence in layout.fresh:
            self.give(measure, occurrence, windows[occurrence], schools)
        await self.tx.session.flush()
        audit.record(
            self.tx, "measure.move", "measure", measure.id, self.roadmap.place, revision=self.revision_id,
            was=progress.iso(was[-1].due) if was else None,
            due_on=progress.iso(windows[-1].due), assignments=len(staying),
        )  # fmt: skip

    def give(
        self, measure: Measure, occurrence: int, window: deadlines.Window, schools: Collection[Assignment]
    ) -> None:
        """The same schools owe this as well."""
        fresh = [
            Assignment(
                measure_id=measure.id, roadmap_id=self.roadmap.id, region_id=like.region_id,
                municipality_id=like.municipality_id, school_id=like.school_id, occurrence=occurrence,
                starts_on=window.start, due_on=window.due, reminds=measure.reminds,
                status=Status.NOT_DONE, status_at=self.tx.now,
            )
            for like in schools
        ]  # fmt: skip
        self.tx.session.add_all(fresh)
        self.given += fresh


async def drop(tx: WriteTx, assignments: Sequence[Assignment]) -> None:
    """Take assignments away; whoever calls has seen that nothing of a school's hangs on them."""
    for assignment in assignments:
        await tx.session.delete(assignment)
    await tx.session.flush()


async def renumber(tx: WriteTx, places: Mapping[Assignment, int]) -> None:
    """Give the assignments of one measure their new occurrences."""
    changing = {work: place for work, place in places.items() if work.occurrence != place}
    if changing:
        # A school has one row an occurrence, so the numbers pass through ones that nobody uses.
        for work in changing:
            work.occurrence = -1 - work.occurrence
        await tx.session.flush()
        for work, place in changing.items():
            work.occurrence = place
        await tx.session.flush()
