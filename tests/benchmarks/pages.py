"""The pages over a full store: how long the server takes, and what open dashboards cost it."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

from api.pages.cookies import SESSION
from api.pages.live import NEWEST, SEEN
from application.accounts import ChangeRole
from domain.roles import Role
from tests.benchmarks.bench import SQLITE, Bench
from tests.benchmarks.fill import Filler
from tests.benchmarks.gateways import Account, Guest
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.table import Figure, Row
from tests.support.staff import HOST_USER, session_of

ACCOUNTS: Final = 1_000
BUSIEST: Final = 0.5
"""The share of all messages that one account has; it is the one that looks."""
LOOKS: Final = 200
PAGE_AIM_MS: Final = 15
PAGE_AIM_KB: Final = 100
DASHBOARDS: Final = 200
IDLE_S: Final = 90
"""Two waits of a page: in less time some would be seen to ask nothing."""
CPU_AIM: Final = 0.2
NEWS: Final = 40
NEWS_AIM_MS: Final = 1_000
EVERY_S: Final = 1.0
"""What passes from one question of a page's script to the next at least."""
REST_S: Final = 0.1
ADDRESSES: Final = 50
"""Dashboards stand behind so many addresses, each with a bound of its own."""
ANSWER_S: Final = 60


def pages(bench: Bench) -> Iterator[Row]:
    """Look at the pages of the busiest of many accounts, then leave many dashboards open."""
    with bench.place(SQLITE) as place:
        with place.guest() as guest:
            accounts = _filled(bench, guest)
            bench.say("following")
            while guest.system.follower.step():
                pass
            _make_admin(guest, accounts[0])  # which ends its sessions
            tokens = [_token(guest, account.number) for account in accounts[:DASHBOARDS]]
        with place.measured_web("all") as (url, pid), place.guest() as guest:
            yield from _looks(url, tokens[0], guest)
            yield from _dashboards(bench, guest, url, pid, accounts, tokens)


def _filled(bench: Bench, guest: Guest) -> Sequence[Account]:
    bench.say(f"{ACCOUNTS:,} accounts")
    key, new_key = guest.system.keyring.make("bench")  # once, since it takes a slow hash
    accounts = [
        Account(
            guest.open_account(f"account-{place}", replace(new_key, key_id=f"K{place:07}")), key
        )
        for place in range(ACCOUNTS)
    ]
    most = int(bench.messages * BUSIEST)
    each = (bench.messages - most) // (ACCOUNTS - 1)
    for place, account in enumerate(accounts):
        Filler(guest, account).fill(each if place else most, bench.say)
    return accounts


def _token(guest: Guest, account: int) -> str:
    token, command = session_of(guest.system, account)
    guest.run(command)
    return token


def _make_admin(guest: Guest, account: Account) -> None:
    now = guest.system.clock.now()
    change = ChangeRole(
        account.number, Role.ADMIN, is_grant=True, actor=HOST_USER, reason="bench", at=now
    )
    guest.run(change)


def _looks(url: str, token: str, guest: Guest) -> Iterator[Row]:
    message = guest.system.committer.saver.numbers.take("message", 1) // 3
    paths = {
        "overview": "/app",
        "messages": "/app/messages",
        "timeline": f"/app/messages/msg_{message}",
        "fleet": "/staff/fleet",
    }
    ready = _times(url, "/healthz", token, host=1)[0]
    for host, (name, path) in enumerate(paths.items(), start=2):
        found_ms, size = _times(url, path, token, host=host)
        yield Row(
            what=f"page {name}, {ACCOUNTS:,} accounts, SQLite",
            figure=Figure(value=statistics.median(found_ms), unit="ms", what="p50"),
            baseline=Figure(value=statistics.median(ready), unit="ms", what="/healthz"),
            aim=f"≤ {PAGE_AIM_MS} ms, < {PAGE_AIM_KB} KB",
            is_met=statistics.median(found_ms) <= PAGE_AIM_MS and size < PAGE_AIM_KB * 1_000,
            notes=f"p99 {_p99(found_ms):.1f} ms, {size / 1_000:.1f} KB",
        )


def _times(url: str, path: str, token: str, *, host: int) -> tuple[list[float], int]:
    """Ask for a page again and again; give how long each took, in ms, and its size in octets."""
    connection = HTTPConnection(
        urlsplit(url).netloc, timeout=ANSWER_S, source_address=(f"127.0.0.{host}", 0)
    )
    headers = {"cookie": f"{SESSION}={token}"}
    found, size = [], 0
    for _ in range(LOOKS):
        began_s = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        found.append((time.perf_counter() - began_s) * 1e3)
        if answer.status != 200:
            msg = f"{path} was answered {answer.status}"
            raise RuntimeError(msg)
    connection.close()
    return found, size


