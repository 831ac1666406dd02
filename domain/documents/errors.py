"""Why a file was refused: a code and its parameters. It stands on nothing else, so that any shell can word it."""

from typing import Any

# What a person can do about each refusal; the shells turn these into sentences.
REFUSALS = frozenset(
    {
        "empty",  # no bytes, or no text in any table
        "encrypted",  # protected by a password
        "macros",  # holds a macro project
        "too_large",  # more than `limit` megabytes unpacked
        "too_many_rows",  # more than `limit` rows
        "too_many_pages",  # a PDF of more than `limit` pages, or one that takes too long or too much memory
        "no_text",  # a PDF of pictures, or of signs whose letters it does not tell
        "bomb",  # packed far more densely than documents are, or far too many parts
        "damaged",  # the container or its XML cannot be read
        "wrong_type",  # the name says one thing, the contents `true` another that is not read
        "unsupported",  # a kind of document that is not read: `true` names it, `send` what to send
        "no_table",  # nothing in it looks like the table asked for
    }
)


class DocumentRefused(Exception):
    """A file that is not read. `code` is one of REFUSALS, `params` fill the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code
