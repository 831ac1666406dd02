"""One thing of each kind in each place, for the access matrix: addresses by the names of their parameters.

Places: «here» is Тороповская ОШ in Даниловский МР, «next» Климатинская СОШ in Угличский МР, «far» the school of
the other region, «live» the approved roadmap of the region, «absent» what does not exist.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import select

from domain import (
    broadcasts,
    calendars,
    chase,
    documents,
    events,
    handouts,
    inbox,
    outbox,
    people,
    progress,
    roadmaps,
)
from domain.actor import SYSTEM, Role
from domain.files import FileStore
from domain.roadmaps import Measure
from tests.world import DATA, World

Target = Callable[[World, str], Awaitable[dict[str, Any]]]
SCHOOL = {"here": "Тороповская", "next": "Климатинская", "far": "Тимонин"}
COORDINATOR = {"here": "Марина", "next": "Ульяна", "far": "Саша"}
MUNICIPALITY = {"here": "Даниловский", "next": "Угличский", "far": "Дергачевский"}
PERSON = {"here": "Дина", "next": "Клим", "far": "Степан"}
REPORTER = {"here": "Тамара", "next": "Клим", "far": "Степан"}
NOWHERE = 10**6
_NUMBERS = count(1)


async def nothing(_world: World, _where: str) -> dict[str, int]:
    """A page without parameters."""
    return {}


async def school(world: World, where: str) -> dict[str, int]:
    """A school."""
    return {"school_id": world.schools[SCHOOL[where]].school_id or 0}


async def assignment(world: World, where: str) -> dict[str, int]:
    """What a school owes."""
    return {"assignment_id": await world.assignment_id(SCHOOL[where], "2.1")}


async def report(world: World, where: str) -> dict[str, int]:
    """A report that waits for a decision; `submission` goes into the form."""
    async with world.db.write(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[SCHOOL[where]].school_id, open_only=True)
        assignment_id = rows[0].assignment.id
        await progress.add_text(tx, assignment_id, "Сделано.")
        submission = await progress.submit(tx, assignment_id)
    return {"assignment_id": assignment_id, "submission": submission.id}


async def evidence(world: World, where: str) -> dict[str, int]:
    """A file of a report that was handed in."""
    stored = await world.files.keep(where.encode())
    async with world.db.write(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[SCHOOL[where]].school_id, open_only=True)
        assignment_id = rows[0].assignment.id
        item = await progress.add_file(tx, assignment_id, stored, name="приказ.pdf", mime="application/pdf")
        await progress.submit(tx, assignment_id)
    return {"evidence_id": item.id}


@cache
def _reading() -> documents.Reading:
    path = DATA / "roadmaps" / "004_sverdlovsk_federal.docx"
    return documents.read_roadmap(path, path.name, year=2022)


async def draft(world: World, where: str) -> dict[str, int]:
    """A draft of a municipality, or the living roadmap of the region."""
    if where == "live":
        return {"roadmap_id": world.roadmap_id}
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await roadmaps.import_draft(
            tx, world.places[MUNICIPALITY[where]], _reading(), file_name="plan.docx"
        )
    return {"roadmap_id": made.id}


async def measure(world: World, where: str) -> dict[str, int]:
    """A measure with its roadmap."""
    found = await draft(world, where)
    async with world.db.read(SYSTEM) as tx:
        query = select(Measure.id).where(Measure.roadmap_id == found["roadmap_id"]).order_by(Measure.id)
        first = (await tx.session.scalars(query)).first()
    return {**found, "measure_id": first or 0}


async def person(world: World, where: str) -> dict[str, int]:
    """Somebody of a school."""
    return {"person_id": world.people[PERSON[where]]}


async def grant(world: World, where: str) -> dict[str, int]:
    """A role of that person at that school; given anew where it was taken away."""
    found = await person(world, where)
    role = Role.SCHOOL_MEMBER if where == "here" else Role.SCHOOL_HEAD
    async with world.db.write(SYSTEM) as tx:
        given = await people.grant_role(tx, found["person_id"], role, world.schools[SCHOOL[where]])
    return {**found, "grant_id": given.id}


async def invitation(world: World, where: str) -> dict[str, int]:
    """An open invitation to a school's team."""
    async with world.db.write(SYSTEM) as tx:
        made = await people.invite(tx, Role.SCHOOL_MEMBER, world.schools[SCHOOL[where]], name="Новенький")
    return {"invitation_id": made.invitation.id}


