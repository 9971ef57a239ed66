"""Numbers that staff recorded as ported: changed under the lock, looked up at each acceptance."""

import threading
from collections.abc import Iterable, Mapping
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Preparing
from application.books.contents import SALT_BYTES, seal_of
from application.books.digests import Digests
from application.books.reasons import WithReason
from application.ports import ContentRow
from application.ports.queries import Queries
from domain.contents import ContentKind
from domain.errors import AlreadyExists, NotFound
from domain.ported_number import PortedNumber, ported_number_id
from domain.roles import Duty
from domain.values import Instant, Network


class Ported:
    """Who carries ported numbers, as of the last ``refresh``; looked up from any thread.

    It knows numbers by their keyed digests only, as the log does.
    """

    def __init__(self, queries: Queries, digests: Digests) -> None:
        self._queries = queries
        self._digests = digests
        self._lock = threading.Lock()
        self._position = 0
        self._networks: Mapping[UUID, Network] = {}

    def get(self, msisdn: str, /) -> Network | None:
        """Give the network that a number was ported to; None when it was to none."""
        if not self._networks:
            return None
        return self._networks.get(ported_number_id(self._digests.ported(msisdn)))

    def refresh(self) -> None:
        """Learn what was recorded since.

        Raises:
            StoreDown: the read models cannot be read.
        """
        with self._lock:
            position = self._queries.ported_position()
            if position != self._position:
                self._networks = self._queries.ported_networks()
                self._position = position


class OverrideNumber(WithReason[int]):
    """Staff record which network carries a number; gives the record's number."""

    def __init__(
        self, msisdn: str, network: Network, *, digest: str, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._msisdn = msisdn
        self._network = network
        self._digest = digest
        self._number = 0
        self._content_salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw numbers and salts."""
        super().prepare(tools)
        self._number = tools.numbers.take("ported_number")
        self._content_salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The number's record."""
        yield ported_number_id(self._digest)

    def decide(self, books: Books) -> int:
        """Record it.

        Raises:
            NotPermitted: the actor may not.
            AlreadyExists: it is recorded so already.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        found = books.find(PortedNumber, ported_number_id(self._digest))
        if found is not None and found.network == self._network:
            msg = "This number is recorded for this network already."
            raise AlreadyExists(msg)
        number = self._number if found is None else found.number
        row = ContentRow(ContentKind.PORTED, number, self._content_salt, msisdn=self._msisdn)
        by = {
            "content": seal_of(row),
            "actor": self._actor.name,
            "reason": self._keep_reason(books),
        }
        if found is None:
            found = PortedNumber.override(
                number, self._network, digest=self._digest, at=self.at, **by
            )
        else:
            found.change(self._network, at=self.at, **by)
        books.keep(row)
        books.record(found)
        return number


class LiftOverride(WithReason[None]):
    """Staff let a number's prefix say again who carries it."""

    def __init__(self, digest: str, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._digest = digest

    def touches(self) -> Iterable[UUID]:
        """The number's record."""
        yield ported_number_id(self._digest)

    def decide(self, books: Books) -> None:
        """Lift it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: it is not recorded.
        """
        permit(books, self._actor, Duty.SETTLE_MESSAGES)
        found = books.find(PortedNumber, ported_number_id(self._digest))
        if found is None:
            msg = "This number is not recorded as ported."
            raise NotFound(msg)
        found.lift(actor=self._actor.name, reason=self._reason_reference(), at=self.at)
        self._keep_reason(books)
        books.erase(ContentKind.PORTED, found.number)
        books.record(found)
