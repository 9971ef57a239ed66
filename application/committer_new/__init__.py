"""The only writer: what waits becomes one batch, decided under the log's lock, saved at once."""

from application.committer.committer import Committer
from application.committer.commands import Command, Done, Numbers, Outcome, Preparing
from application.committer.line import BATCH_MESSAGES_MAX, WAITING_MESSAGES_MAX

__all__ = [
    "BATCH_MESSAGES_MAX",
    "WAITING_MESSAGES_MAX",
    "Command",
    "Committer",
    "Done",
    "Numbers",
    "Outcome",
    "Preparing",
]
