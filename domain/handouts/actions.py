"""Writing what was asked for: at once, or in the background with progress and a message when it is ready."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import and_, func, or_, select, update

from domain import accounts, audit, briefs, outbox, packs, people, snapshots
from domain.actor import SYSTEM, Actor, Place
from domain.db import Database, Tx, WriteTx
from domain.errors import DomainError, NotFound
from domain.files import FileStore
from domain.handouts import queries, rules
from domain.handouts.models import KeptReport, Takeaway
from domain.handouts.rules import Format, Made, State
from domain.packs import Scope
from domain.policy import Permission, require
from domain.tables import first_rows, written
from domain.texts import Texts, texts

log = structlog.get_logger()

# The rest of the work that needs no database: blocking, done in a thread; how many rows or files.
Rest = Callable[[], int]
# Writes one kind of thing to a path: (transaction, export, path, texts, what to call after every chunk).
Writer = Callable[[Tx, Takeaway, Path, Texts, Callable[[int], None]], Awaitable[int | Rest]]


async def ask(
    tx: WriteTx,
    what: str,
    kind: Format,
    filters: Mapping[str, Any],
    title: str,
    *,
    place: Place | None = None,
) -> Takeaway:
    """Ask for a long export; the same again while it is being made is the same one. Raises TooManyExports.

    Of `rules.PAPER` the filters are `paper` and, where it is about one plan, `roadmap`. Of `rules.PACK` they are those of `packs.Scope`; raises PackEmpty at once, not when somebody comes for it.
    """
    if tx.actor.person_id is None:
        raise NotFound
    if place is not None:
        require(tx.actor, Permission.SEE, place)
    kept = [t for t in await queries.takeaways(tx) if t.state in (*rules.RUNNING, State.READY)]
    wanted = (what, kind, dict(filters))
    for known in kept:
        if known.state in rules.RUNNING and (known.what, known.kind, known.filters) == wanted:
            return known
    if len(kept) >= rules.AT_ONCE:
        raise rules.TooManyExports(n=len(kept))
    pack = await packs.request_pack(tx, Scope(**filters)) if what == rules.PACK else None
    found = Takeaway(
        person_id=tx.actor.person_id,
        what=what,
        kind=kind.value,
        filters=dict(filters),
        title=title[:300],
        state=State.WAITING,
        done=0,
        total=len(pack.files) if pack is not None else rules.PAPER_STEPS if what == rules.PAPER else None,
        asked_at=tx.now,
    )
    tx.session.add(found)
    await tx.session.flush()
    audit.record(
        tx, "takeaway.ask", "takeaway", found.id, place or Place(None), title=found.title, format=kind.value
    )
    tx.announce("takeaways")
    return found


async def make_waiting(db: Database, store: FileStore) -> int:
    """Write what waits, one after the other, each as the person who asked for it; how many were made."""
    made = 0
    while (claimed := await _claim(db)) is not None:
        made += await _make(db, claimed, store)
    return made


async def _claim(db: Database) -> Takeaway | None:
    """The next export by its lease: one that was broken off is begun anew, and after the third time it has failed."""
    async with db.write(SYSTEM) as tx:
        touched = func.coalesce(Takeaway.touched_at, Takeaway.begun_at)
        broken = and_(Takeaway.state == State.RUNNING, touched < tx.now - rules.LEASE)
        query = select(Takeaway).where(or_(Takeaway.state == State.WAITING, broken)).order_by(Takeaway.id)
        for found in (await tx.session.scalars(query.with_for_update(skip_locked=True))).all():
            if found.attempts >= rules.MOST_ATTEMPTS:
                await _tell(tx, found.id, state=State.FAILED, ended_at=tx.now)
                continue
            found.state, found.attempts, found.done = State.RUNNING, found.attempts + 1, 0
            found.begun_at = found.touched_at = tx.now
            return found
    return None


async def _make(db: Database, of: Takeaway, store: FileStore) -> bool:
    async with db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, of.person_id)
    folder = store.folder / rules.FOLDER
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{uuid4().hex}.{of.kind}"
    counted = {"rows": 0}
    ticking = asyncio.create_task(_tick(db, of.id, counted))
    made: Made | None = None
    problem = ""
    try:
        made = await _write(db, of, target, actor=actor, store=store, counted=counted)
    except DomainError as error:
        log.info("export_refused", what=of.what, error=type(error).__name__)
        problem = texts(actor.language, escape=False).error(error)
    except asyncio.CancelledError:
        await _give_back(db, of)
        raise
    except Exception:
        log.exception("export_failed", what=of.what, takeaway=of.id)
    finally:
        ticking.cancel()
        if made is None:
            target.unlink(missing_ok=True)
    await _end(db, of, made, rules.scope_of(actor.grants), problem)
    return made is not None


async def _write(
    db: Database, of: Takeaway, target: Path, *, actor: Actor, store: FileStore, counted: dict[str, int]
) -> Made:
    say = texts(actor.language, escape=False)
    writers: dict[str, Writer] = {rules.PACK: partial(_write_pack, store=store), rules.PAPER: _write_paper}
    writer = writers.get(of.what, _write_report)
    async with db.read(actor) as tx:
        found = await writer(tx, of, target, say, lambda count: counted.update(rows=count))
    rows = found if isinstance(found, int) else await asyncio.to_thread(found)
    size = await asyncio.to_thread(lambda: target.stat().st_size)
    await asyncio.to_thread(target.chmod, 0o600)
    return Made(target, rows, size)


async def _write_report(
    tx: Tx, of: Takeaway, target: Path, say: Texts, noted: Callable[[int], None]
) -> int | Rest:
    """A report of the list with the filters that it was asked for with."""
    report = queries.report(of.what)
    filters = await queries.filters_of(tx, report, {k: str(v) for k, v in of.filters.items()})
    book = await report.build(tx, filters, say)
    return await written(book, partial(rules.write, kind=Format(of.kind), target=target, say=say), noted)


async def _write_pack(
    tx: Tx, of: Takeaway, target: Path, say: Texts, noted: Callable[[int], None], *, store: FileStore
) -> int | Rest:
    """A pack of evidence: what goes in is looked up, then copied without holding the database."""
    pack = await packs.pack_of(tx, Scope(**of.filters))
    files, at, zone = count(1), tx.now, tx.actor.timezone

    def rest() -> int:
        packs.write_pack(target, pack, store, say, at=at, zone=zone, tell=lambda: noted(next(files)))
        return len(pack.files)

    return rest


async def _write_paper(
    tx: Tx, of: Takeaway, target: Path, say: Texts, noted: Callable[[int], None]
) -> int | Rest:
    """A paper of the one who asked: its facts are read here, Word or PDF is made without holding the database."""
    kind = briefs.Paper(of.filters["paper"])
    made = await briefs.paper(tx, kind, accounts.Filters(roadmap_id=of.filters.get("roadmap")), say)
    is_word = of.kind == Format.DOCX
    template = await briefs.template_of(tx, briefs.place_of(tx), kind) if is_word else b""
    noted(1)

    def rest() -> int:
        target.write_bytes(briefs.as_file(made, of.kind, template))
        return rules.PAPER_STEPS

    return rest


async def _tick(db: Database, takeaway_id: int, counted: dict[str, int]) -> None:
    """Keep the lease, and tell how far it is, now and then."""
    said, beats = 0, count(1)
    while True:
        await asyncio.sleep(1)
        if counted["rows"] != said or next(beats) % rules.BEAT == 0:
            said = counted["rows"]
            async with db.write(SYSTEM) as tx:
                query = update(Takeaway).where(Takeaway.id == takeaway_id, Takeaway.state == State.RUNNING)
                await tx.session.execute(query.values(done=said, touched_at=tx.now))


async def _give_back(db: Database, of: Takeaway) -> None:
    """The process ends: whoever comes next writes it, and it was no attempt of its own."""
    async with db.write(SYSTEM) as tx:
        query = update(Takeaway).where(Takeaway.id == of.id, Takeaway.state == State.RUNNING)
        await tx.session.execute(query.values(state=State.WAITING, attempts=Takeaway.attempts - 1, done=0))


async def _end(db: Database, of: Takeaway, made: Made | None, scope: str, problem: str) -> None:
    async with db.write(SYSTEM) as tx:
        values: dict[str, Any] = {"state": State.FAILED, "ended_at": tx.now, "problem": problem[:400]}
        if made is not None:
            life = rules.PACK_LIFE if of.what == rules.PACK else rules.LIFE
            values |= {"state": State.READY, "done": made.rows, "total": made.rows, "path": made.path.name}
            values |= {"size": made.size, "scope": scope, "expires_at": tx.now + life}
        await _tell(tx, of.id, **values)


async def _tell(tx: WriteTx, takeaway_id: int, **values: Any) -> None:
    """Write down how it ended, and tell whoever asked, once."""
    query = (
        update(Takeaway).where(Takeaway.id == takeaway_id, Takeaway.state == State.RUNNING).values(**values)
    )
    ended = (await tx.session.execute(query.returning(Takeaway.person_id))).first()
    if ended is not None:
        key = f"takeaway:{takeaway_id}"
        params = {"takeaway_id": takeaway_id}
        await outbox.put(
            tx, "takeaway", person_id=ended.person_id, subject=key, dedupe_key=key, params=params
        )


async def want(tx: WriteTx, what: str, given: Mapping[str, str]) -> KeptReport:
    """Somebody looks at a report or a paper of a very large place: from now on it is counted for a while."""
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
                try:
                    document, title = await _to_be_read(tx, kept, say)
                except DomainError as error:
                    problem = say.error(error)
        async with own.write(SYSTEM) as tx:
            values = {"document": document, "title": title[:300], "problem": problem[:400], "as_of": tx.now}
            query = update(KeptReport).where(KeptReport.id == kept.id).values(**values, begun_at=None)
            await tx.session.execute(query)
    finally:
        await own.close()


async def _to_be_read(tx: Tx, kept: KeptReport, say: Texts) -> tuple[dict[str, Any], str]:
    """The first rows of a report, or a whole paper, as plain values; and its title."""
    if kept.what == rules.PAPER:
        roadmap = kept.filters.get("roadmap")
        filters = accounts.Filters(roadmap_id=int(roadmap) if roadmap else None)
        made = await briefs.paper(tx, briefs.Paper(kept.filters["paper"]), filters, say)
        return briefs.document_of(made), made.title
    of = queries.report(kept.what)
    book = await of.build(tx, await queries.filters_of(tx, of, kept.filters), say)
    return snapshots.document_of(book, await first_rows(book, rules.KEPT_ROWS)), book.title


async def forget_old(db: Database, folder: Path) -> int:
    """Files whose days are over leave the disk, packs also when a file had to be wiped since; how many.

    What a broken-off writer has left in the folder goes after a day.
    """
    async with db.write(SYSTEM) as tx:
        query = select(Takeaway).where(Takeaway.state == State.READY)
        ready = (await tx.session.scalars(query)).all()
        found = [one for one in ready if await queries.outlived(tx, one)]
        for old in found:
            old.state = State.GONE
        kept = {one.path for one in ready if one.state is State.READY}
        before = (tx.now - rules.ORPHAN).timestamp()
    for old in found:
        (folder / old.path).unlink(missing_ok=True)
    await asyncio.to_thread(_sweep, folder, kept, before)
    return len(found)


def _sweep(folder: Path, kept: set[str], before: float) -> None:
    for path in folder.glob("*"):
        if path.name not in kept and path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


async def run(db: Database, store: FileStore) -> int:
    """The chore of the timetable: write what waits, count what is wanted, remove what is old."""
    made = await make_waiting(db, store) + await count_wanted(db)
    return made + await forget_old(db, store.folder / rules.FOLDER)
