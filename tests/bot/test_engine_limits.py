"""The limiter's arithmetic, on a clock of paper."""

import asyncio
import heapq
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import ANSWER, Flight, Limiter, Window
from domain.outbox import BULK, TRANSACTIONAL

ways = st.floats(0, 0.4)


def there_and_back(flight: Flight, now: float) -> None:
    flight.left = flight.over = now


def departures(window: Window, count: int, priority: int, start: float = 100.0) -> list[float]:
    """When messages to as many different chats leave, each as early as it may."""
    now, times = start, []
    for chat in range(1, count + 1):
        now = max(now, window.ready_at(now, chat, priority))
        there_and_back(window.grant(now, chat, priority), now)
        times.append(now)
    return times


@pytest.mark.parametrize("priority", [ANSWER, TRANSACTIONAL, BULK])
def test_no_second_holds_more_than_the_rate(priority: int) -> None:
    times = departures(Window(rate=25), 200, priority)
    worst = max(sum(start <= at < start + 0.999 for at in times) for start in times)
    assert worst == 25


def test_what_is_unprompted_is_spaced_evenly() -> None:
    times = departures(Window(rate=25), 50, BULK)
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.0399


def test_late_timers_do_not_lower_the_rate() -> None:
    window = Window(rate=25)
    now = 100.0
    for chat in range(1, 251):
        now = max(now, window.ready_at(now, chat, BULK)) + 0.003
        there_and_back(window.grant(now, chat, BULK), now)
    assert now - 100.0 < 10.0 * 1.02


def test_who_has_had_its_turn_leaves_before_more_get_theirs() -> None:
    window = Window()
    flights = [window.grant(90.0 + n, n, BULK) for n in range(8)]
    assert window.ready_at(100.0, 9, BULK) > 100.0
    assert window.ready_at(100.0, 9, ANSWER) <= 100.0
    there_and_back(flights[0], 99.0)
    assert window.ready_at(100.0, 9, BULK) <= 100.0


def test_answers_do_not_wait_for_spacing() -> None:
    window = Window(rate=25)
    window.grant(100.0, 1, BULK)
    assert window.ready_at(100.01, 2, ANSWER) <= 100.01
    assert window.ready_at(100.01, 2, BULK) == pytest.approx(100.04)


def test_a_chat_gets_one_a_second() -> None:
    window = Window()
    window.grant(100.0, 7, ANSWER)
    assert window.ready_at(100.1, 7, ANSWER) == pytest.approx(101.05)
    assert window.ready_at(100.1, 8, ANSWER) <= 100.1
    assert window.ready_at(100.1, None, ANSWER) <= 100.1  # an edit


def test_a_group_gets_twenty_a_minute() -> None:
    window = Window()
    now = 100.0
    for _ in range(20):
        now = max(now, window.ready_at(now, -5, TRANSACTIONAL))
        window.grant(now, -5, TRANSACTIONAL)
    assert window.ready_at(now, -5, TRANSACTIONAL) == pytest.approx(160.0)


def test_a_pause_stops_everything() -> None:
    window = Window(rate=20)
    window.pause(100.0, 5)
    window.pause(100.1, 4)  # of a message that was on its way at the same time
    assert window.ready_at(100.0, 1, ANSWER) == 105.0
    assert departures(window, 2, BULK, start=105.0) == [105.0, pytest.approx(105.05)]


def test_each_further_pause_within_a_minute_slows_down_for_a_minute() -> None:
    window = Window(rate=20)
    window.pause(94.0, 1)
    window.pause(100.0, 5)
    assert (window.rate_at(104.0), window.rate_at(164.0), window.rate_at(166.0)) == (18.0, 18.0, 20.0)
    now = 106.0
    for _ in range(10):
        window.pause(now, 1)
        now += 2
    assert window.rate_at(now) == 10.0
    assert departures(window, 2, BULK, start=300.0) == [300.0, pytest.approx(300.05)]
    window.pause(400.0, 1)  # a stray one, long after: no reason to go slower
    assert window.rate_at(402.0) == 20.0


def test_flights_keep_the_limit_whatever_lies_between_turn_departure_and_answer() -> None:
    window = Window(rate=2)
    slow, quick = window.grant(100.0, 1, ANSWER), window.grant(100.5, 2, ANSWER)
    assert window.ready_at(100.9, 3, ANSWER) == 101.0  # by the turns, so that no delay lowers the rate
    slow.left, quick.left = 100.1, 100.5
    assert window.departs_at(100.6) == float("inf")  # both are on their way: who knows when they arrive
    quick.over = 100.6
    assert window.departs_at(100.6) == 101.6  # one is: the other may have arrived with its answer
    slow.over = 100.8
    assert window.departs_at(100.8) == 101.6
    third = window.grant(101.6, 3, ANSWER)
    third.left, third.over = 101.6, 101.7
    assert window.departs_at(101.7) == pytest.approx(101.8)
    window.forget(third)
    assert window.departs_at(101.7) == 101.6


