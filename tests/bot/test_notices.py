"""Whatever the domain queues has somebody who can put it into words."""

import ast
from pathlib import Path

from bot.notices import RENDERERS
from domain import talks

DOMAIN = Path(__file__).resolve().parents[2] / "domain"
BY_THE_ENGINE = {"interrupted"}


def queued() -> set[str]:
    """Kinds in every `outbox.put` and `put_many` of the domain; those of a thread come from its turns."""
    found = {turn.value for turn in talks.Turn}
    for path in DOMAIN.rglob("actions.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in {"put", "put_many"} and len(node.args) > 1:
                kind = node.args[1]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                    found.add(kind.value)
    return found


def test_every_kind_of_message_has_its_renderer() -> None:
    assert queued() - set(RENDERERS) - BY_THE_ENGINE == set()


def test_no_renderer_is_left_over() -> None:
    assert set(RENDERERS) - queued() == set()
