"""Writing what was asked for: at once, or in the background with progress and a message when it is ready."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import func, or_, select, update

from domain import audit, outbox, people, snapshots
from domain.actor import SYSTEM, Place
from domain.db import Database, Tx, WriteTx
from domain.errors import DomainError, NotFound
from domain.handouts import queries, rules
from domain.handouts.models import KeptReport, Takeaway
from domain.handouts.rules import Format, Made, State
from domain.policy import Permission, require
from domain.tables import first_rows, written
from domain.texts import Texts, texts

log = structlog.get_logger()

# Writes one kind of thing to a path: (transaction, export, path, texts, what to call after every chunk) → rows.
Writer = Callable[[Tx, Takeaway, Path, Texts, Callable[[int], None]], Awaitable[int]]


async def ask(
    tx: WriteTx,
    what: str,
    kind: Format,
    filters: Mapping[str, Any],
    title: str,
    *,
    place: Place | None = None,
) -> Takeaway:
    """Ask for a long export; the same again while it is being made is the same one. Raises TooManyExports."""
    if tx.actor.person_id is None:
        raise NotFound
    if place is not None:
        require(tx.actor, Permission.SEE, place)
    kept = [t for t in await queries.takeaways(tx) if t.state in (State.WAITING, State.RUNNING, State.READY)]
    for known in kept:
        if known.state is not State.READY and (known.what, known.kind, known.filters) == (
            what,
            kind,
            dict(filters),
        ):
            return known
    if len(kept) >= rules.AT_ONCE:
        raise rules.TooManyExports(n=len(kept))
    found = Takeaway(
        person_id=tx.actor.person_id,
        what=what,
        kind=kind.value,
        filters=dict(filters),
        title=title[:300],
        state=State.WAITING,
        done=0,
        asked_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(
        tx, "takeaway.ask", "takeaway", found.id, place or Place(None), title=found.title, format=kind.value
    )
    tx.announce("takeaways")
    return found


async def make_waiting(db: Database, folder: Path, writers: Mapping[str, Writer]) -> int:
    """Write what waits, one after the other, each as the person who asked for it; how many were made."""
    made = 0
    while (claimed := await _claim(db)) is not None:
        made += await _make(db, claimed, folder, writers)
    return made


async def _claim(db: Database) -> Takeaway | None:
    async with db.write(SYSTEM) as tx:
        broken = Takeaway.begun_at < tx.now - rules.STALE
        await tx.session.execute(
            update(Takeaway)
            .where(Takeaway.state == State.RUNNING, broken)
            .values(state=State.WAITING, begun_at=None, done=0)
        )
        waiting = select(func.min(Takeaway.id)).where(Takeaway.state == State.WAITING).scalar_subquery()
        claim = (
            update(Takeaway)
            .where(Takeaway.id == waiting, Takeaway.state == State.WAITING)
            .values(state=State.RUNNING, begun_at=tx.now)
            .returning(Takeaway.id)
        )
        claimed = await tx.session.scalar(claim)
        return await tx.session.get(Takeaway, claimed) if claimed is not None else None


async def _make(db: Database, of: Takeaway, folder: Path, writers: Mapping[str, Writer]) -> bool:
    async with db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, of.person_id)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    name = f"{uuid4().hex}.{of.kind}"
    counted = {"rows": 0}
    ticking = asyncio.create_task(_tick(db, of.id, counted))
    say = texts(actor.language, escape=False)
    made: Made | None = None
    try:
        async with db.read(actor) as tx:
            writer = writers.get(of.what, _write_report)
            rows = await writer(tx, of, folder / name, say, lambda count: counted.update(rows=count))
        size = await asyncio.to_thread(lambda: (folder / name).stat().st_size)
        made = Made(folder / name, rows, size)
    except DomainError as error:
        log.info("export_refused", what=of.what, error=type(error).__name__)
    finally:
        ticking.cancel()
        await _end(db, of, made, rules.scope_of(actor.grants))
    return made is not None


async def _write_report(tx: Tx, of: Takeaway, target: Path, say: Texts, noted: Callable[[int], None]) -> int:
    """A report of the list with the filters that it was asked for with."""
    report = queries.report(of.what)
    filters = await queries.filters_of(tx, report, {k: str(v) for k, v in of.filters.items()})
    book = await report.build(tx, filters, say)
    return await written(book, partial(rules.write, kind=Format(of.kind), target=target, say=say), noted)


async def _tick(db: Database, takeaway_id: int, counted: dict[str, int]) -> None:
    """Tell how far it is, now and then."""
    said = 0
    while True:
        await asyncio.sleep(1)
        if counted["rows"] != said:
            said = counted["rows"]
            async with db.write(SYSTEM) as tx:
                await tx.session.execute(update(Takeaway).where(Takeaway.id == takeaway_id).values(done=said))


async def _end(db: Database, of: Takeaway, made: Made | None, scope: str) -> None:
    async with db.write(SYSTEM) as tx:
        values: dict[str, Any] = {"state": State.FAILED, "ended_at": tx.now}
        if made is not None:
            values |= {"state": State.READY, "done": made.rows, "total": made.rows, "path": made.path.name}
            values |= {"size": made.size, "scope": scope, "expires_at": tx.now + rules.LIFE}
        query = update(Takeaway).where(Takeaway.id == of.id, Takeaway.state == State.RUNNING).values(**values)
        if (await tx.session.scalar(query.returning(Takeaway.id))) is not None:
            await outbox.put(
                tx,
                "takeaway",
                person_id=of.person_id,
                subject=f"takeaway:{of.id}",
                dedupe_key=f"takeaway:{of.id}",
                params={"takeaway_id": of.id},
            )


async def want(tx: WriteTx, what: str, given: Mapping[str, str]) -> KeptReport:
    """Somebody looks at the page of a very large place: from now on its numbers are counted for a while."""
    if tx.actor.person_id is None:
        raise NotFound
    scope = rules.scope_of(tx.actor.grants)
    key = rules.key_of(scope, what, given)
    found = await tx.session.scalar(select(KeptReport).where(KeptReport.key == key))
    if found is None:
        found = KeptReport(key=key, scope=scope, what=what, filters=dict(given))
        tx.session.add(found)
    found.person_id, found.asked_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    return found


async def count_wanted(db: Database) -> int:
    """Count anew what is wanted and old, each beside the running loop; how many."""
    counted = 0
    while (found := await _old(db)) is not None:
        # A loop and connections of its own: counting for a country must not hold up anybody's page.
        await asyncio.to_thread(asyncio.run, _count_apart(db, found))
        counted += 1
    return counted


async def _old(db: Database) -> KeptReport | None:
    async with db.write(SYSTEM) as tx:
        old = or_(KeptReport.as_of.is_(None), KeptReport.as_of < tx.now - rules.FRESH)
        free = or_(KeptReport.begun_at.is_(None), KeptReport.begun_at < tx.now - rules.FRESH)
        wanted = KeptReport.asked_at > tx.now - rules.WANTED
        query = select(KeptReport).where(old, free, wanted).order_by(KeptReport.id).limit(1)
        found = await tx.session.scalar(query)
        if found is not None:
            found.begun_at = tx.now
        return found


async def _count_apart(db: Database, kept: KeptReport) -> None:
    own = Database(db.url.render_as_string(hide_password=False), db.clock)
    try:
        async with own.read(SYSTEM) as tx:
            actor = await people.actor_by_id(tx, kept.person_id)
        document, title, problem = None, "", ""
        if rules.scope_of(actor.grants) == kept.scope:
            say = texts(actor.language, escape=False)
            async with own.read(actor) as tx:
                of = queries.report(kept.what)
                try:
                    filters = await queries.filters_of(tx, of, kept.filters)
                    book = await of.build(tx, filters, say)
                    rows = await first_rows(book, rules.KEPT_ROWS)
                    document, title = snapshots.document_of(book, rows), book.title
                except DomainError as error:
                    problem = say.error(error)
        async with own.write(SYSTEM) as tx:
            values = {"document": document, "title": title[:300], "problem": problem[:400], "as_of": tx.now}
            query = update(KeptReport).where(KeptReport.id == kept.id).values(**values, begun_at=None)
            await tx.session.execute(query)
    finally:
        await own.close()


async def forget_old(db: Database, folder: Path) -> int:
    """Files whose days are over leave the disk; how many."""
    async with db.write(SYSTEM) as tx:
        query = select(Takeaway).where(Takeaway.state == State.READY, Takeaway.expires_at < tx.now)
        found = (await tx.session.scalars(query)).all()
        for old in found:
            old.state = State.GONE
    for old in found:
        (folder / old.path).unlink(missing_ok=True)
    return len(found)


async def run(db: Database, folder: Path, writers: Mapping[str, Writer]) -> int:
    """The chore of the timetable: write what waits, count what is wanted, remove what is old."""
    made = await make_waiting(db, folder, writers) + await count_wanted(db)
    return made + await forget_old(db, folder)
