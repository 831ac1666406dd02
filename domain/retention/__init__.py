"""How long rows stay that nothing needs any more, and how much room the rest takes."""

from domain.retention.actions import forget_old
from domain.retention.queries import Size, due, sizes
from domain.retention.rules import USUAL, Ages

__all__ = ["USUAL", "Ages", "Size", "due", "forget_old", "sizes"]
