"""Container images, built and run by buildah where there is no registry: as root, in a chroot.

A container has files of its own, and shares the network of this machine.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.end_to_end.gateway import Process
from tests.support.processes import children, signal_process

RUN_S: Final = 900
ISOLATED: Final = ("--isolation", "chroot", "--network", "host")


class Buildah:
    """Images and containers below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._program = [
            *("buildah", "--root", str(folder / "images"), "--runroot", str(folder / "running")),
            *("--storage-driver", "overlay"),
        ]

    def command(self, *words: str) -> list[str]:
        """Give the command that runs ``buildah`` so."""
        return [*self._program, *words]

    def run(self, *words: str) -> str:
        """Run it to its end; give what it printed.

        Raises:
            AssertionError: it failed; with what it said.
        """
        done = subprocess.run(
            self.command(*words), check=False, capture_output=True, text=True, timeout=RUN_S
        )
        assert done.returncode == 0, f"{words}: {done.stdout[-3_000:]}{done.stderr[-3_000:]}"
        return done.stdout

    def take_root(self, root: Path, name: str) -> None:
        """Make an image of a folder that holds a root."""
        packed = root.with_suffix(".tar")
        subprocess.run(["tar", "-C", str(root), "-cf", str(packed), "."], check=True, timeout=RUN_S)
        file = root.with_suffix(".containerfile")
        file.write_text(f"FROM scratch\nADD {packed.name} /\n")
        self.run("build", *ISOLATED, "-f", str(file), "-t", name, str(packed.parent))
        packed.unlink()

    def build(self, file: Path, folder: Path, name: str, **arguments: str) -> None:
        """Build ``file``, given ``folder``."""
        given = [f"--build-arg={key}={value}" for key, value in arguments.items()]
        words = ("--format", "docker", *given, "-f", str(file), "-t", name, str(folder))
        self.run("build", *ISOLATED, *words)

    def settings_of(self, name: str) -> Mapping[str, object]:
        """Give what an image says of how it is run."""
        found: Mapping[str, object] = json.loads(self.run("inspect", "--type", "image", name))
        docker = found["Docker"]
        assert isinstance(docker, dict)
        config: Mapping[str, object] = docker["config"]
        return config


class Container:
    """A container of an image, with folders of this machine and variables of its own."""

    def __init__(
        self,
        buildah: Buildah,
        image: str,
        *,
        folders: Mapping[str, Path],
        variables: Mapping[str, str],
    ) -> None:
        self._buildah = buildah
        self._name = buildah.run("from", image).strip()
        self._given = [
            *(f"--volume={place}:{inside}" for inside, place in folders.items()),
            *(f"--env={name}={value}" for name, value in variables.items()),
        ]

    def command(self, *words: str) -> list[str]:
        """Give the command that runs ``words`` in it."""
        return self._buildah.command("run", *ISOLATED, *self._given, self._name, "--", *words)

    def run(self, *words: str) -> str:
        """Run a command in it to its end; give what it printed."""
        done = subprocess.run(
            self.command(*words), check=False, capture_output=True, text=True, timeout=RUN_S
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


class Contained(Process):
    """A process in a container; a signal is for itself, not for what runs the container."""

    is_warm = False

    def __init__(self, container: Container, words: Sequence[str], log: Path) -> None:
        super().__init__(*words, log=log)
        self.prefix = tuple(container.command())

    @property
    def command(self) -> tuple[str, ...]:
        return ()

    def stop(self, number: int = 15) -> int:
        """End it in good order; give its exit code."""
        pid = self.pid
        while found := children(pid):
            (pid,) = found
        signal_process(pid, number)
        return super().stop(0)
