"""Batches on their way to the committer's process: whole, and a bad one is refused alone."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from application.accounts.principal import Principal
from application.books.commands import Command
from application.books.line import Waiting
from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from application.messages.sending import Own, Recipient, Sending
from domain import errors
from domain.message.options import Options
from domain.msisdn import Msisdn, Route
from domain.segments import Text
from domain.values import Instant, Lane, Network
from tests.application.sending import send
from worker.apart.batches import OF_EACH_SEND, Answer, Order, packed, unpacked
from worker.apart.line import HungUp
from worker.apart.pipe import Pipe
from worker.parts.committer_apart import Batch
from worker.parts.spaced import Spaced

SAVE = UUID(int=5)
AT = Instant(1_764_000_000_000_000)
ROUTE = Route(Network.MTN, "published-1")
THINGS = [
    Text.measured("Muli bwanji €"),
    ROUTE,
    Own(Text.measured("to you"), "ref-1"),
    Recipient(3, "0966123456", Msisdn("260966123456"), ROUTE, Own(Text.measured("x"), None)),
    Options(lane=Lane.OTP, validity_minutes=5, client_reference="r"),
    Principal(1, "key", "NGOMA", bulk_limit=3, scopes=("send",)),
    Accepted(7, 2, 4, 1, 2, 98, (Network.ZAMTEL,), False, AT, credits=(1, 1), skipped=(1,)),
]
ERRORS = [
    errors.InvalidRequest("words", field="to"),
    errors.MessageTooLong("words", characters=1_601, segments=12),
    errors.InsufficientCredits(required=2, available=1),
    errors.RateLimited(retry_after_s=3),
    errors.RecipientOptedOut([0, 2]),
    errors.Overloaded(),
    errors.OutcomeUnknown("words"),
]


def came(thing: object) -> object:
    answer: Answer = unpacked(packed(Answer(settled=[(0, thing, None)])))
    (_, result, _) = answer.settled[0]
    return result


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_what_a_send_is_made_of_comes_as_it_went(thing: object) -> None:
    assert came(thing) == thing


def test_all_that_a_send_is_made_of_is_tried() -> None:
    assert {type(thing) for thing in THINGS} | {Sending} == set(OF_EACH_SEND)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_with_its_words_and_fields(error: errors.NgomaError) -> None:
    there = came(error)
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert vars(there) == vars(error)


def test_a_send_comes_as_what_was_asked_for() -> None:
    commands: list[Any] = [send(1, "key", at=AT) for _ in range(50)]
    order = Order(SAVE, after_loss=False, asked=[(one, 1.0, None) for one in commands])
    there: Order = unpacked(packed(order))
    assert [type(command) for command, *_ in there.asked] == [SendMessages] * 50
    assert [vars(command)["_sending"] for command, *_ in there.asked] == [
        one._sending for one in commands
    ]


# -- what cannot travel ---------------------------------------------------------------------------


class Stuck(Command[None]):
    """A command with something that stays in its process."""

    def __init__(self) -> None:
        self.at = AT
        self.question = lambda: None

    def touches(self) -> list[UUID]:
        return []

    def decide(self, books: object) -> None:
        msg = "it never gets to where it would be decided"
        raise AssertionError(msg)


def waiting(*commands: Command[Any]) -> list[Waiting[object]]:
    return [Waiting(command, lambda _: None, 1.0) for command in commands]


def test_a_command_that_cannot_travel_is_refused_alone() -> None:
    given = waiting(send(1, "key", at=AT), Stuck(), send(1, "key", at=AT))
    batch = Batch(given)
    frame = batch.packed(SAVE, after_loss=False)
    assert frame is not None
    order: Order = unpacked(frame)
    assert len(order.asked) == 2
    assert given[1].outcome is not None
    assert "Stuck cannot go to another process" in str(given[1].outcome.error)
    batch.settle(Answer(is_last=True, settled=[(1, "second", None)]))
    assert given[2].outcome is not None
    assert given[2].outcome.result == "second"
    assert given[0].outcome is None
    assert Batch(waiting(Stuck())).packed(SAVE, after_loss=False) is None


# -- the pipe -------------------------------------------------------------------------------------


@pytest.fixture
def pipes() -> Iterator[tuple[Pipe, Pipe]]:
    ours, end = Pipe.pair()
    its = Pipe(end)
    yield ours, its
    ours.close()
    its.close()


def test_frames_of_any_size_come_whole(pipes: tuple[Pipe, Pipe]) -> None:
    ours, its = pipes
    for size in (1, 100_000):
        ours.say(b"x" * size)
        assert its.hear(5.0) == b"x" * size
    assert its.hear(0.0) is None


def test_the_end_of_the_other_is_the_end_of_the_pipe(pipes: tuple[Pipe, Pipe]) -> None:
    ours, its = pipes
    its.say(b"last")
    its.close()
    assert ours.hear(5.0) == b"last"
    with pytest.raises(HungUp):
        ours.hear(5.0)
    with pytest.raises(HungUp):
        ours.say(b"anybody?")


# -- rings ----------------------------------------------------------------------------------------


def test_a_lone_ring_wakes_at_once_and_one_soon_after_it_when_the_rest_is_over() -> None:
    rest_s = 0.2
    spaced = Spaced(rest_s)
    woke_s = []
    for _ in range(3):
        spaced.set()
        assert spaced.wait(60.0)
        woke_s.append(time.monotonic())
        spaced.clear()
    assert woke_s[1] - woke_s[0] >= rest_s
    assert woke_s[2] - woke_s[1] >= rest_s
    assert not spaced.wait(0.0)
