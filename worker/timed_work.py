"""The list of all work that time asks for; a capability with a new kind adds a line here."""

from collections.abc import Sequence

from application.books.due import DueWork
from application.fleet.liveness import LeaseWatch
from application.messages.timing import message_work
from application.system import System


def due_work(system: System) -> Sequence[DueWork]:
    """Give the kinds of work of every capability."""
    return [
        *message_work(
            queries=system.queries,
            leases=LeaseWatch(system.store, system.clock),
            clock=system.clock,
        )
    ]
