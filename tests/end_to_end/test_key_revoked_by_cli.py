"""A key revoked beside a running server: nothing is accepted any more, reading ends in a second."""

import time

import pytest

from tests.end_to_end.client import Client
from tests.end_to_end.gateway import Demo
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes


def test_sends_stop_at_once_and_reads_within_a_second(demo: Demo) -> None:
    issued = demo.cli("key", "issue", demo.account, "--name", "second")
    second = Client(demo.client.base_url, issued["api_key"])
    assert second.send("0977000000", "Before").status == 200
    assert second.log()["total"] >= 1  # the key is known, and trusted from memory
    before = demo.client.balance()

    demo.cli("key", "revoke", issued["api_key"][:8])
    ended = time.monotonic()
    for answer in (second.send("0977000000", "After"), second.bulk(["0977000000"], "After")):
        assert (answer.status, answer.json["code"]) == (401, "INVALID_KEY")
    assert second.feltech_send("0977000000", "After").status == 401
    assert demo.client.balance() == before
    assert all(entry["message"] != "After" for entry in demo.client.log()["logs"])

    def reading_ended() -> bool:
        statuses = {
            second.get(path).status
            for path in (f"/api/balance?api_key={second.api_key}", "/api/sms/logs")
        }
        return statuses == {401}

    wait_until(reading_ended, within_s=5, what="reads are refused")
    assert time.monotonic() - ended < 1.0
    assert demo.client.send("0977000000", "The other key works on").status == 200


def test_a_regenerated_key_replaces_the_old_one_in_one_step(demo: Demo) -> None:
    old = demo.cli("key", "issue", demo.account, "--name", "till")
    first = Client(demo.client.base_url, old["api_key"])
    assert first.send("0977000000", "Old").status == 200
    new = demo.cli("key", "regenerate", old["key_id"])
    assert first.send("0977000000", "Old again").status == 401
    assert Client(demo.client.base_url, new["api_key"]).send("0977000000", "New").status == 200
