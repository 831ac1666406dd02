"""A form that is sent twice is one; what differs, or was refused, is not taken for the same."""

import asyncio

from sqlalchemy import func, select

from admin.twice import LASTS, Twice
from domain.actor import SYSTEM
from domain.indicators import Agreement
from tests.admin.conftest import Panel

FORM = {"kind": "cooperation", "partner": "ИРО", "document": "№ 7", "signed_on": "2022-03-01"}


async def agreements(panel: Panel) -> int:
    """How many agreements there are, removed ones too."""
    async with panel.world.db.read(SYSTEM) as tx:
        return await tx.session.scalar(select(func.count()).select_from(Agreement)) or 0


def form(panel: Panel) -> dict[str, str]:
    place = panel.world.schools["Тороповская"]
    return FORM | {"school": str(place.school_id), "municipality": str(place.municipality_id)}


def layer(panel: Panel) -> Twice:
    """The layer in the stack of the running panel."""
    at = panel.app.middleware_stack
    while not isinstance(at, Twice):
        at = at.app  # type: ignore[union-attr]
    return at


async def test_a_form_sent_again_is_the_same_form(panel: Panel) -> None:
    first = await panel.post("Марина", "/agreements", **form(panel))
    second = await panel.post("Марина", "/agreements", **form(panel))
    assert (first.status_code, second.status_code) == (303, 303)
    assert second.headers["location"] == first.headers["location"]
    assert await agreements(panel) == 1


async def test_two_presses_at_once_are_one(panel: Panel) -> None:
    answers = await asyncio.gather(*(panel.post("Марина", "/agreements", **form(panel)) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert await agreements(panel) == 1


async def test_another_form_another_person_and_a_later_day_are_not_the_same(panel: Panel) -> None:
    await panel.post("Марина", "/agreements", **form(panel))
    await panel.post("Римма", "/agreements", **form(panel))
    assert await agreements(panel) == 2
    await panel.post("Марина", "/agreements", **form(panel) | {"document": "№ 8"})
    await panel.post("Марина", "/agreements", **form(panel))  # another form has come in between
    assert await agreements(panel) == 4
    seen = layer(panel)
    before, seen.clock = seen.clock, lambda: before() + LASTS
    await panel.post("Марина", "/agreements", **form(panel))
    assert await agreements(panel) == 5


async def test_what_was_refused_is_tried_again(panel: Panel) -> None:
    bad = form(panel) | {"document": ""}
    answers = [await panel.post("Марина", "/agreements", **bad) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.text.count('role="alert"') for answer in answers] == [1, 1]
