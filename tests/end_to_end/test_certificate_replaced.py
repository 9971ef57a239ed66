"""A certificate is replaced under those who send: nothing is lost, each message charged once."""

import itertools
import random
import signal
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum, auto
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.load import Load, Recipients, Said, Sms
from tests.end_to_end.waiting import wait_until
from tests.support.certificates import Files
from tests.support.counts import is_soak, soak_count
from tests.support.processes import signal_process

pytestmark = pytest.mark.processes

SEED: Final = 20261129
CREDITS: Final = 1_000_000
SENDS_A_TURN: Final = 8
"""At least, by each kind of connection."""
PAUSE_S: Final = 0.01
WAIT_S: Final = 60.0


class How(Enum):
    """How a new certificate comes."""

    SIGNAL = auto()
    """Its two files, and then SIGHUP."""
    HALVES = auto()
    """SIGHUP after each of its files: the first pair is none."""
    SILENCE = auto()
    """Without a word: the gateway looks by itself."""


class Fresh(Client):
    """Asks by a new connection each time."""

    def call(self, *arguments: Any, **more: Any) -> Answer:
        """Make one request, and hang up."""
        try:
            return super().call(*arguments, **more)
        finally:
            self.hang_up()


class Senders:
    """Two threads that keep their connection, and two that have a new one for each message."""

    def __init__(self, demo: Demo, tls: ssl.SSLContext) -> None:
        place, numbers, recipients = demo.place, itertools.count(), Recipients()
        where = (place["base_url"], place["api_key"])
        self.kept, self.fresh = Client(*where, tls=tls), Fresh(*where, tls=tls)

        def next_sms() -> Sms:
            number = next(numbers)
            return Sms(recipients.take(), f"Under load {number}", key=f"load-{number}")

        self._loads = [
            Load([client], next_sms, threads=2, pause_s=PAUSE_S)
            for client in (self.kept, self.fresh)
        ]

    def go_on(self) -> None:
        """Wait until each kind has sent some more."""
        before = [load.accepted for load in self._loads]
        wait_until(
            lambda: all(
                load.accepted >= count + SENDS_A_TURN
                for load, count in zip(self._loads, before, strict=True)
            ),
            within_s=WAIT_S,
            what="all send on",
        )

    def start(self) -> None:
        """Let them send."""
        for load in self._loads:
            load.start()

    def stop(self) -> list[Said]:
        """Let them finish; give what was said to each kind."""
        return [load.stop() for load in self._loads]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "tls").write()


@pytest.fixture
def secured(tmp_path: Path, files: Files) -> Iterator[Demo]:
    """Give a demo that speaks TLS itself."""
    tls = {"NGOMA_TLS_CERTIFICATE": str(files.certificate), "NGOMA_TLS_KEY": str(files.key)}
    with Demo(tmp_path / "data", settings={**UNLIMITED, **tls}) as demo:
        yield demo


def shown(demo: Demo, tls: ssl.SSLContext) -> bytes:
    """Give the certificate that a new connection is shown, by TLS 1.3."""
    place = urlsplit(demo.place["base_url"])
    connection = HTTPSConnection(place.hostname or "", place.port, timeout=20, context=tls)
    with closing(connection):
        connection.connect()
        assert isinstance(connection.sock, ssl.SSLSocket)
        assert connection.sock.version() == "TLSv1.3"
        return connection.sock.getpeercert(binary_form=True) or b""


def replace(demo: Demo, files: Files, how: How) -> bytes:
    """Put a new certificate in place; give it, as a connection is shown it."""
    before, issued = shown(demo, files.context), files.issue()
    files.write_certificate(issued)
    if how is How.HALVES:
        signal_process(demo.pid, signal.SIGHUP)
        wait_until(lambda: _is_noted(demo), within_s=WAIT_S, what="it is said that it is not taken")
        assert shown(demo, files.context) == before, "it stays while the key is another's"
    files.write_key(issued)
    if how is not How.SILENCE:
        signal_process(demo.pid, signal.SIGHUP)
    return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())


def _is_noted(demo: Demo) -> bool:
    return demo.checks["certificate"] != "ok"


def turns(chance: random.Random) -> list[How]:
    """Give how each new certificate comes; one without a word takes ten seconds."""
    kinds = list(How) if is_soak() else [How.SIGNAL, How.HALVES]
    return [*kinds, *(chance.choice(kinds) for _ in range(soak_count(57, quick=1)))]


def test_nobody_who_sends_notices_that_the_certificate_is_replaced(
    secured: Demo, files: Files, report_count: Callable[..., None]
) -> None:
    older = files.context
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    secured.cli("wallet", "grant", secured.account, CREDITS, "--reason", "to send under load")
    senders = Senders(secured, files.context)
    before = senders.fresh.full_balance()
    made = senders.fresh.connections
    senders.start()
    replaced = turns(random.Random(SEED))
    for how in replaced:
        senders.go_on()
        issued = replace(secured, files, how)
        wait_until(
            # bound now, since the loop goes on; mypy cannot tell a lambda's default
            lambda issued=issued: shown(secured, files.context) == issued,  # type: ignore[misc]
            within_s=WAIT_S,
            what="new connections are shown the new one",
        )
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            shown(secured, older)
    senders.go_on()
    said = senders.stop()
    sent = [len(each.accepted) for each in said]
    lost = [*said[0].unanswered, *said[1].unanswered]
    wrong = [str(answer) for each in said for _, answer in each.refused]
    assert (lost, wrong) == ([], [])
    assert senders.kept.connections == 2, "those that are open go on"
    assert senders.fresh.connections - made == sent[1]
    numbers = [number for each in said for number in each.numbers]
    assert len(set(numbers)) == sum(sent)
    after = senders.fresh.full_balance()
    charged = sum(after[name] - before[name] for name in ("reserved", "spent"))
    assert (charged, before["available"] - after["available"]) == (sum(sent), sum(sent))
    for each in said:
        sms, known = each.accepted[0]
        assert sms.send(senders.fresh).numbers == known, "each under its own key"
    assert senders.fresh.full_balance()["available"] == after["available"]
    report_count("sends while certificates are replaced", sum(sent), 0, SEED)
    report_count("certificates replaced under load", len(replaced), 0, SEED)
