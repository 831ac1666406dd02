"""Buttons: every prefix is one button's, and the longest data fit."""

from collections import Counter

from aiogram.filters.callback_data import CallbackData

from bot import (
    presses,
    presses_giving,
    presses_news,
    presses_peers,
    presses_polls,
    presses_review,
    presses_waves,
    reminding,
)
from bot.presses_news import EventMark
from bot.presses_peers import WatchedPair
from bot.presses_polls import PollPlan
from bot.presses_review import GroupPhrase, Look, NoteNew, Wipe
from bot.presses_waves import GivePoints
from domain.curation import NoteKind
from domain.progress import Decision

MODULES = (
    presses,
    presses_giving,
    presses_news,
    presses_peers,
    presses_polls,
    presses_review,
    presses_waves,
    reminding,
)
LARGEST = 2**53  # an id that no database reaches


def buttons() -> list[type[CallbackData]]:
    return [
        found
        for module in MODULES
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, CallbackData) and found is not CallbackData
    ]


def test_no_prefix_is_used_twice() -> None:
    prefixes = Counter(found.__prefix__ for found in set(buttons()))
    assert [prefix for prefix, times in prefixes.items() if times > 1] == []


def test_the_longest_data_fit_telegrams_64_bytes() -> None:
    for press in (
        Wipe(submission=LARGEST, evidence=LARGEST, sure=True),
        Look(submission=LARGEST, do="unconfirm"),
        GroupPhrase(decision=Decision.CONFIRM, key=str(LARGEST)),
        NoteNew(kind=NoteKind.CONSULTATION, school=LARGEST, days=400, page=9),
        WatchedPair(id=LARGEST, do="swap", out=LARGEST, into=10**9, page=99),
        PollPlan(do="options", value=f"x{LARGEST}", key=LARGEST),
        EventMark(id=LARGEST, person=LARGEST, came=True, page=99),
        GivePoints(wave=10**9, school=LARGEST, at=99, points=99, remark=99),
    ):
        assert len(press.pack().encode()) <= 64
