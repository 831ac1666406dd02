"""The sandbox on its own: the command, a taken port, two bots."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA

ROOT = Path(__file__).parents[2]


async def run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_command(tmp_path: Path) -> None:
    process = await run("--port", "0", "--data", str(tmp_path), "--person", str(ANNA), "Анна")
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().split() for _ in range(3)]
    assert [line[0] for line in lines] == ["chat", "Bot", "token"]
    async with aiohttp.ClientSession() as session, session.get(f"{lines[0][2]}_sandbox/people") as response:
        assert [one["name"] for one in json.loads(await response.text())] == ["Анна"]
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        assert await process.wait() == 0
    await process.communicate()


async def test_a_taken_port_is_said_plainly(telegram: Sandbox) -> None:
    port = telegram.base_url.rsplit(":", 1)[1]
    process = await run("--port", port)
    _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (
        1,
        f"port {port} is taken; choose another with --port\n",
    )


async def test_a_taken_port_is_an_oserror(telegram: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        await Sandbox(port=int(telegram.base_url.rsplit(":", 1)[1])).start()


async def test_two_bots_know_nothing_of_each_other() -> None:
    async with Sandbox(tokens=["1:one", "2:two"]) as telegram, aiohttp.ClientSession() as session:
        await telegram.start_bot(ANNA)
        found = []
        for token in telegram.tokens:
            async with session.get(f"{telegram.base_url}/bot{token}/getUpdates") as updates:
                found.append(len((await updates.json())["result"]))
            body = {"chat_id": ANNA, "text": "x"}
            async with session.post(f"{telegram.base_url}/bot{token}/sendMessage", json=body) as sent:
                found.append(sent.status)
            async with session.get(f"{telegram.base_url}/bot{token}/getMe") as me:
                found.append((await me.json())["result"]["username"])
        assert found == [1, 200, "sandbox_bot", 0, 403, "sandbox_2_bot"]
