"""What each event of a message means, in plain words, to the account that sent it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from domain.causes import OwnCause, meaning_of
from domain.events import Event
from domain.message import State, events
from domain.message.retimed import Postponed, Redated
from domain.message.waiting import due_from
from domain.public_ids import iso_time
from domain.values import SECOND, Instant, Network, credits_in_words

NETWORK_NAMES: Final[Mapping[Network, str]] = MappingProxyType(
    {Network.MTN: "MTN", Network.AIRTEL: "Airtel", Network.ZAMTEL: "Zamtel"}
)


def _say_queued(event: events.Queued) -> str:
    name = NETWORK_NAMES[Network(event.network)]
    waits = f" No SIM of {name} was online." if event.offline else ""
    if event.send_at is not None:
        waits = f" It is to be sent at {iso_time(Instant(event.send_at))}."
    due_at = due_from(event.quiet, event.at, event.send_at)
    if due_at > max(event.at, event.send_at or 0):
        waits += f" {_say_quiet(due_at)}"
    return (
        f"Accepted for {name} as {_segments(event.segments)} in {event.encoding}; "
        f"{credits_in_words(event.credits)} reserved.{waits}"
    )


def _say_quiet(until: int) -> str:
    return f"The account's quiet hours hold it until {iso_time(Instant(until))}."


def _say_sent(event: events.Sent) -> str:
    took = f"the last of {_segments(event.index + 1)}" if event.index else "it"
    return f"The network took {took}; {credits_in_words(event.credits)} spent."


def _say_doubt(event: events.InDoubt) -> str:
    return (
        f"Segment {event.index + 1} was handed over and may have been sent. "
        f"{meaning_of(event.cause).words}"
    )


def _say_attempt_failed(event: events.AttemptFailed) -> str:
    wait_s = max(event.retry_at - event.at, 0) // SECOND
    when = f"in {wait_s} s" if wait_s else "at once"
    return f"The attempt failed: {meaning_of(event.cause).words} The next is due {when}."


def _say_end(cause: str, credits: int) -> str:
    return f"Not sent. {meaning_of(cause).words} {credits_in_words(credits)} given back."


def _always(words: str) -> Callable[[Event], str]:
    return lambda _event: words


EVENT_WORDS: Final[Mapping[type[Event], Callable[[Any], str]]] = MappingProxyType(
    {
        events.Queued: _say_queued,
        events.AttemptStarted: lambda event: f"SIM {event.sim} took it: attempt {event.attempt}.",
        events.SegmentAccepted: lambda event: f"The network took segment {event.index + 1}.",
        events.Sent: _say_sent,
        events.InDoubt: _say_doubt,
        events.AttemptFailed: _say_attempt_failed,
        events.Failed: lambda event: _say_end(event.cause, event.credits),
        events.Expired: lambda event: _say_end(OwnCause.EXPIRED, event.credits),
        events.Cancelled: lambda event: _say_end(OwnCause.CANCELLED, event.credits),
        events.Held: _always(
            "The gateway was restored from a backup, since which it may have been sent: it is held."
        ),
        events.Released: lambda event: (
            "An operator let it go on: it waits to be sent."
            if event.state == State.QUEUED
            else "An operator let it go on: it had been handed over, and may have been sent."
        ),
        Redated: _always(
            "The gateway's clock had been wrong and is right again: its times count anew."
        ),
        Postponed: lambda event: _say_quiet(event.due_at),
        events.SegmentReported: lambda event: (
            f"The network reported that segment {event.index + 1} was delivered."
        ),
        events.Delivered: _always("The network reported that it was delivered."),
        events.Undelivered: _always(
            "The network reported that it could not deliver it; the credits stay spent."
        ),
        events.ReportedLate: _always("Word came that it had left after all; it stays refunded."),
        events.Resolved: lambda event: (
            f"An operator settled it: {event.outcome.replace('_', ' ')}."
        ),
        events.ContentErased: lambda event: (
            "Its text was erased." if event.what == "text" else "Recipient and text were erased."
        ),
    }
)
"""What each event of a message means to the account that sent it."""


def _segments(count: int) -> str:
    return f"{count} segment" if count == 1 else f"{count} segments"
