"""A phone beside the demo's modems, as an operator tries it: enrol, see it, send, pull the plug."""

import hmac
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.gateway import Demo, Process
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

BASE = "/api/mobile/v1"
TO_ZAMTEL = "0550000001"


def on_air(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def came_in(settings: Mapping[str, Any], *, slot: int) -> tuple[str, dict[str, str]]:
    """Give what the app says of a message that came to a SIM, and the headers that sign it."""
    payload = {"sender": "+260955000001", "message": "Zikomo", "simNumber": slot}
    payload["receivedAt"] = "2026-11-21T10:00:04.000+02:00"
    body = json.dumps({"event": "sms:received", "payload": payload})
    key = settings["webhooks"]["signing_key"].encode()
    signature = hmac.digest(key, f"{body}1795000000".encode(), "sha256").hex()
    return body, {"X-Timestamp": "1795000000", "X-Signature": signature}


@pytest.fixture(scope="module")
def shelf(demo: Demo) -> Iterator[tuple[Demo, str, Process]]:
    """Give the demo without its Zamtel modem, and a phone with a Zamtel SIM in its slot 2."""
    (zamtel,) = [sim for sim in demo.cli("modem", "list") if sim["network"] == "zamtel"]
    demo.cli("modem", "quarantine", zamtel["sim"], "--reason", "a phone sends instead")
    drawn = demo.cli("phone", "enrol", "--network-of", "2=zamtel")
    url = f"{demo.place['base_url']}{BASE}"
    assert drawn["url"].endswith(BASE)
    phone = Process(
        *("phone", "emulate", "--url", url, "--code", drawn["code"], "--poll-s", 1),
        *("--network-log", str(demo.folder / "phone.jsonl"), "--state", str(demo.folder / "phone")),
        *("--data-dir", str(demo.folder)),
        log=demo.folder / "phone.log",
    )
    with phone:
        wait_until(lambda: demo.cli("phone", "list"), what="the phone is enrolled")
        yield demo, drawn["code"], phone


def _sims(demo: Demo) -> list[Mapping[str, Any]]:
    return [sim for sim in demo.cli("modem", "list") if sim["modem"].startswith("phone-")]


def test_the_first_message_leaves_by_the_phone_and_is_delivered(
    shelf: tuple[Demo, str, Process],
) -> None:
    demo, _, _ = shelf
    wait_until(lambda: [s["state"] for s in _sims(demo)] == ["online"], what="its SIM is online")
    (number,) = demo.client.send(TO_ZAMTEL, "By phone " * 30).numbers
    wait_until(lambda: demo.client.status(number) == "sent", what="the message is sent")
    lines = on_air(demo.folder / "phone.jsonl")
    assert [(line["part"], line["of"]) for line in lines] == [(1, 2), (2, 2)]
    assert "".join(line["text"] for line in lines) == "By phone " * 30
    shown = demo.cli("message", "show", number)
    wait_until(
        lambda: demo.cli("message", "show", number)["state"] == "delivered", what="it is delivered"
    )
    assert shown["network"] == "zamtel"


def test_a_code_lets_in_one_phone_and_a_revoked_one_is_out_at_once(
    shelf: tuple[Demo, str, Process],
) -> None:
    demo, used, _ = shelf
    base = f"{demo.place['base_url']}{BASE}"
    again = httpx.post(f"{base}/device", json={}, headers={"Authorization": f"Code {used}"})
    assert again.status_code == 401
    assert set(again.json()) == {"message", "code"}
    code = demo.cli("phone", "enrol", "--network-of", "1=mtn")["code"]
    enrolled = httpx.post(f"{base}/device", json={}, headers={"Authorization": f"code {code}"})
    assert enrolled.status_code == 201
    told = enrolled.json()
    headers = {"Authorization": f"Bearer {told['token']}"}
    with httpx.Client(base_url=base, headers=headers) as phone:
        assert phone.get("/message").json() == []
        assert phone.patch("/device", json={"id": told["id"]}).status_code == 204
        assert phone.patch("/device", json={"id": "another"}).status_code == 403
        assert phone.get("/settings").json()["messages"]["processing_order"] == "FIFO"
        assert phone.get("/device").json()["externalIp"] == "127.0.0.1"
        unknown = [{"id": "zq8Kx0vWw1", "state": "Sent", "recipients": [], "states": {}}, 5]
        assert phone.patch("/message", json=unknown).status_code == 204
        assert phone.patch("/messages", json={}).status_code == 400
        assert phone.patch("/message", content=b"[" + b" " * 65_536 + b"]").status_code == 413
        (hook,) = phone.get("/webhooks").json()
        settings = phone.get("/settings").json()
        demo.cli("phone", "revoke", told["id"], "--reason", "it was lost")
        wait_until(lambda: phone.get("/message").status_code == 401, what="it is out")
    content, signed = came_in(settings, slot=1)
    assert httpx.post(hook["url"], content=content, headers=signed).status_code == 401


def test_what_comes_in_is_kept_once_if_the_phone_signed_it(
    shelf: tuple[Demo, str, Process],
) -> None:
    demo, _, _ = shelf
    kept = json.loads((demo.folder / "phone").read_text())
    headers = {"Authorization": f"Bearer {kept['token']}"}
    base = demo.place["base_url"]
    settings = httpx.get(f"{base}{BASE}/settings", headers=headers).json()
    (hook,) = httpx.get(f"{base}{BASE}/webhooks", headers=headers).json()
    body, signed = came_in(settings, slot=2)
    assert httpx.post(hook["url"], content=body).status_code == 401
    for _ in range(2):
        assert httpx.post(hook["url"], content=body, headers=signed).status_code == 200
    came = wait_until(lambda: demo.cli("message", "inbound"), what="it came in")
    assert len(came) == 1


def test_when_the_plug_is_pulled_what_waits_stays_and_leaves_once_it_is_back(
    shelf: tuple[Demo, str, Process],
) -> None:
    demo, _, phone = shelf
    before = len(on_air(demo.folder / "phone.jsonl"))
    phone.kill9()
    (number,) = demo.client.send(TO_ZAMTEL, "Back soon").numbers
    assert demo.client.status(number) == "pending"
    phone.spawn()
    wait_until(lambda: demo.client.status(number) == "sent", what="the message is sent")
    assert len(on_air(demo.folder / "phone.jsonl")) == before + 1
