"""One match of a pattern, and the year that stands behind a date in it."""

from typing import Any

from domain.deadlines.spans import Atom

Item = tuple[str, Any]  # letter, value: A Atom, R Every, T time, * marker, or a bare token


class Found:
    """What one match holds: its letters, and the values and texts beneath them."""

    __slots__ = ("codes", "texts", "values")

    def __init__(self, codes: str, values: list[Any], texts: list[str]) -> None:
        self.codes, self.values, self.texts = codes, values, texts

    def numbers(self, letters: str = "n") -> list[int]:
        """The values of all tokens of these classes."""
        return [v for c, v in zip(self.codes, self.values, strict=True) if c in letters]

    def number(self) -> int:
        """The first number, ordinal or Roman number; «1V» typed for IV counts as one."""
        if "nr" in self.codes:
            digit, roman = self.numbers("nr")[:2]
            return {(1, 5): 4, (1, 1): 2}.get((digit, roman), 0)
        return self.numbers("nori")[0] if self.numbers("nori") else 0


def dated(atom: Atom, found: Found, skip: int = 0) -> list[Item]:
    """Give an atom the year that stands in the match after its own `skip` tokens."""
    codes, values = found.codes[skip:], found.values[skip:]
    if "y" in codes:
        at = codes.index("y")
        atom.year = values[at]
        rest = codes[at + 1 : at + 3]
        if rest[:1] in ("-", "/") and rest[1:] in ("y", "n") and rest:
            second = values[at + 2] if rest[1] == "y" else atom.year // 100 * 100 + values[at + 2]
            atom.school = True
            if second != atom.year + 1:
                atom.doubts.add("odd_year")
    elif "n" in codes and "g" in codes:
        atom.year = 2000 + values[codes.index("n")]
    else:
        for code, value in zip(codes, values, strict=True):
            if code in "GFL":
                atom.relative = value
                atom.doubts.add("relative_year")
    if "U" in codes:
        atom.relative_school = atom.year is None
        atom.school = True
    return [("A", atom)]


def short_year(number: int) -> int:
    """«22» → 2022."""
    return 2000 + number
