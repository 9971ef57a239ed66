"""Lists to upload, and what sends them, a turn at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from application.system import System
from worker.uploads import Uploads

HELLO = "Hello {name}, your order is ready."


@contextmanager
def sending(system: System, holder: str = "test") -> Iterator[Uploads]:
    """Give what sends lists; ``step`` is a turn."""
    made = Uploads(system, holder=holder, progress=threading.Event(), look_s=0.01)
    yield made
    made.close()


def send_all(system: System, number: int, *, turns_max: int = 500) -> None:
    """Let a list be sent until it waits, or is over."""
    head = system.store.head()
    assert system.queries.reached(head, timeout_s=20, projection="uploads")
    with sending(system) as uploads:
        for _ in range(turns_max):
            uploads.step()
            system.queries.reached(system.store.head(), timeout_s=20, projection="uploads")
            if number not in system.queries.uploads_sending(limit=100):
                return
    raise AssertionError(f"upload {number} did not end")


def csv_list(rows: int, *, first: int = 0) -> bytes:
    """Give a list of good rows, each with a number of its own."""
    lines = (f"09{70_000_000 + first + row},Chanda {first + row}" for row in range(rows))
    return "\n".join(["phone,name", *lines]).encode()
