"""A test message's life in the words of a message's, with what a real one would have cost."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from application.books.contents import read_client_reference, read_message, read_reason
from application.books.reader import Reader
from application.messages.event_words import NETWORK_NAMES
from application.messages.explain import Charge, Explanation, Step, route_taken
from application.ports import Store
from application.ports.queries import PUBLIC_STATUS
from domain.causes import meaning_of
from domain.errors import NotFound
from domain.events import Event
from domain.message_states import OPEN, REFUNDED, SPENT, State
from domain.rehearsal import Rehearsal, rehearsal_id
from domain.values import Category, Encoding, Instant, Lane, Network, credits_in_words

NOTHING_CHARGED: Final = "A test message: nothing was charged, and no SIM sent it."


def explain_rehearsal(reader: Reader, store: Store, number: int, *, account: int) -> Explanation:
    """Explain test message ``number`` of an account.

    Raises:
        NotFound: no such test message, or another account's.
        StoreDown: the log cannot be read.
    """
    history = reader.events(rehearsal_id(number))
    first = history[0] if history else None
    if not isinstance(first, Rehearsal.Accepted) or first.account != account:
        msg = "No such message."
        raise NotFound(msg)
    folded: Any = None
    for event in history:
        folded = event.mutate(folded)
    state: State = folded.state
    content = read_message(number, source=store)
    return Explanation(
        number=number,
        account=account,
        accepted_at=first.at,
        state=state,
        status=PUBLIC_STATUS[state],
        recipient=content.msisdn if content else None,
        sender_id=content.sender if content else None,
        client_reference=(
            read_client_reference(number, source=store) if first.client_reference else None
        ),
        request_id=first.request_id,
        lane=Lane(first.lane),
        category=Category(first.category),
        send_at=None if first.send_at is None else Instant(first.send_at),
        held_until=None,
        expires_at=Instant(first.expires_at),
        summary=f"{_words(history[-1])} {NOTHING_CHARGED}",
        charge=_charge(first, state),
        route=route_taken(Network(first.network), first.plan),
        evidence=(),
        steps=[_step(event, store) for event in history],
    )


def _charge(first: Rehearsal.Accepted, state: State) -> Charge:
    stands = "reserved" if state in OPEN else "spent" if state in SPENT else "refunded"
    cost = credits_in_words(first.credits)
    back = " and given back" if state in REFUNDED else ""
    return Charge(
        credits=first.credits,
        segments=first.segments,
        encoding=Encoding(first.encoding),
        tariff=first.tariff,
        state=stands,
        words=f"{NOTHING_CHARGED} A real one would have cost {cost}{back}.",
    )


def _step(event: Event, store: Store) -> Step:
    fields = vars(event)
    name = type(event).__name__
    return Step(
        event.at,
        "Queued" if isinstance(event, Rehearsal.Accepted) else name,
        _words(event),
        cause=fields.get("cause"),
        actor=fields.get("actor"),
        reason=read_reason(fields.get("reason"), source=store),
    )


def _words(event: Event) -> str:
    return _WORDS[type(event)](event)


def _say_accepted(event: Any) -> str:
    return f"Accepted as a test for {NETWORK_NAMES[Network(event.network)]}."


def _say_failed(event: Any) -> str:
    return f"It counts as failed. {meaning_of(event.cause).words}"


def _always(words: str) -> Callable[[Any], str]:
    return lambda _: words


_WORDS: Final[Mapping[type[Event], Callable[[Any], str]]] = MappingProxyType(
    {
        Rehearsal.Accepted: _say_accepted,
        Rehearsal.Sent: _always("It counts as sent."),
        Rehearsal.Delivered: _always("It counts as delivered."),
        Rehearsal.InDoubt: _always("It counts as in doubt: nobody knows whether it was sent."),
        Rehearsal.Failed: _say_failed,
        Rehearsal.Cancelled: _always("Taken back before it was sent."),
        Rehearsal.ContentErased: _always("Its content was erased."),
    }
)
