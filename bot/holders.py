"""Schools and offices in the chat: the first screen and the list that an assignment stands on, whom to ask about it."""

from bot.presses import WorkList
from bot.presses_giving import OfficeWork
from domain.actor import Place
from domain.errors import N_

ASK_CURATOR, ASK_COORDINATOR = N_("Ask the curator"), N_("Ask the coordinator")


def hat_of(place: Place) -> str:
    """The key of the first screen of a school's team or of a place's coordinator (`home.hats`)."""
    if place.school_id is not None:
        return f"s{place.school_id}"
    return f"m{place.municipality_id}" if place.municipality_id is not None else f"g{place.region_id}"


def list_of(place: Place, view: str = "open") -> WorkList | OfficeWork:
    """The list of what a school or office owes."""
    if place.school_id is not None:
        return WorkList(school=place.school_id, view=view)
    return OfficeWork(region=place.region_id or 0, municipality=place.municipality_id or 0, view=view)


def place_of(press: WorkList | OfficeWork) -> Place:
    """Whose list a button opens; of a school only its id is known."""
    if isinstance(press, WorkList):
        return Place(None, None, press.school)
    return Place(press.region, press.municipality or None)


def ask_label(place: Place) -> str:
    """Whom a question about an assignment goes to."""
    return ASK_CURATOR if place.school_id is not None else ASK_COORDINATOR
