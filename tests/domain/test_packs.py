"""The evidence pack: the federal slots, names and sizes; nothing dropped silently, every byte provable."""

import asyncio
import hashlib
import io
import json
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select, update

from domain import handouts, outbox, packs, people, progress, proof, risks, roadmaps
from domain.actor import SYSTEM, Role
from domain.audit import AuditEntry
from domain.errors import Forbidden, NotFound
from domain.files import FileStore
from domain.handouts import ExportGone, State, Takeaway
from domain.packs import Pack, Proof, Reason, Scope
from domain.programme import FileRules
from domain.progress import Assignment, Decision, Status
from domain.risks import RiskFactor, Stage
from domain.schools import School
from domain.texts import texts
from tests.world import World

TYPES = ("pdf", "docx", "xlsx", "xls", "rtf")
NOON = datetime(2022, 5, 1, 9, tzinfo=UTC)


def a_proof(name: str = "Приказ.pdf", **facts: Any) -> Proof:
    usual = Proof(
        1, "edu760152", "Тороповская ОШ", 7, "2.1", "2.1 Семинары", 3, 2, 11, NOON, NOON, name, 1000, "a" * 64
    )
    return usual._replace(**facts)


def arranged(*proofs: Proof, folders: bool = False, chosen: tuple[int, ...] = ()) -> Pack:
    rules = {1: FileRules(3, 1, TYPES), 2: FileRules(3, 1, TYPES)}
    return packs.arrange(proofs, rules, folders=folders, chosen=chosen)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, "edu760152_Риск3_2этап"),
        ({"stage": None}, "edu760152_Риск3"),
        ({"factor": None}, "edu760152_Мера2.1_2этап"),
        ({"factor": None, "stage": None, "number": "4.3."}, "edu760152_Мера4.3"),
        ({"factor": None, "stage": None, "number": None}, "edu760152_Мера_7"),
        ({"factor": None, "stage": None, "number": "../1/2"}, "edu760152_Мера12"),
        ({"document": "antirisk_programme", "stage": 1}, "edu760152_АРП_Риск3_1этап"),
        ({"document": "development_concept", "factor": None, "stage": None}, "edu760152_Концепция"),
    ],
)
def test_the_name_of_a_slot(facts: dict[str, Any], name: str) -> None:
    assert packs.slot_name(a_proof()._replace(**facts)) == name


def test_a_slot_takes_three_files_and_the_rest_lies_beside() -> None:
    pack = arranged(*(a_proof(f"{n}.PDF") for n in range(5)))
    assert [file.path for file in pack.files] == [
        "edu760152_Риск3_2этап_01.pdf",
        "edu760152_Риск3_2этап_02.pdf",
        "edu760152_Риск3_2этап_03.pdf",
        "Сверх_лимита/edu760152_Риск3_2этап_04.pdf",
        "Сверх_лимита/edu760152_Риск3_2этап_05.pdf",
    ]
    assert [(out.proof.name, out.reason) for out in pack.left_out] == [
        ("3.PDF", Reason.TOO_MANY),
        ("4.PDF", Reason.TOO_MANY),
    ]


def test_what_a_person_chose_takes_the_places() -> None:
    files = [a_proof(f"{n}.pdf", evidence_id=n) for n in range(1, 6)]
    pack = arranged(*files, chosen=(2, 5))
    assert [(file.path, file.proof.name) for file in pack.files] == [
        ("edu760152_Риск3_2этап_01.pdf", "2.pdf"),
        ("edu760152_Риск3_2этап_02.pdf", "5.pdf"),
        ("Сверх_лимита/edu760152_Риск3_2этап_03.pdf", "1.pdf"),
        ("Сверх_лимита/edu760152_Риск3_2этап_04.pdf", "3.pdf"),
        ("Сверх_лимита/edu760152_Риск3_2этап_05.pdf", "4.pdf"),
    ]
    assert [(slot.crowded, slot.chosen) for slot in pack.slots] == [(True, True)]
    # Where all fit, an old choice leaves nothing out.
    assert [file.beyond for file in arranged(*files[:3], chosen=(2,)).files] == [False] * 3
    assert [(slot.crowded, slot.chosen) for slot in arranged(*files).slots] == [(True, False)]


