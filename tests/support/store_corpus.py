"""The corpus of stores: a backup made by each version, with what that version said of it.

``python -m tests.support.store_corpus [SOURCE]`` starts the demo of a source tree (this one unless
named), uses it, and keeps a backup under ``tests/golden/stores/``. One that is there is never made
anew: what a version left behind has to be read for ever. Each release adds one, and so does each
change of the store's tables (``adapters/store/schema.py``).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.backup import Archive
from adapters.settings import Settings
from adapters.writer_key import own_key_file
from tests.end_to_end.client import Client
from tests.end_to_end.gateway import CLI_S, ROOT, UNLIMITED, Demo, environment
from tests.end_to_end.waiting import wait_until

CORPUS: Final = ROOT / "tests" / "golden" / "stores"
PASSWORD: Final = "nshima and kapenta"
TO: Final = {"0977000000": 1, "0967000000": 2, "0950000000": 3}
"""To whom, and how many segments: one message by each network."""


@dataclass(frozen=True)
class Kept:
    """One store of the corpus."""

    folder: Path

    @property
    def backup(self) -> Path:
        """Give the backup that the version made."""
        return self.folder / "backup.zip"

    @property
    def writer_key(self) -> Path:
        """Give the key of the store's writer, which no backup holds."""
        return self.folder / "writer-key"

    @property
    def said(self) -> dict[str, Any]:
        """Give what the version said of its store."""
        found: dict[str, Any] = json.loads((self.folder / "said.json").read_text())
        return found


def kept() -> list[Kept]:
    """Give all of them, oldest tables first."""
    found = [Kept(path.parent) for path in CORPUS.glob("*/said.json")]
    return sorted(found, key=lambda each: (each.said["schema"], each.folder.name))


class Versioned(Demo):
    """The demo of some source tree."""

    is_warm = False

    def __init__(self, source: Path, folder: Path) -> None:
        super().__init__(folder, settings={**UNLIMITED, "NGOMA_MODEM_LATENCY_MS": "0"})
        self.work_folder = source

    def tell(self, *arguments: str) -> Any:
        """Give what a command of that version prints in JSON."""
        done = subprocess.run(
            [*self.command, *arguments, "--json"],
            cwd=self.work_folder,
            env=environment({"NGOMA_DATA_DIR": str(self.folder)}),
            capture_output=True,
            text=True,
            timeout=CLI_S,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)


def use(demo: Versioned, backup: Path) -> dict[str, Any]:
    """Let people and programs do some things; make a backup, and give what they saw."""
    client = demo.client
    numbers = [
        number
        for msisdn, segments in TO.items()
        for number in client.send(msisdn, "a" * (150 * segments)).numbers
    ]
    wait_until(
        lambda: all(client.status(number) == "sent" for number in numbers), what="all have left"
    )
    made = Client(demo.place["base_url"], "").post(
        "/api/v1/auth/register",
        {"name": "Kept", "email": "kept@example.com", "password": PASSWORD},
    )
    assert made.status == 201, made
    demo.tell("wallet", "grant", str(made.json["account_id"]), "7", "--reason", "kept")
    demo.tell("backup", "create", str(backup))
    accounts = {row["account_id"]: row["name"] for row in demo.tell("account", "list")}
    return {
        "accounts": sorted(accounts.values()),
        "wallets": {n: demo.tell("wallet", "show", str(n))["available"] for n in accounts},
        "messages": {n: demo.tell("message", "show", str(n))["state"] for n in numbers},
        "api_key": demo.place["api_key"],
    }


def main(arguments: Sequence[str]) -> int:
    """Keep a store of a source tree, unless there is one of its version and tables."""
    source = Path(arguments[0]).absolute() if arguments else ROOT
    with tempfile.TemporaryDirectory(prefix="ngoma-kept-") as name:
        backup, data = Path(name) / "backup.zip", Path(name) / "data"
        with Versioned(source, data) as demo:
            said = use(demo, backup)
        with Archive.opened(backup) as archive:
            manifest = archive.manifest
        folder = CORPUS / f"{manifest.ngoma}-tables-{manifest.schema}"
        if folder.exists():
            print(f"{folder} is there already, and stays as it is.")
            return 1
        folder.mkdir(parents=True)
        shutil.copyfile(backup, folder / "backup.zip")
        shutil.copyfile(own_key_file(Settings(data_dir=data)), folder / "writer-key")
        said = {"ngoma": manifest.ngoma, "schema": manifest.schema, **said}
        (folder / "said.json").write_text(json.dumps(said, indent=2) + "\n")
    print(f"{folder} was made.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
