"""From a bare Debian to the first SENT, a reboot, an upgrade, and the restore of a backup."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.client import Client
from tests.end_to_end.gateway import Process, wait_until_ready
from tests.end_to_end.waiting import wait_until
from tests.support.bare_root import BareRoot
from tests.support.servers import free_port
from tests.support.wheels import build_wheel
from tests.tidy.sources import ROOT

pytestmark = [
    pytest.mark.processes,
    pytest.mark.soak,
    pytest.mark.timeout(3_600),
]

BEFORE: Final = "d9493085"
"""The build before there was a wheel that works anywhere."""
OLDER_PYTHON: Final = ("async-timeout>=4.0.3",)
"""What libraries take on Debian 12, whose Python is 3.11.2, and not on what runs this."""
MESSAGES: Final = 100_000
FILL: Final = """
import sys
from pathlib import Path
from tests.benchmarks import fill
from tests.benchmarks.gateways import Place
fill.BULK = 1  # it put what became of a bulk between what was accepted, as no gateway does
with Place(name="before", folder=Path(sys.argv[1])).guest() as guest:
    fill.Filler(guest, guest.create_account("Filler")).fill(int(sys.argv[2]), print)
"""
CONFIG: Final = "/etc/ngoma/ngoma.toml"
DATA: Final = "/var/lib/ngoma/data"
UNIT: Final = "/etc/systemd/system/ngoma.service"
YESTERDAY: Final = "/var/lib/ngoma/yesterday.zip"
LIMITS: Final = "\n[limits]\nread = 0\nip = 0\n"
MODEM: Final = """
[[modems]]
name = "mtn"
network = "mtn"
device = "/var/lib/ngoma/mtn.tty"
segments_per_minute = 0
segments_per_day = 0
"""
WAIT_S: Final = 300.0
UNSEALED: Final = 3
"""What ``audit verify`` ends with where nothing is wrong and nothing is proven."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    started_s = time.monotonic()
    yield
    print(f"{time.monotonic() - started_s:7.1f} s  {what}", flush=True)


class InRoot(Process):
    """A process in the root, as the user of the services."""

    is_warm = False

    def __init__(self, root: BareRoot, *words: str, log: Path, **variables: str) -> None:
        super().__init__(*words, log=log)
        self.prefix = tuple(root.command(user="ngoma", **variables))

    @property
    def command(self) -> tuple[str, ...]:
        return ()


