"""A phone with the SMSGate app in its local-server mode: it is called, and answers.

The answers are those of the app's ``modules/localserver``, file by file in ``docs/phones.md``.
"""

import hmac
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from adapters.modems.simulated.handset import Handset
from adapters.modems.simulated.network_log import NetworkLog
from adapters.modems.simulated.phone_faults import PhoneFault
from adapters.modems.simulated.phone_memory import Kept, app_time, read_app_time
from adapters.modems.simulated.phone_wire import HttpWire
from application.ports import Clock
from domain.phone_report import PhoneState

LISTED: Final = 50
"""Messages of a list, where nobody says how many."""
BATTERY_LOW: Final = 10

Told = tuple[int, Any]
HUNG_UP: Final[Told] = (0, None)
"""The phone closes the connection without an answer."""


def refusal(status: int, words: str) -> Told:
    """Give an answer that refuses."""
    return status, {"message": words}


class ServedPhone(Handset):
    """One phone. Any thread may call ``answer``; who owns the phone calls ``step``."""

    def __init__(
        self,
        device: str,
        *,
        clock: Clock,
        log: NetworkLog,
        faults: Sequence[str] = (),
        seed: int = 0,
        slots: int = 2,
        delivered_after_s: float = 2.0,
        takes_http: bool = True,
    ) -> None:
        """``device`` is what its gateway calls it; ``takes_http``: the app's insecure build."""
        super().__init__(
            clock=clock,
            log=log,
            faults=faults,
            seed=seed,
            slots=slots,
            delivered_after_s=delivered_after_s,
        )
        self.device = device
        self.settings: dict[str, Any] = {}
        self.webhooks: dict[str, Mapping[str, Any]] = {}
        self.battery = 80
        self._takes_http = takes_http
        self._lock = threading.RLock()

    def step(self) -> float:
        """Do what is due; give the moment, by the monotonic clock, of the next thing."""
        with self._lock:
            return super().step()

    # -- being called (WebService.kt) --------------------------------------------------------------

    def answer(self, method: str, target: str, raw: bytes) -> Told:
        """Answer a call of somebody who has named himself; ``HUNG_UP`` where it gives none."""
        with self._lock:
            if self.is_silent:
                return HUNG_UP
            where = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            _, _, rest = where.path.partition("/")
            what, _, name = rest.partition("/")
            subject = what.removesuffix("s") if what in {"messages", "webhooks"} else what
            found = self._routes.get((method, subject, bool(name)))
            if found is None:
                return 404, None
            try:
                return found(name, query, json.loads(raw) if raw else None)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                return refusal(400, f"cannot be read: {type(error).__name__}")

    @property
    def _routes(self) -> Mapping[tuple[str, str, bool], Callable[..., Told]]:
        return {
            ("GET", "", False): lambda *_: (200, {"status": "ok", "model": "Emulated"}),
            ("GET", "message", False): self._list,
            ("GET", "message", True): self._show,
            ("POST", "message", False): self._enqueue,
            ("DELETE", "message", True): self._cancel,
            ("GET", "settings", False): lambda *_: (200, self.settings),
            ("PATCH", "settings", False): self._set,
            ("GET", "webhook", False): lambda *_: (200, list(self.webhooks.values())),
            ("POST", "webhook", False): self._hook,
            ("DELETE", "webhook", True): self._unhook,
        }

    def health(self) -> Told:
        """Answer ``/health``, which asks for no password (HealthService.kt, BatteryMonitor.kt)."""
        with self._lock:
            if self.is_silent:
                return HUNG_UP
            is_low = self.battery < BATTERY_LOW
            word = "fail" if is_low else "pass"
            level = {"status": word, "observedValue": self.battery, "observedUnit": "percent"}
            return 500 if is_low else 200, {"status": word, "checks": {"battery:level": level}}

    # -- its messages (MessagesRoutes.kt, PostMessageRequest.kt) -----------------------------------

    def _enqueue(self, _name: str, _query: Mapping[str, str], told: Mapping[str, Any]) -> Told:
        if self.faults.strikes(PhoneFault.LOST_PULL):
            return HUNG_UP
        if sum(told.get(each) is not None for each in ("message", "textMessage")) != 1:
            return refusal(400, "Must specify exactly one of: textMessage, dataMessage, or message")
        if not told["phoneNumbers"]:
            return refusal(400, "Empty phone numbers list")
        ends_at = told.get("validUntil")
        if ends_at is not None and read_app_time(ends_at) < self._now:
            return refusal(400, "message already expired")
        if told["id"] in self.messages:
            return refusal(409, "Message with such ID already exists")
        kept = Kept.of(told, at=self._now)
        self._keep(kept)
        is_lost = self.faults.strikes(PhoneFault.LOST_ANSWER)
        self._suffer()
        return HUNG_UP if is_lost else (202, self._shown(kept))

    def _shown(self, kept: Kept) -> Mapping[str, Any]:
        own = {"deviceId": "emulated", "isHashed": False, "isEncrypted": False}
        return {**kept.snapshot(), **own, "textMessage": {"text": kept.text}}

    def _show(self, name: str, *_: object) -> Told:
        if self.faults.strikes(PhoneFault.LOST_REPORT):
            return HUNG_UP
        kept = self.messages.get(name)
        return (404, None) if kept is None else (200, self._shown(kept))

    def _list(self, _name: str, query: Mapping[str, str], *_: object) -> Told:
        newest = sorted(self.messages.values(), key=lambda each: -each.created_at)
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", LISTED))
        shown = [self._shown(each) for each in newest[offset : offset + limit]]
        return 200, [{**each, "textMessage": None} for each in shown]

    def _cancel(self, name: str, *_: object) -> Told:
        kept = self.messages.get(name)
        if kept is None:
            return 404, None
        if kept.state is PhoneState.PENDING:
            self._change(kept, PhoneState.CANCELLED)
        elif kept.state is not PhoneState.CANCELLED:
            return refusal(400, f"Message {name} is not in Pending state")
        return 200, self._shown(kept)

    # -- settings and calls of its own (SettingsRoutes.kt, WebhooksRoutes.kt) ----------------------

    def _set(self, _name: str, _query: Mapping[str, str], told: Mapping[str, Any]) -> Told:
        for part, values in told.items():
            self.settings.setdefault(part, {}).update(values)
        self._is_fifo = self.settings.get("messages", {}).get("processing_order") == "FIFO"
        return 200, self.settings

    def _hook(self, _name: str, _query: Mapping[str, str], told: Mapping[str, Any]) -> Told:
        url = urlsplit(told["url"])
        if url.scheme != "https" and not self._takes_http and url.hostname != "127.0.0.1":
            return refusal(400, "url must start with https:// or http://127.0.0.1")
        self.webhooks[told["id"]] = told
        return 201, told

    def _unhook(self, name: str, *_: object) -> Told:
        self.webhooks.pop(name, None)
        return 204, None

    def receive(self, sender: str, text: str, *, slot: int = 1) -> Sequence[int]:
        """Get a message from the network and tell of it; give what each that was told answered."""
        payload = {"sender": sender, "message": text, "simNumber": slot}
        payload["receivedAt"] = app_time(self._now)
        key = self.settings.get("webhooks", {}).get("signing_key", "")
        stamp = str(self._now // 1_000_000)
        given = []
        for hook in self.webhooks.values():
            body = json.dumps({"event": hook["event"], "webhookId": hook["id"], "payload": payload})
            signature = hmac.digest(key.encode(), f"{body}{stamp}".encode(), "sha256").hex()
            headers = {"X-Timestamp": stamp, "X-Signature": signature}
            status, _ = HttpWire(hook["url"]).call("POST", "", body, headers=headers)
            given.append(status)
        return given
