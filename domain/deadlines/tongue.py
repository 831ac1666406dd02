"""What a language brings to the reading of typed days: its words and spellings. The code is one (`spoken.py`)."""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Tongue(NamedTuple):
    """Words of one language, as `folded` leaves them; the named groups of the patterns are those of `spoken.py`."""

    numbers: Mapping[str, int]
    units: tuple[tuple[str, int, int], ...]  # how a unit begins, its days, its months
    weekdays: tuple[str, ...]  # forms of each, from Monday on
    days: Mapping[re.Pattern[str], int]  # a day by one word, counted from today
    which: tuple[tuple[str, int], ...]  # how «this», «next» and «last» begin, in weeks
    after: re.Pattern[str]  # «через две недели [в пятницу]»: n, unit, w
    about: re.Pattern[str]  # the same the other way round: n, unit
    lasting: re.Pattern[str]  # «на неделю»: n, unit
    week: re.Pattern[str]  # «на следующей неделе»: which
    end: re.Pattern[str]  # «конец этого месяца»: which, what
    numbered: re.Pattern[str]  # «15-го»: d
    alone: re.Pattern[str]  # nothing but a number: d
    dated: re.Pattern[str]  # a date stands in the text: lone numbers belong to it
    when: re.Pattern[str]  # a weekday: before, which, w, after
    repeated: re.Pattern[str]  # «каждую пятницу» is no day
    clock: tuple[re.Pattern[str], ...]  # a time of day: h, m, part; tried in this order
    afternoon: tuple[str, ...]  # how the parts of a day begin that come after noon
