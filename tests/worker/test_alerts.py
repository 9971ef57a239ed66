"""Alert rules and dashboard: each fault fires its alert in a real Prometheus, until it ends."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from adapters.backup.making import make_backup
from adapters.bootstrap import seal_key_file
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from api.operations import OperationsApp
from application.books.actors import Actor
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.by_hand import ReleaseMessages
from application.messages.restored import HoldMessages
from application.telling.webhooks import RemoveWebhook
from domain.lateness import BACKUP_LATE_S, SEAL_LATE_S, WAITS_LONG_S
from domain.public_ids import iso_time
from domain.values import SECOND, Instant, Network
from tests.adapters.test_limits import REDIS_GONE
from tests.api.conftest import bring_online, served
from tests.end_to_end.waiting import wait_until
from tests.support.counts import is_soak
from tests.support.hooks import pause_webhook, set_webhook
from tests.support.outcomes import SILENCE
from tests.support.prometheus import ThrowawayPrometheus, find, lint
from tests.support.sealing import seal_now
from tests.support.server_binaries import NoServer
from tests.support.servers import free_port
from tests.support.system import grant
from tests.tidy.sources import ROOT
from tests.worker.processes import Running, running
from worker.cli.status.remedies import REMEDIES
from worker.parts import PARTS
from worker.parts.sealing import SEALING
from worker.parts.webhooks import WEBHOOKS

RULES_FILE: Final = ROOT / "deploy/prometheus/alerts.yml"
RULES: Final[list[dict[str, Any]]] = [
    rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]
]
DASHBOARD: Final[dict[str, Any]] = json.loads((ROOT / "deploy/grafana/ngoma.json").read_text())
MANUAL: Final = (ROOT / "docs/operations.md").read_text().partition("\n### Metrics\n")[2]

COLLECTOR_GONE: Final = "http://127.0.0.1:9"
HOUR_S: Final = 3_600
WITHIN_S: Final = 60.0
QUOTA: Final = 10
DOUBTS: Final = 11


# -- files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Give the names of all metrics of a server with modems, Redis and traces."""
    folder = tmp_path_factory.mktemp("shown")
    with running(folder, redis_url=REDIS_GONE, operations_traces=COLLECTOR_GONE) as gw:
        return set(re.findall(r"^# TYPE (\w+)", gw.metrics(), re.MULTILINE))


def named(text: str) -> set[str]:
    return {name.removesuffix("_bucket") for name in re.findall(r"\bngoma_\w+", text)}


@pytest.mark.processes
def test_every_metric_that_a_rule_or_a_panel_names_is_shown(shown: set[str]) -> None:
    for texts in ([rule["expr"] for rule in RULES], [json.dumps(DASHBOARD)]):
        names = named(" ".join(texts))
        assert names
        assert names <= shown


@pytest.mark.processes
def test_the_manual_lists_every_metric_that_is_shown(shown: set[str]) -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", MANUAL.partition("\n### ")[0], re.MULTILINE)
    listed = [f"ngoma_{name}" for row in rows for name in re.findall(r"`(\w+)`", row)]
    made = {name for name in shown if name.endswith("_created")}  # prometheus_client's own
    assert sorted(listed) == sorted(shown - made)


def test_every_rule_leads_to_a_section_of_the_runbook() -> None:
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == "docs/runbook.md"
        assert anchor in REMEDIES or "$labels.alarm" in anchor, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert f"`{rule['alert']}`" in MANUAL
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_what_is_late_is_so_by_the_gateway_s_own_limits() -> None:
    limits = {
        "NgomaMessagesWait": WAITS_LONG_S,
        "NgomaSealLate": SEAL_LATE_S,
        "NgomaBackupLate": BACKUP_LATE_S,
    }
    found = {
        rule["alert"]: int(rule["expr"].split()[-1]) for rule in RULES if rule["alert"] in limits
    }
    assert found == limits


def test_every_panel_has_a_place_of_its_own_and_asks_something() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    for panel in panels:
        targets = panel.get("targets", [])
        assert panel["type"] == "row" or targets, panel["title"]
        assert all('job="$job"' in target["expr"] for target in targets), panel["title"]


# -- in Prometheus --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prometheus_is_there() -> None:
    """Without it say what to install; where it has to be tried, it is a failure."""
    try:
        find()
    except NoServer as error:
        if is_soak() or os.environ.get("PROMETHEUS_REQUIRED") == "yes":
            pytest.fail(str(error))
        pytest.skip(f"the alerts were not tried: {error}")


@pytest.mark.usefixtures("prometheus_is_there")
def test_prometheus_takes_the_rules() -> None:
    assert lint(RULES_FILE) == ""


