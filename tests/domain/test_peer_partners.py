"""Another partner while a round of mutual expertise runs: nothing written is lost, each hears of it once."""

from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import select

from domain import audit, outbox, peer_advice, peer_papers, peer_partners, peer_review, peer_watch, schools
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.peer_review import PeerForm, Step, Verdict
from tests.domain.test_peer_review import do, drafted, fill, groups, id_of, look, refused, started, told
from tests.world import World


async def living(world: World, round_id: int) -> dict[str, tuple[int, str]]:
    """The form and the partner of each school, by name."""
    found = await look(world, "Римма", lambda tx: peer_review.view(tx, round_id))
    return {side.school.name: (side.form.id, side.about.name) for pair in found.pairs for side in pair.sides}


async def pair_of(world: World, form_id: int) -> int:
    async with world.db.read(SYSTEM) as tx:
        return (await tx.session.get_one(PeerForm, form_id)).pair_id


async def with_two_pairs(world: World) -> tuple[int, int, int]:
    """A running round with Тороповская – Климатинская and Василёвская – № 16; it and the two pairs."""
    round_id, mine, _ = await started(world)
    ids = [id_of(world, "Василёвская"), id_of(world, "16")]
    other = await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    return round_id, await pair_of(world, mine), other.id


async def test_a_school_left_and_another_takes_its_place(world: World) -> None:
    round_id, mine, theirs = await started(world)
    await fill(world, "Тамара", mine)
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    pair, new = await pair_of(world, mine), id_of(world, "Василёвская")
    world.clock.moment = datetime(2022, 10, 12, 7, 0, tzinfo=UTC)
    out = id_of(world, "Климатинская")
    await do(world, "Римма", lambda tx: peer_partners.replace(tx, pair, out, new, "Школа выбыла"))
    now = await living(world, round_id)
    assert {name: about for name, (_, about) in now.items()} == {
        "Тороповская ОШ": "Василёвская СОШ",
        "Василёвская СОШ": "Тороповская ОШ",
    }
    # Each team was told once: the one that left, the one that stays, the one that came.
    assert await told(world, "peer_parted") == ["Клим"]
    assert await told(world, "peer_partner") == ["Вера", "Дина", "Дина", "Клим", "Тамара", "Тамара"]
    # What was handed in stays, is read by both schools and above, and is still answered.
    for name in ("Тамара", "Клим", "Римма", "Марина"):
        assert (await look(world, name, lambda tx: peer_review.readable(tx, mine))).texts["strong"]
    assert await refused(world, "Вера", lambda tx: peer_review.readable(tx, mine)) is NotFound
    view = await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))
    assert (view.runs, view.now, len(view.advice)) == (False, None, 4)
    await do(world, "Клим", lambda tx: peer_advice.answer(tx, view.advice[0].id, Verdict.TAKEN))
    # The old form takes nothing more and says why; the former partner's papers are closed.
    for act in (
        partial(peer_review.write, form_id=mine, section="strong", text="x"),
        partial(peer_review.reopen, form_id=mine),
        partial(peer_review.place, form_id=mine),
        partial(peer_papers.partner_papers, form_id=mine),
    ):
        assert await refused(world, "Тамара", act) is peer_review.PartnerChanged
    page = await look(world, "Тамара", lambda tx: peer_review.my_side(tx, now["Тороповская ОШ"][0]))
    assert [(form.id, about.name) for form, about in page.former] == [(mine, "Климатинская СОШ")]
    async with world.db.read(SYSTEM) as tx:
        query = select(audit.AuditEntry.details).where(audit.AuditEntry.action == "peer.replace")
        assert (await tx.session.scalars(query)).all() == [
            {"out": "Климатинская СОШ", "into": "Василёвская СОШ", "why": "Школа выбыла"}
        ]


