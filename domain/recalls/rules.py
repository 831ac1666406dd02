"""Why something can no longer be taken back."""

from domain.errors import N_, DomainError


class WorkHandedIn(DomainError):
    """What schools have handed in is never taken away; `n` assignments."""

    sentence = N_("This can no longer be undone: schools have already handed in work (%(n)s).")


class WorkBegun(DomainError):
    """A draft, a request or a note of a school would be lost; `n` assignments."""

    sentence = N_("This cannot be undone: schools have already begun to work on it (%(n)s).")


class NewerRevision(DomainError):
    """Undoing goes backwards, the newest first."""

    sentence = N_("A newer version has been applied since. Undo that one first.")


class GivenSince(DomainError):
    """Schools received the roadmap as it stands now."""

    sentence = N_("The roadmap has been given to schools since. Take that back first.")
