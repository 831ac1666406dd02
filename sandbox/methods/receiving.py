"""How the bot receives: long polling, webhooks, files, answers to presses."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from sandbox.call import Call
from sandbox.errors import Refusal, bad_request, conflict
from sandbox.files import DOWNLOAD_LIMIT
from sandbox.model import JSON, WebhookSettings

from .registry import method

_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "record_audio",
        "upload_voice",
        "upload_audio",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
TYPING_SECONDS = 5.0


def _allowed(call: Call) -> list[str] | None:
    given = call.nested("allowed_updates", "allowed updates")
    if given is None:
        return None
    if not isinstance(given, list):
        raise bad_request("expected an Array of String")
    return [str(kind) for kind in given]


@method("getUpdates")
async def get_updates(call: Call) -> list[JSON]:
    """Long polling; refused while a webhook is set."""
    bot = call.bot
    if bot.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    allowed = _allowed(call)
    if allowed is not None and (allowed or None) != bot.queue.allowed:
        bot.queue.allow(allowed)
        call.world.touch_bot(bot)
    limit = call.number("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    timeout = max(0, call.number("timeout"))
    return await bot.queue.poll(call.number("offset"), limit, timeout, call.world.stopping.is_set)


def _checked_url(url: str) -> str:
    """HTTPS, or plain HTTP to this machine, which Telegram's own local server allows."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise bad_request("invalid webhook URL specified") from error
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise bad_request("invalid webhook URL specified")
    if parts.scheme == "http":
        try:
            near = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
        except ValueError:
            near = False
        if not near:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    return parts.geturl()


@method("setWebhook")
def set_webhook(call: Call) -> bool:
    """Deliver updates by POST from now on; an empty URL removes the webhook."""
    if not call.text("url"):
        return _remove_webhook(call)
    url = _checked_url(call.text("url"))
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.number("max_connections", 40)
    connections = connections if 1 <= connections <= 100 else 40
    bot = call.bot
    bot.queue.allow(_allowed(call))
    if call.flag("drop_pending_updates"):
        bot.queue.clear()
    bot.webhook = WebhookSettings(url, secret, connections, call.text("ip_address"))
    bot.queue.interrupt("Conflict: terminated by setWebhook request")
    call.world.touch_bot(bot)
    return True


@method("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    """Back to getUpdates."""
    return _remove_webhook(call)


def _remove_webhook(call: Call) -> bool:
    if call.flag("drop_pending_updates"):
        call.bot.queue.clear()
    call.bot.webhook = None
    call.bot.queue.arrived.fire()
    call.world.touch_bot(call.bot)
    return True


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> JSON:
    """``WebhookInfo``, with the last failure of delivery."""
    bot, hook = call.bot, call.bot.webhook
    bot.queue.expire()
    info: JSON = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue.items),
    }
    if hook is not None:
        info["max_connections"] = hook.max_connections
        if hook.ip_address:
            info["ip_address"] = hook.ip_address
        if hook.last_error_date is not None:
            info["last_error_date"] = hook.last_error_date
            info["last_error_message"] = hook.last_error_message
    if bot.queue.allowed is not None:
        info["allowed_updates"] = bot.queue.allowed
    return info


@method("getFile")
def get_file(call: Call) -> JSON:
    """Where to download a file; the public Bot API gives out 20 MB at most."""
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = call.world.files.get(file_id)
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    path = call.world.file_path(stored)
    return {
        "file_id": file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": path,
    }


@method("answerCallbackQuery")
def answer_callback(call: Call) -> bool:
    """End the waiting of a press, once and in time."""
    callback = call.bot.callbacks.get(call.text("callback_query_id"))
    now = call.world.timestamp()
    if callback is None or callback.answered or now - callback.created > call.world.callback_lifetime:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = call.text("text")
    if len(text) > 200:
        raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
    url = call.text("url")
    if url and not re.match(r"(?:https?://)?t\.me/|tg://", url):
        raise Refusal(400, "Bad Request: URL_INVALID")
    callback.answered = True
    callback.text, callback.show_alert, callback.url = text, call.flag("show_alert"), url
    if callback.on_answer is not None:
        callback.on_answer()
    return True


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    """«is typing…» for five seconds or until the next message."""
    chat = call.chat(write=True)
    action = call.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.bot.typing[chat.id] = (action, call.world.timestamp() + TYPING_SECONDS)
    call.world.rev += 1
    call.world.changed.fire()
    return True


@method("getMe")
def get_me(call: Call) -> JSON:
    """The bot itself."""
    return call.bot.as_user(full=True)


@method("logOut", "close")
def log_out(call: Call) -> bool:
    """Accepted; the sandbox is the only server there is."""
    return True
