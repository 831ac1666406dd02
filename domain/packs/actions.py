"""Asking for a pack, which is remembered, and writing it, which is done outside of any transaction."""

import asyncio
import hashlib
import json
import zipfile
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, or_, select

from domain import audit, people, progress, schools
from domain.actor import SYSTEM, Place
from domain.db import Database, Tx, WriteTx
from domain.errors import NotFound
from domain.files import FileStore
from domain.packs import queries
from domain.packs.models import ChosenFile, PackOrder
from domain.packs.queries import Scope
from domain.packs.rules import (
    LEASE,
    MOST_ATTEMPTS,
    RUNNING,
    ChoiceWrong,
    LeftOut,
    OrderState,
    Pack,
    PackEmpty,
    PackFile,
    Reason,
)
from domain.papers import Paper, to_docx
from domain.policy import Permission, allows, require
from domain.tables import Table, to_xlsx
from domain.texts import Texts, texts

CHUNK = 1 << 20
BEAT = 1.0  # seconds between two looks at how far a pack is
UNPRINTED = frozenset({"SHA-256"})  # of no use on paper


async def request_pack(tx: WriteTx, scope: Scope) -> Pack:
    """Put a pack together and leave a trace of who takes the files along. Raises NotFound and PackEmpty."""
    pack = await queries.pack_of(tx, scope)
    place = Place(None)
    if scope.school_id is not None:
        place = (await schools.school(tx, scope.school_id)).place
    details = {name: value for name, value in asdict(scope).items() if value is not None}
    audit.record(tx, "pack.take", "school", scope.school_id, place, files=len(pack.files), scope=details)
    return pack


async def choose_files(tx: WriteTx, school_id: int, evidence_ids: Collection[int]) -> None:
    """A reviewer or coordinator says which files take the places of a slot that has more of them.

    All are of one slot; an earlier choice for it is replaced. Raises ChoiceWrong, OwnSchool.
    """
    school = await schools.school(tx, school_id)
    if tx.actor.works_at(school.id):
        raise progress.OwnSchool
    if not allows(tx.actor, Permission.REVIEW, school.place):
        require(tx.actor, Permission.OVERRULE, school.place)
    proofs = await queries.proofs_of(tx, Scope(school_id=school.id))
    most = (await schools.file_rules(tx, school.place)).max_files
    wanted = set(evidence_ids)
    found = {proof.slot for proof in proofs if proof.evidence_id in wanted}
    known = {proof.evidence_id for proof in proofs}
    if len(found) != 1 or not wanted <= known or len(wanted) > most:
        raise ChoiceWrong(most=most)
    inside = [proof.evidence_id for proof in proofs if proof.slot in found]
    await tx.session.execute(delete(ChosenFile).where(ChosenFile.evidence_id.in_(inside)))
    tx.session.add_all(
        ChosenFile(evidence_id=number, chosen_by=tx.actor.person_id, chosen_at=tx.now)
        for number in sorted(wanted)
    )
    await tx.session.flush()
    audit.record(tx, "pack.choose", "school", school.id, school.place, files=len(wanted))


async def order_pack(tx: WriteTx, scope: Scope) -> PackOrder:
    """Have a pack of many schools written in the background; the same one asked for twice is one.

    Raises NotFound and PackEmpty at once, not when somebody comes to fetch it.
    """
    asked = {name: value for name, value in asdict(scope).items() if value is not None}
    for known in await queries.orders(tx):
        if known.scope == asked and known.state in RUNNING:
            return known
    pack = await request_pack(tx, scope)
    made = PackOrder(
        person_id=tx.actor.person_id or 0,
        rights=queries.rights_of(tx.actor),
        scope=asked,
        state=OrderState.WAITING,
        asked_at=tx.now,
        touched_at=tx.now,
        total=len(pack.files),
    )
    tx.session.add(made)
    await tx.session.flush()
    tx.announce("packs")
    return made


def order_path(store: FileStore, order_id: int) -> Path:
    """Where the archive of an order lies: among what passes, so that no backup carries it along."""
    return store.folder / "incoming" / "packs" / f"{order_id}.zip"


