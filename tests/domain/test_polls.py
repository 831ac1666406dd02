"""A poll: asked, answered once per person or per school, counted; anonymous answers have nobody's name."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from domain import audiences, polls
from domain.actor import SYSTEM, Role
from domain.audiences import Segment
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from domain.polls import Ballot, Kind, Poll, PollSeat, PollSpec, QuestionSpec
from tests.world import World

TEAM = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER))
QUESTIONS = (
    QuestionSpec("Нужна помощь?", options=("Да", "Нет")),
    QuestionSpec("С чем?", Kind.MANY, ("Математика", "Русский", "Физика"), required=False),
    QuestionSpec("Оцените семинар", Kind.SCALE),
    QuestionSpec("Что добавить?", Kind.TEXT, required=False),
)
SPEC = PollSpec("Опрос о семинаре", QUESTIONS)


async def asked(world: World, spec: PollSpec = SPEC, *, who: str = "Римма", key: str = "k") -> Poll:
    async with world.db.write(await world.actor(who)) as tx:
        return await polls.create(tx, spec, TEAM, request_key=key)


async def fill(world: World, name: str, poll: Poll, *values: Any) -> None:
    async with world.db.write(await world.actor(name)) as tx:
        questions = (await polls.sheet(tx, poll.id)).questions
        for question, value in zip(questions, values, strict=False):
            if value is not None:
                await polls.answer(tx, poll.id, question.id, value)


async def hand_in(world: World, name: str, poll: Poll, *values: Any) -> None:
    await fill(world, name, poll, *values)
    async with world.db.write(await world.actor(name)) as tx:
        await polls.submit(tx, poll.id)


async def counted(world: World, poll: Poll, who: str = "Римма") -> polls.Results:
    async with world.db.read(await world.actor(who)) as tx:
        return await polls.results(tx, poll.id)


async def test_counts_and_shares_have_a_base_and_are_rounded_half_up(world: World) -> None:
    poll = await asked(world)
    assert (await asked(world)).id == poll.id
    await hand_in(world, "Тамара", poll, [0], [0, 2], 5, "Больше примеров")
    await hand_in(world, "Вера", poll, [0], None, 4)
    await hand_in(world, "Клим", poll, [1], [2], 4)
    found = await counted(world, poll)
    assert (found.answered, found.voters, found.percent) == (3, 5, 60)
    help_, with_, mark, words = found.tallies
    assert (help_.base, [(r.label, r.chosen, r.percent) for r in help_.rows]) == (
        3,
        [("Да", 2, 67), ("Нет", 1, 33)],
    )
    assert (with_.base, [(r.label, r.chosen, r.percent) for r in with_.rows]) == (
        2,
        [("Математика", 1, 50), ("Русский", 0, 0), ("Физика", 2, 100)],
    )
    assert (mark.base, mark.mean, [r.chosen for r in mark.rows]) == (3, "4,3", [0, 0, 0, 2, 1])
    assert (words.base, words.words) == (1, ["Больше примеров"])


@pytest.mark.parametrize(("part", "whole", "share"), [(3, 24, 13), (9, 24, 38), (0, 7, 0), (1, 0, None)])
def test_shares_are_those_of_the_documents(part: int, whole: int, share: int | None) -> None:
    assert polls.percent(part, whole) == share


async def test_a_person_answers_once_and_may_change_until_then(world: World) -> None:
    poll = await asked(world)
    await fill(world, "Вера", poll, [0], None, 5)
    await fill(world, "Вера", poll, [1])
    await hand_in(world, "Вера", poll, None, None, 3)
    async with world.db.write(await world.actor("Вера")) as tx:
        with pytest.raises(polls.AlreadyAnswered):
            await polls.submit(tx, poll.id)
        questions = (await polls.sheet(tx, poll.id)).questions
        with pytest.raises(polls.AlreadyAnswered):
            await polls.answer(tx, poll.id, questions[0].id, [0])
    found = await counted(world, poll)
    assert [r.chosen for r in found.tallies[0].rows] == [0, 1]
    async with world.db.read(await world.actor("Римма")) as tx:
        given = await polls.ballots(tx, poll.id)
    assert [(name, ballot.place_name) for ballot, name in given] == [("Вера", "Василёвская СОШ")]


async def test_a_required_question_is_asked_for(world: World) -> None:
    poll = await asked(world)
    await fill(world, "Вера", poll, [0])
    async with world.db.write(await world.actor("Вера")) as tx:
        with pytest.raises(polls.AnswerNeeded) as found:
            await polls.submit(tx, poll.id)
    assert found.value.params == {"n": 3}


@pytest.mark.parametrize(
    ("n", "value"), [(0, [0, 1]), (0, [2]), (1, [0, 0]), (2, 6), (2, 0), (3, " "), (0, "Да")]
)
async def test_what_is_no_answer_is_refused(world: World, n: int, value: Any) -> None:
    poll = await asked(world)
    async with world.db.write(await world.actor("Вера")) as tx:
        question = (await polls.sheet(tx, poll.id)).questions[n]
        with pytest.raises(polls.AnswerNeeded):
            await polls.answer(tx, poll.id, question.id, value)


async def test_a_school_answers_once_whoever_of_its_team_is_first(world: World) -> None:
    poll = await asked(world, SPEC._replace(per_school=True))
    await fill(world, "Тамара", poll, [0], None, 5)
    await hand_in(world, "Дина", poll, [1], None, 1)
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(polls.AlreadyAnswered):
            await polls.submit(tx, poll.id)
    found = await counted(world, poll)
    assert (found.answered, found.voters) == (1, 4)
    assert [r.chosen for r in found.tallies[0].rows] == [0, 1]
    async with world.db.read(await world.actor("Римма")) as tx:
        silent = await polls.silent_names(tx, poll.id)
    assert [name for name, _ in silent] == ["Вера", "Клим", "Кирилл"]


async def test_an_anonymous_answer_is_stored_without_any_link(world: World) -> None:
    poll = await asked(world, SPEC._replace(anonymous=True))
    await hand_in(world, "Тамара", poll, [0], None, 5, "secret-4711")
    assert (await counted(world, poll)).is_hidden
    await hand_in(world, "Вера", poll, [1], None, 1)
    await hand_in(world, "Клим", poll, [1], None, 2)
    found = await counted(world, poll)
    assert ([r.chosen for r in found.tallies[0].rows], found.is_hidden) == ([1, 2], False)
    async with world.db.read(SYSTEM) as tx:
        ballots = (await tx.session.scalars(select(Ballot))).all()
        seats = (await tx.session.scalars(select(PollSeat).where(PollSeat.is_done))).all()
        assert [(b.person_id, b.place_name, b.sent_at) for b in ballots] == [(None, None, None)] * 3
        assert [seat.draft for seat in seats] == [{}, {}, {}]
        # The words stand in one cell of the whole database: that of the ballot.
        connection = await tx.session.connection()
        holding = []
        for table in await connection.run_sync(lambda sync: inspect(sync).get_table_names()):
            rows = (await tx.session.execute(text(f'SELECT * FROM "{table}"'))).all()
            holding += [table for row in rows if "secret-4711" in str(tuple(row))]
    assert holding == ["ballot"]


async def test_nobody_is_named_as_silent_in_an_anonymous_poll(world: World) -> None:
    poll = await asked(world, SPEC._replace(anonymous=True))
    async with world.db.write(await world.actor("Римма")) as tx:
        assert await polls.silent_names(tx, poll.id) == []
        assert await polls.remind(tx, poll.id) == 5


async def test_of_a_team_that_sends_at_once_one_is_counted(world: World) -> None:
    poll = await asked(world, SPEC._replace(per_school=True))
    names = ("Тамара", "Дина") * 10
    for name, value in (("Тамара", [0]), ("Дина", [1])):
        await fill(world, name, poll, value, None, 5)

    async def send(name: str) -> bool:
        try:
            async with world.db.write(await world.actor(name)) as tx:
                await polls.submit(tx, poll.id)
        except polls.AlreadyAnswered:
            return False
        return True

    assert sum(await asyncio.gather(*(send(name) for name in names))) == 1
    found = await counted(world, poll)
    assert (found.answered, sum(row.chosen for row in found.tallies[0].rows)) == (1, 1)


async def test_the_silent_are_reminded_once_ever(world: World) -> None:
    ends = world.clock.now() + timedelta(days=3)
    poll = await asked(world, SPEC._replace(closes_at=ends))
    await hand_in(world, "Вера", poll, [0], None, 5)
    async with world.db.write(await world.actor("Римма")) as tx:
        assert [await polls.remind(tx, poll.id), await polls.remind(tx, poll.id)] == [4, 0]
    world.clock.forward(days=2, hours=12)
    async with world.db.write(SYSTEM) as tx:
        assert await polls.plan(tx) == 0
    assert await reminded(world) == {"Дина", "Кирилл", "Клим", "Тамара"}


async def test_the_day_before_the_end_reminds_by_itself(world: World) -> None:
    await asked(world, SPEC._replace(closes_at=world.clock.now() + timedelta(days=3)))
    counts = []
    for _ in range(3):
        world.clock.forward(days=1)
        async with world.db.write(SYSTEM) as tx:
            counts.append(await polls.plan(tx))
    assert counts == [0, 5, 0]


async def reminded(world: World) -> set[str]:
    names = {id_: name for name, id_ in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == "poll_reminder")
        return {names[i or 0] for i in await tx.session.scalars(query)}


async def test_a_closed_poll_takes_nothing_and_keeps_its_results(world: World) -> None:
    poll = await asked(world, SPEC._replace(closes_at=world.clock.now() + timedelta(days=1)))
    await hand_in(world, "Вера", poll, [0], None, 5)
    await fill(world, "Клим", poll, [0], None, 5)
    async with world.db.write(await world.actor("Римма")) as tx:
        await polls.close(tx, poll.id)
        with pytest.raises(polls.PollClosed):
            await polls.close(tx, poll.id)
    async with world.db.write(await world.actor("Клим")) as tx:
        assert (await polls.sheet(tx, poll.id)).seat.draft == {}
        with pytest.raises(polls.PollClosed):
            await polls.submit(tx, poll.id)
    assert (await counted(world, poll)).answered == 1


async def test_time_ends_a_poll_as_well(world: World) -> None:
    poll = await asked(world, SPEC._replace(closes_at=world.clock.now() + timedelta(days=1)))
    world.clock.forward(days=1)
    async with world.db.write(await world.actor("Вера")) as tx:
        with pytest.raises(polls.PollClosed):
            await polls.submit(tx, poll.id)


async def test_strangers_and_others_see_and_do_nothing(world: World) -> None:
    poll = await asked(world, who="Марина")
    foreign = await asked(world, who="Саша", key="far")
    for name in ("Ульяна", "Саша", "Степан", "Вера"):
        async with world.db.write(await world.actor(name)) as tx:
            for ask in (
                polls.results,
                polls.silent_names,
                polls.remind,
                polls.close,
                polls.sheet,
                polls.submit,
            ):
                with pytest.raises(NotFound):
                    await ask(tx, poll.id)
    # Who was asked sees the sheet, not the results.
    async with world.db.write(await world.actor("Тамара")) as tx:
        assert (await polls.sheet(tx, poll.id)).poll.id == poll.id
        with pytest.raises(NotFound):
            await polls.results(tx, poll.id)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert [row.poll.id for row in await polls.poll_list(tx)] == [poll.id]
        with pytest.raises(NotFound):
            await polls.results(tx, foreign.id)
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(Forbidden):
            await polls.create(tx, SPEC, TEAM, request_key="x")


@pytest.mark.parametrize(
    "spec",
    [
        SPEC._replace(title=" "),
        SPEC._replace(questions=()),
        SPEC._replace(questions=(QuestionSpec(" ", options=("Да", "Нет")),)),
        SPEC._replace(questions=(QuestionSpec("Вопрос", options=("Да", " Да ")),)),
        SPEC._replace(questions=QUESTIONS * 6),
    ],
)
async def test_what_cannot_be_asked_is_refused(world: World, spec: PollSpec) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(polls.PollWrong):
            await polls.create(tx, spec, TEAM, request_key="x")


async def test_nobody_to_ask(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(audiences.NobodyToWrite):
            await polls.create(tx, SPEC, Segment(roles=(Role.EXPERT,)), request_key="x")
