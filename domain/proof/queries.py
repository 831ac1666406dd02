"""Looking at what was handed in, across versions, assignments and schools."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from domain.db import Tx
from domain.errors import Forbidden
from domain.progress import Evidence, Kind, Submission

# A report whose photos could not be made into a PDF by then keeps its photos.
TRIED_FOR = timedelta(days=3)


class Unjoined(NamedTuple):
    """A report with photos and no PDF of them: the photos' hashes in their order."""

    submission_id: int
    photos: tuple[str, ...]


async def unjoined(tx: Tx, *, submission_id: int | None = None, limit: int = 20) -> list[Unjoined]:
    """Reports of the last days whose photos have not been made into a PDF, the oldest first; for the system only."""
    if not tx.actor.is_system:
        raise Forbidden
    joined = aliased(Evidence)
    lacking = (
        select(Submission.id)
        .where(
            Submission.submitted_at > tx.now - TRIED_FOR,
            exists().where(Evidence.submission_id == Submission.id, *_photo()),
            ~exists().where(joined.submission_id == Submission.id, joined.joined.is_(True)),
        )
        .order_by(Submission.id)
        .limit(limit)
    )
    if submission_id is not None:
        lacking = lacking.where(Submission.id == submission_id)
    ids = (await tx.session.scalars(lacking)).all()
    query = select(Evidence.submission_id, Evidence.sha256).where(Evidence.submission_id.in_(ids), *_photo())
    found: dict[int, list[str]] = {}
    for number, sha256 in (await tx.session.execute(query.order_by(Evidence.id))).tuples():
        found.setdefault(number or 0, []).append(sha256 or "")
    return [Unjoined(number, tuple(found[number])) for number in ids]


def _photo() -> tuple[ColumnElement[bool], ...]:
    return Evidence.kind == Kind.PHOTO, Evidence.sha256.is_not(None), Evidence.wiped_at.is_(None)
