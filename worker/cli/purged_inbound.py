"""The part of a purge that is about messages that came in."""

from collections.abc import Callable
from typing import Final

from application.retention.inbound import INBOUND_MAX, EraseInbound, erase_due_inbound
from worker.cli.gateway import Gateway
from worker.cli.purged import Purged

BATCHES_MAX: Final = 100_000


class InboundPurge:
    """Erases what came in; ``done`` counts, ``advance`` shows."""

    def __init__(self, gateway: Gateway, done: Purged, advance: Callable[[int], None]) -> None:
        self._gateway = gateway
        self._done = done
        self._advance = advance
        self._queries = gateway.reading("inbox")

    def due(self) -> None:
        """Apply the retention of the settings."""
        gateway = self._gateway
        erased = erase_due_inbound(
            self._queries,
            gateway.system.terms.retention,
            actor=gateway.actor,
            as_of=gateway.now(),
            now=gateway.now,
            run=self._run,
            batches_max=BATCHES_MAX,
        )
        for _ in erased:
            pass

    def account(self, account: int) -> None:
        """Erase all that came in for an account."""
        gateway, after = self._gateway, 0
        for _ in range(BATCHES_MAX):
            found = self._queries.inbound_of(account, after=after, limit=INBOUND_MAX)
            if not found:
                return
            self._run(EraseInbound(found, actor=gateway.actor, at=gateway.now()))
            after = found[-1]

    def _run(self, command: EraseInbound) -> int:
        count = command.weight if self._done.dry_run else self._gateway.run(command)
        self._done.inbound += count
        self._advance(count)
        return count
