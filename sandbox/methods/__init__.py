"""The methods of the Bot API, by what they are about."""

from . import chats, editing, profile, receiving, sending
from .profile import commands_for
from .registry import METHODS, NAMES, Handler

__all__ = [
    "METHODS",
    "NAMES",
    "Handler",
    "chats",
    "commands_for",
    "editing",
    "profile",
    "receiving",
    "sending",
]
