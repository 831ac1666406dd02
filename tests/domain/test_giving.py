"""Groups of receivers by every filter at once, and who a plan means by «Ответственные»."""

import pytest

from domain import documents, giving, outcomes, programme, roadmaps, schools
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.giving import Group, Receivers, meant
from domain.outcomes import Cluster
from tests.world import World


async def names(world: World, who: str, group: Group) -> list[str]:
    """Schools of a group, for the region's roadmap."""
    async with world.db.read(await world.actor(who)) as tx:
        return [row.school.name for row in await giving.group(tx, world.roadmap_id, group)]


async def mark(world: World, school: str, year: int, cluster: Cluster) -> None:
    """A school's cluster in a year."""
    async with world.db.write(SYSTEM) as tx:
        found = await schools.school(tx, world.schools[school].school_id or 0)
        await outcomes.enter_cluster(tx, found, year, cluster, source="список")


async def test_schools_of_a_cluster_by_the_newest_year_or_a_named_one(world: World) -> None:
    await mark(world, "Тороповская", 2021, Cluster.SEVERE)
    await mark(world, "Тороповская", 2022, Cluster.BASIC)
    await mark(world, "Климатинская", 2022, Cluster.SEVERE)
    await mark(world, "Тимонин", 2022, Cluster.SEVERE)  # of another region
    severe = Group(cluster=Cluster.SEVERE)
    assert await names(world, "Римма", severe) == ["Климатинская СОШ"]
    assert await names(world, "Римма", Group(cluster=Cluster.SEVERE, cluster_year=2021)) == ["Тороповская ОШ"]
    place = world.places["Даниловский"]
    assert (
        await names(world, "Римма", Group(cluster=Cluster.SEVERE, municipality_id=place.municipality_id))
        == []
    )


async def test_a_cluster_without_any_year_is_nobody(world: World) -> None:
    assert await names(world, "Римма", Group(cluster=Cluster.BASIC)) == []


async def test_schools_that_work_by_a_track(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        rows = await giving.tracks_in_use(tx)
        view = await roadmaps.roadmap(tx, world.roadmap_id)
        assert [row.id for row in rows] == [
            track.id for track in view.tracks
        ]  # the other region's are not named
    everybody = ["Тороповская ОШ", "Василёвская СОШ", "Климатинская СОШ"]
    assert await names(world, "Римма", Group(track_id=rows[0].id)) == everybody
    taken = Group(track_id=rows[0].id, school_ids=[world.schools["16"].school_id or 0])
    assert await names(world, "Римма", taken) == []


async def test_filters_hold_all_at_once(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        cohort = await programme.cohort(tx, "500+ 2021")
        for name in ("Климатинская", "Василёвская"):
            found = await schools.school(tx, world.schools[name].school_id or 0)
            await schools.enroll(tx, found, cohort.id)
    await mark(world, "Василёвская", 2022, Cluster.MODERATE)
    await mark(world, "Тороповская", 2022, Cluster.MODERATE)
    both = Group(cohort_id=cohort.id, cluster=Cluster.MODERATE)
    assert await names(world, "Римма", both) == ["Василёвская СОШ"]


async def test_only_who_plans_chooses_receivers(world: World) -> None:
    with pytest.raises(Forbidden):
        await names(world, "Марина", Group())  # the region's plan is the region's to give
    with pytest.raises(NotFound):
        await names(world, "Саша", Group())


@pytest.mark.parametrize(
    ("cell", "to"),
    [
        ("ДО ЯО", Receivers.REGIONAL),
        ("ДО ЯО\nГАУ ДПО ЯО ИРО", Receivers.REGIONAL),
        ("ГУ ЯО ЦО и ККО", Receivers.REGIONAL),
        ("Министерство образования и науки", Receivers.REGIONAL),
        ("МОУО", Receivers.MUNICIPAL),
        ("Муниципальный координатор", Receivers.MUNICIPAL),
        ("Управление образования", Receivers.MUNICIPAL),
        ("ИРО, МОУО", Receivers.MUNICIPAL),
        ("Школы, включенные в проект", Receivers.SCHOOLS),
        ("Управление образования Участники Программы", Receivers.SCHOOLS),
        ("ДО ЯО, МОУО, ОО", Receivers.SCHOOLS),
        ("Директор", Receivers.SCHOOLS),
        ("Иванова А.А.", None),
        ("", None),
    ],
)
def test_who_is_meant_by_the_words_of_the_cell(cell: str, to: Receivers | None) -> None:
    assert meant(documents.split_responsible(cell)) is to


async def test_the_yaroslavl_plan_is_mostly_the_regions_own(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        measures = (await roadmaps.roadmap(tx, world.roadmap_id)).measures
    (proposal,) = giving.proposals(measures)
    assert proposal.to is Receivers.REGIONAL
    rest = {m.responsible_raw for m in measures} - {m.responsible_raw for m in proposal.measures}
    assert rest == {"Школы, включенные в проект"}
    assert [m.id for m in proposal.measures] == [m.id for m in measures if m in proposal.measures]
