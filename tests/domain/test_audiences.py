"""To whom: every part of a segment narrows, saved circles belong to their place, and who is meant is asked again."""

import pytest

from domain import audiences, outcomes, people, progress, roadmaps, schools
from domain.actor import SYSTEM, Place, Role
from domain.audiences import Segment
from domain.errors import Forbidden, NotFound
from domain.outcomes import Cluster
from tests.domain.test_broadcasts import names
from tests.domain.test_progress import hand_in
from tests.world import World

HEADS = (Role.SCHOOL_HEAD,)


def school(world: World, name: str) -> int:
    return world.schools[name].school_id or 0


async def test_a_part_of_the_roadmap_means_the_schools_that_work_in_it(world: World) -> None:
    async with world.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, world.roadmap_id)
    found = Segment(roles=HEADS, track_id=view.tracks[0].id)
    assert await names(world, "Римма", found) == ["Вера", "Клим", "Тамара"]  # СШ № 16 has no roadmap
    assert await names(world, "Саша", found) == []
    assert await names(world, "Римма", Segment(roles=HEADS, track_id=10**6)) == []


async def test_a_cluster_is_that_of_the_newest_year(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        for year, name, cluster in (
            (2021, "Тороповская", Cluster.SEVERE),
            (2021, "Василёвская", Cluster.SEVERE),
            (2022, "Тороповская", Cluster.BASIC),
            (2022, "Климатинская", Cluster.SEVERE),
        ):
            found = await schools.school(tx, school(world, name))
            await outcomes.enter_cluster(tx, found, year, cluster, source="список")
    assert await names(world, "Римма", Segment(roles=HEADS, cluster=Cluster.SEVERE)) == ["Клим"]
    assert await names(world, "Римма", Segment(roles=HEADS, cluster=Cluster.BASIC)) == ["Тамара"]
    assert await names(world, "Саша", Segment(cluster=Cluster.SEVERE)) == []


async def test_a_list_of_schools_stays_inside_ones_places(world: World) -> None:
    team = (*HEADS, Role.SCHOOL_MEMBER, Role.CURATOR)
    listed = Segment(roles=team, school_ids=(school(world, "Тороповская"), school(world, "Тимонин")))
    assert await names(world, "Римма", listed) == ["Дина", "Кирилл", "Тамара"]
    assert await names(world, "Саша", listed) == ["Степан"]
    assert await names(world, "Ульяна", listed) == []


async def test_parts_are_multiplied(world: World) -> None:
    uglich = world.places["Угличский"].municipality_id
    late = Segment(roles=HEADS, municipality_id=uglich, late_days=30)
    assert await names(world, "Римма", late) == ["Вера", "Клим"]
    spared = Segment(
        roles=HEADS, municipality_id=uglich, late_days=30, except_school_ids=(school(world, "Василёвская"),)
    )
    assert await names(world, "Римма", spared) == ["Клим"]


@pytest.mark.parametrize(
    ("segment", "is_public"),
    [
        (Segment(), True),
        (Segment(roles=HEADS, municipality_id=1, cohort_id=1, track_id=1), True),
        (Segment(measure_id=1), False),
        (Segment(late_days=0), False),
        (Segment(cluster=Cluster.SEVERE), False),
    ],
)
def test_what_a_group_may_read(segment: Segment, is_public: bool) -> None:
    assert segment.is_public is is_public
    assert Segment.from_json(segment.to_json()) == segment


async def test_a_saved_circle_belongs_to_its_place(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        mine = await audiences.save(tx, " Руководители ", Segment(roles=HEADS))
        again = await audiences.save(tx, "Руководители", Segment(roles=HEADS, late_days=3))
    assert (mine.id, mine.name, again.circle.late_days) == (again.id, "Руководители", 3)
    for name, seen in (("Римма", 1), ("Марина", 1), ("Ульяна", 0), ("Саша", 0), ("Тамара", 0)):
        async with world.db.read(await world.actor(name)) as tx:
            assert len(await audiences.saved_list(tx)) == seen, name
    async with world.db.write(await world.actor("Ульяна")) as tx:
        with pytest.raises(NotFound):
            await audiences.remove_saved(tx, mine.id)
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(Forbidden):
            await audiences.save(tx, "Все", Segment())
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(audiences.NameNeeded):
            await audiences.save(tx, "  ", Segment())
        await audiences.remove_saved(tx, mine.id)
        assert list(await audiences.saved_list(tx)) == []


async def still(world: World, segment: Segment, name: str, at: Place) -> bool:
    async with world.db.read(SYSTEM) as tx:
        return await audiences.is_still_meant(tx, segment, world.people[name], at)


async def test_who_is_meant_is_asked_again(world: World) -> None:
    here, work = world.schools["Тороповская"], await world.assignment_id("Тороповская", "2.1")
    async with world.db.read(SYSTEM) as tx:
        measure_id = (await progress.assignment(tx, work)).measure_id
    owing = Segment(roles=(*HEADS, Role.SCHOOL_MEMBER), measure_id=measure_id)
    assert await still(world, owing, "Дина", here)
    assert not await still(world, owing, "Кирилл", here)  # a curator there, not of the team
    assert not await still(world, owing, "Дина", world.schools["Климатинская"])
    await hand_in(world, "Дина", work)
    assert not await still(world, owing, "Дина", here)
    assert await still(world, Segment(), "Дина", here)
    async with world.db.write(await world.actor("Марина")) as tx:
        grant = (await people.grants_of(tx, world.people["Дина"]))[0]
        await people.revoke_role(tx, grant.id)
    assert not await still(world, Segment(), "Дина", here)
