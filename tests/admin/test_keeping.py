"""Pages that are given again: never another's, never of yesterday, never older than the last change by anybody."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from admin.keeping import FIXED, Keeping, State, Store
from domain import changes, handouts, people, progress
from domain.actor import SYSTEM, Role
from domain.automatic import KINDS
from domain.db import Database
from domain.files import FileStore
from domain.looks import look
from domain.monitoring import ExpertMark, ExpertTask, Wave
from domain.rubrics import CriteriaSetVersion
from domain.schools import School
from tests.admin.conftest import Panel, count_statements, panel_of, sign_in
from tests.admin.test_access import TABLE, _ask
from tests.conftest import Template
from tests.stores import copy_database, drop_database
from tests.world import MovableClock, World, create_tables, open_database
from vekha.demo import loading

READERS = ("Римма", "Марина", "Кирилл", "Клим", "Ольга")
PAGES = (
    "/",
    "/?by=measure",
    "/schools",
    "/schools/{school}",
    "/monitoring",
    "/monitoring/municipalities/{municipality}",
    "/monitoring/facts?state=late",
    "/monitoring/outcomes",
    "/monitoring/clusters",
    "/monitoring/curators",
    "/monitoring/waves",
    "/monitoring/criteria",
    "/curation",
    "/indicators",
    "/effects",
    "/snapshots",
    "/reports",
    "/reports/board",
    "/reports/missing",
    "/reports/overdue",
    "/reports/engagement",
    "/reports/register",
    "/reports/results",
    "/reports/indicators",
)


class Deed(NamedTuple):
    """A form of the panel, where, and somebody whom it is open to."""

    route: tuple[str, str]
    where: str
    who: str


def _deeds() -> list[Deed]:
    return [
        Deed(route, where, who)
        for route, row in sorted(TABLE.items())
        for where in ("", "here", "live")
        for who, status in row.expected(where).items()
        if route[0] == "POST" and route[1] not in ENDINGS and status < 400
    ]


ENDINGS = ("/sign-out",)  # whoever signs out sees nothing more
DEEDS = _deeds()


def keeping_of(panel: Panel) -> Keeping:
    """The store of a panel that has answered already."""
    layer: Any = panel.app.middleware_stack
    while not isinstance(layer, Keeping):
        layer = layer.app
    return layer


def address(panel: Panel, page: str) -> str:
    """The page about Тороповская and its municipality."""
    place = panel.world.schools["Тороповская"]
    return page.format(school=place.school_id, municipality=place.municipality_id)


def anew(panel: Panel) -> Panel:
    """The same world behind a panel that has kept nothing."""
    return panel_of(panel.world, panel.settings.data_dir, panel.tokens)


async def shown(panel: Panel, who: str, page: str) -> tuple[int, str]:
    """What somebody gets."""
    answer = await panel.get(who, address(panel, page))
    return answer.status_code, answer.text


async def check(panel: Panel, readers: Sequence[str] = READERS, pages: Sequence[str] = PAGES) -> None:
    """What is given is what would be made now; afterwards it is kept."""
    fresh = anew(panel)
    for who in readers:
        for page in pages:
            assert await shown(panel, who, page) == await shown(fresh, who, page), (who, page)


async def do(panel: Panel, deed: Deed) -> int:
    """Send it about a thing that is made for it."""
    row = TABLE[deed.route]
    values = await row.target(panel.world, deed.where or "here")
    return await _ask(panel, deed.route, row, deed.who, values)


async def story(template: Template, signed: tuple[Path, dict[str, str]], deeds: Sequence[Deed]) -> None:
    """Deeds one after another in a world of their own; after each every page is looked at by the next reader."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_database(signed[0], folder)
        db, clock = open_database(folder)
        panel = panel_of(template.world.moved_to(db, clock, folder), folder, dict(signed[1]))
        try:
            await check(panel, READERS[:1])
            for number, deed in enumerate(deeds):
                await do(panel, deed)
                clock.forward(minutes=number * 7)
                await check(panel, (READERS[number % len(READERS)],))
        finally:
            await db.close()
            drop_database(folder)


@settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],  # a story takes seconds: not told again and again to find a shorter one
    derandomize=True,
)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=4, max_size=8))
def test_after_whatever_is_done_the_pages_are_those_that_would_be_made_now(
    template: Template, signed_in: tuple[Path, dict[str, str]], deeds: list[Deed]
) -> None:
    asyncio.run(story(template, signed_in, deeds))


async def test_pages_are_given_again_without_being_read_again(panel: Panel) -> None:
    await check(panel)
    await check(panel)  # those that need a line of their own have it now
    store = keeping_of(panel).pages
    before = store.given
    least = 0 if panel.world.db.is_sqlite else 1  # SQLite is asked for the stamps directly
    for page in PAGES:
        assert await count_statements(panel.world.db, panel.get("Римма", address(panel, page))) == least, page
    assert store.given == before + len(PAGES)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/", 18),
        ("/schools/{school}", 25),
        ("/monitoring", 10),
        ("/monitoring/municipalities/{municipality}", 13),
        ("/monitoring/outcomes", 6),
    ],
)
async def test_a_page_that_is_made_anew_asks_no_more_than_it_has_to(
    panel: Panel, page: str, most: int
) -> None:
    await panel.get("Римма", "/events")  # what is asked once of a database, and who asks
    assert await count_statements(panel.world.db, panel.get("Римма", address(panel, page))) <= most


async def test_a_report_that_is_handed_in_shows_at_once(panel: Panel) -> None:
    world = panel.world
    place = f"/schools/{world.schools['Тороповская'].school_id}"
    first = (await panel.get("Римма", place)).text
    assert (await panel.get("Римма", place)).text == first
    async with world.db.write(await world.actor("Тамара")) as tx:
        owed = (await progress.my_work(tx, open_only=True))[0].assignment.id
        await progress.add_text(tx, owed, "Сделано.")
        await progress.submit(tx, owed)
    assert (await panel.get("Римма", place)).text != first
    await check(panel)


async def test_each_gets_their_own(panel: Panel) -> None:
    rows = {who: (await panel.get(who, "/schools")).text for who in ("Марина", "Ульяна", "Саша")}
    again = {who: (await panel.get(who, "/schools")).text for who in rows}
    assert again == rows
    own = {"Марина": "Тороповская", "Ульяна": "Климатинская", "Саша": "Тимонин"}
    for who, text_ in again.items():
        assert {name for name in own.values() if name in text_} == {own[who]}


async def test_who_loses_a_role_or_signs_out_gets_nothing_that_is_kept(panel: Panel) -> None:
    world = panel.world
    for who in ("Марина", "Ульяна"):
        assert [(await panel.get(who, "/monitoring")).status_code for _ in range(2)] == [200, 200]
    async with world.db.write(await world.actor("Римма")) as tx:
        held = (await people.grants_of(tx, world.people["Марина"]))[0]
        await people.revoke_role(tx, held.id)
    await panel.post("Ульяна", "/sign-out")
    for who in ("Марина", "Ульяна"):
        answer = await panel.get(who, "/monitoring")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fmonitoring")


async def test_a_session_ends_at_its_moment(panel: Panel) -> None:
    assert (await panel.get("Римма", "/schools")).status_code == 200
    panel.world.clock.forward(days=14, minutes=-1)
    assert (await panel.get("Римма", "/schools")).status_code == 200
    panel.world.clock.forward(minutes=1)
    assert (await panel.get("Римма", "/schools")).status_code == 303


