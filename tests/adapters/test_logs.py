"""Logs: one line of JSON a record, ours from the level on, other libraries' warnings only."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.observability.logs import configure_logs
from tests.support.logs import logging_as_before


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Give what was written so far; afterwards logging is as it was.

    A thread of an earlier test in this process may just then say that its server went away.
    """

    def written() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
        return [line for line in found if line["logger"] != "ngoma.outage"]

    with logging_as_before():
        yield written


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("debug", ["ngoma.sims", "ngoma.sims", "ngoma.sims", "redis"]),
        ("info", ["ngoma.sims", "ngoma.sims", "redis"]),
        ("warning", ["ngoma.sims", "redis"]),
    ],
)
def test_the_level_is_that_of_the_product_and_not_of_its_libraries(
    lines: Callable[[], list[dict[str, Any]]], level: str, written: list[str]
) -> None:
    outlet = configure_logs(level)
    for name in ("ngoma.sims", "redis"):
        for word in (logging.DEBUG, logging.INFO, logging.WARNING):
            logging.getLogger(name).log(word, "said")
    outlet.close(wait_s=5)
    assert [line["logger"] for line in lines()] == written


def test_what_a_caller_adds_becomes_fields(lines: Callable[[], list[dict[str, Any]]]) -> None:
    outlet = configure_logs("info")
    logging.getLogger("ngoma.sims").info("modem %s is up", "m0", extra={"sim": 7})
    outlet.close(wait_s=5)
    (line,) = lines()
    assert (line["level"], line["message"], line["sim"]) == ("info", "modem m0 is up", 7)


def test_what_is_said_at_the_start_is_said_at_every_level(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    outlet = configure_logs("error")
    logging.getLogger("ngoma.start").info("Listening.")
    outlet.close(wait_s=5)
    assert [line["message"] for line in lines()] == ["Listening."]
