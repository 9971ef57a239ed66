"""Staff see the SIMs, keep one from sending, and try a modem before it is used."""

import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from adapters.modems.simulated.profiles import PROFILES
from adapters.store.guarding import SQLITE_LIFT
from domain.causes import OwnCause
from domain.reports import Accepted, InDoubt
from tests.end_to_end.waiting import wait_until
from tests.worker.cli.commands import Cli
from tests.worker.cli.messages import ICCID, sending
from worker.cli.modem import PROFILE_NAMES

READY_S = 10


def test_the_fleet_is_listed_with_what_each_sim_has_sent(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        sender.attempt(sender.send(), Accepted(1))
        (sim,) = cli.json("modem", "list")
        assert (sim["network"], sim["modem"], sim["state"]) == ("mtn", "mtn-1", "online")
        assert (sim["host"], sim["iccid"], sim["msisdn"]) == ("here", ICCID, "+260960000001")
        assert (sim["sent_messages"], sim["sent_segments"]) == (1, 1)
        shown = cli.run("modem", "list").stdout
        assert "online" in shown
        assert "mtn-1" in shown


def test_a_fleet_without_sims_is_said_to_be_empty(cli: Cli) -> None:
    cli.account()
    assert cli.json("modem", "list") == []
    assert cli.run("modem", "list").stdout == "No SIM has been seen yet.\n"


@pytest.mark.slow
def test_a_modem_that_never_came_up_is_listed_with_the_reason_of_today(
    cli: Cli, tmp_path: Path
) -> None:
    cli.account()
    config = tmp_path / "ngoma.toml"
    pin = tmp_path / "pin"
    pin.write_text("9999")
    pin.chmod(0o600)
    (tmp_path / "mute").mkdir()
    with (
        _emulated(cli, tmp_path, "--pin", "1234") as link,
        _emulated(cli, tmp_path / "mute", "--fault", "refuses=+CNMI") as mute,
    ):
        config.write_text(
            f'[[modems]]\nname = "locked"\nnetwork = "mtn"\ndevice = "{link}"\n'
            f'pin = "file:{pin}"\n'
            f'[[modems]]\nname = "gone"\nnetwork = "airtel"\ndevice = "{tmp_path / "none"}"\n'
            f'[[modems]]\nname = "mute"\nnetwork = "mtn"\ndevice = "{mute}"\n'
        )
        rows = cli.json("modem", "list", "--config", config)
        assert [(row["modem"], row["sim"], row["state"]) for row in rows] == [
            ("locked", None, "offline"),
            ("gone", None, "offline"),
            ("mute", None, "offline"),
        ]
        assert {row["reason"] for row in rows} == {"no gateway that runs here drives it"}
        assert "gone" in cli.run("modem", "list", "--config", config).stdout

        with _serving(cli, config):

            def reasons() -> dict[str, str]:
                listed = cli.json("modem", "list", "--config", config)
                return {row["modem"]: row["reason"] for row in listed}

            wait_until(lambda: "PIN" in reasons()["locked"], what="the list says why")
            assert reasons()["locked"].startswith("needs a person: ")
            assert reasons()["gone"].startswith("offline: the port cannot be opened")
            wait_until(lambda: "no delivery reports" in (reasons()["mute"] or ""), what="it is up")
            assert reasons()["mute"].startswith("no delivery reports: the modem refuses every")
            said = {
                name: (row["verdict"], row["words"])
                for row in cli.json("doctor", "--config", config, code=1)
                for name in ("locked", "mute")
                if row["check"] == "processes" and f"modem {name}" in row["words"]
            }
            assert "PIN" in said["locked"][1]
            assert said["mute"][0] == "note"
            assert "no delivery reports" in said["mute"][1]


@contextmanager
def _serving(cli: Cli, config: Path) -> Iterator[None]:
    """Run ``ngoma serve``, degraded as its modems are."""
    process = cli.start("serve", "--port", "0", "--config", config)
    places = cli.folder / "operations"
    try:
        wait_until(lambda: list(places.glob(f"all-{process.pid}.url")), what="it serves")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_sim_in_quarantine_says_why_until_it_is_released(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.sim().sim
        cli.run("modem", "quarantine", number, "--reason", "the bill is disputed")
        (sim,) = cli.json("modem", "list")
        assert (sim["state"], sim["online"]) == ("quarantined", False)
        assert sim["reason"] == "the bill is disputed"
        cli.run("modem", "release", number, "--reason", "paid")
        (sim,) = cli.json("modem", "list")
        assert (sim["state"], sim["reason"]) == ("online", None)


@pytest.mark.slow
def test_a_sim_with_little_airtime_is_said_to_have_little_wherever_one_looks(
    cli: Cli, tmp_path: Path
) -> None:
    cli.account()
    config = tmp_path / "ngoma.toml"
    with _emulated(cli, tmp_path, "--airtime-ngwee", "120") as link:
        config.write_text(
            f'[[modems]]\nname = "mtn-1"\nnetwork = "mtn"\ndevice = "{link}"\n'
            'airtime_code = "*114#"\nairtime_low_ngwee = 500\n'
        )
        with _serving(cli, config):

            def shown() -> Mapping[str, Any]:
                listed = cli.json("modem", "list", "--config", config)
                if listed[0]["sim"] is None:
                    return {}
                found: Mapping[str, Any] = cli.json("modem", "show", 1, "--config", config)
                return found

            wait_until(lambda: shown().get("airtime_ngwee") == 120, what="it was asked")
            found = shown()
            low = "has K1.20 of airtime left, less than K5.00: load airtime"
            assert low in found["airtime_trouble"]
            assert found["airtime_words"].startswith("Your balance is K1.20.")
            assert found["airtime_told_at"] == found["airtime_asked_at"]
            assert "K1.20 of airtime left" in cli.run("modem", "show", 1, "--config", config).stdout
            (running,) = (cli.folder / "operations").glob("all-*.url")
            url = f"{running.read_text().strip()}/metrics"
            alarm = 'ngoma_alarms{alarm="airtime mtn-1"} 1.0'
            wait_until(lambda: alarm in _fetched(url), what="the alarm stands")
            assert 'ngoma_modem_airtime_ngwee{modem="mtn-1"} 120.0' in _fetched(url)
            said = partial(cli.json, "doctor", "--config", config)
            wait_until(lambda: any(low in row["words"] for row in said()), what="the doctor, too")


def _fetched(url: str) -> str:
    with urlopen(url) as answer:
        found: str = answer.read().decode()
        return found


def test_a_sim_that_was_never_asked_for_its_airtime_says_so(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        number = sender.sim().sim
    found = cli.json("modem", "show", number)
    assert (found["sim"], found["airtime_ngwee"], found["airtime_trouble"]) == (number, None, None)
    assert "its network was never asked" in cli.run("modem", "show", number).stdout
    assert cli.refusal("modem", "show", 77) == "No such SIM."


def test_the_segments_of_each_sim_are_set_against_what_was_sold(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        for outcome in (Accepted(1), Accepted(2), InDoubt(OwnCause.NO_ANSWER, "no answer")):
            sender.attempt(sender.send(), outcome)
        sim = sender.sim().sim
    (row,) = cli.json("modem", "segments")
    told = {"begun": 3, "submitted": 2, "in_doubt": 1, "failed": 0, "under_way": 0}
    sold = {"messages_sold": 2, "segments_sold": 2, "credits_sold": 2}
    assert row == {"day": row["day"], "sim": sim, **told, **sold}
    assert row["day"] in cli.run("modem", "segments").stdout
    assert cli.json("modem", "segments", "--from", row["day"], "--to", row["day"]) == [row]
    assert cli.json("modem", "segments", "--to", "2020-01-01") == []


def test_a_log_in_which_a_segment_never_began_does_not_add_up(cli: Cli) -> None:
    with sending(cli.folder) as sender:
        sender.attempt(sender.send(), Accepted(1))
    with closing(sqlite3.connect(cli.folder / "store.db", isolation_level=None)) as store:
        for lift in SQLITE_LIFT:
            store.execute(lift)
        store.execute("DELETE FROM stored_events WHERE topic = 'Message.AttemptStarted'")
    said = cli.run("modem", "segments", code=1).stderr
    assert "N8 at " in said
    assert "no segment of message 1 was under way" in said


def test_a_sim_that_is_not_there_cannot_be_quarantined(cli: Cli) -> None:
    cli.account()
    assert cli.refusal("modem", "quarantine", 7, "--reason", "x") == "No such SIM."


# -- devices ----------------------------------------------------------------------------------


@contextmanager
def _emulated(cli: Cli, folder: Path, *flags: str) -> Iterator[Path]:
    """Run ``ngoma modem emulate`` as a process; give its link."""
    link = folder / "modem.tty"
    process = cli.start(
        "modem", "emulate", "--profile", "sim800", "--link", link,
        "--network-log", folder / "air.jsonl", *flags,
    )  # fmt: skip
    try:
        deadline_s = time.monotonic() + READY_S
        while not link.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
        yield link
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=READY_S)
    assert process.returncode == 0
    assert not link.exists()


@pytest.mark.slow
def test_a_modem_is_asked_for_its_balance(cli: Cli, tmp_path: Path) -> None:
    with _emulated(cli, tmp_path, "--imsi", "645020000000042") as link:
        found = cli.json("modem", "ussd", link, "*114#")
        shown = cli.run("modem", "ussd", link, "*114#").stdout
        assert "CODE" in cli.refusal("modem", "ussd", link, "Buy me all", code=2)
    assert (found["network"], found["airtime_ngwee"]) == ("mtn", 10_000)
    assert found["answer"].startswith("Your balance is K100.00.")
    assert "K100.00" in shown


def test_an_empty_modem_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    with _emulated(cli, tmp_path, "--no-sim") as link:
        assert "put one in, the right way round" in cli.refusal("modem", "probe", link)


@pytest.mark.slow
def test_an_emulated_modem_can_be_probed(cli: Cli, tmp_path: Path) -> None:
    with _emulated(cli, tmp_path, "--imsi", "645020000000042") as link:
        found = cli.json("modem", "probe", link)
        shown = cli.run("modem", "probe", link).stdout
    assert (found["device"], found["imsi"]) == (str(link), "645020000000042")
    assert (found["answers"], found["registered"]) == (True, True)
    assert (found["network"], found["sending"], found["reports"]) == ("mtn", "works", "works")
    assert found["imei"] == PROFILES["sim800"].imei
    assert found["imei"] in shown
    assert not cli.folder.exists()


@pytest.mark.slow
def test_a_locked_sim_is_opened_with_the_pin_of_the_settings(cli: Cli, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("1234")
    pin.chmod(0o600)
    with _emulated(cli, tmp_path, "--pin", "1234") as link:
        refusal = cli.refusal("modem", "probe", link)
        assert refusal.startswith(f"{link}: ")
        assert "PIN" in refusal
        refusal = cli.refusal("modem", "probe", link, "--pin", f"file:{pin}")
        assert refusal.startswith("A PIN is given only beside a store that remembers it. There is")
        cli.run("migrate")
        assert cli.json("modem", "probe", link, "--pin", f"file:{pin}")["answers"] is True
    config = tmp_path / "ngoma.toml"
    config.write_text(
        f'[[modems]]\nname = "mtn-1"\nnetwork = "mtn"\ndevice = "{link}"\npin = "file:{pin}"\n'
    )
    with _emulated(cli, tmp_path, "--pin", "1234"):
        found = cli.json("modem", "probe", "mtn-1", "--config", config)
    assert found["device"] == str(link)


def test_a_device_that_is_not_there_is_one_clear_line(cli: Cli, tmp_path: Path) -> None:
    refusal = cli.refusal("modem", "probe", tmp_path / "nothing")
    assert refusal.startswith(f"{tmp_path / 'nothing'}: The port cannot be opened")


def test_the_profiles_in_the_help_are_those_there_are() -> None:
    assert set(PROFILE_NAMES) == set(PROFILES)


@pytest.mark.parametrize("flags", [["--profile", "nokia"], ["--fault", "gremlins"]])
def test_an_emulator_that_cannot_be_is_a_wrong_call(
    cli: Cli, tmp_path: Path, flags: list[str]
) -> None:
    wanted = ["--profile", "e173", "--link", tmp_path / "a", "--network-log", tmp_path / "b"]
    cli.refusal("modem", "emulate", *wanted, *flags, code=2)
    assert list(tmp_path.iterdir()) == []
