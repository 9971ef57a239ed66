"""Who is asking, as a command and the limits see it."""

from dataclasses import dataclass

from domain.key_rules import Scope


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

    def may(self, scope: Scope) -> bool:
        """Whether the key may do this."""
        return not self.scopes or scope in self.scopes