def test_each_school_has_the_slot_of_its_programme() -> None:
    rules = {1: FileRules(1, 30, ("pdf",)), 2: FileRules(2, 30, ("pdf", "docx"))}
    files = [a_proof(f"{n}.docx", school_id=school) for school in (1, 2) for n in range(2)]
    files += [a_proof(f"{n}.pdf", school_id=1) for n in range(2)]
    pack = packs.arrange(files, rules, folders=True)
    assert [(file.proof.school_id, file.proof.name, file.beyond) for file in pack.files] == [
        (2, "0.docx", False),
        (2, "1.docx", False),
        (1, "0.pdf", False),
        (1, "1.pdf", True),
    ]


def test_what_cannot_be_in_a_slot_is_named_with_its_reason() -> None:
    limit = 1024 * 1024
    pack = arranged(
        a_proof("точно.pdf", size=limit),
        a_proof("больше.pdf", size=limit + 1),
        a_proof("слайды.pptx"),
        a_proof("без типа"),
        a_proof("фото.jpg", photo=True),
    )
    assert [file.proof.name for file in pack.files] == ["точно.pdf"]
    assert [(out.proof.name, out.reason) for out in pack.left_out] == [
        ("больше.pdf", Reason.TOO_LARGE),
        ("слайды.pptx", Reason.WRONG_TYPE),
        ("без типа", Reason.WRONG_TYPE),
        ("фото.jpg", Reason.NOT_JOINED),
    ]


def test_two_measures_of_one_number_keep_slots_of_their_own() -> None:
    pack = arranged(
        a_proof(factor=None, stage=None, number="4.3"),
        a_proof(factor=None, stage=None, number="4.3", measure_id=8),
        a_proof(factor=None, stage=None, number="4.3"),
    )
    assert [file.path for file in pack.files] == [
        "edu760152_Мера4.3_01.pdf",
        "edu760152_Мера4.3_02.pdf",
        "edu760152_Мера4.3-2_01.pdf",
    ]


def test_many_schools_have_a_folder_each() -> None:
    pack = arranged(a_proof(), a_proof(school_id=2, login="school2"), folders=True)
    assert [file.path for file in pack.files] == [
        "edu760152/edu760152_Риск3_2этап_01.pdf",
        "school2/school2_Риск3_2этап_01.pdf",
    ]


async def hand_in(world: World, store: FileStore, number: str, *files: str, photos: int = 0) -> int:
    work_id = await world.assignment_id("Тороповская", number)
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Сделано")
        for name in files:
            kept = await store.keep(f"%PDF {number} {name}".encode())
            await progress.add_file(tx, work_id, kept, name=name)
        for n in range(photos):
            body = io.BytesIO()
            Image.new("RGB", (30, 20), (n, 0, 0)).save(body, "JPEG")
            await progress.add_file(
                tx, work_id, await store.keep(body.getvalue()), name=f"{n}.jpg", photo=True
            )
        return (await progress.submit(tx, work_id)).id


async def decide(world: World, report: int, decision: Decision = Decision.CONFIRM) -> None:
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, report, decision, "Посмотрел")


@pytest.fixture
async def store(world: World, tmp_path: Path) -> FileStore:
    """Work of a school: confirmed with two files, confirmed with photos, returned, in review."""
    store = FileStore(tmp_path / "files")
    async with world.db.write(SYSTEM) as tx:
        school = await tx.session.get_one(School, world.schools["Тороповская"].school_id)
        school.federal_login = "edu760152"
        numbers = {m.number: m.id for m in (await roadmaps.roadmap(tx, world.roadmap_id)).measures}
        await risks.place_measures(tx, [numbers["2.1"]], factor=RiskFactor.COMPETENCE, stage=Stage.SECOND)
    await decide(world, await hand_in(world, store, "2.1", "Без подписи.pdf"), Decision.RETURN)
    world.clock.forward(hours=1)
    await decide(world, await hand_in(world, store, "2.1", "Подписан.pdf"))
    await decide(world, await hand_in(world, store, "2.2", photos=2))
    await hand_in(world, store, "2.3", "На проверке.pdf")
    await decide(world, await hand_in(world, store, "2.4", "Вернули.pdf"), Decision.RETURN)
    await proof.join_photos(world.db, store, lambda n: f"Фото_{n}.pdf")
    return store


async def request(world: World, who: str, scope: Scope) -> Pack:
    async with world.db.write(await world.actor(who)) as tx:
        return await packs.request_pack(tx, scope)


