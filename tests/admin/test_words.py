"""Everything that the domain can name has a word on the pages."""

import ast
import re
from pathlib import Path

from admin import words
from domain import documents, outbox
from domain.actor import Role
from domain.deadlines import BLOCKING_DOUBTS, INFORMATIONAL_DOUBTS
from domain.progress import Standing
from domain.roadmaps import RoadmapState, Settled
from domain.schools import SchoolStatus

DOMAIN = Path(__file__).resolve().parents[2] / "domain"


ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def recorded() -> set[str]:
    """Actions that the domain leaves in the trail, read from its source."""
    return {
        node.value
        for path in DOMAIN.rglob("actions.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.fullmatch(node.value)
        if not node.value.endswith(".json")  # a file of an evidence pack
    }


def test_every_deed_has_its_sentence() -> None:
    assert recorded() - set(words.DEEDS) == set()


def test_every_state_has_its_word() -> None:
    assert set(words.ROLES) == set(Role)
    assert set(words.STANDINGS) == set(Standing)
    assert set(words.SCHOOL_STATUS) == set(SchoolStatus)
    assert set(words.ROADMAP_STATE) == set(RoadmapState)
    assert set(words.SETTLED) == set(Settled)
    assert set(words.DELIVERY) == set(outbox.OutboxState)


def test_every_doubt_and_refusal_has_its_sentence() -> None:
    assert set(words.DOUBTS) == BLOCKING_DOUBTS | INFORMATIONAL_DOUBTS
    assert set(words.REFUSED) == documents.REFUSALS
    assert set(words.NOTES) == documents.ITEM_DOUBTS
    assert set(words.READING) == documents.READING_DOUBTS
    assert set(words.SKIPPED) >= documents.REASONS | {"dropped"}


def test_every_kind_of_message_has_its_name() -> None:
    assert set(outbox.KINDS) - set(words.MESSAGES) == set()
