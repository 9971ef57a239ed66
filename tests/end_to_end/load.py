"""Senders that go on until they are told to stop, and remember every word that they were given."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from tests.end_to_end.client import Answer, Client, Unanswered

PREFIXES: Final = ("26097", "26077", "26055")
"""MTN, Airtel, Zamtel, by either numbering plan's networks."""


@dataclass(frozen=True, slots=True)
class Sms:
    """A text to recipients of its own: no other message goes to them."""

    recipients: tuple[str, ...]
    text: str
    key: str | None = None

    def send(self, client: Client, *, dialect: str = "wilcybertek") -> Answer:
        """Ask for it to be sent.

        Raises:
            Unanswered: it may or may not have been accepted.
        """
        if dialect == "feltech":
            single = self.recipients[0] if len(self.recipients) == 1 else None
            return client.feltech_send(single or list(self.recipients), self.text, key=self.key)
        if len(self.recipients) == 1:
            return client.send(self.recipients[0], self.text, key=self.key)
        return client.bulk(self.recipients, self.text, key=self.key)


class Recipients:
    """Zambian mobile numbers, each given out once, of all three networks in turn."""

    def __init__(self) -> None:
        self._numbers = (
            f"{prefix}{place:07}" for place in itertools.count(1) for prefix in PREFIXES
        )
        self._lock = threading.Lock()

    def take(self, count: int = 1) -> tuple[str, ...]:
        """Give some numbers."""
        with self._lock:
            return tuple(itertools.islice(self._numbers, count))


@dataclass(slots=True)
class Said:
    """What the gateway answered, and what it did not."""

    accepted: list[tuple[Sms, list[int]]] = field(default_factory=list)
    refused: list[tuple[Sms, Answer]] = field(default_factory=list)
    unanswered: list[Sms] = field(default_factory=list)

    def note(self, sms: Sms, answer: Answer | None) -> None:
        """Keep one answer, None when there was none."""
        if answer is None:
            self.unanswered.append(sms)
        elif answer.is_accepted:
            self.accepted.append((sms, answer.numbers))
        else:
            self.refused.append((sms, answer))

    @property
    def numbers(self) -> dict[int, tuple[str, str]]:
        """Recipient and text by number, of everything that was accepted."""
        return {
            number: (f"+{recipient}", sms.text)
            for sms, numbers in self.accepted
            for number, recipient in zip(numbers, sms.recipients, strict=True)
        }

    @property
    def faults(self) -> list[str]:
        """Answers that no sender should get: 5xx that do not say what became of the message."""
        return [str(answer) for _, answer in self.refused if answer.status not in {402, 429}]


class Load:
    """Threads that send, each over its own connection, until ``stop`` or a broken connection."""

    def __init__(
        self,
        clients: Sequence[Client],
        next_sms: Callable[[], Sms],
        *,
        threads: int = 4,
        said: Said | None = None,
        goes_on: bool = False,
        pause_s: float = 0.0,
    ) -> None:
        self.said = said or Said()
        self._clients = clients
        self._next_sms = next_sms
        self._goes_on = goes_on
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._answered = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(place,), daemon=True)
            for place in range(threads)
        ]

    @property
    def accepted(self) -> int:
        """How many requests were accepted so far."""
        return len(self.said.accepted)

    def wait_for_an_answer(self, timeout_s: float = 20.0) -> None:
        """Wait until the first request was answered."""
        assert self._answered.wait(timeout_s), "nobody was answered"

    def start(self) -> Self:
        """Let the senders begin."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> Said:
        """Let the senders finish their last request; give what was said."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(30)
            assert not thread.is_alive(), "a sender waits for ever"
        return self.said

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _send(self, place: int) -> None:
        client = self._clients[place % len(self._clients)]
        dialects: Iterator[str] = itertools.cycle(["wilcybertek", "feltech"])
        while not self._stopping.is_set():
            sms = self._next_sms()
            try:
                answer = sms.send(client, dialect=next(dialects))
            except Unanswered:
                self.said.note(sms, None)
                if not self._goes_on:
                    break
            else:
                self.said.note(sms, answer)
                self._answered.set()
            if self._pause_s:
                self._stopping.wait(self._pause_s)
        client.hang_up()
