"""English words of deadlines with the classes and values of `words.py`: the grammar behind them is one."""

_MONTHS = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
_WEEKDAYS = (
    "monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat",
    "sunday sun",
)  # fmt: skip
_FORMS = {
    "s": "from since starting",
    "p": "to through",
    "d": "until till by before",
    "b": "in on at",
    "e": "and",
    "j": "within during throughout",
    "V": "whole entire all",
    "T": "time times",
    "K": "every each",
    "g": "year years",
    "q": "quarter quarters",
    "c": "term terms",
    "W": "week weeks",
    "M": "month months",
    "Z": "day days",
    "H": "half",
    "h": "semester semesters",
    "x": "end",
    "a": "beginning start",
    "l": "middle",
    "U": "school academic",
    "B": "period",
    "J": "hour hours",
    "C": "holidays",
    "!": "inclusive including",
    "%": "about approximately around",
    "^": "st nd rd th",
    "P": "plan schedule agreed agreement request",
    "O": "constantly permanently continuously always",
    "G": "this current",
    "F": "next",
    "f": "no not later than deadline due",
}
_REPEATS = {
    "year": "yearly annually", "month": "monthly", "quarter": "quarterly", "week": "weekly", "day": "daily",
}  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_SEASONS = ("spring", "summer", "autumn", "winter")


def _build() -> dict[str, tuple[str, object]]:
    values = {"G": 0, "F": 1}
    forms: dict[str, tuple[str, object]] = {
        word: (code, values.get(code)) for code, words in _FORMS.items() for word in words.split()
    }
    for number, words in enumerate(_MONTHS, 1):
        forms.update((word, ("m", number)) for word in words.split())
    for number, words in enumerate(_WEEKDAYS):
        forms.update((word, ("w", number)) for word in words.split())
    for unit, words in _REPEATS.items():
        forms.update((word, ("R", unit)) for word in words.split())
    forms.update((word, ("o", number)) for number, word in enumerate(_ORDINALS, 1))
    forms.update((word, ("i", number)) for number, word in enumerate(_NUMBERS, 1))
    forms.update((season, ("E", season)) for season in _SEASONS)
    forms.update({"fall": ("E", "autumn"), "last": ("o", -1), "after": ("s", "after")})
    forms.update({"once": ("T", 1), "twice": ("T", 2)})
    return forms


FORMS = _build()
NAMES = tuple(words.split()[0].capitalize() for words in _MONTHS)
MONTHS = "|".join(word for words in _MONTHS for word in words.split())
WEEKDAYS = "|".join(words.split()[0] for words in _WEEKDAYS)
