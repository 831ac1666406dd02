"""Every table of the product, for migrations and tests."""

from domain import (
    access,
    audit,
    broadcasts,
    calendars,
    chase,
    curation,
    events,
    inbox,
    monitoring,
    mornings,
    obligations,
    outbox,
    outcomes,
    oversight,
    people,
    phrases,
    programme,
    progress,
    revisions,
    risks,
    roadmaps,
    rubrics,
    schools,
    talks,
)
from domain.db import Base

SLICES = (
    access,
    audit,
    broadcasts,
    calendars,
    chase,
    curation,
    events,
    inbox,
    monitoring,
    mornings,
    obligations,
    outbox,
    outcomes,
    oversight,
    people,
    phrases,
    programme,
    progress,
    revisions,
    risks,
    roadmaps,
    rubrics,
    schools,
    talks,
)
metadata = Base.metadata

__all__ = ["SLICES", "metadata"]
