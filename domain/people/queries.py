"""Who is who, and who may act as whom."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from domain import schools
from domain.actor import COORDINATORS, SCHOOL_TEAM, STRANGER, Actor, Grant, Place, Role
from domain.db import Tx, chunks
from domain.errors import N_, InvalidInput, NotFound
from domain.people import rules
from domain.people.models import Invitation, OtherContact, Person, RoleGrant
from domain.policy import Permission, allows, within

AT_ONCE = 5000  # ids in one question
LEVEL = {
    Role.REGIONAL_COORDINATOR: 1,
    Role.OBSERVER: 1,
    Role.EXPERT: 1,
    Role.MUNICIPAL_COORDINATOR: 2,
    Role.CURATOR: 3,
    Role.SCHOOL_HEAD: 3,
    Role.SCHOOL_MEMBER: 3,
}


class Address(NamedTuple):
    """Where and how messages reach a person."""

    chat_id: int
    language: str
    timezone: str
    reachable: bool


class PersonRow(NamedTuple):
    """A line of the list of people: one role at one place."""

    person: Person
    grant: RoleGrant


class Unreached(NamedTuple):
    """Somebody or some school whom messages do not reach, by the row that says so."""

    kind: str  # person, invitation, school
    id: int


def valid_on(day: date) -> ColumnElement[bool]:
    """Grants that count on this day."""
    return and_(
        RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.starts_on.is_(None), RoleGrant.starts_on <= day),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )


async def actor_by_telegram(tx: Tx, telegram_id: int) -> Actor:
    """Who writes to the bot; a stranger where nobody here has this account."""
    return await _actor(tx, Person.telegram_id == telegram_id)


async def actor_by_id(tx: Tx, person_id: int) -> Actor:
    """The person as an actor, with the grants valid today."""
    return await _actor(tx, Person.id == person_id)


async def _actor(tx: Tx, which: ColumnElement[bool]) -> Actor:
    # Periods of grants are days; the difference of zones is no reason to lock anyone out.
    today = tx.day("UTC")
    own = Person.id, Person.language, Person.timezone, Person.name
    query = (
        select(*own, RoleGrant.role, *RoleGrant.place_columns())
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, valid_on(today)))
        .where(which)
        .order_by(RoleGrant.id)
    )
    rows = (await tx.session.execute(query)).all()
    if not rows:
        return STRANGER
    id_, language, zone, name, *_ = rows[0]
    grants = tuple(Grant(role, Place(*place)) for _, _, _, _, role, *place in rows if role is not None)
    return Actor(id_, grants, language, zone, name)


async def me(tx: Tx) -> Person:
    """The actor's own record."""
    person = await tx.session.get(Person, tx.actor.person_id) if tx.actor.person_id else None
    if person is None:
        raise NotFound
    return person


async def person(tx: Tx, person_id: int) -> Person:
    """Somebody whom the actor may see: oneself, or a person who holds a role inside one's places."""
    if person_id == tx.actor.person_id:
        return await me(tx)
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.id == person_id, within(tx.actor, Permission.SEE_PEOPLE, RoleGrant))
        .limit(1)
    )
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise NotFound
    return found


async def person_names(tx: Tx, ids: Sequence[int | None]) -> dict[int, str]:
    """Names of people who took part in something that the actor already sees."""
    wanted = {i for i in ids if i is not None}
    me = tx.actor.person_id
    own = {me: tx.actor.name} if me is not None and me in wanted else {}
    if not wanted - {me}:
        return own
    rows: Any = await tx.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted - {me})))
    return own | dict(rows.all())


async def person_list(
    tx: Tx, *, search: str = "", role: Role | None = None, place: Place | None = None
) -> list[PersonRow]:
    """Roles held inside the actor's places, by name; filtered by role, place and words of the name."""
    today = tx.day(tx.actor.timezone)
    query = (
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(within(tx.actor, Permission.SEE_PEOPLE, RoleGrant), valid_on(today))
        .order_by(Person.name, RoleGrant.id)
    )
    if role is not None:
        query = query.where(RoleGrant.role == role)
    if place is not None:
        for column, value in zip(RoleGrant.place_columns(), place, strict=True):
            query = query.where(column == value) if value is not None else query
    wanted = schools.fold(search)
    rows = [PersonRow(*row) for row in (await tx.session.execute(query))]
    return [row for row in rows if wanted in schools.fold(f"{row.person.name} {row.person.position}")]


