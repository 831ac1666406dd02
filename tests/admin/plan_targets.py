"""Living roadmaps of each place, newer versions of them and what was given by them, for the access matrix."""

from domain import adapting, documents, giving, progress, recalls, revisions, roadmaps
from tests.admin.targets import COORDINATOR, REPORTER, SCHOOL, draft
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


async def shared(world: World, where: str) -> dict[str, int]:
    """The plan that a school of each place shares with others, and the school."""
    theirs = world.foreign_roadmap_id if where == "far" else world.roadmap_id
    return {"roadmap_id": theirs, "school_id": world.schools[SCHOOL[where]].school_id or 0}


async def owed(world: World, where: str) -> int:
    """The last open assignment of the school by it."""
    school_id = world.schools[SCHOOL[where]].school_id
    async with world.db.read(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=school_id, open_only=True)
    return rows[-1].assignment.id


async def shared_work(world: World, where: str) -> dict[str, int]:
    """An open assignment of it."""
    return {"assignment_id": await owed(world, where)}


async def own_row(world: World, where: str) -> dict[str, int]:
    """A row that the school has added to it."""
    plan = await shared(world, where)
    async with world.db.write(await world.actor(REPORTER[where])) as tx:
        work = await adapting.add_row(
            tx, plan["roadmap_id"], plan["school_id"], title="Своё", due_on=world.clock.moment.date()
        )
    return {"assignment_id": work.id}


async def proposal(world: World, where: str) -> dict[str, int]:
    """An edit that the municipality's coordinator proposes to the school."""
    work_id = await owed(world, where)
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        found = await adapting.propose(tx, work_id, {"title": "Иначе"})
    return {"proposal_id": found.id}
