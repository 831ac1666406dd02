"""Lists of schools and municipalities as regions keep them: read by their headers, imported once."""

from domain.register.actions import Imported, Problem, import_register, preview_register
from domain.register.rules import Left, NotARegister, Reading, RegisterRow, read

__all__ = [
    "Imported",
    "Left",
    "NotARegister",
    "Problem",
    "Reading",
    "RegisterRow",
    "import_register",
    "preview_register",
    "read",
]
