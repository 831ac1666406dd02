"""A document that comes in by a form or out of the store, read in a thread of its own."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile

from admin.page import Visit
from admin.words import REFUSED
from domain import documents, drafts, roadmaps
from domain.errors import N_, DomainError, InvalidInput
from domain.files import StoredFile
from domain.roadmaps import Roadmap

MAX_DOCUMENT = 10 * 1024 * 1024  # bytes; real roadmaps take tens of kilobytes


class Unread(DomainError):
    """A document that is not read; `reason` says why and what to do."""

    sentence = N_("There is no table with measures and deadlines in this file.")


class Received(NamedTuple):
    """A document with what was read in it, its bytes kept."""

    reading: documents.Reading
    name: str
    file: StoredFile
    columns: Mapping[str, str | int]  # those that a person had chosen, now or for the same headers before


async def receive(
    visit: Visit,
    raw: FormData,
    *,
    year: int | None = None,
    school_year: bool = False,
    columns: Mapping[str, str | int] | None = None,
) -> Received:
    """Read the file of a form and keep its bytes. Raises Unread, InvalidInput."""
    file = raw.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidInput(reason=N_("Choose a file first."))
    data = await file.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise Unread(reason=REFUSED["too_large"], limit=MAX_DOCUMENT // 1024 // 1024)
    name = file.filename.replace("\\", "/").rsplit("/", 1)[-1]
    reading = await _read(data, name, year=year, school_year=school_year, columns=columns)
    chosen = dict(columns or {})
    if columns is None:
        async with visit.read() as tx:
            chosen = await roadmaps.chosen_columns(tx, reading.layout)
        if chosen:
            reading = await _read(data, name, year=year, school_year=school_year, columns=chosen)
    return Received(reading, name, await visit.panel.files.keep(data), chosen)


async def read_again(visit: Visit, roadmap: Roadmap, columns: Mapping[str, str | int]) -> documents.Reading:
    """Read a draft's document once more with the columns that a person chose. Raises Unread, NoDocument."""
    path = visit.panel.files.path(roadmap.file_sha256) if roadmap.file_sha256 else None
    if path is None or not path.exists():
        raise drafts.NoDocument
    data = await asyncio.to_thread(path.read_bytes)
    # The year is that of the draft; a period that a person has set is asked for again by nobody.
    year = roadmap.reference_year if roadmap.period_settled else None
    return await _read(
        data,
        roadmap.file_name,
        year=year,
        school_year=roadmap.school_year and year is not None,
        columns=columns,
    )


async def _read(
    data: bytes,
    name: str,
    *,
    year: int | None,
    school_year: bool,
    columns: Mapping[str, str | int] | None = None,
) -> documents.Reading:
    try:
        return await asyncio.to_thread(
            documents.read_roadmap, data, name, year=year, school_year=school_year, columns=columns
        )
    except documents.DocumentRefused as error:
        reason = documents.sentence_of(error) or REFUSED[error.code]
        raise Unread(reason=reason, **error.params) from None
