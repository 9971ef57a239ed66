"""Where a webhook is and what signs for it, as it is kept beside the log: sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import orjson

from application.ports import SecretKind, SecretRow
from domain.values import SECOND, Instant
from domain.webhook_rules import OVERLAP_S, SECRETS_MAX


@dataclass(frozen=True, slots=True)
class Signing:
    """A sealed secret, and until when it signs; None is for good."""

    sealed: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook's sealed address, and its secrets, newest first."""

    sealed_url: str
    signings: Sequence[Signing]

    @classmethod
    def read(cls, row: SecretRow) -> Self:
        """Read a row."""
        stored = orjson.loads(row.value)
        return cls(stored["url"], [Signing(*each) for each in stored["secrets"]])

    def row(self, account: int, at: Instant) -> SecretRow:
        """Give the row in which it is kept."""
        written = [[each.sealed, each.until] for each in self.signings]
        value = orjson.dumps({"url": self.sealed_url, "secrets": written}).decode()
        return SecretRow(SecretKind.WEBHOOK, str(account), account, value, at)

    def rotated(self, sealed: str, at: Instant) -> Self:
        """Give it with another secret; those before sign for a while beside it."""
        until = at + OVERLAP_S * SECOND
        old = [replace(each, until=each.until or until) for each in self.in_force(at)]
        return replace(self, signings=[Signing(sealed), *old][:SECRETS_MAX])

    def in_force(self, at: Instant) -> Sequence[Signing]:
        """Give the secrets that sign now."""
        return [each for each in self.signings if each.until is None or at < each.until]
