"""What an operator says of one account with a provider of mobile money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from adapters.security.secret import Secret
from adapters.settings.checks import Check, one_of, provider_name, web_url, within

KINDS: Final = ("mtn", "airtel", "zamtel", "pawapay")
ANSWER_S: Final = 30.0
BLOCKING_S: Final = 150.0
NEEDED: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "mtn": ("user", "secret", "subscription_key"),
        "airtel": ("user", "secret"),
        "zamtel": ("user", "secret", "shortcode"),
        "pawapay": ("secret",),
    }
)
"""What each kind cannot do without, beside what all need."""
FOR_REFUNDS: Final = ("refund_secret", "refund_subscription_key")
"""What ``refund_user`` cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One ``[[providers]]`` entry of the settings: an account on one platform."""

    name: str
    """How it is called; payments remember it, so it stays when the address changes."""
    kind: str
    """What it speaks: mtn, airtel, zamtel or pawapay."""
    base_url: str
    """Its address, without a path of a call."""
    callback_url: str | None = None
    """Where its callbacks reach this gateway; without it payments are only asked about."""
    user: str | None = None
    """Its API user (mtn), client id (airtel) or third party id (zamtel)."""
    secret: Secret | None = None
    """The API key, client secret or password of that user, or pawapay's token (file: or env:)."""
    subscription_key: Secret | None = None
    """mtn: the key of the collection product (file: or env:)."""
    environment: str = "mtnzambia"
    """mtn: the target environment; sandbox for trials."""
    currency: str = "ZMW"
    """mtn: the sandbox knows only EUR."""
    shortcode: str | None = None
    """zamtel: the merchant's short code."""
    callback_key: Secret | None = None
    """airtel: the key of authenticated callbacks (file: or env:); with it each must be signed."""
    signing_key: Secret | None = None
    """pawapay: our private key on P-256 (file: or env:); with it requests are signed."""
    signing_key_id: str | None = None
    """pawapay: the name under which they know its public key; without it the account's name."""
    signing_der: bool = False
    """pawapay: whether our signatures are DER, as their example makes them; RFC 9421 has r and s
    side by side."""
    signed_callbacks: bool = False
    """pawapay: whether each callback must be signed; one that is signed is checked anyway."""
    refund_user: str | None = None
    """mtn: the API user of the disbursement product; without it nothing can be refunded."""
    refund_secret: Secret | None = None
    """mtn: that user's API key (file: or env:)."""
    refund_subscription_key: Secret | None = None
    """mtn: the key of the disbursement product (file: or env:)."""
    fee_flat_ngwee: int | None = None
    """What it keeps of each payment, as agreed: a fixed part, and one of the amount (below). With
    either, a line of a statement with another fee is an exception of finance."""
    fee_per_10_000: int | None = None
    """The part of the amount: 150 is 1.5 per cent; half a ngwee is rounded up."""
    answer_timeout_s: float | None = None
    """How long it may take to answer; without it 30 s, and 150 s for zamtel, which waits for
    the payer."""

    @property
    def secrets(self) -> Sequence[Secret]:
        """Give those of its values that must show nowhere."""
        return [
            value for item in fields(self) if isinstance(value := getattr(self, item.name), Secret)
        ]

    @property
    def answer_s(self) -> float:
        """How long it may take to answer."""
        return self.answer_timeout_s or (BLOCKING_S if self.kind == "zamtel" else ANSWER_S)

    @property
    def lacks(self) -> Sequence[str]:
        """Name what its kind needs and it does not have."""
        needed = [*NEEDED.get(self.kind, ()), *(FOR_REFUNDS if self.refund_user else ())]
        return [name for name in needed if getattr(self, name) is None]


PROVIDER_CHECKS: Final[Mapping[str, Sequence[Check]]] = MappingProxyType(
    {
        "name": (provider_name,),
        "kind": (one_of(KINDS),),
        "base_url": (web_url,),
        "callback_url": (web_url,),
        "answer_timeout_s": (within(0.1, 600),),
        "fee_flat_ngwee": (within(0, 10**8),),
        "fee_per_10_000": (within(0, 10_000),),
    }
)

PROVIDER_SECRETS: Final = frozenset(
    {"secret", "subscription_key", "callback_key", "signing_key"}
    | {"refund_secret", "refund_subscription_key"}
)
"""Those whose values are ``file:…`` or ``env:…``."""
