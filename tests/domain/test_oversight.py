"""The second look: a fair sample, a confirmation taken back with a reason, groups only of what was seen."""

import pytest
from sqlalchemy import select

from domain import audit, outbox, oversight, progress
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.oversight import Verdict
from domain.progress import Decision, Status
from tests.world import World


async def hand_in(world: World, who: str, school: str, number: str) -> int:
    work_id = await world.assignment_id(school, number)
    async with world.db.write(await world.actor(who)) as tx:
        await progress.add_text(tx, work_id, "Приказ № 41")
        return (await progress.submit(tx, work_id)).id


async def confirm(world: World, who: str, number: int) -> None:
    async with world.db.write(await world.actor(who)) as tx:
        await progress.decide(tx, number, Decision.CONFIRM, "Хорошо")


async def confirmed(world: World, number: str = "2.1") -> int:
    report = await hand_in(world, "Дина", "Тороповская", number)
    await confirm(world, "Кирилл", report)
    return report


async def unconfirm(world: World, who: str, report: int, reason: str = "Приказ другого года") -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await oversight.unconfirm(tx, report, reason)).id


async def test_a_confirmation_is_taken_back_with_a_reason(world: World) -> None:
    report = await confirmed(world)
    review_id = await unconfirm(world, "Марина", report)
    async with world.db.read(await world.actor("Дина")) as tx:
        card = await progress.submission_card(tx, report)
    assert card.assignment.status is Status.RETURNED
    assert card.returned is not None
    assert (card.returned.id, card.returned.comment) == (review_id, "Приказ другого года")
    assert [e.text for e in card.draft] == ["Приказ № 41"]
    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        rows = (
            await tx.session.scalars(select(outbox.OutboxMessage).order_by(outbox.OutboxMessage.id))
        ).all()
        trail = [e.action for e in await audit.entries(tx, actions=["review.confirm", "review.unconfirm"])]
    told = [(r.kind, names[r.person_id or 0]) for r in rows if r.params.get("review_id") == review_id]
    assert told == [("decided", "Дина"), ("unconfirmed", "Кирилл")]
    assert trail == ["review.unconfirm", "review.confirm"]


async def test_the_school_sends_again_and_the_curator_decides_again(world: World) -> None:
    await unconfirm(world, "Марина", await confirmed(world))
    again = await hand_in(world, "Дина", "Тороповская", "2.1")
    await confirm(world, "Кирилл", again)
    async with world.db.read(SYSTEM) as tx:
        card = await progress.submission_card(tx, again)
    assert (card.assignment.status, card.assignment.version) == (Status.CONFIRMED, 2)


async def test_pressing_again_changes_nothing_and_another_is_told_how_it_stands(world: World) -> None:
    report = await confirmed(world)
    assert await unconfirm(world, "Марина", report) == await unconfirm(world, "Марина", report)
    with pytest.raises(oversight.NotConfirmed):
        await unconfirm(world, "Римма", report)


async def test_what_was_only_returned_is_not_unconfirmed(world: World) -> None:
    report = await hand_in(world, "Дина", "Тороповская", "2.1")
    with pytest.raises(oversight.NotConfirmed):
        await unconfirm(world, "Марина", report)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("Кирилл", Forbidden),
        ("Дина", progress.OwnSchool),
        ("Ольга", Forbidden),
        ("Ульяна", NotFound),
        ("Саша", NotFound),
    ],
)
async def test_a_confirmed_report_is_locked_for_everybody_else(
    world: World, who: str, error: type[Exception]
) -> None:
    report = await confirmed(world)
    with pytest.raises(error):
        await unconfirm(world, who, report)


async def test_a_reason_is_needed(world: World) -> None:
    report = await confirmed(world)
    with pytest.raises(progress.CommentNeeded):
        await unconfirm(world, "Марина", report, "  ")


