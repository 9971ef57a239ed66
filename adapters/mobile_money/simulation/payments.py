"""Simulated payments: taken under a script, ending as time passes, with callbacks that fall due."""

import hashlib
import heapq
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Protocol
from uuid import UUID

from adapters.mobile_money.simulation.scenarios import (
    SCENARIOS,
    SLOW_S,
    Ending,
    Script,
    Told,
    Trouble,
    Twist,
    scenario_of,
)
from adapters.settings.providers import ProviderSettings
from application.ports import Clock
from domain.money import Ngwee
from domain.values import SECOND, Instant

PAYMENTS_MAX: Final = 500_000
"""What is known at once; the oldest is forgotten first."""
SCENARIO_HEADER: Final = "x-sim-scenario"


@dataclass(frozen=True, slots=True)
class SimRequest:
    """A request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class SimCallback:
    """A callback that is due."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class SimAnswer:
    """What a simulated provider answers."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    """How long it keeps the caller waiting."""
    before: Sequence[SimCallback] = ()
    """What it calls back before it answers."""
    hangs_up: bool = False


@dataclass(slots=True, kw_only=True)
class SimPayment:
    """One payment, or a request for one that was not taken."""

    reference: str
    amount_ngwee: Ngwee
    payer: str
    """``260…``."""
    label: str
    script: Script
    taken_at: Instant
    receipt: str
    callback_url: str | None = None
    note: str = ""
    """What the provider's own protocol has to remember."""
    polls: int = 0
    refunded_ngwee: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether the provider has it at all."""
        return self.script.trouble not in {Trouble.DOWN, Trouble.HTML_FORBIDDEN}

    @property
    def ends_at(self) -> Instant:
        """When the payer or the network decides."""
        return Instant(self.taken_at + round(self.script.after_s * SECOND))

    @property
    def paid_ngwee(self) -> Ngwee:
        """What the payer pays."""
        return Ngwee(self.amount_ngwee // 2) if self.script.pays_half else self.amount_ngwee

    def ending(self, now: Instant) -> Ending | None:
        """Give how it has ended by now."""
        return self.script.ending if now >= self.ends_at else None

    def is_unclear(self) -> bool:
        """Count a question; whether it is one that gets no clear answer."""
        self.polls += 1
        return self.polls <= self.script.unclear_polls


class SimulatedProvider(Protocol):
    """A provider's wire protocol over the payments."""

    def answer(self, request: SimRequest) -> SimAnswer:
        """Answer one request."""

    def callback(self, payment: SimPayment, told: Told) -> SimCallback | None:
        """Write a callback; None where nobody is to be told."""

    def account(self, base_url: str) -> ProviderSettings:
        """Give what the settings have to say of the one account that it knows."""


