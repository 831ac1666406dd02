"""Dynamics counted by the database say what the rule says of every school, whatever the results and the groups."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from domain import dynamics, outcomes, overview, people, programme, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database, Tx
from domain.dynamics import Asked
from domain.outcomes import Cluster, Dynamics, Narrowed
from domain.schools import Enrollment, School, SchoolStatus, Settlement
from tests.stores import drop_database
from tests.world import World, create_tables, open_database

YEARS = (2020, 2021, 2022)
PROCEDURES = ("oge_math", "oge_russian", "own_2022", "vpr_math_5")
COHORTS = ("500+ 2021", "500+ 2022")
HOWEVER_MANY = 7


class OfSchool(NamedTuple):
    """What is known of a school."""

    results: dict[tuple[str, int], tuple[int, int]]
    clusters: dict[int, Cluster]
    cohorts: set[str]
    status: SchoolStatus | None
    settlement: Settlement | None
    tracks: set[str]


counts = st.integers(0, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
facts = st.builds(
    OfSchool,
    st.dictionaries(st.tuples(st.sampled_from(PROCEDURES), st.sampled_from(YEARS)), counts, min_size=2),
    st.dictionaries(st.sampled_from(YEARS), st.sampled_from(Cluster), min_size=1),
    st.sets(st.sampled_from(COHORTS)),
    st.none() | st.sampled_from(SchoolStatus),
    st.none() | st.sampled_from(Settlement),
    st.sets(st.sampled_from(("А", "Б"))),
)


class Known(NamedTuple):
    """The places of the test and who looks."""

    folder: Path
    schools: list[int]
    actors: dict[str, int | None]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A region of two municipalities, and another region, without results."""
    folder = tmp_path_factory.mktemp("dynamics")
    yield asyncio.run(build(folder))
    drop_database(folder)


async def build(folder: Path) -> Known:
    db, _ = open_database(folder)
    await create_tables(db)
    async with db.write(SYSTEM) as tx:
        here = await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow")
        there = await schools.add_region(tx, "Соседняя область", timezone="Europe/Moscow")
        municipalities = [
            await schools.add_municipality(tx, region, name)
            for region, name in ((here, "Угличский МР"), (here, "Даниловский МР"), (there, "Угличский МР"))
        ]
        found = [
            (await schools.add_school(tx, municipalities[n % 3], f"СОШ № {n}"))[0].id
            for n in range(HOWEVER_MANY)
        ]
        for cohort in COHORTS:
            await programme.cohort(tx, cohort)
        await outcomes.save_procedure(tx, "own_2022", "Своя работа", [])
        actors: dict[str, int | None] = {"all": None}
        for number, (name, role, place) in enumerate(
            (
                ("region", Role.REGIONAL_COORDINATOR, Place(here.id)),
                ("municipality", Role.MUNICIPAL_COORDINATOR, municipalities[1].place),
                ("school", Role.SCHOOL_HEAD, Place(here.id, municipalities[0].id, found[0])),
            )
        ):
            invited = await people.invite(tx, role, place, name=name)
            actors[name] = (await people.join(tx, invited.payload, telegram_id=50_000 + number, name="")).id
    await db.close()
    return Known(folder, found, actors)


async def learn(db: Database, known: Known, told: list[OfSchool]) -> None:
    """Forget what was known of the schools and enter this."""
    async with db.write(SYSTEM) as tx:
        for table in (outcomes.Outcome, outcomes.ClusterMark, Enrollment):
            await tx.session.execute(delete(table))
        for id_, one in zip(known.schools, told, strict=True):
            school = await tx.session.get_one(School, id_)
            school.status, school.settlement = one.status, one.settlement
            for number, ((procedure, year), (participants, below)) in enumerate(one.results.items()):
                await outcomes.enter_result(
                    tx,
                    school,
                    procedure,
                    year,
                    participants=participants,
                    below=below,
                    source=f"Лист {number}",
                )
            for year, cluster in one.clusters.items():
                await outcomes.enter_cluster(tx, school, year, cluster)
            for cohort in one.cohorts:
                await schools.enroll(tx, school, (await programme.cohort(tx, cohort)).id)


