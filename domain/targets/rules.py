"""Reading counted targets. The words are those of roadmaps of five regions (DOMAIN.md §6, «targets met with in plans»).

A number counts where it is a share («25 %»), where a word of comparison stands before it («не менее 7»), or where
what follows is something that plans count (schools, seminars…). Everything else — numbers of orders, classes,
stages, years — is left alone: an offer that is wrong costs more than one that is missing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

LONGEST = 4_000  # characters of a cell that are looked at
MOST = 8  # targets of one cell
NOUN_WORDS = 4  # a noun with its adjectives is not longer


class Kind(StrEnum):
    """What is counted."""

    SHARE = "share"  # per cent of the noun
    COUNT = "count"  # pieces of the noun


class Relation(StrEnum):
    """How the number is meant."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"
    DOWN_BY = "down_by"
    UP_BY = "up_by"


@dataclass(frozen=True, slots=True)
class Target:
    """One target; `of` is the whole where the text names it («100% ШНОР – 42 школы»)."""

    kind: Kind
    relation: Relation
    value: float
    noun: str
    quote: str
    of: int | None = None
    yearly: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values, to be kept beside a measure."""
        return {
            "kind": self.kind.value,
            "relation": self.relation.value,
            "value": self.value,
            "noun": self.noun,
            "quote": self.quote,
            "of": self.of,
            "yearly": self.yearly,
        }


def from_json(kept: dict[str, Any]) -> Target:
    """Back from plain values."""
    return Target(
        Kind(kept["kind"]),
        Relation(kept["relation"]),
        float(kept["value"]),
        str(kept["noun"]),
        str(kept["quote"]),
        kept["of"],
        bool(kept["yearly"]),
    )


_WORDS = {
    "один": 1, "одного": 1, "одной": 1, "одна": 1, "одно": 1, "двух": 2, "два": 2, "две": 2, "трёх": 3, "трех": 3,
    "три": 3, "четырёх": 4, "четырех": 4, "четыре": 4, "пяти": 5, "пять": 5, "шести": 6, "шесть": 6, "семи": 7,
    "семь": 7, "восьми": 8, "восемь": 8, "девяти": 9, "девять": 9, "десяти": 10, "десять": 10,
}  # fmt: skip
_AT_LEAST = r"не\s+менее(?:\s*,?\s*чем)?|не\s+меньше|не\s+ниже|минимум|как\s+минимум|более(?:\s+чем)?|больше|свыше|от|≥|>=|>"
_AT_MOST = r"не\s+более(?:\s*,?\s*чем)?|не\s+больше|не\s+выше|максимум|менее|≤|<=|<"
_NUMBER = re.compile(
    rf"(?P<least>(?<!\w)(?:{_AT_LEAST})\s*(?:у\s+|на\s+|в\s+)?)?"
    rf"(?P<most>(?<!\w)(?:{_AT_MOST})\s*(?:у\s+|на\s+|в\s+)?)?"
    r"(?P<by>(?<!\w)на\s+)?(?P<to>(?<!\w)до\s+)?"
    rf"(?<![\w№.,/-])(?P<number>\d{{1,6}}(?:[.,]\d{{1,2}})?|(?:{'|'.join(_WORDS)})(?!\w))"
    r"(?:(?:\s?[-–—]\s?|\s+до\s+)(?P<upper>\d{1,6}(?:[.,]\d{1,2})?))?(?:\s+из\s+(?P<whole>\d{1,4}))?"
    r"(?:\s?-?(?:ти|ми|х|и)(?!\w))?(?![\w.])"
    r"\s?(?P<percent>%|процент\w*)?",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?<!\w)(?:во\s+всех|у\s+всех|всеми|все|каждая|каждой|в\s+каждой)\s+(?=[\w«-])", re.IGNORECASE
)
_WORD = re.compile(r"[«\"]?[А-Яа-яЁёA-Za-z][\w-]*[»\"]?")
_BETWEEN = re.compile(r"\s*(?:от\s+)?(?:общего\s+)?(?:(?:числа|количества|доли)\s+)?(?:всех\s+)?")
_OF = re.compile(r"\s*[(–—-]?\s*[–—-]?\s*(\d{1,4})\s+(?=[А-Яа-яЁё])")
_NAMED_BEFORE = re.compile(
    r"(?:дол[яиюе]|охват\w*|процент\w*|количеств\w+|числ[оа]|удельн\w+\s+вес\w*)\s+(?P<noun>[^.;:,()\d%]{2,60}?)"
    r"(?:,[^.;]{2,80},)?\s*(?:составля\w+|должн\w+\s+быть|[:–—-])?\s*$",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"(?:снижени\w|сокращени\w|уменьшени\w|снизи\w+|сократи\w+|уменьши\w+)[^.;]{0,80}$", re.IGNORECASE
)
_UP = re.compile(
    r"(?:увеличени\w|рост\w?|повышени\w|увеличи\w+|повыси\w+|прирост\w?)[^.;]{0,80}$", re.IGNORECASE
)
_BY = re.compile(r"(?<!\w)на\s+(?:не\s+менее\s+)?(?:чем\s+)?$", re.IGNORECASE)
_YEARLY = re.compile(r"^[^.;]{0,60}?(?:ежегодно|в\s+год\b|каждый\s+год)", re.IGNORECASE)
_VERB = re.compile(
    r"(?:лись|лся|лась|лось|ли|ла|ло|ют|ут|ет|ит|ются|ется|ены|аны|ена|ано|ено|уты|нуты|ать|ить|еть)$",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"(?:ых|их|ые|кие|щие|ого|его|ой|ая|яя|ое|ый|кий|щий|ыми|ими|ую|щихся|шихся)$", re.IGNORECASE
)
_NO_NOUN = frozenset({"и", "в", "во", "на", "с", "со", "по", "из", "для", "от", "до", "к", "у", "или", "а", "но",
                      "не", "при", "за", "о", "об", "что", "чем", "раз", "раза", "разу", "г", "гг", "год", "года",
                      "году", "годов", "лет", "класс", "класса", "классов", "классы", "этап", "этапа", "этапов",
                      "этапы", "этапе", "п", "пп", "ч", "часов", "часа", "час", "дней", "дня", "балл", "балла",
                      "баллов", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа",
                      "сентября", "октября", "ноября", "декабря", "квартал", "квартале", "руб", "рублей",
                      "полугодие", "полугодия", "ежегодно", "ежемесячно", "ежеквартально"})  # fmt: skip
# Words that are no end of a noun phrase although they end like an adjective: «педагогических», «обучающихся».
_NOUNS_LIKE_ADJECTIVES = ("обучающ", "учащ", "рабоч", "управляющ")
# What plans count without any word of comparison: the beginnings of the words.
_COUNTED = ("школ", "оо", "моуо", "оу", "шнор", "шнсу", "муниципал", "организац", "учрежден", "совещан", "семинар",
            "вебинар", "встреч", "мероприяти", "программ", "соглашен", "договор", "педагог", "учител", "руководител",
            "команд", "куратор", "консультац", "выезд", "заседан", "круглы", "мастер", "практик", "проект",
            "публикац", "методич", "рекомендац", "образовательн", "общеобразовательн", "школьн", "челов",
            "участник", "обучающ", "учащ", "слушател", "специалист", "муниципалит", "район", "пар",
            "модул", "курс", "тренинг", "стажиров", "площад", "материал")  # fmt: skip
_WHOLES = ("школ", "оо", "моуо", "шнор", "шнсу", "организац", "учрежден", "образовательн", "общеобразовательн",
           "муниципал", "педагог", "учител", "руководител", "обучающ", "команд", "участник")  # fmt: skip


def find(text: str) -> list[Target]:
    """The targets that a text names, in order; empty where it names none. Never raises, linear in length."""
    text = text[:LONGEST]
    found: list[_Found] = []
    end = 0
    for match in _NUMBER.finditer(text):
        if match.start("number") < end:
            continue
        target = _share(text, match) if match["percent"] else _count(text, match)
        if target is not None:
            found.append(target)
            end = target.end
    found += [whole for whole in _wholes(text) if not _overlaps(whole, found)]
    found.sort(key=lambda f: f.start)
    return [f.target for f in found][:MOST]


class _Found(NamedTuple):
    target: Target
    start: int
    end: int


def _overlaps(one: _Found, others: list[_Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _made(
    text: str,
    span: tuple[int, int],
    kind: Kind,
    *,
    relation: Relation,
    value: float,
    noun: str,
    of: int | None,
) -> _Found:
    start, end = span
    quote = " ".join(text[start:end].split())
    yearly = _YEARLY.search(text[end : end + 80]) is not None
    return _Found(Target(kind, relation, value, noun, quote, of, yearly), start, end)


def _share(text: str, match: re.Match[str]) -> _Found | None:
    value = _value(match["number"])
    if value is None or not 0 < value <= 100:
        return None
    noun, end = _noun_at(text, _BETWEEN.match(text, match.end()).end())  # type: ignore[union-attr]
    of: int | None = None
    whole = _OF.match(text, end)
    if whole:
        named, after = _noun_at(text, whole.end())
        if named and _starts(named, _COUNTED):
            of, noun, end = int(whole[1]), noun or named, after
    start = match.start()
    if not noun:
        before = _NAMED_BEFORE.search(text, max(0, start - 200), start)
        if before is None:
            return None
        noun, start, end = _last_noun(before["noun"]), before.start(), match.end()
    span = start, max(end, match.end())
    return _made(text, span, Kind.SHARE, relation=_relation(text, match), value=value, noun=noun, of=of)


def _count(text: str, match: re.Match[str]) -> _Found | None:
    value = _value(match["number"])
    compared = bool(match["least"] or match["most"])
    if value is None or value <= 0 or value != int(value) or 1900 <= value <= 2100:
        return None
    noun, end = _noun_at(text, match.end())
    start = match.start()
    if not noun and compared:
        before = _NAMED_BEFORE.search(text, max(0, start - 200), start)
        if before is None:
            return None
        noun, start, end = _last_noun(before["noun"]), before.start(), match.end()
    if not noun or not (compared or _starts(noun, _COUNTED)):
        return None
    if match["number"].lower().startswith("од") and not compared:
        return None  # «одна из школ», «в одной школе»
    of = int(match["whole"]) if match["whole"] else None
    span, relation = (start, end), _relation(text, match)
    return _made(text, span, Kind.COUNT, relation=relation, value=value, noun=noun, of=of)


def _wholes(text: str) -> Iterator[_Found]:
    """«Во всех школах», «каждая школа»: a hundred per cent, said in words."""
    for match in _ALL.finditer(text):
        noun, end = _noun_at(text, match.end())
        if noun and _starts(noun.split()[-1], _WHOLES):
            span = match.start(), end
            yield _made(text, span, Kind.SHARE, relation=Relation.EXACTLY, value=100.0, noun=noun, of=None)


def _relation(text: str, match: re.Match[str]) -> Relation:
    before = text[max(0, match.start() - 120) : match.start("number")]
    if match["by"] or _BY.search(before):
        if _DOWN.search(before):
            return Relation.DOWN_BY
        if _UP.search(before):
            return Relation.UP_BY
    if match["to"]:
        return Relation.AT_MOST if not _UP.search(before) else Relation.AT_LEAST
    if match["least"] or match["upper"]:
        return Relation.AT_LEAST
    return Relation.AT_MOST if match["most"] else Relation.EXACTLY


def _value(words: str) -> float | None:
    known = _WORDS.get(words.lower())
    return float(known) if known else float(words.replace(",", "."))


def _noun_at(text: str, position: int) -> tuple[str, int]:
    """The noun with its adjectives that stands here, and where it ends; "" where a verb or nothing stands."""
    words: list[str] = []
    end = position
    while len(words) < NOUN_WORDS:
        gap = re.compile(r"\s*").match(text, end)
        match = _WORD.match(text, gap.end() if gap else end)
        if match is None or match[0].strip('«»"').lower() in _NO_NOUN:
            break
        word = match[0].strip('«»"-')
        if _VERB.search(word) and not _starts(word, _COUNTED):
            break
        words.append(word)
        end = match.end()
        if not _ADJECTIVE.search(word) or word.lower().startswith(_NOUNS_LIKE_ADJECTIVES):
            break
    # Adjectives alone name nothing: «25 % новых».
    if not words or (
        _ADJECTIVE.search(words[-1]) and not words[-1].lower().startswith(_NOUNS_LIKE_ADJECTIVES)
    ):
        return "", position
    return " ".join(words), end


def _last_noun(words: str) -> str:
    return " ".join(words.split()).strip(" -–—:«»")


def _starts(noun: str, beginnings: tuple[str, ...]) -> bool:
    return any(word.lower().startswith(beginnings) for word in noun.split())
