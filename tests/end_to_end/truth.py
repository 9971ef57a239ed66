"""What really happened: the log of events, and what the modems put on the air, side by side."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self, cast

from adapters.store.postgres import PostgresStore
from adapters.store.sqlite import SqliteStore
from application.books.codec import event_mapper
from application.invariants import DeliveryChecker, InvariantChecker
from application.ports import Store
from application.ports.queries import Balance
from domain.contents import ContentKind
from domain.events import Event
from domain.message import OPEN, Message, State
from domain.segments import segment
from domain.sim import Sim
from tests.end_to_end.load import Said

PAGE: Final = 5_000


Segment = Mapping[str, Any]
"""One line of a network log."""


def on_air(folder: Path) -> list[Segment]:
    """Read the network logs in ``folder``; each line was written whole, whoever was killed."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@contextmanager
def sqlite_store(folder: Path) -> Iterator[Store]:
    """Open the store of a data folder, beside a server or after its end."""
    store = SqliteStore(folder / "store.db", is_server=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def postgres_store(database_url: str) -> Iterator[Store]:
    """Open a store on PostgreSQL."""
    store = PostgresStore(database_url, connect_timeout_s=5)
    try:
        yield store
    finally:
        store.close()


class Truth:
    """The messages of a store, each with its events, recipient and text; ``read`` goes on.

    Every event also passes the invariants I2 to I4, I10, I14 and those of delivery, N1 to N5.
    """

    def __init__(self) -> None:
        self._mapper = event_mapper()
        self._position = 0
        self._log = InvariantChecker()
        self._delivery = DeliveryChecker()
        self._imsis: dict[int, str] = {}
        self.histories: dict[int, list[Event]] = defaultdict(list)
        self.contents: dict[int, tuple[str, str]] = {}

    def read(self, store: Store) -> Self:
        """Read what is new in the log since the last time."""
        while page := store.events_after(self._position, limit=PAGE):
            for position, stored in page:
                self._position = position
                event = cast("Event", self._mapper.to_domain_event(stored))
                self._log.feed(position, event)
                self._delivery.feed(position, event)
                self._take(event, store)
        self._log.settle()
        return self

    def violations(self, air: Sequence[Segment], balances: Sequence[Balance] = ()) -> list[str]:
        """What is broken, by the name of the invariant; ``balances`` is what readers are told."""
        contents = {
            number: (recipient, segment(text).parts)
            for number, (recipient, text) in self.contents.items()
        }
        found = self._delivery.check(air, contents=contents, imsis=self._imsis, balances=balances)
        return [str(violation) for violation in (*self._log.violations, *found)]

    def _take(self, event: Event, store: Store) -> None:
        if isinstance(event, Sim.Registered):
            sim = store.content(ContentKind.SIM, event.number)
            assert sim is not None
            self._imsis[event.number] = json.loads(sim.body or "")["imsi"]
        if isinstance(event, Message.Event):
            self.histories[event.number].append(event)  # type: ignore[attr-defined]
        if isinstance(event, Message.Queued):
            row = store.content(ContentKind.MESSAGE, event.number)
            if row is not None:
                self.contents[event.number] = row.msisdn or "", row.body or ""

    def state(self, number: int) -> State:
        """Fold one message."""
        message: Message | None = None
        for event in self.histories[number]:
            message = event.mutate(message)
        assert message is not None
        return State(message.state)

    def states(self) -> Mapping[State, list[int]]:
        """The numbers of all messages, by state."""
        found: dict[State, list[int]] = defaultdict(list)
        for number in self.histories:
            found[self.state(number)].append(number)
        return found

    @property
    def open(self) -> list[int]:
        """The messages that have not ended."""
        return [number for number in self.histories if self.state(number) in OPEN]

    def lost(self, said: Said) -> list[str]:
        """What was accepted and is not there as it was given."""
        return [
            f"message {number} to {sms} was accepted and is {self.contents.get(number)}"
            for number, sms in said.numbers.items()
            if self.contents.get(number) != sms
        ]

    def doubled(self) -> list[str]:
        """Recipients with more than one message: each was given out once."""
        counts = Counter(recipient for recipient, _ in self.contents.values())
        return [
            f"{recipient} has {count} messages" for recipient, count in counts.items() if count > 1
        ]

    def uncalled(self, said: Said) -> list[str]:
        """Messages that were refused for certain and are there all the same."""
        refused = {f"+{recipient}" for sms, _ in said.refused for recipient in sms.recipients}
        return [
            f"message {number} to {recipient} was refused"
            for number, (recipient, _) in self.contents.items()
            if recipient in refused
        ]

    def unaired(self, air: Sequence[Segment]) -> list[str]:
        """Messages that are said to be sent, of which a part was never on the air."""
        aired = {(line["recipient"], line["part"]) for line in air}
        return [
            f"message {number} is sent and part {part} was never on the air"
            for number, (queued, *history) in self.histories.items()
            if isinstance(queued, Message.Queued)
            and any(isinstance(event, Message.Sent) for event in history)
            for part in range(1, queued.segments + 1)
            if (self.contents[number][0], part) not in aired
        ]


def repeated(air: Sequence[Segment]) -> list[str]:
    """Segments that were on the air twice; each recipient gets one message in these tests."""
    counts = Counter((line["recipient"], line["part"]) for line in air)
    return [f"{key} was on the air {count} times" for key, count in counts.items() if count > 1]
