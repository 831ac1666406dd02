"""Names of schools and municipalities: how people shorten them, and when two spellings are one school."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

# What the kinds of school are called in full and in short; longest first. Source: registers of four regions.
KINDS = (
    (r"основн\w+\s+общеобразовательн\w+\s+школ\w+", "ООШ"),
    (r"средн\w+\s+общеобразовательн\w+\s+школ\w+", "СОШ"),
    (r"начальн\w+\s+общеобразовательн\w+\s+школ\w+", "НОШ"),
    (r"средн\w+\s+школ\w+", "СШ"),
    (r"основн\w+\s+школ\w+", "ОШ"),
)
_OWNER = re.compile(
    r"^\s*(?:(?:муниципальн|государственн)\w+\s+(?:\w+\s+){0,3}?учреждени\w+|М[А-Я]{0,2}О?У|МОБУ|ГБОУ|ГКОУ|ГОУ)\s+",
    re.IGNORECASE,
)
_HONOUR = re.compile(r"\s+(?:имени|им\.)\s+.*$", re.IGNORECASE)
_TAIL = re.compile(r"\s+\S+(?:ого|ий)\s+(?:муниципальн\w+\s+)?район\w*.*$", re.IGNORECASE)
# СОШ / СШ / средняя школа are one kind for matching; so are ООШ / ОШ / основная школа.
_STEM = 5  # letters by which two cases of one word are the same
_SAME_KIND = {"сош": "сш", "ош": "ош", "оош": "ош", "нош": "нш"}


@lru_cache(maxsize=16_384)  # a register asks for each name several times
def short_name(full: str) -> str:
    """The name as people say it: without the owner's form, honours, district and quotes."""
    name = re.sub(r"[«»\"“”„]", "", full).strip()
    name = _OWNER.sub("", name)
    for pattern, kind in KINDS:
        name = re.sub(pattern, kind, name, flags=re.IGNORECASE)
    name = _TAIL.sub("", _HONOUR.sub("", name))
    name = re.sub(r"\b(с|п|г|д|р\.п|пос|дер)\.(?=\S)", r"\1. ", name)
    return re.sub(r"\s+", " ", name).strip(" ,.") or full.strip()


@lru_cache(maxsize=16_384)
def search_name(name: str) -> str:
    """The form in which two spellings of one school are equal; case, quotes, dashes and «ё» do not matter."""
    text = short_name(name).casefold().replace("ё", "е")
    text = re.sub(r"№\s*", "№", text)
    words = re.findall(r"№?\w+", text)
    return " ".join(_SAME_KIND.get(word, word) for word in words)


def number_of(name: str) -> str | None:
    """The school's number, which must match before any similarity of words counts."""
    found = re.search(r"№\s*(\d+)", name)
    return found[1] if found else None


def fold(text: str) -> str:
    """For searching: SQLite's LIKE does not fold Cyrillic."""
    return re.sub(r"\s+", " ", text).strip().casefold().replace("ё", "е")


def municipality_key(name: str) -> str:
    """The distinctive part of a municipality's name: «Даниловский МР» = «Даниловский район»."""
    text = fold(name).replace("муниципальный", "")
    text = re.sub(
        r"(?<!\w)(м\. ?р|г\. ?о|м\. ?о|мр|го|мо|р-н|район|округ|городской|город|г)(?!\w)\.?", " ", text
    )
    return re.sub(r"[^\w-]+", " ", text).strip()


# Words of a name that say where the school is or whose it is, not which one.
_OF_PLACE = re.compile(
    r"м[а-я]{0,2}о?у|мр|го|мо|р-н|г|гор|город\w*|район\w*|округ\w*|муниципальн\w+|образовани\w+|област\w+|кра[йя]"
)


def name_in_place(name: str, key: str) -> str:
    """The search name without the owner's form and the municipality (by its `key`), which some tables put into it:
    «Кировский МР, МБОУ «СОШ № 2»» → «сш №2»."""
    of_key = {word[:_STEM] for word in re.findall(r"\w+", key)}
    kept = [
        word
        for word in search_name(re.sub(r"[(),]", " ", name)).split()
        if not _OF_PLACE.fullmatch(word) and word[:_STEM] not in of_key
    ]
    return " ".join(kept)


def names_place(name: str, key: str) -> bool:
    """Whether a text holds all words of a municipality's key, in any case: «СОШ № 2 Кировского района»."""
    said = {word[:_STEM] for word in re.findall(r"\w+", fold(name))}
    return bool(key) and all(word[:_STEM] in said for word in re.findall(r"\w+", key))


_WHERE = re.compile(r"располож|местност|населенн|город\s*/\s*сел|место нахожд", re.IGNORECASE)
_VILLAGE = re.compile(
    r"\bсел[оаеу]?\b|\bсельск|деревн|пос[её]л|\bхутор|\bстаниц|(?<![\w.])(?:с|п|д|дер|пос|ст-ца|х|пгт|рп|р\. ?п)\.",
    re.IGNORECASE,
)
_TOWN = re.compile(r"\bгород\b|\bгорода\b|\bгородск(?:ая|ой)\b|(?<![\w.])г\.", re.IGNORECASE)


def settlement_of(names: Sequence[str], municipality: str, details: Mapping[str, Any]) -> str | None:
    """«town», «village» or None where nobody says: by the register's own column, the school's name, an urban district.

    A number in the name is no proof of a town, and a district no proof of a village: nothing is guessed from them.
    """
    said = [str(value) for header, value in details.items() if _WHERE.search(header)]
    for text in (*(value.split(",")[0] for value in said), *names):
        if _VILLAGE.search(text):
            return "village"
        if _TOWN.search(text):
            return "town"
    urban = re.search(r"\bго\b|городск\w+ округ|(?<![\w.])г\.|\bгород\b", fold(municipality))
    return "town" if urban else None


class Guess(NamedTuple):
    """What words suggest of a school's settlement, and the words: for a person to confirm, never taken as a fact."""

    kind: str  # town, village
    words: str


_ADDRESS = re.compile(r"адрес", re.IGNORECASE)
# In an address a sign stands before a name: «д. Торопово» is a village, «д. 5» a house.
_SIGN = re.compile(
    r"(?<![\w.])(?P<sign>село|с|деревня|дер|д|пос[её]лок|пос|пгт|п|рп|р\. ?п|хутор|х|станица|ст-ца|аул|город|г)\.?\s+"
    r"(?P<name>[А-ЯЁ][\w-]+(?:[ -][А-ЯЁ][\w-]+)?)"
)
_TOWN_SIGNS = frozenset({"г", "город"})


def guess_settlement(names: Sequence[str], municipality: str, details: Mapping[str, Any]) -> Guess | None:
    """What the words say, with the words: the name first, then the last place of an address, then the municipality."""
    for text in names:
        for kind, pattern in (("village", _VILLAGE), ("town", _TOWN)):
            if found := pattern.search(text):
                return Guess(kind, _around(text, found.start()))
    for header, value in details.items():
        if _ADDRESS.search(header) and (signs := list(_SIGN.finditer(str(value)))):
            last = signs[-1]  # «г. Данилов, д. Торопово»: the school is in the village
            return Guess("town" if last["sign"].casefold() in _TOWN_SIGNS else "village", last[0])
    kind_ = settlement_of([], municipality, details)
    return Guess(kind_, municipality) if kind_ else None


def _around(text: str, at: int) -> str:
    """The sign and the word after it."""
    return " ".join(text[at:].replace(".", ". ").split()[:2]).strip('«»",')
