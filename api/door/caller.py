"""Who is calling, however the call came: HTTP makes a caller of a request, others without one."""

from dataclasses import dataclass, field

from application.accounts.principal import Principal
from application.ports import Asker, Quota
from domain.addresses import client_of, site_of


@dataclass(slots=True)  # not frozen, which would take four times as long to make
class Caller:
    """From where somebody calls and with what; ``quotas`` fills as limits count the call."""

    address: str
    credential: str = ""
    """An API key or a session's token; "" is none."""
    quotas: list[tuple[str, Quota]] = field(default_factory=list)
    """The limits under which the call was counted, by policy."""
    marks: set[str] = field(default_factory=set)
    """What is found out of the call as it is let in: ``test``, where its key is for tests."""
    asker: Asker = field(default_factory=Asker)
    """Learns who it is as the call is let in."""
    principal: Principal | None = None
    """Whose session it is, where the page that this call is part of has just found that out."""
    is_counted: bool = False
    """Whether the address was counted already, for the page that this call is part of."""

    @property
    def client(self) -> str:
        """Whom limits by address count: the address, or all of its IPv6 /64."""
        return client_of(self.address)

    @property
    def site(self) -> str | None:
        """Whom the wider limit counts: the IPv6 /48; None for all others."""
        return site_of(self.address)
