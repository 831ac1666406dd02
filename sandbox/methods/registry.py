"""Which methods there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.call import Call

Handler = Callable[[Call], Any | Awaitable[Any]]

METHODS: dict[str, Handler] = {}
NAMES: dict[str, str] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Answer these methods of the Bot API; their names are not case-sensitive."""

    def register(handler: Handler) -> Handler:
        for name in names:
            METHODS[name.lower()] = handler
            NAMES[name.lower()] = name
        return handler

    return register
