"""The base of every aggregate and event: explicit topics, integer times, the command's time."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from hashlib import sha1
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import UUID

from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.domain import (
    CanSnapshotAggregate,
    DomainEvent,
    MetaDomainEvent,
    ProgrammingError,
)

from domain.plain import require_plain, require_plain_state
from domain.values import Instant

NAMESPACE = UUID("6e676f6d-6100-5000-8000-746865647275")
"""Root of every aggregate id: uuid5(NAMESPACE, "<kind>:<natural key>"), never random."""
_ROOT = NAMESPACE.bytes


def aggregate_id(kind: str, *key: int | str) -> UUID:
    """Derive an aggregate's id from its kind and natural key; the same everywhere, always."""
    name = f"{kind}:{':'.join(map(str, key))}"
    digest = sha1(_ROOT + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)  # what uuid5 gives, in two thirds of its time


if TYPE_CHECKING:
    EventClass = MetaDomainEvent  # of ours it would take each event's class for an ``EventClass``
else:

    class EventClass(MetaDomainEvent):
        """Makes each event class a frozen dataclass, without what all of them share.

        ``Event`` compares, hashes and shows itself once for all. A process makes 200 of these
        classes before it does anything else, and their own methods took half of that time.
        """

        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
            made = type.__new__(cls, name, bases, members)
            made = dataclass(frozen=True, eq=False, repr=False, init=False)(made)
            made.__init__ = _constructor(made)
            return made


def _constructor(kind: type) -> Callable[..., None]:
    """Make what takes an event's fields, in their order or by name, and keeps all at once.

    That of a frozen dataclass sets each field by a call of its own, and takes twice as long.
    """
    names = [one.name for one in fields(kind)]
    defaults = {one.name: one.default for one in fields(kind) if one.default is not MISSING}
    taken = ", ".join(f"{n}=defaults[{n!r}]" if n in defaults else n for n in names)
    kept = ", ".join(f"{name!r}: {name}" for name in names)
    scope: dict[str, Any] = {"defaults": defaults, "put": object.__setattr__}
    exec(  # noqa: S102 - our own names, as a dataclass does it
        f"def __init__(self, {taken}):\n"
        f"  put(self, '__dict__', {{{kept}}})\n"
        "  self.__post_init__()",
        scope,
    )
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


class Event(LibraryAggregate.Event, metaclass=EventClass):
    """Something that happened to an aggregate, stored for good.

    ``timestamp`` is the running command's time as an ``Instant``; the library's clock is never
    used. An event's ``apply`` only assigns: no guard, no clock, no I/O, so that history always
    replays when rules tighten. Its fields are plain values (``domain.plain``): int, str, bool,
    None and lists of str. That is asked when it is made, and not when it is read.
    """

    def __post_init__(self) -> None:
        """Refuse what the log would give back as something else.

        Raises:
            NotPlain: a field is not exactly of its declared type.
        """
        require_plain(self)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))
        return f"{type(self).__qualname__}({', '.join(shown)})"

    @property
    def at(self) -> Instant:
        """The command's time: microseconds since the epoch, UTC."""
        return cast("Instant", self.timestamp)

    @staticmethod
    def create_timestamp() -> Any:
        """Refuse to invent a time: every event takes its command's."""
        msg = "an event takes the time of its command"
        raise ProgrammingError(msg)


class Aggregate(LibraryAggregate):
    """A consistency boundary whose public methods decide and whose events apply."""

    class Event(Event):
        """Base of the events of an aggregate; never stored itself."""

    class Created(Event, LibraryAggregate.Created):
        """Base of the first event of an aggregate; never stored itself."""

    @property
    def opened_at(self) -> Instant:
        """Time of the first event."""
        return cast("Instant", self.created_on)

    @property
    def changed_at(self) -> Instant:
        """Time of the newest event."""
        return cast("Instant", self.modified_on)

    def _record(self, event_class: type[Event], *, at: Instant, **fields: Any) -> None:
        """Make the next event with the command's time, apply it, and keep it for the save."""
        self.trigger_event(event_class, timestamp=at, **fields)


@dataclass(frozen=True)
class Snapshot(CanSnapshotAggregate[UUID], DomainEvent):
    """An aggregate's state at one version; disposable, only ever saves reading time."""

    TOPIC = "Snapshot"

    topic: str
    state: dict[str, Any]

    @classmethod
    def of(cls, aggregate: Aggregate, *, at: Instant) -> Self:
        """Copy the state of ``aggregate``.

        Raises:
            NotPlain: one of its attributes is no JSON value.
        """
        state = dict(vars(aggregate))
        for transient in ("_id", "_version", "_pending_events"):
            state.pop(transient)
        topic = type(aggregate).TOPIC  # type: ignore[attr-defined]  # set by each aggregate
        require_plain_state(topic, state)
        return cls(
            originator_id=aggregate.id,
            originator_version=aggregate.version,
            timestamp=cast("Any", at),
            topic=topic,
            state=state,
        )
