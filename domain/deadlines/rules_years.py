"""Years, calendar and school: «2022 г.», «2022/2023 учебный год», «в течение года»."""

from domain.deadlines.found import Found, Item, short_year
from domain.deadlines.spans import Atom


def _school_year(found: Found) -> list[Item] | None:
    atom = Atom("schoolyear")
    years = found.numbers("yn")
    if years:
        first = years[0] if years[0] > 99 else short_year(years[0])
        second = years[1] if years[1] > 99 else first // 100 * 100 + years[1]
        if second != first + 1:
            if "U" not in found.codes:
                return None
            atom.doubts.add("odd_year")
        elif "U" not in found.codes and "-" in found.codes:
            atom.doubts.add("which_year")
        atom.year, atom.school = first, True
    else:
        relative = found.numbers("GFL")
        if relative:
            atom.relative, atom.relative_school = relative[0], True
            atom.once = any(text.startswith("нов") for text in found.texts)
            atom.doubts.add("relative_year")
    atom.doubts.add("school_year")
    return [("A", atom)]


def _year(found: Found) -> list[Item] | None:
    atom = Atom("year")
    if "y" in found.codes:
        atom.year = found.numbers("y")[0]
        if "g" not in found.codes:
            atom.bare = True
    elif relative := found.numbers("GFL"):
        atom.relative = relative[0]
        atom.doubts.add("relative_year")
    elif not any(text.startswith("календарн") for text in found.texts):
        atom.grain = "this_year"
    return [("A", atom)]


RULES = {
    "school_year": _school_year,
    "year": _year,
}
