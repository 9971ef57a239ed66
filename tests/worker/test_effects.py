"""An effect that a process did not have before runs as a part, with a bad event in the middle."""

from pathlib import Path
from typing import Any

import pytest

from domain.events import Event
from domain.message.events import Queued
from tests.worker.cli.commands import Cli
from tests.worker.processes import running, until
from worker.parts import PARTS
from worker.parts.effects import effect_part
from worker.parts.part import Part, ProcessRole

pytestmark = pytest.mark.processes


class Feed:
    """Tells of messages that were accepted; keeps what it told, as an outer system would."""

    events: frozenset[type[Event]] = frozenset({Queued})
    is_retroactive = True

    def __init__(self, *bad: int) -> None:
        self.told: list[int] = []
        self.bad = set(bad)

    def handle(self, position: int, event: Event) -> None:
        assert isinstance(event, Queued)
        if event.number in self.bad:
            raise ZeroDivisionError
        self.told.append(event.number)

    @property
    def parts(self) -> list[Part]:
        """Give the parts of a gateway that has this feed."""
        return [*PARTS, effect_part("feed", lambda process: self)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


def test_it_goes_on_after_a_bad_event_and_a_restart_repeats_nothing(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    feed = Feed()
    with running(tmp_path, parts=feed.parts, **settings) as gw:
        first = gw.send(gw.account(), count=2)
        until(lambda: feed.told == list(first))
        feed.bad.add(first[-1] + 1)
        sender = gw.account("Other")
        bad, *rest = [*gw.send(sender), *gw.send(sender, count=2)]
        until(lambda: feed.told == [*first, *rest])
        assert feed.bad == {bad}
        alarm = {"feed events": "1 event could not be handled"}
        until(lambda: gw.supervisor.process.alarms.standing() == alarm)
        assert 'ngoma_alarms{alarm="feed events"} 1.0' in gw.metrics()
        assert gw.system.readiness().is_ready
        assert gw.supervisor.failures == {}
    again = Feed(bad)
    with running(tmp_path, parts=again.parts, **settings) as gw:
        until(lambda: bool(gw.supervisor.process.alarms.standing()))
        (late,) = gw.send(sender)
        until(lambda: again.told == [late])
    mended = Feed()
    with running(tmp_path, parts=mended.parts, **settings) as gw:
        until(lambda: mended.told == [bad])
        until(lambda: gw.system.store.effects.count_bad("feed") == 0)


def test_of_two_processes_one_tells_and_the_other_takes_over(
    tmp_path: Path, database_url: str
) -> None:
    one, two = Feed(), Feed()
    secret = tmp_path / "secret"
    secret.write_text("s" * 43)
    secret.chmod(0o600)
    scaled: dict[str, Any] = {
        "role": ProcessRole.PROJECT,
        "sims": 0,
        "database_url": database_url,
        "server_secret": f"file:{secret}",
        "writer_key": f"file:{secret}",
    }
    with running(tmp_path / "two", parts=two.parts, name="two", **scaled) as survivor:
        with running(tmp_path / "one", parts=one.parts, name="one", **scaled) as gw:
            sender = gw.account()
            both = [*gw.send(sender, count=10), *gw.send(sender, count=10)]
            until(lambda: sorted(one.told + two.told) == both)
        late = survivor.send(sender, count=3)
        until(lambda: sorted(one.told + two.told) == [*both, *late])


def test_the_status_of_read_models_names_it_and_says_what_it_could_not_handle(
    tmp_path: Path,
) -> None:
    feed, cli = Feed(), Cli(tmp_path)
    with running(tmp_path, parts=feed.parts) as gw:
        sender = gw.account()
        told = gw.send(sender)
        until(lambda: feed.told == list(told))
        (row,) = [row for row in cli.json("projections", "status") if row["name"] == "feed"]
        assert row["error"] is None
        feed.bad = {told[0] + 1}
        gw.send(sender)
        until(lambda: bool(gw.supervisor.process.alarms.standing()))
        rows = cli.json("projections", "status", code=1)
        (row,) = [row for row in rows if row["name"] == "feed"]
        assert "goes on, but 1 event could not be handled" in row["error"]
        assert "Message.Queued: ZeroDivisionError" in row["error"]
        assert "feed" in cli.refusal("projections", "rebuild", "feed", code=2)
