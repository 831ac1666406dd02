"""init, doctor, admin create: an installation from nothing, and what is wrong with it in plain words."""

import asyncio
import json
from pathlib import Path

import pyotp
import pytest

from domain import access, people
from domain.actor import STRANGER, SYSTEM, Role
from domain.db import Database
from domain.settings import Settings
from sandbox import Sandbox
from tests.vekha.conftest import Vekha, free_port

TOKEN = "123456789:AAnothing-but-an-example-of-a-token"
PASSWORD = "correct horse"
INIT = (
    *("init", "--token", TOKEN, "--port", "9090", "--region", "Ярославская область", "--admin", "anna"),
    *("--name", "Анна Петрова", "--password", PASSWORD, "--yes"),
)


async def who_signs_in(login: str, password: str, secret: str) -> set[Role]:
    """The roles of who gets in with these."""
    db = Database(Settings().database)
    async with db.read(SYSTEM) as tx:
        kept = await access.password_hash(tx, login, source="test")
    assert access.password_fits(kept, password)
    async with db.write(STRANGER) as tx:
        code = pyotp.TOTP(secret).at(tx.now)
        opened = await access.sign_in_with_password(tx, login, kept, code, source="test")
    async with db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, opened.person_id)
    await db.close()
    return set(actor.roles())


def secret_of(otpauth: str) -> str:
    return str(pyotp.parse_uri(otpauth.strip()).secret)


def test_init_writes_the_settings_for_their_owner_only(vekha: Vekha, folder: Path) -> None:
    result = vekha(*INIT)
    assert result.exit_code == 0
    env = folder / ".env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert f"BOT_TOKEN={TOKEN}" in env.read_text().splitlines()
    assert Settings().panel_port == 9090
    assert TOKEN not in result.stdout + result.stderr
    secret = secret_of(result.stdout)
    assert asyncio.run(who_signs_in("anna", PASSWORD, secret)) == {Role.REGIONAL_COORDINATOR}


def test_init_does_not_overwrite(vekha: Vekha, folder: Path) -> None:
    (folder / ".env").write_text("PANEL_PORT=7000\n")
    assert vekha(*INIT).exit_code == 1
    assert (folder / ".env").read_text() == "PANEL_PORT=7000\n"


def test_init_asks_for_what_is_missing(vekha: Vekha, folder: Path) -> None:
    answers = [TOKEN, "127.0.0.1", "8080", "", "Ярославская область", "Europe/Moscow", "anna", "Анна Петрова"]
    result = vekha("init", stdin="\n".join([*answers, PASSWORD, PASSWORD, ""]))
    assert result.exit_code == 0
    assert Settings().bot_token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    "words",
    [
        ("--token", "not a token"),
        ("--public-url", "vekha.example.ru"),
        ("--timezone", "Europe/Nowhere"),
        ("--admin", "anna"),
        ("--admin", "anna", "--name", "Анна", "--region", "Область", "--password", "short"),
    ],
)
def test_init_refuses_what_cannot_work_and_writes_nothing(
    vekha: Vekha, folder: Path, words: tuple[str, ...]
) -> None:
    result = vekha("init", "--yes", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert list(folder.iterdir()) == []


def test_an_administrator_can_be_made_later(vekha: Vekha) -> None:
    words = (
        "admin",
        "create",
        "anna",
        "--name",
        "Анна Петрова",
        "--region",
        "Область",
        "--password",
        PASSWORD,
    )
    made = json.loads(vekha(*words, "--json").stdout)
    assert set(made) == {"login", "secret", "otpauth"}
    assert asyncio.run(who_signs_in("anna", PASSWORD, made["secret"])) == {Role.REGIONAL_COORDINATOR}
    assert vekha(*words).exit_code == 1  # the login is taken


def states(result_stdout: str) -> dict[str, str]:
    return {row["check"]: row["state"] for row in json.loads(result_stdout)}


def test_doctor_in_an_empty_folder(vekha: Vekha) -> None:
    result = vekha("doctor", "--json")
    assert result.exit_code == 1
    found = states(result.stdout)
    assert (found["bot"], found["database"], found["env"]) == ("wrong", "advice", "advice")
    assert "vekha demo" in vekha("doctor").stderr


def test_doctor_finds_nothing_wrong_where_all_is_well(
    vekha: Vekha, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> str:
        async with Sandbox() as telegram:
            monkeypatch.setenv("TELEGRAM_API_URL", telegram.base_url)
            vekha_ = asyncio.to_thread
            await vekha_(vekha, "init", "--token", telegram.token, "--port", str(free_port()), "--yes")
            # Gone between being listed and being looked at, as files of a running installation are.
            (folder / "var/vekha.db-old").symlink_to("gone")
            result = await vekha_(vekha, "doctor", "--json")
            assert result.exit_code == 0, result.stdout
            return result.stdout

    assert set(states(asyncio.run(ask())).values()) == {"ok"}


def test_doctor_says_what_is_wrong(vekha: Vekha, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("TIMEZONE", "Europe/Nowhere")
    (folder / "var").write_text("a file where the folder should be")
    result = vekha("doctor", "--json")
    assert result.exit_code == 1
    found = states(result.stdout)
    assert {name for name, state in found.items() if state == "wrong"} >= {"bot", "data", "timezone"}
    assert TOKEN not in result.stdout


def test_doctor_survives_settings_that_cannot_be_read(vekha: Vekha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_PORT", "eighty")
    result = vekha("doctor", "--json")
    assert (result.exit_code, states(result.stdout)) == (1, {"settings": "wrong"})
    upgrade = vekha("db", "upgrade")
    assert (upgrade.exit_code, len(upgrade.stderr.splitlines())) == (1, 1)
    assert "PANEL_PORT" in upgrade.stderr


def test_run_without_a_token_says_so_in_one_line(vekha: Vekha) -> None:
    result = vekha("run")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "vekha demo" in result.stderr
    assert "vekha init" in result.stderr
