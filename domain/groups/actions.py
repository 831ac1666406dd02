"""A group's life: added, linked to a place, moved to another number, left; and what it is told."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from domain import audit, calendars, mornings, outbox
from domain.actor import COORDINATORS, Place
from domain.dates import OwnDays, days_of, local_day
from domain.db import WriteTx
from domain.errors import NotFound
from domain.groups import queries, rules
from domain.groups.models import GroupChat
from domain.policy import Permission, require


async def added(tx: WriteTx, chat_id: int, title: str) -> GroupChat:
    """The bot was brought into a group; a coordinator who did it is asked in private whose group it is.

    A group that had been linked before stays so only until the bot leaves; a return begins anew.
    """
    found = await queries.find_by_chat(tx, chat_id)
    if found is None:
        found = GroupChat(chat_id=chat_id, title=title[:200], added_at=tx.now)
        tx.session.add(found)
    elif found.removed_at is None:
        return found
    found.title, found.added_by, found.added_at = title[:200], tx.actor.person_id, tx.now
    found.removed_at = found.linked_at = found.region_id = found.municipality_id = None
    await tx.session.flush()
    if tx.actor.roles() & COORDINATORS:
        await outbox.put(
            tx,
            "group_added",
            person_id=tx.actor.person_id,
            subject=f"group:{found.id}",
            dedupe_key=f"group_added:{found.id}:{int(tx.now.timestamp())}",
            params={"group_id": found.id},
        )
    return found


async def link(tx: WriteTx, group_id: int, place: Place) -> GroupChat:
    """Tie a group to a place that the actor coordinates; what is public there is told in it from now on."""
    found = await queries.group_to_link(tx, group_id)
    require(tx.actor, Permission.OVERRULE, place)
    if place not in queries.places_to_link(tx):
        raise NotFound
    found.region_id, found.municipality_id = place.region_id, place.municipality_id
    found.linked_by, found.linked_at = tx.actor.person_id, tx.now
    audit.record(tx, "group.link", "group", found.id, place, title=found.title)
    await _put(tx, found, "group_hello", f"group_hello:{found.id}:{int(tx.now.timestamp())}", {})
    return found


async def unlink(tx: WriteTx, group_id: int) -> GroupChat:
    """A coordinator of the place ends it; the bot stays in the group and is silent."""
    found = await queries.group(tx, group_id)
    audit.record(tx, "group.unlink", "group", found.id, found.place, title=found.title)
    await _end(tx, found, "unlinked")
    return found


async def removed(tx: WriteTx, chat_id: int) -> None:
    """The bot is no longer in the group: the link ends, and the coordinator who made it is told."""
    found = await queries.find_by_chat(tx, chat_id)
    if found is None or found.removed_at is not None:
        return
    found.removed_at = tx.now
    if found.linked_at is None:
        return
    audit.record(tx, "group.lost", "group", found.id, found.place, title=found.title)
    await _end(tx, found, "the bot was removed")
    await outbox.put(
        tx,
        "group_lost",
        person_id=found.linked_by,
        subject=f"group:{found.id}",
        dedupe_key=f"group_lost:{found.id}:{int(tx.now.timestamp())}",
        params={"title": found.title},
    )


async def return_to(tx: WriteTx, group_id: int) -> GroupChat:
    """The group lets the bot write again: the link of before counts, and it says hello anew."""
    found = await queries.lost(tx, group_id)
    found.removed_at, found.linked_by, found.linked_at = None, tx.actor.person_id, tx.now
    audit.record(tx, "group.link", "group", found.id, found.place, title=found.title)
    await _put(tx, found, "group_hello", f"group_hello:{found.id}:{int(tx.now.timestamp())}", {})
    return found


async def forget(tx: WriteTx, group_id: int) -> None:
    """A lost group leaves the list; brought in again the bot asks whose it is."""
    found = await queries.lost(tx, group_id)
    audit.record(tx, "group.forget", "group", found.id, found.place, title=found.title)
    found.region_id = found.municipality_id = None


async def _end(tx: WriteTx, found: GroupChat, reason: str) -> None:
    found.linked_at = None
    await outbox.cancel(tx, chat_id=found.chat_id, reason=reason)


async def migrated(tx: WriteTx, chat_id: int, new_chat_id: int) -> None:
    """The group became a supergroup: the link and what waits to be said there move to its new number."""
    found = await queries.find_by_chat(tx, chat_id)
    if found is None:
        return
    newer = await queries.find_by_chat(tx, new_chat_id)
    if newer is not None:  # the messenger told of the new one first
        await tx.session.delete(newer)
        await tx.session.flush()
    found.chat_id, found.removed_at = new_chat_id, None
    await outbox.rewrite_chat(tx, chat_id, new_chat_id)


async def keep_title(tx: WriteTx, chat_id: int, title: str) -> None:
    """The group was renamed."""
    found = await queries.find_by_chat(tx, chat_id)
    if found is not None:
        found.title = title[:200]


async def set_deadlines(tx: WriteTx, group_id: int, *, tells: bool) -> GroupChat:
    """Whether the group hears the line about what is due soon."""
    found = await queries.group(tx, group_id)
    found.tells_deadlines = tells
    audit.record(tx, "group.lines", "group", found.id, found.place, title=found.title)
    return found


async def set_days(tx: WriteTx, group_id: int, days: Collection[int]) -> GroupChat:
    """How many days before a deadline the group hears of it. Raises DaysWrong."""
    found = await queries.group(tx, group_id)
    found.deadline_days = rules.check_days(days)
    audit.record(tx, "group.lines", "group", found.id, found.place, title=found.title)
    return found


async def announce(
    tx: WriteTx,
    group_ids: Sequence[int],
    kind: str,
    key: str,
    params: dict[str, Any],
    *,
    subject: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Say something public in groups of the actor's places, once each; how many. Raises NotFound for others'.

    `key` names what is said: the same again is not said twice in a group. `subject`: by what it can be taken back.
    """
    for group_id in dict.fromkeys(group_ids):
        found = await queries.group(tx, group_id)
        await _put(
            tx,
            found,
            kind,
            f"{kind}:{key}:{found.id}",
            params,
            subject=subject,
            not_before=not_before,
            expires_at=expires_at,
        )
    return len(set(group_ids))


