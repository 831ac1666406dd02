"""A small strict Telegram of our own: the Bot API over HTTP and a chat page in the browser.

It knows nothing of any product. Start it, add people, let them write and press, read what the bot did::

    async with Sandbox() as telegram:
        telegram.add_person(1001, "Анна")
        await telegram.send_text(1001, "/start")
        reply = await telegram.next_message(1001)
        await telegram.press(1001, reply.message_id, text="Да")
"""

from .acting import CallbackAnswer, Item
from .faults import Fault
from .log import DeliveryEntry, DeliveryLog
from .model import Person
from .people import NotPossible
from .server import DEFAULT_TOKEN, Extra, Sandbox
from .views import Button, ChatView, FileView, SentMessage

__all__ = [
    "DEFAULT_TOKEN",
    "Button",
    "CallbackAnswer",
    "ChatView",
    "DeliveryEntry",
    "DeliveryLog",
    "Extra",
    "Fault",
    "FileView",
    "Item",
    "NotPossible",
    "Person",
    "Sandbox",
    "SentMessage",
]
