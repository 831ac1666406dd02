"""Every button of the bot on one screen: typed callback data, short prefixes, at most 64 bytes.

A button lives for weeks: a field is never given another meaning, a prefix is never used again for something else.
"""

from aiogram.filters.callback_data import CallbackData

from domain.actor import Role
from domain.progress import Decision
from domain.roadmaps import Settled


class Home(CallbackData, prefix="h"):
    """The home screen; `hat` is one of the person's roles, empty for the first."""

    hat: str = ""


class Hats(CallbackData, prefix="hs"):
    """All of the person's roles and places."""

    page: int = 0


class Consent(CallbackData, prefix="ok"):
    """«Согласен(на)»: come in by this invitation."""

    payload: str


class ConsentText(CallbackData, prefix="ct"):
    """The full text of the consent."""

    payload: str


class Decline(CallbackData, prefix="no"):
    """«Не согласен(на)»."""


class Language(CallbackData, prefix="lang"):
    """The language to read; empty asks."""

    code: str = ""


class MyData(CallbackData, prefix="me"):
    """What is kept about the person: show, file, ask (to erase), erase."""

    do: str


class Panel(CallbackData, prefix="pn"):
    """A one-time code for the panel."""


class Waiting(CallbackData, prefix="hw"):
    """«Требует внимания»: where several kinds of things need a coordinator's word."""

    hat: str = ""


class Rare(CallbackData, prefix="hr"):
    """«Ещё»: what a coordinator does now and then."""

    hat: str = ""


class InviteRole(CallbackData, prefix="ir"):
    """«Пригласить»: which role."""


class InvitePlace(CallbackData, prefix="ip"):
    """«Пригласить»: where; ids go down the tree, 0 is «not chosen yet»."""

    role: Role
    region: int = 0
    municipality: int = 0
    page: int = 0


class InviteMake(CallbackData, prefix="im"):
    """«Пригласить»: make the link."""

    role: Role
    region: int
    municipality: int = 0
    school: int = 0


class WorkList(CallbackData, prefix="wl"):
    """Assignments of a school: `view` is open or sent."""

    school: int
    view: str = "open"
    page: int = 0


class Work(CallbackData, prefix="w"):
    """One assignment: its draft where there is one, else its card."""

    id: int
    about: bool = False  # the card even where there is a draft
    fresh: bool = False  # as a new message: the button stands under news


class Send(CallbackData, prefix="ds"):
    """Hand the draft in."""

    id: int


class Later(CallbackData, prefix="dl"):
    """Leave the draft for later."""

    id: int


class RemoveChoice(CallbackData, prefix="dr"):
    """What to take out of the draft."""

    id: int
    page: int = 0


class Remove(CallbackData, prefix="dx"):
    """Take this out of the draft."""

    id: int
    evidence: int


class RemovePhotos(CallbackData, prefix="dp"):
    """Take all photos out of the draft."""

    id: int


class ToWhich(CallbackData, prefix="tw"):
    """To which assignment what was sent belongs; 0: to none."""

    id: int


class ToWhichPage(CallbackData, prefix="tp"):
    """More assignments to choose from."""

    page: int


class Withdraw(CallbackData, prefix="wd"):
    """Take a report back."""

    submission: int


class Files(CallbackData, prefix="rf"):
    """Send the files of a report into the chat once more."""

    submission: int


class Queue(CallbackData, prefix="q"):
    """Reports that wait for the person."""

    page: int = 0


class Report(CallbackData, prefix="r"):
    """One report of the queue."""

    submission: int
    fresh: bool = False  # as a new message: the button stands under a decision that stays
    again: bool = False  # the files stand below already


class Decide(CallbackData, prefix="rd"):
    """Confirm or return: asks for a word."""

    submission: int
    decision: Decision


class Phrase(CallbackData, prefix="rp"):
    """Confirm or return with a ready phrase."""

    submission: int
    decision: Decision
    key: str


class OwnWords(CallbackData, prefix="ro"):
    """Confirm or return with own words: the next text."""

    submission: int
    decision: Decision


class Measures(CallbackData, prefix="ms"):
    """Who has not handed in, by measure."""

    region: int
    municipality: int = 0
    page: int = 0


class Who(CallbackData, prefix="mw"):
    """Who has not handed in this measure."""

    measure: int
    region: int
    municipality: int = 0


class Silent(CallbackData, prefix="sr"):
    """Reports that wait too long for their curator."""

    page: int = 0


class Unconnected(CallbackData, prefix="un"):
    """Schools where nobody has come into the bot."""

    page: int = 0


class Audience(CallbackData, prefix="ba"):
    """A broadcast: to whom. `who`: s schools, c curators, a both; 0 means no limit."""

    who: str
    municipality: int = 0
    measure: int = 0


class AudienceList(CallbackData, prefix="bl"):
    """A broadcast: choose from a list; `what` is empty (start), municipality or measure."""

    what: str = ""
    page: int = 0


class BroadcastDo(CallbackData, prefix="bd"):
    """A broadcast on its preview: send, sure, test, who, ask, later, at and a number, files, back; `key` names the
    text it was drawn for."""

    do: str
    key: int


class BroadcastResult(CallbackData, prefix="br"):
    """What became of a broadcast; `missed`: who did not get it."""

    id: int
    missed: bool = False


class Seen(CallbackData, prefix="bs"):
    """«Ознакомлен(а)»."""

    id: int


class Plans(CallbackData, prefix="pl"):
    """Roadmaps: drafts, and how to bring in a new one."""


class Plan(CallbackData, prefix="pd"):
    """A draft of a roadmap."""

    id: int


class Doubt(CallbackData, prefix="pq"):
    """The next deadline that a person has to look at; 0: the first."""

    roadmap: int
    measure: int = 0


class Settle(CallbackData, prefix="ps"):
    """A deadline in doubt is as read, or never reminds."""

    roadmap: int
    measure: int
    choice: Settled


class Approve(CallbackData, prefix="pa"):
    """Approve the draft and give it to all schools of its owner."""

    id: int


class Discard(CallbackData, prefix="px"):
    """Throw the draft away; asks first."""

    id: int
    sure: bool = False


class WholeMonth(CallbackData, prefix="pm"):
    """A deadline in doubt means the whole month."""

    roadmap: int
    measure: int


class Year(CallbackData, prefix="py"):
    """Which year a draft is for."""

    roadmap: int
    year: int
    school: bool = False


class ReportDates(CallbackData, prefix="pr"):
    """When to report on what goes on all the time."""

    roadmap: int


class NewerVersion(CallbackData, prefix="pv"):
    """A draft is a newer version of a living roadmap: compare."""

    draft: int
    living: int


class ApplyRevision(CallbackData, prefix="va"):
    """Apply a newer version as it was shown."""

    id: int
    seen: int


class DropRevision(CallbackData, prefix="vx"):
    """Leave the living roadmap as it is."""

    id: int


class DigestWhy(CallbackData, prefix="gw"):
    """«Почему я это получил(а)»."""


class Snooze(CallbackData, prefix="gs"):
    """«Напомнить завтра»."""


class Ask(CallbackData, prefix="qa"):
    """Question and answer about an assignment."""

    id: int
    fresh: bool = False


class Questions(CallbackData, prefix="qq"):
    """Questions that wait for the person's answer."""

    page: int = 0


class WaiverAsk(CallbackData, prefix="wa"):
    """«Не требуется…»: ask not to have to hand this in."""

    id: int


class WaiverBack(CallbackData, prefix="wb"):
    """The school does it after all."""

    id: int
    assignment: int


class Waivers(CallbackData, prefix="wv"):
    """Requests that wait for the coordinator."""

    page: int = 0


class WaiverOpen(CallbackData, prefix="wc"):
    """One request."""

    id: int
    fresh: bool = False


class WaiverAnswer(CallbackData, prefix="wx"):
    """Let the school off, or say why not (asks for the words)."""

    id: int
    grant: bool


class CountAsk(CallbackData, prefix="cn"):
    """«Сделано 3 из 7»: asks how many by now."""

    id: int
