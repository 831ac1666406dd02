"""Who gets no messages, and personal invitations for them on paper."""

import io
from datetime import date

import pypdfium2
import pytest
from sqlalchemy import select

from domain import audit, letters, outbox, people
from domain.actor import SYSTEM, Role
from domain.errors import Forbidden, NotFound
from domain.letters import Letter, Why
from domain.people import Invitation, InvitationExpired, OtherContact, Person, Unreached
from domain.texts import texts
from tests.world import NOBODY, World

BOT = "vekha_test_bot"


async def listed(world: World, who: str) -> list[tuple[str, str, str]]:
    """Why, who and where, as this person sees it."""
    async with world.db.read(await world.actor(who)) as tx:
        rows = await letters.unreached(tx)
        names = {place: school for school, place in (world.schools | world.places).items()}
    return [(row.why.value, row.name, names[row.place]) for row in rows]


async def key_of(world: World, who: str, why: Why) -> str:
    async with world.db.read(await world.actor(who)) as tx:
        return next(row.key for row in await letters.unreached(tx) if row.why is why)


async def printed(world: World, who: str, *keys: str) -> list[Letter]:
    async with world.db.write(await world.actor(who)) as tx:
        return await letters.print_letters(tx, keys, bot=BOT)


async def block(world: World, name: str) -> None:
    async with world.db.write(SYSTEM) as tx:
        await people.mark_unreachable(tx, world.people[name], "blocked")


async def invite(world: World, who: str, name: str, school: str = "Тороповская") -> str:
    async with world.db.write(await world.actor(who)) as tx:
        return (await people.invite(tx, Role.SCHOOL_MEMBER, world.schools[school], name=name)).payload


async def join(world: World, payload: str, telegram_id: int, name: str = "Телефон") -> Person:
    async with world.db.write(SYSTEM) as tx:
        return await people.join(tx, payload, telegram_id=telegram_id, name=name)


async def test_everybody_whom_messages_do_not_reach_and_nobody_of_others(world: World) -> None:
    await block(world, "Тамара")
    await block(world, "Степан")  # the strangers' region
    await invite(world, "Марина", "Новенькая")
    async with world.db.write(SYSTEM) as tx:
        grant = next(g for g in await people.grants_of(tx, world.people["Вера"]))
        await people.revoke_role(tx, grant.id)
    mine = [("blocked", "Тамара", "Тороповская"), ("invited", "Новенькая", "Тороповская")]
    assert await listed(world, "Марина") == mine
    assert await listed(world, "Ульяна") == [("nobody", "", "Василёвская")]
    assert await listed(world, "Римма") == [*mine, ("nobody", "", "Василёвская")]
    assert await listed(world, "Саша") == [("blocked", "Степан", "Тимонин")]


