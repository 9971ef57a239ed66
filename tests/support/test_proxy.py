"""The proxy passes everything on, and fails exactly where it is told to."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.support.proxy import Cut, Direction, TcpProxy


class EchoServer:
    """Answers each line with itself, and remembers what it got."""

    def __init__(self) -> None:
        self.received = b""
        self.got = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def wait_for(self, data: bytes) -> bool:
        with self.got:
            return self.got.wait_for(lambda: data in self.received, timeout=5)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._echo, args=(connection,)))
            self._threads[-1].start()

    def _echo(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(65_536):
                with self.got:
                    self.received += data
                    self.got.notify_all()
                connection.sendall(data)


@pytest.fixture
def server() -> Iterator[EchoServer]:
    server = EchoServer()
    yield server
    server.close()


@pytest.fixture
def proxy(server: EchoServer) -> Iterator[TcpProxy]:
    with TcpProxy("127.0.0.1", server.port) as proxy:
        yield proxy


def _connect(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=2)


def _knock(proxy: TcpProxy) -> None:
    with _connect(proxy) as client:
        client.recv(10)


def _ask(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    return connection.recv(65_536)


def test_everything_passes_both_ways(proxy: TcpProxy) -> None:
    payload = bytes(range(256)) * 4_000
    with _connect(proxy) as client:
        sender = threading.Thread(target=client.sendall, args=(payload,))
        sender.start()
        received = b""
        while len(received) < len(payload):
            received += client.recv(65_536)
        sender.join()
    assert received == payload
    assert proxy.connections == 1


def test_the_end_of_a_client_reaches_the_server_after_its_last_byte(proxy: TcpProxy) -> None:
    with _connect(proxy) as client:
        client.sendall(b"last")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(10) == b"last"
        assert client.recv(10) == b""


def test_latency_holds_back_requests_and_answers(proxy: TcpProxy) -> None:
    with _connect(proxy) as client:
        _ask(client, b"warm")
        proxy.latency_s = 0.05
        began = time.monotonic()
        assert _ask(client, b"slow") == b"slow"
        assert time.monotonic() - began >= 0.1


def test_a_blackhole_holds_everything_and_lets_it_pass_when_healed(
    proxy: TcpProxy, server: EchoServer
) -> None:
    with _connect(proxy) as client:
        proxy.blackhole()
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            _ask(client, b"held")
        with _connect(proxy) as second:  # connects, as to a host that drops packets later
            second.settimeout(0.1)
            with pytest.raises(TimeoutError):
                _ask(second, b"too")
        assert server.received == b""
        proxy.heal()
        client.settimeout(2)
        assert client.recv(10) == b"held"


def test_refused_connections_come_back_on_the_same_port(proxy: TcpProxy) -> None:
    with _connect(proxy) as client:
        _ask(client, b"x")
        proxy.refuse()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    with pytest.raises(ConnectionRefusedError):
        _connect(proxy)
    proxy.heal()
    with _connect(proxy) as client:
        assert _ask(client, b"back") == b"back"


def test_reset_all_resets_and_counts(proxy: TcpProxy) -> None:
    with _connect(proxy) as first, _connect(proxy) as second:
        _ask(first, b"1")
        _ask(second, b"2")
        assert proxy.reset_all() == 2
        for client in (first, second):
            with pytest.raises(ConnectionResetError):
                client.recv(10)


@pytest.mark.parametrize("direction", list(Direction))
def test_cut_after_a_number_of_bytes(
    proxy: TcpProxy, server: EchoServer, direction: Direction
) -> None:
    with _connect(proxy) as client:
        _ask(client, b"not counted")
        rule = proxy.cut_after(5, direction)
        assert _ask(client, b"abc") == b"abc"
        client.sendall(b"defg")
        assert rule.wait()
        answer = client.recv(10) if direction is Direction.TO_CLIENT else b""
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    if direction is Direction.TO_SERVER:
        assert server.wait_for(b"abcde")
        assert b"f" not in server.received
    else:
        assert answer == b"de"


@pytest.mark.parametrize(
    ("cut", "reaches_server"),
    [(Cut.BEFORE_REQUEST, False), (Cut.AFTER_REQUEST, True), (Cut.BEFORE_ANSWER, True)],
)
def test_a_pattern_cuts_the_client_around_the_request(
    proxy: TcpProxy, server: EchoServer, cut: Cut, *, reaches_server: bool
) -> None:
    rule = proxy.cut_on(b"COMMIT", cut)
    with _connect(proxy) as client:
        assert _ask(client, b"INSERT;") == b"INSERT;"
        client.sendall(b"UPDATE;COMMIT;")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    assert rule.wait()
    assert rule.fired == 1
    assert server.wait_for(b"UPDATE;")
    assert server.wait_for(b"COMMIT;") if reaches_server else b"COMMIT" not in server.received
    with _connect(proxy) as client:  # the rule has fired as often as it was told to
        assert _ask(client, b"COMMIT;") == b"COMMIT;"


def test_a_hang_carries_the_request_out_and_never_answers(
    proxy: TcpProxy, server: EchoServer
) -> None:
    proxy.cut_on(b"COMMIT", Cut.HANG)
    with _connect(proxy) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            _ask(client, b"COMMIT;")
        assert server.wait_for(b"COMMIT;")


def test_a_pattern_is_found_across_chunks(proxy: TcpProxy, server: EchoServer) -> None:
    rule = proxy.cut_on(b"COMMIT")
    with _connect(proxy) as client:
        assert _ask(client, b"x COM") == b"x COM"
        client.sendall(b"MIT y")
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    assert rule.wait()
    assert b"MIT" not in server.received


def test_matches_are_skipped_and_counted(proxy: TcpProxy) -> None:
    rule = proxy.cut_on(b"!", skip=2, times=2)
    with _connect(proxy) as client:
        assert _ask(client, b"!!") == b"!!"
        client.sendall(b"!")
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    rule.cancel()
    with _connect(proxy) as client:
        assert _ask(client, b"!") == b"!"
    assert rule.fired == 1


def test_a_client_that_resets_does_not_disturb_the_next(proxy: TcpProxy) -> None:
    client = _connect(proxy)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sendall(b"x")
    client.close()
    with _connect(proxy) as client:
        assert _ask(client, b"y") == b"y"


def test_a_server_that_is_down_resets_the_client(server: EchoServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]
    # sometimes the reset comes already while it connects
    with TcpProxy("127.0.0.1", closed_port) as proxy, pytest.raises(ConnectionResetError):
        _knock(proxy)


@pytest.mark.servers
@pytest.mark.parametrize(
    ("cut", "committed"),
    [
        (Cut.BEFORE_REQUEST, 0),
        (Cut.AFTER_REQUEST, 1),
        (Cut.BEFORE_ANSWER, 1),
        (Cut.GARBLED, 1),
        (Cut.HANG, 1),
    ],
)
def test_a_lost_answer_is_not_a_lost_commit(
    database_url: str, tcp_proxy: Callable[[str], TcpProxy], cut: Cut, committed: int
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    proxy = tcp_proxy(database_url)
    rule = proxy.cut_on(b"COMMIT\0", cut)
    client = psycopg.connect(proxy.url_for(database_url), connect_timeout=2)
    client.execute("INSERT INTO kept VALUES (1)")
    if cut is Cut.HANG:
        asking = threading.Thread(target=_commit_in_vain, args=(client,))
        asking.start()
        assert rule.wait()
        asking.join(0.1)
        assert asking.is_alive()
        proxy.reset_all()
        asking.join()
    else:
        # Whoever garbles an answer may leave libpq's own error, which has no class of its own.
        told = psycopg.DatabaseError if cut is Cut.GARBLED else psycopg.OperationalError
        with pytest.raises(told):
            client.commit()
    client.close()
    deadline = time.monotonic() + 5  # the server may still be at it when the client is cut
    with psycopg.connect(database_url, autocommit=True) as connection:
        while _sessions(connection) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row == (committed,)


def _commit_in_vain(client: psycopg.Connection) -> None:
    with contextlib.suppress(psycopg.OperationalError):
        client.commit()


def _sessions(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
    ).fetchone()
    assert row is not None
    return int(row[0])