def _p99(found: Sequence[float]) -> float:
    return sorted(found)[int(len(found) * 0.99)]


# -- dashboards --------------------------------------------------------------------------------


@dataclass(slots=True)
class Dashboard:
    """A page that its script keeps live, as ``app.js`` does."""

    url: str
    token: str
    place: int
    newest: int | None = None
    shown_s: float = 0.0

    async def run(self) -> None:
        """Ask for what is new, for ever."""
        parts = urlsplit(self.url)
        address = (f"127.0.0.{10 + self.place % ADDRESSES}", 0)
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port, local_addr=address
        )
        cookie = f"cookie: {SESSION}={self.token}"
        try:
            while True:
                seen = "" if self.newest is None else f"?{SEEN}={self.newest}"
                asked = f"GET /app/live{seen} HTTP/1.1\r\nhost: {parts.netloc}\r\n{cookie}\r\n\r\n"
                asked_s = time.monotonic()
                writer.write(asked.encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                status, *lines = head.splitlines()
                fields = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
                await reader.readexactly(int(fields["content-length"]))
                if " 200 " not in status:
                    msg = f"a live piece was answered {status}"
                    raise RuntimeError(msg)
                newest = int(fields[NEWEST.decode()])
                if newest != self.newest:
                    self.newest, self.shown_s = newest, time.monotonic()
                await asyncio.sleep(max(REST_S, EVERY_S - (time.monotonic() - asked_s)))
        finally:
            writer.close()


def _dashboards(
    bench: Bench,
    guest: Guest,
    url: str,
    pid: int,
    accounts: Sequence[Account],
    tokens: Sequence[str],
) -> Iterator[Row]:
    alone = _share(pid)
    bench.say(f"{len(tokens)} dashboards")
    shares, late_ms = asyncio.run(_watched(guest, url, pid, accounts, tokens))
    yield Row(
        what=f"{len(tokens)} open dashboards, nothing happens, SQLite",
        figure=Figure(value=shares * 100, unit="% of a core"),
        baseline=Figure(value=alone * 100, unit="%", what="none open"),
        aim=f"< {CPU_AIM * 100:.0f} %",
        is_met=shares < CPU_AIM,
    )
    yield Row(
        what="from the commit of an event to the dashboard of its account, among these",
        figure=Figure(value=statistics.median(late_ms), unit="ms", what="p50"),
        aim=f"≤ {NEWS_AIM_MS} ms",
        is_met=max(late_ms) <= NEWS_AIM_MS,
        notes=f"the latest of {len(late_ms)}: {max(late_ms):.0f} ms",
    )


def _share(pid: int) -> float:
    began_s, used_s = time.monotonic(), cpu_s(pid)
    time.sleep(IDLE_S / 2)
    return (cpu_s(pid) - used_s) / (time.monotonic() - began_s)


async def _watched(
    guest: Guest, url: str, pid: int, accounts: Sequence[Account], tokens: Sequence[str]
) -> tuple[float, list[float]]:
    """Give the share of a core that they cost, and how late each event was shown, in ms."""
    boards = [Dashboard(url, token, place) for place, token in enumerate(tokens)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(board.run()) for board in boards]
        while any(board.newest is None for board in boards):
            await asyncio.sleep(0.1)
        await asyncio.sleep(2 * EVERY_S)
        began_s, used_s = time.monotonic(), cpu_s(pid)
        await asyncio.sleep(IDLE_S)
        share = (cpu_s(pid) - used_s) / (time.monotonic() - began_s)
        late_ms = [
            await _shown(guest, accounts[place], boards[place])
            for place in range(1, len(boards), max(1, len(boards) // NEWS))
        ]
        for task in tasks:
            task.cancel()
    return share, late_ms


async def _shown(guest: Guest, account: Account, board: Dashboard) -> float:
    """Have something happen to an account; give when its dashboard showed it, in ms."""
    before = board.newest
    await asyncio.to_thread(Filler(guest, account).fill, 1, print)
    committed_s = time.monotonic()
    async with asyncio.timeout(ANSWER_S):
        while board.newest == before:
            await asyncio.sleep(0.005)
    return (board.shown_s - committed_s) * 1e3
