"""How well the modems of this process hear their networks, as each said when it was asked last."""

from collections.abc import Mapping


class Reception:
    """Noted by the threads of modems, read by any."""

    def __init__(self) -> None:
        self._dbm: dict[str, int] = {}

    def note(self, modem: str, signal_dbm: int | None) -> None:
        """A modem said how strong its signal is; None: it does not know."""
        if signal_dbm is None:
            self._dbm.pop(modem, None)
        else:
            self._dbm[modem] = signal_dbm

    def of(self, modem: str) -> int | None:
        """Give the signal of a modem in dBm; None when it is not known here."""
        return self._dbm.get(modem)

    def known(self) -> Mapping[str, float]:
        """Give those of all modems that said it, by name."""
        return dict(self._dbm)
