"""Backups under load, and what each of them is worth: restored, checked, started, sent from."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adapters.clock import SystemClock
from application.fleet.liveness import LeaseWatch
from application.ports import Store
from domain.message import State
from domain.values import Network
from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Fleet, NewAccount
from tests.end_to_end.gateway import Process, run_cli, wait_until_ready
from tests.end_to_end.load import Load, Recipients, Sms
from tests.end_to_end.truth import Truth, on_air, repeated
from tests.end_to_end.waiting import wait_until
from tests.support.servers import free_port
from tests.worker.cli.commands import Cli

EVERY_S: Final = 1.0
LONGEST_S: Final = 20.0
"""How long a backup may take under load, on a machine that others use."""
BULK: Final = 10

Opened = Callable[[Mapping[str, str]], AbstractContextManager[Store]]
"""Opens the store that settings name."""


@dataclass(slots=True)
class Recovery:
    """One gateway whose backups are made under load, and gateways that are restored from them."""

    fleet: Fleet
    account: NewAccount
    opened: Opened
    faults: list[str] = field(default_factory=list)
    recipients: Recipients = field(default_factory=Recipients)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def back_up(self, clients: Sequence[Client], count: int) -> list[Path]:
        """Make backups, one a second, while clients send as fast as they are answered.

        The command runs in this process: starting one takes longer than the second.
        """
        ngoma = Cli(self.fleet.folder, dict(self.fleet.settings))
        files = [self.fleet.folder / f"backup-{place:02}.zip" for place in range(count)]
        with Load(clients, self._sms, threads=4, goes_on=True) as load:
            load.wait_for_an_answer()
            for file in files:
                began_s = time.monotonic()
                made = ngoma.json("backup", "create", file)
                took_s = time.monotonic() - began_s
                if not made["ok"] or took_s > LONGEST_S:
                    self.faults.append(f"{file.name} after {took_s:.1f} s: {made}")
                time.sleep(max(0.0, EVERY_S - took_s))  # one a second is what is asked
        self.faults += load.said.faults
        print(f"{count} backups while {load.accepted:,} requests were accepted")
        return files

    def restore(self, file: Path, settings: Mapping[str, str]) -> None:
        """Restore a backup where the settings say, judge it, start a gateway on it, and send."""
        try:
            report = run_cli("restore", str(file), settings=settings)
        except AssertionError as error:
            self.faults.append(f"{file.name}: {error}")
            return
        held = {int(name.removeprefix("msg_")) for name in report["held"]}
        self._judge(file, settings, held=held, up_to=report["position"])
        port = free_port()
        log = self.fleet.folder / f"{file.stem}.log"
        with Process("serve", "--port", port, log=log, settings=settings) as server:
            base_url = f"http://127.0.0.1:{port}"
            wait_until_ready(server, base_url)
            self._wait_until_online(settings)
            self._send_one(file, Client(base_url, self.account.api_key))
        truth = self._judge(file, settings, held=held)
        left = [number for number in held if truth.state(number) is not State.HELD]
        if left:
            self.faults.append(f"{file.name}: {len(left)} messages are not held any more")

    def _judge(
        self,
        file: Path,
        settings: Mapping[str, str],
        *,
        held: set[int],
        up_to: int | None = None,
    ) -> Truth:
        truth = Truth()
        with self.opened(settings) as store:
            truth.read(store)
            if up_to is not None and held != set(truth.open):
                self.faults.append(f"{file.name}: {len(held)} held, {len(truth.open)} open")
        air = on_air(self.fleet.folder / "modems")
        known = {recipient for recipient, _ in truth.contents.values()}
        found = truth.violations([line for line in air if line["recipient"] in known])
        self.faults += [f"{file.name}: {fault}" for fault in (*found, *repeated(air))]
        return truth

    def _send_one(self, file: Path, client: Client) -> None:
        (recipient,) = self.recipients.take()
        answer = client.feltech_send(recipient, f"after {file.name}")
        client.hang_up()
        if not answer.is_accepted:
            self.faults.append(f"{file.name}: {answer}")
            return
        wait_until(
            lambda: any(
                line["recipient"] == f"+{recipient}"
                for line in on_air(self.fleet.folder / "modems")
            ),
            what=f"what was sent after {file.name} is on the air",
        )

    def _wait_until_online(self, settings: Mapping[str, str]) -> None:
        wanted = {Network(network) for network in self.fleet.modems}
        with self.opened(settings) as store:
            leases = LeaseWatch(store, SystemClock())
            wait_until(lambda: wanted <= leases.online(), what="the modems are online")

    def _sms(self) -> Sms:
        number = next(self.numbers)
        return Sms(self.recipients.take(BULK if number % 20 == 0 else 1), f"Nr {number}")