async def test_a_message_that_telegram_refused_counts_until_one_arrives(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name, state, attempts in (
            ("Дина", outbox.OutboxState.FAILED, 1),
            ("Тамара", outbox.OutboxState.FAILED, 0),  # it was ours that could not be written
        ):
            await outbox.put(
                tx, "decided", person_id=world.people[name], subject="s:1", dedupe_key=f"refused:{name}"
            )
            query = select(outbox.OutboxMessage).where(outbox.OutboxMessage.dedupe_key == f"refused:{name}")
            row = (await tx.session.scalars(query)).one()
            row.state, row.attempts = state, attempts
    assert await listed(world, "Марина") == [("failed", "Дина", "Тороповская")]
    async with world.db.write(SYSTEM) as tx:
        await outbox.put(tx, "decided", person_id=world.people["Дина"], subject="s:2", dedupe_key="later")
        query = select(outbox.OutboxMessage).where(outbox.OutboxMessage.dedupe_key == "later")
        (await tx.session.scalars(query)).one().state = outbox.OutboxState.SENT
    assert await listed(world, "Марина") == []


async def test_whoever_came_by_another_link_is_not_asked_again(world: World) -> None:
    await invite(world, "Марина", "Новенькая")
    payload = await invite(world, "Марина", "Новенькая")
    assert await listed(world, "Марина") == [("invited", "Новенькая", "Тороповская")]
    await join(world, payload, NOBODY)
    assert await listed(world, "Марина") == []


async def test_a_letter_says_all_and_its_link_works_once(world: World) -> None:
    await invite(world, "Марина", "Новенькая")
    async with world.db.write(await world.actor("Марина")) as tx:
        row = next(iter(await letters.unreached(tx)))
        await people.note_contact(tx, row.subject, "через  секретаря")
    [letter] = await printed(world, "Марина", row.key)
    assert letter._replace(payload="", next_due=None) == Letter(
        whom="Новенькая",
        position="",
        role=Role.SCHOOL_MEMBER,
        place="Тороповская ОШ, Даниловский МР",
        contact="через секретаря",
        is_silent=False,
        open_works=letter.open_works,
        next_due=None,
        payload="",
        until=world.clock.now().date().replace(month=5, day=18),
        ask="Марина, муниципальный координатор",
        bot=BOT,
    )
    assert letter.open_works > 0
    assert letter.link == f"https://t.me/{BOT}?start={letter.payload}"
    assert len(letter.payload) == 26
    assert not set(letter.payload) & set("01loiOIL")
    person = await join(world, letter.payload, NOBODY)
    assert person.name == "Новенькая"
    with pytest.raises(people.InvitationUsed):
        await join(world, letter.payload, NOBODY + 1)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await people.contacts(tx, "person", [person.id]) == {person.id: "через секретаря"}


async def test_printed_again_the_older_link_opens_nothing(world: World) -> None:
    sent = await invite(world, "Марина", "Новенькая")
    [first] = await printed(world, "Марина", await key_of(world, "Марина", Why.INVITED))
    [second] = await printed(world, "Марина", await key_of(world, "Марина", Why.INVITED))
    for payload in (sent, first.payload):
        with pytest.raises(InvitationExpired):
            await join(world, payload, NOBODY)
    assert (await join(world, second.payload, NOBODY)).name == "Новенькая"
    async with world.db.read(await world.actor("Марина")) as tx:
        trail = [e.action for e in await audit.entries(tx) if e.person_id == world.people["Марина"]]
    assert sorted(trail) == ["invitation.make"] * 3 + ["invitation.revoke"] * 2


async def test_who_has_stopped_the_bot_comes_back_by_either_account(world: World) -> None:
    await block(world, "Тамара")
    [letter] = await printed(world, "Марина", await key_of(world, "Марина", Why.BLOCKED))
    assert letter.is_silent
    same = await join(world, letter.payload, world.telegram["Тамара"])
    assert (same.id, same.unreachable) == (world.people["Тамара"], None)
    await block(world, "Тамара")
    [letter] = await printed(world, "Марина", await key_of(world, "Марина", Why.BLOCKED))
    moved = await join(world, letter.payload, NOBODY, name="Чужое имя")
    assert (moved.id, moved.name, moved.telegram_id) == (world.people["Тамара"], "Тамара", NOBODY)
    assert await listed(world, "Марина") == []


async def test_an_account_never_brings_roles_that_the_inviter_could_not_give(world: World) -> None:
    await block(world, "Клим")  # head of one school and curator of another, both in Ульяна's municipality
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(tx, world.people["Клим"], Role.OBSERVER, world.places["область"])
    [letter] = await printed(world, "Ульяна", await key_of(world, "Ульяна", Why.BLOCKED))
    person = await join(world, letter.payload, NOBODY)
    assert person.id != world.people["Клим"]
    async with world.db.read(SYSTEM) as tx:
        assert [(g.role, g.place) for g in await people.grants_of(tx, person.id)] == [
            (Role.SCHOOL_HEAD, world.schools["Климатинская"])
        ]


async def test_a_link_for_somebody_who_is_reached_again_makes_no_one_else_of_them(world: World) -> None:
    await block(world, "Тамара")
    [letter] = await printed(world, "Марина", await key_of(world, "Марина", Why.BLOCKED))
    async with world.db.write(SYSTEM) as tx:
        await people.mark_reachable(tx, world.telegram["Тамара"])
    person = await join(world, letter.payload, NOBODY)
    assert person.id != world.people["Тамара"]


async def test_only_own_places_and_own_roles(world: World) -> None:
    await block(world, "Римма")
    await block(world, "Марина")
    await block(world, "Тамара")
    key = f"person-{world.people['Тамара']}"
    for stranger in ("Саша", "Ульяна", "Степан"):
        with pytest.raises(NotFound):
            await printed(world, stranger, key)
    await block(world, "Кирилл")
    with pytest.raises(Forbidden):  # seen as the school's curator, who is not hers to invite
        await printed(world, "Тамара", f"person-{world.people['Кирилл']}")
    async with world.db.read(await world.actor("Римма")) as tx:
        rows = {row.name: row.may_print for row in await letters.unreached(tx)}
    assert rows == {"Кирилл": True, "Марина": True, "Тамара": True}  # not oneself
    with pytest.raises(letters.NobodyChosen):
        await printed(world, "Марина")
    with pytest.raises(letters.TooManyLetters):
        await printed(world, "Марина", *(f"school-{n}" for n in range(letters.AT_ONCE + 1)))


async def test_a_contact_is_noted_by_whoever_invites_there_and_forgotten(world: World) -> None:
    tamara = Unreached("person", world.people["Тамара"])
    async with world.db.write(await world.actor("Марина")) as tx:
        await people.note_contact(tx, tamara, "8 (48538) 5-00-00")
        await people.note_contact(
            tx, Unreached("school", world.schools["Тороповская"].school_id or 0), "почта"
        )
    async with world.db.read(await world.actor("Тамара")) as tx:
        assert (await people.my_data(tx))["other_contact"] == "8 (48538) 5-00-00"
    for name, error in (("Саша", NotFound), ("Кирилл", Forbidden), ("Ольга", NotFound)):
        with pytest.raises(error):
            async with world.db.write(await world.actor(name)) as tx:
                await people.note_contact(tx, tamara, "чужое")
    async with world.db.write(await world.actor("Тамара")) as tx:
        await people.erase_me(tx)
    async with world.db.write(await world.actor("Марина")) as tx:
        assert [noted.text for noted in await tx.session.scalars(select(OtherContact))] == ["почта"]
        await people.note_contact(tx, Unreached("school", world.schools["Тороповская"].school_id or 0), " ")
        assert (await tx.session.scalars(select(OtherContact))).all() == []


async def test_erased_the_paper_opens_nothing_and_names_nobody(world: World) -> None:
    await block(world, "Тамара")
    [letter] = await printed(world, "Марина", await key_of(world, "Марина", Why.BLOCKED))
    async with world.db.write(await world.actor("Тамара")) as tx:
        await people.erase_me(tx)
    with pytest.raises(InvitationExpired):
        await join(world, letter.payload, NOBODY)
    async with world.db.read(SYSTEM) as tx:
        names = (await tx.session.scalars(select(Invitation.name))).all()
    assert "Тамара" not in names
    assert [why for why, *_ in await listed(world, "Марина")] == []


async def test_an_expired_link_still_stands_in_the_list(world: World) -> None:
    await invite(world, "Марина", "Новенькая")
    world.clock.forward(days=15)
    async with world.db.read(await world.actor("Марина")) as tx:
        [row] = await letters.unreached(tx)
        kept = await tx.session.get(Invitation, row.subject.id)
    assert (row.why, row.open_until) == (Why.INVITED, None)
    assert kept is not None


async def test_of_many_empty_schools_only_the_first_are_looked_up(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name in ("Вера", "Клим", "Кирилл"):
            for grant in await people.grants_of(tx, world.people[name]):
                await people.revoke_role(tx, grant.id)
    async with world.db.read(await world.actor("Ульяна")) as tx:
        whole = await letters.unreached(tx)
        assert [row.why for row in whole] == [Why.NOBODY] * 3
        assert await letters.unreached(tx, most=2) == whole[:2]
    [letter] = await printed(world, "Ульяна", whole[2].key)
    assert (letter.whom, letter.role) == ("", Role.SCHOOL_HEAD)
    with pytest.raises(NotFound):  # somebody is on the way there now
        await printed(world, "Ульяна", whole[2].key)
    async with world.db.read(await world.actor("Ульяна")) as tx:
        assert [row.why for row in await letters.unreached(tx)] == [Why.INVITED, Why.NOBODY, Why.NOBODY]


async def test_the_paper(world: World) -> None:
    await block(world, "Тамара")
    for number in range(2):
        await invite(world, "Марина", f"Новенькая {number}")
    async with world.db.read(await world.actor("Марина")) as tx:
        keys = [row.key for row in await letters.unreached(tx)]
    made = await printed(world, "Марина", *keys)
    pdf = pypdfium2.PdfDocument(io.BytesIO(letters.to_pdf(made, texts("ru", escape=False))))
    try:
        pages = [page.get_textpage().get_text_bounded() for page in pdf]
        colours = set()
        for page in pdf:
            picture = page.render(scale=1).to_pil().convert("RGB")
            colours |= {pixel for _, pixel in picture.getcolors(1 << 24) if len(set(pixel)) > 1}
    finally:
        pdf.close()
    assert len(pages) == 2  # two letters on a sheet
    text = " ".join(" ".join(pages).split())
    for letter in made:
        assert letter.link.removeprefix("https://") in text
        assert f"/start {letter.payload}" in text
    for words in (
        "Новенькая 0",
        "Тороповская ОШ, Даниловский МР",
        "Сейчас сообщения бота до вас не доходят.",
    ):
        assert words in text
    assert text.count("Вопросы: Марина, муниципальный координатор") == 3
    assert text.count("до 18 мая 2022") == 3
    assert colours == set()  # black and white


def test_the_longest_names_stay_on_their_half() -> None:
    letter = Letter(
        whom="Константинопольская-Преображенская Мария " * 4,
        position="заместитель директора по учебно-воспитательной работе " * 3,
        role=Role.SCHOOL_HEAD,
        place="Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная школа " * 3,
        contact="через секретаря " * 12,
        is_silent=True,
        open_works=1113,
        next_due=date(2022, 4, 30),
        payload="a" * 26,
        until=date(2022, 5, 18),
        ask="Марина, главный специалист отдела общего образования, marina@example.org, " * 2,
        bot="v" * 32,
    )
    pdf = pypdfium2.PdfDocument(io.BytesIO(letters.to_pdf([letter, letter], texts("ru", escape=False))))
    try:
        assert len(pdf) == 1
        height, middle = pdf[0].get_height(), pdf[0].get_height() / 2
        text = pdf[0].get_textpage()
        whole = text.get_text_range()
        boxes = [text.get_charbox(at) for at in range(text.count_chars()) if whole[at : at + 1].strip()]
    finally:
        pdf.close()
    halves = len(boxes) // 2
    assert min(bottom for _, bottom, _, _ in boxes[:halves]) > middle
    assert max(top for *_, top in boxes[halves:]) < middle
    assert min(bottom for _, bottom, _, _ in boxes) > 20 < height - max(top for *_, top in boxes)
