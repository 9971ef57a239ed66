"""A message's life in plain words, for the account that sent it and for operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from application.books.contents import read_client_reference, read_message, read_reason
from application.books.reader import Reader
from application.messages.event_words import EVENT_WORDS, NETWORK_NAMES
from application.ports import Store
from application.ports.queries import PUBLIC_STATUS
from domain.causes import meaning_of
from domain.errors import NotFound
from domain.events import Event
from domain.message import OPEN, REFUNDED, SPENT, Message, State, events, message_id
from domain.message.doubt import DOUBT_LIMIT_S
from domain.msisdn import PLAN_VERSIONS, NumberingPlan
from domain.public_ids import iso_time
from domain.tariff import TARIFFS
from domain.values import (
    Category,
    Encoding,
    Instant,
    Lane,
    Network,
    credits_in_words,
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
    request_id: str | None
    lane: Lane
    category: Category
    send_at: Instant | None
    held_until: Instant | None
    """The end of the quiet hours for which it waits; None when it waits for none."""
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
        request_id=queued.request_id,
        lane=Lane(queued.lane),
        category=Category(queued.category),
        send_at=None if queued.send_at is None else Instant(queued.send_at),
        held_until=_held_until(message, now),
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


def _held_until(message: Message, now: Instant) -> Instant | None:
    """Give when the quiet hours end in which its time is; None when it is in none, or waits not."""
    if message.state != State.QUEUED:
        return None
    return message.held_until(Instant(max(now, message.send_at or 0)))


def _summary(message: Message, offline: frozenset[Network], now: Instant) -> str:
    if message.state in REFUNDED:
        return f"It was not sent. {meaning_of(message.cause or '').words}"
    if message.state == State.SENDING:
        return f"SIM {message.sim} is sending it."
    if message.state != State.QUEUED:
        return _SUMMARIES[State(message.state)]
    return f"It waits{_what_for(message, offline, now)}."


def _what_for(message: Message, offline: frozenset[Network], now: Instant) -> str:
    held_until, name = _held_until(message, now), NETWORK_NAMES[Network(message.network)]
    if held_until is not None:
        return f" for the end of its account's quiet hours: {iso_time(held_until)}"
    if message.send_at is not None and message.send_at > now:
        return f" for its time: {iso_time(Instant(message.send_at))}"
    if message.network in offline:
        return f": no SIM of {name} is online"
    return " for its next try" if message.attempt else f" for a SIM of {name}"


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