@pytest.mark.usefixtures("prometheus_is_there")
def test_prometheus_takes_what_each_panel_asks(tmp_path: Path) -> None:
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    meant = [expr.replace("$job", "ngoma").replace("$__rate_interval", "5m") for expr in asked]
    rules = [{"record": f"panel:{place}", "expr": expr} for place, expr in enumerate(meant)]
    file = tmp_path / "panels.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert lint(file) == ""


class Faults:
    """A gateway in which everything is wrong that an alert is for, until it is mended."""

    def __init__(self, gw: Running, folder: Path) -> None:
        self.gw = gw
        self.settings = Settings(data_dir=folder)
        self.sender = gw.account()
        self.held = 0
        self.blocker = sqlite3.connect(folder / "read.db", isolation_level=None)
        self._until_morning()

    def _until_morning(self) -> None:
        """No day ends while it is tried."""
        self.gw.clock.advance(24 * HOUR_S - self.gw.clock.now() // SECOND % (24 * HOUR_S))

    def plant(self) -> None:
        """Bring all about."""
        gw, system = self.gw, self.gw.system
        seal_now(system)
        self._back_up(gw.clock.now() - 30 * HOUR_S * SECOND)
        set_webhook(system, self.sender.account, "https://hooks.example.com/a")
        gw.send(self.sender, count=QUOTA)
        gw.sent(QUOTA)
        duty = bring_online(system, Network.AIRTEL)
        for number in gw.send(self.sender, count=DOUBTS, first=50, network=Network.AIRTEL):
            gw.execute(StartAttempt(number, duty=duty, concat_ref=1, at=gw.clock.now()))
            doubt = RecordOutcome(
                number,
                sim=duty.sim,
                fence=duty.fence,
                index=0,
                outcome=SILENCE,
                at=gw.clock.now(),
            )
            gw.execute(doubt)
        (self.held, _) = gw.send(self.sender, count=2, first=90, network=Network.ZAMTEL)
        gw.execute(HoldMessages([self.held], generation=2, at=gw.clock.now()))
        pause_webhook(system, self.sender.account)
        gw.reached()
        self.blocker.execute("BEGIN IMMEDIATE")  # nobody can fold what follows
        grant(system, self.sender.account, 1)
        gw.clock.advance(1_000)

    def mend(self) -> None:
        """End all of it; what time has to end is over a day later."""
        gw, actor = self.gw, Actor("os:test@host")
        self.blocker.execute("ROLLBACK")
        gw.reached()
        at = gw.clock.now()
        gw.execute(ReleaseMessages([self.held], actor=actor, reason="not on the bill", at=at))
        gw.execute(RemoveWebhook(self.sender.account, actor=actor, at=at))
        gw.clock.advance(25 * HOUR_S)
        self._back_up(gw.clock.now())
        seal_now(gw.system)

    def _back_up(self, at: int) -> None:
        file = self.settings.data_dir / f"{at}.zip"
        make_backup(
            self.settings, file, made_at=iso_time(Instant(at)), advance=lambda _done, _of: None
        )


@pytest.fixture
def faults(tmp_path: Path) -> Iterator[Faults]:
    make_key_file(seal_key_file(Settings(data_dir=tmp_path)))
    parts = [part for part in PARTS if part not in {SEALING, WEBHOOKS}]
    with running(tmp_path, parts=parts, segments_per_day=QUOTA) as gw:
        planted = Faults(gw, tmp_path)
        with closing(planted.blocker):
            yield planted


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.usefixtures("prometheus_is_there")
def test_each_alert_fires_while_its_fault_is_there_and_stops_when_it_is_gone(
    faults: Faults,
) -> None:
    system = faults.gw.system
    app, port = OperationsApp(system), free_port()
    with ExitStack() as stack, ExitStack() as another:
        url = stack.enter_context(served(app, system, lifespan=False))
        another.enter_context(served(app, system, lifespan=False, port=port))
        targets = [url.removeprefix("http://"), f"127.0.0.1:{port}"]
        prometheus = stack.enter_context(ThrowawayPrometheus(RULES, targets))

        def firing() -> set[str]:
            return {each["labels"]["alertname"] for each in prometheus.firing()}

        def fires(name: str) -> bool:
            return name in firing()

        wait_until(prometheus.has_scraped, within_s=WITHIN_S, what="it scrapes both")
        assert firing() == set()
        faults.plant()
        another.close()
        for rule in RULES:
            name = rule["alert"]
            wait_until(partial(fires, name), within_s=WITHIN_S, what=f"{name} fires")
        for alert in prometheus.firing():
            anchor = alert["annotations"]["runbook_url"].partition("#")[2]
            assert anchor in REMEDIES, alert
        faults.mend()
        another.enter_context(served(app, system, lifespan=False, port=port))
        wait_until(lambda: firing() == set(), within_s=WITHIN_S, what="none fires any more")
