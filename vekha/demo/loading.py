"""Loading the demonstration: the same code as for a user's files, and the people's own actions."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from domain import documents, outbox, people, progress, register, roadmaps, schools
from domain.actor import STRANGER, SYSTEM, Actor, Place
from domain.db import Database, WriteTx
from domain.files import FileStore, StoredFile
from vekha.demo.cast import CAST, HOME, Played

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DATA = Path(__file__).parent / "data"
REGISTERS = (
    "schools.xlsx",
    "yaroslavl_municipalities_2023.xlsx",
    "yaroslavl_shnsu_isbsh_2023.xlsx",
    "dergachi_schools_2021.xlsx",
    "baley_schools_2022.xlsx",
)
EVIDENCE = {
    "order": ("order.pdf", "Приказ № 41.pdf", "application/pdf"),
    "minutes": ("minutes.docx", "Протокол совещания.docx", DOCX),
    "meeting": ("meeting.jpg", "Совещание.jpg", "image/jpeg"),
}


@dataclass(slots=True)
class Stage:
    """What the story needs at hand: one transaction, the people as actors, the places by name, the files."""

    tx: WriteTx
    timezone: str
    store: FileStore
    places: Mapping[str, Place] = field(default_factory=dict)
    actors: dict[int, Actor] = field(default_factory=dict)

    def as_(self, actor: Actor, at: datetime | None = None) -> WriteTx:
        """The same transaction as another person, at another moment."""
        return replace(self.tx, actor=actor, now=at or self.tx.now)

    def played(self, number: int) -> Actor:
        """One of the cast as an actor."""
        return self.actors[number]

    async def hand_in(
        self, at: datetime, who: int, assignment_id: int, text: str, files: Sequence[str] = ()
    ) -> int:
        """Somebody of the school writes, attaches and hands in; returns the number of the report."""
        tx = self.as_(self.played(who), at)
        await self.draft(at, who, assignment_id, text, files)
        return (await progress.submit(tx, assignment_id)).id

    async def draft(
        self, at: datetime, who: int, assignment_id: int, text: str, files: Sequence[str] = ()
    ) -> None:
        """Somebody of the school prepares a report and does not send it yet."""
        tx = self.as_(self.played(who), at)
        await progress.add_text(tx, assignment_id, text)
        for key in files:
            _, name, mime = EVIDENCE[key]
            photo = mime.startswith("image/")
            stored = await self._own_copy(key, assignment_id)
            await progress.add_file(tx, assignment_id, stored, name=name, mime=mime, photo=photo)

    async def _own_copy(self, key: str, assignment_id: int) -> StoredFile:
        """A document of this report alone: the same file in two reports would be a warning to the reviewer."""
        body = (DATA / "evidence" / EVIDENCE[key][0]).read_bytes()
        mark = str(assignment_id).encode()
        if key == "minutes":
            copy = io.BytesIO(body)
            with zipfile.ZipFile(copy, "a") as archive:
                archive.comment = mark
            return await self.store.keep(copy.getvalue())
        return await self.store.keep(body + b"\n%" + mark)

    async def decide(
        self, at: datetime, who: int, number: int, decision: progress.Decision, words: str
    ) -> None:
        """A reviewer confirms or returns."""
        await progress.decide(self.as_(self.played(who), at), number, decision, words)


async def load(db: Database, files: FileStore, timezone: str) -> None:
    """Fill an empty database with the demonstration, in one transaction."""
    from vekha.demo import assessing, casework, inviting, measuring, pairing, sharing, story

    async with db.write(SYSTEM) as tx:
        stage = Stage(tx, timezone, files)
        await _registers(stage)
        await _cast(stage)
        await story.tell(stage)
        await story.latest_news(stage)
        await casework.tell(stage)
        await sharing.tell(stage)
        await assessing.tell(stage)
        await measuring.tell(stage)
        await pairing.tell(stage)
        await inviting.tell(stage)


async def is_loaded(db: Database) -> bool:
    """Whether somebody of the cast is there."""
    async with db.read(SYSTEM) as tx:
        return (await people.actor_by_telegram(tx, CAST[0].number)) != STRANGER


async def _registers(stage: Stage) -> None:
    for name in REGISTERS:
        grids = documents.read_table((DATA / "registers" / name).read_bytes(), name)
        region = HOME if name.startswith("yaroslavl") else ""
        await register.import_register(stage.tx, register.read(grids), region=region, timezone=stage.timezone)
    found = {region.name: Place(region.id) for region in await schools.regions(stage.tx)}
    found |= {m.name: m.place for m in await schools.municipalities(stage.tx)}
    found |= {row.school.name: row.school.place for row in await schools.school_list(stage.tx)}
    stage.places = found


async def _cast(stage: Stage) -> None:
    for played in CAST:
        person = await _join(stage, played)
        stage.actors[played.number] = await people.actor_by_id(stage.tx, person.id)


async def _join(stage: Stage, played: Played) -> people.Person:
    """By an invitation, as everybody comes in; further roles are granted."""
    role, place = played.roles[0]
    made = await people.invite(stage.tx, role, stage.places[place], name=played.name)
    guest = stage.as_(STRANGER)
    person = await people.join(guest, made.payload, telegram_id=played.number, name=played.name)
    await people.rename_person(stage.tx, person.id, name=played.name, position=played.position)
    for role, place in played.roles[1:]:
        await people.grant_role(stage.tx, person.id, role, stage.places[place])
    return person


async def import_roadmap(
    stage: Stage, name: str, owner: str, level: roadmaps.Level | None = None
) -> roadmaps.RoadmapView:
    """A roadmap from its .docx by the same way as a coordinator's own file, read for the current year."""
    data = (DATA / "roadmaps" / name).read_bytes()
    reading = documents.read_roadmap(data, name, year=stage.tx.now.year)
    place = stage.places[owner]
    draft = await roadmaps.import_draft(stage.tx, place, reading, file_name=name, level=level)
    return await roadmaps.roadmap(stage.tx, draft.id)


async def forget_news(stage: Stage) -> None:
    """What the past queued was read long ago: it does not go out today."""
    for actor in stage.actors.values():
        await outbox.cancel(stage.tx, person_id=actor.person_id, reason="the demonstration's past")
