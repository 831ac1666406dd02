"""Town or village: what words suggest, who may confirm it, and how many are left."""

from typing import Any

import pytest

from domain import audit, schools
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.schools import Guess, Settlement
from tests.world import World


@pytest.mark.parametrize(
    ("names", "municipality", "details", "guess"),
    [
        (["МОУ Школа с. Отрадное"], "Угличский МР", {}, Guess("village", "с. Отрадное")),
        (["МБОУ СОШ № 14 г.Балей"], "Балейский район", {}, Guess("town", "г. Балей")),
        (["МОУ СШ № 3"], "г. Переславль-Залесский", {}, Guess("town", "г. Переславль-Залесский")),
        (["МОУ СШ № 3"], "Угличский МР", {}, None),
        (
            ["Тороповская ОШ"],
            "Даниловский МР",
            {"Адрес": "152070, Ярославская область, г. Данилов, д. Торопово, ул. Школьная, д. 5"},
            Guess("village", "д. Торопово"),
        ),
        (
            ["Школа"],
            "Даниловский МР",
            {"Юридический адрес": "Ярославская обл., Даниловский р-н, город Данилов, ул. Ленина, д. 5, п. 2"},
            Guess("town", "город Данилов"),
        ),
        (["Школа"], "Даниловский МР", {"Адрес": "ул. Ленина, д. 5, стр. 1"}, None),
        (["Школа"], "Даниловский МР", {"Примечание": "с. Торопово"}, None),
    ],
)
def test_words_suggest_and_are_named(
    names: list[str], municipality: str, details: dict[str, Any], guess: Guess | None
) -> None:
    assert schools.guess_settlement(names, municipality, details) == guess


def test_an_address_is_a_suggestion_and_no_fact() -> None:
    details = {"Адрес": "д. Торопово, ул. Школьная, д. 5"}
    assert schools.settlement_of(["Тороповская ОШ"], "Даниловский МР", details) is None


async def test_who_keeps_the_register_says_it_and_leaves_a_trace(world: World) -> None:
    one, far = world.schools["Тороповская"].school_id or 0, world.schools["Тимонин"].school_id or 0
    async with world.db.read(await world.actor("Римма")) as tx:
        before = await schools.unsettled_count(tx)
        rows = await schools.unsettled(tx)
        assert len(rows) == before > 0
        assert one in {row.school.id for row in rows}
        assert far not in {row.school.id for row in rows}
    async with world.db.write(await world.actor("Римма")) as tx:
        assert await schools.settle(tx, {one: Settlement.VILLAGE}) == 1
        assert await schools.settle(tx, {one: Settlement.VILLAGE}) == 0  # again changes nothing
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await schools.unsettled_count(tx) == before - 1
        assert (await schools.school(tx, one)).settlement is Settlement.VILLAGE
    async with world.db.read(SYSTEM) as tx:
        kept = [e for e in await audit.entries(tx, school_id=one) if e.action == "school.settle"]
        assert [entry.details["kind"] for entry in kept] == ["village"]


@pytest.mark.parametrize(
    ("who", "where", "error"),
    [
        ("Марина", "Тороповская", Forbidden),
        ("Римма", "Тимонин", NotFound),
        ("Саша", "Тороповская", NotFound),
    ],
)
async def test_nobody_else_may(world: World, who: str, where: str, error: type[Exception]) -> None:
    async with world.db.write(await world.actor(who)) as tx:
        with pytest.raises(error):
            await schools.settle(tx, {world.schools[where].school_id or 0: Settlement.TOWN})
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await schools.unsettled(tx) == []
