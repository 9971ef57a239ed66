"""Whether a modem is there: when it answered last, and whether it has its network."""

import logging

from application.fleet.reception import Reception
from application.fleet.waits import SimWaits
from application.ports import Clock, ModemDriver
from domain.values import SECOND, Instant

logger = logging.getLogger("ngoma.sims")


class Presence:
    """What is known of one modem between opening and closing; asks it when it was silent."""

    def __init__(
        self,
        name: str,
        driver: ModemDriver,
        *,
        clock: Clock,
        waits: SimWaits,
        reception: Reception,
    ) -> None:
        self._name = name
        self._reception = reception
        self._driver = driver
        self._clock = clock
        self._waits = waits
        self._answered_s = clock.monotonic_s()
        self._ask_at_s = float("-inf")
        self._lost_network_s = float("inf")
        self.is_registered = True

    def begin(self) -> None:
        """The modem came up: it answered, and has a network."""
        self.is_registered = True
        self.note_answer()

    def note_answer(self) -> None:
        """The modem said something."""
        self._answered_s = self._clock.monotonic_s()

    def note_network(self, *, is_registered: bool) -> None:
        """The modem said whether it has a network."""
        if is_registered is self.is_registered:
            return
        self.is_registered = is_registered
        self._lost_network_s = self._clock.monotonic_s()
        logger.warning("modem %s %s the network", self._name, "has" if is_registered else "lost")

    def ask(self) -> None:
        """Ask a modem that was silent for a while how it is."""
        now_s = self._clock.monotonic_s()
        if now_s - self._answered_s < self._waits.health_s or now_s < self._ask_at_s:
            return
        self._ask_at_s = now_s + self._waits.health_again_s
        health = self._driver.health()
        if health is not None:
            self.note_answer()
            self.note_network(is_registered=health.registered)
            self._reception.note(self._name, health.signal_dbm)

    @property
    def answered_at(self) -> Instant:
        """When the modem answered last, by the clock as it stands now."""
        silent_s = self._clock.monotonic_s() - self._answered_s
        return Instant(self._clock.now() - round(silent_s * SECOND))

    @property
    def fault(self) -> str | None:
        """Why the modem has to be opened anew; None while it need not be."""
        now_s = self._clock.monotonic_s()
        if now_s - self._answered_s > self._waits.silent_s:
            return "the modem does not answer"
        if not self.is_registered and now_s - self._lost_network_s > self._waits.unregistered_s:
            return "the modem has no network"
        return None
