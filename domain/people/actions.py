"""Inviting, joining, and what people choose for themselves."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update

from domain import audit, outbox
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.db import WriteTx
from domain.errors import Forbidden, InvalidInput, NotFound
from domain.people import queries, rules
from domain.people.models import Invitation, OtherContact, Person, RoleGrant
from domain.policy import Permission, may_invite, require, require_invite


class Invited(NamedTuple):
    """A fresh invitation; the payload is shown once and not kept."""

    invitation: Invitation
    payload: str


async def invite(
    tx: WriteTx,
    role: Role,
    place: Place,
    *,
    name: str = "",
    known_id: int | None = None,
    printed: bool = False,
) -> Invited:
    """A coordinator makes a personal link bound to role and place: one use, 14 days, printed 30.

    `known_id`: it is for somebody who is written down already, without an account or behind one that is lost.
    """
    require_invite(tx.actor, role, place)
    await queries.check_place(tx, role, place)
    payload = rules.new_legible_token() if printed else rules.new_token()
    invitation = Invitation(
        token_hash=rules.digest(payload),
        role=role,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        name=name.strip()[:200],
        created_by=tx.actor.person_id,
        created_at=tx.now,
        expires_at=tx.now + (rules.PRINTED_LIFE if printed else rules.INVITATION_LIFE),
        person_id=known_id,
        printed_at=tx.now if printed else None,
    )
    tx.session.add(invitation)
    await tx.session.flush()
    details = {"printed": True} if printed else {}
    audit.record(tx, "invitation.make", "invitation", invitation.id, place, role=role, **details)
    return Invited(invitation, payload)


async def revoke_invitation(tx: WriteTx, invitation_id: int) -> None:
    """Take an unused invitation back."""
    invitation = await tx.session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound
    require_invite(tx.actor, invitation.role, invitation.place)
    if invitation.used_at is None and invitation.revoked_at is None:
        invitation.revoked_at = tx.now
        audit.record(tx, "invitation.revoke", "invitation", invitation.id, invitation.place)


async def join(tx: WriteTx, payload: str, *, telegram_id: int, name: str, language: str = "ru") -> Person:
    """A person accepts the consent text and comes in by an invitation; pressing twice is harmless."""
    invitation = await queries.invitation(tx, payload, telegram_id=telegram_id)
    person = await tx.session.scalar(select(Person).where(Person.telegram_id == telegram_id))
    if person is None and (person := await _lost(tx, invitation)) is not None:
        person.telegram_id, person.language = telegram_id, language
    if person is None:
        person = Person(
            name=invitation.name or name,
            position="",
            telegram_id=telegram_id,
            language=language,
            timezone=await queries.place_timezone(tx, invitation.place),
            created_at=tx.now,
        )
        tx.session.add(person)
        await tx.session.flush()
    if invitation.used_by == person.id:
        return person
    taken = await tx.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=tx.now, used_by=person.id)
        .returning(Invitation.id)
    )
    if taken.first() is None:
        raise rules.InvitationUsed
    person.consent_version, person.consent_at = rules.CONSENT_VERSION, tx.now
    person.unreachable, person.unreachable_at = None, None
    await _pass_contact_on(tx, invitation.id, person.id)
    await _grant(tx, person.id, invitation.role, invitation.place, by=invitation.created_by)
    audit.record(tx, "person.join", "person", person.id, invitation.place, role=invitation.role)
    return person


async def _lost(tx: WriteTx, invitation: Invitation) -> Person | None:
    """Whom the invitation is for, where they have no account or one that messages do not reach: the new account
    becomes theirs, provided that whoever invited may hand out every role that comes with it."""
    known = await tx.session.get(Person, invitation.person_id) if invitation.person_id else None
    if known is None or (known.telegram_id is not None and known.unreachable is None):
        return None
    inviter = await queries.actor_by_id(tx, invitation.created_by) if invitation.created_by else None
    held = await tx.session.scalars(
        select(RoleGrant).where(RoleGrant.person_id == known.id, RoleGrant.revoked_at.is_(None))
    )
    grants = held.all()
    vouched = inviter is not None and all(may_invite(inviter, g.role, g.place) for g in grants)
    return known if vouched and grants else None


async def _pass_contact_on(tx: WriteTx, invitation_id: int, person_id: int) -> None:
    """What was noted about an invitation is about the person who came by it, unless they have something newer."""
    noted = await tx.session.scalar(select(OtherContact).where(OtherContact.invitation_id == invitation_id))
    if noted is None:
        return
    has = await tx.session.scalar(select(OtherContact.id).where(OtherContact.person_id == person_id))
    if has is None:
        noted.invitation_id, noted.person_id = None, person_id
    else:
        await tx.session.delete(noted)


async def note_contact(tx: WriteTx, subject: queries.Unreached, text: str) -> None:
    """Note how somebody is found whom messages do not reach; an empty text forgets it.

    Whoever invites there notes it. Raises NotFound and Forbidden.
    """
    place = await queries.place_of_subject(tx, subject)
    require(tx.actor, Permission.INVITE, place)
    column = getattr(OtherContact, f"{subject.kind}_id")
    noted = await tx.session.scalar(select(OtherContact).where(column == subject.id))
    words = " ".join(text.split())[:200]
    if noted is None and not words:
        return
    if noted is None:
        noted = OtherContact(**{f"{subject.kind}_id": subject.id}, text=words, noted_at=tx.now)
        tx.session.add(noted)
    elif not words:
        await tx.session.delete(noted)
    noted.text, noted.noted_by, noted.noted_at = words, tx.actor.person_id, tx.now
    audit.record(tx, "contact.note", subject.kind, subject.id, place)


async def add_person(
    tx: WriteTx,
    name: str,
    *,
    position: str = "",
    telegram_id: int | None = None,
    timezone: str = "Europe/Moscow",
) -> Person:
    """Write a person down without an invitation: the first administrator and imported lists; the system only."""
    if not tx.actor.is_system:
        raise Forbidden
    person = Person(
        name=name, position=position, telegram_id=telegram_id, timezone=timezone, created_at=tx.now
    )
    tx.session.add(person)
    await tx.session.flush()
    audit.record(tx, "person.add", "person", person.id)
    return person


async def grant_role(
    tx: WriteTx,
    person_id: int,
    role: Role,
    place: Place,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    substitute_for: int | None = None,
) -> RoleGrant:
    """Give a known person one more role at a place, for a period where asked."""
    require_invite(tx.actor, role, place)
    await queries.check_place(tx, role, place)
    period = rules.Period(starts_on, ends_on, substitute_for)
    grant = await _grant(tx, person_id, role, place, by=tx.actor.person_id, period=period)
    audit.record(tx, "role.grant", "person", person_id, place, role=role)
    return grant


async def substitute(
    tx: WriteTx, person_id: int, substitute_id: int, *, starts_on: date, ends_on: date
) -> list[RoleGrant]:
    """Somebody reviews for another person from one day to another, both included.

    They get every reviewing role of that person that the actor may hand out, except at their own school. Asked again
    for the same days, the same grants. Raises InvalidInput, and Forbidden where there is nothing to hand over.
    """
    if ends_on < starts_on or person_id == substitute_id:
        raise InvalidInput(reason=rules.BAD_PERIOD)
    absent = await queries.person(tx, person_id)
    stand_in = await queries.person(tx, substitute_id)
    own = {place.school_id for place in await queries.places_of(tx, stand_in.id, sorted(SCHOOL_TEAM))}
    period = rules.Period(starts_on, ends_on, absent.id)
    given = []
    for held in await queries.grants_of(tx, absent.id):
        is_theirs = held.role in rules.REVIEWERS and held.substitute_for is None
        if not is_theirs or held.place.school_id in own - {None}:
            continue
        if not may_invite(tx.actor, held.role, held.place):
            continue
        known = set(await queries.grants_of(tx, stand_in.id))
        grant = await _grant(tx, stand_in.id, held.role, held.place, by=tx.actor.person_id, period=period)
        given.append(grant)
        if grant not in known:
            audit.record(
                tx, "role.substitute", "person", stand_in.id, held.place, role=held.role, absent=absent.id
            )
    if not given:
        raise Forbidden
    if stand_in.id != tx.actor.person_id:
        await _tell_stand_in(tx, stand_in.id, period, since=min(grant.id for grant in given))
    return given


async def _tell_stand_in(tx: WriteTx, person_id: int, period: rules.Period, *, since: int) -> None:
    # The number of the first grant: named again after it was ended, even for the same days, is news again.
    days = f"{period.starts_on}:{period.ends_on}:{since}"
    await outbox.put(
        tx,
        "substitute_named",
        person_id=person_id,
        subject=f"substitute:{period.substitute_for}:{person_id}",
        dedupe_key=f"substitute_named:{period.substitute_for}:{person_id}:{days}",
        params={"absent": period.substitute_for, "until": str(period.ends_on)},
    )


async def end_substitutes(tx: WriteTx) -> int:
    """Back earlier than said: those whom the actor named in their own stead no longer review for them; how many."""
    query = select(RoleGrant).where(
        RoleGrant.substitute_for == (tx.actor.person_id or 0),
        RoleGrant.granted_by.is_(None),  # named by a rule of the system, not by a coordinator
        RoleGrant.revoked_at.is_(None),
        RoleGrant.ends_on >= tx.day(tx.actor.timezone),
    )
    grants = (await tx.session.scalars(query)).all()
    for grant in grants:
        grant.revoked_at = tx.now
        audit.record(tx, "role.revoke", "person", grant.person_id, grant.place, role=grant.role)
    return len({grant.person_id for grant in grants})


async def revoke_role(tx: WriteTx, grant_id: int) -> None:
    """Take a role away; the person's panel sessions end by it (see `access`)."""
    grant = await tx.session.get(RoleGrant, grant_id)
    if grant is None:
        raise NotFound
    require_invite(tx.actor, grant.role, grant.place)
    if grant.revoked_at is None:
        grant.revoked_at = tx.now
        audit.record(tx, "role.revoke", "person", grant.person_id, grant.place, role=grant.role)


