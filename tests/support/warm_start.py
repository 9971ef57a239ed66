"""The process that others are forked from: everything that ``ngoma`` imports is here already.

It is told by a Unix socket what to run. Each order brings four descriptors: standard input, output
and errors, and a socket that is told the process id and, at the end, the exit code.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple, NoReturn

ORDER_BYTES_MAX: Final = 256 * 1024
FDS: Final = 4
ROOMS: Final = ("domain", "application", "adapters", "projections", "api", "worker")
RUNS: Final = "__main__"
LATE_IMPORTS: Final = (
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "argon2",
    "cryptography.hazmat.primitives.ciphers.aead",
    "encodings.idna",
    "httpcore._async.connection_pool",
    "limits.aio",
    "litestar._kwargs.extractors",
    "litestar._kwargs.kwargs_model",
    "litestar.exceptions.responses._debug_response",
    "litestar.middleware._internal.exceptions",
    "litestar.middleware.allowed_hosts",
    "litestar.middleware.csrf",
    "litestar.middleware.response_cache",
    "litestar.plugins.attrs",
    "litestar.plugins.pydantic",
    "uvicorn.lifespan.off",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
"""What libraries import when a server makes its application, or is first asked something."""


class Order(NamedTuple):
    """What to run: ``python -m module arguments`` with an environment, in a folder."""

    module: str
    arguments: Sequence[str]
    environment: dict[str, str]
    folder: str
    leads_session: bool


def import_all() -> None:
    """Import what any command would."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for each in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not each.name.endswith(RUNS):
                importlib.import_module(each.name)
    for name in LATE_IMPORTS:
        importlib.import_module(name)


def serve(orders: socket.socket) -> Order:
    """Fork a process for each order, and tell of its end; gives the order in the new process.

    Raises:
        SystemExit: whoever gives the orders is gone.
    """
    waiting: dict[int, socket.socket] = {}
    ended, wake = socket.socketpair()
    ended.setblocking(False)
    wake.setblocking(False)
    old_wake = signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    old_handler = signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if ended in ready:
                ended.recv(4096)
                _tell_ends(waiting)
            if orders not in ready:
                continue
            data, fds, _, _ = socket.recv_fds(orders, ORDER_BYTES_MAX, FDS)
            if not data:
                raise SystemExit
            pid = os.fork()
            if pid == 0:
                break
            waiting[pid] = socket.socket(fileno=fds.pop())
            for fd in fds:
                os.close(fd)
    signal.set_wakeup_fd(old_wake)
    signal.signal(signal.SIGCHLD, old_handler)
    for each in (orders, ended, wake, *waiting.values()):
        each.close()
    order = Order(**json.loads(data))
    if order.leads_session:
        os.setsid()
    with socket.socket(fileno=fds.pop()) as teller:
        teller.send(str(os.getpid()).encode())
    for place, fd in enumerate(fds):
        os.dup2(fd, place)
        os.close(fd)
    return order


def _tell_ends(waiting: dict[int, socket.socket]) -> None:
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with waiting.pop(pid) as teller:
            teller.send(str(os.waitstatus_to_exitcode(status)).encode())


def become(order: Order) -> int:
    """Run what was ordered, as if it had just been started; give its exit code."""
    os.chdir(order.folder)
    sys.path[0] = order.folder
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.argv = [order.module, *order.arguments]
    try:
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return _code(ended.code)
    except BaseException:  # noqa: BLE001 - it is the interpreter's own last resort
        traceback.print_exc()
        return 1
    return 0


def _code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def end(code: int) -> NoReturn:
    """End as an interpreter does, but leave everything that was imported where it is."""
    threading._shutdown()  # type: ignore[attr-defined]  # ends and joins what pools left, too
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    from_tests = socket.socket(fileno=int(sys.argv[1]))
    import_all()
    gc.freeze()  # for its children, too: what they look through they would have to copy
    from_tests.send(b"warm")
    end(become(serve(from_tests)))
