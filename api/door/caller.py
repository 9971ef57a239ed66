"""Who is calling, however the call came: HTTP makes a caller of a request, others without one."""

from dataclasses import dataclass, field

from application.ports import Quota


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody calls and with what; ``quotas`` fills as limits count the call."""

    address: str
    credential: str = ""
    """An API key or a session's token; "" is none."""
    quotas: list[tuple[str, Quota]] = field(default_factory=list)
    """The limits under which the call was counted, by policy."""
