"""What ``/readyz`` checks of the store, its read models and its disk."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from adapters.room import room_trouble
from application.ports import Store
from application.ports.queries import Queries
from application.system import Signals
from domain.errors import StoreDown
from projections.keeping import Rebuilding


def store_trouble(store: Store) -> str:
    """Say whether the store can be used: "ok", or what keeps it from that."""
    try:
        store.ping()
    except StoreDown as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a table that is not there has an error of its own
        return f"cannot be read: {type(error).__name__}"
    return store.trouble() or "ok"


def read_models_trouble(queries: Queries) -> str:
    """Say whether the read models follow their log: "ok", or which do not."""
    try:
        statuses = queries.projections()
    except Rebuilding:
        return "rebuilding"
    except StoreDown as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - readiness reports whatever keeps it from knowing
        return type(error).__name__
    rebuilding = [status.name for status in statuses if status.is_rebuilding]
    stopped = [status.name for status in statuses if status.error and not status.is_rebuilding]
    words = (("rebuilding", rebuilding), ("stopped", stopped))
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in words if names) or "ok"


def read_model_lags(queries: Queries) -> Mapping[str, float]:
    """Give the positions between each read model and the end of the log, as far as is known."""
    try:
        return {status.name: float(status.lag) for status in queries.projections()}
    except Exception:  # noqa: BLE001 - the other metrics are shown, whatever keeps it from knowing
        return {}


def add_checks(signals: Signals, store: Store, queries: Queries, *, folder: Path | None) -> None:
    """Make the process ready only while store and read models can be used.

    ``folder`` is that of an embedded store. The parts of a process add checks of their own
    (``worker/parts/``); a lost Redis is an ``Outage``.
    """
    signals.add_check("store", partial(store_trouble, store))
    signals.add_check("projections", partial(read_models_trouble, queries))
    if folder is not None:
        signals.add_check("disk", partial(room_trouble, folder), is_vital=False)
