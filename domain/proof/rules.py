"""What a measure asks to be proved by, what is new in a version, and which words say so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from domain.files import extension
from domain.progress import Evidence, Kind, address_in
from domain.roadmaps import Measure

MOST_WORDS = 3_000  # of a text that is compared word by word


class Need(StrEnum):
    """What a measure wants to see."""

    DOCUMENT = "document"
    LINK = "link"


class LinkKind(StrEnum):
    """What an address leads to, as far as it says so itself."""

    VIDEO = "video"
    CLOUD = "cloud"  # a file that its owner has to open to others
    PAGE = "page"


_HOST = re.compile(r"(?:https?://)?(?:www\.|m\.)?([^/?#:]+)", re.IGNORECASE)
_VIDEO = re.compile(
    r"^(?:youtube\.com|youtu\.be|rutube\.ru|vkvideo\.ru|vimeo\.com|smotrim\.ru)$"
    r"|^(?:vk\.com|ok\.ru|dzen\.ru)/(?:video|clip)",
    re.IGNORECASE,
)
_VIDEO_FILE = re.compile(r"\.(?:mp4|mov|avi|mkv|webm)(?:$|[?#])", re.IGNORECASE)
_CLOUD = re.compile(
    r"^(?:disk\.yandex\.(?:ru|com)|yadi\.sk|cloud\.mail\.ru|drive\.google\.com|docs\.google\.com|1drv\.ms"
    r"|dropbox\.com)$",
    re.IGNORECASE,
)


def link_kind(address: str) -> LinkKind:
    """A video, a file in a cloud, or a page of a site."""
    found = _HOST.match(address.strip())
    host = found[1] if found else ""
    path = address.strip()[found.end() :] if found else ""
    if _VIDEO.search(host) or _VIDEO.search(host + path[:8]) or _VIDEO_FILE.search(path):
        return LinkKind.VIDEO
    return LinkKind.CLOUD if _CLOUD.search(host) else LinkKind.PAGE


# Words of real plans' last column («документ, фиксирующий результат»).
_LINK = re.compile(r"ссылк|сайт|размещ|публикац|видеозапис|https?:|госпаблик", re.IGNORECASE)
_LINK_TO = re.compile(r"ссылк\w*\s+на\s+\w+", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"приказ|протокол|справк|программ|перечень|перечн|пакет|соглашен|договор|отч[её]т|план|положени|документ"
    r"|скан|копи|письм|акт|список|списк|карт|рекоменд|удостоверен|сертификат|журнал|график|фото|анализ|анкет",
    re.IGNORECASE,
)


def needs(evidence_required: str | None) -> frozenset[Need]:
    """What the words of the plan ask for; any other words than those of a link ask for a document."""
    words = (evidence_required or "").strip(" -–—.\n\t")
    if not words:
        return frozenset()
    if not _LINK.search(words):
        return frozenset({Need.DOCUMENT})
    also = _DOCUMENT.search(_LINK_TO.sub("", words))
    return frozenset({Need.LINK, Need.DOCUMENT}) if also else frozenset({Need.LINK})


def what_is_missing(measure: Measure, draft: Iterable[Evidence]) -> list[Need]:
    """What the measure asks for and the draft does not hold yet. Advice, never a bar: plans are loosely worded."""
    held = set()
    for item in draft:
        if item.kind in {Kind.FILE, Kind.PHOTO}:
            held.add(Need.DOCUMENT)
        if item.kind is Kind.LINK or address_in(item.text or ""):
            held.add(Need.LINK)
    return [need for need in Need if need in needs(measure.evidence_required) - held]


def shown_as(item: Evidence) -> str:
    """The type by which a file is looked at; of a photo the name says little, its bytes were read when it came."""
    return "jpg" if item.kind is Kind.PHOTO else extension(item.name or "")


class Piece(NamedTuple):
    """Some words of the text: `sign` is «+» for new ones, «-» for those that went, « » for the rest."""

    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a version's evidence in the next one."""

    added: Sequence[Evidence]
    removed: Sequence[Evidence]
    kept: Sequence[Evidence]
    text: Sequence[Piece]  # empty where the words are the same

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.text)


def changes(previous: Sequence[Evidence], current: Sequence[Evidence]) -> Changes:
    """Compare two versions: files, photos and links one by one, the texts together word by word.

    A PDF made of the photos is left out: it says nothing that the photos do not.
    """
    before, after = _things(previous), _things(current)
    known, present = {_mark(item) for item in before}, {_mark(item) for item in after}
    return Changes(
        added=[item for item in after if _mark(item) not in known],
        removed=[item for item in before if _mark(item) not in present],
        kept=[item for item in after if _mark(item) in known],
        text=words_changed(_text(previous), _text(current)),
    )


def _things(items: Sequence[Evidence]) -> list[Evidence]:
    return [item for item in items if item.kind is not Kind.TEXT and not item.joined and not item.wiped_at]


def _mark(item: Evidence) -> str:
    return item.sha256 or item.text or f"#{item.id}"


def _text(items: Sequence[Evidence]) -> str:
    return "\n".join(item.text or "" for item in items if item.kind is Kind.TEXT)


def words_changed(before: str, after: str) -> list[Piece]:
    """A text's way into the next one, word by word; nothing where only spaces differ."""
    old, new = before.split(), after.split()
    if old == new:
        return []
    if max(len(old), len(new)) > MOST_WORDS:
        return [piece for piece in (Piece("-", before), Piece("+", after)) if piece.words.strip()]
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(" ", " ".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece("-", " ".join(old[i:j])))
        if m > k:
            pieces.append(Piece("+", " ".join(new[k:m])))
    return pieces
