"""Ten factors, three levels, two stages, four kinds of concept documents (DOMAIN.md §2)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple

from domain.documents import Grid
from domain.errors import N_, DomainError


class RiskFactor(IntEnum):
    """The ten factors, by their number in the federal profile."""

    EQUIPMENT = 1
    STAFF = 2
    COMPETENCE = 3
    ADAPTIVITY = 4
    TRAINING = 5
    FAILING_PUPILS = 6
    SPECIAL_NEEDS = 7
    LANGUAGE = 8
    ENVIRONMENT = 9
    PARENTS = 10


class RiskLevel(StrEnum):
    """How much a factor weighs."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Stage(IntEnum):
    """1 этап, 2 этап."""

    FIRST = 1
    SECOND = 2


class ConceptDocument(StrEnum):
    """What a school hands in beside the measures of its plan."""

    DEVELOPMENT_CONCEPT = "development_concept"
    MEDIUM_TERM_PROGRAMME = "medium_term_programme"
    ANTIRISK_PROGRAMME = "antirisk_programme"
    EFFICIENT_TRANSITION = "efficient_transition"  # ППЭРР


FACTORS = {
    RiskFactor.EQUIPMENT: N_("Poor equipment of the school"),
    RiskFactor.STAFF: N_("Shortage of teachers"),
    RiskFactor.COMPETENCE: N_("Insufficient subject and teaching competence of the teachers"),
    RiskFactor.ADAPTIVITY: N_("Risks of low adaptivity of teaching"),
    RiskFactor.TRAINING: N_("No system of training inside the school"),
    RiskFactor.FAILING_PUPILS: N_("High share of pupils at risk of failing"),
    RiskFactor.SPECIAL_NEEDS: N_("High share of pupils with special needs"),
    RiskFactor.LANGUAGE: N_("Language and cultural barriers are overcome poorly"),
    RiskFactor.ENVIRONMENT: N_("Low quality of the school's learning environment"),
    RiskFactor.PARENTS: N_("Low involvement of parents"),
}
LEVELS = {RiskLevel.HIGH: N_("High"), RiskLevel.MEDIUM: N_("Medium"), RiskLevel.LOW: N_("Low")}
ACTIONS = {
    RiskLevel.HIGH: N_("Measures have to be taken"),
    RiskLevel.MEDIUM: N_("The curator has to look at it more closely"),
    RiskLevel.LOW: N_("The curator may look at it more closely"),
}
DOCUMENTS = {
    ConceptDocument.DEVELOPMENT_CONCEPT: N_("Development concept"),
    ConceptDocument.MEDIUM_TERM_PROGRAMME: N_("Medium-term programme"),
    ConceptDocument.ANTIRISK_PROGRAMME: N_("Antirisk programme"),
    ConceptDocument.EFFICIENT_TRANSITION: N_("Programme of transition to efficient work"),
}
LETTERS = {RiskLevel.HIGH: "В", RiskLevel.MEDIUM: "С", RiskLevel.LOW: "Н"}


class LevelsWrong(DomainError):
    """Not ten levels."""

    sentence = N_("Please give ten levels in the order of the factors: В, С or Н for each.")


class NoProfile(DomainError):
    """Risks are chosen from a profile."""

    sentence = N_("The school has no risk profile yet. Enter it first.")


class AlreadyVerified(DomainError):
    """One person is one pair of eyes."""

    sentence = N_("You have already verified this profile. Somebody else has to look at it too.")


class ProfileChanged(DomainError):
    """A newer profile was entered."""

    sentence = N_("A newer profile has been entered meanwhile. Please look at that one.")


class NoProfiles(DomainError):
    """No table of risk profiles was found."""

    sentence = N_(
        "No risk profiles were found. They are read from a table with a row for each school and a column for each of "
        "the ten factors, or from a form with a row for each factor below the school's login or name."
    )


class SchoolUnclear(DomainError):
    """Several schools have this name."""

    sentence = N_("Several schools are called so. Please give the login, for example edu760152.")


class SchoolUnknown(DomainError):
    """No such school in the actor's places."""

    sentence = N_("There is no such school in your places.")


