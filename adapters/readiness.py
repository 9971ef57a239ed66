"""What ``/readyz`` checks of the store and the read models; a lost Redis is an ``Outage``.

The parts of a process add checks of their own (``worker/parts/``).
"""

from functools import partial

from adapters.store.sqlite.connections import StoreReplaced
from application.ports import Store
from application.system import Signals
from domain.errors import StoreDown
from projections.keeping import Rebuilding
from projections.reading import SqlQueries


def add_checks(signals: Signals, store: Store, queries: SqlQueries) -> None:
    """Make the process ready only while both can be used."""
    signals.add_check("store", partial(_store_words, store))
    signals.add_check("projections", partial(_read_model_words, queries))


def _store_words(store: Store) -> str:
    try:
        store.ping()
    except StoreReplaced as error:
        return str(error)
    except StoreDown:
        return "does not answer"
    return "ok"


def _read_model_words(queries: SqlQueries) -> str:
    try:
        statuses = queries.projections()
    except Rebuilding:
        return "rebuilding"
    except Exception as error:  # noqa: BLE001 - readiness reports whatever keeps it from knowing
        return type(error).__name__
    rebuilding = [status.name for status in statuses if status.is_rebuilding]
    stopped = [status.name for status in statuses if status.error and not status.is_rebuilding]
    words = (("rebuilding", rebuilding), ("stopped", stopped))
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in words if names) or "ok"
