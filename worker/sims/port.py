"""A modem's way up and down: opened when its pause is over, closed with a reason."""

import logging
from dataclasses import replace
from typing import Final

from application.books.alarms import Alarms
from application.fleet.pacing import BackOff
from application.fleet.waits import SimWaits
from application.ports import Clock, ModemDriver, ModemSettings, ModemUnavailable, SimIdentity

TRIES_BEFORE_ALARM: Final = 6
"""A modem that is down for so many tries, with ever longer pauses, is somebody's business."""

logger = logging.getLogger("ngoma.sims")


class Port:
    """One modem: up, or down with the reason and a pause before the next try."""

    def __init__(
        self,
        settings: ModemSettings,
        driver: ModemDriver,
        *,
        clock: Clock,
        alarms: Alarms,
        waits: SimWaits,
    ) -> None:
        self._settings = settings
        self._driver = driver
        self._clock = clock
        self._alarms = alarms
        self._alarm = f"modem {settings.name} down"
        self._waits = waits
        self._pauses = BackOff(waits.reopen_s)
        self._open_at_s = float("-inf")
        self._up_since_s = float("inf")
        self._tries = 0
        self.is_up = False
        self.needs_person = False
        """Whether trying again by itself would do harm."""
        self.reason: str | None = None
        """Why it is down; None while it is up, or was never tried."""
        self.lacks: str | None = None
        """What does not work on it though it is up, each with why not."""

    @property
    def pause_s(self) -> float:
        """Seconds until it may be opened."""
        if self.needs_person:
            return float("inf")
        return max(0.0, self._open_at_s - self._clock.monotonic_s())

    def open(self) -> SimIdentity | None:
        """Open the modem and read whose SIM is in it; None when it does not come up."""
        try:
            identity = self._driver.open()
        except ModemUnavailable as error:
            self._stay_down(error.reason, is_final=error.permanent)
            return None
        lacking = [f"no {what}: {why_not}" for what, why_not in identity.abilities.lacking]
        for words in lacking:
            logger.warning("modem %s: %s", self._settings.name, words)
        self.lacks = "; ".join(lacking) or None
        if identity.msisdn is None:
            identity = replace(identity, msisdn=self._settings.msisdn)
        return identity

    def came_up(self) -> None:
        """All is well: the modem is open, and its SIM is ours."""
        self.is_up, self.reason, self._tries = True, None, 0
        self._up_since_s = self._clock.monotonic_s()
        self._alarms.clear(self._alarm)
        logger.info("modem %s is online", self._settings.name)

    def close(self, reason: str) -> None:
        """Close it."""
        if self.is_up and self._clock.monotonic_s() - self._up_since_s > self._waits.steady_s:
            self._pauses.reset()
        self._driver.close()
        self.is_up, self.reason = False, reason

    def reopen_later(self, reason: str, *, pause_s: float | None = None) -> None:
        """Close it until a pause (``pause_s``, or ever longer ones) is over."""
        self.close(reason)
        self._stay_down(reason, is_final=False)
        if pause_s is not None:
            self._open_at_s = self._clock.monotonic_s() + pause_s

    def _stay_down(self, reason: str, *, is_final: bool) -> None:
        self.reason, self.needs_person = reason, is_final
        pause_s = self._pauses.next_s()
        self._open_at_s = self._clock.monotonic_s() + pause_s
        self._tries += 1
        if is_final:
            self._alarms.set(self._alarm, f"{reason}; not tried again until restarted")
        else:
            logger.warning(
                "modem %s is not up, next try in %g s: %s", self._settings.name, pause_s, reason
            )
            if self._tries >= TRIES_BEFORE_ALARM:
                tried = f"tried {self._tries} times, and again every {pause_s:g} s"
                self._alarms.set(self._alarm, f"{reason}; {tried}")
