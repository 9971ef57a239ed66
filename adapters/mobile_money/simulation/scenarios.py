"""What may become of a simulated payment: each scenario by its name, and how one is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.money import NGWEE_PER_KWACHA, Ngwee

PROMPT_S: Final = 3.0
"""How long a payer takes for the PIN."""
PROMPT_TIMEOUT_S: Final = 300.0
"""How long the network waits for it."""
SLOW_S: Final = 40.0
DAY_S: Final = 86_400.0
FOR_EVER_S: Final = 3_650 * DAY_S
UNCLEAR_POLLS: Final = 3


class Ending(StrEnum):
    """How a payment ends; each provider has words of its own for it."""

    PAID = "paid"
    PIN_TIMEOUT = "pin_timeout"
    WRONG_PIN = "wrong_pin"
    NOT_APPROVED = "not_approved"
    INSUFFICIENT = "insufficient"
    LIMIT = "limit"
    NO_WALLET = "no_wallet"
    FAULT = "fault"


class Trouble(StrEnum):
    """What is wrong with the answer to the request itself."""

    NONE = "none"
    DOWN = "down"
    """503, and nothing was taken."""
    HTML_FORBIDDEN = "html_forbidden"
    """A page of a firewall with 403, and nothing was taken."""
    HTML_OK = "html_ok"
    """A page with 200, and the payment was taken."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a name
    """401 once, for a token that was good a moment ago."""
    DUPLICATE = "duplicate"
    """The reference is known already: an earlier request arrived after all."""
    SLOW = "slow"
    """Taken, and answered long after."""
    HUNG_UP = "hung_up"
    """Taken, and the connection ends without an answer."""


class Twist(StrEnum):
    """What is wrong with a callback."""

    NONE = "none"
    FORGED = "forged"
    """Its signature is wrong, where there is one."""
    OTHER_AMOUNT = "other_amount"
    OTHER_REFERENCE = "other_reference"


@dataclass(frozen=True, slots=True)
class Told:
    """One callback."""

    after_s: float = 0.0
    """From the payment's end; negative: before the request is answered."""
    ending: Ending | None = None
    """What it says; None: the truth."""
    twist: Twist = Twist.NONE


ONCE: Final = (Told(),)
EARLY_S: Final = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One scenario."""

    ending: Ending = Ending.PAID
    after_s: float = PROMPT_S
    """When it ends, from the request."""
    trouble: Trouble = Trouble.NONE
    told: tuple[Told, ...] = ONCE
    unclear_polls: int = 0
    """How many questions are answered without saying anything."""
    pays_half: bool = False
    swaps_types: bool = False
    """Numbers are written as texts, and texts of digits as numbers."""
    reversed_after_s: float | None = None
    """When the provider takes the money back, from the request; only its statement shows it."""


SCENARIOS: Final[Mapping[str, Script]] = MappingProxyType(
    {
        "success": Script(),
        "pin-timeout": Script(ending=Ending.PIN_TIMEOUT, after_s=PROMPT_TIMEOUT_S),
        "wrong-pin": Script(ending=Ending.WRONG_PIN),
        "insufficient": Script(ending=Ending.INSUFFICIENT),
        "limit": Script(ending=Ending.LIMIT),
        "not-approved": Script(ending=Ending.NOT_APPROVED),
        "no-wallet": Script(ending=Ending.NO_WALLET),
        "fault": Script(ending=Ending.FAULT),
        "provider-down": Script(trouble=Trouble.DOWN, told=(), unclear_polls=UNCLEAR_POLLS),
        "expired-token": Script(trouble=Trouble.EXPIRED_TOKEN),
        "duplicate": Script(trouble=Trouble.DUPLICATE),
        "slow": Script(trouble=Trouble.SLOW),
        "no-answer": Script(trouble=Trouble.HUNG_UP),
        "html-forbidden": Script(trouble=Trouble.HTML_FORBIDDEN, told=()),
        "html-ok": Script(trouble=Trouble.HTML_OK),
        "no-callback": Script(told=()),
        "early-callback": Script(after_s=0.0, told=(Told(EARLY_S),)),
        "duplicate-callback": Script(told=(Told(), Told(1.0))),
        "failed-then-paid-callback": Script(told=(Told(ending=Ending.FAULT), Told(1.0))),
        "wrong-amount": Script(pays_half=True),
        "wrong-amount-callback": Script(told=(Told(twist=Twist.OTHER_AMOUNT),)),
        "forged-callback": Script(told=(Told(twist=Twist.FORGED),)),
        "unknown-callback": Script(told=(Told(twist=Twist.OTHER_REFERENCE),)),
        "unclear-then-paid": Script(after_s=0.0, unclear_polls=UNCLEAR_POLLS, told=()),
        "late": Script(after_s=DAY_S + 3_600),
        "pending-for-ever": Script(after_s=FOR_EVER_S, told=()),
        "reversed": Script(reversed_after_s=DAY_S),
        "swapped-types": Script(swaps_types=True),
    }
)
"""In an order that stands: a payer's number chooses by place, from 1."""

NAMES: Final = tuple(SCENARIOS)
PAYERS_ROOT: Final = "00000"
"""A payer whose number ends in this and two digits has the scenario of that place."""
AMOUNT_KWACHA: Final = 7_700
"""An amount of this and ngwee has the scenario of that place."""


def scenario_of(payer: str, amount_ngwee: Ngwee | None) -> str | None:
    """Give the scenario that a payer or an amount stands for: ``…0000002``, ``7700.02``."""
    place = 0
    if payer[-7:-2] == PAYERS_ROOT and payer[-2:].isdecimal():
        place = int(payer[-2:])
    elif amount_ngwee is not None and amount_ngwee // NGWEE_PER_KWACHA == AMOUNT_KWACHA:
        place = amount_ngwee % NGWEE_PER_KWACHA
    return NAMES[place - 1] if 0 < place <= len(NAMES) else None
