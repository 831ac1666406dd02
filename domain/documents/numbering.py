"""Numbers that Word draws by itself: «№ п/п» columns are often automatic lists, and their cells hold no text."""

from typing import Any

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{_W}val"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_MAX_LEVEL = 8


class Level:
    """One level of a list: where it starts, in which figures, with what around them («%1.%2.»)."""

    __slots__ = ("figures", "pattern", "start")

    def __init__(self, start: int, figures: str, pattern: str) -> None:
        self.start, self.figures, self.pattern = start, figures, pattern


class Numbering:
    """Counts the automatic lists of one document, in the order in which its paragraphs come."""

    def __init__(self, xml: bytes | None, styles: bytes | None = None) -> None:
        self._styles_xml = styles
        self._styles: dict[str, tuple[str | None, int, str | None]] | None = (
            None  # list, depth, the style it is based on
        )
        self._levels: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, list[int | None]] = {}
        root = _tree(xml)
        if root is not None:  # the text can be read without its automatic numbers
            self._read(root)

    def _read(self, root: Any) -> None:
        abstract = {e.get(f"{_W}abstractNumId"): _levels(e) for e in root.findall(f"{_W}abstractNum")}
        for number in root.findall(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            known = abstract.get(link.get(_VAL)) if link is not None else None
            if known:
                self._levels[number.get(f"{_W}numId") or ""] = known

    def of(self, paragraph: Any) -> str:
        """The number that Word would draw before a paragraph; "" for none and for bullets."""
        properties = paragraph.find(f"{_W}pPr")
        listed = properties.find(f"{_W}numPr") if properties is not None else None
        link = listed.find(f"{_W}numId") if listed is not None else None
        key = link.get(_VAL) if link is not None else None
        own = listed.find(f"{_W}ilvl") if listed is not None else None
        depth = _whole(own, 0)
        style = properties.find(f"{_W}pStyle") if properties is not None and key is None else None
        if style is not None and self._levels:
            key, level = self._of_style(style.get(_VAL))
            depth = level if own is None else depth
        return self._next(key, depth) if key in self._levels and key is not None else ""

    def _of_style(self, name: str | None) -> tuple[str | None, int]:
        """The list that a paragraph style puts its paragraphs into, by itself or by the style it is based on."""
        if self._styles is None:
            root = _tree(self._styles_xml)
            self._styles = {} if root is None else _listed_styles(root)
        for _ in range(_MAX_LEVEL):
            if name is None or name not in self._styles:
                return None, 0
            key, depth, base = self._styles[name]
            if key is not None:
                return key, depth
            name = base
        return None, 0

    def _next(self, key: str, depth: int) -> str:
        levels = self._levels[key]
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(key, [None] * (_MAX_LEVEL + 1))
        known = counts[depth]
        counts[depth] = levels[depth].start if known is None else known + 1
        counts[depth + 1 :] = [None] * (_MAX_LEVEL - depth)
        if levels[depth].figures in ("bullet", "none"):
            return ""
        text = levels[depth].pattern
        for above in range(depth + 1):
            level = levels.get(above)
            count = counts[above]
            if level is not None:
                text = text.replace(
                    f"%{above + 1}", _figures(count if count is not None else level.start, level.figures)
                )
        return text


def _tree(xml: bytes | None) -> Any:
    """The root of a part that may be missing or broken; None then."""
    if xml is None or b"<!DOCTYPE" in xml[:2048] or b"<!ENTITY" in xml:
        return None
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None


def _listed_styles(root: Any) -> dict[str, tuple[str | None, int, str | None]]:
    found: dict[str, tuple[str | None, int, str | None]] = {}
    for style in root.findall(f"{_W}style"):
        link = style.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        base = style.find(f"{_W}basedOn")
        if style.get(f"{_W}type") == "paragraph":
            found[style.get(f"{_W}styleId") or ""] = (
                link.get(_VAL) if link is not None else None,
                _whole(style.find(f"{_W}pPr/{_W}numPr/{_W}ilvl"), 0),
                base.get(_VAL) if base is not None else None,
            )
    return found


def _levels(abstract: Any) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for element in abstract.findall(f"{_W}lvl"):
        depth = element.get(f"{_W}ilvl") or ""
        if not depth.isdigit() or int(depth) > _MAX_LEVEL:
            continue
        figures, pattern = element.find(f"{_W}numFmt"), element.find(f"{_W}lvlText")
        found[int(depth)] = Level(
            _whole(element.find(f"{_W}start"), 1),
            (figures.get(_VAL) if figures is not None else None) or "decimal",
            (pattern.get(_VAL) if pattern is not None else None) or "",
        )
    return found


def _whole(element: Any, default: int) -> int:
    value = element.get(_VAL) if element is not None else None
    return (
        int(value)
        if value is not None and value.isascii() and value.isdigit() and len(value) < 6
        else default
    )


def _figures(number: int, figures: str) -> str:
    if figures == "upperRoman" and 0 < number < 40:
        text = ""
        for value, sign in _ROMAN:
            while number >= value:
                text, number = text + sign, number - value
        return text
    if figures in ("russianLower", "lowerLetter") and 0 < number <= 20:
        return ("абвгдежзиклмнопрстуф" if figures == "russianLower" else "abcdefghijklmnopqrst")[number - 1]
    return str(number)