async def holders(tx: Tx, roles: Sequence[Role], place: Place) -> list[Person]:
    """People who hold one of the roles exactly at this place today. For the rules of the system, not for lists."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(roles), valid_on(tx.day("Europe/Moscow")))
        .order_by(Person.id)
        .distinct()
    )
    for column, value in zip(RoleGrant.place_columns(), place, strict=True):
        query = query.where(column == value if value is not None else column.is_(None))
    return list((await tx.session.scalars(query)).all())


async def team(tx: Tx, place: Place) -> list[Person]:
    """Who hands in what this place owes: the school's own team, the coordinators of a municipality or region."""
    return await holders(tx, sorted(SCHOOL_TEAM | COORDINATORS), place)


async def reviewers(tx: Tx, place: Place) -> list[Person]:
    """Whose ball a handed-in report is: the curator's, without one the municipal, then the regional
    coordinator's; never somebody of the school's own team. What a municipality's office hands in is the regional
    coordinator's, what the region's hands in another regional coordinator's: the caller leaves out those who
    worked on it (DOMAIN.md §3)."""
    return (await reviewers_of(tx, [place]))[place]


async def reviewers_of(tx: Tx, schools_: Collection[Place]) -> dict[Place, list[Person]]:
    """`reviewers` of many schools, by school, in one query."""
    above = RoleGrant.school_id.is_(None)
    query = (
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            valid_on(tx.day("Europe/Moscow")),
            or_(
                and_(
                    RoleGrant.school_id.in_({place.school_id for place in schools_}),
                    RoleGrant.role.in_([Role.CURATOR, *SCHOOL_TEAM]),
                ),
                and_(
                    RoleGrant.role == Role.MUNICIPAL_COORDINATOR,
                    RoleGrant.municipality_id.in_({place.municipality_id for place in schools_}),
                    above,
                ),
                and_(
                    RoleGrant.role == Role.REGIONAL_COORDINATOR,
                    RoleGrant.region_id.in_({place.region_id for place in schools_}),
                    RoleGrant.municipality_id.is_(None),
                    above,
                ),
            ),
        )
        .order_by(Person.id)
    )
    at: dict[Place, list[tuple[Person, Role]]] = {}
    for person, grant in await tx.session.execute(query):
        at.setdefault(grant.place, []).append((person, grant.role))
    return {place: _turn(place, at) for place in schools_}


def _turn(holder: Place, at: dict[Place, list[tuple[Person, Role]]]) -> list[Person]:
    own_roles = SCHOOL_TEAM | {Role.MUNICIPAL_COORDINATOR}
    own = {p.id for p, role in at.get(holder, ()) if role in own_roles}
    for role, place in (
        (Role.CURATOR, holder),
        (Role.MUNICIPAL_COORDINATOR, Place(holder.region_id, holder.municipality_id)),
        (Role.REGIONAL_COORDINATOR, Place(holder.region_id)),
    ):
        holding = {p.id: p for p, held in at.get(place, ()) if held is role and p.id not in own}
        if holding:
            return list(holding.values())
    return []


async def curators(tx: Tx, school: Place) -> list[Person]:
    """Curators assigned to the school."""
    return await holders(tx, [Role.CURATOR], school)


async def find_address(tx: Tx, person_id: int) -> Address | None:
    """Where to write to a person; None without an account or a consent."""
    person = await tx.session.get(Person, person_id)
    if person is None or person.telegram_id is None or person.consent_at is None:
        return None
    return Address(person.telegram_id, person.language, person.timezone, person.unreachable is None)


async def invitation(tx: Tx, payload: str, *, telegram_id: int) -> Invitation:
    """The invitation behind a link that still works for this account, or a named error."""
    found = await tx.session.scalar(select(Invitation).where(Invitation.token_hash == rules.digest(payload)))
    if found is None:
        raise rules.InvitationUnknown
    if found.used_at is not None:
        user = await tx.session.get(Person, found.used_by)
        if user is None or user.telegram_id != telegram_id:
            raise rules.InvitationUsed
        return found
    if found.revoked_at is not None or found.expires_at <= tx.now:
        raise rules.InvitationExpired
    return found


async def invitations(tx: Tx, *, open_only: bool = True) -> Sequence[Invitation]:
    """Invitations inside the actor's places, newest first."""
    query = (
        select(Invitation)
        .where(within(tx.actor, Permission.INVITE, Invitation))
        .order_by(Invitation.id.desc())
    )
    if open_only:
        query = query.where(
            Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > tx.now
        )
    return (await tx.session.scalars(query)).all()


