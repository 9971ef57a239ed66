"""pawaPay's public keys, by the names that its signatures give: kept, and looked up with care."""

import threading
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from adapters.mobile_money.wire.caller import Caller, CallFailed, WireRequest
from adapters.mobile_money.wire.json_text import long_text_at, read_list, text_at

KEPT_S: Final = 86_400.0
"""After which the keys are read anew: they change."""
AGAIN_S: Final = 60.0
"""Before an unknown name is looked up again: anybody may send one."""


class PublicKeys:
    """The keys that pawaPay signs with."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._lock = threading.Lock()
        self._keys: dict[str, ec.EllipticCurvePublicKey] = {}
        self._read_at_s: float | None = None
        self._tried_at_s: float | None = None

    def find(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        """Give a key; None where there is none of that name.

        Raises:
            CallFailed: the keys could not be read.
        """
        with self._lock:
            now_s = self._caller.clock.monotonic_s()
            is_fresh = self._read_at_s is not None and now_s - self._read_at_s < KEPT_S
            if is_fresh and key_id in self._keys:
                return self._keys[key_id]
            if self._tried_at_s is None or now_s - self._tried_at_s >= AGAIN_S:
                self._tried_at_s = now_s
                self._keys = self._read()
                self._read_at_s = now_s
            elif self._read_at_s is None:
                msg = "Its keys could not be read a moment ago."
                raise CallFailed(msg)
            return self._keys.get(key_id)

    def _read(self) -> dict[str, ec.EllipticCurvePublicKey]:
        answer = self._caller.call(
            WireRequest(method="GET", path="/v2/public-key/http", purpose="keys")
        )
        found = {}
        for entry in read_list(answer.body):
            name, pem = text_at(entry, "id"), long_text_at(entry, "key")
            if name and pem and (key := _read_key(pem)) is not None:
                found[name] = key
        if not found:
            msg = f"It gave no keys ({answer.words})."
            raise CallFailed(msg)
        return found


def _read_key(pem: str) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None
