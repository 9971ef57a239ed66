"""Writes the types and calls of the client libraries from the OpenAPI document.

``python -m tests.tidy.clients`` says which are stale; with ``--write`` it writes them.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from api import openapi
from api.app import with_reference
from api.routes import ROUTES
from tests.tidy.client_calls import Calls
from tests.tidy.client_languages import php, python, typescript
from tests.tidy.sources import CLIENTS

FILES: Final[dict[str, Callable[[Calls], str]]] = {
    "python/src/ngoma_client/gateway.py": python,
    "php/src/Gateway.php": php,
    "typescript/src/gateway.ts": typescript,
}
"""Each file below the clients' folder, and what writes it."""


@cache
def calls() -> Calls:
    """Read the document as the gateway answers it."""
    return Calls(openapi.document(with_reference(ROUTES), version("ngoma")))


def is_stale(name: str) -> bool:
    """Say whether a file is not what ``make docs`` would write."""
    path: Path = CLIENTS / name
    return not path.exists() or path.read_text() != FILES[name](calls())


def main(arguments: Sequence[str]) -> int:
    """Write the files, or say which ones are stale."""
    stale = [name for name in FILES if is_stale(name)]
    for name in stale if "--write" in arguments else ():
        (CLIENTS / name).parent.mkdir(parents=True, exist_ok=True)
        (CLIENTS / name).write_text(FILES[name](calls()))
    print(*(stale or ["nothing is stale"]), sep="\n")
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
