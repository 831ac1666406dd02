"""Targets of the access matrix: saved circles, letters, files of broadcasts, polls, groups."""

from itertools import count
from typing import Any

from domain import audiences, broadcasts, groups, polls
from domain.actor import SYSTEM
from domain.broadcasts import Extras, Segment
from domain.polls import PollSpec, QuestionSpec
from tests.admin.targets import COORDINATOR, MUNICIPALITY, PERSON, broadcast
from tests.world import World

_NUMBERS = count(1)


async def circle(world: World, where: str) -> dict[str, int]:
    """A saved circle of a municipality."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await audiences.save(tx, f"Круг {next(_NUMBERS)}", Segment())
    return {"audience_id": made.id}


async def letter(world: World, where: str) -> dict[str, int]:
    """A broadcast with one of its readers, as the form names them."""
    return {**await broadcast(world, where), "person": world.people[PERSON[where]]}


async def file(world: World, where: str) -> dict[str, int]:
    """A file that went with a broadcast."""
    stored = await world.files.keep(where.encode())
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        kept = await broadcasts.keep_file(tx, stored, name="приказ.pdf")
        key, extras = f"matrix:file:{where}:{next(_NUMBERS)}", Extras(file_ids=(kept.id,))
        sent = await broadcasts.send(tx, "Коллеги!", Segment(), request_key=key, extras=extras)
    return {"broadcast_id": sent.id, "file_id": kept.id}


async def poll(world: World, where: str) -> dict[str, int]:
    """An open poll of a municipality."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        spec = PollSpec("Опрос", (QuestionSpec("Нужна помощь?", options=("Да", "Нет")),))
        made = await polls.create(tx, spec, Segment(), request_key=f"matrix:{where}:{next(_NUMBERS)}")
    return {"poll_id": made.id}


async def group(world: World, where: str) -> dict[str, Any]:
    """A group chat linked to a municipality."""
    async with world.db.write(SYSTEM) as tx:
        added = await groups.added(tx, -next(_NUMBERS), "Школы")
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        await groups.link(tx, added.id, world.places[MUNICIPALITY[where]])
    return {"group_id": added.id}
