"""The server's secret, and the keys that are derived from it, one for each purpose."""

import hmac

from adapters.security.secret import Secret, kept_or_made, read_secret
from adapters.settings import Settings
from application.ports import Store
from domain.errors import InvalidRequest


def server_secret(settings: Settings, store: Store) -> Secret:
    """Read the server's secret, or make one under the data folder for a store that is new.

    Raises:
        InvalidRequest: it cannot be read, or it was lost: a new one would refuse every key.
        StoreDown: the database does not answer.
    """
    if settings.server_secret:
        return read_secret(settings.server_secret)
    path = settings.data_dir / "secrets" / "server"
    if not path.exists() and store.version():
        msg = f"The server secret {path} is missing: restore it, or name it by server_secret."
        raise InvalidRequest(msg, field="server_secret")
    return kept_or_made(path)


def derived(secret: Secret, purpose: str) -> bytes:
    """Give a key for one purpose: HMAC-SHA256(server secret, purpose)."""
    return hmac.digest(secret.reveal().encode(), purpose.encode(), "sha256")
