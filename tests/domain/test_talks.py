"""Question and answer on an assignment: who speaks, who hears, who waits."""

import pytest
from sqlalchemy import select

from domain import outbox, talks
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.progress import Source
from domain.talks import Side, Turn
from tests.world import World


@pytest.fixture
async def work_id(world: World) -> int:
    return await world.assignment_id("Тороповская", "2.1")


async def say(world: World, who: str, work_id: int, text: str, source: Source = Source()) -> int:  # noqa: B008
    async with world.db.write(await world.actor(who)) as tx:
        return (await talks.say(tx, work_id, text, source)).id


async def told(world: World, utterance_id: int) -> tuple[str, list[str]]:
    """The kind of the message and who gets it."""
    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        rows = (
            await tx.session.scalars(
                select(outbox.OutboxMessage).where(outbox.OutboxMessage.kind.in_(list(Turn)))
            )
        ).all()
    mine = [row for row in rows if row.params["utterance_id"] == utterance_id]
    return mine[0].kind, sorted(names[row.person_id or 0] for row in mine)


async def test_a_question_goes_to_the_reviewer_and_the_answer_back(world: World, work_id: int) -> None:
    question = await say(world, "Дина", work_id, "Нужен ли протокол?")
    assert await told(world, question) == ("question", ["Кирилл"])
    answer = await say(world, "Кирилл", work_id, "Да, подписанный")
    assert await told(world, answer) == ("answer", ["Дина"])
    async with world.db.read(await world.actor("Тамара")) as tx:
        thread = await talks.thread(tx, work_id)
    assert [(u.side, u.turn, u.text, thread.names[u.said_by or 0]) for u in thread.said] == [
        (Side.SCHOOL, Turn.QUESTION, "Нужен ли протокол?", "Дина"),
        (Side.REVIEWER, Turn.ANSWER, "Да, подписанный", "Кирилл"),
    ]


async def test_a_reviewers_question_goes_to_the_whole_team(world: World, work_id: int) -> None:
    question = await say(world, "Кирилл", work_id, "Где лист регистрации?")
    assert await told(world, question) == ("question", ["Дина", "Тамара"])
    answer = await say(world, "Тамара", work_id, "Приложим")
    assert await told(world, answer) == ("answer", ["Кирилл"])


async def test_without_a_curator_the_coordinator_hears(world: World) -> None:
    work_id = await world.assignment_id("Климатинская", "2.1")
    assert await told(world, await say(world, "Клим", work_id, "Можно позже?")) == ("question", ["Ульяна"])


async def test_the_same_message_twice_is_said_once(world: World, work_id: int) -> None:
    source = Source(1, 2)
    assert await say(world, "Дина", work_id, "Раз", source) == await say(
        world, "Дина", work_id, "Раз", source
    )
    async with world.db.read(await world.actor("Дина")) as tx:
        assert len((await talks.thread(tx, work_id)).said) == 1


async def test_who_is_waited_for(world: World, work_id: int) -> None:
    async def waiting() -> dict[str, list[str]]:
        found = {}
        for who in ("Дина", "Кирилл", "Марина", "Клим", "Ольга", "Саша"):
            async with world.db.read(await world.actor(who)) as tx:
                found[who] = [f"{q.school.name}: {q.utterance.text}" for q in await talks.open_questions(tx)]
        return {who: questions for who, questions in found.items() if questions}

    await say(world, "Дина", work_id, "Нужен ли протокол?")
    assert await waiting() == {"Кирилл": ["Тороповская ОШ: Нужен ли протокол?"]}
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert (await talks.thread(tx, work_id)).waits
    await say(world, "Кирилл", work_id, "Да")
    assert await waiting() == {}
    await say(world, "Кирилл", work_id, "И где он?")
    assert await waiting() == {"Дина": ["Тороповская ОШ: И где он?"]}


async def test_readers_read_and_strangers_find_nothing(world: World, work_id: int) -> None:
    await say(world, "Дина", work_id, "Нужен ли протокол?")
    async with world.db.write(await world.actor("Ольга")) as tx:
        thread = await talks.thread(tx, work_id)
        assert (len(thread.said), thread.side, thread.waits) == (1, None, False)
        with pytest.raises(Forbidden):
            await talks.say(tx, work_id, "А я думаю…")
    for who in ("Клим", "Саша", "Степан"):
        async with world.db.write(await world.actor(who)) as tx:
            with pytest.raises(NotFound):
                await talks.thread(tx, work_id)
            with pytest.raises(NotFound):
                await talks.say(tx, work_id, "Здравствуйте")


async def test_words_are_needed_and_endless_ones_are_cut(world: World, work_id: int) -> None:
    with pytest.raises(talks.NothingSaid):
        await say(world, "Дина", work_id, " \n ")
    await say(world, "Дина", work_id, "а" * 10_000)
    async with world.db.read(await world.actor("Дина")) as tx:
        assert len((await talks.thread(tx, work_id)).said[0].text) == talks.LONGEST
