"""The corpus: a stored state of every version of every event that was ever written.

``python -m tests.support.event_corpus --write`` adds a line for each event, or new version of
one, that has none. A line that is there stays for good: what was stored must replay for ever.
Before version 1.0 no history is kept yet: a newest version whose fields changed gets a new line.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from domain.events import Aggregate
from tests.domain.test_plain_events import EVENTS, MAPPER, make

CORPUS: Final = Path(__file__).parents[1] / "golden" / "events.ndjson"
Key = tuple[str, int]


def read_corpus() -> dict[Key, bytes]:
    """Give the stored states by topic and version."""
    found: dict[Key, bytes] = {}
    for line in CORPUS.read_bytes().split(b"\n"):
        if line:
            row = json.loads(line)
            state = json.dumps(row["state"], separators=(",", ":"), ensure_ascii=False)
            found[row["topic"], row["state"].get("class_version", 1)] = state.encode()
    return found


def current() -> Mapping[Key, bytes]:
    """Give what the code of today stores, by topic and version."""
    return {
        (topic, getattr(event, "class_version", 1)): MAPPER.to_stored_event(_made(topic)).state
        for topic, event in EVENTS.items()
    }


def _made(topic: str) -> Any:
    event = EVENTS[topic]
    if issubclass(event, Aggregate.Created):
        return make(event, originator_topic=topic.partition(".")[0])
    return make(event)


def stale(known: Mapping[Key, bytes]) -> Mapping[Key, bytes]:
    """Give what is missing, and before 1.0 what has other fields by now."""
    is_changeable = version("ngoma").startswith("0.")

    def is_missing(key: Key, state: bytes) -> bool:
        if key not in known:
            return True
        return is_changeable and json.loads(state).keys() != json.loads(known[key]).keys()

    return {key: state for key, state in current().items() if is_missing(key, state)}


def main(arguments: Sequence[str]) -> int:
    """Say what is missing, or write it."""
    known = read_corpus() if CORPUS.exists() else {}
    found = stale(known)
    print(*(f"{topic} {number}" for (topic, number) in found), sep="\n")
    if "--write" in arguments and found:
        rows: list[dict[str, Any]] = [
            {"topic": topic, "state": json.loads(state)}
            for (topic, _), state in sorted({**known, **found}.items())
        ]
        CORPUS.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    return 0 if "--write" in arguments else bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
