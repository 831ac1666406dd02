"""What the evidence slot of a programme may be set to, and the days on which deadlines are reminded."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.errors import N_, DomainError, InvalidInput

MOST_FILES = 10
MOST_MB = 50  # the page for large files takes no larger request
# Types whose content we can judge (`domain.containers`), the usual ones first.
KNOWN_TYPES = ("pdf", "rtf", "docx", "xls", "xlsx", "doc", "odt", "ods", "pptx")


class FileRules(NamedTuple):
    """What a report may bring: so many files of so many megabytes of these types; photos come beside as one PDF."""

    max_files: int
    max_file_mb: int
    file_types: tuple[str, ...]


# Slot of the federal system (DOMAIN.md §6): 3 files, 30 MB each.
FEDERAL = FileRules(3, 30, ("pdf", "rtf", "docx", "xls", "xlsx"))


class SlotWrong(DomainError):
    """Not a slot that can be kept."""

    sentence = N_("Files: from 1 to %(files)s, megabytes: from 1 to %(mb)s, and at least one type.")


def read_steps(words: str) -> list[int]:
    """Days from a deadline as people write them: «−14, -7, 0, +3». Raises InvalidInput."""
    try:
        return [int(word) for word in words.replace("−", "-").replace("–", "-").replace(",", " ").split()]
    except ValueError:
        raise InvalidInput(reason=N_("Steps are days from -60 to 60; at least one is needed.")) from None


def checked(max_files: int, max_file_mb: int, file_types: Iterable[str]) -> FileRules:
    """The rules as they are kept, types in their usual order. Raises SlotWrong."""
    wanted = set(file_types)
    types = tuple(kind for kind in KNOWN_TYPES if kind in wanted)
    if not (1 <= max_files <= MOST_FILES and 1 <= max_file_mb <= MOST_MB and types):
        raise SlotWrong(files=MOST_FILES, mb=MOST_MB)
    return FileRules(max_files, max_file_mb, types)
