"""What the bot tells of itself: names, commands, the menu button."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bots import Bot
from sandbox.call import Call
from sandbox.errors import Refusal, bad_request
from sandbox.model import JSON, Chat

from .registry import method

_TEXTS = {
    "name": ("name", "name", 64),
    "description": ("description", "description", 512),
    "shortdescription": ("short_description", "short description", 120),
}
_BROAD = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")


@method("setMyName", "setMyDescription", "setMyShortDescription")
def set_text(call: Call) -> bool:
    """Set one of the bot's texts, for a language if one is given; an empty text removes it."""
    field, words, limit = _TEXTS[call.method.lower().removeprefix("setmy")]
    value = call.text(field)
    if len(value) > limit:
        raise bad_request(f"bot {words} is too long")
    call.bot.texts[f"{field}:{_language(call)}"] = value
    call.world.touch_bot(call.bot)
    return True


@method("getMyName", "getMyDescription", "getMyShortDescription")
def get_text(call: Call) -> JSON:
    """One of the bot's texts."""
    field = _TEXTS[call.method.lower().removeprefix("getmy")][0]
    found = call.bot.text(field, _language(call))
    return {field: found or (call.bot.name if field == "name" else "")}


def _language(call: Call) -> str:
    code = call.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise Refusal(400, "Bad Request: BOT_LANGUAGE_CODE_INVALID")
    return code


def _scope(call: Call) -> str:
    scope: Any = call.nested("scope", "BotCommandScope")
    if scope is None:
        scope = {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in _BROAD:
        return str(kind)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("unsupported type specified")
    inner = Call(call.world, call.bot, call.method, {"chat_id": scope.get("chat_id")})
    chat = inner.chat()
    return f"{kind}:{chat.id}" + (f":{scope.get('user_id')}" if kind == "chat_member" else "")


def _command(given: Any) -> JSON:
    if not isinstance(given, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(given.get("command", "")).strip().removeprefix("/")
    words = str(given.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
    if not words:
        raise bad_request("command description must be non-empty")
    if len(words) > 256:
        raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": words}


@method("setMyCommands", "deleteMyCommands")
def set_commands(call: Call) -> bool:
    """The commands of a scope and language."""
    key = f"{_scope(call)}|{_language(call)}"
    if call.method.lower() == "deletemycommands":
        call.bot.commands.pop(key, None)
    else:
        given = call.nested("commands", "commands")
        if not isinstance(given, list):
            raise bad_request("expected an Array of BotCommand")
        if len(given) > 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        call.bot.commands[key] = [_command(command) for command in given]
    call.world.touch_bot(call.bot)
    return True


@method("getMyCommands")
def get_commands(call: Call) -> list[JSON]:
    """The commands of exactly this scope and language."""
    return call.bot.commands.get(f"{_scope(call)}|{_language(call)}", [])


def commands_for(bot: Bot, chat: Chat, user_id: int, language: str) -> list[JSON]:
    """The commands that a person sees in a chat: the narrowest scope wins, the person's language first."""
    if chat.is_private:
        scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    else:
        scopes = [f"chat_member:{chat.id}:{user_id}"]
        if chat.members.get(str(user_id)) in ("creator", "administrator"):
            scopes += [f"chat_administrators:{chat.id}"]
        scopes += [f"chat:{chat.id}"]
        if chat.members.get(str(user_id)) in ("creator", "administrator"):
            scopes += ["all_chat_administrators"]
        scopes += ["all_group_chats", "default"]
    for scope in scopes:
        for code in (language, ""):
            if found := bot.commands.get(f"{scope}|{code}"):
                return found
    return []


@method("setChatMenuButton")
def set_menu_button(call: Call) -> bool:
    """The button beside the input field, of one chat or of all."""
    button = call.nested("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "default", "web_app"):
        raise bad_request("MenuButton has unsupported type")
    if button["type"] == "web_app":
        if not button.get("text"):
            raise bad_request("menu button text must be non-empty")
        if not str((button.get("web_app") or {}).get("url", "")).startswith("https://"):
            raise bad_request("menu button Web App URL is invalid: Only HTTPS links are allowed")
    if call.text("chat_id"):
        chat = call.chat()
        chat.menu_button = button
        call.world.touch_chat(call.bot, chat)
    else:
        call.bot.menu_button = button
        call.world.touch_bot(call.bot)
    return True


@method("getChatMenuButton")
def get_menu_button(call: Call) -> JSON:
    """The button of a chat, or the one of all chats."""
    own = call.chat().menu_button if call.text("chat_id") else None
    return own or call.bot.menu_button or {"type": "commands"}


@method("setMyDefaultAdministratorRights")
def set_rights(call: Call) -> bool:
    """The rights that the bot asks for when it is added to a group."""
    call.bot.rights = call.nested("rights", "ChatAdministratorRights") or {}
    call.world.touch_bot(call.bot)
    return True
