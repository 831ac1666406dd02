"""Dates of living plans: settled, said in other words, moved under what schools owe."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from domain import audit, deadlines, outbox, progress, roadmaps
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
    words = deadlines.spelled_out(words, tx.day(tx.actor.timezone))
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
    await tell_moved(tx, mover.moves, subject=f"measure:{measure_id}", key=key)
    return measure


async def move_due(tx: WriteTx, measure_id: int, occurrence: int, due_on: date) -> int:
    """Move a deadline of an approved measure: open assignments move with it and their holders hear of it once.

    Returns how many moved.
    """
    measure = await roadmaps.measure(tx, measure_id)
    roadmap = await roadmaps.roadmap_for_planning(tx, measure.roadmap_id)
    await roadmaps.set_window(tx, measure, occurrence, due_on)
    query = select(Assignment).where(
        Assignment.measure_id == measure_id,
        Assignment.occurrence == occurrence,
        Assignment.status.in_(progress.OPEN),
        Assignment.keeps_date.is_(False),
    )
    moves: list[progress.Move] = []
    for work in (await tx.session.scalars(query)).all():
        moves.append(progress.Move(work.id, work.place, work.due_on, due_on))
        work.due_on, work.reminds = due_on, True
        if work.starts_on is not None and work.starts_on > due_on:
            work.starts_on = None
    await tell_moved(tx, moves, subject=f"measure:{measure_id}", key=f"m{measure_id}.{measure.version}")
    audit.record(
        tx,
        "measure.move",
        "measure",
        measure_id,
        roadmap.place,
        due_on=due_on.isoformat(),
        was=progress.iso(moves[0].was) if moves else None,
        assignments=len(moves),
    )
    return len(moves)


async def tell_moved(
    tx: WriteTx,
    moves: Sequence[progress.Move],
    *,
    subject: str,
    key: str,
    only: Collection[int] | None = None,
) -> int:
    """Queue one message to each holder of something that was moved (of `only` these people); `key` makes it once.

    Returns how many people.
    """
    moved = [move for move in moves if move.was != move.due_on]
    holders = await progress.holders(tx, {move.holder for move in moved})
    told: dict[int, list[list[Any]]] = {}
    for move in moved:
        for person_id in holders.get(move.holder, ()):
            if only is not None and person_id not in only:
                continue
            line = [move.assignment_id, progress.iso(move.was), progress.iso(move.due_on)]
            told.setdefault(person_id, []).append(line)
    messages = [
        {
            "person_id": person_id,
            "subject": subject,
            "dedupe_key": f"moved:{key}:{person_id}",
            "params": {"moves": lines},
        }
        for person_id, lines in told.items()
    ]
    await outbox.put_many(tx, "moved", messages)
    return len(told)


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
        """Open assignments follow their dates; new dates are owed by the same schools and offices."""
        layout = rules.laid_out(was, now, {a.occurrence for a in owed if a.id in touched})
        measure.windows = [[progress.iso(w.start), progress.iso(w.due)] for w in layout.windows]
        await drop(self.tx, [a for a in owed if a.occurrence in layout.dropped])
        staying = [a for a in owed if a.occurrence not in layout.dropped]
        await renumber(self.tx, {a: layout.places[a.occurrence] for a in staying})
        windows = layout.windows or [deadlines.Window(None, None)]
        for a in staying:
            window = windows[a.occurrence]
            if a.keeps_date:
                continue
            if a.status in progress.OPEN and (a.starts_on, a.due_on) != window:
                self.moves.append(progress.Move(a.id, a.place, a.due_on, window.due))
                a.starts_on, a.due_on = window
            if a.status in progress.OPEN:
                a.reminds = measure.reminds
        holders = {a.place: a for a in owed}.values()
        for occurrence in layout.fresh:
            self.give(measure, occurrence, windows[occurrence], holders)
        await self.tx.session.flush()
        audit.record(
            self.tx, "measure.move", "measure", measure.id, self.roadmap.place, revision=self.revision_id,
            was=progress.iso(was[-1].due) if was else None,
            due_on=progress.iso(windows[-1].due), assignments=len(staying),
        )  # fmt: skip

    def give(
        self, measure: Measure, occurrence: int, window: deadlines.Window, holders: Collection[Assignment]
    ) -> None:
        """The same schools and offices owe this as well."""
        fresh = [
            Assignment(
                measure_id=measure.id, roadmap_id=self.roadmap.id, region_id=like.region_id,
                municipality_id=like.municipality_id, school_id=like.school_id, occurrence=occurrence,
                starts_on=window.start, due_on=window.due, reminds=measure.reminds,
                status=Status.NOT_DONE, status_at=self.tx.now,
            )
            for like in holders
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
        # A holder has one row an occurrence, so the numbers pass through ones that nobody uses.
        for work in changing:
            work.occurrence = -1 - work.occurrence
        await tx.session.flush()
        for work, place in changing.items():
            work.occurrence = place
        await tx.session.flush()
