"""The providers of mobile money under conformance: each with its simulator and what it promises."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace

from adapters.mobile_money import SIMULATED, open_provider
from adapters.mobile_money.airtel.cases import CASES as AIRTEL_CASES
from adapters.mobile_money.mtn.cases import CASES as MTN_CASES
from adapters.mobile_money.pawapay.cases import CASES as PAWAPAY_CASES
from adapters.mobile_money.simulation.payments import (
    SimAnswer,
    SimCallback,
    SimPayment,
    SimPayments,
    SimRequest,
    SimulatedProvider,
)
from adapters.mobile_money.simulation.scenarios import NAMES, PAYERS_ROOT, Script, Told
from adapters.mobile_money.simulation.web import ServedProvider, serving
from adapters.mobile_money.wire.caller import Waits
from adapters.mobile_money.wire.cases import Case
from adapters.mobile_money.zamtel.cases import CASES as ZAMTEL_CASES
from adapters.settings.providers import ProviderSettings
from application.ports import (
    CallbackForged,
    Collection,
    MobileMoney,
    PaymentState,
    ReceivedCallback,
    WireExchange,
)
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.values import Network
from tests.support.callback_inbox import CallbackInbox, callback_inbox
from tests.support.virtual import SeededRandomness, VirtualClock

PACE = 0.04
HASTY = Waits(answer_s=0.8)
"""Shorter than what a slow simulator takes at that pace."""
K50 = Ngwee(5_000)


class ListWireLog:
    """``application.ports.WireLog`` in a list."""

    def __init__(self) -> None:
        self.kept: list[WireExchange] = []

    def note(self, exchange: WireExchange) -> None:
        self.kept.append(exchange)

    def of(self, reference: str) -> Sequence[WireExchange]:
        return [one for one in self.kept if one.reference == reference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantees:
    """What differs from provider to provider."""

    codes: Mapping[str, str]
    """By scenario: the code of a failure."""
    says_amount: bool = True
    """Whether a status repeats amount, currency and payer."""
    settles_at_once: bool = False
    """Whether the answer to the request is the end, and nothing can be asked later."""
    signs_callbacks: bool = False
    tells_refunds: bool = True
    """Whether it can be asked about a refund."""

    def told(self, row: Sequence[object]) -> list[object]:
        """Give what a row's callbacks come to: nobody sees that one without signature is forged."""
        if self.signs_callbacks:
            return list(row)
        return [PaymentState.PAID if one is CallbackForged else one for one in row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of provider, before it is started."""

    name: str
    network: Network
    prefix: str
    guarantees: Guarantees
    cases: Sequence[Case]
    simulated: Callable[[SimPayments, str | None], SimulatedProvider]


@dataclass(frozen=True, slots=True)
class Rig:
    """A client, the simulated provider that it speaks to, and a place for callbacks."""

    kind: Kind
    settings: ProviderSettings
    client: MobileMoney
    hasty: MobileMoney
    """The same with less patience."""
    served: ServedProvider
    inbox: CallbackInbox
    clock: VirtualClock
    log: ListWireLog
    randomness: SeededRandomness = field(default_factory=lambda: SeededRandomness(9))

    def collection(self, scenario: str, *, amount_ngwee: Ngwee = K50) -> Collection:
        """Give a new payment of a payer who stands for a scenario."""
        payer = f"+260{self.kind.prefix}{PAYERS_ROOT}{NAMES.index(scenario) + 1:02}"
        reference = self.client.traits.write_reference(self.randomness.token(16))
        return Collection(
            reference=reference,
            amount_ngwee=amount_ngwee,
            payer=Msisdn(payer),
            network=self.kind.network,
            label="TOPUP-123",
            callback_url=f"{self.inbox.url}/callbacks/{self.kind.name}/1-0089a1dedcbc",
        )

    def elsewhere(self, base_url: str) -> MobileMoney:
        """Give a client that looks for its provider at another address."""
        return open_provider(
            replace(self.settings, base_url=base_url), clock=self.clock, log=self.log
        )

    def pass_until_the_end(self, script: Script) -> None:
        """Let time pass until a payment is decided and all of its callbacks were sent."""
        self.clock.pass_s(script.after_s + 2.0)
        self.served.sender.step()


@contextmanager
def rig_of(kind: Kind) -> Iterator[Rig]:
    """Start a simulated provider, and clients of it."""
    clock, log = VirtualClock(), ListWireLog()
    payments = SimPayments(clock, seed=9)
    with ExitStack() as stack:
        inbox = stack.enter_context(callback_inbox())
        provider = kind.simulated(payments, f"{inbox.url}/callbacks/{kind.name}/one")
        served = stack.enter_context(serving(payments, provider, pace=PACE, sends_by_itself=False))
        settings = replace(provider.account(served.url), callback_url=inbox.url)
        client = open_provider(settings, clock=clock, log=log)
        stack.callback(client.close)
        hasty = open_provider(settings, clock=clock, log=log, waits=HASTY)
        stack.callback(hasty.close)
        yield Rig(kind, settings, client, hasty, served, inbox, clock, log)


# -- providers that answer what they are told to ---------------------------------------------------

DOORS = ("token", "encryption-keys", "public-key")
"""Of paths that are answered rightly all the same, so that there is a call at all."""


class Canned:
    """A provider that says the same to every request but those for tokens and keys."""

    def __init__(self, real: SimulatedProvider) -> None:
        self._real = real
        self.said = SimAnswer(200)

    def answer(self, request: SimRequest) -> SimAnswer:
        is_door = any(word in request.path for word in DOORS)
        return self._real.answer(request) if is_door else self.said

    def callback(self, payment: SimPayment, told: Told) -> SimCallback | None:
        return None

    def account(self, base_url: str) -> ProviderSettings:
        return self._real.account(base_url)


@dataclass(frozen=True, slots=True)
class CannedRig:
    """A client of such a provider."""

    kind: Kind
    client: MobileMoney
    canned: Canned

    def says(self, status: int, body: bytes) -> None:
        """Decide what the provider says from now on."""
        self.canned.said = SimAnswer(status, body)

    def collection(self, reference: str) -> Collection:
        return Collection(
            reference=reference,
            amount_ngwee=K50,
            payer=Msisdn(f"+260{self.kind.prefix}1234567"),
            network=self.kind.network,
            label="TOPUP-123",
        )

    def callback(self, body: bytes) -> ReceivedCallback:
        """Give a callback with this body, which nobody signed."""
        headers = {"content-type": "application/json"}
        return ReceivedCallback(method="POST", path="/callbacks/one", headers=headers, body=body)


@contextmanager
def canned_rig_of(kind: Kind) -> Iterator[CannedRig]:
    """Start a provider that says what it is told to, and a client of it."""
    clock = VirtualClock()
    payments = SimPayments(clock)
    canned = Canned(kind.simulated(payments, None))
    with serving(payments, canned, sends_by_itself=False) as served:
        account = canned.account(served.url)
        settings = replace(account, callback_key=None, signed_callbacks=False)
        with closing(open_provider(settings, clock=clock, log=ListWireLog())) as client:
            yield CannedRig(kind, client, canned)


# -- the providers -----------------------------------------------------------------------------

MTN = Kind(
    name="mtn",
    network=Network.MTN,
    prefix="96",
    guarantees=Guarantees(
        codes={
            "pin-timeout": "EXPIRED",
            "wrong-pin": "PAYMENT_NOT_APPROVED",
            "insufficient": "NOT_ENOUGH_FUNDS",
            "limit": "PAYER_LIMIT_REACHED",
            "not-approved": "APPROVAL_REJECTED",
            "no-wallet": "PAYER_NOT_FOUND",
            "fault": "INTERNAL_PROCESSING_ERROR",
        }
    ),
    cases=MTN_CASES,
    simulated=SIMULATED["mtn"],
)

AIRTEL = Kind(
    name="airtel",
    network=Network.AIRTEL,
    prefix="97",
    guarantees=Guarantees(
        codes={
            "pin-timeout": "DP00800001029",
            "wrong-pin": "DP00800001002",
            "insufficient": "DP00800001007",
            "limit": "DP00800001003",
            "not-approved": "DP00800001005",
            "no-wallet": "DP00800001025",
            "fault": "DP00800001009",
        },
        says_amount=False,
        signs_callbacks=True,
        tells_refunds=False,
    ),
    cases=AIRTEL_CASES,
    simulated=SIMULATED["airtel"],
)

ZAMTEL = Kind(
    name="zamtel",
    network=Network.ZAMTEL,
    prefix="95",
    guarantees=Guarantees(codes={}, says_amount=False, settles_at_once=True),
    cases=ZAMTEL_CASES,
    simulated=SIMULATED["zamtel"],
)

PAWAPAY = Kind(
    name="pawapay",
    network=Network.AIRTEL,
    prefix="97",
    guarantees=Guarantees(
        codes={
            "pin-timeout": "PAYMENT_NOT_APPROVED",
            "wrong-pin": "PAYMENT_NOT_APPROVED",
            "insufficient": "INSUFFICIENT_BALANCE",
            "limit": "PAYER_LIMIT_REACHED",
            "not-approved": "PAYMENT_NOT_APPROVED",
            "no-wallet": "PAYER_NOT_FOUND",
            "fault": "UNSPECIFIED_FAILURE",
        },
        signs_callbacks=True,
    ),
    cases=PAWAPAY_CASES,
    simulated=SIMULATED["pawapay"],
)

KINDS = {kind.name: kind for kind in (MTN, AIRTEL, ZAMTEL, PAWAPAY)}
