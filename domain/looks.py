"""What an answer is made from, noted while it is made: the statements it reads, and when time alone would change it.

An answer whose sources are all known may be given again for as long as none of them has changed
(docs/decisions/0008-kept-pages.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime


class Look:
    """The sources of one answer."""

    __slots__ = ("lasts", "statements", "until", "wanted")

    def __init__(self) -> None:
        self.statements: set[str] = set()
        self.until: datetime | None = None  # the first instant at which the answer is another by itself
        self.lasts = True  # nothing was asked that is another at every instant, and nothing was written
        self.wanted = False  # somebody has said that this answer is worth keeping

    def turns(self, moment: datetime) -> None:
        """The answer becomes another at this moment, or earlier."""
        if self.until is None or moment < self.until:
            self.until = moment

    def spoil(self) -> None:
        """The answer has a source that no stamp follows: it is good for once."""
        self.lasts = False


looking: ContextVar[Look | None] = ContextVar("looking", default=None)


@contextmanager
def look() -> Iterator[Look]:
    """Note the sources of what is done inside."""
    found = Look()
    token = looking.set(found)
    try:
        yield found
    finally:
        looking.reset(token)