async def agree(
    tx: Tx, years: tuple[int, int], by: str, narrowed: Narrowed, tracks: dict[str, set[int]]
) -> None:
    """The table counted by the database and the lists behind it are those of the rule."""
    told = await outcomes.dynamics_table(
        tx, before=years[0], after=years[1], by=by, narrowed=narrowed, tracks=tracks
    )
    queries = {name: select(School.id).where(School.id.in_(ids)) for name, ids in tracks.items()}
    asked = Asked(*years, by, narrowed, queries)
    table = await dynamics.counted(tx, asked)
    columns = {name: {p: c.column for p, c in cells.items()} for name, cells in told.groups.items()}
    assert (table.groups, table.overlap, table.titles) == (columns, told.overlap, told.titles)
    assert [list(table.groups), list(table.titles)] == [list(told.groups), list(told.procedures)]
    for group, cells in told.groups.items():
        for procedure, cell in cells.items():
            found, total = await dynamics.schools_behind(tx, asked, group=group, procedure=procedure)
            lists = {kind: {one.id for one in found if one.kind is kind} for kind in Dynamics}
            assert lists == {kind: set(ids) for kind, ids in cell.schools.items()}
            assert len(found) == total == cell.column.total
            assert [outcomes.dynamics(one.before, one.after) for one in found] == [one.kind for one in found]
            rarest = min(Dynamics, key=lambda kind: len(lists[kind]) or len(found))
            only = await dynamics.schools_behind(tx, asked, group=group, procedure=procedure, kind=rarest)
            assert only == ([one for one in found if one.kind is rarest], len(lists[rarest]))


async def compare(
    known: Known, told: list[OfSchool], who: str, years: tuple[int, int], by: str, way: int
) -> None:
    db, _ = open_database(known.folder)
    try:
        await learn(db, known, told)
        tracks = {
            name: ids
            for name in ("А", "Б")
            if (ids := {id_ for id_, one in zip(known.schools, told, strict=True) if name in one.tracks})
        }
        async with db.read(SYSTEM) as tx:
            person_id = known.actors[who]
            actor: Actor = SYSTEM if person_id is None else await people.actor_by_id(tx, person_id)
            cohort = await programme.find_cohort(tx, COHORTS[0])
        narrowed: Any = [
            Narrowed(),
            Narrowed(municipality_id=1),
            Narrowed(cohort_id=cohort.id if cohort else 0),
            Narrowed(schools=select(School.id).where(School.settlement == Settlement.VILLAGE)),
        ][way]
        async with db.read(actor) as tx:
            await agree(tx, years, by, narrowed, tracks)
    finally:
        await db.close()


@pytest.mark.parametrize("by", outcomes.GROUPINGS)
@settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],  # an example has a database to write: not looked for a shorter one
)
@given(
    told=st.lists(facts, min_size=HOWEVER_MANY, max_size=HOWEVER_MANY),
    who=st.sampled_from(("all", "region", "municipality", "school")),
    years=st.sampled_from([(2021, 2022), (2020, 2022), (2022, 2021), (2021, 2021)]),
    way=st.integers(0, 3),
)
def test_the_database_counts_as_the_rule_does(
    known: Known, told: list[OfSchool], who: str, years: tuple[int, int], by: str, way: int
) -> None:
    asyncio.run(compare(known, told, who, years, by, way))


