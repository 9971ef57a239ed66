"""The list of modem drivers, by the name that settings use; each is one folder beside this file.

To add one: a folder with a class that implements ``application.ports.ModemDriver``, a factory
here, and a row in ``tests/conformance/test_modem_port.py``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

from application.ports import Clock, ModemDriver, ModemSettings

DriverFactory = Callable[[ModemSettings, Clock], ModemDriver]


@runtime_checkable
class _Secret(Protocol):
    def reveal(self) -> str: ...


def _at(settings: ModemSettings, clock: Clock) -> ModemDriver:
    """Make a driver for a GSM modem on the serial port ``device``."""
    from adapters.modems.at.driver import AtModemDriver  # noqa: PLC0415 - lazy
    from adapters.modems.at.port import SerialPort  # noqa: PLC0415 - lazy

    pin = settings.pin.reveal() if isinstance(settings.pin, _Secret) else None
    return AtModemDriver(lambda: SerialPort(settings.device, clock=clock), clock=clock, pin=pin)


def _simulated(settings: ModemSettings, clock: Clock) -> ModemDriver:
    """Make a modem without a device; ``device`` scripts it: ``log=FILE&fault=cms=38&seed=1``."""
    from adapters.modems.at.rejections import outcome_of_line  # noqa: PLC0415 - lazy
    from adapters.modems.simulated.scripted import scripted_driver  # noqa: PLC0415 - lazy

    return scripted_driver(settings, clock, error_table=outcome_of_line)


DRIVERS: Final[Mapping[str, DriverFactory]] = MappingProxyType({"at": _at, "simulated": _simulated})
"""Factories that import their driver only when it is wanted."""
