"""The clock of the demonstration: it can be moved forward, and stays moved after a restart."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.dates import is_working
from domain.db import Clock


class DemoClock(Clock):
    """The real time plus an offset kept in a file."""

    def __init__(self, file: Path) -> None:
        super().__init__(lambda: datetime.now(UTC) + self._offset)
        self._file = file
        self._offset = (
            timedelta(seconds=json.loads(file.read_text())["ahead"]) if file.exists() else timedelta()
        )

    def to_next_morning(self, timezone: str, hour: int) -> datetime:
        """Go on to the digest hour of the next working day at a place; returns that moment."""
        zone = ZoneInfo(timezone)
        now = self.now()
        day = now.astimezone(zone).date() + timedelta(days=1)
        while not is_working(day):
            day += timedelta(days=1)
        moment = datetime.combine(day, time(hour, 0, 5), zone).astimezone(UTC)
        self._offset += moment - now
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps({"ahead": self._offset.total_seconds()}))
        partial.replace(self._file)
        return moment