async def test_a_day_begins_at_midnight_of_the_place(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(SYSTEM) as tx:
        today = progress.today(tx)
        await tx.session.execute(update(progress.Assignment).values(due_on=today))
    page = "/reports/overdue"
    store = keeping_of(panel).pages if await panel.get("Римма", page) else None
    assert store is not None
    world.clock.moment = world.clock.moment.replace(hour=20, minute=59, second=59)  # 23:59:59 in Moscow
    before = (await panel.get("Римма", page)).text
    assert store.given == 1
    assert "Тороповская" not in before
    world.clock.forward(seconds=1)
    after = (await panel.get("Римма", page)).text
    assert store.given == 1
    assert "Тороповская" in after


async def test_another_process_that_writes_is_seen_at_the_next_request(panel: Panel) -> None:
    before = (await panel.get("Римма", "/schools")).text
    other = Database(panel.world.db.url.render_as_string(hide_password=False), panel.world.clock)
    async with other.write(SYSTEM) as tx:  # without any of our actions, so without a trace
        await tx.session.execute(
            text("UPDATE school SET name = 'Переименованная' WHERE name LIKE 'Торопов%'")
        )
    await other.close()
    after = (await panel.get("Римма", "/schools")).text
    assert "Переименованная" not in before
    assert "Переименованная" in after


async def test_what_was_done_is_said_once(panel: Panel) -> None:
    plain = (await panel.get("Римма", "/schools")).text
    said = (await panel.get("Римма", "/schools", done="saved")).text
    assert ("Сохранено" in said, "Сохранено" in plain) == (True, False)
    assert (await panel.get("Римма", "/schools")).text == plain


async def test_a_table_that_is_not_counted_is_not_trusted(panel: Panel) -> None:
    async with panel.world.db.write(SYSTEM) as tx:
        await tx.session.execute(delete(changes.TableChange).where(changes.TableChange.name == "school"))
    assert [(await panel.get("Римма", "/schools")).status_code for _ in range(2)] == [200, 200]
    assert keeping_of(panel).pages.given == 0


async def test_a_table_that_was_rebuilt_by_hand_ends_the_keeping_and_nothing_else(panel: Panel) -> None:
    kind = "changed_school_update" if panel.world.db.is_sqlite else "changed_school ON school"
    async with panel.world.db.write(SYSTEM) as tx:
        await tx.session.execute(text(f"DROP TRIGGER {kind}"))
        assert await changes.uncounted(tx) == ["school"]
    before = (await panel.get("Римма", "/schools")).text
    async with panel.world.db.write(SYSTEM) as tx:
        await tx.session.execute(update(School).values(name="Переименованная"))
    after = (await panel.get("Римма", "/schools")).text
    assert keeping_of(panel).pages.given == 0
    assert ("Переименованная" in before, "Переименованная" in after) == (False, True)


async def test_what_is_asked_of_the_instant_or_writes_is_good_for_once(world: World) -> None:
    with look() as seen:
        async with world.db.read(SYSTEM) as tx:
            await tx.session.scalar(select(School.id))
            assert progress.today(tx).isoformat() == "2022-04-18"
            assert tx.has_passed(tx.midnight("Europe/Moscow"))
    assert changes.tables_of(seen.statements) == {"school"}
    assert seen.lasts
    assert seen.until is not None
    assert seen.until.isoformat() == "2022-04-18T21:00:00+00:00"
    with look() as reading_the_clock:
        async with world.db.read(SYSTEM) as tx:
            assert tx.now == world.clock.moment
    with look() as writing:
        async with world.db.write(SYSTEM):
            pass
    assert (reading_the_clock.lasts, writing.lasts) == (False, False)


async def test_a_moment_ahead_ends_what_was_made_before_it(world: World) -> None:
    soon = world.clock.moment + timedelta(hours=2)
    with look() as seen:
        async with world.db.read(SYSTEM) as tx:
            assert not tx.has_passed(soon)
            assert not tx.has_passed(soon + timedelta(hours=1))
    assert seen.until == soon


def test_the_least_used_leave_first_and_nothing_is_kept_beyond_the_room() -> None:
    now = MovableClock().moment
    at = State({}, now)
    store: Store[str] = Store(3 * (FIXED + 100))
    for name in "abc":
        with look() as seen:
            store.keep(name, name, 100, seen, at)
    assert store.find("a", at) == "a"
    with look() as seen:
        store.keep("d", "d", 100, seen, at)
    assert {name: store.find(name, at) for name in "abcd"} == {"a": "a", "b": None, "c": "c", "d": "d"}
    assert store.size == 3 * (FIXED + 100)
    assert store.find("a", State({}, now - timedelta(seconds=1))) is None  # the clock was put back


async def test_kept_numbers_of_a_vast_place_are_given_again_until_they_are_old(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handouts, "LARGE", 0)
    page = "/reports/register"
    assert (await panel.get("Римма", page)).status_code == 200
    await handouts.count_wanted(panel.world.db)
    shown_ = [(await panel.get("Римма", page)).text for _ in range(3)]
    assert shown_ == shown_[:1] * 3
    assert "Тороповская" in shown_[0]
    store = keeping_of(panel).pages
    given_ = store.given
    panel.world.clock.forward(minutes=14)
    assert (await panel.get("Римма", page)).text == shown_[0]
    assert store.given == given_ + 1
    panel.world.clock.forward(seconds=61)
    await panel.get("Римма", page)  # old: counted anew after this answer
    assert store.given == given_ + 1
    assert (await panel.get("Римма", page)).text != shown_[0]  # as of another moment


async def test_every_page_of_a_full_region_is_kept(tmp_path: Path) -> None:
    db, clock = open_database(tmp_path)
    await create_tables(db)
    files = FileStore(tmp_path / "files")
    await loading.load(db, files, "Europe/Moscow")  # waves with automatic criteria, events, polls, results
    async with db.read(SYSTEM) as tx:
        found = await tx.session.scalars(
            select(people.RoleGrant).where(people.RoleGrant.role == Role.REGIONAL_COORDINATOR)
        )
        own = found.all()[0]
        places = (await tx.session.scalars(select(School).where(School.region_id == own.region_id))).all()
        waves = (await tx.session.scalars(select(Wave.id))).all()
        sets = (await tx.session.scalars(select(CriteriaSetVersion))).all()
        task = (await tx.session.scalars(select(ExpertTask))).all()[0]
        mark = (await tx.session.scalars(select(ExpertMark))).all()[0]
    cast = {"Римма": own.person_id, "Эмма": task.person_id}
    world = World(db, clock, tmp_path, people=cast, schools={"Тороповская": places[0].place})
    panel = panel_of(world, tmp_path, {name: await sign_in(world, name) for name in cast})
    more = [f"/monitoring/waves/{id_}" for id_ in waves]
    more += [f"/monitoring/facts?source={kind}" for kind in sorted(KINDS)]
    more += [f"/monitoring/criteria/{one.id}{page}" for one in sets for page in ("", "/compare")]
    more += [f"/monitoring/criteria/{one.id}/fields" for one in sets if one.scored_at is None]
    more += [
        f"/monitoring/marks?wave={mark.wave_id}&criterion={mark.criterion}",
        "/monitoring/outcomes/import",
    ]
    more += ["/monitoring/outcomes/schools?procedure=oge_math", "/monitoring/outcomes?by=track"]
    pages = [*PAGES, *more, *(f"/reports/{name}" for name in handouts.catalogue())]
    scoring = f"/monitoring/waves/{task.wave_id}/schools/{task.school_id}"
    await check(panel, ["Римма"], pages)
    await check(panel, ["Эмма"], [scoring])
    store = keeping_of(panel).pages
    for who, page in [*(("Римма", page) for page in pages), ("Эмма", scoring)]:
        before = store.given
        assert (await shown(panel, who, page))[0] == 200, page
        assert store.given == before + 1, page
    await db.close()
    drop_database(tmp_path)
