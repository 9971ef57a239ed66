"""A message's life in plain words, for the account that sent it and for operators."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from application.books.contents import read_client_reference, read_message, read_reason
from application.books.reader import Reader
from application.ports import Store
from application.ports.queries import PUBLIC_STATUS
from domain.causes import OwnCause, meaning_of
from domain.errors import NotFound
from domain.events import Event
from domain.message import OPEN, REFUNDED, SPENT, Message, State, events, message_id
from domain.message.doubt import DOUBT_LIMIT_S
from domain.msisdn import PLAN_VERSIONS, NumberingPlan
from domain.public_ids import iso_time
from domain.tariff import TARIFFS
from domain.values import (
    SECOND,
    Category,
    Encoding,
    Instant,
    Lane,
    Network,
    credits_in_words,
)

NETWORK_NAMES: Final[Mapping[Network, str]] = MappingProxyType(
    {Network.MTN: "MTN", Network.AIRTEL: "Airtel", Network.ZAMTEL: "Zamtel"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One event: when, its name, and what it means.

    ``cause`` is the code of what failed or is in doubt; its meaning for operators is in
    ``domain.causes``. ``actor`` is who did it where a person did, ``reason`` what they said.
    """

    at: Instant
    event: str
    words: str
    cause: str | None
    actor: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """What the message cost, by which tariff; ``state`` is reserved, spent or refunded."""

    credits: int
    segments: int
    encoding: Encoding
    tariff: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class RouteTaken:
    """Which network carries it, and which numbering plan decided that."""

    network: Network
    plan: str
    words: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is known of one message; personal data is None once it was erased."""

    number: int
    account: int
    accepted_at: Instant
    state: State
    status: str
    """The public word: queued, sent or failed."""
    recipient: str | None
    sender_id: str | None
    client_reference: str | None
    lane: Lane
    category: Category
    send_at: Instant | None
    expires_at: Instant
    summary: str
    charge: Charge
    route: RouteTaken
    evidence: Sequence[str]
    steps: Sequence[Step]


def explain(
    reader: Reader,
    store: Store,
    number: int,
    *,
    account: int | None,
    now: Instant,
    offline: frozenset[Network] = frozenset(),
) -> Explanation:
    """Explain message ``number``; ``account`` None is an operator, who may see every account's.

    Raises:
        NotFound: no such message, or another account's.
        StoreDown: the log cannot be read.
    """
    history = reader.events(message_id(number))
    queued = history[0] if history else None
    if not isinstance(queued, events.Queued) or account not in {None, queued.account}:
        msg = "No such message."
        raise NotFound(msg)
    message = _folded(history)
    content = read_message(number, source=store)
    return Explanation(
        number=number,
        account=queued.account,
        accepted_at=queued.at,
        state=message.state,
        status=PUBLIC_STATUS[message.state],
        recipient=content.msisdn if content else None,
        sender_id=content.sender if content else None,
        client_reference=(
            read_client_reference(number, source=store) if queued.client_reference else None
        ),
        lane=Lane(queued.lane),
        category=Category(queued.category),
        send_at=None if queued.send_at is None else Instant(queued.send_at),
        expires_at=Instant(message.expires_at),
        summary=_summary(message, offline, now),
        charge=_charge(queued, message),
        route=route_taken(Network(queued.network), queued.plan),
        evidence=[sentence for event in history if (sentence := _evidence(event))],
        steps=[_step(event, store) for event in history],
    )


def _folded(history: Sequence[Event]) -> Message:
    message: Message | None = None
    for event in history:
        message = event.mutate(message)
    return cast("Message", message)


def _step(event: Event, store: Store) -> Step:
    fields = vars(event)
    return Step(
        event.at,
        type(event).__name__,
        EVENT_WORDS[type(event)](event),
        cause=fields.get("cause"),
        actor=fields.get("actor"),
        reason=read_reason(fields.get("reason"), source=store),
    )


def route_taken(network: Network, plan: str) -> RouteTaken:
    """Say which network carries a message by ``plan`` as ``Queued`` recorded it.

    The forms are those of ``domain.msisdn.Route``: the active plan's version, and after a plus
    what decided in its stead.
    """
    active, _, instead = plan.partition("+")
    name = NETWORK_NAMES[network]
    if not instead:
        words = f"{name}, by the {_plan_name(active)} numbering plan."
    elif instead == "override":
        words = f"{name}, because this number is recorded as ported there."
    elif instead == "other":
        words = f"{name}, by the setting for numbers of networks that have no SIM here."
    else:
        words = (
            f"{name}, by the {_plan_name(instead)} numbering plan, because the "
            f"{_plan_name(active)} plan does not know this prefix."
        )
    return RouteTaken(network, plan, words)


def _plan_name(version: str) -> str:
    names: dict[str, NumberingPlan] = {text: plan for plan, text in PLAN_VERSIONS.items()}
    return names.get(version, version)


def _charge(queued: events.Queued, message: Message) -> Charge:
    cost = credits_in_words(queued.credits)
    if message.state in OPEN:
        state = "reserved"
        words = f"{cost} reserved: spent when it is sent, given back when it ends unsent."
    elif message.state in SPENT:
        state, words = "spent", f"{cost} spent."
    else:
        state, words = "refunded", f"{cost} reserved and given back in full."
    return Charge(
        credits=queued.credits,
        segments=queued.segments,
        encoding=Encoding(queued.encoding),
        tariff=queued.tariff,
        state=state,
        words=f"{words} {_price(queued.tariff)}",
    )


def _price(version: str) -> str:
    tariff = TARIFFS.get(version)
    rate = "" if tariff is None else f": {credits_in_words(tariff.credits_per_segment)} a segment"
    return f"Tariff {version}{rate}."


def _summary(message: Message, offline: frozenset[Network], now: Instant) -> str:
    network = Network(message.network)
    if message.state in REFUNDED:
        return f"It was not sent. {meaning_of(message.cause or '').words}"
    if message.state == State.SENDING:
        return f"SIM {message.sim} is sending it."
    if message.state != State.QUEUED:
        return _SUMMARIES[State(message.state)]
    if message.send_at is not None and message.send_at > now:
        return f"It waits for its time: {iso_time(Instant(message.send_at))}."
    if network in offline:
        return f"It waits: no SIM of {NETWORK_NAMES[network]} is online."
    what = f"a SIM of {NETWORK_NAMES[network]}" if message.retry_at is None else "its next try"
    return f"It waits for {what}."


_SUMMARIES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.IN_DOUBT: (
            "It was handed over and no answer came: it may have been sent. A report settles that, "
            f"or an operator, or a refund after {DOUBT_LIMIT_S // 3600} hours."
        ),
        State.HELD: (
            "It waits for the operator: the gateway was restored from a backup, and it may have "
            "been sent since that was made."
        ),
        State.SENT: "It was sent; the network has not reported its delivery.",
        State.DELIVERED: "It was delivered.",
        State.UNDELIVERED: "It was sent, but the network could not deliver it.",
    }
)


def _evidence(event: Event) -> str | None:
    """Say what proves that something reached the network or the handset."""
    match event:
        case events.SegmentAccepted() | events.Sent():
            reference = event.message_reference
            source = event.evidence if isinstance(event, events.Sent) else "modem"
            known = "" if reference is None else f", message reference {reference}"
            return f"Segment {event.index + 1} was accepted{known} (source: {source})."
        case events.SegmentReported() | events.Delivered() | events.Undelivered():
            return f"A status report came with TP-Status {event.tp_status}."
        case events.ReportedLate():
            return f"Word that it had left came after its refund (source: {event.evidence})."
        case events.Resolved():
            return f"An operator settled the doubt: {event.outcome.replace('_', ' ')}."
        case _:
            return None


# -- each event in words ----------------------------------------------------------------------


def _say_queued(event: events.Queued) -> str:
    name = NETWORK_NAMES[Network(event.network)]
    waits = f" No SIM of {name} was online." if event.offline else ""
    if event.send_at is not None:
        waits = f" It is to be sent at {iso_time(Instant(event.send_at))}."
    return (
        f"Accepted for {name} as {_segments(event.segments)} in {event.encoding}; "
        f"{credits_in_words(event.credits)} reserved.{waits}"
    )


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
        events.Redated: _always(
            "The gateway's clock had been wrong and is right again: its times count anew."
        ),
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
