"""Whatever the domain queues has somebody who can put it into words."""

import ast
from pathlib import Path

from bot.notices import RENDERERS
from domain import talks

DOMAIN = Path(__file__).resolve().parents[2] / "domain"
BY_THE_ENGINE = {"interrupted"}
PUTTING = {
    "put",
    "put_many",
    "announce",
    "_put",
    "_tell",
    "tell_team",
}  # what queues, directly or within its slice


def queued() -> set[str]:
    """Kinds in every `outbox.put` and `put_many` of the domain; those of a thread come from its turns."""
    found = {turn.value for turn in talks.Turn}
    for path in DOMAIN.rglob("actions.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in PUTTING:
                kinds = [a.value for a in node.args[1:4] if isinstance(a, ast.Constant)]
                found.update(kind for kind in kinds[:1] if isinstance(kind, str))
    return found


def test_every_kind_of_message_has_its_renderer() -> None:
    assert queued() - set(RENDERERS) - BY_THE_ENGINE == set()


def test_no_renderer_is_left_over() -> None:
    assert set(RENDERERS) - queued() == set()
