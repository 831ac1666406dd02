"""How confirmed files are put into the slots of the federal system.

A slot is one risk of one school at one stage, or one measure where it belongs to no risk. It takes so many files of so
many megabytes of certain types (DOMAIN.md §6: 3 files, 30 MB, pdf rtf docx xls xlsx). Where there are more, a reviewer
or coordinator chooses. What does not fit is not dropped: it goes into a folder of its own or, where it cannot be used
at all, is named with the reason.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

from domain.errors import N_, DomainError
from domain.programme import FEDERAL, FileRules

# What a concept document is called in its file's name (the identifiers of `domain.risks`).
DOCUMENTS = {
    "development_concept": "Концепция",
    "medium_term_programme": "СреднесрочнаяПрограмма",
    "antirisk_programme": "АРП",
    "efficient_transition": "ППЭРР",
}
BEYOND = "Сверх_лимита"  # folder of the files that a slot has no place for


class Reason(StrEnum):
    """Why a file is not in a slot."""

    TOO_MANY = "too_many"  # it lies beside the slots
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    NOT_JOINED = "not_joined"  # photos whose PDF has not been made
    LOST = "lost"  # the store has no such bytes


class PackEmpty(DomainError):
    """Nothing has been confirmed there."""

    sentence = N_("There are no confirmed files here yet: the pack would be empty.")


class ChoiceWrong(DomainError):
    """Not files of one slot, or too many."""

    sentence = N_("Please choose from 1 to %(most)s files of one slot.")


SlotKey = tuple[int, str | None, int, int | None]


class Proof(NamedTuple):
    """One confirmed file and what it proves."""

    school_id: int
    login: str  # edu760152, or what stands for it
    school: str
    measure_id: int
    number: str | None
    measure: str
    factor: int | None
    stage: int | None
    report: int
    handed_in_at: datetime
    confirmed_at: datetime | None
    name: str
    size: int
    sha256: str
    photo: bool = False
    evidence_id: int = 0
    document: str | None = None

    @property
    def slot(self) -> SlotKey:
        """What decides in which slot it goes: school, document, risk (or measure, negative), stage."""
        return self.school_id, self.document, self.factor or -self.measure_id, self.stage


class PackFile(NamedTuple):
    """A file under its name in the pack."""

    path: str
    proof: Proof
    beyond: bool = False


class LeftOut(NamedTuple):
    """A file that is not in a slot, and why."""

    proof: Proof
    reason: Reason


@dataclass(slots=True)
class Slot:
    """One slot with everything that was confirmed for it."""

    name: str
    most: int
    files: list[PackFile] = field(default_factory=list)
    chosen: bool = False  # a person has said which files take the places

    @property
    def crowded(self) -> bool:
        """Whether there are more files than places."""
        return len(self.files) > self.most


@dataclass(slots=True)
class Pack:
    """What goes into the archive."""

    files: list[PackFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.proof.size for file in self.files)

    @property
    def crowded(self) -> list[Slot]:
        """Slots with more files than places."""
        return [slot for slot in self.slots if slot.crowded]

    @property
    def nameless(self) -> int:
        """Schools without a federal login: their files are named by a number of ours."""
        return len({f.proof.school_id for f in self.files if f.proof.login == stand_in(f.proof.school_id)})


def stand_in(school_id: int) -> str:
    """What stands for a federal login that is not known."""
    return f"school{school_id}"


def slot_name(proof: Proof) -> str:
    """«edu760152_Риск3_2этап», «edu760152_Мера2.3_1этап», «edu760152_АРП_Риск3_1этап»."""
    if proof.document in DOCUMENTS:
        what = DOCUMENTS[proof.document] + (f"_Риск{proof.factor}" if proof.factor else "")
    elif proof.factor:
        what = f"Риск{proof.factor}"
    else:
        number = re.sub(r"[^\w.-]+", "", proof.number or "").strip(".-")
        what = f"Мера{number or f'_{proof.measure_id}'}"
    stage = f"_{proof.stage}этап" if proof.stage else ""
    return f"{proof.login}_{what}{stage}"


def arrange(
    proofs: Iterable[Proof],
    rules_of: Mapping[int, FileRules],
    *,
    folders: bool,
    chosen: Collection[int] = (),
) -> Pack:
    """Put files, in the order given, into their slots: chosen ones (by `evidence_id`) first.

    `rules_of`: by school, the federal ones for others. With `folders` each school has a folder of its own. Where
    somebody has chosen, only what they chose takes the places.
    """
    pack = Pack()
    held: dict[SlotKey, list[Proof]] = {}
    for proof in proofs:
        reason = _refusal(proof, rules_of.get(proof.school_id, FEDERAL))
        if reason is not None:
            pack.left_out.append(LeftOut(proof, reason))
        else:
            held.setdefault(proof.slot, []).append(proof)
    taken: set[str] = set()
    for (school_id, *_), inside in held.items():
        slot = Slot(_unlike(slot_name(inside[0]), taken), rules_of.get(school_id, FEDERAL).max_files)
        taken.add(slot.name)
        _fill(slot, inside, chosen, f"{inside[0].login}/" if folders else "")
        pack.slots.append(slot)
        pack.files += slot.files
        pack.left_out += [LeftOut(file.proof, Reason.TOO_MANY) for file in slot.files if file.beyond]
    return pack


def _fill(slot: Slot, inside: list[Proof], chosen: Collection[int], folder: str) -> None:
    picked = [proof for proof in inside if proof.evidence_id in chosen] if len(inside) > slot.most else []
    slot.chosen = bool(picked)
    first = picked or inside[: slot.most]
    ordered = [*first, *(proof for proof in inside if proof not in first)]
    for number, proof in enumerate(ordered, start=1):
        beyond = number > min(slot.most, len(first))
        path = f"{slot.name}_{number:02d}.{_type(proof.name)}"
        slot.files.append(
            PackFile(f"{folder}{BEYOND}/{path}" if beyond else f"{folder}{path}", proof, beyond)
        )


def _refusal(proof: Proof, rules: FileRules) -> Reason | None:
    if proof.photo:
        return Reason.NOT_JOINED
    if _type(proof.name) not in rules.file_types:
        return Reason.WRONG_TYPE
    return Reason.TOO_LARGE if proof.size > rules.max_file_mb * 1024 * 1024 else None


def _type(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def _unlike(name: str, names: Collection[str]) -> str:
    """The name, or «…-2» where another slot has it: numbers of measures are not unique."""
    result, copy = name, 1
    while result in names:
        copy += 1
        result = f"{name}-{copy}"
    return result
