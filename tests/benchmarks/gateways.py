"""Stores and gateway processes to be measured: prepared in this process, run as real ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from application.accounts import CreateAccount
from application.accounts.keys import NewKey
from application.books.actors import Actor
from application.books.commands import Command, Outcome
from application.fleet.duty import BringOnline, OnDuty
from application.ports import SimIdentity
from application.system import System
from domain.values import Credits, Network
from tests.benchmarks.load import Shot
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import UNLIMITED, Process, wait_until_ready
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port

R = TypeVar("R")

TEXT: Final = "Your parcel has arrived and is ready to be collected."
"""One segment, GSM-7, without anything that JSON escapes."""
PLENTY: Final = Credits(10**9)


@dataclass(frozen=True, slots=True)
class Account:
    """An account with credits for a whole benchmark."""

    number: int
    key: str


class Guest:
    """A gateway opened in this process beside the server, as the command line opens one."""

    def __init__(self, system: System) -> None:
        self.system = system

    def run(self, command: Command[R]) -> R:
        """Commit a command in this thread."""
        outcomes: list[Outcome[R]] = []
        self.system.committer.submit(command, outcomes.append)
        self.system.committer.step(0)
        return outcomes[0].unwrap()

    def create_account(self, name: str = "Bench") -> Account:
        """Make an account with plenty of credits."""
        key, new_key = self.system.keyring.make("bench")
        return Account(self.open_account(name, new_key), key)

    def open_account(self, name: str, new_key: NewKey) -> int:
        """Make one with a key that was made already; give its number."""
        system = self.system
        email = f"{name}@example.test"
        created = self.run(
            CreateAccount(
                name=name,
                email=email,
                email_digest=system.digests.email(email),
                key=new_key,
                granted=PLENTY,
                sender_ids=(),
                actor=Actor("bench"),
                at=system.clock.now(),
            )
        )
        return created.account

    def stay_online(self) -> list[OnDuty]:
        """Have a SIM of each network count as online for the next 90 s, though none is driven.

        What is accepted is then answered as in operation, and stays in the queue.
        """
        return [
            self.run(
                BringOnline(
                    SimIdentity(f"89260{n}", f"64500{n}", "35", "bench", "1"),
                    network=network,
                    modem=network.value,
                    holder="bench",
                    at=self.system.clock.now(),
                )
            )
            for n, network in enumerate(Network)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A migrated store and the settings of the processes that work on it."""

    name: str
    folder: Path
    database_url: str | None = None
    redis_url: str | None = None
    follower: str = "auto"
    """Who follows the log in ``serve``, as the setting says it."""

    @property
    def environment(self) -> dict[str, str]:
        """The settings, without limits."""
        urls = {"NGOMA_DATABASE_URL": self.database_url, "NGOMA_REDIS_URL": self.redis_url}
        given = {name: url for name, url in urls.items() if url is not None}
        place = {"NGOMA_DATA_DIR": str(self.folder), "NGOMA_FOLLOWER": self.follower}
        return {**UNLIMITED, **place, **given}

    def migrate(self) -> None:
        """Make the tables."""
        with self.guest() as guest:
            guest.system.store.migrate()
            guest.system.follower.migrate()

    @contextmanager
    def guest(self) -> Iterator[Guest]:
        """Open the gateway here; no thread is started."""
        settings = Settings(data_dir=self.folder, database_url=self.database_url)
        system = bootstrap(settings, is_server=False)
        try:
            yield Guest(system)
        finally:
            system.close()

    def process(self, *arguments: str | int, name: str) -> Process:
        """Make a process of this gateway; what it logs, as it is shipped, goes to a file."""
        return Process(*arguments, log=self.folder / f"{name}.log", settings=self.environment)

    @contextmanager
    def web(self, role: str, *, name: str = "web") -> Iterator[str]:
        """Run ``ngoma serve --role ROLE``; give its URL when it is ready."""
        with self.measured_web(role, name=name) as (url, _):
            yield url

    @contextmanager
    def measured_web(self, role: str, *, name: str = "web") -> Iterator[tuple[str, int]]:
        """Do the same; give its process id too."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with self.process("serve", "--role", role, "--port", port, name=name) as web:
            wait_until_ready(web, url)
            yield url, web.pid


def greet(base_url: str, accounts: Sequence[Account]) -> None:
    """Send one message with each key, so that its slow hash is behind us."""
    for account in accounts:
        client = Client(base_url, account.key)
        answer = client.feltech_send("0770000000", TEXT)
        if not answer.is_accepted:
            msg = f"the first send was answered {answer}"
            raise RuntimeError(msg)
        client.hang_up()


def single_shots(accounts: Sequence[Account]) -> list[Shot]:
    """Give single sends of these accounts in turn, in both dialects by turns."""
    return [shot for one in accounts for shot in (_wilcybertek(one), _feltech(one))]


def bulk_shots(account: Account, count: int) -> list[Shot]:
    """Give bulks of ``count`` recipients, in both dialects by turns."""
    json_type = {"Content-Type": "application/json"}
    return [
        Shot(
            "/api/bulk",
            f'{{"api_key":"{account.key}","message":"{TEXT}","recipients":["077',
            '"]}',
            json_type,
            count,
        ),
        Shot(
            "/api/v1/sms/send-bulk",
            f'{{"message":"{TEXT}","to":["077',
            '"]}',
            {**json_type, "Authorization": f"Bearer {account.key}"},
            count,
        ),
    ]


def echo_shot() -> Shot:
    """Give the same body for the echo."""
    return Shot("/", f'{{"message":"{TEXT}","to":"077', '"}', {"Content-Type": "application/json"})


def _wilcybertek(account: Account) -> Shot:
    head = f'{{"api_key":"{account.key}","message":"{TEXT}","to":"077'
    return Shot("/api", head, '"}', {"Content-Type": "application/json"})


def _feltech(account: Account) -> Shot:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {account.key}"}
    return Shot("/api/v1/sms/send", f'{{"message":"{TEXT}","to":"077', '"}', headers)


def wait_until_followed(guest: Guest, *, within_s: float = 60.0) -> None:
    """Wait until the read models have seen all that is in the log now."""
    head = guest.system.store.head()

    def has_followed() -> bool:
        return all(at.position >= head for at in guest.system.queries.projections())

    wait_until(has_followed, within_s=within_s, what=f"the read models reach {head}")
