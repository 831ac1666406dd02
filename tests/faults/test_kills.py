"""Kill the real process at random moments, while Telegram misbehaves.

`VEKHA_KILLS` sets the number of kills; by default as many as the promise asks of every build. docs/operations.md keeps
the figures of a longer run.
"""

import os
import random
from pathlib import Path

import pytest

from tests.faults.child import PEOPLE
from tests.faults.trial import Trial, conclude, trial

KILLS = int(os.environ.get("VEKHA_KILLS", "200"))
SEEDS = 4  # databases; each is killed a part of the times
DOUBTFUL = ("drop_after", "drop_before", "deliver_502", "garbage")
REFUSING = (
    {"retry_after": 1},
    {"code": 500},
    {"code": 403, "description": "Forbidden: bot was blocked by the user"},
    {"code": 400, "description": "Bad Request: chat not found"},
)


def misbehave(run: Trial, dice: random.Random) -> None:
    """Two calls of unknown fate, sometimes a slow Telegram, a refusal, a repeated or broken batch of updates."""
    run.telegram.clear_faults()
    for kind in dice.sample(DOUBTFUL, 2):
        run.telegram.fault("sendMessage", kind, skip=dice.randrange(8))
    if dice.random() < 0.3:
        run.telegram.fault("sendMessage", "delay", delay=0.1, count=6)
    if dice.random() < 0.3:
        run.telegram.fault("sendMessage", "error", skip=dice.randrange(8), **dice.choice(REFUSING))
    if dice.random() < 0.3:
        kind = dice.choice(("repeat", "drop_after", "drop_before", "deliver_502"))
        run.telegram.fault("getUpdates", kind)


async def one_life(run: Trial, dice: random.Random) -> None:
    """Begin, work on something for a random while, die."""
    process = run.start()
    misbehave(run, dice)
    for _ in range(2):
        await run.say(*dice.sample(PEOPLE, 3))
    await run.is_ready()
    if dice.random() < 0.5:
        await run.let_work(dice.choice(("ok", "note")), dice.randrange(1, 8), 1.5)
        await run.wait_for_death(process, dice.uniform(0, 0.03))
    else:
        await run.wait_for_death(process, dice.uniform(0, 0.6))


@pytest.mark.timeout(60 + 5 * KILLS)
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
async def test_killed_at_random_while_telegram_misbehaves(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(seed)
    async with trial(tmp_path) as run:
        for _ in range(-(-KILLS // SEEDS)):
            await one_life(run, dice)
        run.telegram.clear_faults()
        await conclude(run, capsys, f"random kills, seed {seed}")
