"""Who may do what: the table, and what a stranger learns."""

import pytest

from domain.actor import STRANGER, SYSTEM, Actor, Grant, Place, Role
from domain.errors import Forbidden, NotFound
from domain.policy import MAY_INVITE, TABLE, Permission, allows, require, require_invite
from tests.world import World

REGION, MUNICIPALITY, SCHOOL = Place(1), Place(1, 2), Place(1, 2, 3)
OTHER_SCHOOL, OTHER_MUNICIPALITY, OTHER_REGION = Place(1, 2, 4), Place(1, 5), Place(9, 8, 7)


def actor(role: Role, place: Place) -> Actor:
    return Actor(1, (Grant(role, place),))


@pytest.mark.parametrize(
    ("role", "place", "permission", "inside", "outside"),
    [
        (Role.SCHOOL_HEAD, SCHOOL, Permission.SUBMIT, SCHOOL, OTHER_SCHOOL),
        (Role.SCHOOL_MEMBER, SCHOOL, Permission.SEE, SCHOOL, OTHER_SCHOOL),
        (Role.CURATOR, SCHOOL, Permission.REVIEW, SCHOOL, OTHER_SCHOOL),
        (Role.MUNICIPAL_COORDINATOR, MUNICIPALITY, Permission.PLAN, OTHER_SCHOOL, OTHER_MUNICIPALITY),
        (Role.MUNICIPAL_COORDINATOR, MUNICIPALITY, Permission.PLAN, MUNICIPALITY, REGION),
        (Role.REGIONAL_COORDINATOR, REGION, Permission.REGISTER, OTHER_SCHOOL, OTHER_REGION),
        (Role.OBSERVER, REGION, Permission.SEE, SCHOOL, OTHER_REGION),
    ],
)
def test_a_role_reaches_its_place_and_no_further(
    role: Role, place: Place, permission: Permission, inside: Place, outside: Place
) -> None:
    assert allows(actor(role, place), permission, inside)
    assert not allows(actor(role, place), permission, outside)


def test_a_stranger_gets_not_found_and_an_insider_forbidden() -> None:
    with pytest.raises(NotFound):
        require(STRANGER, Permission.SEE, SCHOOL)
    with pytest.raises(NotFound):
        require(actor(Role.SCHOOL_HEAD, OTHER_SCHOOL), Permission.PLAN, SCHOOL)
    with pytest.raises(Forbidden):
        require(actor(Role.SCHOOL_HEAD, SCHOOL), Permission.PLAN, SCHOOL)
    require(SYSTEM, Permission.REGISTER, SCHOOL)


def test_nobody_but_curators_and_coordinators_decides() -> None:
    deciding = {role for role, held in TABLE.items() if held & {Permission.REVIEW, Permission.OVERRULE}}
    assert deciding == {Role.REGIONAL_COORDINATOR, Role.MUNICIPAL_COORDINATOR, Role.CURATOR}


@pytest.mark.parametrize("inviter", list(Role))
@pytest.mark.parametrize("invited", list(Role))
def test_nobody_invites_upwards_or_sideways(inviter: Role, invited: Role) -> None:
    place = {Role.REGIONAL_COORDINATOR: REGION, Role.MUNICIPAL_COORDINATOR: MUNICIPALITY}.get(inviter, SCHOOL)
    if invited in MAY_INVITE.get(inviter, frozenset()):
        require_invite(actor(inviter, place), invited, SCHOOL)
        with pytest.raises(NotFound):
            require_invite(actor(inviter, place), invited, OTHER_REGION)
    else:
        with pytest.raises(Forbidden):
            require_invite(actor(inviter, place), invited, SCHOOL)


async def test_several_roles_of_one_person_stand_side_by_side(world: World) -> None:
    kirill = await world.actor("Кирилл")
    assert kirill.roles() == {Role.SCHOOL_HEAD, Role.CURATOR}
    assert allows(kirill, Permission.REVIEW, world.schools["Тороповская"])
    assert not allows(kirill, Permission.SUBMIT, world.schools["Тороповская"])
    assert kirill.works_at(world.schools["16"].school_id or 0)