class SimPayments:
    """The payments of one simulated provider. Safe to call from several threads.

    All that is drawn follows from the seed and the reference, whatever the order of requests.
    """

    def __init__(self, clock: Clock, *, seed: int = 0, scenario: str = "success") -> None:
        """``scenario`` is for payments whose payer, amount and header choose none."""
        self.clock = clock
        self._seed = seed
        self._scenario = scenario
        self._payments: dict[str, SimPayment] = {}
        self._tried: set[str] = set()
        self._due: list[tuple[Instant, int, SimPayment, Told]] = []
        self._order = count()
        self._lock = threading.Lock()

    def script(self, payer: str, amount_ngwee: Ngwee | None, scenario: str | None) -> Script:
        """Choose a script: by name, else by payer or amount, else the one for all."""
        chosen = scenario or scenario_of(payer, amount_ngwee) or self._scenario
        return SCENARIOS[chosen]

    def is_first_try(self, reference: str) -> bool:
        """Whether this is the first request under a reference."""
        with self._lock:
            is_first = reference not in self._tried
            if len(self._tried) >= PAYMENTS_MAX:
                self._tried.clear()
            self._tried.add(reference)
            return is_first

    def take(
        self,
        reference: str,
        script: Script,
        *,
        amount_ngwee: Ngwee,
        payer: str,
        label: str,
        receipt: str,
        callback_url: str | None = None,
        note: str = "",
    ) -> tuple[SimPayment, bool]:
        """Take a request for money; whether it is new, is the second part."""
        with self._lock:
            known = self._payments.get(reference)
            if known is not None and known.is_taken:
                return known, False
            payment = SimPayment(
                reference=reference,
                amount_ngwee=amount_ngwee,
                payer=payer,
                label=label,
                script=script,
                taken_at=self.clock.now(),
                receipt=receipt,
                callback_url=callback_url,
                note=note,
            )
            if len(self._payments) >= PAYMENTS_MAX:
                del self._payments[next(iter(self._payments))]
            self._payments[reference] = payment
            for told in script.told:
                if told.after_s >= 0:
                    due = Instant(payment.ends_at + round(told.after_s * SECOND))
                    heapq.heappush(self._due, (due, next(self._order), payment, told))
            return payment, True

    def find(self, reference: str) -> SimPayment | None:
        """Give a payment, or what is known of a request that was not taken."""
        return self._payments.get(reference)

    def by_receipt(self, receipt: str) -> SimPayment | None:
        """Give the payment of one of the provider's own ids."""
        return next((one for one in self if one.receipt == receipt), None)

    def __iter__(self) -> Iterator[SimPayment]:
        with self._lock:
            return iter(list(self._payments.values()))

    def drawn(self, name: str) -> str:
        """Give ten digits that follow from the seed and a name, the first of them no zero."""
        digest = hashlib.sha256(f"{self._seed}:{name}".encode()).digest()
        return str(10**9 + int.from_bytes(digest) % (9 * 10**9))

    def held_ngwee(self) -> Ngwee:
        """Give what was paid and not refunded."""
        now = self.clock.now()
        paid = [one for one in self if one.is_taken and one.ending(now) is Ending.PAID]
        return Ngwee(sum(one.paid_ngwee - one.refunded_ngwee for one in paid))

    def tell(self, payment: SimPayment) -> None:
        """Have the truth about a payment called back now."""
        with self._lock:
            heapq.heappush(self._due, (self.clock.now(), next(self._order), payment, Told()))

    def due(self) -> Sequence[tuple[SimPayment, Told]]:
        """Take the callbacks whose time has come."""
        found = []
        with self._lock:
            while self._due and self._due[0][0] <= self.clock.now():
                _, _, payment, told = heapq.heappop(self._due)
                found.append((payment, told))
        return found

    def next_due(self) -> Instant | None:
        """Give when the next callback falls due."""
        with self._lock:
            return self._due[0][0] if self._due else None


def is_uuid4(reference: str) -> bool:
    """Whether it is a UUID as two providers want it."""
    try:
        return UUID(reference).version == 4
    except ValueError:
        return False


def early(payment: SimPayment) -> Sequence[Told]:
    """Give what is called back before the request is answered."""
    return [told for told in payment.script.told if told.after_s < 0]


def told_reference(reference: str, told: Told) -> str:
    """Give the reference that a callback names: not its own, under that twist."""
    return reference[::-1] if told.twist is Twist.OTHER_REFERENCE else reference


def told_ngwee(payment: SimPayment, told: Told) -> Ngwee:
    """Give the amount that a callback names."""
    other = told.twist is Twist.OTHER_AMOUNT
    return Ngwee(payment.paid_ngwee * 10 if other else payment.paid_ngwee)


HTML: Final = b"<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>"
PAGES: Final = {
    Trouble.HTML_FORBIDDEN: (403, HTML % (b"403 Forbidden", b"Request blocked.")),
    Trouble.HTML_OK: (200, HTML % (b"Maintenance", b"We will be back shortly.")),
}


def page(trouble: Trouble) -> SimAnswer:
    """Give the page that a firewall or a proxy puts in place of an answer."""
    status, body = PAGES[trouble]
    return SimAnswer(status, body, "text/html; charset=utf-8")


def troubled(
    payment: SimPayment, sent: SimAnswer, *, down: SimAnswer, before: Sequence[SimCallback] = ()
) -> SimAnswer:
    """Give what becomes of an answer under a payment's script; ``down`` is a 5xx of theirs."""
    match payment.script.trouble:
        case Trouble.DOWN:
            return down
        case Trouble.HTML_FORBIDDEN | Trouble.HTML_OK as trouble:
            return page(trouble)
        case Trouble.SLOW:
            return replace(sent, wait_s=sent.wait_s + SLOW_S, before=before)
        case Trouble.HUNG_UP:
            return replace(sent, body=sent.body or b"{}", hangs_up=True)
        case _:
            return replace(sent, before=before)


def swapped(found: Mapping[str, Any]) -> dict[str, Any]:
    """Give numbers for texts of digits, as some builds of a provider write them."""
    return {
        name: swapped(value)
        if isinstance(value, dict)
        else int(value)
        if isinstance(value, str) and value.isdecimal()
        else value
        for name, value in found.items()
    }
