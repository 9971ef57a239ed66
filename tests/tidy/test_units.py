"""The systemd units are ones that systemd takes, and start commands that there are."""

import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import click
import pytest

from tests.tidy.deploying import unknown_variables
from tests.tidy.sources import ROOT
from worker.cli import main

FOLDER: Final = ROOT / "deploy" / "systemd"
BACKUP: Final = FOLDER / "ngoma-backup.service"
"""The one that runs to its end, when its timer says so."""
UNITS: Final = sorted(unit for unit in FOLDER.glob("*.service") if unit != BACKUP)
PROGRAM: Final = "/opt/ngoma/bin/ngoma"
OF_ONE: Final = {
    *("AmbientCapabilities", "CapabilityBoundingSet", "DeviceAllow", "DevicePolicy", "Environment"),
    *("ExecReload", "ExecStart", "Group", "LoadCredential", "OOMPolicy", "PrivateDevices"),
    "RuntimeDirectory",
    *("RuntimeDirectoryMode", "StateDirectory", "SupplementaryGroups", "User", "WorkingDirectory"),
}
"""What one service has that another has not, or has otherwise."""


def service_of(unit: Path) -> list[tuple[str, str]]:
    """Give the lines of a unit's ``[Service]``."""
    part = unit.read_text().partition("[Service]\n")[2].partition("\n[")[0]
    lines = [line for line in part.splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def test_there_is_a_unit_for_one_machine_and_for_each_role() -> None:
    started = {unit.stem: dict(service_of(unit))["ExecStart"] for unit in UNITS}
    assert started == {
        "ngoma": f"{PROGRAM} serve",
        "ngoma-api": f"{PROGRAM} serve --role api",
        "ngoma-worker": f"{PROGRAM} worker",
        "ngoma-project": f"{PROGRAM} project",
        "ngoma-seal": f"{PROGRAM} seal",
    }
    for command in started.values():
        _, name, *arguments = command.split()
        found = main.get_command(click.Context(main), name)
        assert found is not None
        found.make_context(name, arguments)  # refuses an option that is not there


def test_the_services_are_alike_but_in_what_makes_them_different() -> None:
    common = Counter(line for unit in UNITS for line in service_of(unit) if line[0] not in OF_ONE)
    assert set(common.values()) == {len(UNITS)}
    assert ("Type", "notify") in common
    assert ("NoNewPrivileges", "yes") in common


def test_modems_are_for_those_who_drive_them() -> None:
    driving = {
        unit.stem for unit in UNITS if ("SupplementaryGroups", "dialout") in service_of(unit)
    }
    assert driving == {"ngoma", "ngoma-worker"}
    for unit in UNITS:
        closed = ("PrivateDevices", "yes") in service_of(unit)
        assert closed is (unit.stem not in driving)


def test_the_backup_is_made_and_drilled_at_night_under_the_same_hardening() -> None:
    lines = service_of(BACKUP)
    commands = re.findall(rf"{PROGRAM} (.+?)'?\n", BACKUP.read_text())
    assert [words.split()[:2] for words in commands] == [["backup", "create"], ["backup", "drill"]]
    for words in commands:
        _, name, *arguments = shlex.split(words)
        backup = main.get_command(click.Context(main), "backup")
        assert isinstance(backup, click.Group)
        found = backup.get_command(click.Context(backup), name)
        assert found is not None
        found.make_context(name, arguments)  # refuses an option that is not there
    follower = service_of(FOLDER / "ngoma-project.service")
    hardening = follower[follower.index(("User", "ngoma")) :]
    assert [line for line in hardening if line not in lines] == []


def test_the_settings_in_units_are_settings() -> None:
    for unit in (*UNITS, BACKUP):
        assert unknown_variables(re.findall(r"\bNGOMA_[A-Z_]+", unit.read_text())) == []


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("NO SYSTEMD-ANALYZE: the units are not verified. Install the package systemd.")
    (tmp_path / "ngoma").symlink_to(sys.executable)
    units = [*UNITS, BACKUP, FOLDER / "ngoma-backup.timer"]
    for unit in units:
        text = unit.read_text().replace(PROGRAM, str(tmp_path / "ngoma"))
        (tmp_path / unit.name).write_text(text)

    def said() -> tuple[int, str]:
        files = [tmp_path / unit.name for unit in units]
        command = [analyze, "verify", "--man=no", "--recursive-errors=no", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        return done.returncode, "".join(
            line for line in done.stderr.splitlines(keepends=True) if "ngoma" in line
        )

    assert said() == (0, "")
    wrong = tmp_path / UNITS[0].name
    wrong.write_text(wrong.read_text().replace("Type=notify", "Type=notfy\nPrivateTmpp=yes"))
    assert "notfy" in said()[1]
    assert "PrivateTmpp" in said()[1]
