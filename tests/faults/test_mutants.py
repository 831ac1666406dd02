"""The checker must find planted mistakes, or its silence would say nothing."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.child import PEOPLE
from tests.faults.mutants import MUTANTS
from tests.faults.trial import Trial, trial


async def confirmed_too_early(run: Trial) -> None:
    """Die while updates are confirmed and not yet kept."""
    process = run.start()
    async with asyncio.timeout(120):
        while run.telegram.bot.queue.items:
            await asyncio.sleep(0.005)
    await run.wait_for_death(process, 0)


def dying_at(point: str, times: int = 3) -> object:
    """Die there again and again."""

    async def die(run: Trial) -> None:
        for _ in range(times):
            await run.wait_for_death(run.start(point), 10)

    return die


async def slowed_down(run: Trial) -> None:
    """Telegram asks to wait, and takes nothing."""
    run.telegram.fault("sendMessage", "error", retry_after=1, containing="note ")


async def in_doubt(run: Trial) -> None:
    """Messages arrive, but the answers are lost."""
    run.telegram.fault("sendMessage", "drop_after", containing="note ", count=40)


@pytest.mark.parametrize(
    ("mutant", "trouble", "breaks"),
    [
        ("confirms_first", confirmed_too_early, "I1"),
        ("effect_without_mark", dying_at("before_answer"), "I2"),
        ("finishes_first", dying_at("in_effect"), "I2"),
        ("lanes_apart", None, "I3"),
        ("sends_unmarked", dying_at("after_response"), "O"),
        ("takes_for_sent", slowed_down, "O5"),
        ("repeats_everything", in_doubt, "O2/O3"),
    ],
)
async def test_the_checker_finds_planted_mistakes(
    tmp_path: Path, mutant: str, trouble: object, breaks: str
) -> None:
    assert mutant in MUTANTS
    async with trial(tmp_path) as run:
        run.mutant = mutant
        for _ in range(3):
            await run.say(*PEOPLE)
        if callable(trouble):
            await trouble(run)
        for seconds in (15, 60, 180):  # a busy machine needs more lives before a mistake comes to light
            with contextlib.suppress(TimeoutError):  # a mistake may well keep it from ever calming down
                await run.calm_down(seconds)
            wrong = (await check(run.telegram, run.db, run.sent)).wrong
            found = [finding for finding in wrong if finding.startswith(breaks)]
            if found:
                break
        assert found != [], wrong
