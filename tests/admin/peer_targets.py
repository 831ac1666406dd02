"""Rounds of mutual expertise in each place, for the access matrix: the places of `targets`.

«here» and «next» are the two sides of one pair of our region, «far» a pair of the other region.
"""

from typing import Any

from sqlalchemy import select

from domain import peer_review, progress, schools
from domain.actor import SYSTEM
from domain.peer_review import DEFAULT_SECTIONS, PeerForm, PeerRound, RoundSpec, Verdict
from tests.admin.targets import MUNICIPALITY, SCHOOL
from tests.world import World

REGION = {"here": "область", "next": "область", "far": "чужая область"}
PARTNER = {"here": "Климатинская", "next": "Тороповская"}
HEAD = {"here": "Тамара", "next": "Клим", "far": "Степан"}
OTHER_HEAD = {"here": "Клим", "next": "Тамара"}
DATES = {
    "title": "Взаимоэкспертиза", "partners": "2022-09-16", "exchange": "2022-10-07", "meeting": "2022-10-21",
    "final": "2022-11-01", "closes": "2022-11-15", "section": "Что изменить", "asks": "yes",
}  # fmt: skip


async def place(world: World, where: str) -> dict[str, Any]:
    """A municipality as the form of a new round names it."""
    found = world.places[MUNICIPALITY[where]]
    return {"place": f"{found.region_id}-{found.municipality_id}-", **DATES}


async def _round(world: World, place: Any) -> PeerRound:
    async with world.db.write(SYSTEM) as tx:
        dates = peer_review.next_dates(tx.now.date(), None)
        return await peer_review.open_round(tx, place, RoundSpec("Пары", dates, DEFAULT_SECTIONS))


async def draft(world: World, where: str) -> dict[str, Any]:
    """A round that a municipality prepares."""
    return {"round_id": (await _round(world, world.places[MUNICIPALITY[where]])).id}


async def listed(world: World, where: str) -> dict[str, Any]:
    """The same as the form of a list names it."""
    return {"round": (await draft(world, where))["round_id"], "lines": "Нет такой; И такой"}


async def _second(world: World, where: str) -> int:
    """Another school beside that of the place, in its municipality."""
    async with world.db.write(SYSTEM) as tx:
        place = world.places[MUNICIPALITY[where]]
        municipality = await tx.session.get_one(schools.Municipality, place.municipality_id)
        return (await schools.add_school(tx, municipality, "МОУ «СОШ № 77»"))[0].id


async def pairable(world: World, where: str) -> dict[str, Any]:
    """A prepared round, and two of its schools for the form."""
    ids = {"one": world.schools[SCHOOL[where]].school_id or 0, "other": await _second(world, where)}
    return {**await draft(world, where), **ids}


async def paired(world: World, where: str) -> dict[str, Any]:
    """A prepared round with a pair, and the pair for the form."""
    found = await pairable(world, where)
    async with world.db.write(SYSTEM) as tx:
        pair = await peer_review.pair_up(tx, found["round_id"], [found["one"], found["other"]])
    return {"round_id": found["round_id"], "pair": pair.id}


async def odd(world: World, where: str) -> dict[str, Any]:
    """A prepared round with a pair, and one more school for the form."""
    found = await paired(world, where)
    async with world.db.write(SYSTEM) as tx:
        place = world.places[MUNICIPALITY[where]]
        municipality = await tx.session.get_one(schools.Municipality, place.municipality_id)
        return {**found, "school": (await schools.add_school(tx, municipality, "МОУ «СОШ № 78»"))[0].id}


async def ready(world: World, where: str) -> dict[str, Any]:
    """A prepared round with a pair."""
    return {"round_id": (await paired(world, where))["round_id"]}


async def swappable(world: World, where: str) -> dict[str, Any]:
    """A prepared round with a pair whose two change places."""
    found = await pairable(world, where)
    async with world.db.write(SYSTEM) as tx:
        await peer_review.pair_up(tx, found["round_id"], [found["one"], found["other"]])
    return found


async def running(world: World, where: str) -> dict[str, Any]:
    """A round of the region in which the school of the place has a partner; `round_id` and the school's `form_id`."""
    mine = world.schools[SCHOOL[where]].school_id or 0
    partner = world.schools[PARTNER[where]].school_id if where != "far" else await _second(world, where)
    its = await _round(world, world.places[REGION[where]])
    async with world.db.write(SYSTEM) as tx:
        await peer_review.pair_up(tx, its.id, [mine, partner or 0])
        await peer_review.start(tx, its.id)
        query = select(PeerForm.id).where(PeerForm.round_id == its.id, PeerForm.school_id == mine)
        return {"round_id": its.id, "form_id": (await tx.session.scalars(query)).one()}


async def round_(world: World, where: str) -> dict[str, Any]:
    """The round of it."""
    return {"round_id": (await running(world, where))["round_id"]}


async def pair(world: World, where: str) -> dict[str, Any]:
    """Its pair."""
    found = await running(world, where)
    async with world.db.read(SYSTEM) as tx:
        return {"pair_id": (await tx.session.get_one(PeerForm, found["form_id"])).pair_id}


async def form(world: World, where: str) -> dict[str, Any]:
    """The school's form."""
    return {"form_id": (await running(world, where))["form_id"]}


async def finished(world: World, where: str) -> dict[str, Any]:
    """The school's final form."""
    found = await form(world, where)
    async with world.db.write(await world.actor(HEAD[where])) as tx:
        for section in DEFAULT_SECTIONS:
            await peer_review.write(tx, found["form_id"], section.key, "Указать сроки")
        await peer_review.finish(tx, found["form_id"])
    return found


async def partner_file(world: World, where: str) -> dict[str, Any]:
    """A file of a confirmed report of the partner."""
    found = await form(world, where)
    if where == "far":
        return {**found, "evidence_id": 10**6}
    stored = await world.files.keep(where.encode())
    async with world.db.write(await world.actor(OTHER_HEAD[where])) as tx:
        partner = world.schools[PARTNER[where]].school_id
        rows = await progress.my_work(tx, school_id=partner, open_only=True)
        item = await progress.add_file(
            tx, rows[0].assignment.id, stored, name="приказ.pdf", mime="application/pdf"
        )
        sent = await progress.submit(tx, rows[0].assignment.id)
    async with world.db.write(await world.actor("Ульяна" if where == "here" else "Кирилл")) as tx:
        await progress.decide(tx, sent.id, progress.Decision.CONFIRM, "Да")
    return {**found, "evidence_id": item.id}


async def advice(world: World, where: str) -> dict[str, Any]:
    """A recommendation to the school of the place; `form` is its own side, for the way back."""
    found = await running(world, where)
    async with world.db.write(SYSTEM) as tx:
        query = select(PeerForm).where(
            PeerForm.round_id == found["round_id"], PeerForm.id != found["form_id"]
        )
        its = (await tx.session.scalars(query)).one()
        for section in DEFAULT_SECTIONS:
            await peer_review.write(tx, its.id, section.key, "Указать сроки")
        await peer_review.finish(tx, its.id)
        asked = await tx.session.scalars(
            select(peer_review.PeerAdvice.id).where(peer_review.PeerAdvice.form_id == its.id)
        )
        return {"advice_id": asked.all()[0], "form": found["form_id"], "do": Verdict.TAKEN.value}
