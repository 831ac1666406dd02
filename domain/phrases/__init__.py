"""Ready words to a school: the experts' own remarks, until a region writes its own."""

from domain.phrases.actions import keep_phrases
from domain.phrases.models import ReadyPhrase
from domain.phrases.queries import phrase, phrases
from domain.phrases.rules import LONGEST, MOST, Phrase, PhrasesWrong

__all__ = ["LONGEST", "MOST", "Phrase", "PhrasesWrong", "ReadyPhrase", "keep_phrases", "phrase", "phrases"]
