"""Processes of ours: their trees, and a watcher that ends them when this process is gone.

``PR_SET_PDEATHSIG`` would do it for a dead process, but it fires when the *thread* that started
the server ends, and fault injectors start servers from short-lived threads. A shell that waits
for the end of a pipe has no such trap, and works after SIGKILL too.
"""

import atexit
import functools
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

_WATCHER: Final = """
pids= dirs=
while read -r verb what; do
  case "$verb" in
    dir) dirs="$dirs $what" ;;
    pid) pids="$pids $what" ;;
    forget) left=; for p in $pids; do [ "$p" = "$what" ] || left="$left $p"; done; pids=$left ;;
  esac
done
for p in $pids; do kill -CONT "$p"; kill -QUIT "$p"; done 2>/dev/null
n=0
while [ "$n" -lt 50 ]; do
  n=$((n + 1))
  alive=; for p in $pids; do [ -e "/proc/$p/exe" ] && alive=yes; done
  [ -n "$alive" ] || break
  sleep 0.1
done
for p in $pids; do kill -s KILL -- "-$p"; done 2>/dev/null
[ -n "$dirs" ] || exit 0
n=0
until rm -rf -- $dirs || [ "$n" -ge 20 ]; do n=$((n + 1)); sleep 0.1; done
"""
# SIGQUIT first: PostgreSQL then removes its shared memory segment, which SIGKILL would leak.
# A zombie has no /proc/<pid>/exe, though kill -0 still finds it. PostgreSQL's own children lead
# sessions of their own: they outlive SIGKILL to the group for a moment, and make files meanwhile.


class Reaper:
    """Remembers process groups and directories; ends and removes them when we are gone."""

    def __init__(self) -> None:
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the terminal is not for it
            cwd="/",
        )
        atexit.register(self._finish)

    def own_directory(self, directory: Path) -> None:
        """Remove ``directory``, if it is still there, when we are gone."""
        if any(character.isspace() for character in str(directory)):
            msg = f"the watcher splits at spaces: {directory}"
            raise ValueError(msg)
        self._say(f"dir {directory}")

    def own_process(self, pid: int) -> None:
        """End the process group led by ``pid`` when we are gone."""
        self._say(f"pid {pid}")

    def forget_process(self, pid: int) -> None:
        """Leave ``pid`` alone: it has ended, and the number may soon be another's."""
        self._say(f"forget {pid}")

    def _say(self, line: str) -> None:
        assert self._watcher.stdin is not None
        self._watcher.stdin.write(f"{line}\n".encode())
        self._watcher.stdin.flush()

    def _finish(self) -> None:
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait(timeout=10)


@functools.cache
def reaper() -> Reaper:
    """Give this process's one watcher; it starts on first use."""
    return Reaper()


def signal_process(pid: int, number: int) -> None:
    """Send a signal; to nobody, when the process is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def children(parent: int) -> list[int]:
    """List the direct children of ``parent``; PostgreSQL's backends are all of that kind."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _stat(int(entry.name))[1] == parent:
            found.append(int(entry.name))
    return found


def tree(root: int) -> list[int]:
    """List ``root`` and all that descends from it: what makes processes has them make others."""
    found = [root]
    for pid in found:
        found += children(pid)
    return found


def is_alive(pid: int) -> bool:
    """Say whether the process still runs; a zombie does not."""
    return _stat(pid)[0] not in "ZX"


def _stat(pid: int) -> tuple[str, int]:
    """Give the state letter and the parent of a process; X when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    state, parent = text.rpartition(")")[2].split()[:2]
    return state, int(parent)
