"""What a send asks for, validated by whoever took it: to whom, what, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.accounts.principal import Principal
from domain.message.options import NO_OPTIONS, Options
from domain.msisdn import Msisdn, Route
from domain.segments import Text
from domain.values import Instant, Network


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number of a send: as given, as normalised, and the network that carries it."""

    index: int
    given: str
    msisdn: Msisdn
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a dialect asks for, validated: texts, numbers and lengths are already right."""

    principal: Principal
    text: Text
    recipients: Sequence[Recipient]
    is_bulk: bool
    asked_sender: str | None
    """The sender ID in the request, None when it gave none."""
    require_approved_sender: bool
    """Refuse an asked sender ID that is not approved (dialect feltech)."""
    idempotency_key: str | None
    digest: bytes | None
    """What the same request again is known by where decision 8 applies, None elsewhere."""
    offline: frozenset[Network]
    """Networks without an online SIM at this moment."""
    at: Instant
    options: Options = NO_OPTIONS
    suppressible: Sequence[Sequence[UUID]] = ()
    """By recipient: the records that say whether it wants no promotions; none is asked else."""
    skipped: frozenset[int] = frozenset()
    """Places of recipients that are known to want none: they get nothing."""

    @property
    def reached(self) -> Sequence[Recipient]:
        """Who gets a message."""
        if not self.skipped:
            return self.recipients
        return [one for place, one in enumerate(self.recipients) if place not in self.skipped]
