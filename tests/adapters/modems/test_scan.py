"""A scan says which ports are modems, which of a stick's to use, and what stands in the way."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.modems.at.port import SerialPort
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import E173, EC25, SIM800, Profile
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from tests.adapters.modems.emulated import RealClock
from worker.cli.modem import modem

CLOCK = RealClock()
AIRTEL, MTN = "645010000000001", "645020000000002"


@contextmanager
def plugged_in(link: Path, profile: Profile, card: SimCard | None) -> Iterator[Path]:
    emulator = Emulator(profile, card or SimCard(MTN), clock=CLOCK, log=MemoryNetworkLog())
    emulator.change_sim(card)
    with EmulatorPty(emulator, link, clock=CLOCK):
        yield link


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    folder = tmp_path_factory.mktemp("dev")
    stick = SimCard(AIRTEL)
    modems = {
        "usb-HUAWEI_Mobile-if00-port0": (E173, stick),
        "usb-HUAWEI_Mobile-if02-port0": (E173, stick),
        "usb-SIM800-if00": (SIM800, SimCard(MTN)),
        "usb-Quectel-if02": (EC25, SimCard(MTN, pin="1234")),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(plugged_in(folder / name, profile, card))
            for name, (profile, card) in modems.items()
        }


def scanned(*devices: Path) -> dict[str, dict[str, object]]:
    run = CliRunner().invoke(modem, ["scan", *map(str, devices), "--json"])
    assert run.exit_code == 0, run.output
    return {Path(str(row["device"])).name: row for row in json.loads(run.stdout)}


def test_each_port_is_named_with_what_to_do(ports: dict[str, Path], tmp_path: Path) -> None:
    found = scanned(*ports.values(), tmp_path / "nothing")
    used, other = found["usb-HUAWEI_Mobile-if02-port0"], found["usb-HUAWEI_Mobile-if00-port0"]
    assert (used["words"], used["network"], used["imsi"]) == ("use this port", "airtel", AIRTEL)
    assert other["words"] == f"the same modem as {used['device']}: use that port"
    assert found["usb-SIM800-if00"]["network"] == "mtn"
    assert found["usb-Quectel-if02"]["words"] == "use this port; its SIM wants the PIN"
    assert "cannot be opened" in str(found["nothing"]["words"])


def test_modems_that_were_sold_with_one_imei_are_told_apart_by_their_sims(tmp_path: Path) -> None:
    cards = {"a": SimCard(MTN), "b": SimCard(AIRTEL), "c": SimCard(imsi_for("c"), pin="1234")}
    with ExitStack() as stack:
        ports = [
            stack.enter_context(plugged_in(tmp_path / name, SIM800, card))
            for name, card in cards.items()
        ]
        found = scanned(*ports)
    assert len({row["imei"] for row in found.values()}) == 1
    assert [found[name]["words"] for name in "abc"] == [
        "use this port",
        "use this port",
        "use this port; its SIM wants the PIN",
    ]


def test_a_sim_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path) -> None:
    blocked = SimCard(MTN, pin="1234")
    blocked.tries = 0
    with (
        plugged_in(tmp_path / "blocked", EC25, blocked),
        plugged_in(tmp_path / "empty", E173, None),
    ):
        found = scanned(tmp_path / "blocked", tmp_path / "empty")
    assert found["blocked"]["words"] == (
        "its SIM is locked: SIM PUK; unlock it in a telephone with its PUK, which came with it"
    )
    assert found["empty"]["words"] == "it has no usable SIM: put one in, the right way round"


def test_a_port_that_is_held_is_left_alone(ports: dict[str, Path]) -> None:
    port = ports["usb-SIM800-if00"]
    held = SerialPort(str(port), clock=CLOCK)
    try:
        found = scanned(port)[port.name]
    finally:
        held.close()
    assert (found["answers"], found["imsi"]) == (False, None)
    assert "lock" in str(found["words"])


def test_a_scan_fits_the_screen_and_says_so_when_nothing_is_there(ports: dict[str, Path]) -> None:
    run = CliRunner().invoke(modem, ["scan", *map(str, ports.values())])
    assert "use this port" in run.stdout
    assert "airtel" in run.stdout
