"""English words for days and hours: «tomorrow», «on Friday», «in two weeks», «by the 15th», «at 3 pm»."""

import re

from domain.deadlines.tongue import Tongue

_NUMBERS = {
    "an": 1, "a couple of": 2, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_UNIT = r"(?P<unit>half a year|days?|weeks?|fortnights?|months?|years?)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_WEEKDAYS = (
    "monday|mon", "tuesday|tues|tue", "wednesday|wed", "thursday|thurs|thur|thu", "friday|fri", "saturday|sat",
    "sunday|sun",
)  # fmt: skip
_WEEKDAY = rf"(?P<w>{'|'.join(_WEEKDAYS)})\b"
_PART = r"(?P<part>[ap]\.?m\b|in the (?:morning|afternoon|evening)\b)"
_HOUR = r"(?P<h>\d{1,2})"

ENGLISH = Tongue(
    numbers=_NUMBERS,
    units=(
        ("half", 0, 6), ("day", 1, 0), ("week", 7, 0), ("fortnight", 14, 0), ("month", 0, 1), ("year", 0, 12),
    ),
    weekdays=_WEEKDAYS,
    days={
        re.compile(r"\b(?:the )?day after tomorrow\b"): 2,
        re.compile(r"\btomorrow\b"): 1,
        re.compile(r"\btoday\b"): 0,
        re.compile(r"\b(?:the )?day before yesterday\b"): -2,
        re.compile(r"\byesterday\b"): -1,
    },
    which=(("this", 0), ("current", 0), ("next", 1), ("last", -1)),
    after=re.compile(rf"\bin (?:(?P<n>{_NUMBER}) )?{_UNIT}\b(?:,? on {_WEEKDAY})?"),
    about=re.compile(rf"\b(?P<n>{_NUMBER}) {_UNIT} from (?:now|today)\b"),
    lasting=re.compile(rf"^(?:for )?(?:(?P<n>{_NUMBER}) )?{_UNIT}$"),
    week=re.compile(r"\b(?P<which>this|next) week\b"),
    end=re.compile(
        r"\b(?:the )?end of (?:the )?(?:(?P<which>this|current|next) )?(?P<what>week|month|year)\b"
    ),
    numbered=re.compile(r"\b(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)\b"),
    alone=re.compile(r"^(?:(?:until|till|by|on) )?(?:the )?(?P<d>\d{1,2})$"),
    dated=re.compile(rf"\d(?:st|nd|rd|th)? ?(?:of )?{_MONTH}|\b{_MONTH}\.? (?:the )?\d"),
    when=re.compile(
        rf"(?P<before>(?:\d|\d(?:st|nd|rd|th)|{_MONTH})\.?[ ,(]*(?:on )?|\b(?:first|second|third|fourth) )?"
        rf"\b(?:(?P<which>this|(?:the )?coming|next|last) )?{_WEEKDAY}"
        rf"(?P<after>\.?[ ,(]*(?:the )?(?:\d|{_MONTH})| of\b)?"
    ),
    repeated=re.compile(
        r"\b(?:every|each|(?:dai|week|month|quarter|year|annual)ly|once|twice|times|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
    ),
    clock=(
        re.compile(rf"(?:\b(?:at|by|from) )?\b{_HOUR}(?:[:.](?P<m>\d{{2}}))? ?{_PART}"),
        re.compile(rf"\b(?:at|by|from) {_HOUR}:(?P<m>\d{{2}})\b"),
        re.compile(rf"\bat {_HOUR}(?:\.(?P<m>\d{{2}}))?(?! ?{_MONTH})(?![\d./-]|st|nd|rd|th)(?: o.?clock)?"),
    ),
    afternoon=("p", "in the a", "in the e"),
)  # fmt: skip
