"""The shape of a provider's cases: an answer as it was seen, and what we understand by it."""

from dataclasses import dataclass

from application.ports import AskOutcome, PaymentStatus


@dataclass(frozen=True, slots=True)
class RequestCase:
    """An answer to a request for money."""

    name: str
    status: int
    body: str
    understood: AskOutcome


@dataclass(frozen=True, slots=True)
class StatusCase:
    """An answer to a question about a payment."""

    name: str
    status: int
    body: str
    understood: PaymentStatus


@dataclass(frozen=True, slots=True)
class CallbackCase:
    """The body of a callback; ``understood`` is None where it is refused as malformed."""

    name: str
    body: str
    understood: PaymentStatus | None


Case = RequestCase | StatusCase | CallbackCase
