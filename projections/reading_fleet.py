"""The questions about the fleet, answered from its read model."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections
from application.ports.queries import AirtimeRow, BegunRow, PhoneRow, SimRow
from domain.values import Instant
from projections.catalogue import FLEET, ReadModel

if TYPE_CHECKING:  # else it is imported when it is asked
    import projections.fleet


class FleetReading(ABC):
    """Implements the queries of the fleet."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def sims(self, now: Instant) -> Sequence[SimRow]:
        """List the fleet."""
        with self._reading(FLEET) as connection:
            return projections.fleet.sims(connection, now)

    def airtime(self, sim: int) -> AirtimeRow | None:
        """Give what is known of a SIM's airtime."""
        with self._reading(FLEET) as connection:
            return projections.fleet.airtime(connection, sim)

    def begun_on(self, day: int, *, sim: int) -> int:
        """Count the segments that a SIM began on a day in Lusaka, or on the next."""
        with self._reading(FLEET) as connection:
            return projections.fleet.begun_on(connection, day, sim=sim)

    def begun_lately(self, sim: int) -> Sequence[BegunRow]:
        """List what a SIM in a phone was given, oldest first."""
        with self._reading(FLEET) as connection:
            return projections.fleet.begun_lately(connection, sim)

    def phones(self) -> Sequence[PhoneRow]:
        """List the phones that were enrolled."""
        with self._reading(FLEET) as connection:
            return projections.fleet.phones(connection)
