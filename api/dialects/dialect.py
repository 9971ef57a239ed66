"""What makes a dialect: its answers to the questions in which the published APIs differ."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.routing.errors import Envelope, feltech_error, wilcybertek_error, wilcybertek_send_error
from domain.public_ids import feltech_id, wilcybertek_id
from domain.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way of speaking to the gateway; whatever is sent by it becomes the same commands."""

    envelope: Envelope
    """How its refusals are written."""
    send_envelope: Envelope
    """The same for sends, where it has more to say."""
    message_id: Callable[[int, Instant], str]
    """Writes a message's id of its number and the time of its acceptance."""
    requires_approved_sender: bool
    """Refuses a sender ID that is not approved for the account, instead of not applying it."""
    knows_repeats: bool
    """Takes what waits for an offline network, sent again without a key, for the same."""
    limits_accounts: bool
    """Counts by account as the settings say; else only where an account has limits of its own."""

    def per_minute(self, own: int | None, setting: int) -> int:
        """Give how often a minute an account may ask: its own limit counts first; 0 is no limit."""
        if own is not None:
            return own
        return setting if self.limits_accounts else 0


WILCYBERTEK: Final = Dialect(
    envelope=wilcybertek_error,
    send_envelope=wilcybertek_send_error,
    message_id=wilcybertek_id,
    requires_approved_sender=False,
    knows_repeats=True,
    limits_accounts=True,
)
FELTECH: Final = Dialect(
    envelope=feltech_error,
    send_envelope=feltech_error,
    message_id=lambda number, _: feltech_id(number),
    requires_approved_sender=True,
    knows_repeats=False,
    limits_accounts=False,
)
