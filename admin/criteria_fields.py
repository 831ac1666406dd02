"""A criteria set between the form's fields and the rows of `sheets`: read by the names that the page gave them."""

from collections.abc import Sequence

from starlette.datastructures import FormData

from domain import sheets
from domain.sheets import Block, Row, Sheet

TEXT = 20_000  # characters of one field at most
SPARE = 2  # empty lines under a scale and under the bands


def read_sheet(raw: FormData) -> Sheet:
    """What was typed; fields that the page does not have are not looked at."""
    sheet = Sheet(
        title=_text(raw, "title"),
        year=_text(raw, "year"),
        held_on=_text(raw, "held_on"),
        max=_text(raw, "max"),
        decimals=_text(raw, "decimals") or "1",
        source=_text(raw, "source"),
        notes=_text(raw, "notes"),
    )
    while _text(raw, f"{(name := f'g{len(sheet.blocks)}')}-key"):
        block = Block(
            key=_text(raw, f"{name}-key"),
            title=_text(raw, f"{name}-title"),
            weight=_text(raw, f"{name}-weight"),
            max=_text(raw, f"{name}-max"),
            printed_max=_text(raw, f"{name}-printed_max"),
            complete=bool(_text(raw, f"{name}-complete")),
        )
        while _text(raw, f"{(row := f'{name}-{len(block.rows)}')}-key"):
            block.rows.append(_row(raw, row))
        sheet.blocks.append(block)
    return sheet


def _row(raw: FormData, name: str) -> Row:
    row = Row(
        key=_text(raw, f"{name}-key"),
        title=_text(raw, f"{name}-title"),
        max=_text(raw, f"{name}-max"),
        who=_text(raw, f"{name}-who") or Row("").who,
        scale=_pairs(raw, f"{name}-points", f"{name}-word"),
        bands=_pairs(raw, f"{name}-from", f"{name}-gives"),
        remarks=_text(raw, f"{name}-remarks"),
    )
    while _text(raw, f"{(part := f'{name}-{len(row.parts)}')}-key"):
        row.parts.append(_row(raw, part))
    return row


def _text(raw: FormData, name: str) -> str:
    value = raw.get(name, "")
    return value.strip()[:TEXT] if isinstance(value, str) else ""


def _pairs(raw: FormData, first: str, second: str) -> list[tuple[str, str]]:
    """Lines of two fields; those left empty are no lines."""
    lines = zip(raw.getlist(first), raw.getlist(second), strict=False)
    typed = [(str(one).strip()[:TEXT], str(two).strip()[:TEXT]) for one, two in lines]
    return [pair for pair in typed if any(pair)]


def with_spare(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines, and some empty ones to go on with."""
    return [*pairs, *[("", "")] * (SPARE if pairs else SPARE + 1)]


def field_name(place: str) -> str:
    """«0.2.1» → «g0-2-1»: the beginning of the names of a row's fields, and the anchor of the row."""
    return f"g{place.replace('.', '-')}" if place != sheets.WHOLE_SET else "set"
