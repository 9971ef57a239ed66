"""Files of the store and its read models that do not belong together, or cannot be read.

However they came there: the gateway says it once, builds the read models anew, keeps its books in
order, and sends what it accepts.
"""

import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end import damage
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.read_models import unequal_read_models
from tests.end_to_end.truth import Truth, sqlite_store
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases
from tests.support.invariants import violations_in
from tests.support.templates import copy_data

pytestmark = pytest.mark.processes

SETTINGS = {**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"}
OLD_MESSAGES = 3
MESSAGES = 40
ANEW = "built anew, from the beginning of the log"


@dataclass(frozen=True)
class Past:
    """A stopped demo, its store as it was earlier, and another demo's read models."""

    folder: Path
    older_store: Path
    others_read_models: Path

    def copy(self, to: Path) -> Demo:
        copy_data(self.folder, to)
        return Demo(to, settings=SETTINGS)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    root: Path = tmp_path_factory.mktemp("past")
    other = Demo(root / "other", settings=SETTINGS)
    with other:
        other.send(2 * MESSAGES)
    demo = Demo(root / "demo", settings=SETTINGS)
    with demo:
        demo.send(OLD_MESSAGES)
    shutil.copy(demo.folder / "store.db", root / "older.db")
    with demo:
        demo.send(MESSAGES)
    return Past(demo.folder, root / "older.db", other.folder / "read.db")


@pytest.fixture
def demo(past: Past, tmp_path: Path) -> Iterator[Demo]:
    demo = past.copy(tmp_path / "demo")
    yield demo
    demo.kill9()


def said(demo: Demo, words: str) -> list[str]:
    return [line for line in demo.log.read_text().splitlines() if words in line]


def readiness(demo: Demo) -> str:
    return demo.checks["projections"]


def must_refuse(demo: Demo, words: str) -> None:
    """It takes nothing that would be lost, says why, and says it once in the log."""
    client = demo.client
    for _ in range(2):
        answer = client.feltech_send("0977000000", "Nr lost")
        assert (answer.status, answer.is_accepted) == (503, False), str(answer)
    wait_until(lambda: demo.checks["store"] == words, what="its operators read why")
    cause = f"{words}: nothing is read or written any more"
    wait_until(lambda: said(demo, cause), what="the log says why")
    assert len(said(demo, cause)) == 1
    assert "Traceback" not in demo.log.read_text()


def must_be_in_order(demo: Demo, scratch: Path) -> None:
    """What is accepted leaves, the books agree, and the read models are those of the log."""
    client = demo.client
    wait_until(lambda: readiness(demo) == "ok", what="the read models are whole")
    wait_until(lambda: client.get("/api/v1/balance").status == 200, what="they are read again")
    demo.send(5)
    assert [one["message"] for one in client.log(limit=5)["logs"]] == [
        f"Nr {k}" for k in (4, 3, 2, 1, 0)
    ]
    assert client.balance() == client.full_balance()["available"]
    assert demo.stop() == 0
    assert "Traceback" not in demo.log.read_text()
    with sqlite_store(demo.folder) as store:
        assert violations_in(store) == []
    assert unequal_read_models(demo.folder, scratch) == []


# -- at the start ---------------------------------------------------------------------------------


def put_back_the_older_store(past: Past, folder: Path) -> None:
    shutil.copy(past.older_store, folder / "store.db")


def put_in_the_others_read_models(past: Past, folder: Path) -> None:
    shutil.copy(past.others_read_models, folder / "read.db")


def remove_the_store(past: Past, folder: Path) -> None:
    (folder / "store.db").unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put_back_the_older_store, "is ahead of the log"),
        (put_in_the_others_read_models, "is of another store"),
        (remove_the_store, "is of another store"),
    ],
)
def test_read_models_that_do_not_belong_to_the_store_are_built_anew(
    past: Past,
    demo: Demo,
    tmp_path: Path,
    change: Callable[[Past, Path], None],
    words: str,
) -> None:
    change(past, demo.folder)
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    (line,) = said(demo, ANEW)
    assert words in line


def test_read_models_of_yesterday_are_built_anew_when_an_older_store_has_grown_past_them(
    past: Past, demo: Demo, tmp_path: Path
) -> None:
    yesterday = tmp_path / "yesterday.db"
    (demo.folder / "read.db").rename(yesterday)
    put_back_the_older_store(past, demo.folder)
    with demo:
        demo.send(MESSAGES + 10)
    yesterday.rename(demo.folder / "read.db")
    demo.log.unlink()
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    (line,) = said(demo, ANEW)
    assert "is of another history of the log" in line


