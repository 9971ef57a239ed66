"""A new kind of work is its source and its handler: inside one process, and over Redis."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from application.accounts import MoveCredits
from application.books.actors import Actor
from application.books.commands import Execute
from application.books.due import DueWork, Ids
from application.ports import Job
from application.system import System
from domain.message import State
from domain.values import Credits, Instant, Network
from tests.worker.processes import running, until
from worker.parts.part import ProcessRole
from worker.timed_work import due_work

pytestmark = pytest.mark.processes


class Vouchers:
    """Files whose credits are to be paid into an account, each named for its number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = 0

    def put(self, number: int, credits: int) -> None:
        written = self.folder / f"new-{number}"
        written.write_text(str(credits))
        written.rename(self.folder / str(number))

    def work(self, system: System) -> Sequence[DueWork]:
        """Give the gateway's work, and this beside it."""

        def due(now: Instant, limit: int) -> Iterable[Ids]:
            numbers = sorted(int(path.name) for path in self.folder.glob("[0-9]*"))
            return [(number,) for number in numbers[:limit]]

        def pay_in(ids: Ids, execute: Execute) -> bool:
            path = self.folder / str(*ids)
            credits = Credits(int(path.read_text()))  # I/O first, then a command
            execute(
                MoveCredits(
                    self.account,
                    credits,
                    is_grant=True,
                    alone_max=0,
                    actor=Actor("voucher"),
                    reason=path.name,
                    at=system.clock.now(),
                )
            )
            path.unlink()
            return True

        mine = DueWork(kind="voucher.pay_in", due=due, handle=pay_in)
        return [*due_work(system), mine]


@pytest.fixture
def vouchers(tmp_path: Path) -> Vouchers:
    folder = tmp_path / "vouchers"
    folder.mkdir()
    return Vouchers(folder)


@pytest.fixture(params=["embedded", "redis"])
def redis_url(request: pytest.FixtureRequest) -> str | None:
    is_embedded = request.param == "embedded"
    return None if is_embedded else str(request.getfixturevalue("fresh_redis_url"))


@pytest.mark.parametrize("role", [ProcessRole.ALL, ProcessRole.PROJECT])
def test_a_new_kind_of_work_is_its_source_and_its_handler(
    tmp_path: Path, redis_url: str | None, vouchers: Vouchers, role: ProcessRole
) -> None:
    with running(tmp_path / "data", role=role, work=vouchers.work, redis_url=redis_url) as gw:
        sender = gw.account(credits=0)
        vouchers.account = sender.account
        for number in (1, 2, 3):
            vouchers.put(number, 10 * number)
        until(lambda: not list(vouchers.folder.iterdir()))
        assert gw.available(sender) == 60
        assert gw.supervisor.failures == {}


def test_a_process_of_another_version_drops_what_it_does_not_know_and_takes_the_rest(
    tmp_path: Path, redis_url: str | None, vouchers: Vouchers, caplog: pytest.LogCaptureFixture
) -> None:
    with running(tmp_path / "data", role=ProcessRole.ALL, redis_url=redis_url) as older:
        queue = older.system.queue
        until(lambda: queue.enqueue(Job("voucher.pay_in", (1,))))
        assert queue.enqueue(Job("voucher.pay_in", (2,)))
        (late,) = older.send(older.account(), network=Network.AIRTEL)
        older.clock.advance(24 * 3600 + 1)
        older.until(lambda: older.message(late).state is State.EXPIRED)
        until(lambda: queue.waiting_jobs() == 0)  # type: ignore[attr-defined]
        assert caplog.text.count("knows no job voucher.pay_in") == 1
        assert older.system.readiness().is_ready
