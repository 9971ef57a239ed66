"""Where an uploaded list stands."""

from enum import StrEnum


class UploadState(StrEnum):
    """The words for it."""

    PREVIEW = "preview"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
