"""Every event has a topic of its own that no move or rename of a module can change."""

from dataclasses import fields
from typing import get_type_hints

from eventsourcing.domain import Aggregate as LibraryAggregate

from tests.tidy import discovery

PLAIN = [kind for plain in (int, str, bool, list[str]) for kind in (plain, plain | None)]
LIBRARY = {"originator_id", "originator_version", "originator_topic", "timestamp"}


def test_there_are_aggregates_with_events() -> None:
    assert discovery.aggregates()
    assert all(discovery.events(aggregate) for aggregate in discovery.aggregates())


def test_every_aggregate_names_its_own_topic() -> None:
    for aggregate in discovery.aggregates():
        assert vars(aggregate).get("TOPIC") == aggregate.__name__


def test_every_event_names_its_own_topic_after_its_aggregate() -> None:
    for aggregate in discovery.aggregates():
        for name, event in discovery.events(aggregate).items():
            assert vars(event).get("TOPIC") == f"{aggregate.__name__}.{name}", event
            assert event.__name__ == name


def test_no_topic_is_used_twice_or_names_a_module() -> None:
    topics = [
        str(vars(event)["TOPIC"])
        for aggregate in discovery.aggregates()
        for event in discovery.events(aggregate).values()
    ]
    assert len(set(topics)) == len(topics)
    assert [topic for topic in topics if ":" in topic] == []


def test_every_event_class_of_the_domain_belongs_to_an_aggregate() -> None:
    owned = {
        event
        for aggregate in discovery.aggregates()
        for event in discovery.events(aggregate).values()
    }
    bases = {aggregate.Event for aggregate in discovery.aggregates()}
    assert discovery.event_classes() - owned - bases == set()


def test_every_event_is_described() -> None:
    for aggregate in discovery.aggregates():
        for event in discovery.events(aggregate).values():
            assert discovery.summary(event), event
            assert issubclass(event, LibraryAggregate.Event)


def test_every_field_of_an_event_is_declared_as_a_plain_value() -> None:
    for aggregate in discovery.aggregates():
        for event in discovery.events(aggregate).values():
            hints = get_type_hints(event)
            own = {field.name for field in fields(event)} - LIBRARY
            assert own, event
            assert {name for name in own if hints[name] not in PLAIN} == set(), event
