"""Asking for a pack, which is remembered, and writing it, which is done outside of any transaction."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from domain import audit, progress, schools
from domain.actor import Place
from domain.db import WriteTx
from domain.files import FileStore
from domain.packs import queries
from domain.packs.models import ChosenFile
from domain.packs.queries import Scope
from domain.packs.rules import (
    ChoiceWrong,
    LeftOut,
    Pack,
    PackFile,
    Reason,
)
from domain.papers import Paper, to_docx
from domain.policy import Permission, allows, require
from domain.tables import Table, to_xlsx
from domain.texts import Texts

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
