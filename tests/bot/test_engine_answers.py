"""Answers of the Bot API, by status and raw body."""

import json
from typing import Any

import aiohttp
import pytest

from bot.answers import Answer, Outcome, classify, classify_error


def refusal(code: int, description: str, **parameters: Any) -> str:
    return json.dumps({"ok": False, "error_code": code, "description": description, "parameters": parameters})


CHAT = "Bad Request: chat not found"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, '{"ok": true, "result": {"message_id": 5}}', Outcome.SENT),
        (200, '{"ok": true, "result": [{"message_id": 5}, {"message_id": 6}]}', Outcome.SENT),
        (200, '{"ok": true, "result": true}', Outcome.SENT),
        (200, "<html>", Outcome.UNKNOWN),
        (200, "", Outcome.UNKNOWN),
        (200, "[1]", Outcome.UNKNOWN),
        (502, "Bad Gateway", Outcome.UNKNOWN),
        (502, '{"ok": true, "result": {"message_id": 5}}', Outcome.UNKNOWN),
        (500, refusal(500, "Internal Server Error"), Outcome.UNKNOWN),
        (403, "<html>blocked by the provider</html>", Outcome.UNKNOWN),
        (403, refusal(403, "Forbidden: bot was blocked by the user"), Outcome.BLOCKED),
        (403, refusal(403, "Forbidden: user is deactivated"), Outcome.BLOCKED),
        (400, refusal(400, CHAT), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: can't parse entities: …"), Outcome.REFORMAT),
        (400, refusal(400, "Bad Request: message is too long"), Outcome.REFORMAT),
        (400, refusal(400, "Bad Request: wrong file identifier"), Outcome.FAILED),
        (413, refusal(413, "Request Entity Too Large"), Outcome.FAILED),
        (401, refusal(401, "Unauthorized"), Outcome.STOPPED),
        (404, refusal(404, "Not Found"), Outcome.STOPPED),
        (400, '{"ok": false}', Outcome.FAILED),
    ],
)
def test_outcomes(status: int, body: str, outcome: Outcome) -> None:
    assert classify(status, body).outcome == outcome


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), 7.0),
        (refusal(429, "Too Many Requests", retry_after=0), 1.0),
        (refusal(429, "Too Many Requests: retry after 3"), 3.0),
        (refusal(429, "Too Many Requests"), 5.0),
    ],
)
def test_how_long_to_wait(body: str, wait: float) -> None:
    answer = classify(429, body)
    assert (answer.outcome, answer.wait) == (Outcome.SLOW_DOWN, wait)


def test_what_follows_from_an_answer() -> None:
    assert classify(200, '{"ok": true, "result": {"message_id": 5}}') == Answer(Outcome.SENT, message_id=5)
    body = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100)
    assert classify(400, body) == Answer(
        Outcome.MIGRATED, "400: Bad Request: group chat was upgraded", new_chat_id=-100
    )


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectionRefusedError(), Outcome.UNKNOWN),  # as aiohttp never lets it out
        (aiohttp.ServerDisconnectedError(), Outcome.UNKNOWN),
        (aiohttp.ClientOSError(104, "reset"), Outcome.UNKNOWN),
        (TimeoutError(), Outcome.UNKNOWN),
        (aiohttp.ConnectionTimeoutError(), Outcome.NOT_CONNECTED),
    ],
)
def test_no_answer(error: Exception, outcome: Outcome) -> None:
    assert classify_error(error).outcome == outcome
