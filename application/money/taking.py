"""Takes payments' turns: some with one command, and then speaks to the provider of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, Protocol

from application.books.commands import Command, Execute
from application.books.due import DueWork, Ids
from application.money.outcomes import NOT_SENT, RecordStatus, status_of
from application.money.refunds import RecordRefund, refund_token
from application.money.turns import TURN, Kind, TakeTurn, TakeTurns, Turn
from application.ports import (
    IDS_MAX,
    Clock,
    MobileMoney,
    PaymentState,
    PaymentStatus,
    ProviderTraits,
    Store,
)
from domain.errors import InvalidRequest, OutcomeUnknown, Unavailable
from domain.values import Instant

TOGETHER: Final = IDS_MAX // 2
"""Turns that one job carries, each as the numbers of its payment and of its round."""

Call = Callable[[], Command[Any] | None]
"""Speaks to a provider; gives what is to be recorded of it, if anything."""

Aside = Callable[[Callable[[], object]], object]
"""Runs what takes minutes elsewhere, or at once where there is no room."""


class Speakers(Protocol):
    """Has calls to providers made, some at a time, and what each says recorded."""

    def is_free(self) -> bool:
        """Whether more calls can be begun soon; it waits a little for that."""

    def speak(self, calls: Sequence[Call], execute: Execute) -> None:
        """Have calls made; it comes back when all have begun."""


class Here:
    """Speaks in the caller's own thread, one call after another."""

    def is_free(self) -> bool:
        """It is: whoever calls next waits."""
        return True

    def speak(self, calls: Sequence[Call], execute: Execute) -> None:
        """Make calls; a fault of one is raised after all of them."""
        fault = None
        for call in calls:
            try:
                _record(call, execute)
            except Exception as error:  # noqa: BLE001 - the turns of the others are taken as well
                fault = error
        if fault is not None:
            raise fault


def _record(call: Call, execute: Execute) -> None:
    if (command := call()) is not None:
        execute(command)


class Turns:
    """Takes turns: speaks to the providers between two commands."""

    def __init__(
        self,
        *,
        mobile_money: Mapping[str, MobileMoney],
        callback_url: Callable[[ProviderTraits, int], str | None],
        clock: Clock,
        aside: Aside,
        speakers: Speakers | None = None,
    ) -> None:
        self._mobile_money = mobile_money
        self._callback_url = callback_url
        self._clock = clock
        self._aside = aside
        self._speakers = speakers or Here()

    def take(self, due: Sequence[tuple[int, int]], execute: Execute) -> int:
        """Take the turns of payments that are due, each with its round; give how many were taken.

        Without room to speak they stay due. One that cannot be taken keeps no other from being
        spoken about.
        """
        if not self._speakers.is_free():
            return 0
        faults: list[Exception] = []
        turns = self._taken(due, execute, faults)
        calls = []
        for turn in turns:
            client = self._mobile_money[turn.provider]
            call = partial(self._ways[turn.kind], self, client, turn)
            if turn.kind is Kind.ASK and not client.traits.tells_status:
                self._aside(partial(_record, call, execute))
            else:
                calls.append(call)
        self._speakers.speak(calls, execute)
        if faults:
            raise faults[0]
        return len(turns)

    def _taken(
        self, due: Sequence[tuple[int, int]], execute: Execute, faults: list[Exception]
    ) -> Sequence[Turn]:
        """Take turns with one command; where that has a fault, each with its own."""
        at, traits = self._clock.now(), self._traits()
        commands = [
            TakeTurn(number, round_, traits=traits, callback_url=self._callback_url, at=at)
            for number, round_ in due
        ]
        try:
            found = execute(TakeTurns(commands, at=at))
        except Exception as error:  # noqa: BLE001 - raised again when the others were spoken about
            if len(due) == 1 or isinstance(error, Unavailable | OutcomeUnknown):
                faults.append(error)
                return []
            return [turn for one in due for turn in self._taken([one], execute, faults)]
        return [turn for turn in found if turn is not None]

    def _traits(self) -> Mapping[str, ProviderTraits]:
        """Give what is known of the providers that can be spoken to."""
        found = {}
        for name in self._mobile_money:
            with suppress(InvalidRequest):  # its key cannot be read
                found[name] = self._mobile_money[name].traits
        return found

    def _ask(self, client: MobileMoney, turn: Turn) -> Command[Any]:
        if turn.collection.payer:
            status = status_of(client.collect(turn.collection))
        else:  # who pays was erased before anybody was asked
            status = PaymentStatus(state=PaymentState.FAILED, code=NOT_SENT)
        return self._told(client, turn, status)

    def _look(self, client: MobileMoney, turn: Turn) -> Command[Any]:
        return self._told(client, turn, client.status(turn.collection.reference))

    def _told(self, client: MobileMoney, turn: Turn, status: PaymentStatus) -> Command[Any]:
        return RecordStatus(
            turn.payment,
            status,
            currency=client.traits.currency,
            tells_status=client.traits.tells_status,
            beside=turn.beside,
            at=self._clock.now(),
        )

    def _refund(self, client: MobileMoney, turn: Turn) -> Command[Any] | None:
        if turn.refund is None:
            return None
        reference = client.traits.write_reference(refund_token(turn.payment))
        status = status_of(client.refund(replace(turn.refund, reference=reference)))
        return RecordRefund(turn.payment, status, at=self._clock.now())

    def _look_at_refund(self, client: MobileMoney, turn: Turn) -> Command[Any] | None:
        if turn.refund is None:
            return None
        status = client.refund_status(client.traits.write_reference(refund_token(turn.payment)))
        return RecordRefund(turn.payment, status, at=self._clock.now())

    _ways: Final = {
        Kind.ASK: _ask,
        Kind.LOOK: _look,
        Kind.REFUND: _refund,
        Kind.LOOK_AT_REFUND: _look_at_refund,
    }


def money_work(*, store: Store, turns: Turns) -> Sequence[DueWork]:
    """Give the kinds of work that payments have."""

    def due(now: Instant, limit: int) -> Iterable[Ids]:
        return store.due_polls(now, limit=limit)

    def handle(ids: Ids, execute: Execute) -> bool:
        pairs = list(zip(ids[::2], ids[1::2], strict=True))
        return turns.take(pairs, execute) > 0

    return (DueWork(kind=TURN, due=due, handle=handle, together=TOGETHER),)
