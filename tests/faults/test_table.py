"""Every fault point against every behaviour of Telegram, the network and the database: one kill for each pair."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.behaviours import BEHAVIOURS
from tests.faults.child import PEOPLE, POINTS
from tests.faults.trial import conclude, trial
from tests.patience import PATIENCE

PLANTED = {"no answer": 0.5}  # seconds after which a request is given up


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_killed_at_every_point(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with trial(tmp_path) as run:
        run.patience = PLANTED.get(name, 30.0)
        for point in POINTS:
            run.telegram.clear_faults()
            await run.say(*PEOPLE[:5])
            await BEHAVIOURS[name](run)
            process = run.start(point)
            died = await run.wait_for_death(process, PATIENCE)
            await asyncio.gather(*run.background)
            run.background.clear()
            assert died, f"{point} was never passed"
        await conclude(run, capsys, name)
