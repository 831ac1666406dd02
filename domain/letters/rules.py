"""Why somebody gets no messages, and the half page of paper that changes it. Pure, blocking; call in a thread."""

import io
import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from domain.actor import COORDINATORS, SCHOOL_TEAM, Role
from domain.errors import N_, DomainError
from domain.texts import Texts
from domain.typesetting import typeset

HERE = Path(__file__).parent
AT_ONCE = 200  # letters of one press: a hundred sheets


class Why(StrEnum):
    """Why messages do not arrive."""

    BLOCKED = "blocked"
    FAILED = "failed"
    ABSENT = "absent"
    INVITED = "invited"
    NOBODY = "nobody"


WHY = {
    Why.BLOCKED: N_("has stopped the bot or left Telegram"),
    Why.FAILED: N_("the last message was refused by Telegram"),
    Why.ABSENT: N_("not in the bot yet"),
    Why.INVITED: N_("was invited, has not come"),
    Why.NOBODY: N_("nobody of the school is in the bot"),
}
ROLE = {
    Role.REGIONAL_COORDINATOR: N_("regional coordinator"),
    Role.MUNICIPAL_COORDINATOR: N_("municipal coordinator"),
    Role.CURATOR: N_("curator"),
    Role.SCHOOL_HEAD: N_("school head"),
    Role.SCHOOL_MEMBER: N_("member of the school team"),
    Role.EXPERT: N_("expert"),
    Role.OBSERVER: N_("observer"),
}
FOR_SCHOOL = N_(
    "Your school works by a roadmap. In Telegram the bot Vekha shows what is to be done and until when, takes the "
    "reports and tells you what was decided: no mail, no tables."
)
FOR_REVIEWER = N_(
    "Schools report on their roadmaps to the bot Vekha in Telegram. It brings you what waits for your decision, one "
    "message a day."
)
FOR_OTHERS = N_(
    "Schools report on their roadmaps to the bot Vekha in Telegram. By it you see how the work goes."
)
SILENT = N_("At the moment its messages do not reach you.")
STEPS = (
    N_("Point the camera of a phone with Telegram at the code, or type the address into its browser."),
    N_("Telegram opens a chat with the bot: press «Start»."),
    N_("Read the consent and press «I agree». That is all: the bot goes on from there."),
)


class NobodyChosen(DomainError):
    """Nobody is marked."""

    sentence = N_("Mark those for whom an invitation is to be printed.")


class TooManyLetters(DomainError):
    """More than anybody puts into envelopes at once."""

    sentence = N_("At most %(most)s invitations are printed at once. Choose a municipality first.")


class Letter(NamedTuple):
    """Everything that stands on one half page."""

    whom: str  # empty: nobody is known by name
    position: str
    role: Role
    place: str
    contact: str  # how it is to be handed over
    is_silent: bool  # messages were on their way already
    open_works: int
    next_due: date | None
    payload: str
    until: date
    ask: str  # who answers questions
    bot: str

    @property
    def link(self) -> str:
        """The address behind the code."""
        return f"https://t.me/{self.bot}?start={self.payload}"


def qr_svg(text: str) -> str:
    """The code of a text as a picture, with the quiet zone that readers need."""
    import segno

    out = io.BytesIO()
    # A quarter may be lost: paper is folded and copied.
    segno.make(text, error="q", micro=False).save(out, kind="svg", border=4, xmldecl=False, nl=False)
    return out.getvalue().decode()


def to_pdf(letters: Sequence[Letter], say: Texts) -> bytes:
    """The letters as PDF: A4, two on a sheet, black and white, with a line to cut along."""
    data = {
        "title": say("Invitations"),
        "language": say.language,
        "letters": [_said(letter, say) for letter in letters],
    }
    return typeset((HERE / "letter.typ").read_bytes(), {"data": json.dumps(data, ensure_ascii=False)})


def _said(letter: Letter, say: Texts) -> dict[str, Any]:
    role = say(ROLE[letter.role])
    why = FOR_OTHERS
    if letter.role in SCHOOL_TEAM:
        why = FOR_SCHOOL
    elif letter.role in COORDINATORS or letter.role is Role.CURATOR:
        why = FOR_REVIEWER
    reasons = [say(why)]
    if letter.open_works:
        now = say.n("Now it has %(n)s open measure.", "Now it has %(n)s open measures.", letter.open_works)
        if letter.next_due is not None:
            now += " " + say("The next date is %(day)s.", day=say.date(letter.next_due, year=True))
        reasons.append(now)
    if letter.is_silent:
        reasons.append(say(SILENT))
    return {
        "heading": say("Invitation to Vekha"),
        "whom": letter.whom or role[:1].upper() + role[1:],
        "about": [letter.position or (role if letter.whom else ""), letter.place],
        "contact": say("Hand over: %(contact)s", contact=letter.contact) if letter.contact else "",
        "why": " ".join(reasons),
        "steps": [say(step) for step in STEPS],
        "link": letter.link.removeprefix("https://"),
        "typed": say(
            "The code cannot be read? In Telegram find @%(bot)s, press «Start» and send: %(command)s",
            bot=letter.bot,
            command=f"/start {letter.payload}",
        ),
        "until": say(
            "Personal: works once, for one person, until %(day)s.", day=say.date(letter.until, year=True)
        ),
        "ask": say("Questions: %(who)s", who=letter.ask) if letter.ask else "",
        "qr": qr_svg(letter.link),
    }
