"""Sends what both published documents send with Python; prints what came back as one JSON line.

Takes SMS_BASE_URL, SMS_API_KEY and SMS_SENDER_NAME from the environment.
"""

import json
import os
from typing import Any

import requests

BASE_URL = os.environ["SMS_BASE_URL"]
API_KEY = os.environ["SMS_API_KEY"]
BEARER = {"Authorization": f"Bearer {API_KEY}"}


def send_sms(to: str, message: str) -> dict[str, Any]:
    """Send one message, the key in the body, as the first document does."""
    response = requests.post(
        f"{BASE_URL}/api",
        json={"api_key": API_KEY, "to": to, "message": message},
        timeout=10,
    )
    return {
        "call": "send",
        "name": "single",
        "to": [to],
        "message": message,
        "status": response.status_code,
        "answer": response.json(),
    }


def feltech(
    call: str,
    name: str,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    **query: str,
) -> dict[str, Any]:
    """Make a request of the second document, the key as a Bearer token."""
    response = requests.request(
        method, f"{BASE_URL}{path}", headers=BEARER, json=body, params=query, timeout=10
    )
    to = (body or {}).get("to")
    return {
        "call": call,
        "name": name,
        "to": [to] if isinstance(to, str) else to,
        "message": (body or {}).get("message"),
        "status": response.status_code,
        "answer": response.json(),
    }


def main() -> None:
    single = send_sms("260977000000", "Payment confirmed. Thank you!")
    sent = feltech(
        "feltech_send",
        "single",
        "POST",
        "/api/v1/sms/send",
        {"to": "+260977000000", "message": "Hello from Feltech SMS and Python!"},
    )
    bulk = feltech(
        "feltech_bulk",
        "two",
        "POST",
        "/api/v1/sms/send-bulk",
        {"to": ["+260977000000", "+260955111111"], "message": "Hello both, from Python!"},
    )
    message_id = sent["answer"].get("message_id")
    status = feltech("feltech_status", "of the single", "GET", f"/api/v1/sms/status/{message_id}")
    logs = feltech("feltech_logs", "searched", "GET", "/api/sms/logs", search="Hello", page="1")
    name = {
        "name": os.environ["SMS_SENDER_NAME"],
        "use_case": "Promotional offers for e-commerce",
    }
    sender_id = feltech("feltech_sender_id", "new", "POST", "/api/sender-ids", name)
    print(json.dumps([single, sent, bulk, status, logs, sender_id]))


if __name__ == "__main__":
    main()
