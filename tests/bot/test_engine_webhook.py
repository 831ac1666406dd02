"""Updates that Telegram brings: kept before the answer, refused without the secret, garbage kept as well."""

import json
from pathlib import Path

import pytest

from bot.webhook import LARGEST, accept_webhook
from tests.bot.engine_kit import ANNA, Stage, effects, eventually, rows, stage

SECRET = "s3cret"  # opens nothing
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": ANNA, "type": "private"},
        "from": {"id": ANNA, "is_bot": False, "first_name": "Анна"},
        "text": "раз",
    },
}


async def post(now: Stage, body: bytes, header: str | None = SECRET, secret: str = SECRET) -> int:
    return await accept_webhook(now.db, now.bot.id, secret, header, body)


@pytest.mark.parametrize(
    ("header", "secret"), [(None, SECRET), ("", SECRET), ("s3creT", SECRET), ("ы", SECRET), ("", "")]
)
async def test_without_the_secret_nothing_is_kept(tmp_path: Path, header: str | None, secret: str) -> None:
    async with stage(tmp_path, started=False) as now:
        assert await post(now, json.dumps(UPDATE).encode(), header, secret) == 403
        assert await rows(now.db, "SELECT id FROM inbox_update") == []


async def test_a_posted_update_takes_effect_once(tmp_path: Path) -> None:
    async with stage(tmp_path, parts=("bot",)) as now:
        body = json.dumps(UPDATE).encode()
        assert [await post(now, body), await post(now, body)] == [200, 200]

        async def is_done() -> bool:
            return await rows(now.db, "SELECT state FROM inbox_update") == [("done",)]

        await eventually(now, is_done)
        assert await effects(now.db) == ["раз"]


@pytest.mark.parametrize("body", [b"", b"\xff\x00{", b"[]", b'{"update_id": "x"}', b"null"])
async def test_garbage_is_kept_for_a_person(tmp_path: Path, body: bytes) -> None:
    async with stage(tmp_path, started=False) as now:
        assert await post(now, body) == 200
        assert await rows(now.db, "SELECT state, update_id FROM inbox_update") == [("dead", -1)]


async def test_a_body_beyond_reason_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        assert await post(now, b"x" * (LARGEST + 1)) == 413


async def test_the_webhook_is_set_with_its_secret(tmp_path: Path) -> None:
    async with stage(tmp_path, webhook_secret=SECRET, public_url="http://127.0.0.1:9/") as now:

        def is_set() -> bool:
            return any(entry.method == "setWebhook" for entry in now.telegram.log)

        await now.telegram.wait_for(is_set)
        entry = next(entry for entry in now.telegram.log if entry.method == "setWebhook")
        assert entry.params["url"] == "http://127.0.0.1:9/telegram/webhook"