@given(st.lists(st.tuples(ways, ways, ways, st.booleans()), min_size=40, max_size=120))
def test_no_second_of_telegram_holds_more_than_allowed_however_long_the_ways_are(
    sent: list[tuple[float, float, float, bool]],
) -> None:
    """Turn, commit, the way there, the way back: the moment of arrival is what Telegram counts."""
    window, now = Window(), 100.0
    arrived: list[float] = []
    events: list[tuple[float, int, Flight, str]] = []

    def live(until: float) -> None:
        while events and events[0][0] <= until:
            at, number, flight, what = heapq.heappop(events)
            if what == "over":
                flight.over = at
            elif (ready := window.departs_at(at)) > at:
                heapq.heappush(events, (min(ready, at + 0.05), number, flight, what))
            else:
                _, there, back, _ = sent[number]
                flight.left = at
                arrived.append(at + there)
                heapq.heappush(events, (at + there + back, number, flight, "over"))

    for number, (commit, _, _, is_answer) in enumerate(sent):
        priority = ANSWER if is_answer else BULK
        while (ready := window.ready_at(now, number + 1, priority)) > now:
            now = ready
            live(now)
        flight = window.grant(now, number + 1, priority)
        heapq.heappush(events, (now + commit, number, flight, "leave"))
    live(float("inf"))
    arrived.sort()
    assert len(arrived) == len(sent)
    assert all(later - earlier >= 1.0 - 1e-9 for earlier, later in zip(arrived, arrived[30:], strict=False))


def test_in_a_chat_a_message_leaves_a_second_after_the_answer_to_the_one_before_it() -> None:
    window = Window()
    first = window.grant(100.0, 7, ANSWER)
    elsewhere = window.grant(100.1, 8, ANSWER)
    second = window.grant(101.05, 7, ANSWER)
    first.left = 100.9  # it waited for the disk
    assert window.departs_at(101.05, second) == pytest.approx(103.9)  # its answer may never come
    first.over = 101.4
    assert window.departs_at(101.4, second) == pytest.approx(102.4)
    assert window.departs_at(101.4, elsewhere) <= 101.4
    third = window.grant(102.1, 7, ANSWER)
    window.forget(second)  # it did not leave
    assert window.departs_at(102.1, third) == pytest.approx(102.4)  # what came before it still counts


def test_an_album_counts_by_its_items() -> None:
    window = Window(rate=25)
    window.grant(100.0, 1, ANSWER, count=10)
    window.grant(100.0, 2, ANSWER, count=10)
    assert window.ready_at(100.0, 3, ANSWER) <= 100.0
    window.grant(100.0, 3, ANSWER, count=5)
    assert window.ready_at(100.0, 4, ANSWER) == 101.0


async def test_the_most_urgent_goes_first() -> None:
    limiter = Limiter(rate=1000)
    order: list[str] = []

    async def send(name: str, priority: int, chat: int) -> None:
        await limiter.acquire(chat, priority)
        order.append(name)

    limiter.window.paused_until = limiter._clock() + 3600
    sends = (send("bulk", BULK, 1), send("decision", TRANSACTIONAL, 2), send("answer", ANSWER, 3))
    waiting = [asyncio.create_task(one) for one in sends]
    await asyncio.sleep(0)  # all of them stand in line
    limiter.window.paused_until = float("-inf")
    limiter._advance()
    await asyncio.gather(*waiting)
    assert order == ["answer", "decision", "bulk"]


async def test_who_stops_waiting_takes_no_turn() -> None:
    limiter = Limiter()
    limiter.window.paused_until = limiter._clock() + 3600
    gone = asyncio.create_task(limiter.acquire(1, BULK))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    limiter.window.paused_until = float("-inf")
    await limiter.acquire(1, BULK)  # would wait another second in this chat
    assert len(limiter.window._flights) == 1


async def test_who_stops_as_its_turn_comes_gives_it_back() -> None:
    limiter = Limiter()
    limiter.window.paused_until = limiter._clock() + 3600
    gone = asyncio.create_task(limiter.acquire(1, BULK))
    await asyncio.sleep(0)
    limiter.window.paused_until = float("-inf")
    limiter._advance()  # the turn has come, the task has not heard of it yet
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert list(limiter.window._flights) == []
