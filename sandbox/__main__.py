"""``python -m sandbox``: the small Telegram alone, for trying a bot by hand."""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import sys
from pathlib import Path

from .server import Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A small strict Telegram: Bot API and chat page on one port.",
        epilog="Example: python -m sandbox --port 8081 --person 1001 Anna",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", action="append", help="a bot's token; may be given several times")
    parser.add_argument("--data", type=Path, help="folder that keeps people, chats and files between runs")
    parser.add_argument("--limits", action="store_true", help="enforce the flood limits")
    parser.add_argument("--person", nargs=2, action="append", metavar=("ID", "NAME"), default=[])
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> int:
    sandbox = Sandbox(
        host=arguments.host,
        port=arguments.port,
        tokens=arguments.token,
        data_dir=arguments.data,
        enforce_limits=arguments.limits,
    )
    for number, name in arguments.person:
        sandbox.add_person(int(number), name)
    try:
        await sandbox.start()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = f"port {arguments.port} is taken; choose another with --port" if taken else str(error.strerror)
        print(why, file=sys.stderr)
        return 1
    print(
        f"chat page   {sandbox.base_url}/\nBot API     {sandbox.base_url}\ntoken       {sandbox.token}",
        flush=True,
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(_arguments())))
