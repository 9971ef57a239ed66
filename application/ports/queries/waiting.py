"""Questions of whoever dispatches messages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.message_states import State
from domain.stretch import Stretch
from domain.values import Instant, Lane, Network


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open message as the dispatcher sees it."""

    number: int
    account: int
    network: Network
    lane: Lane
    state: State
    position: int
    due_at: Instant
    expires_at: Instant
    sim: int | None
    bound_sim: int | None
    fence: int
    last_attempt_at: Instant | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What leaves before a message that waits."""

    network: Network
    due_at: Instant
    segments: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages of a network are open, by state."""

    network: Network
    queued: int
    sending: int
    in_doubt: int
    held: int


class WaitingQueries(Protocol):
    """Open messages, as whoever dispatches them asks for them."""

    def next_waiting(
        self, network: Network, *, sim: int, now: Instant, limit: int
    ) -> Sequence[Waiting]:
        """List due queued messages that SIM number ``sim`` may carry, best first.

        By lane, then fair between accounts (each account's oldest in turn), then by arrival.
        """

    def due_networks(self, now: Instant) -> Sequence[Network]:
        """List the networks that have at least one due queued message."""

    def waiting_since(self, now: Instant) -> Mapping[Network, Instant]:
        """Say since when the oldest due queued message of each network that has one is due."""

    def overdue(
        self, now: Instant, *, limit: int, spared: Sequence[Stretch] = ()
    ) -> Sequence[Waiting]:
        """List queued messages past ``expires_at`` or in quiet hours, and doubts past their limit.

        Not those whose newest event is dated in one of the stretches that are ``spared``.
        """

    def misdated(
        self, at: Instant, *, limit: int, early: Sequence[Stretch] = ()
    ) -> Sequence[Waiting]:
        """List open messages whose newest event is dated later than ``at``, or in a stretch."""

    def held_by(self, sim: int) -> Sequence[Waiting]:
        """List messages in state Sending on a SIM."""

    def held_by_others(self, live: Collection[int], *, limit: int) -> Sequence[Waiting]:
        """List messages in state Sending on SIMs that are not among ``live``."""

    def open_messages(self, state: State, *, after: int, limit: int) -> Sequence[Waiting]:
        """List the open messages in a state, by number."""

    def ahead_of(self, number: int) -> Ahead | None:
        """Count what is ahead of a queued message; None when it is not, or too far back."""

    def backlog(self) -> Sequence[Backlog]:
        """Count open messages by network."""
