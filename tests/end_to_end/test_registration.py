"""From nothing to a message: register by curl, credits by command line, send, replace the key."""

import json
import subprocess
import time
from typing import Any, Final

import pytest

from tests.end_to_end.client import Client
from tests.end_to_end.fleet import Scaled
from tests.end_to_end.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.servers]

PASSWORD: Final = "nshima and kapenta"
READS_STOP_S: Final = 1.0


def curl(method: str, url: str, body: object = None, *, bearer: str | None = None) -> Any:
    """Ask with curl; give the answer's JSON."""
    arguments = ["curl", "-sS", "--fail-with-body", "-X", method, url]
    if body is not None:
        arguments += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    if bearer is not None:
        arguments += ["-H", f"Authorization: Bearer {bearer}"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_from_registration_to_a_replaced_key(scaled: Scaled) -> None:
    here, there = scaled.base_urls
    person = {"name": "Mwila Traders", "email": "mwila@example.test", "password": PASSWORD}
    made = curl("POST", f"{here}/api/v1/auth/register", person)
    scaled.cli("wallet", "grant", made["account_id"], 10, "--reason", "a new customer")

    old = made["api_key"]
    body = {"to": "260977000000", "message": "Hello"}
    sent = curl("POST", f"{there}/api/v1/sms/send", body, bearer=old)
    number = int(sent["message_id"].removeprefix("msg_"))
    client = Client(there, old)
    wait_until(lambda: client.status(number) == "sent", what="it is sent")
    wait_until(lambda: client.log()["logs"][0]["status"] == "SENT", what="the log says so")
    wait_until(lambda: client.full_balance()["spent"] == 1, what="the balance says so")

    scaled.projector.freeze()
    try:
        new = replaced(here, made["token"], old)
        refuses_the_old_key(client, body)
        assert Client(there, new).feltech_send(body["to"], "Hello").status == 200
        assert Client(there, new).balance() == 8
    finally:
        scaled.projector.thaw()
    scaled.must_run()


def replaced(base_url: str, token: str, old: str) -> str:
    """Replace the key through one process, in the session."""
    path = f"{base_url}/api/v1/keys/{old[:8]}/regenerate"
    return str(curl("POST", path, bearer=token)["api_key"])


def refuses_the_old_key(client: Client, body: dict[str, str]) -> None:
    """Check the other process: sends at once, reads once a second has passed."""
    replaced_at_s = time.monotonic()
    for path, sent in (("/api", {**body, "api_key": client.api_key}), ("/api/v1/sms/send", body)):
        assert client.post(path, sent).status == 401
    # What is promised is an end after a second, so the second has to pass.
    time.sleep(max(replaced_at_s + READS_STOP_S - time.monotonic(), 0))
    for path in ("/api/v1/balance", "/api/sms/logs", "/api/v1/keys"):
        assert client.get(path).status == 401, path
