"""Reading troubles."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.alarms.models import Alarm
from domain.db import Tx


async def ringing(tx: Tx) -> Sequence[Alarm]:
    """Troubles that last, the oldest first; the caller has checked the right to see them."""
    return (await tx.session.scalars(select(Alarm).order_by(Alarm.since_at, Alarm.trouble))).all()
