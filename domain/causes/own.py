"""What our own causes mean: those of ends, of what never reached the modem, and of doubts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.causes import sentences as say
from domain.causes.meaning import Meaning, OwnCause, RejectionClass

BARE_ERROR_IN_DOUBT_AFTER_S: Final = 10
"""An error without a number that comes this long after Ctrl-Z may follow a sent segment."""

OWN: Final[Mapping[OwnCause, Meaning]] = MappingProxyType(
    {
        OwnCause.EXPIRED: Meaning(
            "its validity ran out while it waited",
            None,
            "Its validity ran out before it could be sent.",
        ),
        OwnCause.CANCELLED: Meaning(
            "it was taken back while it waited", None, "It was cancelled before it was sent."
        ),
        OwnCause.UNCONFIRMED: Meaning(
            "nothing settled the doubt for 24 hours",
            None,
            "Nobody could confirm that it was sent. It may have arrived all the same.",
        ),
        OwnCause.NOT_SENT: Meaning(
            "an operator settled the doubt", None, "An operator found that it was not sent."
        ),
        OwnCause.CONTENT_CHANGED: Meaning(
            "its recipient, sender or text is not what was accepted: somebody changed the store",
            None,
            "What the gateway had stored of it was changed, so it was not sent.",
        ),
        OwnCause.MODEM_ERROR: Meaning(
            "an error without a number",
            RejectionClass.TRANSIENT,
            say.MODEM_FAILED,
            BARE_ERROR_IN_DOUBT_AFTER_S,
        ),
        OwnCause.UNKNOWN_ERROR: Meaning(
            "an error in words that no table knows, after the segment was handed over",
            None,
            "The modem answered with an error that the gateway does not know.",
        ),
        OwnCause.NO_PROMPT: Meaning(
            "the modem gave no prompt or left it", None, "The modem did not take it."
        ),
        OwnCause.NO_ANSWER: Meaning(
            "the modem took the segment and did not answer in time",
            None,
            "The modem did not answer.",
        ),
        OwnCause.NO_REFERENCE: Meaning(
            "the modem's answer has no message reference",
            None,
            "The modem's answer was incomplete.",
        ),
        OwnCause.LINK_LOST: Meaning(
            "the modem started anew, or its port was closed or lost",
            None,
            "The connection to the modem was lost.",
        ),
        OwnCause.WITHHELD: Meaning(
            "the gateway withdrew it before its first byte: told to stop, its start not recorded, "
            "or an answer still due",
            None,
            "The gateway held it back before the modem had it.",
        ),
        OwnCause.RESTARTED: Meaning(
            "its SIM was taken over while it was being sent",
            None,
            "The gateway restarted while it was being sent.",
        ),
        OwnCause.LEASE_LAPSED: Meaning(
            "nobody kept its SIM's lease while it was being sent: the process stopped, or its "
            "phone called no more",
            None,
            "What was sending it, the gateway or a phone, stopped answering.",
        ),
        OwnCause.GIVEN_BACK: Meaning(
            "the phone gave it back unsent: it was recalled, or not sent in time",
            None,
            "The phone that was to send it had no time for it.",
        ),
        OwnCause.PHONE_SILENT: Meaning(
            "the phone was given it and did not say in time what became of it",
            None,
            "The phone that was to send it did not answer.",
        ),
        OwnCause.PHONE_FORGOT: Meaning(
            "the phone was given it, and knows nothing of it when it is asked",
            None,
            "The phone that was to send it does not know what became of it.",
        ),
        OwnCause.PHONE_REFUSED: Meaning(
            "the app could not hand it to the phone's SMS service",
            RejectionClass.MODEM_OR_SIM,
            "The phone that was to send it could not.",
        ),
        OwnCause.PHONE_FAILED: Meaning(
            "a message of several segments failed, and some of them may have left",
            None,
            "The phone could not send all of it.",
        ),
    }
)
