"""Criteria sets: those that come with the program, and those that a region keeps."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from domain.actor import Place
from domain.db import Tx, once
from domain.errors import NotFound
from domain.policy import Permission, allows
from domain.rubrics.models import CriteriaSetVersion
from domain.rubrics.rules import CriteriaSet, Criterion, read_set

SETS = Path(__file__).parent / "sets"


@cache
def shipped_sets() -> dict[str, CriteriaSet]:
    """The sets that come with the program, by key."""
    return {
        found.key: found
        for found in (read_set(shipped_document(path.stem)) for path in sorted(SETS.glob("*.toml")))
    }


def shipped_document(key: str) -> dict[str, Any]:
    """The plain document of a set that comes with the program; NotFound where there is none."""
    return tomllib.loads(shipped_text(key))


def shipped_text(key: str) -> str:
    """The same as its file stands, with the remarks; to be copied and changed."""
    path = SETS / f"{key}.toml"
    if path.parent != SETS or not path.is_file():
        raise NotFound
    return path.read_text("utf-8")


def find_shipped(key: str) -> CriteriaSet | None:
    """The set of this key that comes with the program."""
    return shipped_sets().get(key)


@cache
def _remarks() -> tuple[str, ...]:
    document = tomllib.loads((Path(__file__).parent / "remarks.toml").read_text("utf-8"))
    return tuple(document["remarks"])


def remarks_for(criterion: Criterion) -> tuple[str, ...]:
    """What experts say often about a criterion, to be chosen from: the set's own list, else the usual one."""
    return criterion.remarks or _remarks()


async def kept_sets(tx: Tx, region_id: int) -> Sequence[CriteriaSetVersion]:
    """Sets of a region, the newest version of each key first; for those who see a part of it, what has been scored by."""
    query = select(CriteriaSetVersion).where(CriteriaSetVersion.region_id == region_id)
    if not allows(tx.actor, Permission.SEE, Place(region_id)):
        if region_id not in {grant.place.region_id for grant in tx.actor.grants}:
            raise NotFound
        query = query.where(CriteriaSetVersion.scored_at.is_not(None))
    order = CriteriaSetVersion.key, CriteriaSetVersion.version.desc()
    return (await tx.session.scalars(query.order_by(*order))).all()


@once
async def kept_set(tx: Tx, set_id: int) -> CriteriaSetVersion:
    """One version; NotFound where it is absent. Criteria are no secret to those who are scored by them."""
    found = await tx.session.get(CriteriaSetVersion, set_id)
    if found is None:
        raise NotFound
    return found


async def beside(tx: Tx, found: CriteriaSetVersion) -> Sequence[CriteriaSetVersion]:
    """The other sets of the same region, the newest version of each key first: what a set may be compared with."""
    query = select(CriteriaSetVersion).where(
        CriteriaSetVersion.region_id == found.region_id, CriteriaSetVersion.id != found.id
    )
    order = CriteriaSetVersion.key, CriteriaSetVersion.version.desc()
    return (await tx.session.scalars(query.order_by(*order))).all()
