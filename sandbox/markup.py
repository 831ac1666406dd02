"""Keyboards: what Telegram accepts under a message, and what it echoes."""

from __future__ import annotations

import json
from typing import Any

from .entities import BadLink, checked_link, linked_user
from .errors import Refusal, bad_request

JSON = dict[str, Any]

_ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)
_MAX_BUTTONS = 100
_REQUESTS = (
    "request_contact",
    "request_location",
    "request_poll",
    "request_users",
    "request_chat",
    "web_app",
)


def _text(button: JSON, kind: str) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        why = 'Can\'t find field "text"' if text is None else 'Field "text" must be of type String'
        raise bad_request(f"can't parse {kind} button: {why}")
    return text.strip()


def _inline_button(button: Any, private: bool) -> JSON | None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = _text(button, "inline keyboard")
    actions = [
        name for name in _ACTIONS if button.get(name) not in (None, "") or name in _keeps_empty(button)
    ]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one of the optional fields must be used, got "
            + ", ".join(actions)
        )
    if not text:
        return None  # the server drops a button without words
    action = actions[0]
    shown: JSON = {"text": text, action: _checked_action(action, button[action], private)}
    if button.get("style") in ("primary", "danger", "success"):
        shown["style"] = button["style"]
    return shown


def _keeps_empty(button: JSON) -> set[str]:
    """An empty query is a query: it opens the bot's inline mode with nothing typed."""
    return {
        name for name in ("switch_inline_query", "switch_inline_query_current_chat") if button.get(name) == ""
    }


def _checked_action(action: str, value: Any, private: bool) -> Any:
    if action == "callback_data":
        if not isinstance(value, str) or len(value.encode("utf-8", "surrogatepass")) > 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        return value
    if action == "url":
        if linked_user(str(value)) is not None:
            return str(value)
        return _link(str(value), "", https_only=False)
    if action == "web_app":
        if not private:
            raise Refusal(400, "Bad Request: BUTTON_TYPE_INVALID")
        return {"url": _link(str(_field(value, "url", "web_app")), "Web App ", https_only=True)}
    if action == "copy_text":
        text = str(_field(value, "text", "copy_text"))
        if not 1 <= len(text) <= 256:
            raise Refusal(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
        return {"text": text}
    if action == "login_url":
        _link(str(_field(value, "url", "login_url")), "login ", https_only=True)
    return value


def _field(value: Any, name: str, where: str) -> Any:
    if not isinstance(value, dict):
        raise bad_request(f'can\'t parse inline keyboard button: Field "{where}" must be of type Object')
    if name not in value:
        raise bad_request(f"can't parse inline keyboard button: Can't find field \"{name}\"")
    return value[name]


def _link(url: str, kind: str, *, https_only: bool) -> str:
    try:
        return checked_link(url, https_only=https_only)
    except BadLink as error:
        raise bad_request(f"inline keyboard button {kind}URL '{url}' is invalid: {error}") from error


def _rows(value: Any, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if any(not isinstance(row, list) for row in value):
        owner = " of the InlineKeyboardMarkup" if name == "inline_keyboard" else ""
        raise bad_request(f'field "{name}"{owner} must be an Array of Arrays')
    return value


def _inline(value: Any, private: bool) -> JSON | None:
    rows = [[_inline_button(button, private) for button in row] for row in _rows(value, "inline_keyboard")]
    shown = [kept for row in rows if (kept := [button for button in row if button is not None])]
    if sum(map(len, shown)) > _MAX_BUTTONS or len(json.dumps(shown)) > 10_000 * 6:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": shown} if shown else None


def _keyboard_button(button: Any, private: bool) -> JSON | None:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    text = _text(button, "keyboard")
    asked = [name for name in _REQUESTS if button.get(name)]
    if asked and not private:
        what = {"request_contact": "Phone number", "request_location": "Location", "request_poll": "Poll"}
        raise bad_request(f"{what.get(asked[0], 'Web App buttons')} can be requested in private chats only")
    return {**button, "text": text} if text else None


def _keyboard(markup: JSON, private: bool) -> JSON | None:
    rows = [
        [_keyboard_button(button, private) for button in row] for row in _rows(markup["keyboard"], "keyboard")
    ]
    shown = [kept for row in rows if (kept := [button for button in row if button is not None])]
    if not shown:
        return None
    return {**markup, "keyboard": shown}


def checked_markup(value: Any, *, private: bool, inline_only: bool = False) -> JSON | None:
    """The keyboard as it will be kept, or None where there is none. Raises Refusal in the server's words."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise bad_request("can't parse reply keyboard markup JSON object") from error
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    markup: JSON | None = None
    if value.get("keyboard"):
        markup = _keyboard(value, private)
    elif value.get("inline_keyboard"):
        return _inline(value["inline_keyboard"], private)
    elif value.get("remove_keyboard"):
        markup = {"remove_keyboard": True}
    elif value.get("force_reply"):
        markup = {name: value[name] for name in ("force_reply", "input_field_placeholder") if name in value}
    if markup is not None and inline_only:
        raise bad_request("inline keyboard expected")
    return markup