async def test_the_archive_of_a_school(world: World, store: FileStore, tmp_path: Path) -> None:
    scope = Scope(school_id=world.schools["Тороповская"].school_id)
    pack = await request(world, "Марина", scope)
    target = tmp_path / "pack.zip"
    say = texts("ru", escape=False)
    packs.write_pack(target, pack, store, say, at=world.clock.moment, zone="Europe/Moscow")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        documents = [
            "edu760152_Мера2.2_01.pdf",
            "edu760152_Риск3_2этап_01.pdf",
            "edu760152_Риск3_2этап_02.pdf",
        ]
        registers = ["Реестр содержимого.xlsx", "Реестр содержимого.docx", "manifest.json", "SHA256SUMS"]
        assert archive.namelist() == [*documents, *registers]
        assert archive.read(documents[1]) == "%PDF 2.1 Без подписи.pdf".encode()
        assert archive.read(documents[0])[:5] == b"%PDF-"
        manifest = json.loads(archive.read("manifest.json"))
        sums = archive.read("SHA256SUMS").decode().splitlines()
        sheet = load_workbook(io.BytesIO(archive.read(registers[0]))).active
        document = Document(io.BytesIO(archive.read(registers[1])))
        for line in sums:
            sha256, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
    assert [line.split("  ")[1] for line in sums] == documents
    assert [(f["path"], f["risk"], f["stage"], f["sent_as"]) for f in manifest["files"][1:]] == [
        (documents[1], 3, 2, "Без подписи.pdf"),
        (documents[2], 3, 2, "Подписан.pdf"),
    ]
    assert manifest["left_out"] == []
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Файл", *documents]
    assert [row.cells[0].text for row in document.tables[0].rows] == ["Файл", *documents]


async def test_only_what_is_confirmed_and_asked_for(world: World, store: FileStore) -> None:
    pack = await request(world, "Римма", Scope(factor=3, stage=2))
    assert [file.path for file in pack.files] == [
        "edu760152/edu760152_Риск3_2этап_01.pdf",
        "edu760152/edu760152_Риск3_2этап_02.pdf",
    ]
    with pytest.raises(packs.PackEmpty):
        await request(world, "Римма", Scope(factor=3, stage=1))


async def test_who_takes_files_along_is_remembered_and_strangers_get_none(
    world: World, store: FileStore
) -> None:
    scope = Scope(school_id=world.schools["Тороповская"].school_id)
    await request(world, "Дина", scope)
    with pytest.raises(NotFound):
        await request(world, "Саша", scope)
    with pytest.raises(packs.PackEmpty):
        await request(world, "Саша", Scope())
    async with world.db.read(SYSTEM) as tx:
        query = select(AuditEntry).where(AuditEntry.action == "pack.take")
        [entry] = (await tx.session.scalars(query)).all()
    assert (entry.person_id, entry.school_id, entry.details["files"]) == (
        world.people["Дина"],
        scope.school_id,
        3,
    )


async def test_lost_bytes_are_told_and_changed_ones_stop_the_pack(
    world: World, store: FileStore, tmp_path: Path
) -> None:
    pack = await request(world, "Марина", Scope(factor=3))
    say = texts("ru", escape=False)
    lost, changed = (store.path(file.proof.sha256) for file in pack.files)
    lost.unlink()
    really = packs.write_pack(tmp_path / "1.zip", pack, store, say, at=NOON, zone="Europe/Moscow")
    assert [file.proof.name for file in really.files] == ["Подписан.pdf"]
    assert [(out.proof.name, out.reason) for out in really.left_out] == [("Без подписи.pdf", Reason.LOST)]
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        sheet = load_workbook(io.BytesIO(archive.read("Реестр содержимого.xlsx"))).active
    assert sheet is not None
    last = list(sheet.iter_rows(values_only=True))[-1]
    assert (last[0], last[5], last[-1]) == ("", "Без подписи.pdf", "файла нет в хранилище")
    changed.write_bytes(b"%PDF other")
    with pytest.raises(ValueError, match="changed"):
        packs.write_pack(tmp_path / "2.zip", pack, store, say, at=NOON, zone="Europe/Moscow")


