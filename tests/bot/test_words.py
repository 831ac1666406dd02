"""Everything that the reader of documents can remark has its sentence in the chat."""

from bot import doubts
from domain import documents
from domain.deadlines import BLOCKING_DOUBTS


def test_every_doubt_that_stops_reminders_is_asked_about() -> None:
    assert BLOCKING_DOUBTS - set(doubts.DOUBT) == set()


def test_every_refusal_and_remark_has_its_sentence() -> None:
    assert set(doubts.REFUSAL) == documents.REFUSALS
    assert set(doubts.READING) == documents.READING_DOUBTS
