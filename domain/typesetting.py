"""Typesetting by typst with our own fonts, without the network; words come as data and are never commands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent / "fonts"


def typeset(source: bytes, inputs: Mapping[str, str], **looks: Any) -> bytes:
    """One document as PDF, or as `looks` say (`format`, `ppi`); `inputs` are its `sys.inputs`."""
    import typst

    compiled: Any = typst.compile  # its stub ties the kind of the fonts' paths to the kind of the source
    made = compiled(
        source, font_paths=[str(FONTS)], ignore_system_fonts=True, sys_inputs=dict(inputs), **looks
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made
