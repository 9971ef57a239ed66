"""When a queued message is likely to leave, as this process knows the fleet."""

from api.routing.front import Front
from application.messages.estimating import estimated_send_at
from domain.values import Instant


def estimate(front: Front, number: int) -> Instant | None:
    """Give when it leaves; None when that is not known. Reads the store.

    Raises:
        StoreDown: leases or read models cannot be read.
    """
    system = front.system
    return estimated_send_at(
        number,
        queries=system.queries,
        store=system.store,
        clock=system.clock,
        modems=system.modems,
    )
