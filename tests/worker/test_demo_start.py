"""A demo says that it is ready once its modems are up, but waits for none that a person stopped."""

from application.books.actors import Actor
from application.fleet.duty import SetQuarantine
from domain.values import Network
from tests.worker.gateway import Gateway
from worker.cli.demo import wait_until_online

LOOKS = 3


def looks_until_ready(gw: Gateway) -> int:
    """Count the looks that are taken before it is called ready, at most ``LOOKS``."""
    looks: list[None] = []

    def is_over() -> bool:
        looks.append(None)
        return len(looks) == LOOKS

    wait_until_online(gw.system, is_over=is_over)
    return len(looks)


def test_nobody_waits_for_a_sim_in_quarantine(gw: Gateway) -> None:
    sims = {n: gw.sim(gw.driver(n.value, network=n), n.value, network=n) for n in Network}
    gw.online(*sims.values())
    (stopped,) = (lease.sim for lease in gw.store.leases() if lease.network == Network.MTN)
    actor, now = Actor("ops"), gw.clock.now()
    gw.execute(SetQuarantine(stopped, quarantined=True, actor=actor, reason="x", at=now))
    gw.clock.advance(40)  # so that leases are renewed, from which each learns of it
    gw.until(lambda: sims[Network.MTN].status.state == "quarantined", *sims.values())
    gw.until(lambda: gw.system.fleet.offline() == {Network.MTN}, *sims.values())
    gw.reached()
    assert looks_until_ready(gw) == 1


def test_a_modem_that_is_not_up_yet_is_waited_for(gw: Gateway) -> None:
    assert gw.system.fleet.offline() == set(Network)
    assert looks_until_ready(gw) == LOOKS
