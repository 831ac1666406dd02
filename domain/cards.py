"""Results that stand in other directions than schools down the rows: indicators or procedures down the rows of a school's
own sheet («Показатель / Значение»), blocks of schools, schools across the columns. Each school becomes one line of a table
whose columns are those cells. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.documents import Grid, header_rows, joined_header
from domain.headings import (
    COUNTED,
    HEADER_WITHIN,
    VALUES,
    YEAR,
    Heading,
    Known,
    Table,
    heading_of,
    lone_text,
    plain_lines,
    procedure_in,
    says,
    words,
    year_in,
)
from domain.schools import fold

OF_WHOM = ("login", "school", "municipality", "year")  # rows of a card that say whose it is
_LABEL = re.compile(r"[^\W\d]{2}")


class _Fact(NamedTuple):
    """One cell of a card: its row, what stands before and above it, and the cell."""

    row: int
    label: str
    above: str
    value: str
    section: str


@dataclass(slots=True)
class _Card:
    """What is known of one school."""

    school: str = ""
    login: str = ""
    municipality: str = ""
    year: str = ""
    facts: list[_Fact] = field(default_factory=list)


class _Layout(NamedTuple):
    """Where labels and values of a sheet are: first row below the header, column of labels, values with their headers."""

    first: int
    label: int
    values: dict[int, str]


def cards_of(
    grid: Grid, procedure: str | None, year: int | None, known: Known, name: str = ""
) -> list[Table]:
    """The cards of a sheet, each a table of one line; none where nothing in it is a result.

    `procedure` and `year` stand for what the cards do not say by themselves, `name` is that of the file.
    """
    lines = plain_lines(grid)
    layout = _layout(lines)
    if layout is None:
        return []
    file = name.replace("_", " ")
    top = [text for line in lines[: layout.first] for text in line if text]
    around = (" ".join([*grid.above, *top, grid.name]), file)
    whose = _whose([*grid.above, *_said_above(lines[: layout.first]), grid.name, file])
    titles = [*grid.above, *map(lone_text, lines[: layout.first]), grid.name, file]
    places = (text for text in titles if says("rows", "place", text) and not says("rows", "school", text))
    whose.municipality = next(places, "")
    for line in lines[: layout.first]:
        _says_whose(whose, *_pair(line))
    numbered = [(grid.rows[i].number, lines[i]) for i in range(layout.first, len(lines))]
    found: list[Table] = []
    for card in _across(numbered, layout, whose) or _down(numbered, layout, whose):
        headings, line, rows = _as_line(card, known, around)
        if any(h.role in VALUES for h in headings):
            found.append(
                Table(
                    grid.name,
                    headings,
                    [(min(rows.values()), line)],
                    procedure or procedure_in(around[0], known) or procedure_in(file, known),
                    year or year_in(card.year) or year_in(around[0]) or year_in(file),
                    known,
                    around,
                    rows,
                )
            )
    return found


def _layout(lines: Sequence[list[str]]) -> _Layout | None:
    """Labels and values under a header such as «Показатель | Значение», else two columns without one."""
    for at, line in enumerate(lines[:HEADER_WITHIN]):
        place = next((i for i, text in enumerate(line) if says("cards", "label", text)), None)
        if place is None or not any(line[place + 1 :]):
            continue
        first, last = header_rows(list(lines), at, place)
        texts = joined_header(list(lines), first, last, place)
        below = [line for line in lines[last + 1 :] if line[place]]
        used = [i for i in range(place + 1, len(texts)) if any(line[i] for line in below)]
        wanted = {i: texts[i] for i in used if not says("cards", "beside", texts[i])}
        if wanted:
            return _Layout(last + 1, place, wanted)
    return _bare(lines)


def _bare(lines: Sequence[list[str]]) -> _Layout | None:
    """Pairs of a label and a value without any header."""
    labels = [_pair(line)[0] for line in lines]
    if not any(says("columns", "school", text) or says("columns", "login", text) for text in labels):
        return None
    pairs = [(line, label) for line, label in zip(lines, labels, strict=True) if label]
    places = [line.index(label) if label in line else 0 for line, label in pairs]
    place = max(set(places), key=places.count)
    values = [
        i for i in range(place + 1, max(map(len, lines))) if any(line[i] for line in lines if i < len(line))
    ]
    first = next(i for i, label in enumerate(labels) if label)
    return _Layout(first, place, {values[0]: ""}) if values else None


def _pair(line: Sequence[str]) -> tuple[str, str]:
    """Label and value of a row that has nothing else, its number aside; empty where it is another row."""
    filled = [text for text in line if text]
    if len(filled) == 3 and not _LABEL.search(filled[0]):
        filled = filled[1:]
    return (filled[0], filled[1]) if len(filled) == 2 and _LABEL.search(filled[0]) else ("", "")


def _said_above(lines: Sequence[list[str]]) -> Iterator[str]:
    """Lone texts over a header, and those of «Школа: …»."""
    for line in lines:
        text = lone_text(line)
        before, colon, after = text.partition(":")
        yield after.strip() if colon and says("columns", "school", before) else text


def _whose(texts: Sequence[str]) -> _Card:
    """The school that a title, a sheet or a file names."""
    named = next((text for text in texts if text and says("rows", "school", text) and _named(text)), "")
    return _Card(school=_named(named))


def _named(text: str) -> str:
    """The school's name in a title: from the owner's form, or from its kind before a number."""
    folded = fold(text)  # as long as the text itself, whose spaces are single
    for kind in ("owner", "kind"):
        if (found := words()["cards"][kind].search(folded)) is not None:
            return text.strip()[found.start() :]
    return text if len(text.split()) <= 4 and says("rows", "school", text) else ""


def _says_whose(card: _Card, label: str, value: str) -> bool:
    """Whether a row says whose card it is; kept there."""
    role = next((r for r in OF_WHOM if label and value and says("columns", r, label)), None)
    if role is None or says("values", "below", label) or (role != "login" and len(label) > 80):
        return False
    if role in ("login", "year") or _LABEL.search(value):
        setattr(card, role, value)
        return True
    return False


def _down(lines: Sequence[tuple[int, list[str]]], layout: _Layout, whose: _Card) -> list[_Card]:
    """Cards one under another: a row that names a school begins one, a row of one text a section of it."""
    cards = [whose]
    section = ""
    for number, line in lines:
        label, values = line[layout.label], [line[i] for i in layout.values]
        text = lone_text(line)
        if says("rows", "total", label or text) or says("rows", "note", text) or _is_header(line, layout):
            continue
        of_school = text if says("rows", "school", text) else _school_row(label, values)
        if of_school:
            if cards[-1].facts:
                cards.append(_Card(municipality=cards[-1].municipality, year=whose.year))
            cards[-1].school, section = _named(of_school) or of_school, ""
        elif text and says("rows", "place", text):
            cards.append(_Card(municipality=text, year=whose.year))
            section = ""
        elif text:
            section = text
        elif not _says_whose(cards[-1], label, next(filter(None, values), "")):
            cards[-1].facts += [
                _Fact(number, label, head, line[i], section) for i, head in layout.values.items() if label
            ]
    return [card for card in cards if card.facts]


def _is_header(line: Sequence[str], layout: _Layout) -> bool:
    """Whether a header stands once more, as over every school's own rows."""
    said = [(line[i], head) for i, head in layout.values.items() if line[i]]
    return (
        bool(said) and says("cards", "label", line[layout.label]) and all(text in head for text, head in said)
    )