async def choose_language(tx: WriteTx, language: str) -> None:
    """The person reads another language from now on."""
    (await queries.me(tx)).language = language


async def rename_person(tx: WriteTx, person_id: int, *, name: str, position: str) -> None:
    """Whoever could give the person each of their roles corrects how they are written, or the person does.

    A head of a school so corrects the team, but not the curator. Raises NotFound, Forbidden.
    """
    person = await tx.session.get(Person, person_id)
    if person is None:
        raise NotFound
    if person_id != tx.actor.person_id:
        for role, place in await queries.roles_of(tx, person_id):
            require_invite(tx.actor, role, place)
    person.name, person.position = name.strip()[:200] or person.name, position.strip()[:200]
    audit.record(tx, "person.rename", "person", person_id)


async def mark_unreachable(tx: WriteTx, person_id: int, reason: str) -> None:
    """Messages do not arrive (blocked, deactivated): the coordinator sees it."""
    person = await tx.session.get(Person, person_id)
    if person is not None and person.unreachable is None:
        person.unreachable, person.unreachable_at = reason, tx.now
        audit.record(tx, "person.unreachable", "person", person_id, reason=reason)


async def mark_reachable(tx: WriteTx, telegram_id: int) -> None:
    """The person wrote again or unblocked the bot."""
    await tx.session.execute(
        update(Person)
        .where(Person.telegram_id == telegram_id, Person.unreachable.is_not(None))
        .values(unreachable=None, unreachable_at=None)
    )


