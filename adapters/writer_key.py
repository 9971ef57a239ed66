"""Where the writer's key comes from: never from the database, never from a backup."""

from pathlib import Path
from typing import Final

from adapters.security.secret import kept_or_made, read_secret
from adapters.settings import Settings
from adapters.store.schema import TAGGED_SINCE
from application.ports import Store
from domain.errors import InvalidRequest
from domain.proof.writer import WeakKey, WriterKeys

MISSING: Final = (
    "The writer's key {path} is missing: bring it back, or name it by writer_key. If it is lost,"
    " name a new one, and `ngoma migrate --adopt` takes the log as it is found."
)


def own_key_file(settings: Settings) -> Path:
    """Name the key's file, which stands beside the data folder: a copy of that is without it."""
    folder = settings.data_dir.resolve()
    return folder.with_name(f"{folder.name}.writer-key")


def writer_keys(settings: Settings, store: Store) -> WriterKeys:
    """Read the writer's keys; for a log without tags one is made beside the data folder.

    Raises:
        InvalidRequest: they cannot be read or made, or the key was lost: a new one would say that
            everything which is there was written by somebody else.
        StoreDown: the database does not answer.
    """
    path = own_key_file(settings)
    try:
        if settings.writer_key:
            return WriterKeys.read(read_secret(settings.writer_key).reveal())
        is_new = not path.exists()
        if is_new and _has_tags(store):
            raise InvalidRequest(MISSING.format(path=path), field="writer_key")
        return WriterKeys.read(kept_or_made(path).reveal(), is_new=is_new)
    except WeakKey as error:
        raise InvalidRequest(str(error), field="writer_key") from error
    except OSError as error:
        msg = (
            f"The writer's key {path} cannot be read or made ({error.strerror}): name one by"
            " writer_key."
        )
        raise InvalidRequest(msg, field="writer_key") from error


def _has_tags(store: Store) -> bool:
    return (store.version() or 0) >= TAGGED_SINCE and bool(store.tagged.tags_after(0, limit=1))
