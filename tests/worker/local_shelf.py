"""Phones that the gateway calls, beside others: the real driver over HTTP, on a virtual clock."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from adapters.modems.phones.client import LocalPhone
from adapters.modems.simulated.phone_server import phone_served
from adapters.modems.simulated.served_phone import ServedPhone
from adapters.security.secret import Secret
from application.ports import LocalPhoneSettings
from domain.phone import Slots, written_slots
from tests.worker.gateway import gateway
from tests.worker.phone_shelf import Shelf
from tests.worker.taking_turns import TakingTurns
from worker.parts.local_phones import local_phone
from worker.sims.local_phone import LocalPhoneRunner

PASSWORD: Final = "k3Yb7wQz"


Unplug = Callable[[], None]


class Called:
    """One phone, its server, and what drives it."""

    def __init__(
        self, shelf: "LocalShelf", phone: ServedPhone, settings: LocalPhoneSettings, unplug: Unplug
    ) -> None:
        self.phone = phone
        self.settings = settings
        self.unplug = unplug
        self._shelf = shelf
        self.runner = self._begin()

    def _begin(self) -> LocalPhoneRunner:
        shelf = self._shelf
        return local_phone(
            self.settings,
            shelf.means(),
            system=shelf.gw.system,
            desk_of=shelf.gw.new_desk,
            holder="host",
        )

    def restart(self) -> None:
        """Begin with what a new process knows: the log, and the settings."""
        self.runner = self._begin()

    def step(self, wait_s: float) -> None:
        self.runner.step()

    def close(self) -> None:
        self.runner.close()


class LocalShelf(Shelf):
    """A shelf with such phones."""

    servers: ExitStack

    def add_called(self, slots: Slots, *faults: str, **options: Any) -> Called:
        """Run a phone that is called, and have it called."""
        name = f"p{len(self.sims)}"
        phone = ServedPhone(
            f"local-{name}",
            clock=self.time,
            log=self.air,
            faults=faults,
            seed=self.seed * 8 + len(self.phones),
            **options,
        )
        server = self.servers.enter_context(ExitStack())
        url = server.enter_context(phone_served(phone, password=PASSWORD))
        written = tuple(written_slots(slots))
        settings = LocalPhoneSettings(name, url, Secret(PASSWORD), written)
        self.phones.append(phone)
        called = Called(self, phone, settings, server.close)
        self.sims.append(called)
        return called


@contextmanager
def local_shelf(folder: Path, *, seed: int = 0) -> Iterator[LocalShelf]:
    """Give an empty shelf over a gateway without threads."""
    time = TakingTurns()
    with ExitStack() as servers, gateway(folder, is_threaded=False, clock=time) as gw:
        shelf = LocalShelf(gw, time, seed=seed)
        shelf.servers = servers
        yield shelf


class DiesAfterGiving(LocalPhone):
    """The client of a process that is killed once the phone has a message."""

    def give(self, message: Any) -> Any:
        super().give(message)
        raise Killed


class DiesBeforeGiving(LocalPhone):
    """The client of one that is killed when an attempt is committed, and nothing was given."""

    def give(self, message: Any) -> Any:
        raise Killed


class ShowsNothingOfIt(LocalPhone):
    """The client of something that knows every message, and shows neither text nor recipient."""

    more: Mapping[str, object] = MappingProxyType({})

    def give(self, message: Any) -> Any:
        return 409, None

    def show(self, message_id: str) -> Any:
        return 200, {"id": message_id, "state": "Pending", "textMessage": "none", **self.more}


class Killed(BaseException):
    """The process is gone: nothing after it runs."""
