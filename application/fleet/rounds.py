"""Where one SIM takes its messages from: its network's desk, and others' where it helps out."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from application.fleet.desk import Desk
from application.ports import LocalPhoneSettings, ModemSettings
from application.ports.queries import Waiting
from domain.phone import read_slots
from domain.values import Network


class Source(Protocol):
    """What gives a SIM its messages, and hears what became of them; see ``Desk``."""

    @property
    def network(self) -> Network:
        """The SIM's own."""

    @property
    def bell(self) -> int:
        """A number that changes with every ring."""

    def ring(self) -> None:
        """Say that there may be new work."""

    def wait(self, bell: int, timeout_s: float) -> None:
        """Wait for a ring, or until time is up."""

    def take(self, sim: int) -> Waiting | None:
        """Give the best message that a SIM may carry."""

    def next_up(self, limit: int) -> Sequence[int]:
        """Number some messages that are taken soon."""

    def put_back(self, waiting: Waiting) -> None:
        """Take a message back untouched."""

    def settle(self, number: int, *, aside_s: float = 0.0) -> None:
        """Note that what became of a message is in the log, or that it cannot be sent now."""


class Rounds:
    """The desks of one SIM that may send off-net: its own first, then the others.

    From another network's desk it takes only while that network has no SIM online
    (``without_sim``), and what is bound to it: a long message that it began there.
    """

    def __init__(
        self,
        own: Desk,
        others: Sequence[Desk],
        *,
        without_sim: Callable[[], Collection[Network]],
    ) -> None:
        self._own = own
        self._others = others
        self._without_sim = without_sim
        self._taken: dict[int, Desk] = {}

    @property
    def network(self) -> Network:
        """The SIM's own."""
        return self._own.network

    @property
    def bell(self) -> int:
        """The own desk's: work elsewhere is seen at the next look."""
        return self._own.bell

    def ring(self) -> None:
        """Say that there may be new work."""
        self._own.ring()

    def wait(self, bell: int, timeout_s: float) -> None:
        """Wait for a ring of the own desk, or until time is up."""
        self._own.wait(bell, timeout_s)

    def take(self, sim: int) -> Waiting | None:
        """Give the best message of the own network, else of one that needs help.

        Raises:
            StoreDown: the read models, the log or the leases cannot be read.
        """
        waiting = self._own.take(sim)
        if waiting is not None:
            return waiting
        without_sim = self._without_sim()
        for desk in self._others:
            waiting = desk.take(sim, is_bound_only=desk.network not in without_sim)
            if waiting is not None:
                self._taken[waiting.number] = desk
                return waiting
        return None

    def next_up(self, limit: int) -> Sequence[int]:
        """Number some messages of the own network that are taken soon."""
        return self._own.next_up(limit)

    def put_back(self, waiting: Waiting) -> None:
        """Give a message back to the desk that it came from."""
        self._taken.pop(waiting.number, self._own).put_back(waiting)

    def settle(self, number: int, *, aside_s: float = 0.0) -> None:
        """Tell the desk that a message came from what became of it."""
        self._taken.pop(number, self._own).settle(number, aside_s=aside_s)


def served_networks(
    modems: Iterable[ModemSettings], phones: Iterable[LocalPhoneSettings] = ()
) -> Collection[Network]:
    """Give the networks that the SIMs of some modems and phones may carry messages to."""
    modems = list(modems)
    if any(modem.off_net for modem in modems):
        return list(Network)
    by_phone = (network for phone in phones for network in read_slots(phone.slots).values())
    return list(dict.fromkeys([*(modem.network for modem in modems), *by_phone]))
