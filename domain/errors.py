"""Errors are states of the world; the shells turn them into one sentence by `sentence` and `params`."""

from typing import Any, ClassVar


def N_(message: str) -> str:
    """Mark a catalogue message without translating it."""
    return message


class DomainError(Exception):
    """Anything a person may run into; `sentence` is the catalogue key of what to tell them."""

    sentence: ClassVar[str] = N_("Something did not work. Please try again.")

    def __init__(self, **params: Any) -> None:
        super().__init__(f"{type(self).__name__} {params}" if params else type(self).__name__)
        self.params = params


class NotFound(DomainError):
    """It is absent, or the actor must not know that it exists."""

    sentence = N_("This was not found. It may have been removed or moved.")


class Forbidden(DomainError):
    """The actor may see it but may not do this."""

    sentence = N_("Your role does not allow this. Ask your coordinator.")


class InvalidInput(DomainError):
    """What was entered cannot be used; `field` names the place, `reason` is a catalogue key."""

    sentence = N_("Please check what you entered.")


class Stale(DomainError):
    """The screen is older than the fact behind it."""

    sentence = N_("This has changed since the screen was drawn. Here is how it stands now.")
