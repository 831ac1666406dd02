"""Invitations: one role, one place, one use, 14 days."""

import pytest

from domain import access, people
from domain.actor import Place, Role
from domain.errors import Forbidden, InvalidInput, NotFound
from tests.world import NOBODY, World


async def invite(world: World, inviter: str, role: Role, place: Place) -> str:
    async with world.db.write(await world.actor(inviter)) as tx:
        return (await people.invite(tx, role, place, name="Новый человек")).payload


async def join(world: World, payload: str, telegram_id: int = NOBODY) -> int:
    async with world.db.write(await world.actor("Степан")) as tx:
        return (await people.join(tx, payload, telegram_id=telegram_id, name="Кто-то")).id


async def test_a_coordinator_invites_and_the_person_gets_the_role(world: World) -> None:
    payload = await invite(world, "Марина", Role.SCHOOL_MEMBER, world.schools["Тороповская"])
    person_id = await join(world, payload)
    async with world.db.read(await world.actor("Марина")) as tx:
        actor = await people.actor_by_id(tx, person_id)
        assert [g.role for g in actor.grants] == [Role.SCHOOL_MEMBER]
        assert (await people.person(tx, person_id)).name == "Новый человек"


async def test_a_link_works_once_but_the_same_person_may_press_twice(world: World) -> None:
    payload = await invite(world, "Марина", Role.SCHOOL_MEMBER, world.schools["Тороповская"])
    assert await join(world, payload) == await join(world, payload)
    with pytest.raises(people.InvitationUsed):
        await join(world, payload, telegram_id=NOBODY + 1)


async def test_a_link_expires_after_14_days_and_can_be_revoked(world: World) -> None:
    late = await invite(world, "Марина", Role.SCHOOL_MEMBER, world.schools["Тороповская"])
    world.clock.forward(days=14)
    with pytest.raises(people.InvitationExpired):
        await join(world, late)
    revoked = await invite(world, "Марина", Role.SCHOOL_MEMBER, world.schools["Тороповская"])
    async with world.db.write(await world.actor("Марина")) as tx:
        for invitation in await people.invitations(tx):
            await people.revoke_invitation(tx, invitation.id)
    with pytest.raises(people.InvitationExpired):
        await join(world, revoked)
    with pytest.raises(people.InvitationUnknown):
        await join(world, "AAAAAAAAAAAAAAAAAAAAAA")


@pytest.mark.parametrize(
    ("inviter", "role", "place", "error"),
    [
        ("Саша", Role.SCHOOL_MEMBER, "Тороповская", NotFound),
        ("Ульяна", Role.CURATOR, "Тороповская", NotFound),
        ("Дина", Role.SCHOOL_MEMBER, "Тороповская", Forbidden),
        ("Тамара", Role.CURATOR, "Тороповская", Forbidden),
        ("Марина", Role.MUNICIPAL_COORDINATOR, "Тороповская", Forbidden),
        ("Римма", Role.MUNICIPAL_COORDINATOR, "Тороповская", InvalidInput),
    ],
)
async def test_wrong_invitations_are_refused(
    world: World, inviter: str, role: Role, place: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await invite(world, inviter, role, world.schools[place])


async def test_ids_that_do_not_belong_together_are_not_found(world: World) -> None:
    ours, theirs = world.places["область"], world.schools["Тимонин"]
    with pytest.raises(NotFound):
        await invite(
            world,
            "Римма",
            Role.SCHOOL_MEMBER,
            Place(ours.region_id, theirs.municipality_id, theirs.school_id),
        )


async def test_reviewers_follow_the_rule_by_school(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        who = {
            name: [p.name for p in await people.reviewers(tx, place)] for name, place in world.schools.items()
        }
    assert who == {
        "Тороповская": ["Кирилл"],  # the curator
        "Василёвская": ["Клим"],
        "Климатинская": ["Ульяна"],  # no curator: the municipal coordinator
        "16": ["Ульяна"],
        "Тимонин": ["Саша"],
    }


async def test_lists_of_people_stop_at_the_border(world: World) -> None:
    async with world.db.read(await world.actor("Саша")) as tx:
        assert {row.person.name for row in await people.person_list(tx)} == {"Саша", "Степан"}
        with pytest.raises(NotFound):
            await people.person(tx, world.people["Тамара"])
    async with world.db.read(await world.actor("Дина")) as tx:
        assert await people.person_list(tx) == []


async def test_a_sign_in_code_works_once_for_ten_minutes(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        code = await access.issue_code(tx)
    async with world.db.write(await world.actor("Степан")) as tx:
        session = await access.sign_in(tx, f"{code[:4]} {code[4:]}", source="10.0.0.1")
    async with world.db.read(await world.actor("Степан")) as tx:
        assert (await access.session_actor(tx, session.token)).name == "Марина"
        assert (await access.session_actor(tx, "other")).person_id is None
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(access.CodeWrong):
            await access.sign_in(tx, code, source="10.0.0.1")
        fresh = await access.issue_code(tx)
    world.clock.forward(minutes=10)
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(access.CodeWrong):
            await access.sign_in(tx, fresh, source="10.0.0.1")


async def test_revoking_a_role_ends_the_sessions(world: World) -> None:
    async with world.db.write(await world.actor("Тамара")) as tx:
        session = await access.sign_in(tx, await access.issue_code(tx), source="")
    world.clock.forward(minutes=1)
    async with world.db.write(await world.actor("Марина")) as tx:
        grant = (await people.grants_of(tx, world.people["Тамара"]))[0]
        await people.revoke_role(tx, grant.id)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert (await access.session_actor(tx, session.token)).person_id is None


async def test_erasure_wipes_the_person_and_keeps_the_work(world: World) -> None:
    async with world.db.write(await world.actor("Дина")) as tx:
        assert (await people.my_data(tx))["name"] == "Дина"
        await people.erase_me(tx)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert (await people.actor_by_telegram(tx, world.telegram["Дина"])).person_id is None
        assert "Дина" not in {row.person.name for row in await people.person_list(tx)}
