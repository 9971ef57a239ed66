"""A phone that is called, in a running process; what comes to its SIM goes back by its own call."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.phone_server import phone_served
from adapters.modems.simulated.served_phone import ServedPhone
from adapters.security.secret import Secret
from application.books.alarms import Alarms
from application.fleet.desk import Desks
from application.fleet.means import Means
from application.fleet.waits import SimWaits
from application.ports import LocalPhoneSettings
from domain.message_states import State
from domain.values import Network
from tests.api.conftest import StartGateway
from tests.worker.processes import running, until
from worker.parts.local_phones import local_phone

PASSWORD = "k3Yb7wQz"
NAME = "shelf"


@contextmanager
def answering(
    air: MemoryNetworkLog, *, takes_http: bool = True
) -> Iterator[tuple[ServedPhone, LocalPhoneSettings]]:
    """Run a phone that answers, with a SIM of MTN in its slot 1."""
    phone, stop = (
        ServedPhone(f"local-{NAME}", clock=SystemClock(), log=air, takes_http=takes_http),
        threading.Event(),
    )

    def live() -> None:
        while not stop.wait(0.02):
            phone.step()

    living = threading.Thread(target=live)
    living.start()
    try:
        with phone_served(phone, password=PASSWORD) as url:
            yield phone, LocalPhoneSettings(NAME, url, Secret(PASSWORD), ("1=mtn",))
    finally:
        stop.set()
        living.join(30)


@pytest.mark.processes
@pytest.mark.slow
def test_a_process_calls_the_phones_of_its_settings(tmp_path: Path) -> None:
    air = MemoryNetworkLog()
    with (
        answering(air) as (phone, settings),
        running(tmp_path, sims=0, local_phones=(settings,)) as gw,
    ):
        (number, *_) = gw.send(gw.account())
        until(lambda: gw.message(number).state is State.DELIVERED)
        assert [segment.text for segment in air.segments] == ["hello"]
        checks = gw.system.readiness().checks
        assert checks[f"phone {NAME}"] == "ok"
        assert set(phone.webhooks) == {f"local-{NAME}-inbound"}
        assert gw.supervisor.failures == {}


@pytest.mark.parametrize("takes_http", [True, False])
@pytest.mark.slow
def test_what_comes_to_its_sim_is_kept_if_it_may_tell_of_it(
    start_gateway: StartGateway, takes_http: bool
) -> None:
    gateway = start_gateway(online=False)
    base = str(gateway.http.base_url).rstrip("/")
    # The app's release build calls only TLS, or itself.
    reached = base if takes_http else base.replace("127.0.0.1", "localhost")
    system = replace(gateway.system, terms=replace(gateway.system.terms, phones_url=reached))
    means = Means(
        store=system.store,
        reader=system.reader,
        queries=system.queries,
        committer=system.committer,
        randomness=system.randomness,
        clock=system.clock,
        alarms=Alarms(),
        waits=SimWaits(),
    )
    desks = Desks(Network, queries=system.queries, store=system.store, clock=system.clock)
    with answering(MemoryNetworkLog(), takes_http=takes_http) as (phone, settings):
        runner = local_phone(settings, means, system=system, desk_of=desks.of, holder="host")
        runner.step()
        answers = phone.receive("+260960000001", "Zikomo")
    assert (runner.trouble, runner.lacks is None) == ("ok", takes_http)
    assert answers == ([200] if takes_http else [])
