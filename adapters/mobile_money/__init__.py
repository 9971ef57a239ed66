"""The list of providers of mobile money, by the kind that settings use; each is one folder here.

To add one: a folder with a client that implements ``application.ports.MobileMoney`` and a
simulated provider, a line in ``PROVIDERS``, ``TRAITS`` and ``SIMULATED``, its settings in
``adapters/settings/providers.py``, and a row in ``tests/conformance/mobile_money_rigs.py``.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from adapters.mobile_money.airtel.traits import airtel_traits
from adapters.mobile_money.mtn.traits import mtn_traits
from adapters.mobile_money.pawapay.traits import pawapay_traits
from adapters.mobile_money.zamtel.traits import zamtel_traits
from adapters.settings.providers import ProviderSettings
from application.ports import Clock, MobileMoney, MobileMoneyAccounts, ProviderTraits, WireLog
from domain.errors import InvalidRequest

if TYPE_CHECKING:
    from adapters.mobile_money.simulation.payments import SimPayments, SimulatedProvider
    from adapters.mobile_money.wire.caller import Caller, Waits


def open_provider(
    settings: ProviderSettings, *, clock: Clock, log: WireLog, waits: "Waits | None" = None
) -> MobileMoney:
    """Make the client of one account; ``waits`` replaces the settings' own, in tests.

    Raises:
        InvalidRequest: the settings lack what this kind needs, or a key cannot be read.
    """
    from adapters.mobile_money.wire.caller import Caller, Waits  # noqa: PLC0415 - lazy

    if settings.lacks:
        msg = f"The provider {settings.name} lacks {', '.join(settings.lacks)}."
        raise InvalidRequest(msg, field="providers")
    caller = Caller(
        provider=settings.name,
        base_url=settings.base_url,
        clock=clock,
        log=log,
        secrets=[one.reveal() for one in settings.secrets],
        waits=waits or Waits(answer_s=settings.answer_s),
    )
    return PROVIDERS[settings.kind](settings, caller)


class Accounts(MobileMoneyAccounts):
    """The accounts of the settings by name; a client is made when it is first asked for."""

    def __init__(self, accounts: Sequence[ProviderSettings], *, clock: Clock, log: WireLog) -> None:
        self._settings = {account.name: account for account in accounts}
        self.traits = {account.name: TRAITS[account.kind](account) for account in accounts}
        self._clients: dict[str, MobileMoney] = {}
        self._clock, self._log = clock, log
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> MobileMoney:
        """Give the client of an account.

        Raises:
            KeyError: the settings have no such account (any more).
            InvalidRequest: a key of it cannot be read.
        """
        with self._lock:
            if name not in self._clients:
                settings = self._settings[name]
                self._clients[name] = open_provider(settings, clock=self._clock, log=self._log)
            return self._clients[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()


def _mtn(settings: ProviderSettings, caller: "Caller") -> MobileMoney:
    """Make a client of MTN MoMo's Open API."""
    from adapters.mobile_money.mtn.client import open_mtn  # noqa: PLC0415 - lazy

    return open_mtn(settings, caller)


def _airtel(settings: ProviderSettings, caller: "Caller") -> MobileMoney:
    """Make a client of Airtel's Open API."""
    from adapters.mobile_money.airtel.client import open_airtel  # noqa: PLC0415 - lazy

    return open_airtel(settings, caller)


def _zamtel(settings: ProviderSettings, caller: "Caller") -> MobileMoney:
    """Make a client of Zamtel's REST front, which keeps callers waiting for the payer."""
    from adapters.mobile_money.zamtel.client import open_zamtel  # noqa: PLC0415 - lazy

    return open_zamtel(settings, caller)


def _pawapay(settings: ProviderSettings, caller: "Caller") -> MobileMoney:
    """Make a client of pawaPay's Merchant API, which reaches all three networks."""
    from adapters.mobile_money.pawapay.client import open_pawapay  # noqa: PLC0415 - lazy

    return open_pawapay(settings, caller)


def _simulated_pawapay(payments: "SimPayments", callback_url: str | None) -> "SimulatedProvider":
    """Make a simulated pawaPay: it calls the URL of its dashboard."""
    from adapters.mobile_money.pawapay.simulated import SimulatedPawapay  # noqa: PLC0415 - lazy

    return SimulatedPawapay(payments, callback_url)


def _simulated_zamtel(payments: "SimPayments", callback_url: str | None) -> "SimulatedProvider":
    """Make a simulated Zamtel: it calls nobody."""
    from adapters.mobile_money.zamtel.simulated import SimulatedZamtel  # noqa: PLC0415 - lazy

    return SimulatedZamtel(payments, callback_url)


def _simulated_airtel(payments: "SimPayments", callback_url: str | None) -> "SimulatedProvider":
    """Make a simulated Airtel: it calls the URL that was registered."""
    from adapters.mobile_money.airtel.simulated import SimulatedAirtel  # noqa: PLC0415 - lazy

    return SimulatedAirtel(payments, callback_url)


def _simulated_mtn(payments: "SimPayments", callback_url: str | None) -> "SimulatedProvider":
    """Make a simulated MTN: it is told a URL with each request."""
    from adapters.mobile_money.mtn.simulated import SimulatedMtn  # noqa: PLC0415 - lazy

    return SimulatedMtn(payments, callback_url)


PROVIDERS: Final[Mapping[str, Callable[[ProviderSettings, "Caller"], MobileMoney]]] = (
    MappingProxyType({"mtn": _mtn, "airtel": _airtel, "zamtel": _zamtel, "pawapay": _pawapay})
)
"""Factories that import their client only when it is wanted."""

TRAITS: Final[Mapping[str, Callable[[ProviderSettings], ProviderTraits]]] = MappingProxyType(
    {
        "mtn": mtn_traits,
        "airtel": airtel_traits,
        "zamtel": zamtel_traits,
        "pawapay": pawapay_traits,
    }
)
"""What the settings alone say of an account: no key is read for it."""

SIMULATED: Final[Mapping[str, Callable[["SimPayments", str | None], "SimulatedProvider"]]] = (
    MappingProxyType(
        {
            "mtn": _simulated_mtn,
            "airtel": _simulated_airtel,
            "zamtel": _simulated_zamtel,
            "pawapay": _simulated_pawapay,
        }
    )
)
"""Factories of simulated providers; the second argument is where callbacks are registered."""
