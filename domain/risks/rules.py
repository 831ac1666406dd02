"""Ten factors, three levels, two stages, four kinds of concept documents (DOMAIN.md §2)."""

import re
from collections.abc import Sequence
from enum import IntEnum, StrEnum

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
