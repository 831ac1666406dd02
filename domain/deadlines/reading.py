"""From a text to its meaning."""

from domain.deadlines.items import items
from domain.deadlines.meaning import deadline
from domain.deadlines.model import Context, Deadline
from domain.deadlines.outline import outline
from domain.deadlines.tokens import tokenise

_LONGEST = 400  # characters; no deadline is longer, and whole paragraphs in the column are asked about


def parse(text: str, context: Context) -> Deadline:
    """What a deadline means. Never raises; what is not certain carries a named doubt (see `model.py`)."""
    text = text or ""
    tokens = tokenise(text[:_LONGEST])
    if not tokens.codes:
        return Deadline(text, "broken", (), None, ("empty",))
    out = outline(items(tokens))
    if len(text) > _LONGEST:
        out.doubts.add("unclear")
    return deadline(text, out, context, tokens.mended)
