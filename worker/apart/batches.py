"""What the committer's process is asked and what it answers, as bytes.

Both ends are one program, forked from one process, so that objects go as they are (pickle). What
is sent for each message goes by its fields: the way of a frozen dataclass with slots through pickle
is five times as long.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from copyreg import dispatch_table
from io import BytesIO
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from application.accounts.principal import Principal
from application.books.commands import Command
from application.messages.accepted import Accepted
from application.messages.sending import Own, Recipient, Sending
from application.ports import Begun, Step
from domain.message.options import Options
from domain.msisdn import Route
from domain.segments import Text
from domain.values import Instant

OF_EACH_SEND: Final[Sequence[type[Any]]] = (
    Accepted,
    Options,
    Own,
    Principal,
    Recipient,
    Route,
    Sending,
    Text,
)
PROTOCOL: Final = pickle.HIGHEST_PROTOCOL


# What there is of each command is a plain tuple: one with names takes twice as long to write.
Asked = tuple[Command[object], float, Begun | None]
"""A command that is to be saved, its deadline, and the request that it came by.

The deadline is in seconds of the clock that all processes of a machine share.
"""
Settled = tuple[int, object, BaseException | None]
"""What became of one command: its place in the batch, its result, or the error."""


class Order(NamedTuple):
    """A batch."""

    save_id: UUID
    after_loss: bool
    """Whether a process before had it, and may have saved it."""
    asked: Sequence[Asked]


class Answer(NamedTuple):
    """What is said of a batch, perhaps one of several times."""

    is_last: bool = False
    """Whether all of the batch is settled now."""
    settled: Sequence[Settled] = ()
    has_committed: bool = False
    away: str | None = None
    """Why nothing can be stored now."""
    in_parts: bool = False
    """Whether the batch is saved in parts from now on."""
    trouble: str | None = None
    """What keeps the store from being used, as ``application.ports.Store`` says it."""
    damage: str | None = None
    traced: Sequence[tuple[Sequence[Step], Instant]] = ()


def packed(said: Order | Answer) -> bytes:
    """Write it."""
    into = BytesIO()
    pickler = pickle.Pickler(into, PROTOCOL)
    pickler.dispatch_table = _WAYS
    pickler.dump(said)
    return into.getvalue()


def unpacked(frame: bytes) -> Any:
    """Read what ``packed`` wrote in a process of ours."""
    return pickle.loads(frame)  # noqa: S301 - of our own child, or of who made us


def travels(thing: object) -> bool:
    """Whether it comes to another process as something that can be read there."""
    try:
        pickle.loads(pickle.dumps(thing, PROTOCOL))  # noqa: S301 - what was just written
    except Exception:  # noqa: BLE001 - whatever it is, it does not
        return False
    return True


def _again(kind: type[Any], values: Sequence[object]) -> object:
    made = object.__new__(kind)
    for put, value in zip(_SETTERS[kind], values, strict=True):
        put(made, value)
    return made


def _way(kind: type[Any]) -> Callable[[Any], Any]:
    values = attrgetter(*_slots(kind))
    return lambda thing: (_again, (kind, values(thing)))


def _slots(kind: Any) -> Sequence[str]:
    slots: Sequence[str] = kind.__slots__
    return slots


_WAYS: Final[dict[type[Any], Callable[[Any], Any]]] = {
    **dispatch_table,
    **{kind: _way(kind) for kind in OF_EACH_SEND},
}
_SETTERS: Final[Mapping[type[Any], Sequence[Callable[[object, object], None]]]] = {
    kind: [vars(kind)[name].__set__ for name in _slots(kind)] for kind in OF_EACH_SEND
}
