"""How confirmed files are put into the slots of the federal system.

A slot is one risk of one school at one stage, or one measure where it belongs to no risk. It takes so many files of so
many megabytes of certain types (DOMAIN.md §6: 3 files, 30 MB, pdf rtf docx xls xlsx). What does not fit is not dropped:
it goes into a folder of its own or, where it cannot be used at all, is named with the reason.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

from domain.errors import N_, DomainError

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
class Pack:
    """What goes into the archive."""

    files: list[PackFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.proof.size for file in self.files)


def slot_name(proof: Proof) -> str:
    """«edu760152_Риск3_2этап», «edu760152_Мера2.3_1этап»."""
    if proof.factor:
        what = f"Риск{proof.factor}"
    else:
        number = re.sub(r"[^\w.-]+", "", proof.number or "").strip(".-")
        what = f"Мера{number or f'_{proof.measure_id}'}"
    stage = f"_{proof.stage}этап" if proof.stage else ""
    return f"{proof.login}_{what}{stage}"


def arrange(
    proofs: Iterable[Proof], *, max_files: int, max_mb: int, types: Collection[str], folders: bool
) -> Pack:
    """Put files, in the order given, into their slots. With `folders` each school has a folder of its own."""
    pack = Pack()
    slots: dict[tuple[int, int | None, int | None], str] = {}
    taken: dict[str, int] = {}
    for proof in proofs:
        reason = _refusal(proof, max_mb, types)
        if reason is not None:
            pack.left_out.append(LeftOut(proof, reason))
            continue
        key = (proof.school_id, proof.factor or -proof.measure_id, proof.stage)
        name = slots.setdefault(key, _unlike(slot_name(proof), set(slots.values())))
        taken[name] = taken.get(name, 0) + 1
        beyond = taken[name] > max_files
        path = f"{name}_{taken[name]:02d}.{_type(proof.name)}"
        if beyond:
            path = f"{BEYOND}/{path}"
            pack.left_out.append(LeftOut(proof, Reason.TOO_MANY))
        pack.files.append(PackFile(f"{proof.login}/{path}" if folders else path, proof, beyond))
    return pack


def _refusal(proof: Proof, max_mb: int, types: Collection[str]) -> Reason | None:
    if proof.photo:
        return Reason.NOT_JOINED
    if _type(proof.name) not in types:
        return Reason.WRONG_TYPE
    return Reason.TOO_LARGE if proof.size > max_mb * 1024 * 1024 else None


def _type(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def _unlike(name: str, names: Collection[str]) -> str:
    """The name, or «…-2» where another slot has it: numbers of measures are not unique."""
    result, copy = name, 1
    while result in names:
        copy += 1
        result = f"{name}-{copy}"
    return result
