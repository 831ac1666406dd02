"""Handlers of one conversation, listed once and built into a router for each dispatcher.

An aiogram router can be attached to one dispatcher only; a process that serves two bots, and every test, builds anew.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiogram import Router
from aiogram.dispatcher.event.handler import CallbackType

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


class Routes:
    """Handlers in order, by the kind of update."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[tuple[str, Callable[..., Awaitable[Any]], tuple[CallbackType, ...]]] = []

    def message(self, *filters: CallbackType) -> Callable[[Handler], Handler]:
        """A handler of messages."""
        return self._adding("message", filters)

    def edited_message(self, *filters: CallbackType) -> Callable[[Handler], Handler]:
        """A handler of messages that their author has changed."""
        return self._adding("edited_message", filters)

    def callback_query(self, *filters: CallbackType) -> Callable[[Handler], Handler]:
        """A handler of pressed buttons."""
        return self._adding("callback_query", filters)

    def my_chat_member(self, *filters: CallbackType) -> Callable[[Handler], Handler]:
        """A handler of being blocked, unblocked, added, removed."""
        return self._adding("my_chat_member", filters)

    def router(self) -> Router:
        """A fresh router with all handlers."""
        router = Router(name=self.name)
        for kind, handler, filters in self._handlers:
            router.observers[kind].register(handler, *filters)
        return router

    def _adding(self, kind: str, filters: tuple[CallbackType, ...]) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self._handlers.append((kind, handler, filters))
            return handler

        return add
