"""What this host itself tells: its processes, its backups, its disk."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from adapters.settings import Settings
from domain.public_ids import check_iso_time, iso_time
from domain.values import SECOND, Instant
from worker.cli.running import Running
from worker.host import host_name

COMMANDS: Final = {"all": "serve", "api": "serve --role api"}
"""How the processes of a role are started, where that is not the role's own name."""


def processes(
    running: Iterable[Running], hosts: Sequence[tuple[str, Instant]], *, now: Instant
) -> list[dict[str, Any]]:
    """List the processes here, then the other hosts of the gateway that noted their time.

    Of another host nobody here can tell which roles it runs.
    """
    here = host_name()
    return [_process(each, here) for each in running] + [
        {
            **dict.fromkeys(("role", "pid", "url", "checks", "notes")),
            "command": None,
            "host": host,
            "state": "heard",
            "seen_at": iso_time(at),
            "age_s": round((now - at) / SECOND, 1),
        }
        for host, at in hosts
        if host != here
    ]


def _process(each: Running, here: str) -> dict[str, Any]:
    role, _, pid = each.name.rpartition(" ")
    if each.checks is None:
        state = "no answer" if _is_alive(pid) else "gone"
    elif not each.is_ready:
        state = "not ready"
    else:
        is_well = all(words == "ok" for words in each.checks.values())
        state = "ready" if is_well else "degraded"
    return {
        "role": role,
        "pid": int(pid) if pid.isdecimal() else None,
        "url": each.url,
        "checks": each.checks,
        "notes": each.notes,
        "command": COMMANDS.get(role, role),
        "host": here,
        "state": state,
        "seen_at": None,
        "age_s": None,
    }


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def backup_row(settings: Settings, now: Instant) -> dict[str, Any] | None:
    """Give the newest backup that was made here, and the last drill; None when none was."""
    from adapters.backup.drills import last_drill
    from adapters.backup.making import is_as_made, remembered

    made = remembered(settings)
    if not made:
        return None
    newest = made[-1]
    file, drill = Path(newest["file"]), last_drill(settings)
    return {
        "file": str(file),
        "made_at": newest["made_at"],
        "age_s": _age_s(newest["made_at"], now),
        "bytes": newest["bytes"],
        "is_there": is_as_made(file, newest["bytes"]),
        "drill": drill and drill | {"age_s": _age_s(drill["at"], now)},
    }


def _age_s(written: str, now: Instant) -> int:
    return round((now - check_iso_time(written, field="made_at")) / SECOND)


def disk_row(folder: Path) -> dict[str, Any]:
    """Say what is left on the disk of the data folder, or of the folder that will hold it."""
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    found = os.statvfs(place)
    return {
        "folder": str(folder.absolute()),
        "free_bytes": found.f_bavail * found.f_frsize,
        "total_bytes": found.f_blocks * found.f_frsize,
    }