async def unused_link(world: World, where: str) -> dict[str, str]:
    """The same, as a row of the list of those whom messages do not reach."""
    return {"keys": f"invitation-{(await invitation(world, where))['invitation_id']}"}


async def unreached(world: World, where: str) -> dict[str, Any]:
    """The same, for a note on how the person is found."""
    found = await invitation(world, where)
    return {"kind": "invitation", "subject": found["invitation_id"], "text": "через секретаря"}


async def broadcast(world: World, where: str) -> dict[str, int]:
    """A message that a municipal coordinator sent."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        sent = await broadcasts.send(tx, "Коллеги!", broadcasts.Segment(), request_key=f"matrix:{where}")
    return {"broadcast_id": sent.id}


async def message(world: World, where: str) -> dict[str, int]:
    """A message to somebody of a school of which nobody knows whether it arrived."""
    async with world.db.write(SYSTEM) as tx:
        key = f"matrix:{where}:{tx.now}"
        recipient = world.people[PERSON[where]]
        await outbox.put(tx, "decided", person_id=recipient, subject="submission:1", dedupe_key=key)
        await outbox.distrust(tx, tx.now)
        query = select(outbox.OutboxMessage.id).where(outbox.OutboxMessage.dedupe_key == key)
        return {"message_id": await tx.session.scalar(query) or 0}


async def dead_update(world: World, where: str) -> dict[str, int]:
    """An update of somebody of a school that was given up."""
    chat = world.telegram[PERSON[where]]
    async with world.db.write(SYSTEM) as tx:
        raw = {
            "update_id": next(_NUMBERS),
            "message": {"message_id": 1, "chat": {"id": chat, "type": "private"}},
        }
        kept = await inbox.accept(tx, 1, [raw])
        await inbox.bury(tx, kept[0].id, 3, "it broke")
    return {"update_id": kept[0].id}


async def invited_school(world: World, where: str) -> dict[str, str]:
    """A school as the form of an invitation names it."""
    if where == "absent":
        return {"place": f"{NOWHERE}-{NOWHERE}-{NOWHERE}"}
    return {"place": "-".join(str(part) for part in world.schools[SCHOOL[where]])}


async def stepping_school(world: World, where: str) -> dict[str, int]:
    """A school as the form of a joint action names it."""
    return {"school": (await school(world, where))["school_id"]}


async def joint_step(world: World, where: str) -> dict[str, int]:
    """A joint action that a municipal coordinator agreed with a school."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await chase.add_step(
            tx, world.schools[SCHOOL[where]].school_id or 0, what="Выезд", until=tx.now.date()
        )
    return {"step_id": made.id}


async def calendar_day(world: World, where: str) -> dict[str, int]:
    """A day that a region decided for itself."""
    region = world.schools[SCHOOL[where]].region_id or 0
    async with world.db.write(SYSTEM) as tx:
        day = tx.now.date() + timedelta(days=next(_NUMBERS))
        made = await calendars.set_day(tx, region, day, works=False)
    return {"day_id": made.id}


async def event(world: World, where: str) -> dict[str, int]:
    """An event of a municipal coordinator that has begun, with somebody of the school invited."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        begins = tx.now + timedelta(hours=1)
        spec = events.EventSpec("Семинар", begins, begins + timedelta(hours=1))
        key = f"matrix:{where}:{next(_NUMBERS)}"
        made = await events.create(tx, spec, broadcasts.Segment(), request_key=key)
    return {"event_id": made.id}


async def guest(world: World, where: str) -> dict[str, int]:
    """The same with a person invited, as the form names them."""
    return {**await event(world, where), "person": world.people[PERSON[where]]}


async def report_name(_world: World, _where: str) -> dict[str, str]:
    """A report of use to everybody."""
    return {"name": "overdue"}


async def takeaway(world: World, where: str) -> dict[str, int]:
    """A finished export of one person."""
    folder = world.files.folder / handouts.FOLDER
    async with world.db.write(await world.actor(PERSON[where])) as tx:
        asked = await handouts.ask(tx, "overdue", handouts.Format.CSV, {}, "Что просрочено")
    await handouts.run(world.db, FileStore(folder.parent))
    return {"takeaway_id": asked.id}