async def write_ordered(db: Database, store: FileStore) -> int:
    """Write the packs that wait, one after the other, and remove those whose day is over; returns how many are ready.

    Opens its own transactions. May run late, twice or never: an order is claimed by its lease, one that was broken off
    is begun anew, and after the third time it is said to have failed.
    """
    await _forget(db, store)
    ready = 0
    while (claimed := await _claim(db)) is not None:
        order, person_id = claimed
        try:
            ready += await _write_order(db, store, order, person_id)
        except (OSError, ValueError):
            await _set(db, order.id, state=OrderState.FAILED)
    return ready


async def _claim(db: Database) -> tuple[PackOrder, int] | None:
    async with db.write(SYSTEM) as tx:
        waiting = or_(
            PackOrder.state == OrderState.WAITING,
            and_(PackOrder.state == OrderState.WRITING, PackOrder.touched_at < tx.now - LEASE),
        )
        query = select(PackOrder).where(waiting).order_by(PackOrder.id).with_for_update(skip_locked=True)
        for order in (await tx.session.scalars(query)).all():
            order.attempts, order.touched_at, order.done = order.attempts + 1, tx.now, 0
            order.state = OrderState.WRITING if order.attempts <= MOST_ATTEMPTS else OrderState.FAILED
            if order.state is OrderState.WRITING:
                return order, order.person_id
    return None


async def _write_order(db: Database, store: FileStore, order: PackOrder, person_id: int) -> bool:
    async with db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, person_id)
        try:
            pack = await queries.pack_of(Tx(tx.session, actor, tx.now), Scope(**order.scope))
        except (PackEmpty, NotFound):
            pack = None
        at = tx.now
    if pack is None or queries.rights_of(actor) != order.rights:
        await _set(db, order.id, state=OrderState.EMPTY)
        return False
    target = order_path(store, order.id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".part")
    written = [0]
    say = texts(actor.language, escape=False)
    work = asyncio.create_task(
        asyncio.to_thread(
            write_pack, partial, pack, store, say, at=at, zone=actor.timezone, tell=_counter(written)
        )
    )
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=BEAT)
            await _set(db, order.id, done=written[0], total=len(pack.files))
        await work
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    await _set(db, order.id, state=OrderState.READY, size=target.stat().st_size)
    return True


def _counter(written: list[int]) -> Callable[[], None]:
    def tell() -> None:
        written[0] += 1

    return tell


async def _set(db: Database, order_id: int, **values: Any) -> None:
    async with db.write(SYSTEM) as tx:
        order = await tx.session.get_one(PackOrder, order_id)
        for name, value in values.items():
            setattr(order, name, value)
        order.touched_at = tx.now
        if order.state is OrderState.READY:
            order.ready_at = order.ready_at or tx.now


async def _forget(db: Database, store: FileStore) -> None:
    async with db.write(SYSTEM) as tx:
        query = select(PackOrder).where(PackOrder.state.in_({OrderState.READY, OrderState.FAILED}))
        over = [order for order in await tx.session.scalars(query) if await queries.outlived(tx, order)]
        for order in over:
            order.state = OrderState.GONE
    for order in over:
        order_path(store, order.id).unlink(missing_ok=True)


