"""The command line in an empty folder, with no settings of this machine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.settings import Settings
from vekha.cli import app
from vekha.console import Refused

Vekha = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; environment variables of the machine do not reach it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def vekha() -> Vekha:
    """Run a command; the result has exit_code, stdout and stderr."""
    runner = CliRunner()

    def run(*words: str, stdin: str | None = None) -> Result:
        result = runner.invoke(app, list(words), input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def free_port() -> int:
    """A port such that it and the next one are free just now; another run of the tests begins elsewhere."""
    from vekha.app import listen

    for port in (18600 + 2 * ((os.getpid() + n) % 150) for n in range(150)):
        try:
            for number in (port, port + 1):
                listen("127.0.0.1", number).close()
        except Refused:
            continue
        return port
    raise AssertionError("no free port")
