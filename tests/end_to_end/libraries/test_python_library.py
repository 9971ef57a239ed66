"""The Python library sends each message once, however often its connection is cut."""

import asyncio
import pickle
import re
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import pytest

from ngoma_client import (
    AsyncNgoma,
    InsufficientCredits,
    InvalidKey,
    Ngoma,
    NoAnswer,
    Refused,
    Retries,
    __version__,
)
from tests.end_to_end.gateway import Demo, environment
from tests.end_to_end.libraries.trial import (
    NUMBERS,
    SEEDS,
    check_examples,
    check_masses,
    cut_one_in_ten,
)
from tests.support.counts import Count, is_soak, soak_count
from tests.support.proxy import Cut, TcpProxy
from tests.tidy.sources import CLIENTS

pytestmark = pytest.mark.processes

SENDS: Final = soak_count(1_000, quick=60)
HASTY: Final = Retries(attempts=8, first_pause_s=0.02)
README: Final = CLIENTS / "python" / "README.md"
TOO_LONG: Final = "x" * 1_601


def error_of(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as raised:
        act()
    return type(raised.value).__name__, raised.value.code


def examples(client: Ngoma, sender_id: str) -> dict[str, Any]:
    send = client.send(
        to="260977000000", message="Your account balance is K250.00", sender_id="MyBusiness"
    )
    bulk = client.send_bulk(
        recipients=["260977000001", "260966000002", "260955000003", "977123456"],
        message="Flash sale! 30% off all services today only.",
    )
    balance = client.balance()
    second = client.feltech_send(to="+260977000000", message="Hello from Feltech SMS!")
    many = client.feltech_send_bulk(to=["+260977000000", "+260955111111"], message="Hello")
    asked = client.request_sender_id(name=sender_id, use_case="Promotional offers")
    key = f"order-42-{sender_id}".replace(" ", "-")
    stranger = Ngoma("A" * 32, str(client._setup.url))
    with stranger:
        errors = [
            error_of(lambda: client.send(to="977123456", message="no country")),
            error_of(lambda: client.send(to="260977000000", message=TOO_LONG)),
            error_of(lambda: client.feltech_send(to="977123456", message="no country")),
            error_of(lambda: client.request_sender_id(name=sender_id, use_case="Again")),
            error_of(lambda: client.status("msg_999999")),
            error_of(stranger.balance),
        ]
    return {
        "send": send,
        "bulk": bulk,
        "balance": balance,
        "logs": client.logs(page=1, limit=50),
        "feltech_send": second,
        "feltech_bulk": many,
        "status": client.status(second["message_id"]),
        "feltech_logs": client.feltech_logs(search="feltech"),
        "sender_id": asked,
        "same_key": [
            client.feltech_send(to="0977000000", message="once", idempotency_key=key)["message_id"]
            for _ in range(2)
        ],
        "errors": errors,
    }


@pytest.fixture
def client(demo: Demo) -> Iterator[Ngoma]:
    with Ngoma(demo.place["api_key"], demo.place["base_url"], retries=HASTY) as made:
        yield made


def test_the_documents_examples_run(client: Ngoma) -> None:
    check_examples(examples(client, "Py Shop"))


def test_the_examples_of_its_page_run(demo: Demo) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 4
    place = demo.place
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)],
        env={
            **environment({"SMS_URL": place["base_url"], "SMS_KEY": place["api_key"]}),
            "PYTHONPATH": str(CLIENTS / "python" / "src"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "somebody else's" in done.stdout


def send_in_turn(demo: Demo, base_url: str, text: str) -> list[str]:
    with Ngoma(demo.place["api_key"], base_url, retries=HASTY) as client:
        return [
            client.send(to=NUMBERS[number % len(NUMBERS)], message=f"{text} {number}")["message_id"]
            for number in range(SENDS)
        ]


def send_together(demo: Demo, base_url: str, text: str) -> list[str]:
    async def send() -> list[str]:
        async with AsyncNgoma(demo.place["api_key"], base_url, retries=HASTY) as client:
            turn = asyncio.Semaphore(8)

            async def one(number: int) -> str:
                async with turn:
                    sent = await client.feltech_send(
                        to=NUMBERS[number % len(NUMBERS)], message=f"{text} {number}"
                    )
                    return sent["message_id"]

            return await asyncio.gather(*(one(number) for number in range(SENDS)))

    return asyncio.run(send())


@pytest.mark.parametrize("send", [send_in_turn, send_together])
def test_each_message_is_sent_and_charged_once_when_one_connection_in_ten_is_cut(
    demo: Demo,
    send: Callable[[Demo, str, str], list[str]],
    record_property: Callable[[str, object], None],
) -> None:
    seed = SEEDS.getrandbits(32)
    record_property(*Count(f"Python library, {send.__name__}", SENDS, 0, seed).as_property())
    if is_soak():
        demo.cli("wallet", "grant", demo.account, SENDS, "--reason", "a trial")
    before = demo.client.balance()
    with TcpProxy.before(demo.place["base_url"]) as proxy:
        armed = cut_one_in_ten(proxy, SENDS, seed)
        ids = send(demo, proxy.url_for(demo.place["base_url"]), send.__name__)
    spent = before - demo.client.balance()
    check_masses(demo, ids, send.__name__, spent=spent, armed=armed)


def test_a_send_that_is_not_answered_in_time_is_repeated_under_its_key(demo: Demo) -> None:
    before = demo.client.balance()
    with (
        TcpProxy.before(demo.place["base_url"]) as proxy,
        Ngoma(
            demo.place["api_key"],
            proxy.url_for(demo.place["base_url"]),
            retries=HASTY,
            read_s=1.5,
        ) as client,
    ):
        rule = proxy.cut_on(b"POST ", Cut.HANG)
        sent = client.send(to="0977000000", message="never answered at first")
    assert rule.fired == 1
    assert sent["status"] == "queued"
    assert before - demo.client.balance() == 1


def test_what_has_no_key_is_never_repeated(demo: Demo) -> None:
    with (
        TcpProxy.before(demo.place["base_url"]) as proxy,
        Ngoma(
            demo.place["api_key"], proxy.url_for(demo.place["base_url"]), retries=HASTY
        ) as client,
    ):
        rule = proxy.cut_on(b"POST ", Cut.BEFORE_ANSWER, times=9)
        with pytest.raises(NoAnswer) as raised:
            client.request_sender_id(name="Py Once", use_case="Asked once")
        assert raised.value.idempotency_key is None
        names = [each["name"] for each in client.sender_ids()["data"]]
    assert rule.fired == 1
    assert "Py Once" in names


def test_who_gives_up_says_under_which_key_to_ask_again(demo: Demo) -> None:
    with (
        TcpProxy.before(demo.place["base_url"]) as proxy,
        Ngoma(
            demo.place["api_key"],
            proxy.url_for(demo.place["base_url"]),
            retries=Retries(attempts=3, first_pause_s=0.02),
        ) as client,
    ):
        rule = proxy.cut_on(b"POST ", Cut.BEFORE_ANSWER, times=3)
        before = demo.client.balance()
        with pytest.raises(NoAnswer) as raised:
            client.send(to="0977000000", message="ask me again")
        assert rule.fired == 3
        key = raised.value.idempotency_key
        assert key is not None
        sent = client.send(to="0977000000", message="ask me again", idempotency_key=key)
    assert sent["status"] == "queued"
    assert before - demo.client.balance() == 1


def test_nothing_that_is_raised_or_shown_holds_the_key(demo: Demo) -> None:
    secret = "Z" * 31 + "9"
    shown: list[str] = []
    for base_url, kind in (
        (demo.place["base_url"], InvalidKey),
        ("http://127.0.0.1:9", NoAnswer),  # nobody listens
    ):
        with (
            Ngoma(secret, base_url, retries=Retries(attempts=1)) as client,
            pytest.raises(kind) as raised,
        ):
            client.send(to="0977000000", message="x")
        error = raised.value
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error)
        assert error.__context__ is None, "an error of httpx would hold the request"
        shown += [repr(client), str(error), repr(error), repr(vars(error))]
        shown += traceback.format_exception(error)
    for wrong in (f"{secret}\n{secret}", f"{secret}é", " "):
        with pytest.raises(ValueError, match="API key") as refused:
            Ngoma(wrong, "http://127.0.0.1:9")
        shown.append(str(refused.value))
    assert [text for text in shown if secret in text] == []


def ask_async(client: AsyncNgoma, call: Callable[[AsyncNgoma], Awaitable[Any]]) -> Any:
    async def ask() -> Any:
        async with client:
            return await call(client)

    return asyncio.run(ask())


def test_what_the_gateway_refuses_is_the_same_for_both(demo: Demo, client: Ngoma) -> None:
    place = demo.place
    poor = demo.client.balance() + 1
    many = [f"26097{number:07}" for number in range(min(poor, 500))]
    text = "x" * (160 if poor <= 500 else 1_600)
    with pytest.raises(InsufficientCredits) as raised:
        client.send_bulk(recipients=many, message=text)
    assert raised.value.required > raised.value.available == demo.client.balance()
    with pytest.raises(InsufficientCredits) as late:
        ask_async(
            AsyncNgoma(place["api_key"], place["base_url"]),
            lambda other: other.feltech_send_bulk(to=many, message=text),
        )
    assert late.value.required == raised.value.required


def test_it_says_who_it_is(demo: Demo) -> None:
    with (
        TcpProxy.before(demo.place["base_url"]) as proxy,
        Ngoma(
            demo.place["api_key"], proxy.url_for(demo.place["base_url"]), retries=HASTY
        ) as client,
    ):
        seen = proxy.cut_on(f"ngoma-client-python/{__version__}".encode(), Cut.BEFORE_ANSWER)
        assert client.balance()["status"] == "ok"
    assert seen.fired == 1
