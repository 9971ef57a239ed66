"""What people are asked for: texts of a body, and in a session once more who they are."""

from collections.abc import Callable
from typing import Any, TypeVar

from api.door.caller import Caller
from api.http.fields import Fields, read_fields
from api.http.presence import missing, read_text, require
from api.http.wire import Call
from api.routing.front import Front
from domain.errors import InvalidKey, InvalidRequest
from domain.password_rules import check_code

R = TypeVar("R")


async def attempt(front: Front, caller: Caller, call: Callable[[], R], *, field: str) -> R:
    """Run what asks somebody in a session for a secret, as slow after failures as their logins.

    Raises:
        InvalidRequest: with ``field``: the secret is wrong.
        InvalidKey: there is no token, or its session is over.
        Overloaded: too many wait, and the others have had less.
    """
    logins = front.system.logins
    email = await front.door.in_session(caller, lambda session: logins.email_of(session.account))
    try:
        return await front.people.attempt(caller, email, call)
    except InvalidKey as error:
        raise InvalidRequest(str(error), field=field) from error


def read_texts(call: Call, *required: str, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """Read texts.

    Raises:
        InvalidRequest: one is missing, or is none.
    """
    fields = read_fields(call)
    require(fields, *required)
    given = [name for name in optional if missing(fields, name) == []]
    return {name: _text(fields, name) for name in (*required, *given)}


def _text(fields: Fields, name: str) -> str:
    value: Any = fields[name]
    if name == "code" and isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:06}"
    text = read_text({name: value}, name)
    return check_code(text) if name == "code" else text
