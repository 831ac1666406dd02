"""Memory of the running demonstration, against a process that only imports what it stands on."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psutil

from tests.vekha.conftest import free_port

BARE = "import aiogram, fastapi, sqlalchemy.ext.asyncio, uvicorn, apscheduler, time; print('ready', flush=True); time.sleep(60)"
PATIENCE = 120.0  # seconds until the demonstration is loaded


def _megabytes(process: "subprocess.Popen[str]") -> int:
    return int(psutil.Process(process.pid).memory_info().rss) // 2**20


def _bare() -> int:
    process = subprocess.Popen([sys.executable, "-c", BARE], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        return _megabytes(process)
    finally:
        process.kill()
        process.wait()


def _demo(folder: Path) -> int:
    port = free_port()
    words = ["demo", "--folder", str(folder / "demo"), "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-m", "vekha", *words], stdout=subprocess.DEVNULL, text=True)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.2)
        for path in ("/sign-in", "/static/app.css"):
            httpx2.get(f"http://127.0.0.1:{port}{path}")
        return _megabytes(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def run() -> Iterator[str]:
    """Lines of the report."""
    with TemporaryDirectory() as name:
        demo, bare = _demo(Path(name)), _bare()
    yield f"running demonstration {demo} MB, its libraries alone {bare} MB, ratio {demo / bare:.2f}"
