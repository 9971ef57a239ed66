"""Who may come in by the feltech dialect's door: the address is counted, the key is found."""

from api.door.caller import Caller
from api.http.credentials import body_key, header_key
from api.http.fields import Fields, read_fields, read_query
from api.http.wire import Call
from api.routing.front import Front
from application.accounts.logins import TOKEN_PREFIX
from application.accounts.principal import Principal
from domain.errors import InvalidKey


async def admit_writer(front: Front, call: Call) -> tuple[Principal, Fields]:
    """Count the client's address, read the body, and say who may send.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidRequest: the body cannot be read.
        InvalidKey: there is no key, or it does not work.
        NotPermitted: the key may not send, or not from here.
    """
    fields, caller = await read_with_key(front, call)
    return await front.door.admit_writer(caller), fields


async def admit_canceller(front: Front, call: Call) -> Principal:
    """Count the client's address, and say who may take back what was sent.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidRequest: the body cannot be read.
        InvalidKey: there is no key or token, or it does not work.
        NotPermitted: the key may not send, or not from here.
    """
    _, caller = await read_with_key(front, call)
    if caller.credential.startswith(TOKEN_PREFIX):
        return await front.door.admit_manager(caller)
    return await front.door.admit_writer(caller)


async def admit_manager(front: Front, call: Call) -> tuple[Principal, Fields]:
    """Count the client's address, read the body, and say who may change the account.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidRequest: the body cannot be read.
        InvalidKey: there is no key or token, or it does not work.
        NotPermitted: the key has scopes, or may not come from here.
    """
    fields, caller = await read_with_key(front, call)
    return await front.door.admit_manager(caller), fields


async def read_with_key(front: Front, call: Call) -> tuple[Fields, Caller]:
    """Count the client's address, read the body, and say who is calling with which key.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidRequest: the body cannot be read.
        InvalidKey: there is no key.
    """
    await front.limit_address(front.caller(call))
    fields = read_fields(call)
    return fields, front.caller(call, _key(call, fields))


async def admit_reader(front: Front, call: Call, *, takes_tests: bool = False) -> Principal:
    """Count the client's address, and say who may read; ``takes_tests``, with a test key too.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidKey: there is no key, or it does not work.
    """
    await front.limit_address(front.caller(call))
    caller = front.caller(call, _key(call, {}))
    return await front.door.admit_reader(caller, takes_tests=takes_tests)


def _key(call: Call, fields: Fields) -> str:
    """Find the key: the headers first, which are this dialect's own place."""
    key = header_key(call) or body_key(fields)
    if key is None and call.query:
        key = body_key(read_query(call))
    if key is None:
        msg = "The API key is missing: send it as Authorization: Bearer your_api_key."
        raise InvalidKey(msg)
    return key
