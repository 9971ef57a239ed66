"""A clock that steps under a gateway or at its start: nothing goes early, all is named."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.stepped import FILE
from tests.end_to_end.waiting import wait_until
from tests.support.counts import soak_cases
from tests.support.templates import copy_data

pytestmark = pytest.mark.processes

DAY_S: Final = 86_400
STEPS_S: Final = (DAY_S, -60 * DAY_S, 600, -600, -DAY_S, 60 * DAY_S)
QUIET: Final = {"NGOMA_MODEM_LATENCY_MS": "0"}


class SteppedDemo(Demo):
    """A demo whose clock stands off by what the test says."""

    module = "tests.end_to_end.stepped"

    def __init__(self, folder: Path) -> None:
        self.file = folder.with_name("clock")
        self.set_off(0)
        super().__init__(folder, settings={**UNLIMITED, **QUIET, FILE: str(self.file)})

    def set_off(self, seconds: int) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self.file)

    def wait_for_doubt(self) -> str:
        def doubt() -> str:
            words = self.checks["clock"]
            return "" if words == "ok" else words

        return wait_until(doubt, within_s=5, what="the clock is doubted")

    def wait_until_sane(self) -> None:
        wait_until(lambda: self.checks["clock"] == "ok", within_s=5, what="the clock is believed")

    @property
    def diagnosis(self) -> str:
        """What the doctor says of the clock; a clock that is behind is wrong, and the code 1."""
        code = 1 if "earlier" in self.checks["clock"] or "back" in self.checks["clock"] else 0
        (found,) = [row for row in self.cli("doctor", code=code) if row["check"] == "clock"]
        return str(found["words"])

    def contents(self) -> list[Any]:
        """Read what is kept of all messages."""
        with closing(sqlite3.connect(self.folder / "store.db")) as store:
            return store.execute(
                "SELECT number, msisdn, body FROM contents WHERE kind = 'message' ORDER BY number"
            ).fetchall()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[SteppedDemo]:
    with SteppedDemo(tmp_path / "demo") as running:
        yield running


def queue_one(demo: SteppedDemo) -> int:
    """Have messages accepted that cannot leave yet: their network's SIM is in quarantine."""
    (sim,) = [row["sim"] for row in demo.cli("modem", "list") if row["network"] == "mtn"]
    demo.cli("modem", "quarantine", sim, "--reason", "the clock is set meanwhile")
    wait_until(
        lambda: not demo.client.send("0961230001", "it waits").json.get("success"),
        what="MTN is offline",
    )
    return int(sim)


def states(demo: SteppedDemo) -> dict[str, int]:
    """Count the messages by what became of them."""
    with closing(sqlite3.connect(demo.folder / "store.db")) as store:
        rows = store.execute(
            "SELECT topic, count(*) FROM stored_events WHERE topic LIKE 'Message.%' GROUP BY topic"
        )
        return {topic.removeprefix("Message."): count for topic, count in rows}


def test_a_clock_that_steps_under_a_gateway_loses_nothing_and_ends_by_itself(
    demo: SteppedDemo,
) -> None:
    assert demo.client.send("0955000001", "gone").is_accepted
    wait_until(lambda: "Sent" in states(demo), what="the first one has left")
    sim = queue_one(demo)
    for off_s in STEPS_S:
        kept = demo.contents()
        demo.set_off(off_s)
        words = demo.wait_for_doubt()
        assert f"set {'forward' if off_s > 0 else 'back'} by" in words
        assert "`ngoma clock vouch`" in demo.diagnosis
        assert "alarm clock" in demo.log.read_text()
        sent = states(demo)["Sent"]
        assert demo.client.send("0955000002", "meanwhile").status == 200
        demo.client.send("0961230002", f"it waits, too, by a clock that is off by {off_s}")
        wait_until(
            # bound now, since the loop goes on; mypy cannot tell a lambda's default
            lambda n=sent: states(demo)["Sent"] > n,  # type: ignore[misc]
            what="sending goes on",
        )
        assert demo.contents()[: len(kept)] == kept
        if off_s == DAY_S:  # their leases seem to be a day old
            listed = {row["network"]: row["state"] for row in demo.cli("modem", "list")}
            assert listed == {"mtn": "quarantined", "airtel": "online", "zamtel": "online"}
        demo.set_off(0)
        demo.wait_until_sane()
    demo.cli("modem", "release", sim, "--reason", "the clock is right")
    sent = len(demo.contents())
    wait_until(lambda: states(demo).get("Sent") == sent, what="all that was accepted has left")
    assert not states(demo).keys() & {"Failed", "Expired", "ContentErased", "InDoubt"}


@pytest.fixture(scope="module")
def one_gone_one_waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demo that has ended: one message left, one waits in it."""
    with SteppedDemo(tmp_path_factory.mktemp("stopped") / "demo") as demo:
        assert demo.client.send("0955000001", "gone").is_accepted
        wait_until(lambda: "Sent" in states(demo), what="the first one has left")
        queue_one(demo)
    return demo.folder


@pytest.mark.parametrize("off_s", soak_cases(*STEPS_S, quick=2))
def test_a_clock_that_is_off_at_the_start_erases_nothing_and_a_person_ends_it(
    one_gone_one_waiting: Path, tmp_path: Path, off_s: int
) -> None:
    copy_data(one_gone_one_waiting, tmp_path / "demo")
    demo = SteppedDemo(tmp_path / "demo")
    kept = demo.contents()
    demo.set_off(off_s)
    with demo:
        erases_nothing_until_a_person_ends_it(demo, kept, off_s)


def erases_nothing_until_a_person_ends_it(demo: SteppedDemo, kept: list[Any], off_s: int) -> None:
    words = demo.wait_for_doubt()
    assert f"{'later' if off_s > 0 else 'earlier'} than the newest time in the store" in words
    assert "`ngoma clock vouch`" in demo.diagnosis
    assert demo.client.send("0955000002", "meanwhile").is_accepted
    assert demo.contents()[: len(kept)] == kept
    assert not states(demo).keys() & {"Failed", "Expired", "ContentErased"}
    demo.set_off(0)
    demo.wait_until_sane()
    demo.set_off(off_s)
    demo.wait_for_doubt()
    assert demo.cli("clock", "vouch")["actor"].startswith("os:")
    demo.wait_until_sane()