def test_the_sample_is_random_reproducible_and_steady() -> None:
    first = oversight.pick(range(1, 1001), 50, "ноябрь")
    assert first == oversight.pick(reversed(range(1, 1001)), 50, "ноябрь")
    assert first != oversight.pick(range(1, 1001), 50, "декабрь")
    assert oversight.pick(range(1, 1001), 20, "ноябрь") == first[:20]
    grown = oversight.pick(range(1, 1101), 50, "ноябрь")
    assert [n for n in grown if n <= 1000] == first[: sum(n <= 1000 for n in grown)]
    assert oversight.pick([3, 3, 4], 5, "") in ([3, 4], [4, 3])
    assert oversight.pick([1], 0, "x") == []
    halves = sum(n <= 500 for n in oversight.pick(range(1, 1001), 200, "волна 3"))
    assert 80 <= halves <= 120


async def test_the_sample_stays_inside_the_actors_places_and_shows_what_was_looked_at(world: World) -> None:
    ours = [await confirmed(world, number) for number in ("2.1", "2.2", "2.3")]
    other = await hand_in(world, "Вера", "Василёвская", "2.1")
    await confirm(world, "Клим", other)
    foreign = await hand_in(world, "Степан", "Тимонин", "2.1")
    await confirm(world, "Саша", foreign)
    await hand_in(world, "Вера", "Василёвская", "2.2")
    async with world.db.write(await world.actor("Марина")) as tx:
        await oversight.agree(tx, ours[0], "Всё верно")
    found = {}
    for who in ("Марина", "Римма", "Саша", "Кирилл", "Ольга"):
        async with world.db.read(await world.actor(who)) as tx:
            rows = await oversight.sample(tx, size=10, seed="x")
        found[who] = sorted(row.submission.id for row in rows)
        if who == "Марина":
            assert {r.submission.id: r.look.verdict for r in rows if r.look} == {ours[0]: Verdict.AGREED}
            assert {r.reviewer for r in rows} == {"Кирилл"}
    assert found == {
        "Марина": ours,
        "Римма": [*ours, other],
        "Саша": [],  # her own confirmations are for other eyes
        "Кирилл": [],
        "Ольга": [],
    }
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await oversight.sample(tx, size=10, seed="x", until=world.clock.moment) == []


async def test_a_group_decision_takes_only_what_was_seen_and_may_be_decided(world: World) -> None:
    seen = await hand_in(world, "Клим", "Климатинская", "2.1")
    unseen = await hand_in(world, "Клим", "Климатинская", "2.2")
    curators = await hand_in(world, "Вера", "Василёвская", "2.1")  # has a curator who is not silent yet
    foreign = await hand_in(world, "Степан", "Тимонин", "2.1")
    for report in (seen, seen, curators):
        async with world.db.write(await world.actor("Ульяна")) as tx:
            await oversight.mark_seen(tx, report)
    async with world.db.write(await world.actor("Ульяна")) as tx:
        group = await oversight.decide_many(
            tx, [seen, unseen, curators, foreign, seen], Decision.CONFIRM, "Принято"
        )
    assert group.decided == [seen]
    assert {n: type(error) for n, error in group.refused.items()} == {
        unseen: oversight.NotSeen,
        curators: progress.NotYourTurn,
        foreign: NotFound,
    }
    async with world.db.read(SYSTEM) as tx:
        statuses = [
            (await progress.submission_card(tx, n)).assignment.status for n in (seen, unseen, curators)
        ]
    assert statuses == [Status.CONFIRMED, Status.IN_REVIEW, Status.IN_REVIEW]


async def test_curators_decide_one_by_one(world: World) -> None:
    report = await hand_in(world, "Дина", "Тороповская", "2.1")
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await oversight.mark_seen(tx, report)
        group = await oversight.decide_many(tx, [report], Decision.CONFIRM, "Хорошо")
    assert (group.decided, type(group.refused[report])) == ([], Forbidden)


async def test_a_group_has_a_word_and_an_end(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(progress.CommentNeeded):
            await oversight.decide_many(tx, [1], Decision.CONFIRM, "")
        with pytest.raises(oversight.TooMany):
            await oversight.decide_many(tx, range(1, 52), Decision.CONFIRM, "Принято")


async def test_what_is_not_found_cannot_be_seen(world: World) -> None:
    report = await hand_in(world, "Дина", "Тороповская", "2.1")
    async with world.db.write(await world.actor("Саша")) as tx:
        with pytest.raises(NotFound):
            await oversight.mark_seen(tx, report)
