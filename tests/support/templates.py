"""A folder with a migrated store: made once in a test process, copied for each gateway."""

import atexit
import functools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from adapters.writer_key import own_key_file


def copy_migrated(folder: Path) -> None:
    """Copy the migrated store to ``folder``, unless there is one; all copies have one identity."""
    if not (folder / "store.db").exists():
        shutil.copytree(_template(), folder, dirs_exist_ok=True)


def copy_data(folder: Path, to: Path, *, without: Sequence[str] = ()) -> None:
    """Copy a data folder, but what is called as ``without`` says, and the key that it stands by."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*without))
    key = own_key_file(Settings(data_dir=folder))
    if key.exists():
        shutil.copy2(key, own_key_file(Settings(data_dir=to)))


@functools.cache
def _template() -> Path:
    own = Path(tempfile.mkdtemp(prefix="ngoma-template-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    folder = own / "data"
    system = bootstrap(Settings(data_dir=folder))
    system.store.migrate()
    system.follower.migrate()
    system.close()
    return folder