async def test_the_first_lines_behind_a_number_say_how_many_there_are(
    empty: tuple[Database, Any],
) -> None:
    db, _ = empty
    async with db.write(SYSTEM) as tx:
        region = await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow")
        place = await schools.add_municipality(tx, region, "Угличский МР")
        for number, below in enumerate((4, 6, 5, 5, 3)):
            school, _ = await schools.add_school(tx, place, f"СОШ № {number}")
            for year, failed in ((2021, 5), (2022, below)):
                await outcomes.enter_result(tx, school, "oge_math", year, participants=9, below=failed)
    async with db.read(SYSTEM) as tx:
        asked = Asked(2021, 2022)
        found, total = await dynamics.schools_behind(tx, asked, group="all", procedure="oge_math", limit=4)
        none = await dynamics.schools_behind(tx, asked, group="Нет такой", procedure="oge_math")
    assert [(one.name, one.kind) for one in found] == [
        ("СОШ № 0", Dynamics.POSITIVE),
        ("СОШ № 4", Dynamics.POSITIVE),
        ("СОШ № 1", Dynamics.NEGATIVE),
        ("СОШ № 2", Dynamics.NEUTRAL),
    ]
    assert (total, none) == (5, ([], 0))


async def test_the_table_of_a_large_region_is_kept_and_says_since_when(world: World) -> None:
    async def told(name: str) -> dynamics.Counted:
        async with world.db.read(await world.actor(name)) as tx:
            return await dynamics.region_table(tx, Asked(2021, 2022, "municipality"))

    async def enter(year: int, below: int) -> None:
        async with world.db.write(SYSTEM) as tx:
            for row in await schools.school_list(tx):
                await outcomes.enter_result(
                    tx, row.school, "oge_math", year, participants=10, below=below, source="x"
                )

    region = world.places["область"].region_id or 0
    assert await dynamics.keep_tables(world.db, [region]) == 0  # two years are needed
    await enter(2021, 5)
    await enter(2022, 4)
    fresh = await told("Римма")
    assert await dynamics.keep_tables(world.db, [region]) == len(
        outcomes.GROUPINGS
    )  # all but tracks, and shares
    kept = await told("Римма")
    assert (kept.taken_at, replace(kept, taken_at=None)) == (world.clock.moment, fresh)

    world.clock.forward(minutes=15)
    await dynamics.keep_tables(world.db, [region])  # nothing has changed: it holds for now as well
    assert await told("Римма") == replace(fresh, taken_at=world.clock.moment)
    counted_at = world.clock.moment
    await enter(2022, 6)
    world.clock.forward(minutes=15)
    assert await told("Римма") == replace(fresh, taken_at=counted_at)
    own = await told("Марина")  # of one municipality: counted now
    assert (own.taken_at, own.groups["all"]["oge_math"].counts[Dynamics.NEGATIVE]) == (None, 1)
    await dynamics.keep_tables(world.db, [region])
    anew = await told("Римма")
    assert (anew.taken_at, anew.groups["all"]["oge_math"].counts[Dynamics.NEGATIVE]) == (
        world.clock.moment,
        4,
    )
    await enter(2023, 6)
    await dynamics.keep_tables(world.db, [region])  # of the newest two years only
    assert (await told("Римма")).taken_at is None
    world.clock.forward(hours=2)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert (await dynamics.region_table(tx, Asked(2022, 2023))).taken_at is None


async def test_keeping_boards_keeps_dynamics_too(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for row in await schools.school_list(tx):
            for year in (2021, 2022):
                await outcomes.enter_result(tx, row.school, "oge_math", year, participants=9, below=3)
    await overview.keep_boards(world.db, least=1)
    async with world.db.read(await world.actor("Римма")) as tx:
        kept = await dynamics.region_table(tx, Asked(2021, 2022))
        narrower = await dynamics.region_table(tx, Asked(2021, 2022, narrowed=Narrowed(municipality_id=1)))
        shares = await dynamics.kept_shares(tx)
        counted = await outcomes.group_shares(tx, select(School.id))
    assert (kept.taken_at, narrower.taken_at) == (world.clock.moment, None)
    assert shares == dynamics.Shares(counted, world.clock.moment)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await dynamics.kept_shares(tx) is None
    world.clock.forward(minutes=61)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await dynamics.kept_shares(tx) is None
