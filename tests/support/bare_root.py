"""A Debian root as it comes from ``debootstrap``, and commands run in it, each with /proc and /dev.

Mounts belong to the command that is run, and go with it: a root is left by removing its folder.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PACKAGES: Final = ("ca-certificates", "procps", "python3-venv", "systemd")
"""What the documents take for granted of a Debian."""
MIRROR: Final = "http://deb.debian.org/debian"
SUITE: Final = "bookworm"
RUN_S: Final = 900
ENTERED: Final = """
mount --types proc proc "$1/proc" && mount --rbind /dev "$1/dev" && shift && exec "$@"
"""
PATHS: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BareRoot:
    """A root below ``folder``; it shares the network of this machine, and nothing else."""

    def __init__(self, folder: Path, packages: Sequence[str] = PACKAGES) -> None:
        self.folder = folder
        command = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", SUITE]
        subprocess.run(
            [*command, str(folder), MIRROR], check=True, stdout=subprocess.PIPE, timeout=RUN_S
        )
        (folder / "run" / "lock").mkdir(exist_ok=True)
        (folder / "run" / "lock").chmod(0o1777)

    def at(self, path: str) -> Path:
        """Give where a path of the root is on this machine."""
        return self.folder / path.removeprefix("/")

    def command(self, *words: str | int, user: str = "root", **variables: str) -> list[str]:
        """Give the command that runs ``words`` in the root, with no variables but these."""
        given = [f"{name}={value}" for name, value in variables.items()]
        groups = ["--groups=dialout"] if user != "root" else []
        place = ["chroot", f"--userspec={user}:{user}", *groups, str(self.folder)]
        entered = ["unshare", "--mount", "sh", "-c", ENTERED, "sh", str(self.folder)]
        return [*entered, *place, "env", "-i", PATHS, *given, *map(str, words)]

    def run(self, *words: str | int, user: str = "root", **variables: str) -> str:
        """Run a command to its end; give what it printed.

        Raises:
            AssertionError: it failed; with what it said.
        """
        done = subprocess.run(
            self.command(*words, user=user, **variables),
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_S,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout
