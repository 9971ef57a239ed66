"""``/callbacks/{provider}/{token}``: hints of providers, which bring a question forward."""

from typing import Final

from api import schemas
from api.http.refusals import KIBIBYTE, BadRequest
from api.http.wire import Answer, Call, answer
from api.routing.errors import feltech_error
from api.routing.front import Front
from api.routing.route import Endpoint, Method, Route
from application.money.callbacks import Heard
from application.money.tokens import CALLBACKS
from application.money.turns import CALLBACKS_MAX, TURN, BringForward
from application.ports import (
    CallbackForged,
    CallbackMalformed,
    Job,
    PaymentPoll,
    ReceivedCallback,
)
from domain.errors import InvalidKey

BODY_BYTES_MAX: Final = 64 * KIBIBYTE
"""The largest callback that is read."""


def _route(method: Method) -> Route:
    return Route(
        method=method,
        path=f"{CALLBACKS}/{{provider}}/{{token}}",
        endpoint=_receiver(method),
        envelope=feltech_error,
        summary="Take a callback of a provider of mobile money",
        answers={
            202: (schemas.CallbackTaken,),
            **dict.fromkeys((400, 401, 404, 413, 415, 500, 503), (schemas.FeltechError,)),
        },
        tag="money",
        access="anyone",
        request=schemas.CallbackBody,
        bytes_max=BODY_BYTES_MAX,
        is_documented=False,
    )


def _receiver(method: Method) -> Endpoint:
    async def receive(front: Front, call: Call) -> Answer:
        """Take a callback as a hint."""
        provider, token = call.params["provider"], call.params["token"]
        callback = ReceivedCallback(
            method=method,
            path=f"{CALLBACKS}/{provider}/{token}",
            headers={
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in call.headers.items()
            },
            body=call.body,
        )
        callbacks = front.callbacks
        try:
            heard = await front.read(None, lambda: callbacks.hear(provider, token, callback))
        except CallbackForged as error:
            raise InvalidKey(str(error)) from error
        except CallbackMalformed as error:
            raise BadRequest(str(error)) from error
        turn = await _brought_forward(front, heard)
        if turn is None:
            await front.run(callbacks.keeping(provider, heard, callback))
        elif turn.callbacks <= CALLBACKS_MAX:
            await front.read(None, lambda: callbacks.note(provider, heard, callback))
        return answer(schemas.CallbackTaken(), status=202)

    return receive


async def _brought_forward(front: Front, heard: Heard) -> PaymentPoll | None:
    """Bring the payment's next question forward; None when it is no payment of ours."""
    if heard.number is None:
        return None
    system = front.system
    at = system.clock.now()
    turn = await front.run(BringForward(heard.number, at=at))
    if turn is not None and turn.callbacks <= CALLBACKS_MAX and turn.is_due_at(at):
        system.queue.enqueue(Job(TURN, (turn.number, turn.round)))
    return turn


CALLBACK_ROUTES: Final = (_route("POST"), _route("PUT"))
"""Providers use either method."""