async def test_photos_without_their_pdf_are_told(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    await decide(world, await hand_in(world, store, "2.1", "Приказ.pdf", photos=1))
    pack = await request(world, "Марина", Scope())
    assert [(out.proof.name, out.reason) for out in pack.left_out] == [("0.jpg", Reason.NOT_JOINED)]


async def choose(world: World, who: str, *ids: int) -> None:
    async with world.db.write(await world.actor(who)) as tx:
        await packs.choose_files(tx, world.schools["Тороповская"].school_id or 0, ids)


async def test_the_reviewer_chooses_where_there_are_too_many(world: World, store: FileStore) -> None:
    await decide(world, await hand_in(world, store, "2.5", "1.pdf", "2.pdf", "3.pdf"))
    async with world.db.write(SYSTEM) as tx:
        plan = await roadmaps.roadmap(tx, world.roadmap_id)
        ids = [m.id for m in plan.measures if m.number in {"2.1", "2.5"}]
        await risks.place_measures(tx, ids, factor=RiskFactor.COMPETENCE, stage=Stage.SECOND)
    scope = Scope(school_id=world.schools["Тороповская"].school_id, factor=3)
    before = await request(world, "Марина", scope)
    assert [(slot.name, len(slot.files), slot.chosen) for slot in before.crowded] == [
        ("edu760152_Риск3_2этап", 5, False)
    ]
    by_name = {file.proof.name: file.proof.evidence_id for file in before.files}
    await choose(world, "Кирилл", by_name["Подписан.pdf"], by_name["2.pdf"], by_name["3.pdf"])
    after = await request(world, "Марина", scope)
    assert [(file.proof.name, file.beyond) for file in after.files] == [
        ("Подписан.pdf", False),
        ("2.pdf", False),
        ("3.pdf", False),
        ("Без подписи.pdf", True),
        ("1.pdf", True),
    ]
    await choose(world, "Марина", by_name["1.pdf"])  # another choice replaces the first
    assert [f.proof.name for f in (await request(world, "Марина", scope)).files if not f.beyond] == ["1.pdf"]


async def test_who_may_choose_and_what(world: World, store: FileStore) -> None:
    pack = await request(world, "Марина", Scope(school_id=world.schools["Тороповская"].school_id))
    one, other = (slot.files[0].proof.evidence_id for slot in pack.slots)
    for ids in ((), (one, other), (one, 10**6)):
        with pytest.raises(packs.ChoiceWrong):
            await choose(world, "Марина", *ids)
    for who, refusal in (("Тамара", progress.OwnSchool), ("Ольга", Forbidden), ("Саша", NotFound)):
        with pytest.raises(refusal):
            await choose(world, who, one)


async def order(world: World, who: str, scope: dict[str, int] | None = None) -> Takeaway:
    async with world.db.write(await world.actor(who)) as tx:
        return await handouts.ask(tx, handouts.PACK, handouts.Format.ZIP, scope or {}, "Пакет")


async def fetched(world: World, who: str, order_id: int, store: FileStore) -> tuple[Takeaway, Path]:
    async with world.db.read(await world.actor(who)) as tx:
        return await handouts.made(tx, order_id, store.folder / handouts.FOLDER)


async def state(world: World, order_id: int) -> State:
    async with world.db.read(SYSTEM) as tx:
        return (await tx.session.get_one(Takeaway, order_id)).state


async def test_a_pack_of_the_region_is_written_in_the_background(world: World, store: FileStore) -> None:
    asked = await order(world, "Римма")
    assert (await order(world, "Римма")).id == asked.id
    with pytest.raises(ExportGone):
        await fetched(world, "Римма", asked.id, store)
    assert await handouts.run(world.db, store) == 1
    assert await handouts.run(world.db, store) == 0
    found, path = await fetched(world, "Римма", asked.id, store)
    assert (found.state, found.done, found.total, found.size) == (State.READY, 3, 3, path.stat().st_size)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "edu760152/edu760152_Мера2.2_01.pdf"
    for who in ("Ольга", "Марина", "Саша"):  # neither another person nor another region
        with pytest.raises(NotFound):
            await fetched(world, who, asked.id, store)
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage).where(outbox.OutboxMessage.kind == "takeaway")
        assert [m.person_id for m in await tx.session.scalars(query)] == [world.people["Римма"]]
    world.clock.forward(hours=25)
    with pytest.raises(ExportGone):
        await fetched(world, "Римма", asked.id, store)
    await handouts.run(world.db, store)
    assert not path.exists()


