"""The sandbox's own interface, for a test in another process and for the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram import Bot

from sandbox import Extra, Sandbox
from tests.sandbox.conftest import ANNA, BORIS
from tests.sandbox.pictures import png


class Remote:
    """Calls of /_sandbox/ from outside."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base = f"{base_url}/_sandbox"

    async def get(self, path: str, **query: Any) -> Any:
        async with self._session.get(f"{self._base}/{path}", params=query) as response:
            return await response.json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        async with self._session.post(f"{self._base}/{path}", json=body) as response:
            assert response.status == status
            return await response.json()

    async def upload(self, fields: dict[str, str], files: list[tuple[str, bytes]]) -> Any:
        form = aiohttp.FormData(fields)
        for name, body in files:
            form.add_field("file", body, filename=name)
        async with self._session.post(f"{self._base}/upload", data=form) as response:
            return await response.json()


@pytest.fixture
async def remote(telegram: Sandbox) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, telegram.base_url)


async def test_a_person_from_outside(remote: Remote, telegram: Sandbox) -> None:
    made = await remote.post("people", first_name="Вера", about="эксперт")
    again = await remote.post("people", id=7, first_name="Глеб")
    assert ([made["name"], again["id"]], made["id"] > 9_000_000_000) == (["Вера", 7], True)
    assert {one["name"] for one in await remote.get("people")} >= {"Вера", "Глеб", "Анна"}


async def test_a_conversation_from_outside(remote: Remote, telegram: Sandbox, bot: Bot) -> None:
    sent = await remote.post("send", person=ANNA, text="/start abc")
    assert sent["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    await bot.send_message(ANNA, "ответ")
    feed = await remote.get("chat", person=ANNA, since=0)
    assert [message["text"] for message in feed["messages"]] == ["/start", "/start abc", "ответ"]
    later = await remote.get("chat", person=ANNA, since=feed["rev"])
    assert later["messages"] == []


async def test_files_from_outside(remote: Remote, telegram: Sandbox) -> None:
    fields = {"person": str(ANNA), "caption": "вот", "as_photos": "1"}
    sent = await remote.upload(fields, [("a.png", png()), ("b.png", png(9, 9)), ("c.txt", b"c")])
    kinds = [
        (message["message"].get("media_group_id") is not None, "photo" in message["message"])
        for message in sent
    ]
    assert (kinds, sent[0]["message"]["caption"]) == ([(True, True), (True, True), (False, False)], "вот")


async def test_presses_and_blocks_from_outside(remote: Remote, telegram: Sandbox, bot: Bot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    sent = await bot.send_message(ANNA, "?", reply_markup=keyboard)  # type: ignore[arg-type]
    found = await remote.post("press", person=ANNA, message_id=sent.message_id, data="y", timeout=0)
    missing = await remote.post("press", 400, person=ANNA, message_id=sent.message_id, data="n", timeout=0)
    await remote.post("block", person=ANNA, blocked=True)
    assert (found, list(missing), telegram.chat(ANNA).blocked) == ({"answer": None}, ["error"], True)


async def test_faults_limits_and_log_from_outside(remote: Remote, telegram: Sandbox, bot: Bot) -> None:
    await remote.post("fault", method="sendMessage", kind="delay", delay=0.01)
    await remote.post("fault", 400, method="sendMessage", kind="explode")
    await bot.send_message(ANNA, "x")
    log = await remote.get("log", since=0)
    assert [(entry["method"], entry["outcome"], entry["fault"]) for entry in log] == [
        ("sendMessage", "delivered", "delay")
    ]
    changed = await remote.post("limits", enforce=True, per_second=5)
    assert changed == {"enforce": True, "per_second": 5, "chat_per_second": 1, "group_per_minute": 20}


async def test_groups_from_outside(remote: Remote, telegram: Sandbox) -> None:
    group = (await remote.post("groups", do="create", title="Школы", members=[ANNA, BORIS]))["chat_id"]
    await remote.post("groups", do="add_bot", chat_id=group, by=ANNA)
    new = (await remote.post("groups", do="migrate", chat_id=group))["chat_id"]
    feed = await remote.get("chat", person=ANNA)
    assert feed["groups"] == [{"id": new, "title": "Школы", "type": "supergroup"}]


async def test_other_sites_may_not_act(telegram: Sandbox) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    url = f"{telegram.base_url}/_sandbox/people"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"first_name": "x"}, headers=headers) as found,
    ):
        assert found.status == 403


async def test_documents_are_saved_and_never_shown(telegram: Sandbox) -> None:
    sent = await telegram.send_document(ANNA, b"<script>alert(1)</script>", "страница.html")
    assert sent.document is not None
    url = f"{telegram.base_url}/_sandbox/files/{sent.document.file_id}?show=1"
    async with aiohttp.ClientSession() as session, session.get(url) as found:
        headers = found.headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_extra_buttons() -> None:
    async def tomorrow(person: int | None) -> str:
        return f"завтра для {person}"

    async with Sandbox(extras=[Extra("Завтра", tomorrow)]) as telegram, aiohttp.ClientSession() as session:
        remote = Remote(session, telegram.base_url)
        assert (await remote.get("state"))["extras"] == ["Завтра"]
        assert await remote.post("extra", index=0, person=5) == {"message": "завтра для 5"}
