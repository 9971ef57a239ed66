"""The broker inside the process, and how the queue of either broker is named.

No middleware at all: Dramatiq's time limits and shutdown notices raise exceptions inside threads,
its retries would repeat what the relay repeats anyway, and nobody reads results.
"""

from typing import Final

from dramatiq.brokers.stub import StubBroker

NAMESPACE: Final = "ngoma"
"""What the names of all our Redis keys begin with."""
JOBS: Final = "jobs"
"""The queue that all workers share."""


def embedded_broker() -> StubBroker:
    """Make a broker inside this process."""
    return StubBroker(middleware=[])
