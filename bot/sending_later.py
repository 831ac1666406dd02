"""When a broadcast leaves that does not leave at once: moments to press, or any other to type."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.presses import BroadcastDo
from bot.talk import Talk, Unfinished
from bot.ui import Expects, Row, Screen, button
from domain.dates import is_working, local_day

WHEN = "broadcast-when"  # the next text is a day and an hour
DRAFT = Unfinished.BROADCAST  # under which name a message that is being written lasts
KEPT = ("segment", "text", "key", "ask", "files")  # what is known of a broadcast that is being written
HOURS = (9, 14)  # offered; a day without an hour means the first
OFFERED = 4
EXAMPLE = timedelta(days=10)  # ahead: how a day is written


def moments(talk: Talk) -> list[datetime]:
    """The next working mornings and afternoons."""
    zone, now = ZoneInfo(talk.actor.timezone), talk.db.clock.now()
    day = local_day(now, talk.actor.timezone)
    found: list[datetime] = []
    while len(found) < OFFERED:
        if is_working(day):
            found += [m for h in HOURS if (m := datetime.combine(day, time(h), zone)) > now]
        day += timedelta(days=1)
    return found[:OFFERED]


def later_screen(talk: Talk, memo: dict[str, Any]) -> Screen:
    """The choice of the moment."""
    key = int(memo["key"])
    rows: list[Row] = [
        [
            button(
                talk.plain.time(moment, talk.actor.timezone), BroadcastDo(do=f"at{moment:%Y%m%d%H}", key=key)
            )
        ]
        for moment in moments(talk)
    ]
    rows.append([button(talk.plain("‹ Back"), BroadcastDo(do="back", key=key))])
    text = talk.say(
        "When shall it leave? Or write it: on Friday at 10:00, %(day)s 14:30. Until then it can be cancelled.",
        day=talk.plain.short(talk.today() + EXAMPLE),
    )
    return Screen(text, rows, Expects(WHEN, {name: memo[name] for name in KEPT if name in memo}, DRAFT))
