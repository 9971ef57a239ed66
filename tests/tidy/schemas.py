"""A JSON schema for each topic: what the stored state of an event has."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, get_type_hints

from eventsourcing.domain import Aggregate as LibraryAggregate

from tests.tidy import discovery

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
BESIDE_STATE: Final = {"originator_id", "originator_version", "originator_topic", "timestamp"}
_WORDS: Final[Mapping[Any, Mapping[str, Any]]] = {
    int: {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    list[str]: {"type": "array", "items": {"type": "string"}},
}


def schema_page(_: object) -> Iterator[str]:
    """Give one document with a definition for each topic."""
    document = {
        "$schema": DRAFT,
        "title": "Events of Ngoma, as they are stored",
        "description": "The state of an event, by its topic; of the newest version of each.",
        "$defs": {
            str(vars(event)["TOPIC"]): schema_of(event, str(vars(aggregate)["TOPIC"]))
            for aggregate in discovery.aggregates()
            for event in discovery.events(aggregate).values()
        },
    }
    yield json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def schema_of(event: type[discovery.Event], aggregate: str) -> dict[str, Any]:
    """Give the schema of one event's state."""
    hints = get_type_hints(event)
    properties: dict[str, Any] = {"timestamp": dict(_WORDS[int])}
    if issubclass(event, LibraryAggregate.Created):
        properties["originator_topic"] = {"const": aggregate}
    for field in fields(event):
        if field.name not in BESIDE_STATE:
            properties[field.name] = _schema(hints[field.name])
    version = getattr(event, "class_version", 1)
    if version > 1:
        properties["class_version"] = {"const": version}
    return {
        "description": discovery.summary(event),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> dict[str, Any]:
    for kind, words in _WORDS.items():
        if hint == kind:
            return dict(words)
        if hint == kind | None:
            return {**words, "type": [words["type"], "null"]}
    raise TypeError(hint)