async def test_a_new_partner_has_a_week_for_each_step(world: World) -> None:
    round_id, mine, _ = await started(world)
    world.clock.moment = datetime(2022, 10, 12, 7, 0, tzinfo=UTC)
    pair, new = await pair_of(world, mine), id_of(world, "Василёвская")
    out = id_of(world, "Климатинская")
    await do(world, "Римма", lambda tx: peer_partners.replace(tx, pair, out, new))
    (task,) = [t for t in await look(world, "Вера", peer_watch.tasks) if t.step is Step.SHARE]
    assert (task.due_on, task.began_at) == (date(2022, 10, 19), world.clock.moment)
    found = await look(world, "Римма", lambda tx: peer_review.view(tx, round_id))
    assert [side.dates.meeting for pair in found.pairs for side in pair.sides] == [date(2022, 10, 26)] * 2
    assert [side.dates.final for pair in found.pairs for side in pair.sides] == [date(2022, 11, 2)] * 2
    # Nobody is silent on the first day, although the round began weeks ago; those without a partner owe nothing.
    assert await look(world, "Римма", peer_watch.silences) == []
    assert await look(world, "Клим", peer_watch.tasks) == []


async def test_two_schools_of_two_pairs_change_places(world: World) -> None:
    round_id, first, _ = await with_two_pairs(world)
    before = await told(world, "peer_partner")
    out, into = id_of(world, "Климатинская"), id_of(world, "16")
    await do(world, "Римма", lambda tx: peer_partners.replace(tx, first, out, into))
    assert {frozenset(group) for group in await groups(world, round_id)} == {
        frozenset({"Тороповская ОШ", "СШ № 16"}),
        frozenset({"Василёвская СОШ", "Климатинская СОШ"}),
    }
    after = await told(world, "peer_partner")
    assert sorted([*before, "Вера", "Дина", "Кирилл", "Клим", "Тамара"]) == after
    assert await told(world, "peer_parted") == []
    found = await look(world, "Римма", lambda tx: peer_partners.pair_view(tx, first))
    assert (list(found.row.sides), len(found.former), len(found.later)) == ([], 2, 2)


async def test_of_three_two_go_on_and_a_third_joins(world: World) -> None:
    round_id = await drafted(world)
    ids = [id_of(world, name) for name in ("Тороповская", "Климатинская", "Василёвская")]
    pair = (await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))).id
    world.clock.moment = datetime(2022, 9, 16, 7, 0, tzinfo=UTC)
    await do(world, "Римма", lambda tx: peer_review.start(tx, round_id))
    before = await living(world, round_id)
    await do(
        world,
        "Клим",
        partial(peer_review.write, form_id=before["Климатинская СОШ"][0], section="strong", text="Да"),
    )
    await do(world, "Римма", lambda tx: peer_partners.leave(tx, pair, ids[2]))
    after = await living(world, round_id)
    assert {name: about for name, (_, about) in after.items()} == {
        "Тороповская ОШ": "Климатинская СОШ",
        "Климатинская СОШ": "Тороповская ОШ",
    }
    # Who writes to the same school as before goes on in the same form.
    assert after["Тороповская ОШ"] == before["Тороповская ОШ"]
    assert after["Климатинская СОШ"][0] != before["Климатинская СОШ"][0]
    await fill(world, "Тамара", after["Тороповская ОШ"][0])
    await do(world, "Римма", lambda tx: peer_partners.join(tx, pair, id_of(world, "16")))
    joined = await living(world, round_id)
    assert joined["Тороповская ОШ"] == after["Тороповская ОШ"]  # it had written, the other had not
    assert (joined["Климатинская СОШ"][1], joined["СШ № 16"][1]) == ("СШ № 16", "Тороповская ОШ")
    old = await look(world, "Клим", lambda tx: peer_review.my_side(tx, before["Климатинская СОШ"][0]))
    assert (old.mine.form.texts, old.mine.about.name) == ({"strong": "Да"}, "Василёвская СОШ")
    for name in ("Тамара", "Клим", "Вера"):
        for form, _ in await look(world, name, peer_review.my_forms):
            view = await look(world, name, partial(peer_review.my_side, form_id=form.id))
            assert view.mine.form.id == form.id


async def test_after_a_merger_the_words_go_on(world: World) -> None:
    round_id, mine, theirs = await started(world)
    await fill(world, "Тамара", mine)
    await do(world, "Клим", partial(peer_review.write, form_id=theirs, section="strong", text="Музей"))
    pair, out, into = await pair_of(world, mine), id_of(world, "Климатинская"), id_of(world, "Василёвская")
    await do(world, "Римма", lambda tx: peer_partners.replace(tx, pair, out, into, carry=True))
    now = await living(world, round_id)
    async with world.db.read(SYSTEM) as tx:
        kept = {name: (await tx.session.get_one(PeerForm, form)).texts for name, (form, _) in now.items()}
    assert kept["Василёвская СОШ"] == {"strong": "Музей"}
    assert kept["Тороповская ОШ"]["borrow"] == "Сайт ИРО"


