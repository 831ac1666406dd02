"""Drawings as SVG, made of plain numbers: on pages without scripts, in documents, and as a picture for the chat.

Every look has a pattern of its own, so that a drawing is read in black and white; every part carries its number; the
whole carries a title and its content in words for those who do not see it. Callers bring all words.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from typing import NamedTuple

from domain.typesetting import typeset

WIDTH = 680  # of every drawing, in points of its own
SIZE = 14  # of the text
INK, MUTED, LINE, ACCENT = "#1d2733", "#5b6673", "#c9d0d8", "#0b5c8a"
_LETTER = 0.56  # mean width of a letter in parts of the size
_LABELS = 210  # room for the labels of rows
_ROW = 34

# Look → (paper, ink, pattern). Patterns differ without colour; ink is dark on every paper.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "good": ("#bfe3c7", "#17602a", "solid"),
    "fine": ("#e3f4e6", "#17602a", "dots"),
    "plain": ("#ffffff", "#5b6673", "none"),
    "wait": ("#e2eefb", "#134c85", "lines"),
    "soon": ("#fdf1d0", "#6f5200", "dashes"),
    "bad": ("#fbe3e1", "#9c1c12", "hatch"),
    "none": ("#eef0f2", "#5b6673", "cross"),
    "accent": ("#b9d6e6", "#0b5c8a", "solid"),
}
_MARKS = {
    "solid": "",
    "none": "",
    "dots": '<circle cx="3" cy="3" r="1.1" fill="{ink}"/>',
    "lines": '<path d="M0 2H8" stroke="{ink}" stroke-width="1"/>',
    "dashes": '<path d="M0 4H4" stroke="{ink}" stroke-width="1.4"/>',
    "hatch": '<path d="M-2 10L10 -2M-2 2L2 -2M6 10L10 6" stroke="{ink}" stroke-width="1.3"/>',
    "cross": '<path d="M0 0L8 8M8 0L0 8" stroke="{ink}" stroke-width=".7"/>',
}


class Bar(NamedTuple):
    """One row: what it is called, how long it is, what stands beside it."""

    label: str
    value: float
    text: str
    look: str = "accent"


class Point(NamedTuple):
    """One moment of a line; `hollow` for what is only expected, `value` in per cent."""

    label: str
    value: float | None
    text: str
    hollow: bool = False


class Cell(NamedTuple):
    """A cell of a table of states."""

    text: str
    look: str


def bars(title: str, rows: Sequence[Bar], *, most: float, key: str = "b", labels: int = _LABELS) -> str:
    """Horizontal bars of one measure; `most` is the whole length, `labels` the room for what rows are called."""
    room = WIDTH - labels - 130
    parts = []
    for number, bar in enumerate(rows):
        top = number * _ROW
        length = 0 if most <= 0 else max(0.0, min(1.0, bar.value / most)) * room
        parts.append(_label(bar.label, top, labels))
        parts.append(_rect((labels, top + 5, room, _ROW - 10), "none", key, empty=True))
        if length:
            parts.append(_rect((labels, top + 5, length, _ROW - 10), bar.look, key))
        parts.append(_text(labels + room + 10, top + 22, bar.text))
    words = "; ".join(f"{bar.label}: {bar.text}" for bar in rows)
    looks = {b.look for b in rows}
    return _drawing(title, words, "".join(parts), height=len(rows) * _ROW + 4, looks=looks, key=key)


def stacked(
    title: str,
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]],
    names: Mapping[str, str],
    *,
    key: str = "s",
) -> str:
    """Shares of a whole, one bar a row: (label, [(look, count)]); `names` say what a look means."""
    room = WIDTH - _LABELS - 50
    parts, words = [], []
    for number, (label, counted) in enumerate(rows):
        top, at = number * _ROW, float(_LABELS)
        total = sum(count for _, count in counted)
        parts.append(_label(label, top))
        for look, count in counted:
            if not count or not total:
                continue
            length = room * count / total
            parts.append(_rect((at, top + 5, length, _ROW - 10), look, key))
            if length >= _width(str(count)) + 4:
                parts.append(_number(at + length / 2, top + 22, str(count)))
            at += length
        parts.append(_text(_LABELS + room + 8, top + 22, str(total), fill=MUTED))
        words.append(f"{label}: " + ", ".join(f"{names[look]} {count}" for look, count in counted))
    legend, height = _legend(names, len(rows) * _ROW + 10, key)
    body = "".join(parts) + legend
    return _drawing(title, "; ".join(words), body, height=height, looks=set(names), key=key)


def trend(title: str, points: Sequence[Point], *, key: str = "t") -> str:
    """A line over moments, 0-100 %; what is only expected is joined by dashes to a hollow point."""
    height, left, right, top = 190, 44, 40, 26
    step = (WIDTH - left - right) / max(1, len(points) - 1)
    parts = []
    for mark in (0, 50, 100):
        y = top + height * (1 - mark / 100)
        parts.append(f'<path d="M{left} {y:.1f}H{WIDTH - right}" stroke="{LINE}"/>')
        parts.append(_text(left - 8, y + 5, str(mark), anchor="end", fill=MUTED))
    last: tuple[float, float] | None = None
    for number, point in enumerate(points):
        x = left + number * step if len(points) > 1 else WIDTH / 2
        anchor = (
            "start" if number == 0 and len(points) > 1 else "end" if number == len(points) - 1 else "middle"
        )
        anchor = "middle" if len(points) == 1 else anchor
        parts.append(_text(x, top + height + 24, _fit(point.label, step + 20), anchor=anchor, fill=MUTED))
        if point.value is None:
            last = None
            continue
        y = top + height * (1 - max(0.0, min(100.0, point.value)) / 100)
        falls = last is not None and last[1] < y  # the line comes from above: the words go below
        if last:
            dashes = ' stroke-dasharray="5 5"' if point.hollow else ""
            line = f'<path d="M{last[0]:.1f} {last[1]:.1f}L{x:.1f} {y:.1f}" stroke="{ACCENT}"'
            parts.append(f'{line} stroke-width="2" fill="none"{dashes}/>')
        fill = "#fff" if point.hollow else ACCENT
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{ACCENT}" stroke-width="2"/>'
        )
        parts.append(
            _text(x, y + 24 if falls or y <= top + 16 else y - 12, point.text, anchor=anchor, bold=True)
        )
        last = x, y
    words = "; ".join(f"{p.label}: {p.text}" for p in points)
    return _drawing(title, words, "".join(parts), height=top + height + 34, looks=(), key=key)


def heat(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    names: Mapping[str, str],
    *,
    key: str = "h",
) -> str:
    """A table of states: each cell with its sign; `names` say what a look means."""
    wide = min(74.0, (WIDTH - _LABELS) / max(1, len(columns)))
    parts = [
        _text(_LABELS + wide * (number + 0.5), 18, _fit(column, wide), anchor="middle", fill=MUTED)
        for number, column in enumerate(columns)
    ]
    words = []
    for number, (label, cells) in enumerate(rows):
        top = 26 + number * _ROW
        parts.append(_label(label, top))
        for at, cell in enumerate(cells):
            parts.append(_rect((_LABELS + wide * at + 1, top + 2, wide - 2, _ROW - 4), cell.look, key))
            parts.append(_number(_LABELS + wide * (at + 0.5), top + 22, _fit(cell.text, wide)))
        words.append(f"{label}: " + ", ".join(cell.text for cell in cells if cell.text))
    legend, height = _legend(names, 36 + len(rows) * _ROW, key)
    used = {cell.look for _, cells in rows for cell in cells} | set(names)
    body = "".join(parts) + legend
    return _drawing(title, "; ".join(words), body, height=height, looks=used, key=key)


def png(svg: str, *, caption: str = "", scale: float = 1.5) -> bytes:
    """The same drawing as a picture for a messenger, with the caption above it."""
    return pages([(caption, svg)], scale=scale)


def pages(drawings: Iterable[tuple[str, str]], *, scale: float = 1.5) -> bytes:
    """Several drawings one below the other as one picture, each under its caption."""
    inputs: dict[str, str] = {}
    source = [
        "#set page(width: auto, height: auto, margin: 20pt)",
        '#set text(font: "Golos Text", size: 17pt, lang: "ru")',
    ]
    for number, (caption, svg) in enumerate(drawings):
        inputs |= {f"caption{number}": caption, f"svg{number}": svg}
        if caption:
            # The words come as data: nothing in them is a command of the typesetter.
            source.append(f"#block(width: {WIDTH}pt, text(weight: 600, sys.inputs.caption{number}))")
        source.append(f'#image(bytes(sys.inputs.svg{number}), format: "svg", width: {WIDTH}pt)')
    return typeset("\n".join(source).encode(), inputs, format="png", ppi=72 * scale)


def _drawing(title: str, words: str, body: str, *, height: float, looks: Iterable[str], key: str) -> str:
    patterns = "".join(_pattern(look, key) for look in sorted(set(looks) | {"none"}))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'font-family="Golos Text, sans-serif" font-size="{SIZE}" fill="{INK}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(words)}</desc>'
        f"<defs>{patterns}</defs>{body}</svg>"
    )


@cache
def _pattern(look: str, key: str) -> str:
    paper, ink, mark = LOOKS[look]
    drawn = _MARKS[mark].format(ink=ink)
    return (
        f'<pattern id="{key}-{look}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{paper}"/>{drawn}</pattern>'
    )


def _rect(box: tuple[float, float, float, float], look: str, key: str, *, empty: bool = False) -> str:
    x, y, width, height = box
    fill = "none" if empty else f"url(#{key}-{look})"
    stroke = LINE if empty else LOOKS[look][1]
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1"/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>{escape(text)}</text>'


def _number(x: float, y: float, text: str) -> str:
    """A number on a pattern, with paper behind it."""
    if not text:
        return ""
    wide = _width(text) + 6
    behind = f'<rect x="{x - wide / 2:.1f}" y="{y - 13:.1f}" width="{wide:.1f}" height="17" rx="3" fill="#fff" fill-opacity=".88"/>'
    return behind + _text(x, y, text, anchor="middle", bold=True)


def _label(text: str, top: float, room: int = _LABELS) -> str:
    """One line, or two smaller ones where the label is long."""
    if _width(text) <= room - 10:
        return _text(0, top + 22, text)
    small = int((room - 10) / (12 * _LETTER))
    cut = text.rfind(" ", 0, small + 1)
    if len(text) <= small or cut <= 0:
        return _text(0, top + 22, _fit(text, room - 10))
    rest = text[cut + 1 :]
    rest = rest if len(rest) <= small else rest[: small - 1].rstrip(" ,.") + "…"
    return f'<g font-size="12">{_text(0, top + 15, text[:cut])}{_text(0, top + 29, rest)}</g>'


def _legend(names: Mapping[str, str], top: float, key: str) -> tuple[str, float]:
    """What the looks mean, wrapped into lines; and where it ends."""
    parts, x, y = [], 0.0, top
    for look, name in names.items():
        wide = 26 + _width(name) + 18
        if x and x + wide > WIDTH:
            x, y = 0.0, y + 24
        parts.append(_rect((x, y, 18, 16), look, key))
        parts.append(_text(x + 25, y + 13, name, fill=MUTED))
        x += wide
    return "".join(parts), y + 24


def _width(text: str) -> float:
    return len(text) * SIZE * _LETTER


def _fit(text: str, room: float) -> str:
    """As much of a label as there is room for; the whole of it stands in the words of the drawing."""
    most = max(1, int(room / (SIZE * _LETTER)))
    return text if len(text) <= most else text[: most - 1].rstrip(" ,.") + "…"
