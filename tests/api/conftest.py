"""A whole gateway behind real sockets, and a client that looks at every answer it gets."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.security.tls import Certificate
from api.app import create_app
from api.operations import OperationsApp
from application.accounts import CreateAccount
from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command
from application.fleet.duty import BringOnline, OnDuty, RenewLease, TakeOffline
from application.messages.attempts import RecordOutcome, StartAttempt
from application.ports import SimIdentity
from application.system import System
from domain.message import Message, message_id
from domain.rate_limits import Limits
from domain.reports import SubmitOutcome
from domain.values import Credits, Instant, Network
from tests.api.described import check_is_described, is_file
from tests.support.prompt_server import PromptServer
from tests.support.system import create_account, running_system
from worker.web.bounds import Bounds
from worker.web.exchange import App
from worker.web.server import make_server
from worker.web.sockets import listen

NO_LIMITS = Limits(single=0, bulk=0, read=0, ip=0, ip_wide=0, auth_ip=0, failed_ip=0, failed_key=0)
UNBOUNDED = Bounds(per_address=0)


def limited(**limits: int) -> Limits:
    """Give these limits, and no others."""
    return replace(NO_LIMITS, **limits)


_IN_PLAN = ("260977000000", "260955000000", "260505000000")
NUMBERS = dict(zip((Network.MTN, Network.AIRTEL, Network.ZAMTEL), _IN_PLAN, strict=True))


@contextmanager
def served(
    app: App,
    system: System,
    bounds: Bounds | None = None,
    *,
    lifespan: bool = True,
    certificate: Certificate | None = None,
    port: int = 0,
) -> Iterator[str]:
    """Serve an application as ``ngoma serve`` does, on a free port or this one; give its URL."""
    made = make_server(app, system, bounds or UNBOUNDED, lifespan=lifespan, certificate=certificate)
    server = PromptServer(made.config)
    with closing(listen("127.0.0.1", port, scheme="https" if certificate else "http")) as listener:
        arguments = ([listener.socket],)
        thread = threading.Thread(target=server.run, args=arguments, name="web", daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.002)
            yield listener.url
        finally:
            server.end()
            thread.join(10)


@contextmanager
def operators(system: System) -> Iterator[httpx.Client]:
    """Serve what operators ask, which is not for the public; give a client."""
    with (
        served(OperationsApp(system), system, lifespan=False) as url,
        httpx.Client(base_url=url, timeout=20, verify=False) as client,
    ):
        yield client


def metrics_of(system: System) -> str:
    """Give the metrics, as operators read them."""
    with operators(system) as client:
        return client.get("/metrics").text


class Client(httpx.Client):
    """A client that checks what holds for every answer (contract decision 13)."""

    def __init__(self, base_url: str) -> None:
        super().__init__(
            base_url=base_url,
            event_hooks={"response": [check_every_answer]},
            timeout=20,
            verify=False,  # no TLS here, and to read the authorities takes as long as to serve
        )

    def post_json(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send JSON in ASCII, so that it may hold what UTF-8 cannot."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.post(path, content=json.dumps(body).encode(), headers=sent)


def check_every_answer(response: httpx.Response) -> None:
    response.read()
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-request-id"]
    assert "access-control-allow-origin" not in response.headers
    assert not response.is_redirect
    if is_file(response):
        return
    check_is_described(response)
    assert response.headers["content-type"] == "application/json"
    if response.request.method != "HEAD":
        body = response.json()
        assert not {"status_code", "detail"} & set(body), "the framework's own envelope"
        if response.status_code >= 500 and response.request.url.path != "/readyz":
            assert body["request_id"] == response.headers["x-request-id"]
        else:
            assert "request_id" not in body


def told(response: httpx.Response) -> dict[str, Any]:
    """Give what an answer says; the name of its request is another each time."""
    body: dict[str, Any] = response.json()
    body.pop("request_id", None)
    return body


@dataclass
class Gateway:
    """A running gateway with one account."""

    system: System
    http: Client
    account: int
    key: str
    duties: dict[Network, OnDuty] = field(default_factory=dict)

    @property
    def port(self) -> int:
        assert self.http.base_url.port is not None
        return self.http.base_url.port

    # -- dialect wilcybertek ---------------------------------------------------------------

    def send(self, **fields: Any) -> httpx.Response:
        headers = fields.pop("headers", {})
        body = {"api_key": self.key, "to": "260977000000", "message": "Hello", **fields}
        return self.http.post_json("/api", body, headers)

    def bulk(self, recipients: list[Any], **fields: Any) -> httpx.Response:
        headers = fields.pop("headers", {})
        body = {"api_key": self.key, "recipients": recipients, "message": "Hello", **fields}
        return self.http.post_json("/api/bulk", body, headers)

    def balance(self) -> int:
        answer = self.http.get("/api/balance", params={"api_key": self.key})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["balance"])

    def logs(self, **query: Any) -> dict[str, Any]:
        answer = self.http.get("/api/logs", params={"api_key": self.key, **query})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    # -- dialect feltech -------------------------------------------------------------------

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query, headers=self.bearer)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post_json(path, body, {**self.bearer, **named})

    # -- the fleet -------------------------------------------------------------------------

    def bring_online(self, *networks: Network) -> None:
        for network in networks or tuple(Network):
            self.duties[network] = bring_online(self.system, network)
        self.forget_fleet()

    def take_offline(self, *networks: Network) -> None:
        for network in networks:
            at = self.system.clock.now()
            self.system.committer.execute(TakeOffline(self.duties[network], reason="test", at=at))
        self.forget_fleet()

    def try_to_send(self, number: int, outcome: SubmitOutcome, *, index: int = 0) -> None:
        """Let the SIM of the message's network try segment ``index``, with this outcome."""
        self.attempt(number, outcome, index=index)
        self.wait_for_log()

    def attempt(self, number: int, outcome: SubmitOutcome, *, index: int = 0) -> None:
        """The same, and wait for no read model."""
        system = self.system
        message = system.reader.find(Message, message_id(number))
        assert message is not None
        duty = self.duties[Network(message.network)]
        if index == 0:
            system.committer.execute(
                StartAttempt(number, duty=duty, concat_ref=1, at=system.clock.now())
            )
        system.committer.execute(
            RecordOutcome(
                number,
                sim=duty.sim,
                fence=duty.fence,
                index=index,
                outcome=outcome,
                at=system.clock.now(),
            )
        )

    def wait_for_log(self) -> None:
        head = self.system.store.head()
        assert self.system.queries.reached(head, timeout_s=5, projection="message_log")

    def report_delivery(self, number: int) -> None:
        """Note that the network reported the message as delivered."""
        self.system.committer.execute(ReportDelivered(number, at=self.system.clock.now()))
        self.wait_for_log()

    def forget_fleet(self) -> None:
        """Make the next send look at the leases again."""
        self.system.fleet._known_at_s = float("-inf")