async def test_a_pair_taken_apart_owes_nothing_and_can_be_paired_again(world: World) -> None:
    round_id, mine, _ = await started(world)
    await fill(world, "Тамара", mine)
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    pair = await pair_of(world, mine)
    await do(world, "Марина", lambda tx: peer_review.round_(tx, round_id))
    await do(world, "Римма", lambda tx: peer_partners.part(tx, pair, "Не договорились"))
    assert await told(world, "peer_parted") == ["Дина", "Клим", "Тамара"]
    assert await look(world, "Тамара", peer_watch.tasks) == []
    assert (
        await refused(world, "Римма", lambda tx: peer_partners.part(tx, pair)) is peer_review.PartnerChanged
    )
    # The final form counts for the school that wrote it; its partner owes nothing without a new one.
    world.clock.moment = datetime(2022, 11, 3, 7, 0, tzinfo=UTC)
    async with world.db.read(SYSTEM) as tx:
        year = date(2022, 1, 1), date(2022, 12, 31)
        facts = await peer_watch.facts(tx, select(schools.School.id), *year)
    assert [(fact.school_id, fact.done) for fact in facts] == [(id_of(world, "Тороповская"), True)]
    ids = [id_of(world, "Тороповская"), id_of(world, "Климатинская")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    assert len(await groups(world, round_id)) == 1


@pytest.mark.parametrize(
    ("name", "why"), [("Ольга", Forbidden), ("Марина", Forbidden), ("Тамара", Forbidden), ("Саша", NotFound)]
)
async def test_only_who_runs_the_round_changes_partners(world: World, name: str, why: type) -> None:
    _, mine, _ = await started(world)
    pair, out, into = await pair_of(world, mine), id_of(world, "Климатинская"), id_of(world, "Василёвская")
    for act in (
        partial(peer_partners.part, pair_id=pair),
        partial(peer_partners.leave, pair_id=pair, school_id=out),
        partial(peer_partners.join, pair_id=pair, school_id=into),
        partial(peer_partners.replace, pair_id=pair, out=out, into=into),
    ):
        assert await refused(world, name, act) is why
    assert await told(world, "peer_parted") == []


async def test_what_cannot_be_changed(world: World) -> None:
    round_id, first, _ = await with_two_pairs(world)
    here, there = id_of(world, "Тороповская"), id_of(world, "Василёвская")
    far = id_of(world, "Тимонин")
    for act, why in (
        (partial(peer_partners.replace, pair_id=first, out=there, into=here), peer_review.NobodyElse),
        (partial(peer_partners.replace, pair_id=first, out=here, into=far), peer_review.NobodyElse),
        (
            partial(peer_partners.replace, pair_id=first, out=here, into=id_of(world, "Климатинская")),
            peer_review.NobodyElse,
        ),
        (partial(peer_partners.leave, pair_id=first, school_id=there), peer_review.NobodyElse),
        (partial(peer_partners.join, pair_id=first, school_id=far), peer_review.NobodyElse),
        (partial(peer_partners.join, pair_id=first, school_id=there), peer_review.AlreadyPaired),
        (partial(peer_partners.part, pair_id=10**6), NotFound),
    ):
        assert await refused(world, "Римма", act) is why
    await do(world, "Римма", lambda tx: peer_review.end(tx, round_id))
    assert await refused(world, "Римма", lambda tx: peer_partners.part(tx, first)) is peer_review.RoundOver
    draft = await drafted(world)
    ids = [here, there]
    pair = (await do(world, "Римма", lambda tx: peer_review.pair_up(tx, draft, ids))).id
    assert (
        await refused(world, "Римма", lambda tx: peer_partners.part(tx, pair)) is peer_review.RoundNotStarted
    )
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.id).where(outbox.OutboxMessage.kind == "peer_parted")
        assert (await tx.session.scalars(query)).all() == []
