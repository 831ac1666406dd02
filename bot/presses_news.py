"""Buttons of broadcasts, events, polls and group chats, by the same rules as in presses.py."""

from aiogram.filters.callback_data import CallbackData

from domain.broadcasts import Reply


class Circle(CallbackData, prefix="bc"):
    """A broadcast: to a saved circle."""

    id: int


class Write(CallbackData, prefix="bw"):
    """«Ответить»: the next text goes to the other side of a broadcast; `reader` is whoever received it."""

    broadcast: int
    reader: int


class Said(CallbackData, prefix="by"):
    """«Буду / не буду» under a broadcast."""

    id: int
    said: Reply


class BroadcastRun(CallbackData, prefix="bx"):
    """A broadcast under way or ended: pause, resume, cancel, remind, repeat; `sure` after the question."""

    do: str
    id: int
    sure: bool = False


class EventPlan(CallbackData, prefix="en"):
    """A new event, step by step: `do` is the step, `value` what was chosen."""

    do: str = ""
    value: str = ""


class EventList(CallbackData, prefix="el"):
    """Events that the person organises."""

    page: int = 0


class EventCard(CallbackData, prefix="ec"):
    """One event for its organiser: show, list, file, cancel; `page` of the list of the day."""

    id: int
    do: str = ""
    page: int = 0


class EventMore(CallbackData, prefix="ei"):
    """«Пригласить ещё»: `who` is a circle or «p» with a person's number; `do` is find or invite."""

    id: int
    who: str = ""
    do: str = ""


class EventMark(CallbackData, prefix="em"):
    """The list of the day: somebody came, or did not after all."""

    id: int
    person: int
    came: bool
    page: int = 0


class PollDo(CallbackData, prefix="vo"):
    """A poll being answered: `do` is begin, ask, pick, next, skip, look, send; `value` an option or a number."""

    do: str
    id: int
    question: int = 0
    value: int = 0


class GroupList(CallbackData, prefix="gk"):
    """Group chats of one's places."""

    page: int = 0


class GroupDo(CallbackData, prefix="gl"):
    """A group chat: show, link, lines, silent, day, unlink, return, forget.

    `place` is the number of one of the person's places, or of `day` the days before a deadline.
    """

    do: str
    id: int
    place: int = 0
