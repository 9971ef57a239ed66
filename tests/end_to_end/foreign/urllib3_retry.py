"""Sends with urllib3, and retries with its ``Retry``; see programs.py."""

import json
import sys
from typing import Any, Final

import urllib3
from urllib3.util import Retry

PAUSE_S: Final = 0.25
GATEWAY_UNAVAILABLE: Final = 503


def main() -> None:
    base_url, key, retries, calls, text, *to = sys.argv[1:]
    requests: dict[str, tuple[str, str, dict[str, Any] | None]] = {
        "single": ("POST", "/api", {"api_key": key, "to": to[0]}),
        "bulk": ("POST", "/api/bulk", {"api_key": key, "recipients": to}),
        "feltech_single": ("POST", "/api/v1/sms/send", {"to": to[0]}),
        "feltech_bulk": ("POST", "/api/v1/sms/send-bulk", {"to": to}),
        "balance": ("GET", f"/api/balance?api_key={key}", None),
    }
    retry = Retry(
        total=int(retries),
        allowed_methods=None,  # POST too
        status_forcelist=[GATEWAY_UNAVAILABLE],
        backoff_factor=PAUSE_S,
        backoff_max=PAUSE_S,
    )
    seen = {}
    with urllib3.PoolManager(retries=retry if retry.total else None) as pool:
        for call in calls.split(","):
            method, path, fields = requests[call]
            body = fields and {**fields, "message": f"{text} {call}"}
            seen[call] = ask(pool, method, base_url + path, body, key)
    print(json.dumps(seen))


def ask(
    pool: urllib3.PoolManager, method: str, url: str, body: dict[str, Any] | None, key: str
) -> dict[str, Any]:
    try:
        answer = pool.request(method, url, json=body, headers={"Authorization": f"Bearer {key}"})
    except urllib3.exceptions.MaxRetryError as error:
        return {"raised": type(error).__name__, "reason": str(error.reason)}
    tries = answer.retries.history if answer.retries else ()
    return {"status": answer.status, "attempts": len(tries) + 1, "answer": answer.json()}


main()
