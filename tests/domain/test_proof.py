"""What a report lacks, what is new in it, where else its files were used, and files that must go."""

import io
from pathlib import Path

import pytest
from PIL import Image

from domain import progress, proof
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.files import FileStore, StoredFile
from domain.previews import Look, Looks
from domain.progress import Evidence, Kind, Source
from domain.proof import Need, Piece
from domain.roadmaps import Measure
from tests.world import DATA, YAROSLAVL, World

FILE = StoredFile("a" * 64, 1000)
NAMES = {"a" * 64: "план.docx", "b" * 64: "приказ.pdf", "c" * 64: "справка.pdf"}


async def send(world: World, who: str, school: str, number: str, *files: StoredFile) -> int:
    work_id = await world.assignment_id(school, number)
    async with world.db.write(await world.actor(who)) as tx:
        for file in files:
            await progress.add_file(tx, work_id, file, name=NAMES.get(file.sha256, "x.pdf"))
        return (await progress.submit(tx, work_id)).id


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (None, []),
        (" – ", []),
        ("Приказ ДО ЯО", [Need.DOCUMENT]),
        ("Аналитическая справка", [Need.DOCUMENT]),
        ("Что-нибудь", [Need.DOCUMENT]),
        ("Ссылка на страницу сайта", [Need.LINK]),
        ("Ссылка на приказ", [Need.LINK]),
        ("Размещение на сайте школы", [Need.LINK]),
        ("Протокол, ссылка на публикацию", [Need.DOCUMENT, Need.LINK]),
        ("Приказ. Новость на сайте школы", [Need.DOCUMENT, Need.LINK]),
    ],
)
def test_what_the_words_of_a_plan_ask_for(words: str | None, asked: list[Need]) -> None:
    assert proof.what_is_missing(Measure(evidence_required=words), []) == asked


@pytest.mark.parametrize(
    ("draft", "missing"),
    [
        ([Evidence(kind=Kind.TEXT, text="Сделали")], [Need.DOCUMENT, Need.LINK]),
        ([Evidence(kind=Kind.FILE, name="а.pdf")], [Need.LINK]),
        ([Evidence(kind=Kind.PHOTO)], [Need.LINK]),
        ([Evidence(kind=Kind.TEXT, text="Вот: HTTPS://school.example/news")], [Need.DOCUMENT]),
        ([Evidence(kind=Kind.LINK, text="https://school.example"), Evidence(kind=Kind.FILE)], []),
    ],
)
def test_what_a_draft_lacks(draft: list[Evidence], missing: list[Need]) -> None:
    assert proof.what_is_missing(Measure(evidence_required="Приказ и ссылка на сайт"), draft) == missing


def test_what_changed_between_two_versions() -> None:
    order = Evidence(id=1, kind=Kind.FILE, name="Приказ.pdf", sha256="a")
    note = Evidence(id=2, kind=Kind.FILE, name="Справка.pdf", sha256="b")
    again = Evidence(id=3, kind=Kind.FILE, name="Приказ (1).pdf", sha256="a")
    signed = Evidence(id=4, kind=Kind.PHOTO, sha256="c")
    joined = Evidence(id=5, kind=Kind.FILE, sha256="d", joined=True)
    before = [Evidence(id=6, kind=Kind.TEXT, text="Провели семинар в марте"), order, note]
    after = [Evidence(id=7, kind=Kind.TEXT, text="Провели два семинара  в марте"), again, signed, joined]
    found = proof.changes(before, after)
    assert (found.added, found.removed, found.kept) == ([signed], [note], [again])
    assert found.text == [
        Piece(" ", "Провели"),
        Piece("-", "семинар"),
        Piece("+", "два семинара"),
        Piece(" ", "в марте"),
    ]
    assert found
    assert not proof.changes(after, after)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("одно", "одно ", []),
        ("", "слово", [Piece("+", "слово")]),
        ("слово", "", [Piece("-", "слово")]),
        ("а " * 4000, "б", [Piece("-", "а " * 4000), Piece("+", "б")]),
    ],
)
def test_texts_are_compared_by_words(before: str, after: str, pieces: list[Piece]) -> None:
    assert proof.words_changed(before, after) == pieces


async def test_the_same_file_of_another_report_is_shown_to_the_reviewer(world: World) -> None:
    other = StoredFile("b" * 64, 5)
    await send(world, "Дина", "Тороповская", "2.1", FILE)
    await send(world, "Вера", "Василёвская", "2.1", FILE)
    await send(world, "Степан", "Тимонин", "2.1", FILE, other)
    number = await send(world, "Дина", "Тороповская", "2.2", FILE, other, StoredFile("c" * 64, 5))
    seen = {}
    for who in ("Кирилл", "Римма"):
        async with world.db.read(await world.actor(who)) as tx:
            seen[who] = [
                (r.name, r.school, r.same_school, r.measure is None) for r in await proof.repeats(tx, number)
            ]
    assert seen == {
        "Кирилл": [
            ("план.docx", "Тороповская ОШ", True, False),
            ("план.docx", None, False, True),  # a school that the curator does not see is not named
            ("план.docx", None, False, True),
            ("приказ.pdf", None, False, True),
        ],
        "Римма": [
            ("план.docx", "Тороповская ОШ", True, False),
            ("план.docx", "Василёвская СОШ", False, False),
            ("план.docx", None, False, True),
            ("приказ.pdf", None, False, True),
        ],
    }
    async with world.db.read(await world.actor("Степан")) as tx:
        with pytest.raises(NotFound):
            await proof.repeats(tx, number)


