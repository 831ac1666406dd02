"""Waves, criteria sets, results and recommendations in each place, for the access matrix: the places of `targets`."""

from datetime import timedelta
from itertools import count
from typing import Any

from domain import monitoring, people, rubrics
from domain.actor import SYSTEM, Role
from tests.admin.targets import MUNICIPALITY, SCHOOL
from tests.world import World

_KEYS = count(1)
EXPERT = "Эмма"


def region_of(where: str) -> str:
    """The region of a place."""
    return "чужая область" if where == "far" else "область"


async def municipality(world: World, where: str) -> dict[str, Any]:
    """A municipality."""
    return {"municipality_id": world.places[MUNICIPALITY[where]].municipality_id or 0}


async def criteria(world: World, where: str) -> dict[str, Any]:
    """A criteria set of a region that nobody has been scored by."""
    document = rubrics.shipped_document("sverdlovsk-2022") | {"key": f"set-{next(_KEYS)}"}
    async with world.db.write(SYSTEM) as tx:
        kept = await rubrics.save_set(tx, world.places[region_of(where)].region_id or 0, document)
    return {"set_id": kept.id}


async def _wave(world: World, where: str) -> int:
    set_id = (await criteria(world, where))["set_id"]
    today = world.clock.moment.date()
    async with world.db.write(SYSTEM) as tx:
        made = await monitoring.open_wave(
            tx,
            set_id,
            "Мониторинг",
            starts_on=today - timedelta(days=3),
            ends_on=today + timedelta(days=10),
        )
    return made.id


async def wave(world: World, where: str) -> dict[str, Any]:
    """A wave of a region that is open today."""
    return {"wave_id": await _wave(world, where)}


def _school(world: World, where: str) -> int:
    return world.schools[SCHOOL[where]].school_id or 0


async def scored(world: World, where: str) -> dict[str, Any]:
    """A school of a wave that was given to the expert."""
    wave_id = await _wave(world, where)
    async with world.db.write(SYSTEM) as tx:
        if where == "far":
            await people.grant_role(tx, world.people[EXPERT], Role.EXPERT, world.places["чужая область"])
        await monitoring.give_to_expert(tx, wave_id, _school(world, where), world.people[EXPERT])
    return {"wave_id": wave_id, "school_id": _school(world, where)}


async def sample(world: World, where: str) -> dict[str, Any]:
    """A school for the expert; both go into the form."""
    return {
        "wave_id": await _wave(world, where),
        "expert": world.people[EXPERT],
        "schools": _school(world, where),
    }


async def given(world: World, where: str) -> dict[str, Any]:
    """The same, given already."""
    wave_id = (await scored(world, where))["wave_id"]
    return {"wave_id": wave_id, "expert": world.people[EXPERT], "school": _school(world, where)}


async def wave_and_school(world: World, where: str) -> dict[str, Any]:
    """A wave, and a school of it for the form."""
    return {"wave_id": await _wave(world, where), "school": _school(world, where)}


async def recommendation(world: World, where: str) -> dict[str, Any]:
    """What a school was asked to mend."""
    wave_id = await _wave(world, where)
    day = world.clock.moment.date() + timedelta(days=5)
    async with world.db.write(SYSTEM) as tx:
        made = await monitoring.recommend(
            tx, wave_id, _school(world, where), "Назовите показатели.", due_on=day
        )
    return {"recommendation_id": made.id}
