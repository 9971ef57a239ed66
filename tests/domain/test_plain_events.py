"""Every event of the domain holds plain values only, and comes back from the log as it was."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any, Final, get_type_hints
from uuid import UUID

import pytest

from application.books.codec import SNAPSHOTTED, event_mapper, snapshot_of
from domain.account import Account
from domain.events import Aggregate
from domain.message import Message
from domain.plain import NotPlain
from domain.values import Credits, Instant, Network
from domain.wallet import CreditWallet
from tests.tidy import discovery

MAPPER: Final = event_mapper()
AT: Final = Instant(1_765_000_000_000_000)
LIBRARY: Final = ("originator_id", "originator_version", "originator_topic", "timestamp")
EVENTS: Final = {
    str(vars(event)["TOPIC"]): event
    for aggregate in discovery.aggregates()
    for event in discovery.events(aggregate).values()
}


class Colour(Enum):
    RED = "red"


class Word(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


class Text(str):
    pass


@dataclass
class Pair:
    left: int
    right: int


FORBIDDEN: Final[dict[str, object]] = {
    "a date": date(2026, 1, 31),
    "a datetime": datetime(2026, 1, 31, tzinfo=UTC),
    "a UUID": UUID(int=1),
    "an Enum": Colour.RED,
    "a StrEnum": Word.RED,
    "an IntEnum": Number.ONE,
    "a subclass of str": Text("red"),
    "a dataclass": Pair(1, 2),
    "a tuple": ("a", "b"),
    "a set": {"a"},
    "bytes": b"red",
    "a Decimal": Decimal("1.50"),
    "a float": 1.0,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "a dict": {"a": "b"},
    "a list of int": [1, 2],
    "a list of StrEnum": [Word.RED],
    "a list with a None": ["a", None],
    "a list of lists": [["a"]],
    "an int of 65 bits": 2**63,
    "a negative int of 65 bits": -(2**63) - 1,
}
JSON_SAYS: Final = {"a dict", "a list of int", "a list with a None", "a list of lists"}
"""These come back as they were: a snapshot may hold them, but no event does."""
ALLOWED: Final[dict[object, list[object]]] = {
    int: [0, 1, -1, 2**63 - 1, -(2**63)],
    str: ["", "red", "Mwapoleni ☀ \u2028 \x00 é"],
    bool: [True, False],
    list[str]: [[], ["a", "é"]],
}


@functools.cache
def kinds_of(event: type[discovery.Event]) -> dict[str, tuple[object, bool]]:
    """Give each field of its own with its type, and whether it may be None."""
    hints, found = get_type_hints(event), {}
    for field in fields(event):
        if field.name not in LIBRARY:
            kind = hints[field.name]
            inner = [one for one in getattr(kind, "__args__", ()) if one is not type(None)]
            is_optional = kind not in ALLOWED
            found[field.name] = (inner[0] if is_optional else kind, is_optional)
    return found


def make(event: type[discovery.Event], **changed: object) -> discovery.Event:
    """Make an event whose fields are right, but for ``changed``."""
    values: dict[str, Any] = {
        "originator_id": UUID(int=7),
        "originator_version": 1,
        "timestamp": AT,
        **{name: ALLOWED[kind][1] for name, (kind, _) in kinds_of(event).items()},
    }
    if issubclass(event, Aggregate.Created):
        values["originator_topic"] = "Account"
    return event(**{**values, **changed})


def again(event: discovery.Event) -> discovery.Event:
    """Give an event as it is read back from the log."""
    read = MAPPER.to_domain_event(MAPPER.to_stored_event(event))
    assert isinstance(read, type(event))
    return read


FIELDS: Final = [
    (topic, name) for topic, event in EVENTS.items() for name in (*kinds_of(event), "timestamp")
]


MESSAGE: Final[dict[str, Any]] = {
    name: ALLOWED[kind][1]
    for name, (kind, _) in kinds_of(Message.Queued).items()
    if name != "number"
}


def test_there_are_events_with_fields_of_each_kind() -> None:
    seen = {kind for event in EVENTS.values() for kind, _ in kinds_of(event).values()}
    assert seen == set(ALLOWED)


@pytest.mark.parametrize(("topic", "name"), FIELDS)
@pytest.mark.slow
def test_a_field_refuses_what_is_not_plain(topic: str, name: str) -> None:
    for what, value in FORBIDDEN.items():
        with pytest.raises(NotPlain) as caught:
            make(EVENTS[topic], **{name: value})
        words = str(caught.value)
        assert f"{topic}.{name} " in words, what
        assert type(value).__name__ in words
        said = words.replace(f"{topic}.{name}", "")
        assert repr(value) not in said, "a mistake may be about what nobody should read"


@pytest.mark.parametrize(("topic", "name"), FIELDS)
@pytest.mark.slow
def test_a_field_comes_back_as_it_was(topic: str, name: str) -> None:
    kind, is_optional = kinds_of(EVENTS[topic]).get(name, (int, False))
    for value in [*ALLOWED[kind], *([None] if is_optional else [])]:
        event = make(EVENTS[topic], **{name: value})
        read = again(event)
        assert read == event
        assert getattr(read, name) == value
        assert type(getattr(read, name)) is type(value)
    if not is_optional:
        with pytest.raises(NotPlain):
            make(EVENTS[topic], **{name: None})


@pytest.mark.parametrize(("topic", "name"), FIELDS)
@pytest.mark.slow
def test_a_field_refuses_plain_values_of_another_type(topic: str, name: str) -> None:
    kind, _ = kinds_of(EVENTS[topic]).get(name, (int, False))
    for other, values in ALLOWED.items():
        if other != kind:
            with pytest.raises(NotPlain):
                make(EVENTS[topic], **{name: values[0]})


# -- where it is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trigger",
    [
        lambda: Account.register(1, person=Word.RED, at=AT),
        lambda: Account.register(1, person="x", at=AT).issue_key(
            "KEY00001", actor="test", scopes=[Word.RED], at=AT
        ),
        lambda: Message.queued(1, {**MESSAGE, "network": Network.MTN}, at=AT),
        lambda: CreditWallet.open(1, at=AT).grant(
            Credits(2**63), actor="test", reason="1/x", at=AT
        ),
    ],
    ids=["first event", "next event", "hot path", "a sum that grew"],
)
def test_the_aggregate_that_makes_the_event_is_stopped(trigger: Callable[[], object]) -> None:
    with pytest.raises(NotPlain, match=r"^\w+\.\w+\.\w+ takes .*, not "):
        trigger()


def test_an_event_that_was_refused_leaves_its_aggregate_as_it_was() -> None:
    account = Account.register(1, person="x", at=AT)
    with pytest.raises(NotPlain):
        account.suspend(actor="test", reason=Word.RED, at=AT)
    assert (account.suspended, account.version, len(account.pending_events)) == (False, 1, 1)


def test_an_old_event_that_holds_more_than_it_may_today_is_still_read() -> None:
    stored = MAPPER.to_stored_event(make(EVENTS["Account.Registered"]))
    old = type(stored)(
        stored.originator_id,
        stored.originator_version,
        stored.topic,
        b'{"timestamp":1,"originator_topic":"Account","number":1.5,"person":{"a":[1]}}',
    )
    event: Any = MAPPER.to_domain_event(old)
    assert (event.number, event.person) == (1.5, {"a": [1]})


def test_a_top_up_of_a_time_that_named_no_wallet_is_read() -> None:
    stored = MAPPER.to_stored_event(make(EVENTS["CreditWallet.TopUp"]))
    state = json.loads(stored.state)
    del state["provider_account"], state["class_version"]
    old = replace(stored, state=json.dumps(state).encode())
    event: Any = MAPPER.to_domain_event(old)
    assert (event.provider_account, event.receipt) == ("unknown/unknown", "red")


# -- snapshots -----------------------------------------------------------------------------------


def state_of(value: Any) -> bytes:
    """Give the stored snapshot of a wallet that holds ``value``."""
    wallet = CreditWallet.open(1, at=AT)
    wallet.available = value
    return bytes(snapshot_of(MAPPER, wallet, AT).state)


@pytest.mark.parametrize("what", sorted(FORBIDDEN.keys() - JSON_SAYS))
def test_a_snapshot_refuses_what_json_cannot_say(what: str) -> None:
    value = FORBIDDEN[what]
    for hidden in (value, [1, value], {"a": {"b": value}}):
        with pytest.raises(NotPlain, match=r"^CreditWallet\.available takes .*, not "):
            state_of(hidden)
    with pytest.raises(NotPlain):
        state_of({1: "a key that comes back as a str"})


@pytest.mark.parametrize("what", sorted(JSON_SAYS))
def test_a_snapshot_holds_what_json_can_say(what: str) -> None:
    assert state_of(FORBIDDEN[what])


def test_what_is_snapshotted_comes_back_with_its_types() -> None:
    assert CreditWallet in SNAPSHOTTED
    wallet = CreditWallet.open(1, at=AT)
    wallet.grant(Credits(5), actor="test", reason="1/x", at=AT)
    wallet.reserve(Credits(2), first_number=1, count=2, batch=None, at=AT)
    snapshot: Any = MAPPER.to_domain_event(snapshot_of(MAPPER, wallet, AT))
    restored = snapshot.mutate(None)
    kept = {name: value for name, value in vars(wallet).items() if name != "_pending_events"}
    assert {name: vars(restored)[name] for name in kept} == kept
    assert {name: type(vars(restored)[name]) for name in kept} == {
        name: type(value) for name, value in kept.items()
    }
