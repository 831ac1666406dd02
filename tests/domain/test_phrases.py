"""Ready phrases: the usual ones, until a region writes its own."""

import pytest

from domain import phrases
from domain.errors import Forbidden, NotFound
from domain.progress import CONFIRM_PHRASES, RETURN_PHRASES, Decision
from tests.world import World

RETURN = Decision.RETURN


async def keep(world: World, who: str, *lines: str) -> None:
    async with world.db.write(await world.actor(who)) as tx:
        await phrases.keep_phrases(tx, world.places["область"].region_id or 0, RETURN, lines)


async def offered(world: World, who: str, place: str = "область", decision: Decision = RETURN) -> list[str]:
    async with world.db.read(await world.actor(who)) as tx:
        return [p.text for p in await phrases.phrases(tx, world.places[place].region_id or 0, decision)]


async def test_a_region_writes_its_own_and_the_neighbour_keeps_the_usual(world: World) -> None:
    assert await offered(world, "Кирилл") == list(RETURN_PHRASES.values())
    await keep(world, "Римма", "Нет  подписи", "", "Не тот год", "Нет подписи")
    assert await offered(world, "Кирилл") == ["Нет подписи", "Не тот год"]
    assert await offered(world, "Саша", "чужая область") == list(RETURN_PHRASES.values())
    assert await offered(world, "Кирилл", decision=Decision.CONFIRM) == list(CONFIRM_PHRASES.values())


async def test_an_old_button_keeps_its_words(world: World) -> None:
    region_id = world.places["область"].region_id or 0
    await keep(world, "Римма", "Нет подписи", "Не тот год")
    async with world.db.read(await world.actor("Кирилл")) as tx:
        first, second = await phrases.phrases(tx, region_id, RETURN)
    await keep(world, "Римма", "Не тот год", "Не тот документ")
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert await phrases.phrase(tx, region_id, RETURN, first.key) == first
        assert (await phrases.phrases(tx, region_id, RETURN))[0] == second
        assert await phrases.phrase(tx, region_id, Decision.CONFIRM, first.key) is None
        assert (
            await phrases.phrase(tx, world.places["чужая область"].region_id or 0, RETURN, first.key) is None
        )
        assert await phrases.phrase(tx, region_id, RETURN, "no_proof") is not None
        for wrong in ("", "999", "²", "-1", "x"):
            assert await phrases.phrase(tx, region_id, RETURN, wrong) is None


async def test_an_empty_list_brings_the_usual_back(world: World) -> None:
    await keep(world, "Римма", "Нет подписи")
    await keep(world, "Римма")
    assert await offered(world, "Кирилл") == list(RETURN_PHRASES.values())


@pytest.mark.parametrize("lines", [["а" * 201], [str(n) for n in range(9)]])
async def test_buttons_have_an_end(world: World, lines: list[str]) -> None:
    with pytest.raises(phrases.PhrasesWrong):
        await keep(world, "Римма", *lines)


@pytest.mark.parametrize(
    ("who", "error"),
    [("Марина", NotFound), ("Кирилл", NotFound), ("Ольга", Forbidden), ("Саша", NotFound)],
)
async def test_nobody_below_writes_for_the_region(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await keep(world, who, "Нет подписи")
