"""Opens the phones of a process: all its listeners share them."""

from functools import partial

from application.books.alarms import Alarms
from application.fleet.desk import Desks
from application.fleet.means import Means
from application.fleet.waits import SimWaits
from application.messages.phones import Phones
from application.system import System
from domain.values import Network


def open_phones(system: System) -> Phones:
    """Give the phones that call this process; what is wrong with their SIMs is a check of its."""
    alarms = Alarms()
    means = Means(
        store=system.store,
        reader=system.reader,
        queries=system.queries,
        committer=system.committer,
        randomness=system.randomness,
        clock=system.clock,
        alarms=alarms,
        waits=SimWaits(),
    )
    desks = Desks(Network, queries=system.queries, store=system.store, clock=system.clock)
    system.signals.add_check("phones", partial(_troubles, alarms), is_vital=False)
    return Phones(means=means, digests=system.digests, desk_of=desks.of, ring=desks.ring)


def _troubles(alarms: Alarms) -> str:
    """Say what is wrong with phones' SIMs."""
    return "; ".join(f"{name}: {words}" for name, words in alarms.standing().items()) or "ok"
