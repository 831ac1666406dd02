"""Keeping criteria sets: a new year's set is made by copying and changing."""

import re
from typing import Any

from sqlalchemy import func, select

from domain import audit
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import N_, DomainError
from domain.policy import Permission, require
from domain.rubrics import queries
from domain.rubrics.models import CriteriaSetVersion
from domain.rubrics.rules import read_set


class SetScored(DomainError):
    """Somebody has been scored by it."""

    sentence = N_("Somebody has been scored by this criteria set. Copy it and change the copy.")


async def save_set(tx: WriteTx, region_id: int, document: dict[str, Any]) -> CriteriaSetVersion:
    """Keep a set; the same key and version is replaced until somebody is scored by it.

    Raises SetUnreadable, MaximaContradict, BandsUnclear, SetScored.
    """
    require(tx.actor, Permission.REGISTER, Place(region_id))
    of = read_set(document)
    query = select(CriteriaSetVersion).where(
        CriteriaSetVersion.region_id == region_id,
        CriteriaSetVersion.key == of.key,
        CriteriaSetVersion.version == of.version,
    )
    found = await tx.session.scalar(query)
    if found is not None and found.document == document:
        return found
    if found is not None and found.scored_at is not None:
        raise SetScored
    if found is None:
        found = CriteriaSetVersion(region_id=region_id, key=of.key, version=of.version)
        tx.session.add(found)
    found.title, found.document = of.title, document
    found.saved_by, found.saved_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    audit.record(
        tx, "criteria.save", "criteria_set", found.id, Place(region_id), key=of.key, version=of.version
    )
    return found


async def copy_set(
    tx: WriteTx, set_id: int, *, key: str | None = None, year: int | None = None, title: str = ""
) -> CriteriaSetVersion:
    """The next version of a set, or the first of a new key: free to be changed.

    With `year` it is that year's set: the year in the key follows («2022-wave-3» → «2023-wave-3»), and the day on
    which the old one was held is forgotten.
    """
    origin = await queries.kept_set(tx, set_id)
    require(tx.actor, Permission.REGISTER, Place(origin.region_id))
    wanted = key or (of_year(origin.key, year) if year else origin.key)
    newest = await tx.session.scalar(
        select(func.max(CriteriaSetVersion.version)).where(
            CriteriaSetVersion.region_id == origin.region_id, CriteriaSetVersion.key == wanted
        )
    )
    made = {**origin.document, "key": wanted, "version": (newest or 0) + 1}
    if year:
        made |= {"year": year, "held_on": ""}
    if title.strip():
        made |= {"title": title.strip()}
    return await save_set(tx, origin.region_id, made)


def of_year(key: str, year: int) -> str:
    """The key of the same set in another year; the old year in it gives way, else the new one is added."""
    found, replaced = re.subn(r"(?<!\d)(19|20)\d\d(?!\d)", str(year), key, count=1)
    return (found if replaced else f"{key}-{year}")[-60:]


async def mark_scored(tx: WriteTx, set_id: int) -> None:
    """From now on the version does not change: somebody is scored by it. Called with the first score."""
    found = await queries.kept_set(tx, set_id)
    if found.scored_at is None:
        found.scored_at = tx.now