def write_pack(
    target: Path,
    pack: Pack,
    store: FileStore,
    say: Texts,
    *,
    at: datetime,
    zone: str,
    tell: Callable[[], None] = lambda: None,
) -> Pack:
    """Write the archive file by file: the documents, a register as XLSX and DOCX, a manifest, the list of hashes.

    Blocking: call it in a thread; `tell` is called after each file. Returns what is really in it: bytes that the store
    has lost are left out with that reason. Raises ValueError where bytes are not those of their hash: such a pack would prove nothing.
    """
    present = Pack(left_out=list(pack.left_out))
    stamp = at.astimezone(ZoneInfo(zone)).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in pack.files:
            if store.path(file.proof.sha256).exists():
                _copy(archive, file, store, stamp)
                present.files.append(file)
            else:
                present.left_out.append(LeftOut(file.proof, Reason.LOST))
            tell()
        table = _register(present, say, zone)
        sums = "".join(f"{file.proof.sha256}  {file.path}\n" for file in present.files)
        manifest = json.dumps(_manifest(present, at), ensure_ascii=False, indent=1)
        for name, body in (
            (say("Register of contents.xlsx"), to_xlsx(table)),
            (
                say("Register of contents.docx"),
                to_docx(Paper(table.title, tables=[table], without=UNPRINTED)),
            ),
            ("manifest.json", manifest.encode()),
            ("SHA256SUMS", sums.encode()),
        ):
            archive.writestr(_info(name, stamp, zipfile.ZIP_DEFLATED), body)
    return present


def _copy(archive: zipfile.ZipFile, file: PackFile, store: FileStore, stamp: Any) -> None:
    hasher = hashlib.sha256()
    info = _info(file.path, stamp, zipfile.ZIP_STORED)
    info.file_size = file.proof.size
    with store.path(file.proof.sha256).open("rb") as source, archive.open(info, "w") as out:
        while chunk := source.read(CHUNK):
            hasher.update(chunk)
            out.write(chunk)
    if hasher.hexdigest() != file.proof.sha256:
        raise ValueError(f"the stored file {file.proof.sha256} has been changed")


def _info(name: str, stamp: Any, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=stamp)
    info.compress_type = how
    info.external_attr = 0o644 << 16
    return info


def _register(pack: Pack, say: Texts, zone: str) -> Table:
    """The list of contents, then what is not in a slot, with the reason in place of the name."""

    def day(moment: datetime | None) -> Any:
        return moment.astimezone(ZoneInfo(zone)).date() if moment else None

    rows: list[list[Any]] = []
    reasons = {
        Reason.TOO_MANY: say("more files than the slot takes: beside the slots"),
        Reason.TOO_LARGE: say("larger than the slot takes"),
        Reason.WRONG_TYPE: say("of a type that the slot does not take"),
        Reason.NOT_JOINED: say("photos whose PDF has not been made yet"),
        Reason.LOST: say("not found in the store"),
    }
    placed = [(file.path, "", file.proof) for file in pack.files]
    missing = [
        ("", reasons[out.reason], out.proof) for out in pack.left_out if out.reason is not Reason.TOO_MANY
    ]
    beyond = {file.path for file in pack.files if file.beyond}
    for path, remark, proof in [*placed, *missing]:
        rows.append(
            [
                path,
                proof.school,
                proof.measure,
                proof.factor,
                proof.stage,
                proof.name,
                proof.report,
                day(proof.handed_in_at),
                day(proof.confirmed_at),
                round(proof.size / 1024 / 1024, 2),
                proof.sha256,
                reasons[Reason.TOO_MANY] if path in beyond else remark,
            ]
        )
    columns = [
        say("File"),
        say("School"),
        say("Measure"),
        say("Risk"),
        say("Stage"),
        say("Sent as"),
        say("Report No."),
        say("Handed in on"),
        say("Confirmed on"),
        say("MB"),
        "SHA-256",
        say("Remark"),
    ]
    return Table(say("Register of contents"), columns, rows)


def _manifest(pack: Pack, at: datetime) -> dict[str, Any]:
    def facts(proof: Any) -> dict[str, Any]:
        return {
            "sha256": proof.sha256,
            "size": proof.size,
            "sent_as": proof.name,
            "school": proof.login,
            "measure": proof.measure,
            "risk": proof.factor,
            "stage": proof.stage,
            "report": proof.report,
            "handed_in_at": proof.handed_in_at.isoformat(),
            "confirmed_at": proof.confirmed_at.isoformat() if proof.confirmed_at else None,
        }

    return {
        "made_at": at.isoformat(),
        "files": [{"path": file.path, **facts(file.proof)} for file in pack.files],
        "left_out": [{"reason": out.reason.value, **facts(out.proof)} for out in pack.left_out],
    }
