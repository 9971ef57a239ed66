"""The wheel that people install: built from a source tree, and put where no checkout is."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BUILD_S: Final = 300


def build_wheel(into: Path, source: Path = ROOT) -> Path:
    """Build a wheel by way of a source distribution, as whoever releases does."""
    command = ["build", "--no-isolation", "--outdir", str(into), str(source)]
    subprocess.run(
        [sys.executable, "-m", *command], check=True, capture_output=True, timeout=BUILD_S
    )
    (wheel,) = into.glob("*.whl")
    return wheel


def install_alone(wheel: Path, folder: Path) -> Path:
    """Install a wheel into an environment of its own; give that environment's ``bin``.

    What it depends on is looked up in this environment, so that nothing is downloaded. The
    checkout is not: it stands there by a ``.pth`` file, and those of a second place do not count.
    """
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=BUILD_S
    )
    program = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(program), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, timeout=BUILD_S)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = subprocess.run([program, "-c", asked], check=True, capture_output=True, text=True)
    libraries = Path(place.stdout.strip()) / "libraries.pth"
    libraries.write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder / "bin"
