"""Presses that no button of ours ever carried: answered as out of date or out of reach, never given up, without effect."""

from sqlalchemy import func, select

from domain import broadcasts, events, polls
from domain.actor import SYSTEM
from domain.audit import AuditEntry
from tests.bot.chat import Play
from tests.bot.test_flow_broadcast import to_schools
from tests.bot.test_flow_event import planned
from tests.bot.test_flow_polling import begun

HUGE = "9223372036854775808"  # one more than a database can hold
NUMBERS = (HUGE, "-5", "1000000000", "zz")
WORDS = ("zz", "9999-12-31", "99.99", f"m{HUGE}", "", "-")
FORGED = [
    *(
        f"rm:{do}:{n}"
        for do in ("hour", "day", "snooze", "leave", "stand_in", "stand_ins", "zz")
        for n in NUMBERS
    ),
    *(f"ev:{do}:{n}" for do in ("coming", "zz", "ics", "here") for n in (HUGE, "1", "zz")),
    *(f"en:{do}:{v}" for do in ("kind", "day", "hour", "who", "group", "key", "zz", "make") for v in WORDS),
    *(f"zp:{do}:{v}:0" for do in ("kind", "options", "who", "ends", "zz", "send") for v in WORDS),
    *(
        f"{p}:{do}:{n}:0"
        for p, do in (("bx", "zz"), ("sk:zz", "school"), ("sk:take", "reviewer"))
        for n in NUMBERS
    ),
    *(
        f"{p}:{n}"
        for p in ("bc", "bs", "br", "q", "el", "zl", "gk", "sl", "sq", "sj:until", "sj:done")
        for n in NUMBERS
    ),
    *(f"bd:{do}:{n}" for do in ("at99999999999", "atzz", "sure", "zz") for n in NUMBERS),
]


async def entries(play: Play) -> int:
    async with play.db.read(SYSTEM) as tx:
        return await tx.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


async def test_forged_presses_are_turned_away(play: Play) -> None:
    organiser = await planned(play, "Марина")
    await organiser.press("Пригласить")
    dina, rimma = play.chat("Дина"), await to_schools(play, "Римма", "Коллеги")
    await (await begun(play, "Римма")).say("Как дела?")
    before = await entries(play)
    for chat in (dina, rimma):
        screen = chat.last
        found = play.telegram.world.find_message(play.telegram.bot, chat.user_id, screen.message_id)
        assert found is not None
        for data in FORGED:
            if len(data.encode()) <= 64:
                assert await play.telegram.press_data(chat.user_id, found, data) is not None, data
    await play.settled()
    assert await play.dead() == []
    # Only what was pressed by their right: nothing was sent, taken, asked or granted.
    async with play.db.read(SYSTEM) as tx:
        made = (await broadcasts.broadcast_list(tx), await events.event_list(tx), await polls.poll_list(tx))
    assert [len(found) for found in made] == [0, 1, 0]
    assert await entries(play) - before <= 2  # pauses of their own
