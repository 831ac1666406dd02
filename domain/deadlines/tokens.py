"""Text → tokens: letters folded, dashes and spaces made alike, every word given its class from `words.py`."""

import html
import re
from functools import lru_cache
from typing import Any
from unicodedata import is_normalized, normalize

from domain.deadlines import words_en
from domain.deadlines.words import FORMS, MENDABLE, STEMS, ordinal

_TAG = re.compile(r"<[/a-zA-Z!][^<>]{0,200}>")
_DOTS = re.compile(r"\.{2,}")
_THIS_YEAR = re.compile(r"\b[тс]\. ?г(?:\.|\b)")  # «т.г.», «с.г.»: this year
_SCHOOL_YEAR = re.compile(r"\bу\. ?г(?:\.|\b)")  # «у.г.»: of the school year
_CLASSES = re.compile(
    r"\b\d{1,2}(?: ?[-,и] ?\d{1,2})* ?-?(?:[её]|х|ые|ых|й|го)? ?(?:кл\b\.?|класс[а-я]*)"
)  # «5-9 классы»
_REPORTED = re.compile(r"год[ау]?,? ?следующ\w+ за отчетн\w+(?: год\w*| период\w*)?")
_LATIN = re.compile(r"[a-z]{2}")
_ARTICLES = re.compile(r"\b(?:the|an?|of)\b")
_MONTH, _TH = rf"\b({words_en.MONTHS})\b\.?", "(?:st|nd|rd|th)?"
_MONTH_FIRST = re.compile(  # «December 15, 2026»; not «December 2026» and not «May 1-14»
    rf"{_MONTH} (\d{{1,2}}){_TH}(?![\d.:/])(?! ?- ?\d)(?:,? (?=\d{{4}}\b))?"
)
_MONTH_FIRST_DAYS = re.compile(  # «December 1-14»
    rf"{_MONTH} (\d{{1,2}}){_TH} ?- ?(\d{{1,2}}){_TH}(?![\d.:/])(?:,? (?=\d{{4}}\b))?"
)
_NUMBERED = re.compile(
    rf"\bthe (\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of (?!each|every)|to\b|{words_en.MONTHS})| ?-)"
)
_BETWEEN = re.compile(r"\bbetween (.{1,40}?) and ")
_ON_SUCH_DAYS = re.compile(rf"\b(?:on )?({words_en.WEEKDAYS})s\b")
_ZERO = re.compile(
    r"(?<=\d)[oо](?=[.\d])|(?<![^\W_])[oо](?=\d)"
)  # the letter typed for the figure: «1O.10.2025»
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^\w\s]")
_FOLD: dict[int, str | None] = {
    **{ord(c): "-" for c in "‐‑‒–—―−~÷¬﹘﹣－⁃─━"},
    **{ord(c): None for c in "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0301\u0300"},
    **{ord(c): "/" for c in "⁄∕\\|"},
    **{ord(c): ";" for c in "•·▪●◦∙*"},
    **{ord(c): " " for c in "«»\"'“”„‘’`()[]{}№"},
    ord("ё"): "е", ord("_"): "?", ord("+"): " и ", ord("&"): " и ",
}  # fmt: skip
_PUNCTUATION = {"-": "-", "/": "/", ",": ",", ";": ";", ".": ".", ":": ":", "?": "?"}
_LOOKALIKE = str.maketrans("abcehikmoptxyu", "авсенікмортхуи")
_ROMAN_LETTERS = frozenset("ivxlіхv")
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_ROMAN_BY_EYE = {"п": 2, "ш": 3, "пі": 3, "іу": 4, "iу": 4, "1у": 4, "ііі": 3, "іі": 2}
_COUNTED = frozenset("qhctWDHUm@MTnX")  # what a Roman figure may count
_LONGEST_WORD = 30

type_of_meaning = tuple[str, Any, bool]  # class, value, mended


class Tokens:
    """A text as parallel rows: one class letter, value and source text for each token."""

    __slots__ = ("codes", "mended", "texts", "values")

    def __init__(self, codes: str, values: list[Any], texts: list[str], mended: bool) -> None:
        self.codes, self.values, self.texts, self.mended = codes, values, texts, mended


