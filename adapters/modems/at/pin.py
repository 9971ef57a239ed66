"""Guards a SIM's PIN: it is given to a SIM at most once, since three wrong ones lock the SIM."""

from application.ports import ModemUnavailable


class SimPin:
    """The PIN of one SIM, for the life of one driver."""

    __slots__ = ("_is_spent", "_pin")

    def __init__(self, pin: str | None) -> None:
        self._pin = pin
        self._is_spent = False

    def __repr__(self) -> str:
        return "SimPin(***)"

    def take(self) -> str:
        """Give the PIN, this once.

        Raises:
            ModemUnavailable: there is none, it cannot be one, or it was given before.
        """
        if self._pin is None:
            raise ModemUnavailable("the SIM asks for a PIN and the settings have none")
        if not (self._pin.isascii() and self._pin.isdecimal() and 4 <= len(self._pin) <= 8):
            raise ModemUnavailable("the configured PIN is not 4 to 8 digits", permanent=True)
        if self._is_spent:
            raise ModemUnavailable(
                "the SIM asks for its PIN again and was given it once already", permanent=True
            )
        self._is_spent = True
        return self._pin
