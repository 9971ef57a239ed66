"""What a route is: its endpoint, its envelope, and every answer that it can give."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from msgspec import Struct

from api import schemas
from api.http.body import BODY_BYTES_MAX
from api.http.wire import Answer, Call, Streamed
from api.routing.errors import Envelope
from api.routing.front import Front

Endpoint = Callable[[Front, Call], Awaitable[Answer]]
Opening = Callable[[Front, Call], Awaitable[Streamed]]
"""An endpoint whose answer goes on."""
Admit = Callable[[Front, Call], Awaitable[object]]
Answers = Mapping[int, tuple[type[Struct], ...]]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Access = Literal["key", "account", "session", "anyone"]
"""What lets in: an API key; a key or a session's token; a session's token; nothing needed."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, for the reference."""

    name: str
    kind: Literal["string", "integer"]
    description: str
    least: int | None = None
    most: int | None = None
    default: int | None = None
    choices: Sequence[str] = ()

    @property
    def schema(self) -> Mapping[str, object]:
        """Its JSON schema."""
        bounds = {"minimum": self.least, "maximum": self.most, "default": self.default}
        given = {name: value for name, value in bounds.items() if value is not None}
        choices = {"enum": self.choices} if self.choices else {}
        return {"type": self.kind, **given, **choices}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: a method on a path."""

    method: Method
    path: str
    endpoint: Endpoint | Opening
    envelope: Envelope
    summary: str
    answers: Answers
    tag: Literal[
        "wilcybertek", "feltech", "accounts", "money", "staff", "phones", "operations", "pages"
    ]
    access: Access
    request: type[Struct] | None = None
    """What its body holds; None for a route without a body."""
    request_too: type[Struct] | None = None
    """What its body may hold instead."""
    bytes_max: int = BODY_BYTES_MAX
    """The largest body that it reads."""
    takes_file: bool = False
    """Whether its body is a form with a file, as large as the operator lets files be."""
    admit: Admit | None = None
    """Refuses who may not, before a file of theirs is read."""
    query: Sequence[Parameter] = ()
    is_csv_too: bool = False
    """Whether it answers CSV, too, where ``format`` asks for it."""
    files: Sequence[str] = ()
    """The media types of the files that it answers with, instead of JSON."""
    is_documented: bool = True
    """Whether it stands in ``/openapi.json``: pages and files do not."""
    is_safe: bool = True
    """Whether a GET of it may be asked as HEAD, too: not one that gives something away once."""
    is_idempotent: bool = False
    """Whether it takes an ``Idempotency-Key``."""


WILCYBERTEK_ERRORS: Final[Answers] = dict.fromkeys(
    (400, 401, 403, 413, 415, 429, 500), (schemas.WilcybertekError,)
)
WILCYBERTEK_SEND_ERRORS: Final[Answers] = dict.fromkeys(
    (400, 401, 402, 403, 409, 413, 415, 422, 429, 500), (schemas.WilcybertekError,)
)
FELTECH_ERRORS: Final[Answers] = {
    **dict.fromkeys((400, 401, 403, 413, 415, 429, 500, 503), (schemas.FeltechError,)),
    422: (schemas.FeltechInvalid,),
}
FELTECH_SEND_ERRORS: Final[Answers] = {
    **FELTECH_ERRORS,
    **dict.fromkeys((402, 409), (schemas.FeltechError,)),
}
NOT_FOUND: Final[Answers] = {404: (schemas.FeltechError,)}
