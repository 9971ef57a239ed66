"""Turns calls that fail into answers of the port: nothing that a provider does raises."""

from collections.abc import Callable

from adapters.mobile_money.wire.caller import CallFailed, NoAnswer, NotDelivered
from application.ports import Ambiguous, AskOutcome, NotAsked, PaymentState, PaymentStatus


def outcome_of(ask: Callable[[], AskOutcome]) -> AskOutcome:
    """Ask for something: what was not delivered is NotAsked, what is not answered Ambiguous."""
    try:
        return ask()
    except NotDelivered as error:
        return NotAsked(str(error))
    except NoAnswer as error:
        return Ambiguous(str(error))


def status_of(enquire: Callable[[], PaymentStatus]) -> PaymentStatus:
    """Ask how something stands: without an answer that is unknown."""
    try:
        return enquire()
    except CallFailed as error:
        return PaymentStatus(state=PaymentState.UNKNOWN, words=str(error))
