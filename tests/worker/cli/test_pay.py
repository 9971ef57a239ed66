"""A provider is simulated as a process of its own, and what providers said can be read."""

import re
import signal
from contextlib import closing
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.mobile_money import PROVIDERS as KINDS
from adapters.mobile_money import SIMULATED, TRAITS, open_provider
from adapters.mobile_money.wire.wire_log import FileWireLog, wire_folder
from adapters.settings import load_settings
from adapters.settings.providers import KINDS as KINDS_OF_SETTINGS
from application.ports import Collection, Declined, WireExchange
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.values import Instant, Network
from tests.worker.cli.commands import Cli
from worker.cli.pay import PROVIDERS

READY_S = 20


def test_the_command_knows_every_provider() -> None:
    assert set(PROVIDERS) == set(KINDS) == set(TRAITS) == set(SIMULATED) == set(KINDS_OF_SETTINGS)


@pytest.mark.slow
def test_what_it_prints_is_what_settings_need_and_what_was_said_can_be_read(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cli.start(
        *("pay", "simulate", "--provider", "zamtel", "--port", "0"),
        *("--scenario", "insufficient", "--seed", "7"),
    ) as process:
        printed = ""
        while "SECRET='" not in printed:
            line = process.stdout.readline()
            assert line, process.communicate()
            printed += line
        for name, value in re.findall(r"# export (\w+)='(.*)'", printed):
            monkeypatch.setenv(name, value)
        config = tmp_path / "ngoma.toml"
        config.write_text(printed.partition("\n")[2])
        (account,) = load_settings(config=config, environment={}).providers
        log = FileWireLog(wire_folder(cli.folder))
        with closing(open_provider(account, clock=SystemClock(), log=log)) as client:
            collection = Collection(
                reference=client.traits.write_reference(bytes(16)),
                amount_ngwee=Ngwee(5_000),
                payer=Msisdn("+260951234567"),
                network=Network.ZAMTEL,
                label="TOPUP-1",
            )
            answer = client.collect(collection)
        process.send_signal(signal.SIGTERM)
        assert process.wait(READY_S) == 0
    assert isinstance(answer, Declined)
    assert answer.code == "2006"

    (said,) = cli.json("pay", "log", collection.reference)
    assert (said["provider"], said["purpose"]) == ("zamtel", "collect")
    assert "Insufficient balance" in said["answer"]
    shown = cli.run("pay", "log", collection.reference).stdout
    assert "> GET http://127.0.0.1:" in shown
    assert "< HTTP 200" in shown
    assert "simulated-password" not in shown + str(said)


def test_what_cannot_be_is_said(cli: Cli) -> None:
    simulate = ("pay", "simulate", "--provider", "mtn", "--port", "0", "--scenario")
    assert "there is no scenario 'sucess'; there are success," in cli.refusal(
        *simulate, "sucess", code=2
    )
    assert cli.refusal("pay", "log", "nothing") == "Nothing is kept of nothing on this host."
    assert cli.json("pay", "log", "nothing") == []
    folder = wire_folder(cli.folder)
    stranger = WireExchange(
        at=Instant(1), provider="mtn", reference="", purpose="callback", request="PUT x",
        answer="202", took_ms=0,
    )  # fmt: skip
    FileWireLog(folder).note(stranger)
    (found,) = cli.json("pay", "log", "--strangers")
    assert found["request"] == "PUT x"
    cli.refusal("pay", "log", code=2)


def test_a_month_is_generated_with_its_truth(cli: Cli, tmp_path: Path) -> None:
    made = cli.json(
        *("pay", "generate", "--seed", "7", "--payments", "200", "--days", "5"),
        *("--out", str(tmp_path / "month"), "--truth", str(tmp_path / "truth.jsonl")),
    )
    truths = (tmp_path / "truth.jsonl").read_text().splitlines()
    assert len(truths) == 1 + made["rows"] + made["payments"]
    assert all(Path(name).is_file() for name in made["files"])
