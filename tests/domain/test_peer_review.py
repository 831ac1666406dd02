"""A round of mutual expertise from its making to its end, by its people, with strangers at the door."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from domain import (
    adapting,
    mornings,
    outbox,
    peer_advice,
    peer_papers,
    peer_review,
    peer_watch,
    progress,
    reminders,
    risks,
)
from domain.actor import SYSTEM
from domain.audit import AuditEntry
from domain.db import Tx, WriteTx
from domain.errors import DomainError, Forbidden, NotFound
from domain.files import FileStore
from domain.peer_review import DEFAULT_SECTIONS, PeerForm, RoundSpec, Step, Verdict
from domain.risks import RiskFactor
from tests.world import World

TEXTS = {
    "strong": "Сильная команда",
    "programme": "- Назвать показатели\n- Указать сроки",
    "measures": "Провести семинар",
    "borrow": "Сайт ИРО",
}


def id_of(world: World, school: str) -> int:
    return world.schools[school].school_id or 0


async def do(world: World, name: str, act: Callable[[WriteTx], Awaitable[Any]]) -> Any:
    async with world.db.write(await world.actor(name)) as tx:
        return await act(tx)


async def look(world: World, name: str, ask: Callable[[Tx], Awaitable[Any]]) -> Any:
    async with world.db.read(await world.actor(name)) as tx:
        return await ask(tx)


async def refused(world: World, name: str, act: Callable[[WriteTx], Awaitable[Any]]) -> type[DomainError]:
    with pytest.raises(DomainError) as caught:
        await do(world, name, act)
    return caught.type


def spec(world: World, **changes: Any) -> RoundSpec:
    dates = peer_review.next_dates(world.clock.moment.date(), None)
    return RoundSpec("Взаимоэкспертиза 2022", dates, DEFAULT_SECTIONS)._replace(**changes)


async def drafted(world: World) -> int:
    place = world.places["область"]
    made = await do(world, "Римма", lambda tx: peer_review.open_round(tx, place, spec(world)))
    return int(made.id)


async def started(world: World) -> tuple[int, int, int]:
    """A running round with one pair, Тороповская and Климатинская; its id and the forms of the two."""
    round_id = await drafted(world)
    ids = [id_of(world, "Тороповская"), id_of(world, "Климатинская")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    world.clock.moment = datetime(2022, 9, 16, 7, 0, tzinfo=UTC)
    await do(world, "Римма", lambda tx: peer_review.start(tx, round_id))
    return round_id, await form_of(world, round_id, ids[0]), await form_of(world, round_id, ids[1])


async def form_of(world: World, round_id: int, school_id: int) -> int:
    async with world.db.read(SYSTEM) as tx:
        query = select(PeerForm.id).where(PeerForm.round_id == round_id, PeerForm.school_id == school_id)
        return (await tx.session.scalars(query)).one()


async def told(world: World, kind: str) -> list[str]:
    """To whom messages of a kind were queued, by name."""
    names = {number: name for name, number in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.person_id).where(outbox.OutboxMessage.kind == kind)
        return sorted(names[number or 0] for number in await tx.session.scalars(query))


async def fill(world: World, name: str, form_id: int) -> None:
    for key, text in TEXTS.items():
        await do(world, name, partial(peer_review.write, form_id=form_id, section=key, text=text))


async def groups(world: World, round_id: int) -> list[list[str]]:
    found = await look(world, "Римма", lambda tx: peer_review.view(tx, round_id))
    return [[side.school.name for side in pair.sides] for pair in found.pairs]


async def test_only_coordinators_of_the_place_make_rounds(world: World) -> None:
    region, district = world.places["область"], world.places["Даниловский"]
    for name, place, why in (
        ("Ольга", region, Forbidden),
        ("Марина", region, NotFound),
        ("Тамара", district, NotFound),
        ("Ульяна", district, NotFound),
        ("Саша", region, NotFound),
    ):
        assert (
            await refused(world, name, partial(peer_review.open_round, place=place, spec=spec(world))) is why
        )
    made = await do(world, "Марина", lambda tx: peer_review.open_round(tx, district, spec(world)))
    assert made.place == district


async def test_a_draft_is_seen_by_its_region_alone(world: World) -> None:
    round_id = await drafted(world)
    seen = {
        name: [one.id for one in await look(world, name, peer_review.rounds)]
        for name in ("Римма", "Ольга", "Марина", "Тамара", "Кирилл", "Саша")
    }
    assert seen == {
        "Римма": [round_id],
        "Ольга": [round_id],
        "Марина": [],
        "Тамара": [],
        "Кирилл": [],
        "Саша": [],
    }
    assert await refused(world, "Ольга", lambda tx: peer_review.start(tx, round_id)) is Forbidden
    assert await refused(world, "Марина", lambda tx: peer_review.start(tx, round_id)) is NotFound


async def test_a_proposal_avoids_common_curators_and_own_municipality(world: World) -> None:
    # Кирилл curates Тороповская and heads № 16, Клим curates Василёвская and heads Климатинская.
    round_id = await drafted(world)
    count = await do(world, "Римма", lambda tx: peer_review.propose_pairs(tx, round_id, triple=True))
    found = {frozenset(group) for group in await groups(world, round_id)}
    assert count == 2
    assert found in (
        {
            frozenset({"Тороповская ОШ", "Климатинская СОШ"}),
            frozenset({"Василёвская СОШ", "СШ № 16"}),
        },
        {
            frozenset({"Тороповская ОШ", "Василёвская СОШ"}),
            frozenset({"Климатинская СОШ", "СШ № 16"}),
        },
    )


async def test_pairs_by_hand(world: World) -> None:
    round_id = await drafted(world)
    here, next_, third = (id_of(world, name) for name in ("Тороповская", "Климатинская", "Василёвская"))
    far = id_of(world, "Тимонин")

    def pair(*ids: int) -> Callable[[WriteTx], Awaitable[Any]]:
        return lambda tx: peer_review.pair_up(tx, round_id, ids)

    for wrong in ((here,), (here, here), (here, far), (here, next_, third, id_of(world, "16"))):
        assert await refused(world, "Римма", pair(*wrong)) is peer_review.PairWrong
    await do(world, "Римма", pair(here, next_))
    assert await refused(world, "Римма", pair(here, third)) is peer_review.AlreadyPaired
    await do(world, "Римма", lambda tx: peer_review.swap(tx, round_id, next_, third))
    assert await groups(world, round_id) == [["Тороповская ОШ", "Василёвская СОШ"]]
    waiting = (await look(world, "Римма", lambda tx: peer_review.view(tx, round_id))).waiting
    assert [name.name for name, _ in waiting] == ["Климатинская СОШ", "СШ № 16"]
    pair_id = (await look(world, "Римма", lambda tx: peer_review.view(tx, round_id))).pairs[0].pair.id
    assert await refused(world, "Саша", lambda tx: peer_review.unpair(tx, pair_id)) is NotFound
    await do(world, "Римма", lambda tx: peer_review.unpair(tx, pair_id))
    assert await groups(world, round_id) == []
    assert await refused(world, "Римма", lambda tx: peer_review.start(tx, round_id)) is peer_review.NoPairs


async def test_partners_hear_of_each_other_once(world: World) -> None:
    round_id, mine, _ = await started(world)
    assert await told(world, "peer_partner") == ["Дина", "Клим", "Тамара"]
    assert (
        await refused(world, "Римма", lambda tx: peer_review.start(tx, round_id)) is peer_review.RoundStarted
    )
    swap = await refused(
        world,
        "Римма",
        lambda tx: peer_review.swap(tx, round_id, id_of(world, "Тороповская"), id_of(world, "16")),
    )
    assert swap is peer_review.RoundStarted
    found = await look(world, "Тамара", lambda tx: peer_review.my_side(tx, mine))
    assert found.mine.about.name == "Климатинская СОШ"
    # Two more come to a round that runs: they hear at once.
    ids = [id_of(world, "Василёвская"), id_of(world, "16")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    assert await told(world, "peer_partner") == ["Вера", "Дина", "Кирилл", "Клим", "Тамара"]


async def test_nobody_else_has_a_side(world: World) -> None:
    _, mine, _ = await started(world)
    for name in ("Римма", "Марина", "Клим", "Кирилл", "Вера", "Саша", "Степан"):
        assert await refused(world, name, lambda tx: peer_review.my_side(tx, mine)) is NotFound
        assert (
            await refused(world, name, lambda tx: peer_review.write(tx, mine, "strong", "чужое")) is NotFound
        )
        assert await refused(world, name, lambda tx: peer_papers.partner_papers(tx, mine)) is NotFound


async def test_a_draft_is_the_school_s_own_until_it_is_shown(world: World) -> None:
    _, mine, theirs = await started(world)
    assert (
        await refused(world, "Тамара", lambda tx: peer_review.share(tx, mine)) is peer_review.NothingWritten
    )
    await do(world, "Дина", lambda tx: peer_review.write(tx, mine, "programme", "Назвать показатели"))
    await do(world, "Тамара", lambda tx: peer_review.write(tx, mine, "programme", "Указать сроки", add=True))
    assert await refused(world, "Тамара", lambda tx: peer_review.write(tx, mine, "other", "…")) is NotFound
    for name in ("Клим", "Римма", "Марина", "Кирилл", "Саша"):
        assert await refused(world, name, lambda tx: peer_review.readable(tx, mine)) is NotFound
    assert (await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))).received is None
    await do(world, "Тамара", lambda tx: peer_review.share(tx, mine))
    await do(world, "Дина", lambda tx: peer_review.share(tx, mine))
    assert await told(world, "peer_shared") == ["Клим"]
    for name in ("Клим", "Римма", "Ольга", "Марина", "Кирилл", "Тамара"):
        form = await look(world, name, lambda tx: peer_review.readable(tx, mine))
        assert form.texts == {"programme": "Назвать показатели\nУказать сроки"}
    for name in ("Ульяна", "Вера", "Саша", "Степан"):
        assert await refused(world, name, lambda tx: peer_review.readable(tx, mine)) is NotFound


async def test_a_meeting_is_told_to_the_other_side_once_a_change(world: World) -> None:
    _, mine, theirs = await started(world)
    at = world.clock.moment + timedelta(days=10)

    def meet(form: int, when: datetime, link: str = "") -> Callable[[WriteTx], Awaitable[Any]]:
        return lambda tx: peer_review.set_meeting(tx, form, when, link)

    await do(world, "Тамара", meet(mine, at, "https://meet.example.ru/1"))
    await do(world, "Тамара", meet(mine, at, "https://meet.example.ru/1"))
    assert await told(world, "peer_meeting") == ["Клим"]
    for link in ("javascript:alert(1)", "meet.example.ru"):
        assert await refused(world, "Тамара", meet(mine, at, link)) is peer_review.BadLink
    for wrong in (world.clock.moment - timedelta(days=1), datetime(2022, 11, 16, 12, tzinfo=UTC)):
        assert await refused(world, "Тамара", meet(mine, wrong)) is peer_review.MeetingWrong
    assert await refused(world, "Клим", lambda tx: peer_review.hold(tx, theirs)) is peer_review.MeetingWrong
    world.clock.forward(days=11)
    await do(world, "Клим", lambda tx: peer_review.hold(tx, theirs))
    for name, form in (("Тамара", mine), ("Клим", theirs)):
        side = (await look(world, name, partial(peer_review.my_side, form_id=form))).mine
        assert side.owes == [Step.SHARE]


async def test_final_recommendations_are_answered(world: World) -> None:
    _, mine, theirs = await started(world)
    await do(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "Команда"))
    assert await refused(world, "Тамара", lambda tx: peer_review.finish(tx, mine)) is peer_review.SectionsLeft
    assert await refused(world, "Тамара", lambda tx: peer_review.place(tx, mine)) is peer_review.NotFinal
    await fill(world, "Тамара", mine)
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    assert await told(world, "peer_final") == ["Клим"]
    late = await refused(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "…"))
    assert late is peer_review.FormFinal
    view = await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))
    assert [one.text for one in view.advice] == [
        "Назвать показатели", "Указать сроки", "Провести семинар", "Сайт ИРО",
    ]  # fmt: skip
    # Taken back and made final again: the same four, once.
    await do(world, "Тамара", lambda tx: peer_review.reopen(tx, mine))
    assert (await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))).advice == []
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    first, second, third, _ = (await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))).advice
    for name in ("Тамара", "Римма", "Ульяна", "Степан"):
        no = await refused(world, name, lambda tx: peer_advice.answer(tx, first.id, Verdict.TAKEN))
        assert no is NotFound
    no_reason = await refused(world, "Клим", lambda tx: peer_advice.answer(tx, first.id, Verdict.DECLINED))
    assert no_reason is peer_review.WhyNeeded
    for _ in range(2):
        await do(
            world, "Клим", lambda tx: peer_advice.answer(tx, first.id, Verdict.DECLINED, "Показатели есть")
        )
        await do(world, "Клим", lambda tx: peer_advice.answer(tx, second.id, Verdict.TAKEN))
    due = date(2022, 12, 20)
    for _ in range(2):  # a second press adds nothing
        made = await do(world, "Клим", lambda tx: peer_advice.into_plan(tx, third.id, world.roadmap_id, due))
    rows = await look(world, "Клим", progress.my_work)
    own = [row for row in rows if row.assignment.id == made.assignment_id]
    assert [(row.measure.title, row.assignment.due_on) for row in own] == [("Провести семинар", due)]
    assert sum(row.measure.title == "Провести семинар" for row in rows) == 1
    for _ in range(2):
        await do(world, "Тамара", lambda tx: peer_review.place(tx, mine))
    async with world.db.read(SYSTEM) as tx:
        noted = (await tx.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()[-4:]
    assert list(noted) == ["peer.taken", "plan.add_row", "peer.into_plan", "peer.place"]  # each press once
    assert await refused(world, "Тамара", lambda tx: peer_review.reopen(tx, mine)) is peer_review.FormFinal
    given = (await look(world, "Тамара", lambda tx: peer_review.my_side(tx, mine))).given
    assert [(one.verdict, one.why) for one in given] == [
        (Verdict.DECLINED, "Показатели есть"),
        (Verdict.TAKEN, ""),
        (Verdict.TAKEN, ""),
        (None, ""),
    ]


async def test_what_does_not_fit_is_refused_and_a_removed_measure_leaves_the_answer(world: World) -> None:
    _, mine, theirs = await started(world)
    await do(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "а" * 3999))
    more = await refused(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "б", add=True))
    assert more is peer_review.TextTooLong
    await fill(world, "Тамара", mine)
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    first = (await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))).advice[0]
    due = date(2022, 12, 20)
    made = await do(world, "Клим", lambda tx: peer_advice.into_plan(tx, first.id, world.roadmap_id, due))
    own_row = made.assignment_id
    kept = await refused(world, "Клим", lambda tx: adapting.remove_row(tx, own_row))
    assert kept is progress.AssignmentClosed  # the recommendation hangs on it
    await do(world, "Клим", lambda tx: peer_advice.answer(tx, first.id, Verdict.DECLINED, "Передумали"))
    await do(world, "Клим", lambda tx: adapting.remove_row(tx, own_row))
    left = (await look(world, "Клим", lambda tx: peer_review.my_side(tx, theirs))).advice[0]
    assert (left.verdict, left.assignment_id) == (Verdict.DECLINED, None)


async def _reports(world: World, tmp_path: Path) -> dict[str, int]:
    """Климатинская: a report with a file that is confirmed, and one that waits; ids of the files by state."""
    stored = await FileStore(tmp_path / "files").keep(b"%PDF-1.4 order")
    numbers = {}
    for state, number in (("confirmed", "1.2"), ("waits", "2.1")):
        id_ = await world.assignment_id("Климатинская", number)
        async with world.db.write(await world.actor("Клим")) as tx:
            item = await progress.add_file(tx, id_, stored, name="приказ.pdf", mime="application/pdf")
            sent = await progress.submit(tx, id_)
        if state == "confirmed":
            await do(
                world,
                "Ульяна",
                partial(
                    progress.decide, submission_id=sent.id, decision=progress.Decision.CONFIRM, comment="Да"
                ),
            )
        numbers[state] = item.id
    return numbers


async def test_a_school_sees_its_partner_s_papers_while_the_round_runs(world: World, tmp_path: Path) -> None:
    files = await _reports(world, tmp_path)
    levels = risks.levels_of("В В В С В С С В В С")
    await do(world, "Клим", lambda tx: risks.enter_profile(tx, id_of(world, "Климатинская"), levels))
    await do(
        world,
        "Клим",
        lambda tx: risks.choose_risks(tx, id_of(world, "Климатинская"), [RiskFactor.COMPETENCE]),
    )
    round_id, mine, theirs = await started(world)
    papers = await look(world, "Дина", lambda tx: peer_papers.partner_papers(tx, mine))
    assert papers.school.name == "Климатинская СОШ"
    assert papers.profile.chosen == {RiskFactor.COMPETENCE}
    shown = [
        (row.measure.number, [i.id for i in report.evidence]) for row, report in papers.measures if report
    ]
    assert shown == [("1.2", [files["confirmed"]])]
    assert {row.school.id for row, _ in papers.measures} == {id_of(world, "Климатинская")}
    found = await look(world, "Дина", lambda tx: peer_papers.partner_file(tx, mine, files["confirmed"]))
    assert found.name == "приказ.pdf"
    # What waits for a decision is not shown, and the partner's rights elsewhere have not grown.
    hidden = lambda tx: peer_papers.partner_file(tx, mine, files["waits"])  # noqa: E731
    assert await refused(world, "Дина", hidden) is NotFound
    assert await refused(world, "Дина", lambda tx: progress.evidence(tx, files["confirmed"])) is NotFound
    assert await refused(world, "Клим", lambda tx: peer_papers.partner_papers(tx, mine)) is NotFound
    own = await look(world, "Клим", lambda tx: peer_papers.partner_papers(tx, theirs))
    assert own.school.name == "Тороповская ОШ"
    await do(world, "Римма", lambda tx: peer_review.end(tx, round_id))
    for form, name in ((mine, "Тамара"), (theirs, "Клим")):
        assert await refused(world, name, partial(peer_papers.partner_papers, form_id=form)) is NotFound
    over = await refused(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "…"))
    assert over is peer_review.RoundOver
    assert (await look(world, "Тамара", lambda tx: peer_review.my_side(tx, mine))).runs is False


async def test_papers_close_by_themselves_on_the_last_day(world: World) -> None:
    _, mine, _ = await started(world)
    world.clock.moment = datetime(2022, 11, 15, 12, tzinfo=UTC)
    await look(world, "Тамара", lambda tx: peer_papers.partner_papers(tx, mine))
    world.clock.forward(days=1)
    assert await refused(world, "Тамара", lambda tx: peer_papers.partner_papers(tx, mine)) is NotFound


async def test_in_a_triple_recommendations_go_round(world: World) -> None:
    round_id = await drafted(world)
    ids = [id_of(world, name) for name in ("Тороповская", "Климатинская", "16")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    await do(world, "Римма", lambda tx: peer_review.start(tx, round_id))
    forms = [await form_of(world, round_id, id_) for id_ in ids]
    seen = [
        await look(world, name, partial(peer_review.my_side, form_id=form))
        for name, form in zip(("Тамара", "Клим", "Кирилл"), forms, strict=True)
    ]
    assert [(v.mine.about.name, v.author.name) for v in seen] == [
        ("Климатинская СОШ", "СШ № 16"),
        ("СШ № 16", "Тороповская ОШ"),
        ("Тороповская ОШ", "Климатинская СОШ"),
    ]
    papers = await look(world, "Тамара", lambda tx: peer_papers.partner_papers(tx, forms[0]))
    assert papers.school.name == "Климатинская СОШ"


async def test_a_school_left_over_joins_a_pair(world: World) -> None:
    round_id = await drafted(world)
    here, next_, third, fourth = (
        id_of(world, name) for name in ("Тороповская", "Климатинская", "16", "Василёвская")
    )
    pair = await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, [here, next_]))

    def join(school_id: int) -> Callable[[WriteTx], Awaitable[Any]]:
        return lambda tx: peer_review.add_third(tx, pair.id, school_id)

    assert await refused(world, "Саша", join(third)) is NotFound
    for wrong in (id_of(world, "Тимонин"), here):
        assert await refused(world, "Римма", join(wrong)) is peer_review.PairWrong
    await do(world, "Римма", join(third))
    assert await groups(world, round_id) == [["Тороповская ОШ", "Климатинская СОШ", "СШ № 16"]]
    assert await refused(world, "Римма", join(fourth)) is peer_review.PairWrong


async def test_silence_is_seen_by_the_partner_and_by_those_above(world: World) -> None:
    round_id, mine, theirs = await started(world)
    await do(world, "Тамара", lambda tx: peer_review.look(tx, mine))
    world.clock.moment = datetime(2022, 9, 23, 7, tzinfo=UTC)
    view = await look(world, "Тамара", lambda tx: peer_review.my_side(tx, mine))
    assert [side.silent for side in view.others] == [5]
    assert view.mine.silent == 0
    silent = {
        name: [(s.school, s.partner, s.days) for s in await look(world, name, peer_watch.silences)]
        for name in ("Римма", "Ульяна", "Марина", "Ольга", "Тамара", "Саша")
    }
    line = [("Климатинская СОШ", "Тороповская ОШ", 5)]
    assert silent == {"Римма": line, "Ульяна": line, "Марина": [], "Ольга": [], "Тамара": [], "Саша": []}
    await do(world, "Клим", lambda tx: peer_review.look(tx, theirs))
    assert await look(world, "Римма", peer_watch.silences) == []
    assert (await look(world, "Марина", lambda tx: peer_review.view(tx, round_id))).pairs[0].silent == []


async def test_a_municipal_coordinator_reads_the_pairs_of_own_schools_only(world: World) -> None:
    round_id, *_ = await started(world)
    ids = [id_of(world, "Василёвская"), id_of(world, "16")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    seen = {}
    for name in ("Римма", "Ольга", "Марина", "Ульяна", "Кирилл"):
        found = await look(world, name, lambda tx: peer_review.view(tx, round_id))
        seen[name] = (len(found.pairs), found.may_manage)
    assert seen == {
        "Римма": (2, True),
        "Ольга": (2, False),
        "Марина": (1, False),
        "Ульяна": (2, False),
        "Кирилл": (2, False),  # of the school in one pair, curator of a school in the other
    }
    assert await refused(world, "Саша", lambda tx: peer_review.view(tx, round_id)) is NotFound


async def _digest(world: World, name: str) -> list[tuple[Step | None, str, str]]:
    async with world.db.read(SYSTEM) as tx:
        found = await reminders.digest(tx, world.people[name])
    return [(line.task.step, line.partner, line.task.due_on.isoformat()) for line in found.peers]


async def test_whoever_still_has_a_step_reads_it_in_the_digest(world: World) -> None:
    round_id = await drafted(world)
    world.clock.moment = datetime(2022, 9, 14, 7, tzinfo=UTC)
    assert await _digest(world, "Римма") == [(None, "", "2022-09-16")]
    assert await _digest(world, "Ольга") == []
    ids = [id_of(world, "Тороповская"), id_of(world, "Климатинская")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    await do(world, "Римма", lambda tx: peer_review.start(tx, round_id))
    mine = await form_of(world, round_id, ids[0])
    assert await _digest(world, "Римма") == []
    assert await _digest(world, "Тамара") == []  # three weeks ahead
    world.clock.moment = datetime(2022, 10, 5, 7, tzinfo=UTC)
    for name, partner in (
        ("Тамара", "Климатинская СОШ"),
        ("Дина", "Климатинская СОШ"),
        ("Клим", "Тороповская ОШ"),
    ):
        assert await _digest(world, name) == [(Step.SHARE, partner, "2022-10-07")]
    await do(world, "Тамара", lambda tx: peer_review.write(tx, mine, "strong", "Команда"))
    await do(world, "Тамара", lambda tx: peer_review.share(tx, mine))
    assert await _digest(world, "Тамара") == []
    assert await _digest(world, "Клим") == [(Step.SHARE, "Тороповская ОШ", "2022-10-07")]


async def test_the_planner_and_the_digest_agree(world: World) -> None:
    """A step alone is reason enough for a morning, and a step that is done is none."""
    round_id, *_ = await started(world)
    ids = [id_of(world, "16"), id_of(world, "Василёвская")]
    await do(world, "Римма", lambda tx: peer_review.pair_up(tx, round_id, ids))
    for day in (datetime(2022, 9, 19, 7, tzinfo=UTC), datetime(2022, 10, 6, 7, tzinfo=UTC)):
        world.clock.moment = day
        async with world.db.read(SYSTEM) as tx:
            receivers = (await mornings.morning(tx, 9)).receivers
            should = set()
            for name, number in world.people.items():
                if name in ("Ольга", "Эмма"):
                    continue
                if await reminders.digest(tx, number):
                    should.add(number)
        assert receivers == should


async def test_a_fact_for_engagement(world: World) -> None:
    _, mine, _ = await started(world)
    await fill(world, "Тамара", mine)
    await do(world, "Тамара", lambda tx: peer_review.finish(tx, mine))
    schools = select(PeerForm.school_id)
    first, last = date(2022, 9, 1), date(2022, 11, 30)

    async def facts() -> list[tuple[int, bool]]:
        found = await look(world, "Римма", lambda tx: peer_watch.facts(tx, schools, first, last))
        return sorted((fact.school_id, fact.done) for fact in found)

    here, there = id_of(world, "Тороповская"), id_of(world, "Климатинская")
    assert await facts() == [(here, True)]  # the other still has time
    world.clock.moment = datetime(2022, 11, 2, 7, tzinfo=UTC)
    assert await facts() == sorted([(here, True), (there, False)])
    assert (
        await look(world, "Римма", lambda tx: peer_watch.facts(tx, schools, first, date(2022, 10, 31))) == []
    )
