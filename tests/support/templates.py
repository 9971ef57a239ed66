"""A folder with a migrated store: made once in a test process, copied for each gateway."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from adapters.bootstrap import bootstrap
from adapters.settings import Settings


def copy_migrated(folder: Path) -> None:
    """Copy the migrated store to ``folder``, unless there is one; all copies have one identity."""
    if not (folder / "store.db").exists():
        shutil.copytree(_template(), folder, dirs_exist_ok=True)


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ngoma-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    system = bootstrap(Settings(data_dir=folder))
    system.store.migrate()
    system.follower.migrate()
    system.close()
    return folder
