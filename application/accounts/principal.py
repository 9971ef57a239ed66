"""Who is asking, as a command and the limits see it."""

from dataclasses import dataclass

from domain.key_rules import Scope
from domain.mode import Mode, log_of


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: an account through one of its keys, or in a session of its own."""

    account: int
    key_id: str | None
    """The key's public id; None in a session."""
    default_sender: str
    single_limit: int | None = None
    bulk_limit: int | None = None
    read_limit: int | None = None
    scopes: tuple[str, ...] = ()
    """What the key may do; empty is all that a key can do."""
    sources: tuple[str, ...] = ()
    """Addresses and networks that it may come from; empty is anywhere."""
    mode: Mode = Mode.LIVE

    @property
    def is_test(self) -> bool:
        """Whether nothing that is asked for is to be sent or charged."""
        return self.mode is Mode.TEST

    @property
    def log(self) -> int:
        """Which log it writes and reads."""
        return log_of(self.account, self.mode)

    def may(self, scope: Scope) -> bool:
        """Whether the key may do this."""
        return not self.scopes or scope in self.scopes
