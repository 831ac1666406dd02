"""Dynamics counted by the database say what the rule says of every school, whatever the results and the groups."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from domain import dynamics, giving, outcomes, overview, people, programme, progress, roadmaps, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database, Tx
from domain.dynamics import Asked, KeptDynamics
from domain.outcomes import Cluster, Dynamics, Narrowed
from domain.schools import Enrollment, School, SchoolStatus, Settlement
from tests.domain.by_rule import dynamics_table
from tests.stores import drop_database
from tests.world import World, create_tables, open_database

YEARS = (2020, 2021, 2022)
PROCEDURES = ("oge_math", "oge_russian", "own_2022", "vpr_math_5")
COHORTS = ("500+ 2021", "500+ 2022")
TRACKS = ("Трек А", "Трек  А", "Трек Б")  # each of its own plan; the first two are one, as people write it
HOWEVER_MANY = 7
TITLES = select(roadmaps.Track.id, roadmaps.Track.title)


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
    st.sets(st.sampled_from(TRACKS)),
)


class Known(NamedTuple):
    """The places of the test and who looks."""

    folder: Path
    schools: list[int]
    region_id: int
    actors: dict[str, int | None]
    measures: dict[str, list[roadmaps.Measure]]  # by track


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
        measures = await plans(tx, here.id)
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
    return Known(folder, found, here.id, actors, measures)


async def plans(tx: Tx, region_id: int) -> dict[str, list[roadmaps.Measure]]:
    """Two measures of each track; each track stands in a plan of its own."""
    found = {}
    for number, title in enumerate(TRACKS):
        plan = roadmaps.Roadmap(
            title=f"План {number}",
            level=roadmaps.Level.REGIONAL,
            region_id=region_id,
            reference_year=2022,
            starts_on=date(2022, 1, 1),
            ends_on=date(2022, 12, 31),
            state=roadmaps.RoadmapState.APPROVED,
            created_at=tx.now,
        )
        tx.session.add(plan)
        await tx.session.flush()
        track = roadmaps.Track(roadmap_id=plan.id, position=number, title=title)
        tx.session.add(track)
        await tx.session.flush()
        found[title] = [
            roadmaps.Measure(
                roadmap_id=plan.id, track_id=track.id, position=n, title=f"{title} {n}", deadline_kind="day"
            )
            for n in range(2)
        ]
        tx.session.add_all(found[title])
    await tx.session.flush()
    return found


async def learn(db: Database, known: Known, told: list[OfSchool]) -> None:
    """Forget what was known of the schools and enter this."""
    async with db.write(SYSTEM) as tx:
        for table in (outcomes.Outcome, outcomes.ClusterMark, Enrollment, progress.Assignment):
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
            tx.session.add_all(
                progress.Assignment(
                    measure_id=measure.id,
                    roadmap_id=measure.roadmap_id,
                    region_id=school.region_id,
                    municipality_id=school.municipality_id,
                    school_id=school.id,
                    status_at=tx.now,
                )
                for title in sorted(one.tracks)
                for measure in known.measures[title]
            )
            for cohort in one.cohorts:
                await schools.enroll(tx, school, (await programme.cohort(tx, cohort)).id)


def by_name(member: outcomes.Member) -> tuple[str, str]:
    return member.municipality, member.name


async def agree(tx: Tx, asked: Asked) -> None:
    """The table counted by the database, the one of what is kept and the lists behind them are those of the rule."""
    told = await dynamics_table(
        tx,
        before=asked.before,
        after=asked.after,
        by=asked.by,
        narrowed=asked.narrowed,
        tracks=await giving.by_track(tx),
    )
    columns = {name: {p: c.column for p, c in cells.items()} for name, cells in told.groups.items()}
    for table in (await dynamics.counted(tx, asked), await dynamics.region_table(tx, asked)):
        assert (table.groups, table.overlap, table.titles) == (columns, told.overlap, told.titles)
        assert [list(table.groups), list(table.titles)] == [list(told.groups), list(told.procedures)]
        assert table.silent == {name: len(found) for name, found in told.silent.items()}
    for group, cells in told.groups.items():
        every = [
            (key, one.kind, one.id)
            for key in cells
            async for one in dynamics.every_school_behind(tx, asked, group=group, procedure=key)
        ]
        assert every == [
            (key, kind, member.id)
            for key, cell in cells.items()
            for kind, ids in cell.schools.items()
            for member in sorted((told.members[id_] for id_ in ids), key=by_name)
        ]
        without, _ = await dynamics.schools_without(tx, asked, group=group)
        silent = sorted(told.silent[group], key=by_name)
        assert [one.id for one in without] == [member.id for member in silent]
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
        await dynamics.keep_moves(db, [known.region_id])
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
            is_kept = (await dynamics.region_table(tx, Asked(*years))).taken_at is not None
            assert is_kept == (who == "region" and years in pairs(told))
            await agree(tx, Asked(*years, by, narrowed))
    finally:
        await db.close()


def pairs(told: list[OfSchool]) -> set[tuple[int, int]]:
    """Each year with results in the region, and the one before it."""
    seen = sorted({year for n, one in enumerate(told) if n % 3 != 2 for _, year in one.results})
    return set(pairwise(seen))


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


async def test_schools_without_any_result_are_counted_apart(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name in ("Тороповская", "Климатинская"):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            await outcomes.enter_result(tx, school, "oge_math", 2021, participants=9, below=2)
    for asked, groups in (
        (Asked(2020, 2021, "municipality"), {"Даниловский МР": 0, "Угличский МР": 2, "all": 2}),
        (Asked(2020, 2021), {"all": 2}),
        (Asked(2021, 2020, "settlement"), {"": 2, "all": 2}),
        (Asked(2019, 2020, "municipality"), {"all": 4}),  # a group in which nobody has a result is no row
    ):
        async with world.db.read(await world.actor("Римма")) as tx:
            assert (await dynamics.counted(tx, asked)).silent == groups


async def enter(db: Database, year: int, below: int) -> None:
    """A result of every school."""
    async with db.write(SYSTEM) as tx:
        for row in await schools.school_list(tx):
            await outcomes.enter_result(tx, row.school, "oge_math", year, participants=10, below=below)


async def told(
    world: World, name: str, before: int = 2021, after: int = 2022, *, by: str = "municipality"
) -> dynamics.Counted:
    async with world.db.read(await world.actor(name)) as tx:
        return await dynamics.region_table(tx, Asked(before, after, by))


async def test_movements_of_a_large_region_are_kept_and_say_since_when(world: World) -> None:
    region = world.places["область"].region_id or 0
    assert await dynamics.keep_moves(world.db, [region]) == 0  # two years are needed
    await enter(world.db, 2021, 5)
    await enter(world.db, 2022, 4)
    fresh = await told(world, "Римма")
    assert await dynamics.keep_moves(world.db, [region]) == 3  # and tracks, and shares
    kept = await told(world, "Римма")
    assert (kept.taken_at, replace(kept, taken_at=None)) == (world.clock.moment, fresh)

    world.clock.forward(minutes=15)
    await dynamics.keep_moves(world.db, [region])  # nothing has changed: it holds for now as well
    assert await told(world, "Римма") == replace(fresh, taken_at=world.clock.moment)
    counted_at = world.clock.moment
    await enter(world.db, 2022, 6)
    world.clock.forward(minutes=15)
    assert await told(world, "Римма") == replace(fresh, taken_at=counted_at)
    own = await told(world, "Марина")  # of one municipality: counted now
    assert (own.taken_at, own.groups["all"]["oge_math"].counts[Dynamics.NEGATIVE]) == (None, 1)
    await dynamics.keep_moves(world.db, [region])
    anew = await told(world, "Римма")
    assert (anew.taken_at, anew.groups["all"]["oge_math"].counts[Dynamics.NEGATIVE]) == (
        world.clock.moment,
        4,
    )
    await enter(world.db, 2023, 6)
    assert await dynamics.keep_moves(world.db, [region]) == 4
    assert (await told(world, "Римма", 2021, 2022)).taken_at == world.clock.moment
    assert (await told(world, "Римма", 2022, 2023)).taken_at == world.clock.moment
    assert (await told(world, "Римма", 2021, 2023)).taken_at is None  # not one year after the other
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(delete(outcomes.Outcome).where(outcomes.Outcome.year == 2022))
    assert await dynamics.keep_moves(world.db, [region]) == 3
    assert (await told(world, "Римма", 2021, 2022)).taken_at is None
    assert (await told(world, "Римма", 2021, 2023)).taken_at == world.clock.moment


async def test_what_nothing_has_changed_is_true_however_old_it_is(world: World) -> None:
    region = world.places["область"].region_id or 0
    await enter(world.db, 2021, 5)
    await enter(world.db, 2022, 4)
    await dynamics.keep_moves(world.db, [region])
    kept_at = world.clock.moment
    world.clock.forward(hours=30)
    assert (await told(world, "Римма")).taken_at == kept_at
    await enter(world.db, 2022, 6)
    changed = await told(world, "Римма")
    assert (changed.taken_at, changed.groups["all"]["oge_math"].counts[Dynamics.NEGATIVE]) == (None, 4)


async def test_who_works_by_which_track_is_kept_too(world: World) -> None:
    region = world.places["область"].region_id or 0
    await enter(world.db, 2021, 5)
    await enter(world.db, 2022, 4)
    await dynamics.keep_moves(world.db, [region])
    before = await told(world, "Римма", by="track")
    gone, *others = (name for name in before.groups if name != "all")
    async with world.db.write(SYSTEM) as tx:
        tracks = [id_ for id_, title in await tx.session.execute(TITLES) if " ".join(title.split()) == gone]
        owed = select(roadmaps.Measure.id).where(roadmaps.Measure.track_id.in_(tracks))
        await tx.session.execute(delete(progress.Assignment).where(progress.Assignment.measure_id.in_(owed)))
    world.clock.forward(minutes=15)
    assert await told(world, "Римма", by="track") == before
    await dynamics.keep_moves(world.db, [region])
    after = await told(world, "Римма", by="track")
    assert list(after.groups) == [*others, "all"]
    assert after.taken_at == world.clock.moment
    async with world.db.read(SYSTEM) as tx:
        sources = {one.by: set(one.stamps) for one in await tx.session.scalars(select(KeptDynamics))}
    # Work handed in by schools makes tracks to be counted anew, and nothing else.
    assert {by for by, tables in sources.items() if "assignment" in tables} == {"track"}


async def test_the_job_keeps_movements_of_large_regions(world: World) -> None:
    await enter(world.db, 2021, 3)
    await enter(world.db, 2022, 3)
    assert await overview.keep_dynamics(world.db) == 0  # a small region is counted on every look
    assert await overview.keep_dynamics(world.db, least=4) == 3
    async with world.db.read(await world.actor("Римма")) as tx:
        kept = await dynamics.region_table(tx, Asked(2021, 2022))
        narrower = await dynamics.region_table(tx, Asked(2021, 2022, narrowed=Narrowed(municipality_id=1)))
        own = await dynamics.counted(tx, Asked(2021, 2022, narrowed=Narrowed(municipality_id=1)))
        shares = await dynamics.kept_shares(tx)
        counted = await outcomes.group_shares(tx, select(School.id))
    assert kept.taken_at == world.clock.moment
    assert narrower == replace(own, taken_at=world.clock.moment)
    assert shares == dynamics.Shares(counted, world.clock.moment)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await dynamics.kept_shares(tx) is None
