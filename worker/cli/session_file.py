"""Where the command line keeps a login: one file for each store, for its owner alone."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from adapters.settings import Settings

PATH_VARIABLE: Final = "NGOMA_SESSION_FILE"
STATE_VARIABLE: Final = "XDG_STATE_HOME"
OPEN_TO_OTHERS: Final = 0o077
TOKEN_BYTES_MAX: Final = 256
HASH_CHARACTERS: Final = 16


class SessionFile:
    """The file of one store's login, which may not be there."""

    def __init__(self, settings: "Settings") -> None:
        self.path = session_path(settings)

    def read(self) -> str | None:
        """Give the token; None when nobody is logged in.

        Raises:
            click.ClickException: somebody besides its owner can read the file.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
            if os.fstat(descriptor).st_mode & OPEN_TO_OTHERS:
                msg = (
                    f"Others can read the session in {self.path}, so it is not used: "
                    "`ngoma logout` ends it."
                )
                raise click.ClickException(msg)
            return file.read(TOKEN_BYTES_MAX).strip()

    def write(self, token: str) -> None:
        """Keep a token, with mode 0600."""
        from adapters.security.secret import keep_private

        keep_private(self.path, token)

    def remove(self) -> None:
        """Forget the token; again changes nothing."""
        self.path.unlink(missing_ok=True)

    def any_token(self) -> str | None:
        """Give the token even of a file that others can read: so that it can be ended."""
        try:
            return self.path.read_text(encoding="ascii", errors="replace")[:TOKEN_BYTES_MAX].strip()
        except FileNotFoundError:
            return None


def session_path(settings: "Settings") -> Path:
    """Name the file: NGOMA_SESSION_FILE, or one for the store under XDG_STATE_HOME."""
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return Path(named)
    state = os.environ.get(STATE_VARIABLE)
    folder = Path(state) if state and Path(state).is_absolute() else Path.home() / ".local/state"
    store = settings.database_url or str(settings.data_dir.resolve())
    digest = hashlib.sha256(store.encode()).hexdigest()[:HASH_CHARACTERS]
    return folder / "ngoma" / f"session-{digest}"
