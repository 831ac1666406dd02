"""Words for roles and places."""

from collections.abc import Mapping

from domain import schools
from domain.actor import Place, Role
from domain.db import Tx
from domain.errors import N_

ROLE: Mapping[Role, str] = {
    Role.REGIONAL_COORDINATOR: N_("regional coordinator"),
    Role.MUNICIPAL_COORDINATOR: N_("municipal coordinator"),
    Role.CURATOR: N_("curator"),
    Role.SCHOOL_HEAD: N_("school head"),
    Role.SCHOOL_MEMBER: N_("member of the school team"),
    Role.EXPERT: N_("expert"),
    Role.OBSERVER: N_("observer"),
}

INVITED: Mapping[Role, str] = {
    Role.REGIONAL_COORDINATOR: N_("You are invited as a regional coordinator: %(place)s."),
    Role.MUNICIPAL_COORDINATOR: N_("You are invited as a municipal coordinator: %(place)s."),
    Role.CURATOR: N_("You are invited as a curator: %(place)s."),
    Role.SCHOOL_HEAD: N_("You are invited as a school head: %(place)s."),
    Role.SCHOOL_MEMBER: N_("You are invited as a member of the school team: %(place)s."),
    Role.EXPERT: N_("You are invited as an expert: %(place)s."),
    Role.OBSERVER: N_("You are invited as an observer: %(place)s."),
}


async def full_place(tx: Tx, place: Place) -> str:
    """«Тороповская ОШ, Даниловский МР»; a municipality or region by its own name."""
    named = await schools.place_name(tx, place)
    return f"{named.name}, {named.above}" if place.school_id and named.above else named.name