class Host:
    """The gateway on a Debian, installed and run as docs/operations.md says."""

    def __init__(self, root: BareRoot, logs: Path) -> None:
        self.root = root
        self.logs = logs
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def install(self, libraries: Path, wheel: Path) -> None:
        """Install or upgrade what a wheel holds."""
        if not self.root.at("/opt/ngoma").exists():
            self.root.run("python3", "-m", "venv", "/opt/ngoma")
        place = self.root.at("/root/wheels")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(libraries, place)
        shutil.copy(wheel, place)
        pip = ("/opt/ngoma/bin/pip", "install", "--quiet", "--no-index")
        name = f"/root/wheels/{wheel.name}"
        self.root.run(*pip, "--find-links=/root/wheels", name)
        self.root.run(*pip, "--no-deps", "--force-reinstall", name)

    def place_units(self) -> None:
        """Put users, rules and units in their places, and the first settings."""
        root, shared = self.root, "/opt/ngoma/share/ngoma"
        root.run("ln", "-s", "/opt/ngoma/bin/ngoma", "/usr/local/bin/ngoma")
        sysusers = "/usr/lib/sysusers.d/ngoma.conf"
        root.run("install", "-Dm644", f"{shared}/systemd/ngoma.sysusers.conf", sysusers)
        root.run("systemd-sysusers")
        root.run("install", "-Dm644", f"{shared}/udev/70-ngoma.rules", "-t", "/etc/udev/rules.d")
        root.run("install", "-d", "-m", "750", "-o", "ngoma", "-g", "ngoma", "/etc/ngoma")
        root.run("install", "-d", "-m", "700", "-o", "ngoma", "-g", "ngoma", "/var/lib/ngoma")
        units = sorted(path.name for path in root.at(f"{shared}/systemd").glob("*.service"))
        sources = [f"{shared}/systemd/{name}" for name in units]
        root.run("install", "-m", "644", *sources, "/etc/systemd/system")
        placed = [f"/etc/systemd/system/{name}" for name in units]
        root.run("systemd-analyze", "verify", "--man=no", *placed)

    def configure(self, *, is_today: bool = True) -> None:
        """Set what has to be set, in the file that the command writes; before, in one of its own.

        No limit on reads: this test asks often whether a message left.
        """
        path = self.root.at(CONFIG)
        text = LIMITS
        if is_today:
            self.root.run("ngoma", "config", "init", CONFIG, user="ngoma")
            text = path.read_text().replace("\n[limits]\n", LIMITS)
        path.write_text(f'data_dir = "{DATA}"\nport = {self.port}\n{text}\n{MODEM}')

    def ngoma(self, *words: str | int) -> Any:
        """Run a command as the user of the services."""
        command = ("ngoma", *words, "--json")
        return json.loads(self.root.run(*command, user="ngoma", NGOMA_CONFIG=CONFIG))

    def verify(self) -> None:
        """Have an auditor's look: all is right, and nothing is sealed yet."""
        command = self.root.command("ngoma", "audit", "verify", user="ngoma", NGOMA_CONFIG=CONFIG)
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=WAIT_S)
        assert done.returncode == UNSEALED, done.stdout + done.stderr
        assert "Each event has a right tag of its writer." in done.stdout

    def modem(self) -> InRoot:
        """Give an emulated modem."""
        files = ("--link", "/var/lib/ngoma/mtn.tty", "--network-log", "/var/lib/ngoma/mtn.jsonl")
        words = ("ngoma", "modem", "emulate", "--profile", "e173", *files)
        return InRoot(self.root, *words, log=self.logs / "modem.log", HOME="/var/lib/ngoma")

    @contextmanager
    def started(self) -> Iterator[Process]:
        """Run the unit's own command with its own variables, until it is ready."""
        unit = self.root.at(UNIT).read_text()
        (start,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
        variables = dict(
            line.split("=", 1) for line in re.findall(r"^Environment=(.+)$", unit, re.MULTILINE)
        )
        log = self.logs / "serve.log"
        with InRoot(self.root, *start.split(), log=log, **variables) as gateway:
            wait_until_ready(gateway, self.url, within_s=WAIT_S)
            wait_until(self._is_online, within_s=WAIT_S, what="the modem is online")
            yield gateway

    def _is_online(self) -> bool:
        return any(each["modem"] == "mtn" for each in self.ngoma("modem", "list"))

    def send(self, key: str) -> int:
        """Send a message and wait until it left; give its number."""
        client = Client(self.url, key)
        (number,) = client.send("0967000000", "From a bare Debian").numbers
        wait_until(lambda: client.status(number) == "sent", within_s=WAIT_S, what="SENT")
        client.hang_up()
        return number

    def has_left(self, key: str, number: int) -> bool:
        """Say whether a message is known, and left."""
        client = Client(self.url, key)
        status = client.status(number)
        client.hang_up()
        return status == "sent"

    def create_account(self) -> str:
        """Make an account; give its key."""
        email = f"{time.monotonic_ns()}@example.test"
        made = self.ngoma("account", "create", "First", "--email", email, "--credits", 1_000)
        return str(made["api_key"])

    def lose_store(self) -> None:
        """Take the store away; the writer's key stays, which stands beside it."""
        shutil.rmtree(self.root.at(DATA))


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """Give a folder that is not in memory, where devices may be."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def wheels(tmp_path: Path) -> tuple[Path, Path, Path, Path]:
    """Give the wheels of before and of today, the libraries of both, and the source of before."""
    with step(f"builds the wheels of {BEFORE} and of today, and has what they depend on"):
        source = tmp_path / "source"
        source.mkdir()
        packed = subprocess.run(
            ["git", "archive", BEFORE], cwd=ROOT, check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "-x", "-C", str(source)], input=packed.stdout, check=True)
        before = build_wheel(tmp_path / "before", source)
        today = build_wheel(tmp_path / "today")
        libraries = tmp_path / "libraries"
        pip = [sys.executable, "-m", "pip", "wheel", "-qq", f"--wheel-dir={libraries}"]
        for wheel in (before, today):
            subprocess.run([*pip, str(wheel), *OLDER_PYTHON], check=True, timeout=900)
        for built in libraries.glob("ngoma-*.whl"):
            built.unlink()
    return before, today, libraries, source


def fill(host: Host, source: Path) -> None:
    """Put messages into the store by the program of before, run from its source."""
    subprocess.run(
        [sys.executable, "-c", FILL, str(host.root.at(DATA)), str(MESSAGES)],
        cwd=source,
        env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=1_800,
    )
    host.root.run("chown", "-R", "ngoma:ngoma", "/var/lib/ngoma")


def test_a_bare_debian_comes_to_send_is_upgraded_and_is_brought_back(
    tmp_path: Path, on_disk: Path, wheels: tuple[Path, Path, Path, Path]
) -> None:
    before, today, libraries, source = wheels
    assert os.geteuid() == 0, "making and entering a root takes root: run the soak so"
    with step("debootstrap"):
        host = Host(BareRoot(on_disk / "root"), tmp_path)
    with step("installs the wheel, users, settings and units; systemd-analyze verify"):
        host.install(libraries, today)
        host.place_units()
        host.configure()
    with host.modem() as modem:
        modem.must_run()
        sends_and_comes_back(host)
        host.lose_store()
        host.root.at(f"{DATA}.writer-key").unlink()
        is_upgraded(host, before, today, libraries, source)


def sends_and_comes_back(host: Host) -> None:
    with step("starts as the unit does, makes an account, first SENT"), host.started() as gateway:
        key = host.create_account()
        first = host.send(key)
        gateway.kill9()
    with step("starts again after kill -9: the first is known, the second SENT"), host.started():
        assert host.has_left(key, first)
        host.send(key)


def is_upgraded(host: Host, before: Path, today: Path, libraries: Path, source: Path) -> None:
    with step(f"installs {BEFORE} and makes its store"):
        host.install(libraries, before)
        host.configure(is_today=False)
        host.ngoma("migrate")
    with step(f"fills it with {MESSAGES:,} messages by the program of before"):
        fill(host, source)
    with step("sends by the program of before, and backs up"):
        with host.started():
            key = host.create_account()
            kept = host.send(key)
        host.ngoma("backup", "create", YESTERDAY)
    with step("upgrades: yesterday's message is known, another is SENT"):
        host.install(libraries, today)
        with host.started():
            assert host.has_left(key, kept)
            lost = host.send(key)
    assert lost > kept > MESSAGES
    with step("audit verify"):
        host.verify()
    with step("the store is lost; restores yesterday's backup, and sends"):
        host.lose_store()
        host.ngoma("restore", YESTERDAY)
        with host.started():
            assert host.has_left(key, kept)
            host.send(key)
    with step("audit verify"):
        host.verify()
