"""What a message may say: its length, the few marks of formatting, and the words that are filled in."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from domain.errors import N_, DomainError
from domain.texts import DEFAULT_LANGUAGE, LANGUAGES, texts

MAX_TEXT = 3500  # leaves room for the author's line within Telegram's 4096
MAX_LETTER = 3000
MAX_FILES = 4
MAX_FILE_MB = 20  # of one file; 50 is Telegram's limit for bots
RIDES = 800  # characters that surely fit beside a file, whose words Telegram limits to 1024

# Words in braces that are filled in for each reader; each language has its own name for them.
VARIABLES: Mapping[str, str] = {
    "name": N_("variable: name"),
    "school": N_("variable: school"),
    "municipality": N_("variable: municipality"),
    "deadline": N_("variable: deadline"),
    "today": N_("variable: today"),
}
PERSONAL = frozenset(VARIABLES) - {"today"}


class Ask(StrEnum):
    """Which buttons stand below."""

    READ = "read"  # «Ознакомлен(а)»
    COMING = "coming"  # «Буду / не буду»
    NOTHING = "nothing"


class Reply(StrEnum):
    """What a reader said to «Буду / не буду»."""

    COMING = "coming"
    NOT_COMING = "not_coming"


class TooLate(DomainError):
    """It has been sent, cancelled, or its moment is over."""

    sentence = N_("This broadcast can no longer be changed: it has been sent or cancelled.")


class TextNeeded(DomainError):
    """No text, or too much of it."""

    sentence = N_("Please write the message: from one word up to %(max)s characters.")


class UnknownVariable(DomainError):
    """Something in braces that nothing is known to stand for."""

    sentence = N_("Nothing is known to fill in for %(word)s. These can be filled in: %(known)s.")


class DeadlineUnknown(DomainError):
    """«{срок}» without a measure whose deadline it would be."""

    sentence = N_(
        "There is no deadline to fill in: choose the measure that was not handed in, or write the date."
    )


class LinkWrong(DomainError):
    """An address that a button cannot open."""

    sentence = N_("The address of the button has to begin with https:// or http://.")


class TooManyFiles(DomainError):
    """More than fits into a message that is to be read."""

    sentence = N_("At most %(max)s files go with one message.")


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes with the words."""

    ask: Ask = Ask.READ
    link_label: str = ""
    link_url: str = ""
    file_ids: tuple[int, ...] = ()  # files that the author has put aside for it
    group_ids: tuple[int, ...] = ()  # groups that read it too, where it is public


PLAIN = Extras()

_PAIR = re.compile(r"\{([^{}\n]{1,30})\}")
_LINK = re.compile(r"\[([^\[\]\n]{1,100})\]\((https?://[^\s()<>\"{}]{1,500})\)")
_ADDRESS = re.compile(r"https?://\S+")
_BUTTON = re.compile(r"https?://[^\s/<>\"{}.]+\.[^\s<>\"{}]+")  # a host has a dot, or Telegram refuses it
_PIECE = re.compile(f"{_LINK.pattern}|{_ADDRESS.pattern}")
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*<>\n]{1,500}?)(?<=\S)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_])_(?=[^\s_])([^_<>\n]{1,500}?)(?<=\S)_(?![\w_])")


@cache
def _keys() -> Mapping[str, str]:
    return {spoken(word, language): key for language in LANGUAGES for key, word in VARIABLES.items()}


def spoken(message: str, language: str) -> str:
    """How a variable is called in a language, without braces: «школа»."""
    return texts(language, escape=False)(message).rpartition(" ")[2].casefold()


def variables(text: str) -> set[str]:
    """Keys of the variables that a text has; raises UnknownVariable."""
    found = set()
    for match in _PAIR.finditer(text):
        key = _keys().get(match[1].strip().casefold())
        if key is None:
            known = ", ".join(f"{{{spoken(word, DEFAULT_LANGUAGE)}}}" for word in VARIABLES.values())
            raise UnknownVariable(word=match[0], known=known)
        found.add(key)
    return found


def check_text(text: str, *, with_deadline: bool = True) -> str:
    """The text without edges; raises TextNeeded, UnknownVariable, DeadlineUnknown."""
    text = text.replace("\r\n", "\n").strip()
    if not 0 < len(text) <= MAX_TEXT:
        raise TextNeeded(max=MAX_TEXT)
    if "deadline" in variables(text) and not with_deadline:
        raise DeadlineUnknown
    return text


def check_letter(text: str) -> str:
    """The same for an answer, in which nothing is filled in."""
    text = text.replace("\r\n", "\n").strip()
    if not 0 < len(text) <= MAX_LETTER:
        raise TextNeeded(max=MAX_LETTER)
    return text


def check_link(label: str, url: str) -> tuple[str, str]:
    """Words and address of the button, or nothing; raises LinkWrong."""
    label, url = " ".join(label.split())[:60], url.strip()
    if not url:
        return "", ""
    if len(url) > 500 or not _BUTTON.fullmatch(url):
        raise LinkWrong
    return label or url.split("/")[2][:60], url


def to_html(text: str, values: Mapping[str, str] | None = None) -> str:
    """The text as safe HTML that Telegram and browsers read alike: *bold*, _italic_, [words](address).

    Everything else is escaped; `values` by key are filled in, escaped too.
    """
    parts, end = [], 0
    for match in _PIECE.finditer(text):
        parts.append(_marked(text[end : match.start()]))
        if match[2]:
            parts.append(f'<a href="{html.escape(match[2])}">{html.escape(match[1], quote=False)}</a>')
        else:
            parts.append(html.escape(match[0], quote=False))
        end = match.end()
    parts.append(_marked(text[end:]))
    return _filled("".join(parts), values or {})


def _marked(text: str) -> str:
    bold = _BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))
    return _ITALIC.sub(r"<i>\1</i>", bold)


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        key = _keys().get(html.unescape(match[1]).strip().casefold(), "")
        return html.escape(values[key], quote=False) if key in values else match[0]

    return _PAIR.sub(value, text)


def to_plain(text: str) -> str:
    """The words without marks, for lists and subjects."""
    return html.unescape(re.sub(r"<[^>]+>", "", to_html(text)))


ENOUGH = 20  # characters that name a broadcast: what follows a place for a name is left off


def headline(text: str) -> str:
    """The first words on one line, without addresses: «{имя}, завтра совещание.» is «завтра совещание»."""
    plain = to_plain(text)
    line = " ".join(_PAIR.sub("…", _ADDRESS.sub("", plain) or plain).split())
    line = re.sub(r"…( ?[….])+", "…", line)  # no «школы ….», which a list would cut to «школы …….»
    before = line.partition("…")[0].strip(" ,.;:")
    if len(before) >= ENOUGH:
        return before
    return line.strip(" …,.;:") or line
