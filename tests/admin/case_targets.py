"""Things around a report in each place, for the access matrix: the same places as in `targets`."""

import io
from typing import Any

from PIL import Image
from sqlalchemy import func, select

from domain import curation, handouts, obligations, programme, progress, risks, schools
from domain.actor import SYSTEM
from domain.curation import NoteKind
from domain.policy import Permission
from domain.progress import Decision, Evidence, Submission
from domain.risks import RiskLevel
from tests.admin.targets import COORDINATOR, REPORTER, SCHOOL, evidence, report, school
from tests.world import World

NOTER = {"here": "Кирилл", "next": "Ульяна", "far": "Саша"}


async def confirmed(world: World, where: str) -> dict[str, Any]:
    """A report that was confirmed."""
    number = (await report(world, where))["submission"]
    async with world.db.write(SYSTEM) as tx:
        await progress.decide(tx, number, Decision.CONFIRM, "Хорошо.")
    return {"submission_id": number}


async def _sent(world: World, where: str, *, photo: bool) -> dict[str, Any]:
    store = world.files
    async with world.db.write(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[SCHOOL[where]].school_id, open_only=True)
        number = await tx.session.scalar(select(func.max(Evidence.id))) or 0
        body = io.BytesIO()
        Image.new("RGB", (20, 20), (number % 256, number // 256, 0)).save(body, "PNG")
        stored = await store.keep(body.getvalue())
        item = await progress.add_file(tx, rows[0].assignment.id, stored, name="фото.png", photo=photo)
        await progress.submit(tx, rows[0].assignment.id)
    return {"evidence_id": item.id, "number": 1}


async def picture(world: World, where: str) -> dict[str, Any]:
    """A photo of a report, and its only page."""
    return await _sent(world, where, photo=True)


async def file(world: World, where: str) -> dict[str, Any]:
    """A file of a report that nobody has sent before."""
    return {"evidence_id": (await _sent(world, where, photo=False))["evidence_id"]}


async def waiver(world: World, where: str) -> dict[str, Any]:
    """A request that waits."""
    async with world.db.write(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[SCHOOL[where]].school_id, open_only=True)
        asked = await obligations.ask_waiver(tx, rows[0].assignment.id, "Нет девятых классов.")
    return {"waiver_id": asked.id}


async def waived(world: World, where: str) -> dict[str, Any]:
    """An assignment that is not required."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        rows = await progress.my_work(
            tx,
            school_id=world.schools[SCHOOL[where]].school_id,
            permission=Permission.SEE,
            open_only=True,
        )
        await obligations.waive(tx, rows[0].assignment.id, "Отменили.")
    return {"assignment_id": rows[0].assignment.id}


async def open_assignment(world: World, where: str) -> dict[str, Any]:
    """What a school still owes."""
    async with world.db.read(await world.actor(REPORTER[where])) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[SCHOOL[where]].school_id, open_only=True)
    return {"assignment_id": rows[0].assignment.id}


async def noted_school(world: World, where: str) -> dict[str, Any]:
    """A school to note a visit for; it goes into the form."""
    return {"school": (await school(world, where))["school_id"]}


async def note(world: World, where: str) -> dict[str, Any]:
    """A visit that somebody noted."""
    async with world.db.write(await world.actor(NOTER[where])) as tx:
        made = await curation.note(
            tx,
            world.schools[SCHOOL[where]].school_id or 0,
            NoteKind.VISIT,
            world.clock.moment.date(),
            "Посещение уроков",
        )
    return {"note_id": made.id}


async def region(world: World, where: str) -> dict[str, Any]:
    """A region; it goes into the form."""
    place = world.places["чужая область" if where == "far" else "область"]
    return {"region": place.region_id or 0}


async def profile(world: World, where: str) -> dict[str, Any]:
    """A fresh risk profile."""
    school_id = world.schools[SCHOOL[where]].school_id or 0
    async with world.db.write(SYSTEM) as tx:
        before = (await risks.profile_of(tx, school_id)).versions
        level = list(RiskLevel)[before % 3]
        made = await risks.enter_profile(tx, school_id, [level] * 10)
    return {"profile_id": made.id}


async def profiled_school(world: World, where: str) -> dict[str, Any]:
    """A school with a profile."""
    await profile(world, where)
    return await school(world, where)


async def pack_order(world: World, where: str) -> dict[str, Any]:
    """A pack that a municipal coordinator asked for, ready."""
    store = world.files
    await evidence(world, where)
    async with world.db.write(SYSTEM) as tx:
        newest = await tx.session.scalar(select(func.max(Submission.id))) or 0
        await progress.decide(tx, newest, Decision.CONFIRM, "Хорошо.")
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        order = await handouts.ask(tx, handouts.PACK, handouts.Format.ZIP, {}, "Пакет подтверждений")
    await handouts.run(world.db, store)
    return {"takeaway_id": order.id}


async def slot(world: World, where: str) -> dict[str, Any]:
    """A programme, and the region whose slot in it is set."""
    async with world.db.write(SYSTEM) as tx:
        made = await programme.programme(tx, "500+")
    return {"programme_id": made.id, **await region(world, where)}


async def steps(world: World, where: str) -> dict[str, Any]:
    """A programme, of which there is one for all regions."""
    async with world.db.write(SYSTEM) as tx:
        return {"programme_id": (await programme.programme(tx, "500+")).id}


async def own_cohort(world: World, where: str) -> dict[str, Any]:
    """A programme, and a cohort with a school of this place alone."""
    async with world.db.write(SYSTEM) as tx:
        made = await programme.programme(tx, "500+")
        cohort = await programme.cohort(tx, f"Когорта {where}")
        found = await schools.school(tx, world.schools[SCHOOL[where]].school_id or 0)
        await schools.enroll(tx, found, cohort.id)
    return {"programme_id": made.id, "cohort": cohort.id}