@pytest.mark.parametrize(
    "harm",
    soak_cases(damage.halve, damage.zero_its_head, damage.zero_all_but_its_head, quick=1),
)
def test_read_models_that_cannot_be_read_are_set_aside_at_the_start(
    demo: Demo, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    harm(demo.folder / "read.db")
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    assert len(said(demo, "set aside as read.db.aside-1")) == 1
    assert len(said(demo, ANEW)) == 1
    assert "Traceback" not in demo.log.read_text()


def test_read_models_of_which_nothing_is_left_are_built_anew(demo: Demo, tmp_path: Path) -> None:
    damage.empty(demo.folder / "read.db")
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    assert len(said(demo, ANEW)) == 1


def test_a_database_of_something_else_is_set_aside_and_kept(demo: Demo, tmp_path: Path) -> None:
    (demo.folder / "read.db").unlink()
    with closing(sqlite3.connect(demo.folder / "read.db")) as foreign:
        foreign.execute("CREATE TABLE songs (name TEXT)")
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    assert len(said(demo, "set aside as read.db.aside-1")) == 1
    with closing(sqlite3.connect(demo.folder / "read.db.aside-1")) as foreign:
        assert foreign.execute("SELECT * FROM songs").fetchall() == []


# -- while it runs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harm",
    soak_cases(
        *(damage.zero_its_head, damage.empty, damage.halve, damage.zero_all_but_its_head), quick=2
    ),
)
def test_read_models_that_are_damaged_while_it_runs_are_set_aside(
    demo: Demo, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    demo.start()
    client = demo.client
    harm(demo.folder / "read.db")
    accepted = [n for k in range(5) for n in client.send("0966000000", f"Nr {k}").numbers]

    def is_noticed() -> bool:
        client.get("/api/v1/balance")  # who reads, meets it
        client.get(f"/api/logs?api_key={client.api_key}")
        return bool(said(demo, "set aside as read.db.aside-1"))

    wait_until(is_noticed, what="the damage is noticed")
    must_be_in_order(demo, tmp_path / "scratch")
    assert len(said(demo, "set aside as")) == 1
    assert len(said(demo, ANEW)) == 1
    with sqlite_store(demo.folder) as store:
        truth = Truth().read(store)
    assert {truth.state(number).value for number in accepted} <= {"sent", "delivered"}


def test_another_stores_read_models_put_there_while_it_runs_are_built_anew(
    past: Past, demo: Demo, tmp_path: Path
) -> None:
    demo.start()
    demo.send(1)
    put_in = tmp_path / "put-in.db"
    shutil.copy(past.others_read_models, put_in)
    put_in.rename(demo.folder / "read.db")
    wait_until(lambda: said(demo, ANEW), what="the other's read models are noticed")
    must_be_in_order(demo, tmp_path / "scratch")
    (line,) = said(demo, ANEW)
    assert "is of another store" in line


def test_read_models_that_are_removed_while_it_runs_are_built_anew(
    demo: Demo, tmp_path: Path
) -> None:
    demo.start()
    (demo.folder / "read.db").unlink()
    wait_until(lambda: said(demo, ANEW), what="it is noticed")
    must_be_in_order(demo, tmp_path / "scratch")
    assert len(said(demo, ANEW)) == 1


@pytest.mark.parametrize("ends_by", soak_cases(signal.SIGKILL, signal.SIGTERM, quick=1))
def test_an_older_store_put_there_while_it_runs_gets_nothing_and_is_used_from_the_next_start(
    past: Past, demo: Demo, tmp_path: Path, ends_by: signal.Signals
) -> None:
    demo.start()
    demo.send(5)
    put_in = tmp_path / "put-in.db"
    shutil.copy(past.older_store, put_in)
    (demo.folder / "store.db").rename(tmp_path / "newer.db")
    put_in.rename(demo.folder / "store.db")
    must_refuse(demo, "another store stands in the place of the one in use")
    assert demo.stop(ends_by) == (0 if ends_by is signal.SIGTERM else -ends_by)
    demo.start()
    assert demo.client.log()["total"] == OLD_MESSAGES
    must_be_in_order(demo, tmp_path / "scratch")
    (line,) = said(demo, ANEW)
    assert "is ahead of the log" in line
    # and the one that was taken away has all that was accepted
    newer = tmp_path / "newer"
    newer.mkdir()
    (tmp_path / "newer.db").rename(newer / "store.db")
    with sqlite_store(newer) as store:
        assert len(Truth().read(store).histories) == OLD_MESSAGES + MESSAGES + 5
        assert violations_in(store) == []


def test_a_store_that_is_written_over_while_it_runs_gets_nothing_more(
    past: Past, demo: Demo, tmp_path: Path
) -> None:
    demo.start()
    shutil.copyfile(past.older_store, demo.folder / "store.db")  # in place: the same file
    must_refuse(demo, "the store in use was written over")
    demo.kill9()
    for path in demo.folder.glob("store.db*"):
        path.unlink()
    put_back_the_older_store(past, demo.folder)
    demo.start()
    must_be_in_order(demo, tmp_path / "scratch")
    (line,) = said(demo, ANEW)
    assert "is ahead of the log" in line


def test_a_store_that_comes_back_to_its_place_is_used_again(demo: Demo, tmp_path: Path) -> None:
    demo.start()
    (demo.folder / "store.db").rename(demo.folder / "elsewhere.db")
    must_refuse(demo, "the store in use is gone from its place")
    (demo.folder / "elsewhere.db").rename(demo.folder / "store.db")
    wait_until(lambda: demo.client.get("/readyz").status == 200, what="it goes on")
    must_be_in_order(demo, tmp_path / "scratch")
    assert said(demo, ANEW) == []