async def snooze(tx: WriteTx, until: date) -> None:
    """No digest before this day."""
    (await queries.me(tx)).snoozed_until = until


async def erase_me(tx: WriteTx) -> None:
    """Withdraw consent: name, position and account are wiped, roles end; the work of the school stays."""
    person = await queries.me(tx)
    for grant in await tx.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)):
        grant.revoked_at = grant.revoked_at or tx.now
    person.name, person.position, person.telegram_id = "", "", None
    person.consent_version, person.consent_at, person.last_seen_at = None, None, None
    mine = or_(Invitation.used_by == person.id, Invitation.person_id == person.id)
    for invitation in await tx.session.scalars(select(Invitation).where(mine)):
        invitation.name = ""
        if invitation.used_at is None:
            invitation.revoked_at = invitation.revoked_at or tx.now
    of_mine = select(Invitation.id).where(mine)
    await tx.session.execute(
        delete(OtherContact).where(
            or_(OtherContact.person_id == person.id, OtherContact.invitation_id.in_(of_mine))
        )
    )
    audit.record(tx, "person.erase", "person", person.id)


async def _grant(
    tx: WriteTx,
    person_id: int,
    role: Role,
    place: Place,
    *,
    by: int | None,
    period: rules.Period = rules.ALWAYS,
) -> RoleGrant:
    """The same role at the same place for the same days is one grant; a substitution leaves a lasting one alone."""
    wanted = (
        *zip(RoleGrant.place_columns(), place, strict=True),
        (RoleGrant.starts_on, period.starts_on),
        (RoleGrant.ends_on, period.ends_on),
        (RoleGrant.substitute_for, period.substitute_for),
    )
    query = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.revoked_at.is_(None),
        *(column.is_(None) if value is None else column == value for column, value in wanted),
    )
    found = await tx.session.scalar(query)
    if found is not None:
        return found
    grant = RoleGrant(
        person_id=person_id,
        role=role,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        substitute_for=period.substitute_for,
        granted_by=by,
        granted_at=tx.now,
    )
    tx.session.add(grant)
    await tx.session.flush()
    return grant
