"""How long a link for a large file lives."""

from datetime import timedelta

from domain.errors import N_, DomainError

LIFE = timedelta(days=1)


class UploadUnknown(DomainError):
    """No such link."""

    sentence = N_("This link does not work. Send the file to the bot once more: it will give a new one.")


class UploadExpired(DomainError):
    """Its day is over."""

    sentence = N_("This link is no longer valid. Send the file to the bot once more: it will give a new one.")
