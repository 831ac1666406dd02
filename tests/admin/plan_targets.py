"""Living roadmaps of each place, newer versions of them and what was given by them, for the access matrix."""

from domain import documents, giving, recalls, revisions, roadmaps
from tests.admin.targets import COORDINATOR, SCHOOL, draft
from tests.changed_documents import changed
from tests.world import World


async def living(world: World, where: str) -> dict[str, int]:
    """An approved roadmap of a municipality."""
    found = await draft(world, where)
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        await roadmaps.approve(tx, found["roadmap_id"])
    return found


async def newer(world: World, where: str) -> dict[str, int]:
    """A draft beside the living roadmap that it is a newer version of; `living` goes into the form."""
    older = await living(world, where)
    return {**await draft(world, where), "living": older["roadmap_id"]}


async def named(world: World, where: str) -> dict[str, int]:
    """An approved roadmap, as a form names it."""
    return {"roadmap": (await living(world, where))["roadmap_id"]}


async def revision(world: World, where: str) -> dict[str, int]:
    """A newer version of it, compared and not applied."""
    found = await living(world, where)
    reading = documents.read_roadmap(changed(name="004_sverdlovsk_federal.docx"), "new.docx", year=2022)
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await revisions.propose(tx, found["roadmap_id"], reading, file_name="new.docx")
    return {**found, "revision_id": made.id}


async def handout(world: World, where: str) -> dict[str, int]:
    """A giving of it to a school of the municipality."""
    found = await living(world, where)
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        await giving.assign(tx, found["roadmap_id"], [world.schools[SCHOOL[where]].school_id or 0])
        [given] = await recalls.handouts(tx, found["roadmap_id"])
    return {**found, "handout_id": given.id}
