"""The clients' languages: what each needs on this machine, and how its client is run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Language:
    """One client; ``probe`` is a command that succeeds when all it needs is there."""

    name: str
    file: str
    interpreter: str
    needs: str
    probe: Sequence[str] = field(default=("--version",))

    def is_there(self) -> bool:
        """Whether its interpreter, with what it needs, is on this machine."""
        if shutil.which(self.interpreter) is None:
            return False
        done = subprocess.run(
            [self.interpreter, *self.probe], capture_output=True, check=False, timeout=TIMEOUT_S
        )
        return done.returncode == 0

    def run(self, *, base_url: str, api_key: str, sender_name: str) -> list[dict[str, Any]]:
        """Run the client; give its calls, as it prints them.

        Raises:
            ClientFailed: it ended with an error, or printed something else.
        """
        environment = os.environ | {
            "SMS_BASE_URL": base_url,
            "SMS_API_KEY": api_key,
            "SMS_SENDER_NAME": sender_name,
        }
        done = subprocess.run(
            [self.interpreter, str(HERE / self.file)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        if done.returncode != 0:
            msg = f"{self.file} ended with {done.returncode}: {done.stderr.strip()[-500:]}"
            raise ClientFailed(msg)
        try:
            calls: list[dict[str, Any]] = json.loads(done.stdout)
        except ValueError as error:
            msg = f"{self.file} printed no JSON: {done.stdout[:500]!r}"
            raise ClientFailed(msg) from error
        return calls


class ClientFailed(Exception):
    """A client did not run to its end."""


LANGUAGES: Final = (
    Language(
        "PHP",
        "send.php",
        "php",
        "php-cli with php-curl",
        ("-r", "exit(function_exists('curl_init') ? 0 : 1);"),
    ),
    Language(
        "Python", "send.py", sys.executable, "Python with requests", ("-c", "import requests")
    ),
    Language(
        "Node",
        "send.mjs",
        "node",
        "Node 18 or newer",
        ("-e", "process.exit(typeof fetch === 'function' ? 0 : 1)"),
    ),
    Language("curl", "send.sh", "sh", "sh and curl", ("-c", "command -v curl")),
)