async def invitation_by_id(tx: Tx, invitation_id: int) -> Invitation:
    """One invitation inside the actor's places, used or not."""
    query = select(Invitation).where(
        Invitation.id == invitation_id, within(tx.actor, Permission.INVITE, Invitation)
    )
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def place_of_subject(tx: Tx, subject: Unreached) -> Place:
    """The place inside the actor's own where somebody is to be found. Raises NotFound."""
    if subject.kind == "school":
        return (await schools.school(tx, subject.id)).place
    if subject.kind == "invitation":
        return (await invitation_by_id(tx, subject.id)).place
    await person(tx, subject.id)
    held = await grants_of(tx, subject.id)
    mine = [grant.place for grant in held if allows(tx.actor, Permission.INVITE, grant.place)]
    if not held:
        raise NotFound
    return (mine or [held[0].place])[0]


async def contacts(tx: Tx, kind: str, ids: Collection[int]) -> dict[int, str]:
    """What was noted about people, invitations or schools that the actor already sees."""
    column = getattr(OtherContact, f"{kind}_id")
    found: dict[int, str] = {}
    for some in chunks(sorted(ids), AT_ONCE):
        query = select(column, OtherContact.text).where(column.in_(some))
        found.update((await tx.session.execute(query)).all())
    return found


async def grants_of(tx: Tx, person_id: int) -> Sequence[RoleGrant]:
    """Roles of a person whom the actor may see, those inside the actor's places only."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    if person_id != tx.actor.person_id:
        query = query.where(within(tx.actor, Permission.SEE_PEOPLE, RoleGrant))
    return (await tx.session.scalars(query.order_by(RoleGrant.id))).all()


async def substitutes(tx: Tx) -> list[tuple[str, date, date]]:
    """Who reviews in the actor's stead now or later: the name, the first day, the last day."""
    query = (
        select(Person.name, RoleGrant.starts_on, RoleGrant.ends_on)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.substitute_for == (tx.actor.person_id or 0),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.ends_on >= tx.day(tx.actor.timezone),
        )
        .distinct()
        .order_by(RoleGrant.starts_on, Person.name)
    )
    rows = await tx.session.execute(query)
    return [(name, first, last) for name, first, last in rows if first is not None and last is not None]


async def standing_in(tx: Tx, absent_id: int, until: date) -> list[RoleGrant]:
    """What the actor reviews in somebody's stead up to this day; nothing where it was ended or is over."""
    query = select(RoleGrant).where(
        RoleGrant.person_id == (tx.actor.person_id or 0),
        RoleGrant.substitute_for == absent_id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.ends_on == until,
    )
    grants = (await tx.session.scalars(query.order_by(RoleGrant.id))).all()
    return list(grants) if until >= tx.day(tx.actor.timezone) else []


async def endings(tx: Tx, first: date, last: date) -> list[tuple[Person, RoleGrant]]:
    """Substitutions whose last day lies between these, with who stands in. For the planner."""
    query = (
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.substitute_for.is_not(None),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.ends_on.between(first, last),
        )
        .order_by(RoleGrant.id)
    )
    return list(await tx.session.execute(query))


async def roles_of(tx: Tx, person_id: int) -> list[tuple[Role, Place]]:
    """Every role of a person with its place, also outside the actor's. For the rules of rights, not for lists."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    return [(grant.role, grant.place) for grant in await tx.session.scalars(query)]


async def places_of(tx: Tx, person_id: int, roles: Sequence[Role] = ()) -> list[Place]:
    """Every place where the person holds a role (one of these)."""
    return [place for role, place in await roles_of(tx, person_id) if not roles or role in roles]


async def check_place(tx: Tx, role: Role, place: Place) -> None:
    """A role is held at its own level: a curator at a school, a municipal coordinator at a municipality."""
    level = 1 + (place.municipality_id is not None) + (place.school_id is not None)
    if level != LEVEL[role] and not (role is Role.EXPERT and level == 3):
        raise InvalidInput(reason=N_("This role is held at another level: choose a suitable place."))
    if not await schools.place_exists(tx, place):
        raise NotFound


async def place_timezone(tx: Tx, place: Place) -> str:
    """The zone whose days count for a person of this place."""
    return await schools.timezone(tx, place)


async def my_data(tx: Tx) -> dict[str, Any]:
    """Everything kept about the actor, for /mydata."""
    own = await me(tx)
    grants = await grants_of(tx, own.id)
    places = [(grant.role, (await schools.place_name(tx, grant.place)).name) for grant in grants]
    return {
        "name": own.name,
        "position": own.position,
        "telegram_id": own.telegram_id,
        "language": own.language,
        "timezone": own.timezone,
        "consent_version": own.consent_version,
        "consent_at": own.consent_at,
        "roles": places,
        "other_contact": (await contacts(tx, "person", [own.id])).get(own.id, ""),
    }
