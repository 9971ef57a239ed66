"""Where one can listen, and what is said where one cannot."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import InvalidRequest
from worker.web.sockets import listen, listen_at


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("nowhere.invalid", "Cannot listen on nowhere.invalid:0: there is no such address."),
        ("x" * 300, "there is no such address."),
        ("203.0.113.7", "Cannot listen on 203.0.113.7:0: Cannot assign requested address."),
        ("2001:db8::7", "Cannot listen on [2001:db8::7]:0: Cannot assign requested address."),
    ],
)
def test_an_address_that_is_not_ours_is_said_in_words(host: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        listen(host, 0)
    assert str(refused.value).endswith(words)


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with closing(listen("localhost", 0)) as first:
        port = first.socket.getsockname()[1]
        with pytest.raises(InvalidRequest, match=f":{port}: Address already in use."):
            listen("localhost", port)


def test_a_unix_socket_that_somebody_listens_on_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    with closing(listen_at(path)):
        with pytest.raises(InvalidRequest, match="Address already in use"):
            listen_at(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    assert not path.exists()
    path.write_text("a file of somebody's")
    with pytest.raises(InvalidRequest, match="Address already in use"):
        listen_at(path)
    assert path.read_text() == "a file of somebody's"
    with pytest.raises(InvalidRequest, match="No such file or directory"):
        listen_at(tmp_path / "nowhere" / "x.sock")
