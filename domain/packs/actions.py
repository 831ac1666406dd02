"""Asking for a pack, which is remembered, and writing it, which is done outside of any transaction."""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain import audit, schools
from domain.actor import Place
from domain.db import WriteTx
from domain.files import FileStore
from domain.packs import queries
from domain.packs.queries import Scope
from domain.packs.rules import LeftOut, Pack, PackFile, Reason
from domain.tables import Table, to_xlsx
from domain.texts import Texts

CHUNK = 1 << 20


async def request_pack(tx: WriteTx, scope: Scope) -> Pack:
    """Put a pack together and leave a trace of who takes the files along. Raises NotFound and PackEmpty."""
    pack = await queries.pack_of(tx, scope)
    place = Place(None)
    if scope.school_id is not None:
        place = (await schools.school(tx, scope.school_id)).place
    details = {name: value for name, value in asdict(scope).items() if value is not None}
    audit.record(tx, "pack.take", "school", scope.school_id, place, files=len(pack.files), scope=details)
    return pack


def write_pack(target: Path, pack: Pack, store: FileStore, say: Texts, *, at: datetime, zone: str) -> Pack:
    """Write the archive file by file: the documents, a register as XLSX and DOCX, a manifest, the list of hashes.

    Blocking: call it in a thread. Returns what is really in it: bytes that the store has lost are left out with that
    reason. Raises ValueError where bytes are not those of their hash: such a pack would prove nothing.
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
        table = _register(present, say, zone)
        sums = "".join(f"{file.proof.sha256}  {file.path}\n" for file in present.files)
        manifest = json.dumps(_manifest(present, at), ensure_ascii=False, indent=1)
        for name, body in (
            (say("Register of contents.xlsx"), to_xlsx(table)),
            (say("Register of contents.docx"), _to_docx(table)),
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


def _to_docx(table: Table) -> bytes:
    """The register for people who print it: without the hashes, on a turned sheet."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.styles["Normal"].font.size = Pt(8)
    document.add_heading(table.title, level=1)
    shown = [index for index, column in enumerate(table.columns) if column != "SHA-256"]
    sheet = document.add_table(rows=1, cols=len(shown), style="Table Grid")
    for cell, index in zip(sheet.rows[0].cells, shown, strict=True):
        cell.text = table.columns[index]
    for row in table.rows:
        for cell, index in zip(sheet.add_row().cells, shown, strict=True):
            cell.text = _words(row[index])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _words(value: Any) -> str:
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return "" if value is None else str(value)


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
