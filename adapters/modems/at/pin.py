"""Guards a SIM's PIN: what a card did not take is never given to it again by itself."""

import logging

from application.ports import ModemUnavailable, PinMemory

logger = logging.getLogger("ngoma.modems")


class SimPin:
    """The PIN of one modem's SIM; ``memory`` outlives the driver."""

    __slots__ = ("_is_under_way", "_memory", "_pin")

    def __init__(self, pin: str | None, memory: PinMemory) -> None:
        self._pin = pin
        self._memory = memory
        self._is_under_way = False

    def __repr__(self) -> str:
        return "SimPin(***)"

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._pin is not None

    def take(self, card: str, *, is_untouched: bool) -> str:
        """Give the PIN for ``card``, noting first that it is given.

        ``is_untouched``: the card itself says that it has all its tries, whatever is remembered.

        Raises:
            ModemUnavailable: there is none, it cannot be one, it was given before and not taken,
                or it cannot be noted.
        """
        if self._pin is None:
            raise ModemUnavailable(
                'the SIM asks for a PIN and the settings have none: add pin = "file:…", or try it'
                " with `ngoma modem probe --pin`"
            )
        if not (self._pin.isascii() and self._pin.isdecimal() and 4 <= len(self._pin) <= 8):
            raise ModemUnavailable("the configured PIN is not 4 to 8 digits", permanent=True)
        if self._is_under_way or (not is_untouched and self._memory.is_spent(card, self._pin)):
            raise ModemUnavailable(
                "this PIN was given to this SIM before and was not taken: put another into the"
                " settings, or enter it in a telephone, where the SIM takes it",
                permanent=True,
            )
        try:
            self._memory.spend(card, self._pin)
        except Exception as error:  # whatever the store may raise: a PIN not noted is not given
            logger.warning("a PIN cannot be noted, so it is not given: %s", error)
            raise ModemUnavailable("the PIN is not given: it cannot be noted that it is") from error
        self._is_under_way = True
        return self._pin

    def was_right(self, card: str) -> None:
        """Note that the card took it."""
        self._is_under_way = False
        self._memory.restore(card)
