"""Groups of one's places, and the neutral lines that they hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, select

from domain import progress, roadmaps, schools
from domain.actor import COORDINATORS, Place
from domain.db import Tx
from domain.errors import NotFound
from domain.groups.models import GroupChat
from domain.policy import Permission, allows, within
from domain.progress import Assignment


@dataclass(frozen=True, slots=True)
class DueLine:
    """What is due on a day for schools of a place: measures, never schools."""

    day: date
    measures: Sequence[roadmaps.Measure]


async def find_by_chat(tx: Tx, chat_id: int) -> GroupChat | None:
    """The group of this chat. For what the messenger reports; nobody's rights are asked."""
    return await tx.session.scalar(select(GroupChat).where(GroupChat.chat_id == chat_id))


async def find_by_id(tx: Tx, group_id: int) -> GroupChat | None:
    """A group by its own number, which a move does not change. For what leaves; nobody's rights are asked."""
    return await tx.session.get(GroupChat, group_id)


async def group_list(tx: Tx) -> Sequence[GroupChat]:
    """Linked groups of places that the actor coordinates, by title."""
    query = select(GroupChat).where(
        within(tx.actor, Permission.OVERRULE, GroupChat),
        GroupChat.linked_at.is_not(None),
        GroupChat.removed_at.is_(None),
    )
    return (await tx.session.scalars(query.order_by(GroupChat.title, GroupChat.id))).all()


async def group(tx: Tx, group_id: int) -> GroupChat:
    """A linked group of a place that the actor coordinates; NotFound for everybody else."""
    found = await tx.session.scalar(
        select(GroupChat).where(
            GroupChat.id == group_id,
            within(tx.actor, Permission.OVERRULE, GroupChat),
            GroupChat.linked_at.is_not(None),
            GroupChat.removed_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


def _lost(tx: Tx) -> Select[GroupChat]:
    return select(GroupChat).where(
        within(tx.actor, Permission.OVERRULE, GroupChat), GroupChat.removed_at.is_not(None)
    )


async def lost_list(tx: Tx) -> Sequence[GroupChat]:
    """Groups of places that the actor coordinates that removed the bot or do not let it write, by title."""
    return (await tx.session.scalars(_lost(tx).order_by(GroupChat.title, GroupChat.id))).all()


async def lost(tx: Tx, group_id: int) -> GroupChat:
    """One of these; NotFound for everybody else."""
    found = await tx.session.scalar(_lost(tx).where(GroupChat.id == group_id))
    if found is None:
        raise NotFound
    return found


async def group_to_link(tx: Tx, group_id: int) -> GroupChat:
    """A group in which the bot is and that a coordinator may link: a free one, or one of the own places.

    NotFound for everybody else. That the coordinator is in the group is asked of the messenger.
    """
    found = await tx.session.get(GroupChat, group_id)
    if found is None or found.removed_at is not None or not places_to_link(tx):
        raise NotFound
    if found.linked_at is not None and not allows(tx.actor, Permission.OVERRULE, found.place):
        raise NotFound
    return found


def places_to_link(tx: Tx) -> list[Place]:
    """Where the actor coordinates: the places that a group may be linked to."""
    return list(dict.fromkeys(tx.actor.places(*sorted(COORDINATORS))))


async def linked(tx: Tx) -> Sequence[GroupChat]:
    """All linked groups. For the planner; nobody's rights are asked."""
    query = select(GroupChat).where(GroupChat.linked_at.is_not(None), GroupChat.removed_at.is_(None))
    return (await tx.session.scalars(query.order_by(GroupChat.id))).all()


async def due_lines(tx: Tx, place: Place, first: date, days: int) -> list[DueLine]:
    """Days in `first … first + days` on which approved measures are due for schools of the place."""
    last = first + timedelta(days=days)
    here = [
        column == value
        for column, value in zip(Assignment.place_columns(), place, strict=True)
        if value is not None
    ]
    query = (
        select(Assignment.due_on, roadmaps.Measure)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            *here,
            Assignment.school_id.is_not(None),  # what offices owe is not the schools' day
            Assignment.reminds,
            Assignment.due_on.between(first, last),
            Assignment.status != progress.Status.WAIVED,
        )
        .group_by(Assignment.due_on, roadmaps.Measure.id)
        .order_by(Assignment.due_on, roadmaps.Measure.position)
    )
    found: dict[date, list[roadmaps.Measure]] = {}
    for day, measure in await tx.session.execute(query):
        if day is not None:
            found.setdefault(day, []).append(measure)
    return [DueLine(day, measures) for day, measures in found.items()]


async def timezone(tx: Tx, group_: GroupChat) -> str:
    """By whose clock a group lives."""
    return await schools.timezone(tx, group_.place)