async def test_a_wiped_file_takes_every_pack_with_it_and_leaves_reports(
    world: World, store: FileStore
) -> None:
    asked = await order(world, "Римма")
    async with world.db.write(await world.actor("Римма")) as tx:
        report = await handouts.ask(tx, "overdue", handouts.Format.CSV, {}, "Что просрочено")
    await handouts.run(world.db, store)
    pack = await request(world, "Марина", Scope())
    _, path = await fetched(world, "Римма", asked.id, store)
    world.clock.forward(minutes=1)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await proof.wipe(tx, pack.files[-1].proof.evidence_id)
    with pytest.raises(ExportGone):
        await fetched(world, "Римма", asked.id, store)
    await handouts.run(world.db, store)
    assert not path.exists()
    assert (await state(world, asked.id), await state(world, report.id)) == (State.GONE, State.READY)


async def test_a_broken_off_pack_is_begun_anew_and_given_up_in_the_end(
    world: World, store: FileStore
) -> None:
    asked = await order(world, "Римма")
    async with world.db.write(SYSTEM) as tx:  # as a killed process leaves it
        row = await tx.session.get_one(Takeaway, asked.id)
        row.state, row.attempts, row.touched_at = State.RUNNING, 1, tx.now
    assert await handouts.run(world.db, store) == 0  # somebody may be writing it
    world.clock.forward(minutes=2)
    assert await handouts.run(world.db, store) == 1
    async with world.db.write(SYSTEM) as tx:
        row = await tx.session.get_one(Takeaway, asked.id)
        assert row.attempts == 2
        row.state, row.attempts, row.touched_at = State.RUNNING, 3, tx.now
    world.clock.forward(minutes=2)
    assert await handouts.run(world.db, store) == 0
    async with world.db.read(await world.actor("Римма")) as tx:
        assert [row.state for row in await handouts.ordered_packs(tx)] == [State.FAILED]


async def test_a_stop_in_the_middle_gives_the_pack_back_and_leaves_nothing(
    world: World, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await order(world, "Римма")
    begun, end = threading.Event(), threading.Event()
    whole = packs.write_pack

    def slow(target: Path, *args: Any, **more: Any) -> Pack:
        made = whole(target, *args, **more)
        begun.set()
        end.wait(20)
        return made

    with monkeypatch.context() as patched:
        patched.setattr(packs, "write_pack", slow)
        writing = asyncio.create_task(handouts.run(world.db, store))
        assert await asyncio.to_thread(begun.wait, 20)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        end.set()
    async with world.db.read(SYSTEM) as tx:
        row = await tx.session.get_one(Takeaway, asked.id)
        assert (row.state, row.attempts, row.done) == (State.WAITING, 0, 0)
    assert list((store.folder / handouts.FOLDER).iterdir()) == []
    assert await handouts.run(world.db, store) == 1
    await fetched(world, "Римма", asked.id, store)


async def test_bytes_that_have_changed_fail_one_pack_and_not_the_queue(
    world: World, store: FileStore
) -> None:
    pack = await request(world, "Римма", Scope())
    store.path(pack.files[0].proof.sha256).write_bytes(b"something else")
    asked = await order(world, "Римма")
    async with world.db.write(await world.actor("Римма")) as tx:
        report = await handouts.ask(tx, "overdue", handouts.Format.CSV, {}, "Что просрочено")
    assert await handouts.run(world.db, store) == 1
    assert (await state(world, asked.id), await state(world, report.id)) == (State.FAILED, State.READY)


async def test_what_was_taken_back_meanwhile_is_said(world: World, store: FileStore) -> None:
    with pytest.raises(packs.PackEmpty):
        await order(world, "Ульяна")
    asked = await order(world, "Римма")
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(update(Assignment).values(status=Status.RETURNED))
    assert await handouts.run(world.db, store) == 0
    async with world.db.read(await world.actor("Римма")) as tx:
        [row] = await handouts.ordered_packs(tx)
    assert (row.id, row.state, row.problem) == (
        asked.id, State.FAILED, "Здесь ещё нет подтверждённых файлов: пакет был бы пустым.",
    )  # fmt: skip


async def test_a_role_given_or_taken_away_takes_the_pack(world: World, store: FileStore) -> None:
    asked = await order(world, "Марина")
    await handouts.run(world.db, store)
    await fetched(world, "Марина", asked.id, store)
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(tx, world.people["Марина"], Role.CURATOR, world.schools["Климатинская"])
    with pytest.raises(ExportGone):
        await fetched(world, "Марина", asked.id, store)
