"""What a simulated modem answers about the messages that it keeps: AT+CMGR, +CMGL and +CMGD."""

from collections.abc import Callable

from adapters.modems.simulated.grammar import Command
from adapters.modems.simulated.sim_card import PLACES

CMS_INVALID_INDEX = 321


class StoredMessages:
    """``places`` gives what is kept by index, ``refusal`` an error to raise by its number."""

    def __init__(
        self,
        places: Callable[[], dict[int, bytes]],
        refusal: Callable[[int], Exception],
        *,
        interjection: str | None,
    ) -> None:
        """``interjection`` is what the device says between ``+CMGR:`` and the PDU."""
        self._places = places
        self._refusal = refusal
        self._between = [interjection] if interjection else []

    def read(self, command: Command) -> list[str]:
        """Answer AT+CMGR; an empty place is answered with nothing."""
        if command.is_test:
            return []
        pdu = self._places().get(self._index(command))
        if pdu is None:
            return []
        return [f"+CMGR: 0,,{_octets(pdu)}", *self._between, pdu.hex().upper()]

    def list_all(self, command: Command) -> list[str]:
        """Answer AT+CMGL with all that is kept."""
        if command.is_test:
            return ["+CMGL: (0-4)"]
        found: list[str] = []
        for index, pdu in sorted(self._places().items()):
            found += [f"+CMGL: {index},0,,{_octets(pdu)}", pdu.hex().upper()]
        return found

    def delete(self, command: Command) -> list[str]:
        """Answer AT+CMGD: one, or with a flag all."""
        if command.is_test:
            return [f"+CMGD: (1-{PLACES}),(0-4)"]
        _, _, flag = (command.value or "").partition(",")
        if flag.strip() in {"1", "2", "3", "4"}:
            self._places().clear()
        else:
            self._places().pop(self._index(command), None)
        return []

    def _index(self, command: Command) -> int:
        index = (command.value or "").partition(",")[0].strip()
        if not index.isdecimal():
            raise self._refusal(CMS_INVALID_INDEX)
        return int(index)


def _octets(pdu: bytes) -> int:
    return len(pdu) - 1 - pdu[0]