class AlreadyAsked(DomainError):
    """The same document of the same stage and year was asked for before."""

    sentence = N_(
        "This document has been asked for already: %(title)s. Move its deadline in the roadmap instead."
    )


class NothingAsked(DomainError):
    """No document was chosen, or its day is over."""

    sentence = N_("Choose at least one document and a day that is still ahead.")


class Asked(NamedTuple):
    """A concept document that schools are asked for: of which stage, until when."""

    document: ConceptDocument
    until: date
    stage: Stage | None = None


# The letter, or the word, in any case; Latin look-alikes of the letters too: people type them unnoticed.
_LEVEL = re.compile(
    r"(?<!\w)(?:(?P<high>в|b|выс\w*|high)|(?P<medium>с|c|сред\w*|medium)|(?P<low>н|h|низ\w*|low))(?!\w)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"[вснbch]{10}", re.IGNORECASE)


def levels_of(words: str) -> list[RiskLevel]:
    """Ten levels as people write them: «В В В С В С С В В С», «ВВВСВССВВС», ten words. Raises LevelsWrong."""
    if _GLUED.fullmatch(words.strip()):
        words = " ".join(words.strip())
    found = [RiskLevel(str(match.lastgroup)) for match in _LEVEL.finditer(words)]
    left_over = re.search(r"\w", re.sub(r"\b\d{1,2}[.)]?", "", _LEVEL.sub("", words)))
    if len(found) != len(RiskFactor) or left_over:
        raise LevelsWrong
    return found


def letters(levels: Sequence[RiskLevel]) -> str:
    """«В В В С В С С В В С»."""
    return " ".join(LETTERS[RiskLevel(level)] for level in levels)


def points(confirmed: int, whole: int) -> int | None:
    """Points of a programme by its share of confirmed measures; None where it has none.

    [0, 25) → 0; [25, 50) → 1; [50, 75) → 2; [75, 100] → 3, from exact counts (DOMAIN.md §6).
    """
    return min(3, 4 * confirmed // whole) if whole else None


_DOCUMENT_WORDS = (
    (ConceptDocument.EFFICIENT_TRANSITION, r"ппэрр|переход\w* в эффективн|эффективн\w* режим"),
    (ConceptDocument.ANTIRISK_PROGRAMME, r"антирисков|(?<!\w)арп(?!\w)"),
    (ConceptDocument.MEDIUM_TERM_PROGRAMME, r"среднесрочн\w* программ"),
    (ConceptDocument.DEVELOPMENT_CONCEPT, r"концепци\w* развити"),
)


def suggested(title: str) -> ConceptDocument | None:
    """Which concept document a measure seems to be about: an offer to the coordinator, never a fact."""
    return next((kind for kind, words in _DOCUMENT_WORDS if re.search(words, title.casefold())), None)


class ProfileLine(NamedTuple):
    """One school of a table: its login or name, its levels as written, where it stands."""

    school: str
    levels: str
    where: str


HEADER_WITHIN = 15  # rows of a table in which its header is looked for
_LOGIN = re.compile(r"edu\d{6}", re.IGNORECASE)
_FACTOR_WORDS = (
    r"оснащ", r"кадр", r"компетентност", r"адаптивност", r"повышени\w+ квалификац", r"неуспешност", r"овз\b|ограниченн",
    r"языков", r"\bсред[ыа]\b", r"родител",
)  # fmt: skip
_FACTORS = tuple(re.compile(words, re.IGNORECASE) for words in _FACTOR_WORDS)
_NUMBERED = re.compile(r"^\W*(?:риск\w*\W*)?(10|[1-9])(?!\d)", re.IGNORECASE)
_ONE_LEVEL = re.compile(rf"^\W*{_LEVEL.pattern}", re.IGNORECASE)
_SCHOOL_HEAD = re.compile(r"логин|школ|\bоо\b|организац|наименован|учрежд", re.IGNORECASE)
_LEVELS_HEAD = re.compile(r"профил|значимост|уров", re.IGNORECASE)


def read_profiles(grids: Iterable[Grid]) -> list[ProfileLine]:
    """Profiles of a file: schools below each other with a column for each factor (or one column with ten letters),
    or a form for each school with a row for each factor. Raises NoProfiles."""
    found: list[ProfileLine] = []
    for grid in grids:
        lines = [[" ".join(cell.split()) for cell in row] for row in grid.texts()]
        found += _wide(grid, lines) or _form(grid, lines)
    if not found:
        raise NoProfiles
    return found


def _factor_of(text: str) -> int | None:
    """Which factor a header or a row names: by its words, else by its number."""
    said = [number for number, words in enumerate(_FACTORS, start=1) if words.search(text)]
    if len(said) == 1:
        return said[0]
    number = _NUMBERED.match(text)
    return int(number[1]) if number else None


def _wide(grid: Grid, lines: list[list[str]]) -> list[ProfileLine]:
    for index, head in enumerate(lines[:HEADER_WITHIN]):
        school = _school_column(head)
        if school is None:
            continue
        factors = {_factor_of(text): at for at, text in enumerate(head) if text and at != school}
        wanted = [factors.get(number) for number in range(1, 11)]
        glued = next((at for at, text in enumerate(head) if at != school and _LEVELS_HEAD.search(text)), None)
        if None in wanted and glued is None:
            continue
        columns = [at for at in wanted if at is not None] if None not in wanted else [glued or 0]
        below = zip(grid.rows[index + 1 :], lines[index + 1 :], strict=True)
        return [
            ProfileLine(line[school], " ".join(line[at] for at in columns), f"{grid.name}, {row.number}")
            for row, line in below
            if line[school]
            and any(_ONE_LEVEL.match(line[at]) or _GLUED.fullmatch(line[at]) for at in columns)
        ]
    return []


def _school_column(head: Sequence[str]) -> int | None:
    """The column of logins, else that of names."""
    logins = [at for at, text in enumerate(head) if re.search(r"логин|\bedu", text, re.IGNORECASE)]
    return next((at for at in [*logins, *range(len(head))] if _SCHOOL_HEAD.search(head[at])), None)


def _form(grid: Grid, lines: list[list[str]]) -> list[ProfileLine]:
    """Ten rows of one school; whose they are stands above the table or in its first rows."""
    levels: dict[int, str] = {}
    head = list(grid.above)
    for line in lines:
        factor = next((n for n in (_factor_of(text) for text in line if len(text) > 2) if n), None)
        said = next((m for m in (_ONE_LEVEL.match(text) for text in reversed(line)) if m), None)
        if factor and said:
            levels.setdefault(factor, LETTERS[RiskLevel(str(said.lastgroup))])
        elif not levels:
            head += [text for text in line if text]
    school = _whose(head)
    if len(levels) != len(RiskFactor) or not school:
        return []
    return [ProfileLine(school, " ".join(levels[n] for n in range(1, 11)), grid.name)]


def _whose(head: Sequence[str]) -> str:
    """The login nearest to the table, else what stands after «Школа:»."""
    for text in reversed(head):
        login = _LOGIN.search(text)
        if login:
            return login[0]
    named = re.compile(r"(?:школа|оо|организация|учреждение)\s*[:–-]\s*(.{3,})", re.IGNORECASE)
    return next((m[1].strip() for m in map(named.search, reversed(head)) if m), "")


def wanted_documents(
    chosen: Iterable[RiskFactor], asked: Mapping[tuple[ConceptDocument, RiskFactor | None], object]
) -> list[tuple[ConceptDocument, RiskFactor | None]]:
    """What a school's set of concept documents consists of: concept, programme, one antirisk programme for each chosen
    risk; and whatever else it was asked for (ППЭРР)."""
    usual: list[tuple[ConceptDocument, RiskFactor | None]] = [
        (ConceptDocument.DEVELOPMENT_CONCEPT, None),
        (ConceptDocument.MEDIUM_TERM_PROGRAMME, None),
    ]
    if (ConceptDocument.ANTIRISK_PROGRAMME, None) not in asked:  # one without a risk stands for all
        usual += [(ConceptDocument.ANTIRISK_PROGRAMME, factor) for factor in sorted(chosen)]
    order = list(ConceptDocument)
    every = {*usual, *asked}
    return sorted(every, key=lambda pair: (order.index(pair[0]), pair[1] or 0))
