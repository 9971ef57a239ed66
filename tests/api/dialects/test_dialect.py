"""A dialect is a value: another one takes no change anywhere else."""

from dataclasses import FrozenInstanceError, replace

import pytest

from api.app import create_app
from api.dialects import sending
from api.dialects.dialect import FELTECH, WILCYBERTEK, Dialect
from api.http.wire import Answer, Call, answer
from api.routes import ROUTES
from api.routing.admission import admit_writer
from api.routing.front import Front
from api.routing.route import Route
from api.schemas import SentMessage
from tests.api.conftest import Gateway, StartGateway, limited, served

LENIENT = replace(FELTECH, requires_approved_sender=False, limits_accounts=True)


def test_nobody_changes_a_dialect() -> None:
    with pytest.raises(FrozenInstanceError):
        WILCYBERTEK.knows_repeats = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("dialect", "own", "setting", "expected"),
    [
        (WILCYBERTEK, None, 120, 120),
        (WILCYBERTEK, None, 0, 0),
        (WILCYBERTEK, 7, 120, 7),
        (WILCYBERTEK, 0, 120, 0),
        (FELTECH, None, 120, 0),
        (FELTECH, 7, 120, 7),
    ],
)
def test_an_accounts_own_limit_counts_first(
    dialect: Dialect, own: int | None, setting: int, expected: int
) -> None:
    assert dialect.per_minute(own, setting) == expected


async def send_leniently(front: Front, call: Call) -> Answer:
    principal, fields = await admit_writer(front, call)
    await sending.limit(front, LENIENT, front.caller(call), "single", principal)
    body = sending.read_body(front, call, fields, is_bulk=False)
    recipient = sending.read_single(front, fields)
    accepted = await sending.send(front, LENIENT, principal, body, [recipient], is_bulk=False)
    written = LENIENT.message_id(accepted.first_number, accepted.accepted_at)
    return answer(SentMessage(message_id=written))


LENIENT_SEND = Route(
    method="POST",
    path="/lenient",
    endpoint=send_leniently,
    envelope=LENIENT.send_envelope,
    summary="Send one message under any name",
    answers={200: (SentMessage,)},
    tag="feltech",
    access="key",
)


def test_another_dialect_speaks_to_the_same_gateway(start_gateway: StartGateway) -> None:
    gateway: Gateway = start_gateway(limits=limited(single=2))
    asked = {"to": "260977000000", "message": "Hello", "sender_id": "NOT MINE"}
    assert gateway.post("/api/v1/sms/send", asked).status_code == 422
    with served(create_app(gateway.system, [*ROUTES, LENIENT_SEND]), gateway.system) as url:
        sent = [
            gateway.http.post(f"{url}/lenient", json=asked, headers=gateway.bearer)
            for _ in range(3)
        ]
    assert [answer.status_code for answer in sent] == [200, 200, 429]
    number = sent[0].json()["message_id"]
    assert gateway.get(f"/api/v1/sms/status/{number}").status_code == 200