def _school_row(label: str, values: Sequence[str]) -> str:
    """The school of a row «Школа | СОШ № 3» in the midst of the rows: another card begins."""
    value = next(filter(None, values), "")
    is_school = says("columns", "school", label) and _LABEL.search(value) and len(label) <= 80
    other = says("columns", "login", label) or says("values", "below", label)
    return value if is_school and not other else ""


def _across(lines: Sequence[tuple[int, list[str]]], layout: _Layout, whose: _Card) -> list[_Card]:
    """Cards beside each other: every column is headed by a school."""
    heads = {i: text for i, text in layout.values.items() if says("rows", "school", text)}
    if len(heads) < 2:
        return []
    cards: dict[str, _Card] = {}
    section = ""
    for number, line in lines:
        label, text = line[layout.label], lone_text(line)
        if says("rows", "note", text):
            continue
        if text and text == label:
            section = text
            continue
        for i, head in heads.items():
            bare = " ".join(YEAR.sub("", head).split())
            school = words()["cards"]["year_word"].sub("", bare).strip(" ,")
            card = cards.setdefault(school, _Card(school, municipality=whose.municipality, year=whose.year))
            when = year_in(head)
            if label and not _says_whose(card, label, line[i]):
                card.facts.append(_Fact(number, label, str(when or ""), line[i], section))
    return [card for card in cards.values() if card.facts]


def _as_line(
    card: _Card, known: Known, around: Sequence[str]
) -> tuple[list[Heading], list[str], dict[int, int]]:
    """Headings, cells and their rows; a label that names no procedure is about that of the label above it."""
    headings = [
        Heading(at, role, None, None, role) for at, role in enumerate(("school", "login", "municipality"))
    ]
    line, rows = [card.school, card.login, card.municipality], {}
    last: str | None = None
    section = ""
    for fact in card.facts:
        if fact.section != section:
            section = fact.section
            last = procedure_in(section, known, around)
        text = " ".join(filter(None, (fact.label, fact.above)))
        h = heading_of(len(line), text, known, (section, *around))
        if h.role not in (*VALUES, *COUNTED):
            h = h._replace(role="")
        elif h.procedure is None:
            h = h._replace(procedure=last)
        last = h.procedure or last
        headings.append(h)
        rows[h.at] = fact.row
        line.append(fact.value)
    return headings, line, rows
