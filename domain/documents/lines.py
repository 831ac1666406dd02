"""Lines of a printed page → the text that was written: words broken by line ends whole again.

A page says where each line ends but not why. A line after which the next word would still have fitted ends a
paragraph; any other is only the end of the room. Whether a hyphen at the end belongs to the word is told by the words
that the same document writes inside its lines.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*$")
_FIRST = re.compile(r"^[^\W\d_]+(?:-[^\W\d_]+)*")
_BULLET = re.compile(r"[•●▪■✓✔➢►\uf0b7\uf0a7\uf02d]|\d{1,2}\)\s")
# First halves of words that are written with a hyphen, and second halves; months stand for a span of them.
_FIRST_HALF = re.compile(
    r"^(?:\w*(?:учебно|научно|методико|психолого|социально|организационно|информационно|нормативно|материально|"
    r"воспитательно|культурно|финансово|кадрово|профориентационно|контрольно|планово|лечебно|экспертно|проектно|"
    r"общественно|духовно|физкультурно|диагностико|структурно|опытно|практико|логопедо|медико|программно|технико)|"
    r"онлайн|офлайн|веб|видео|аудио|интернет|мастер|план|пресс|бизнес|тьютор|школ[аы]|кое|квест|"
    r"январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?|сентябр[ья]|октябр[ья]|ноябр[ья]|"
    r"декабр[ья])$",
    re.IGNORECASE,
)
# «личностно-ориентированной»: an adverb's stem before a whole adjective
_STEM = re.compile(r"^\w{4,}[нк]о$")
_ADJECTIVE = re.compile(r"^\w{5,}(?:[ыио]й|ая|ое|[ыи]е|[ое]го|[ое]му|[ыи]х|[ыи]м|[ыи]ми|ую)$")
_SECOND_HALF = re.compile(r"^(?:либо|нибудь|то|таки|класс\w*|педагогическ\w+|методическ\w+)$", re.IGNORECASE)
_SHORT_TAIL = 3  # letters of the end of a broken word that are no word by themselves
_SPACE = 0.25  # of the height of a line
_PARAGRAPH = 0.7  # of the height of a line: a gap that no line spacing explains
_SHORT_WORDS = frozenset({"и", "в", "с", "к", "у", "о", "а", "на", "по", "за", "от", "до", "из", "не", "об", "во", "со", "для", "при", "или", "год", "г"})  # fmt: skip


class Line(NamedTuple):
    """A line with its place on the page, in points, and the width of its first word."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    first: float

    @property
    def height(self) -> float:
        """Of the letters, about the size of the font."""
        return self.bottom - self.top


class Written:
    """The words of one document as they stand inside its lines, by which broken ones are known."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.words: Counter[str] = Counter()
        for line in lines:
            words = _WORD.findall(line.lower())
            inner = words[1:] if line and line[-1] != "-" and not line[-1].isalpha() else words[1:-1]
            self.words.update(inner)

    def text(self, lines: Sequence[Line], room: float) -> str:
        """The lines as text: paragraphs parted by line breaks. `room`: the width that a line could have taken."""
        if not lines:
            return ""
        text = lines[0].text
        for above, line in pairwise(lines):
            glue, cut = self._between(above, line, room)
            text = (text[:-1] if cut else text) + glue + line.text
        return text

    def _between(self, above: Line, line: Line, room: float) -> tuple[str, bool]:
        """What stands between two lines, and whether the hyphen at the end of the first goes."""
        if above.text.endswith("-") and above.text[-2:-1].isalnum() and line.text[:1].isalnum():
            return "", self._is_added(above.text, line.text)
        if above.text.endswith("/") and above.text[-2:-1].isalnum():
            return "", False
        taken = above.right - above.left
        fits = taken + above.height * _SPACE + line.first < room - 0.5
        apart = line.top - above.bottom > above.height * _PARAGRAPH
        if fits or apart or _BULLET.match(line.text):
            return "\n", False
        if " " not in above.text and self._is_cut(above, line, room):
            return "", False
        return " ", False

    def _is_added(self, above: str, below: str) -> bool:
        """Whether the hyphen at a line's end was put there by the typesetter."""
        left, right = _LAST.search(above[:-1].lower()), _FIRST.search(below.lower())
        if left is None or right is None or not below[0].islower():
            return False
        whole, parts = left[0] + right[0], f"{left[0]}-{right[0]}"
        if self.words[whole] != self.words[parts]:
            return self.words[whole] > self.words[parts]
        if _FIRST_HALF.match(left[0]) or _SECOND_HALF.match(right[0]):
            return False
        if _STEM.match(left[0]) and _ADJECTIVE.match(right[0]):
            return False
        return not (self.words[left[0]] and self.words[right[0]])

    def _is_cut(self, above: Line, line: Line, room: float) -> bool:
        """Whether a word too long for its column goes on in the next line without a hyphen."""
        left, right = _LAST.search(above.text.lower()), _FIRST.search(line.text.lower())
        if left is None or right is None or not line.text[0].islower():
            return False
        letter = line.first / max(len(line.text.split(" ", 1)[0]), 1)
        if above.right - above.left + letter * 1.6 < room:
            return False
        if self.words[left[0] + right[0]]:
            return True
        known = self.words[right[0]] or right[0] in _SHORT_WORDS
        return not known and len(right[0]) <= _SHORT_TAIL and not self.words[left[0]]
