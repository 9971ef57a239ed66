"""Whether a SIM has its network: what each domain said last, asked or by itself (27.007 7.2)."""

from typing import Final

from adapters.modems.at.link import AtLink
from adapters.modems.devices.registration_forms import status_in

REGISTERED: Final = frozenset({1, 5, 6, 7, 9, 10})
"""+CREG stat: home, roaming, both again for SMS only, both again without CSFB."""

DENIED: Final = 3
SEARCHING: Final = 2
_ALWAYS_ASKED: Final = ("+CREG", "+CEREG")
_ASKED_WITHOUT_NETWORK: Final = ("+CGREG", "+C5GREG")


class Registration:
    """What each domain said last: a SIM has its network when any of them has it."""

    def __init__(self) -> None:
        self._statuses: dict[str, int] = {}

    def clear(self) -> None:
        """Know nothing: a new link begins."""
        self._statuses.clear()

    def note(self, text: str) -> None:
        """Take a line of any domain; it says nothing of the others."""
        status = status_in(text)
        if status is not None:
            self._statuses[text.partition(":")[0]] = status

    @property
    def is_known(self) -> bool:
        """Whether any domain said anything."""
        return bool(self._statuses)

    @property
    def is_registered(self) -> bool:
        """Whether any domain has the network."""
        return not REGISTERED.isdisjoint(self._statuses.values())

    @property
    def is_refused(self) -> bool:
        """Whether the network refused the SIM and no domain searches on."""
        statuses = set(self._statuses.values())
        return DENIED in statuses and not self.is_registered and SEARCHING not in statuses

    def __str__(self) -> str:
        said = [f"{name}: {status}" for name, status in self._statuses.items()]
        return ", ".join(said) or "the modem does not say"

    def ask(self, link: AtLink, *, timeout_s: float) -> None:
        """Ask the domains; those of packets only while the others have no network."""
        until_s = link.now_s() + timeout_s
        self._ask(link, _ALWAYS_ASKED, until_s)
        if self.is_known and not self.is_registered:
            self._ask(link, _ASKED_WITHOUT_NETWORK, until_s)

    def _ask(self, link: AtLink, names: tuple[str, ...], until_s: float) -> None:
        for name in names:
            left_s = until_s - link.now_s()
            if left_s <= 0:
                return
            reply = link.command(f"AT{name}?", timeout_s=left_s, is_query=True)
            if reply is not None and reply.ok:
                self.note(reply.lines[0])
