"""Files that the messenger does not pass on: a one-time link to a page where they are handed over."""

from domain.uploads.actions import Offered, offer_upload, receive_upload
from domain.uploads.models import UploadPass
from domain.uploads.queries import PassView, upload_pass
from domain.uploads.rules import LIFE, UploadExpired, UploadUnknown

__all__ = [
    "LIFE",
    "Offered",
    "PassView",
    "UploadExpired",
    "UploadPass",
    "UploadUnknown",
    "offer_upload",
    "receive_upload",
    "upload_pass",
]
