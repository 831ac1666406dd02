"""Indicators, agreements and kept reports in each place, for the access matrix."""

from datetime import date
from typing import Any

from domain import indicators, snapshots
from domain.indicators import AgreementKind, AgreementSpec, IndicatorSpec
from domain.tables import Book, Column, Sheet
from tests.admin import targets
from tests.admin.targets import COORDINATOR, MUNICIPALITY
from tests.world import World

VALUE = {"on": "2022-01-15", "numerator": "5", "denominator": "7", "document": "Справка № 1"}
AGREED = {"kind": "methodical", "partner": "ИРО", "document": "№ 1", "signed_on": "2022-02-01"}


async def indicator(world: World, where: str) -> dict[str, int]:
    """An indicator of a municipality."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await indicators.add_indicator(
            tx, world.places[MUNICIPALITY[where]], IndicatorSpec("Доля школ с программой")
        )
    return {"indicator_id": made.id}


async def municipality(world: World, where: str) -> dict[str, Any]:
    """A municipality, named in a form."""
    return {"municipality": world.places[MUNICIPALITY[where]].municipality_id}


async def agreement(world: World, where: str) -> dict[str, int]:
    """An agreement of a municipality's office."""
    spec = AgreementSpec(AgreementKind.METHODICAL, "ИРО", "№ 7", date(2022, 2, 1))
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        made = await indicators.add_agreement(tx, world.places[MUNICIPALITY[where]], spec)
    return {"agreement_id": made.id}


async def snapshot(world: World, where: str) -> dict[str, int]:
    """A kept report of a municipality."""
    async with world.db.write(await world.actor(COORDINATOR[where])) as tx:
        book = Book("overdue", "Что просрочено", tx.now, [Sheet("Лист", [Column("a", "А")], [["один"]])])
        kept = await snapshots.take(tx, book, {}, world.places[MUNICIPALITY[where]])
    return {"snapshot_id": kept.id}


async def measure(world: World, where: str) -> dict[str, int]:
    """A measure of a municipality's plan, or of the living one of the region."""
    return {"measure_id": (await targets.measure(world, where))["measure_id"]}


async def paper(_world: World, _where: str) -> dict[str, str]:
    """A paper, which everybody has of their own place."""
    return {"paper": "hour"}
