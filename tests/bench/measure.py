"""Pairs of timings, taken in turn so that a slow or drifting machine does not matter."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of ours and of the ceiling, and their ratio (medians of pairs)."""

    ours: float
    ceiling: float
    ratio: float


def pair(ours: Callable[[], object], ceiling: Callable[[], object], *, rounds: int = 7) -> Pair:
    """Run both in turn; the ratio is the median of the ratios pair by pair."""
    ours(), ceiling()
    times = [(_seconds(ours), _seconds(ceiling)) for _ in range(rounds)]
    return _median(times)


async def pair_async(
    ours: Callable[[], Awaitable[object]], ceiling: Callable[[], Awaitable[object]], *, rounds: int = 7
) -> Pair:
    """The same for coroutines."""
    await ours()
    await ceiling()
    times = []
    for _ in range(rounds):
        times.append((await _seconds_async(ours), await _seconds_async(ceiling)))
    return _median(times)


def _median(times: list[tuple[float, float]]) -> Pair:
    return Pair(
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(a / b for a, b in times),
    )


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


async def _seconds_async(run: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await run()
    return time.perf_counter() - start
