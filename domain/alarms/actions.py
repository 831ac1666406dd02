"""Writing troubles down."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import delete, select

from domain.alarms.models import Alarm, Trouble
from domain.db import WriteTx

log = structlog.get_logger()


async def note(tx: WriteTx, troubles: Mapping[Trouble, Mapping[str, Any]]) -> None:
    """These troubles there are now, and no others; one that goes on keeps its beginning."""
    known = {alarm.trouble: alarm for alarm in await tx.session.scalars(select(Alarm))}
    for trouble, details in troubles.items():
        if trouble in known:
            known[trouble].details = dict(details)
        else:
            log.error("trouble", trouble=trouble.value, **details)
            tx.session.add(Alarm(trouble=trouble, since_at=tx.now, details=dict(details)))
    over = set(known) - set(troubles)
    for trouble in over:
        log.warning("trouble_is_over", trouble=trouble.value)
    if over:
        await tx.session.execute(delete(Alarm).where(Alarm.trouble.in_(over)))
