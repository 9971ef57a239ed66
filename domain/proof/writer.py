"""The writer's key: by it the gateway knows again what it wrote itself.

Whoever can write the database and has not the key cannot make a tag. A tag covers the events of one
save, and the tag before it, so that none can be taken out, put in, or put elsewhere.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final, Self

from domain.proof.stored import STORED, NoEvent

MAC_BYTES: Final = 32
NO_MAC: Final = bytes(MAC_BYTES)
"""What stands for the tag before the first one."""
KEY_CHARACTERS_MIN: Final = 32
KEY_ID_BYTES: Final = 4

_HEAD: Final = Struct(">16s32sQQI")
_LABELS: Final[Mapping[str, bytes]] = {
    how: hashlib.sha256(f"ngoma tag: {how}".encode()).digest()[:16] for how in ("saved", "adopted")
}


class WeakKey(ValueError):
    """What is given as a key is too short for one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk along the tags stands: behind which event, and which tag."""

    position: int = 0
    number: int = 0
    mac: bytes = NO_MAC
    key: str = ""
    """The id of that tag's key."""


@dataclass(frozen=True, slots=True)
class _Key:
    events: bytes
    rows: bytes


class WriterKeys:
    """The keys by which tags are checked; with the first one they are made."""

    def __init__(self, keys: Iterable[str], *, is_new: bool = False) -> None:
        """``keys`` are texts; ``is_new`` when they were drawn just now.

        Raises:
            WeakKey: there is none, or one is short.
        """
        self.is_new = is_new
        self._keys: dict[str, _Key] = {}
        for text in keys:
            if len(text) < KEY_CHARACTERS_MIN:
                msg = f"A writer's key has at least {KEY_CHARACTERS_MIN} characters."
                raise WeakKey(msg)
            made = _Key(*(_derived(text, what) for what in ("events", "rows")))
            self._keys.setdefault(_derived(text, "id")[:KEY_ID_BYTES].hex(), made)
        if not self._keys:
            msg = "There is no writer's key."
            raise WeakKey(msg)
        self.current: str = next(iter(self._keys))
        """The id of the key that makes tags."""

    @classmethod
    def read(cls, text: str, *, is_new: bool = False) -> Self:
        """Read keys with white space between them, the one that makes tags first.

        Raises:
            WeakKey: there is none, or one is short.
        """
        return cls(text.split(), is_new=is_new)

    def knows(self, key: str) -> bool:
        """Whether the key with this id is here."""
        return key in self._keys

    def mac_of_events(
        self,
        before: Place,
        how: str,
        leaves: Sequence[bytes],
        *,
        key: str | None = None,
    ) -> bytes:
        """Give the MAC of packed events that follow on a place; their own place is not in it.

        Raises:
            NoEvent: one of them is none.
        """
        if not all(leaves):
            msg = "what is to be covered by a tag is no event"
            raise NoEvent(msg)
        head = _HEAD.pack(_LABELS[how], before.mac, before.number, before.position, len(leaves))
        secret = self._keys[key or self.current].events
        stored = [leaf[STORED] for leaf in leaves]
        return hmac.digest(secret, b"".join((head, *stored)), "sha256")

    def tag_of_row(self, *fields: bytes) -> str:
        """Give the tag of a row beside the log: the key's id and the MAC, in hex."""
        return f"{self.current}{self._mac_of_row(self.current, fields).hex()}"

    def is_of_row(self, tag: str, *fields: bytes) -> bool:
        """Whether a row beside the log has the tag that one of the keys gave it."""
        key = tag[: 2 * KEY_ID_BYTES]
        if key not in self._keys:
            return False
        right = f"{key}{self._mac_of_row(key, fields).hex()}"
        return hmac.compare_digest(right.encode(), tag.encode("utf-8", "surrogatepass"))

    def _mac_of_row(self, key: str, fields: Iterable[bytes]) -> bytes:
        parts: list[bytes] = []
        for field in fields:
            parts += (len(field).to_bytes(4, "big"), field)
        return hmac.digest(self._keys[key].rows, b"".join(parts), "sha256")


def _derived(text: str, purpose: str) -> bytes:
    return hmac.digest(text.encode(), f"ngoma writer: {purpose}".encode(), "sha256")
