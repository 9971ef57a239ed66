"""Whether a store is sound: a quick look before it is served, a whole one on request."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.settings import Settings
from adapters.store.sqlite.copying import FAULTS_MAX, faults_of
from adapters.store.sqlite.inspection import first_damage
from adapters.store.sqlite.swapping import finish
from adapters.store.troubles import must_be_known
from application.invariants.whole import read_whole
from application.ports import Store
from domain.errors import StoreDown

QUICK_S: Final = 3.0
"""How long the start of a server may look; what is left of a large store is looked at in its first
minutes, beside the sends."""

_log = logging.getLogger("ngoma.start")


def require_sound(folder: Path) -> None:
    """Refuse to serve an embedded store whose pages do not fit together.

    Raises:
        StoreDown: it is damaged.
    """
    finish(folder)
    path = folder / "store.db"
    if not path.exists() or not path.stat().st_size:
        return
    looked = first_damage(path, limit_s=QUICK_S)
    if looked.damage is not None:
        msg = (
            f"{path.absolute()} is damaged ({looked.damage}). Nothing was started, so that"
            " nothing is accepted on it: `ngoma restore FILE` brings a backup back."
        )
        raise StoreDown(msg)
    if not looked.is_whole:
        _log.warning(
            "%s is large: the look at its start was broken off after %.0f s and found nothing; the"
            " rest is looked at while it is served, and `ngoma doctor --whole` looks at all of it",
            *(path.name, QUICK_S),
        )
        return


def why_unmigrated(store: Store) -> str:
    """Say what has to be done before anybody may use a store that is not of this version."""
    try:
        must_be_known(store.version())
    except StoreDown as error:
        return str(error)
    return "The store is not migrated: run `ngoma migrate` first."


def whole_faults(settings: Settings, store: Store | None) -> Sequence[str]:
    """Read all of a store: each page and index of an embedded one, each event, the invariants.

    Raises:
        StoreDown: it cannot be read.
    """
    path = settings.data_dir / "store.db"
    if settings.database_url is None and path.exists():
        faults = faults_of(path, is_whole=True)
        if faults:
            return faults
    if store is None:
        return ["there is no store that could be read."]
    log = read_whole(store, lambda _position, _head: None)
    return [str(violation) for violation in log.violations[:FAULTS_MAX]]
