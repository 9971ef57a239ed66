"""The list of modem drivers, by the name that settings use; each is one folder beside this file.

To add one: a folder with a class that implements ``application.ports.ModemDriver``, a factory
here, and a row in ``tests/conformance/test_modem_port.py``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

from application.ports import ANSWER_MAX_S, Clock, ModemDriver, ModemSettings, PinMemory


class DriverFactory(Protocol):
    """Makes a driver; nothing is opened yet."""

    def __call__(
        self,
        settings: ModemSettings,
        clock: Clock,
        *,
        answer_timeout_s: float = ANSWER_MAX_S,
        pins: PinMemory | None = None,
    ) -> ModemDriver:
        """Make it; a segment without an answer after ``answer_timeout_s`` is in doubt.

        ``pins`` remembers which PIN a card did not take; else the driver does, while it lives.
        """


@runtime_checkable
class _Secret(Protocol):
    def reveal(self) -> str: ...


def _at(
    settings: ModemSettings,
    clock: Clock,
    *,
    answer_timeout_s: float = ANSWER_MAX_S,
    pins: PinMemory | None = None,
) -> ModemDriver:
    """Make a driver for a GSM modem on the serial port ``device``."""
    from adapters.modems.at.driver import AtModemDriver  # noqa: PLC0415 - lazy
    from adapters.modems.at.port import SerialPort  # noqa: PLC0415 - lazy
    from adapters.modems.at.timeouts import AtTimeouts  # noqa: PLC0415 - lazy

    return AtModemDriver(
        lambda: SerialPort(settings.device, clock=clock),
        clock=clock,
        name=settings.device,
        pins=pins,
        pin=settings.pin.reveal() if isinstance(settings.pin, _Secret) else None,
        timeouts=AtTimeouts.with_answer(answer_timeout_s),
    )


def _simulated(
    settings: ModemSettings,
    clock: Clock,
    *,
    answer_timeout_s: float = ANSWER_MAX_S,  # noqa: ARG001 - its script has a patience of its own
    pins: PinMemory | None = None,  # noqa: ARG001 - its SIM wants no PIN
) -> ModemDriver:
    """Make a modem without a device; ``device`` scripts it: ``log=FILE&fault=cms=38&seed=1``."""
    from adapters.modems.at.rejections import outcome_of_line  # noqa: PLC0415 - lazy
    from adapters.modems.simulated.scripted import scripted_driver  # noqa: PLC0415 - lazy

    return scripted_driver(settings, clock, error_table=outcome_of_line)


DRIVERS: Final[Mapping[str, DriverFactory]] = MappingProxyType({"at": _at, "simulated": _simulated})
"""Factories that import their driver only when it is wanted."""