class ReportDelivered(Command[None]):
    """The status report of a message, without the matching that belongs to another test."""

    def __init__(self, number: int, *, at: Instant) -> None:
        self.at = at
        self._number = number

    def touches(self) -> Iterable[UUID]:
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        message = books.get(Message, message_id(self._number))
        for index in range(message.segments):
            message.report(index, delivered=True, tp_status=0, at=self.at)
        books.record(message)


def bring_online(system: System, network: Network, *, at: Instant | None = None) -> OnDuty:
    """Have a SIM come, now or at another time."""
    place = list(Network).index(network)
    identity = SimIdentity(
        iccid=f"8926000000000000{place}",
        imsi=f"64500000000000{place}",
        imei=f"35000000000000{place}",
        model="test",
        firmware="1",
        msisdn=f"+26097900000{place}",
    )
    at = system.clock.now() if at is None else at
    command = BringOnline(identity, network=network, modem=f"modem{place}", holder="test", at=at)
    return system.committer.execute(command)


StartGateway = Callable[..., Gateway]


@contextmanager
def gateways(folder: Path) -> Iterator[StartGateway]:
    """Give ``start(credits=…, online=…, change=…, **settings)``; all end together."""
    with ExitStack() as stack:

        def start(
            *,
            credits: int = 1_000,
            online: bool = True,
            change: Callable[[System], System] = lambda system: system,
            follows: bool = True,
            bounds: Bounds | None = None,
            name: str = "Demo",
            sender_ids: tuple[str, ...] = (),
            **settings: Any,
        ) -> Gateway:
            settings.setdefault("limits", NO_LIMITS)
            system = stack.enter_context(running_system(folder, follows=follows, **settings))
            account, key = create_account(system, name=name, credits=credits, sender_ids=sender_ids)
            url = stack.enter_context(served(create_app(change(system)), system, bounds))
            gateway = Gateway(system, stack.enter_context(Client(url)), account, key)
            if online:
                gateway.bring_online()
            return gateway

        yield start


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[StartGateway]:
    """Give a function that starts a gateway of this test's own, as the test wants it."""
    with gateways(tmp_path) as start:
        yield start


@pytest.fixture
def own_gateway(start_gateway: StartGateway) -> Gateway:
    """Give a gateway of this test's own: its first message is number 1."""
    return start_gateway()


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give one gateway for many tests: every network online, no limits."""
    with gateways(tmp_path_factory.mktemp("gateway")) as start:
        yield start()


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Gateway:
    """Give an account of this test's own, with 1,000 credits, in a gateway shared with others."""
    renew_leases(shared_gateway)
    account, key = new_account(shared_gateway.system, credits=1_000)
    return replace(shared_gateway, account=account, key=key)


@pytest.fixture
def other_key(gateway: Gateway) -> str:
    """Give the key of a second account, with 10 credits, in the shared gateway."""
    return new_account(gateway.system, credits=10)[1]


def new_account(system: System, *, credits: int) -> tuple[int, str]:
    """Make an account with the name Demo; its e-mail address has to be new."""
    key, new_key = system.keyring.make("first")
    command = CreateAccount(
        name="Demo",
        email=f"{new_key.key_id}@example.test",
        email_digest=system.digests.email(new_key.key_id),
        key=new_key,
        granted=Credits(credits),
        sender_ids=(),
        actor=Actor("test"),
        at=system.clock.now(),
    )
    return system.committer.execute(command).account, key


def renew_leases(gateway: Gateway) -> None:
    """Keep the SIMs of a long session online."""
    system, at = gateway.system, gateway.system.clock.now()
    for duty in gateway.duties.values():
        system.committer.execute(RenewLease(duty, answered_at=at, at=at))
