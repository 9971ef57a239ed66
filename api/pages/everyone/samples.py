"""Commands that people copy: they work as they stand, on this gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.visit import Visit

YOUR_KEY: Final = "YOUR_API_KEY"
RECIPIENT: Final = "0977123456"
BATCH: Final = ("0977123456", "0955123456", "0950123456")


@dataclass(frozen=True, slots=True)
class Sample:
    """One call: the name of its words (``docs.…``), and a command that makes it."""

    name: str
    command: str


def base_url(visit: Visit) -> str:
    """Give the address by which this visitor reaches the gateway."""
    scheme = "https" if visit.front.is_https(visit.call) else "http"
    return f"{scheme}://{visit.host}"


def send_command(visit: Visit, key: str = YOUR_KEY, *, to: str = RECIPIENT) -> str:
    """Give the command that sends one message."""
    return _post(visit, key, "/api/v1/sms/send", f'{{"to":"{to}","message":"Hello"}}')


def samples(visit: Visit, sender_id: str | None) -> Sequence[Sample]:
    """Give one command for each call that most programs need."""
    under = f',"sender_id":"{sender_id}"' if sender_id else ""
    many = ",".join(f'"{number}"' for number in BATCH)
    one = f'{{"to":"{RECIPIENT}","message":"Hello"{under}}}'
    return (
        Sample(
            "send", _post(visit, YOUR_KEY, "/api/v1/sms/send", one, "Idempotency-Key: order-1042")
        ),
        Sample(
            "bulk",
            _post(
                visit,
                YOUR_KEY,
                "/api/v1/sms/send-bulk",
                f'{{"to":[{many}],"message":"Hello all"{under}}}',
            ),
        ),
        Sample("status", _get(visit, "/api/v1/sms/status/msg_1")),
        Sample("balance", _get(visit, "/api/v1/balance")),
        Sample("preview", _post(visit, YOUR_KEY, "/api/v1/sms/preview", one)),
        Sample(
            "other",
            f"curl {base_url(visit)}/api -H 'Content-Type: application/json' \\\n"
            f'  -d \'{{"api_key":"{YOUR_KEY}","to":"{RECIPIENT}","message":"Hello"}}\'',
        ),
    )


def _post(visit: Visit, key: str, path: str, body: str, header: str = "") -> str:
    more = f" \\\n  -H '{header}'" if header else ""
    return (
        f"curl {base_url(visit)}{path} -H 'Authorization: Bearer {key}' \\\n"
        f"  -H 'Content-Type: application/json'{more} -d '{body}'"
    )


def _get(visit: Visit, path: str) -> str:
    return f"curl {base_url(visit)}{path} -H 'Authorization: Bearer {YOUR_KEY}'"