def normalise(text: str) -> str:
    """Lower case, one kind of dash, no marks left by HTML or by a word processor."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    text = text.replace("№", " ")
    if not is_normalized("NFKC", text):
        text = normalize("NFKC", text)
    text = text.lower().translate(_FOLD)
    if ".г" in text or ". г" in text or "п/г" in text:
        text = _THIS_YEAR.sub(" текущего года ", text).replace("п/г", " полугодие ")
    if "у.г" in text or "у. г" in text:
        text = _SCHOOL_YEAR.sub(" учебного года ", text)
    if "кл" in text:
        text = _CLASSES.sub(" ", text)
    if "отчетн" in text:
        text = _REPORTED.sub(" " if "ежегодно" in text else " следующего года ", text)
    if _LATIN.search(text):
        text = _in_our_order(text)
    if "o" in text or "о" in text:
        text = _ZERO.sub("0", text)
    return _DOTS.sub("-", text) if ".." in text else text


def _in_our_order(text: str) -> str:
    """English as the patterns expect words: «by the 15th of December», «December 15, 2026» → «by 15 december 2026»."""
    text = _NUMBERED.sub(r"\1 числа", text)
    text = " ".join(_ARTICLES.sub(" ", text).split())
    text = _BETWEEN.sub(r"from \1 to ", text)
    text = _ON_SUCH_DAYS.sub(r"every \1", text)
    text = _MONTH_FIRST_DAYS.sub(r"\2-\3 \1 ", text)
    return _MONTH_FIRST.sub(r"\2 \1 ", text)


def tokenise(text: str) -> Tokens:
    """Split a text into tokens; a word broken in two by a line end is joined when the whole is known."""
    words = _TOKEN.findall(normalise(text))
    codes: list[str] = []
    values: list[Any] = []
    texts: list[str] = []
    mended = False
    index, count = 0, len(words)
    while index < count:
        word = words[index]
        code, value, slip = _meaning(word)
        if code == "X" or slip:
            joined, width = _rejoin(words, index)
            if joined is None and code == "X" and texts:
                joined = _rejoin_behind(word, codes, values, texts)
            if joined is not None:
                code, value, slip, index = joined[0], joined[1], False, index + width
        if (
            code == "^" and codes[-1:] == ["-"] and codes[-2:-1] in (["n"], ["r"])
        ):  # «1-й»: no dash between two
            del codes[-1], values[-1], texts[-1]
        if code and not (code == "." and codes and codes[-1] not in "nyN"):  # a dot that only shortens a word
            codes.append(code)
            values.append(value)
            texts.append(word)
            mended = mended or slip
        index += 1
    if "r" in codes:
        _roman_months(codes, values)
    if "w" in codes and "y" in codes:
        _weekday_last(codes, values, texts)
    return Tokens("".join(codes), values, texts, mended)


def _weekday_last(codes: list[str], values: list[Any], texts: list[str]) -> None:
    """«22 августа (четверг) 2024 г.»: the weekday between a month and its year goes behind them."""
    at = codes.index("w")
    if 0 < at < len(codes) - 1 and codes[at - 1] == "m" and codes[at + 1] == "y":
        for row in (codes, values, texts):
            row.append(row.pop(at))


def _roman_months(codes: list[str], values: list[Any]) -> None:
    """«IX-X 2025»: Roman figures without a word beside them are months, where one is past the fourth quarter."""
    if not _COUNTED.isdisjoint(codes):
        return
    romans = [i for i, code in enumerate(codes) if code == "r"]
    if max(values[i] for i in romans) < 5 or any(i > 1 and codes[i - 1] in "./" for i in romans):
        return
    for i in romans:
        codes[i] = "m"


def _rejoin(words: list[str], index: int) -> tuple[type_of_meaning | None, int]:
    """«сентя- брь» or «мониторинго вых» → the whole word, if that one is known without mending."""
    after = index + 1
    if after < len(words) and words[after] == "-":
        after += 1
    if after >= len(words) or not words[after].isalpha():
        return None, 0
    whole = _meaning(words[index] + words[after])
    return (whole, after - index) if whole[0] != "X" and not whole[2] else (None, 0)


def _rejoin_behind(
    word: str, codes: list[str], values: list[Any], texts: list[str]
) -> type_of_meaning | None:
    """«сен- тябрь»: the first piece is a word by itself, and with the second another."""
    last = -2 if codes[-1] == "-" and len(codes) > 1 else -1
    whole = _meaning(texts[last] + word) if texts[last].isalpha() else None
    if whole is None or whole[0] == "X" or whole[2]:
        return None
    del codes[last:], values[last:], texts[last:]
    return whole


@lru_cache(maxsize=4096)
def _meaning(word: str) -> type_of_meaning:
    if word in FORMS:
        return (*FORMS[word], False)
    if word[0].isdigit():
        return _number(word)
    if not word[0].isalpha():
        return (_PUNCTUATION.get(word, ""), None, False)
    if len(word) > _LONGEST_WORD:
        return ("X", None, False)
    return _roman(word) or _known(word.translate(_LOOKALIKE)) or _mended(word.translate(_LOOKALIKE))


def _number(word: str) -> type_of_meaning:
    if len(word) <= 2:
        return ("n", int(word), False)
    if len(word) == 4 and 1900 <= int(word) < 2200:
        return ("y", int(word), False)
    return ("N", None, False)


def _roman(word: str) -> type_of_meaning | None:
    if word in _ROMAN_BY_EYE:
        return ("r", _ROMAN_BY_EYE[word], False)
    if not _ROMAN_LETTERS.issuperset(word):
        return None
    number = _ROMAN.get(word.replace("і", "i").replace("l", "i").replace("х", "x"))
    return ("r", number, False) if number else None


def _known(word: str) -> type_of_meaning | None:
    if word in FORMS:
        return (*FORMS[word], False)
    number = ordinal(word)
    if number is not None:
        return ("o", number, False)
    for stem, code, value in STEMS:
        if word.startswith(stem):
            return (code, value, False)
    return None


def _mended(word: str) -> type_of_meaning:
    """The one known word that a slip of the fingers away; two equally near ones are none."""
    if len(word) < 4:
        return ("X", None, False)
    first = word[0] if len(word) <= 5 else ""  # «карта» is no «марта»
    from rapidfuzz.distance import OSA

    best, found = 3, set[tuple[str, Any]]()
    for form, meaning in MENDABLE:
        if not form.startswith(first):
            continue
        allowed = 2 if len(form) >= 8 else 1
        distance = OSA.distance(word, form, score_cutoff=allowed)
        if distance > allowed or distance > best:
            continue
        if distance < best:
            best, found = distance, set()
        found.add(meaning)
    if len(found) == 1:
        code, value = found.pop()
        return (code, value, True)
    return ("X", None, False)
