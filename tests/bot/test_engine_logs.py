"""A bot token never gets into the logs, however it is tried."""

import logging
import subprocess
import sys
from pathlib import Path

from bot.logs import Redacting

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "987654321:AAcanary-token-that-nobody-may-ever-read"
SHORT = "42:TEST"

SCRIPT = f"""
import asyncio, logging, sys, warnings
import aiohttp, structlog
from bot.logs import set_up
set_up("DEBUG", as_json=len(sys.argv) > 1, secrets=["{SHORT}"])
url = "http://127.0.0.1:9/bot{TOKEN}/getMe"
logging.getLogger("x").error("calling %s", url)
structlog.get_logger().error("calling", url=url, short="{SHORT}")
warnings.warn(url)

async def main():
    async with aiohttp.ClientSession() as session:
        try:
            await session.get("http://[::bad/bot{TOKEN}")
        except Exception:
            structlog.get_logger().exception("failed")
            logging.getLogger("y").exception("failed")

    async def forgotten():
        raise RuntimeError(url)

    task = asyncio.create_task(forgotten())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task

asyncio.run(main())
raise RuntimeError(url)
"""


def test_the_canary_is_never_seen() -> None:
    for arguments in ([], ["json"]):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert said.count("[token]") >= 7
        assert "canary" not in said
        assert SHORT not in said


def test_only_the_token_is_hidden() -> None:
    inner = logging.Formatter("%(message)s")
    record = logging.LogRecord("n", logging.INFO, "p", 1, "at 12:30 bot 123:%s", ("x" * 35,), None)
    assert Redacting(inner, []).format(record) == "at 12:30 bot [token]"
