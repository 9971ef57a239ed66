"""What the domain declares: its aggregates, their events, and the tree of errors."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from eventsourcing.domain import Aggregate as LibraryAggregate

import domain
from domain.errors import NgomaError
from tests.tidy.sources import ROOMS, sources

Event = LibraryAggregate.Event


def domain_modules() -> Iterator[ModuleType]:
    """Import every module of the domain."""
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        yield importlib.import_module(found.name)


def _classes() -> Iterator[type]:
    """Give each class that a module of the domain defines, in the order of its source."""
    for module in domain_modules():
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield value


def aggregates() -> list[type[LibraryAggregate]]:
    """Give the aggregates, without their common base, by name."""
    found = {
        value
        for value in _classes()
        if issubclass(value, LibraryAggregate) and value.__module__ != "domain.events"
    }
    return sorted(found, key=lambda aggregate: aggregate.__name__)


def events(aggregate: type[LibraryAggregate]) -> dict[str, type[Event]]:
    """Give an aggregate's events by name, in the order of their declaration.

    Left out are the base that they share, and the ``Created`` that the library adds by itself
    when the first event has another name.
    """
    found = {
        name: value
        for name, value in vars(aggregate).items()
        if isinstance(value, type) and issubclass(value, Event) and name != "Event"
    }
    created = [e for e in found.values() if issubclass(e, LibraryAggregate.Created)]
    if len(created) > 1 and "TOPIC" not in vars(found.get("Created", Event)):
        found.pop("Created", None)
    return found


def event_classes() -> set[type[Event]]:
    """Give every event class that stands at the top of a module of the domain."""
    return {
        value
        for value in _classes()
        if issubclass(value, Event) and value.__module__ != "domain.events"
    }


def errors() -> Iterator[tuple[int, type[NgomaError]]]:
    """Give the errors that the domain declares with their depth, parents first."""

    def descend(error: type[NgomaError], depth: int) -> Iterator[tuple[int, type[NgomaError]]]:
        yield depth, error
        for child in error.__subclasses__():
            if child.__module__.partition(".")[0] == "domain":
                yield from descend(child, depth + 1)

    yield from descend(NgomaError, 0)


def errors_of_outer_rooms() -> Iterator[tuple[str, str, str]]:
    """Give file, name and base of each further error: those that only one room can meet."""
    known = {error.__name__ for _, error in errors()}
    for source in sources(*ROOMS[1:]):
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
                for base in known.intersection(bases):
                    known.add(node.name)
                    yield source.name, node.name, base


def summary(thing: object) -> str:
    """Give the first paragraph of a docstring as one line; "" without one of its own."""
    text = vars(thing).get("__doc__") if isinstance(thing, type) else inspect.getdoc(thing)
    paragraph = inspect.cleandoc(text or "").partition("\n\n")[0]
    return " ".join(paragraph.split())


def details(thing: object) -> str:
    """Give what follows the first paragraph of a docstring."""
    text = vars(thing).get("__doc__") if isinstance(thing, type) else inspect.getdoc(thing)
    return inspect.cleandoc(text or "").partition("\n\n")[2]
