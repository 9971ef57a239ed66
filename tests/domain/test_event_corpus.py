"""Every version of every event that was ever stored replays, and says what its schema says."""

import json
from typing import Any, Final
from uuid import UUID

import jsonschema_rs
import pytest
from eventsourcing.persistence import StoredEvent

from application.audit.posting import Poster
from domain.ledger import RULES, TAKES_LOTS, Holdings, Lot, postings
from domain.plain import require_plain
from tests.domain.test_plain_events import EVENTS, MAPPER
from tests.support.event_corpus import current, read_corpus, stale
from tests.tidy.reference import FOLDER

CORPUS: Final = read_corpus()
SCHEMAS: Final[dict[str, Any]] = json.loads((FOLDER / "events.schema.json").read_text())["$defs"]


def test_every_event_is_in_the_corpus_in_its_newest_version() -> None:
    assert [*stale(CORPUS)] == [], "make docs writes what is missing"


def test_the_corpus_has_every_version_up_to_the_newest() -> None:
    wanted = {
        (topic, version)
        for topic, event in EVENTS.items()
        for version in range(1, getattr(event, "class_version", 1) + 1)
    }
    assert CORPUS.keys() == wanted


@pytest.mark.parametrize("key", CORPUS, ids=lambda key: f"{key[0]}-{key[1]}")
@pytest.mark.slow
def test_it_replays(key: tuple[str, int]) -> None:
    topic, _ = key
    event: Any = MAPPER.to_domain_event(StoredEvent(UUID(int=7), 1, topic, CORPUS[key]))
    assert type(event) is EVENTS[topic]
    require_plain(event)
    again = json.loads(MAPPER.to_stored_event(event).state)
    newest = json.loads(current()[topic, getattr(event, "class_version", 1)])
    assert again.keys() == newest.keys()
    stored = json.loads(CORPUS[key])
    kept = (stored.keys() & again.keys()) - {"class_version"}
    assert [name for name in kept if again[name] != stored[name]] == []


@pytest.mark.parametrize("topic", EVENTS)
def test_what_is_stored_is_as_its_schema_says_and_nothing_else_is(topic: str) -> None:
    version = getattr(EVENTS[topic], "class_version", 1)
    state = json.loads(CORPUS[topic, version])
    check = jsonschema_rs.validator_for(SCHEMAS[topic])
    assert check.is_valid(state)
    for name in state:
        assert not check.is_valid({key: state[key] for key in state if key != name}), name
    assert not check.is_valid({**state, "more": 1})
    assert not check.is_valid({**state, "timestamp": "now"})


@pytest.mark.parametrize(
    "key", [key for key in CORPUS if EVENTS[key[0]] in RULES], ids=lambda key: f"{key[0]}-{key[1]}"
)
def test_the_quick_reader_posts_what_the_event_of_the_domain_posts(key: tuple[str, int]) -> None:
    topic, _ = key
    event: Any = MAPPER.to_domain_event(StoredEvent(UUID(int=7), 1, topic, CORPUS[key]))
    slow = postings(9, event, Holdings(), rules=RULES)
    quick = Poster().post(9, topic, CORPUS[key])
    assert quick.lines == slow
    assert quick.event.at == event.at
    assert all(isinstance(lot, Lot) for lot in quick.lots)
    assert not quick.lots or type(event) in TAKES_LOTS
