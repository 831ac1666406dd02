"""Waking those who wait for a change, without polling."""

from __future__ import annotations

import asyncio


class Signal:
    """Many may wait; ``fire`` wakes everyone who waited before it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109
        """Wait at most ``timeout`` seconds; whether something happened."""
        event = self._event
        try:
            async with asyncio.timeout(timeout):  # wait_for of 3.11 can swallow a cancellation
                await event.wait()
        except TimeoutError:
            return False
        return True
