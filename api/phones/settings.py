"""What a phone is told to do, as the app's own settings (``modules/settings/``)."""

from collections.abc import Mapping
from typing import Final

from domain.phone import Phone

POLL_S: Final = 30
"""How often it pulls: each tick of the app's ping does."""
LOG_DAYS: Final = 30
"""How long it remembers what it was given; longer than any message is open."""
INBOUND: Final = "sms:received"


def settings_of(signing_key: str) -> Mapping[str, object]:
    """Give the settings of one phone; the pace is the gateway's, so the phone has none."""
    return {
        **_of_any(signing_key, internet_required=True),
        "gateway": {"notification_channel": "SSE_ONLY"},
        "ping": {"interval_seconds": POLL_S},
    }


def local_settings_of(signing_key: str) -> Mapping[str, object]:
    """Give those of a phone that is called: its gateway may be reached without the Internet."""
    return _of_any(signing_key, internet_required=False)


def _of_any(signing_key: str, *, internet_required: bool) -> Mapping[str, object]:
    return {
        "messages": {
            "send_interval_min": 1,
            "send_interval_max": 2,
            "limit_period": "Disabled",
            "log_lifetime_days": LOG_DAYS,
            "processing_order": "FIFO",
        },
        "logs": {"lifetime_days": LOG_DAYS},
        "webhooks": {
            "internet_required": internet_required,
            "retry_count": 15,
            "signing_key": signing_key,
        },
    }


def webhooks_of(phone: Phone, phones_url: str) -> list[Mapping[str, object]]:
    """Give the calls that the phone makes: messages that come to its SIMs."""
    url = f"{phones_url}/phones/{phone.device}/inbound"
    return [{"id": f"{phone.device}-inbound", "url": url, "event": INBOUND}]
