"""How the dates of a measure follow one another after a change. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from domain import deadlines


class Layout(NamedTuple):
    """How the dates of a measure follow one another after a change."""

    windows: list[deadlines.Window]
    places: dict[int, int]  # old occurrence → new occurrence
    fresh: list[int]  # new occurrences that none of the old ones became
    dropped: list[int]  # old occurrences that end


def laid_out(
    was: Sequence[deadlines.Window], now: Sequence[deadlines.Window], worked: Iterable[int]
) -> Layout:
    """Match the old dates of a measure with the new ones: equal ones first, then in order of time.

    An old date that nothing became ends, unless work was handed in for it (`worked`): then it stays.
    """
    undated = deadlines.Window(None, None)
    old, new = list(was) or [undated], list(now) or [undated]
    pairs: dict[int, int] = {}
    for index, window in enumerate(old):
        same = next((n for n, w in enumerate(new) if w == window and n not in pairs.values()), None)
        if same is not None:
            pairs[index] = same
    left = sorted((i for i in range(len(old)) if i not in pairs), key=lambda i: _key(old[i]))
    open_ = sorted((n for n in range(len(new)) if n not in pairs.values()), key=lambda n: _key(new[n]))
    pairs.update(zip(left, open_, strict=False))
    stay = [i for i in left[len(open_) :] if i in set(worked)]
    final = new + [old[i] for i in stay]
    pairs.update({i: len(new) + n for n, i in enumerate(stay)})
    order = sorted(range(len(final)), key=lambda n: _key(final[n]))
    place = {n: position for position, n in enumerate(order)}
    windows = [final[n] for n in order]
    return Layout(
        windows=[] if windows == [undated] else windows,
        places={i: place[n] for i, n in pairs.items()},
        fresh=[place[n] for n in open_[len(left) :]],
        dropped=[i for i in left[len(open_) :] if i not in stay],
    )


def _key(window: deadlines.Window) -> tuple[date, date]:
    return window.due or date.max, window.start or date.min