async def test_versions_of_one_report_are_no_repeat_and_a_withdrawn_report_counts_no_more(
    world: World,
) -> None:
    first = await send(world, "Дина", "Тороповская", "2.1", FILE)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, first, progress.Decision.RETURN, "Нет подписи")
    second = await send(world, "Дина", "Тороповская", "2.1")
    taken_back = await send(world, "Вера", "Василёвская", "2.1", FILE)
    async with world.db.write(await world.actor("Вера")) as tx:
        await progress.withdraw(tx, taken_back)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await proof.repeats(tx, second) == []


async def file_of(world: World, number: int, position: int = 0) -> int:
    async with world.db.read(await world.actor("Римма")) as tx:
        card = await progress.submission_card(tx, number)
    return card.submissions[0].evidence[position].id


async def test_a_file_with_childrens_data_is_removed_everywhere(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    kept, other = await store.keep(b"%PDF class list"), await store.keep(b"%PDF order")
    first = await send(world, "Дина", "Тороповская", "2.1", kept, other)
    second = await send(world, "Вера", "Василёвская", "2.1", kept)
    draft = await world.assignment_id("Климатинская", "2.1")
    async with world.db.write(await world.actor("Клим")) as tx:
        await progress.add_file(tx, draft, kept, name="список.pdf", caption="5 класс", source=Source(1, 2))
    async with world.db.write(await world.actor("Кирилл")) as tx:
        assert await proof.wipe(tx, await file_of(world, first)) == 3
    assert store.path(kept.sha256).exists()  # nothing is deleted before the commit
    assert [await proof.delete_wiped(world.db, store) for _ in range(2)] == [1, 0]
    assert (store.path(kept.sha256).exists(), store.path(other.sha256).exists()) == (False, True)
    async with world.db.read(await world.actor("Римма")) as tx:
        for number, names in ((first, [None, "x.pdf"]), (second, [None])):
            [version] = (await progress.submission_card(tx, number)).submissions
            assert [e.name for e in version.evidence] == names
            wiped = version.evidence[0]
            assert (wiped.sha256, wiped.text, wiped.wiped_at) == (None, None, world.clock.moment)
            assert wiped.wiped_by == world.people["Кирилл"]
    async with world.db.read(await world.actor("Клим")) as tx:
        assert (await progress.work_card(tx, draft)).draft == []
    async with world.db.write(await world.actor("Клим")) as tx:
        with pytest.raises(progress.FileWiped):
            await progress.add_file(tx, draft, kept, name="снова.pdf")


async def test_wiping_twice_is_wiping_once(world: World) -> None:
    number = await send(world, "Дина", "Тороповская", "2.1", FILE)
    evidence_id = await file_of(world, number)
    for count in (1, 0):
        async with world.db.write(await world.actor("Марина")) as tx:
            assert await proof.wipe(tx, evidence_id) == count


@pytest.mark.parametrize(
    ("who", "error"),
    [("Дина", Forbidden), ("Ольга", Forbidden), ("Эмма", Forbidden), ("Клим", NotFound), ("Саша", NotFound)],
)
async def test_nobody_else_wipes(world: World, who: str, error: type[Exception]) -> None:
    number = await send(world, "Дина", "Тороповская", "2.1", FILE)
    evidence_id = await file_of(world, number)
    async with world.db.write(await world.actor(who)) as tx:
        with pytest.raises(error):
            await proof.wipe(tx, evidence_id)


async def test_a_wiped_photo_leaves_the_pdf_too(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        for n in range(2):
            body = io.BytesIO()
            Image.new("RGB", (40, 40), (100 * n, 0, 0)).save(body, "PNG")
            await progress.add_file(
                tx, work_id, await store.keep(body.getvalue()), name=f"{n}.png", photo=True
            )
        number = (await progress.submit(tx, work_id)).id
    await proof.join_photos(world.db, store, lambda n: "Фото.pdf")
    async with world.db.read(SYSTEM) as tx:
        [version] = (await progress.submission_card(tx, number)).submissions
    old = version.evidence[-1].sha256 or ""
    async with world.db.write(await world.actor("Кирилл")) as tx:
        assert await proof.wipe(tx, version.evidence[0].id) == 2
    await proof.delete_wiped(world.db, store)
    assert not store.path(old).exists()
    assert await proof.join_photos(world.db, store, lambda n: "Фото.pdf") == 1
    async with world.db.read(SYSTEM) as tx:
        [version] = (await progress.submission_card(tx, number)).submissions
    pdfs = [e for e in version.evidence if e.joined and not e.wiped_at]
    assert store.path(pdfs[0].sha256 or "").read_bytes().count(b"/Type/Page/") == 1


async def test_new_reports_are_looked_at_before_anybody_opens_them(world: World, tmp_path: Path) -> None:
    store, body = FileStore(tmp_path / "files"), (DATA / YAROSLAVL).read_bytes()
    kept = await store.keep(body)
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_file(tx, work_id, kept, name="план.docx")
    assert await proof.take_looks(world.db, store) == 0  # a draft is the school's own
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.submit(tx, work_id)
    assert [await proof.take_looks(world.db, store) for _ in range(2)] == [1, 0]
    looks = Looks(store.folder)
    assert looks.has(kept.sha256)
    store.path(kept.sha256).write_bytes(b"")
    assert len(looks.of(store.path(kept.sha256), "docx", kept.sha256).words) > 20


def test_a_file_wiped_while_it_is_looked_at_leaves_nothing(tmp_path: Path) -> None:
    gone = tmp_path / "file"
    looks = Looks(tmp_path)
    assert looks.of(gone, "docx", "a" * 64) == Look()
    assert not looks.has("a" * 64)
