"""What a send asks for, validated by whoever took it: to whom, what, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.accounts.principal import Principal
from domain.message.options import NO_OPTIONS, Options
from domain.msisdn import Msisdn, Route
from domain.segments import Text
from domain.tariff import TARIFF
from domain.values import Instant, Network


@dataclass(frozen=True, slots=True)
class Own:
    """What one recipient of a personalised bulk gets, and the client's own name for it."""

    text: Text
    reference: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number of a send: as given, as normalised, and the network that carries it."""

    index: int
    given: str
    msisdn: Msisdn
    route: Route
    own: Own | None = None
    """None where all get the same."""

    @property
    def said(self) -> tuple[str, ...]:
        """What is asked for this one: its number and, of a personalised bulk, the rest."""
        if self.own is None:
            return (self.msisdn,)
        return (self.msisdn, self.own.text.value, self.own.reference or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a dialect asks for, validated: texts, numbers and lengths are already right."""

    principal: Principal
    text: Text
    """What all get; empty in a personalised bulk, in which each recipient has its own."""
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
    request_id: str | None = None
    """The HTTP request, as ``Message.Queued`` has it; None where there is none."""
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


def own_credits(recipients: Sequence[Recipient]) -> tuple[int, ...] | None:
    """Give what each message of a personalised bulk costs; None where all cost the same."""
    if not recipients or recipients[0].own is None:
        return None
    return tuple(TARIFF.charge(one.own.text.segments) for one in recipients if one.own)


def measures(text: Text) -> dict[str, Any]:
    """Give what an event knows of a text."""
    charged = TARIFF.charge(text.segments)
    return {"encoding": str(text.encoding), "segments": text.segments, "credits": charged}


def kind_of(asked: Sending) -> str:
    """Name the kind of request, for the fingerprint under an idempotency key."""
    if asked.recipients[0].own is not None:
        return f"{len(asked.recipients)} personal"
    return "bulk" if asked.is_bulk else "single"