async def _put(
    tx: WriteTx,
    found: GroupChat,
    kind: str,
    dedupe_key: str,
    params: dict[str, Any],
    *,
    subject: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    await outbox.put(
        tx,
        kind,
        chat_id=found.chat_id,
        subject=subject or f"group:{found.id}",
        dedupe_key=dedupe_key,
        params={**params, "group_id": found.id},
        not_before=not_before,
        expires_at=expires_at,
    )


async def plan(tx: WriteTx) -> int:
    """Queue the neutral line of measures that are due soon for every linked group; again changes nothing.

    What falls on a day off is said on the working day before.
    """
    rows = []
    near: dict[tuple[Any, ...], dict[date, list[int]]] = {}
    for found in (await tx.session.scalars(select(GroupChat).where(GroupChat.tells_deadlines))).all():
        if not found.is_linked:
            continue
        zone = await queries.timezone(tx, found)
        today = local_day(tx.now, zone)
        ends_at = rules.day_ends_at(today, zone)
        if not rules.line_at(today, zone) <= tx.now < ends_at:
            continue
        key = today, tuple(found.deadline_days), found.region_id
        if key not in near:
            near[key] = _named_today(
                today, found.deadline_days, await calendars.own_days(tx, found.region_id)
            )
        for day, ahead in near[key].items():
            if not await queries.due_lines(tx, found.place, day, 0):
                continue
            # The first release knew three days only, and its keys name no number.
            which = "" if 3 in ahead else f":{min(ahead)}"
            rows.append(
                {
                    "chat_id": found.chat_id,
                    "subject": f"group:{found.id}",
                    "dedupe_key": f"group_deadline:{found.id}:{day.isoformat()}{which}",
                    "params": {"group_id": found.id, "day": day.isoformat()},
                    "expires_at": ends_at,
                }
            )
    await outbox.put_many(tx, "group_deadline", rows)
    return len(rows)


def _named_today(today: date, ahead: Sequence[int], own: OwnDays) -> dict[date, list[int]]:
    """Deadlines of which a group hears today, each with the numbers of days before it that say so."""
    found = {}
    for day in days_of(today, today + rules.FURTHEST_DUE):
        if numbers := [n for n in ahead if mornings.step_day(day, -n, own) == today]:
            found[day] = numbers
    return found
