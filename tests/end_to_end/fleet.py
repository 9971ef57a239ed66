"""Gateways with modems of their own choice: emulators as processes, one machine or several roles.

``Served`` is ``ngoma serve`` over SQLite. ``Scaled`` is the same by roles over PostgreSQL and
Redis: several API processes, a worker, a projector.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from adapters.clock import SystemClock
from application.fleet.liveness import LeaseWatch
from application.ports import Store
from domain.values import Network
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import Process, run_cli, wait_until_ready
from tests.end_to_end.truth import postgres_store, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port

PROFILES: Final[Mapping[str, str]] = {"airtel": "sim800", "mtn": "e173", "zamtel": "ec25"}


class Modem(Process):
    """``ngoma modem emulate`` for one network; its files are ``<network>.tty`` and ``.jsonl``."""

    def __init__(
        self, network: str, folder: Path, *, faults: Sequence[str] = (), latency_ms: int = 0
    ) -> None:
        self.network = network
        self.link = folder / f"{network}.tty"
        self.network_log = folder / f"{network}.jsonl"
        options = [option for fault in faults for option in ("--fault", fault)]
        super().__init__(
            *("modem", "emulate", "--profile", PROFILES[network]),
            *("--link", str(self.link), "--network-log", str(self.network_log)),
            *("--latency-ms", str(latency_ms), *options),
            log=folder / f"{network}.log",
        )

    def wait_until_there(self) -> None:
        """Wait until its device can be opened."""

        def is_there() -> bool:
            self.must_run()
            return self.link.exists()

        wait_until(is_there, what=f"{self} is there")

    @property
    def settings_entry(self) -> str:
        """Its entry in a TOML file of settings: no pacing, no quota."""
        values = {
            "name": self.network,
            "device": str(self.link),
            "network": self.network,
            "segments_per_minute": 0,
            "segments_per_day": 0,
        }
        lines = (f"{name} = {json.dumps(value)}" for name, value in values.items())
        return "\n".join(["[[modems]]", *lines, ""])


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What ``account create`` printed."""

    number: int
    api_key: str


class Fleet(ABC):
    """What both kinds of gateway have: a folder, emulated modems, settings, accounts."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        faults: Mapping[str, Sequence[str]] | None = None,
        latency_ms: int = 0,
        networks: Sequence[str] = tuple(PROFILES),
    ) -> None:
        self.folder = folder
        self.config = folder / "ngoma.toml"
        self.settings = {
            "NGOMA_DATA_DIR": str(folder),
            "NGOMA_CONFIG": str(self.config),
            **(settings or {}),
        }
        self.modems = {
            network: Modem(
                network,
                folder / "modems",
                faults=(faults or {}).get(network, ()),
                latency_ms=latency_ms,
            )
            for network in networks
        }
        self._stack = ExitStack()
        self._accounts = 0

    def create_account(self, *, credits: int) -> NewAccount:
        """Make an account by the command line."""
        self._accounts += 1
        name = f"Account {self._accounts}"
        made = self.cli(
            *("account", "create", name, "--email", f"{self._accounts}@example.test"),
            *("--credits", credits),
        )
        return NewAccount(made["account_id"], made["api_key"])

    def cli(self, *arguments: str | int) -> Any:
        """Run a command beside the processes."""
        return run_cli(*arguments, settings=self.settings)

    def process(self, *arguments: str | int, name: str) -> Process:
        """Make a process of this gateway."""
        return Process(*arguments, log=self.folder / f"{name}.log", settings=self.settings)

    def _start_modems(self) -> None:
        (self.folder / "modems").mkdir(parents=True, exist_ok=True)
        self.config.write_text("\n".join(m.settings_entry for m in self.modems.values()))
        for modem in self.modems.values():
            self._stack.enter_context(modem)
        for modem in self.modems.values():
            modem.wait_until_there()

    def _wait_until_online(self) -> None:
        """Wait until the store knows every modem's SIM, so that no send is told of an outage."""
        wanted = {Network(network) for network in self.modems}
        with self.store() as store:
            leases = LeaseWatch(store, SystemClock())
            wait_until(
                lambda: wanted <= leases.online(),
                what="the modems are online",
            )

    @abstractmethod
    def store(self) -> AbstractContextManager[Store]:
        """Open the store, which others use too."""

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class Served(Fleet):
    """``ngoma serve`` over SQLite, with emulated modems beside it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, **options)
        port = free_port()
        self.base_url = f"http://127.0.0.1:{port}"
        self.server = self.process("serve", "--port", port, name="serve")

    def __enter__(self) -> Self:
        self._start_modems()
        self._stack.enter_context(self.server)
        wait_until_ready(self.server, self.base_url)
        self._wait_until_online()
        return self

    def store(self) -> AbstractContextManager[Store]:
        """Open the store beside the server."""
        return sqlite_store(self.folder)

    def client(self, account: NewAccount) -> Client:
        """A client of an account."""
        return Client(self.base_url, account.api_key)


class Scaled(Fleet):
    """The roles as processes of their own over PostgreSQL and Redis."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        redis_url: str,
        apis: int = 2,
        settings: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        stores = {"NGOMA_DATABASE_URL": database_url, "NGOMA_REDIS_URL": redis_url}
        super().__init__(folder, settings={**stores, **(settings or {})}, **options)
        ports = [free_port() for _ in range(apis)]
        self.base_urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.apis = [
            self.process("serve", "--role", "api", "--port", port, name=f"api-{place}")
            for place, port in enumerate(ports, start=1)
        ]
        self.worker = self.process("worker", name="worker")
        self.projector = self.process("project", name="project")

    def __enter__(self) -> Self:
        self._start_modems()
        run_cli("migrate", settings=self.settings)
        for process in (*self.apis, self.worker, self.projector):
            self._stack.enter_context(process)
        self.wait_until_ready()
        self._wait_until_online()
        return self

    def store(self) -> AbstractContextManager[Store]:
        """Open the store beside the processes."""
        return postgres_store(self.settings["NGOMA_DATABASE_URL"])

    def wait_until_ready(self) -> None:
        """Wait until every API process answers."""
        for process, base_url in zip(self.apis, self.base_urls, strict=True):
            wait_until_ready(process, base_url)

    def clients(self, account: NewAccount) -> list[Client]:
        """A client of an account for each API process."""
        return [Client(base_url, account.api_key) for base_url in self.base_urls]

    def must_run(self) -> None:
        """Fail, with its output, when a process has ended."""
        for process in (*self.apis, self.worker, self.projector):
            process.must_run()
