"""Making personal links that leave on paper."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import update

from domain import people, schools
from domain.actor import SCHOOL_TEAM
from domain.db import WriteTx
from domain.errors import NotFound
from domain.letters import queries, rules
from domain.letters.rules import Letter, Why
from domain.people import OtherContact
from domain.policy import require_invite
from domain.texts import texts


async def print_letters(tx: WriteTx, keys: Collection[str], *, bot: str) -> list[Letter]:
    """A fresh personal link for each of those rows of `unreached`, in the order of places and names.

    Older unused links of the same person stop working: their paper may be lost. `bot`: its user name. The links are
    kept nowhere but on the paper. Raises NobodyChosen, TooManyLetters, Forbidden, and NotFound for rows of others.
    """
    if not keys:
        raise rules.NobodyChosen
    if len(keys) > rules.AT_ONCE:
        raise rules.TooManyLetters(most=rules.AT_ONCE)
    school_ids = [int(key[7:]) for key in keys if key.startswith("school-") and key[7:].isdecimal()]
    known = {row.key: row for row in await queries.unreached(tx, school_ids=school_ids)}
    if not set(keys) <= set(known):
        raise NotFound
    rows = [known[key] for key in set(keys)]
    for row in rows:
        require_invite(tx.actor, row.role, row.place)
    names = await schools.place_names(tx, {row.place for row in rows})
    works = await queries.open_works(tx, {row.place.school_id or 0 for row in rows})
    ask = await _who_answers(tx)
    rows.sort(key=lambda row: (names[row.place].above, names[row.place].name, row.name, row.key))
    letters = []
    for row in rows:
        made = await _link(tx, row)
        count, due = works.get(row.place.school_id or 0, (0, None)) if row.role in SCHOOL_TEAM else (0, None)
        letters.append(
            Letter(
                whom=row.name,
                position=row.position,
                role=row.role,
                place=", ".join(part for part in names[row.place] if part),
                contact=row.contact,
                is_silent=row.why in (Why.BLOCKED, Why.FAILED),
                open_works=count,
                next_due=due,
                payload=made.payload,
                until=made.invitation.expires_at.astimezone(ZoneInfo(tx.actor.timezone)).date(),
                ask=ask,
                bot=bot,
            )
        )
    return letters


async def _link(tx: WriteTx, row: queries.Row) -> people.Invited:
    older = await queries.older(tx, row)
    for invitation in older:
        await people.revoke_invitation(tx, invitation.id)
    known_id = row.subject.id if row.subject.kind == "person" else None
    made = await people.invite(tx, row.role, row.place, name=row.name, known_id=known_id, printed=True)
    if row.subject.kind == "invitation":  # what was noted about the older link is about this one
        query = update(OtherContact).where(OtherContact.invitation_id == row.subject.id)
        await tx.session.execute(query.values(invitation_id=made.invitation.id))
    return made


async def _who_answers(tx: WriteTx) -> str:
    """Whoever prints, as they are written, with the contact that is noted for them."""
    if tx.actor.person_id is None:
        return ""
    me = await people.me(tx)
    noted = await people.contacts(tx, "person", [me.id])
    role = next((rules.ROLE[grant.role] for grant in tx.actor.grants), "")
    word = me.position or (texts(tx.actor.language, escape=False)(role) if role else "")
    return ", ".join(part for part in (me.name, word, noted.get(me.id, "")) if part)
