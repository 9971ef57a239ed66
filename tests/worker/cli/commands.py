"""The command line as tests use it: in this process, or as a process of its own."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner, Result

from tests.end_to_end.gateway import environment
from tests.support.logs import logging_as_before
from tests.support.templates import copy_migrated
from tests.support.warm import PipedProcess, warm
from worker.cli import main

ROOT: Final = Path(__file__).parents[3]
NGOMA = (sys.executable, "-m", "worker")


@dataclass(frozen=True)
class Cli:
    """``ngoma`` on the embedded store in ``folder``; a variable that is None is not set."""

    folder: Path
    environment: dict[str, str | None] = field(default_factory=dict)

    def run(self, *arguments: object, code: int = 0, stdin: str | None = None) -> Result:
        """Run a command in this process and check its exit code."""
        inherited = dict.fromkeys((name for name in os.environ if name.startswith("NGOMA_")), None)
        given = {"NGOMA_DATA_DIR": str(self.folder), **self.environment}
        words = [str(argument) for argument in arguments]
        with logging_as_before():
            result = CliRunner(env={**inherited, **given}).invoke(
                main, words, input=stdin, prog_name="ngoma"
            )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: object, code: int = 0, stdin: str | None = None) -> Any:
        """Run a command with ``--json`` and read what it prints."""
        return json.loads(self.run(*arguments, "--json", code=code, stdin=stdin).stdout)

    def refusal(self, *arguments: object, code: int = 1, stdin: str | None = None) -> str:
        """Run a command that is refused: one line on stderr, nothing on stdout."""
        result = self.run(*arguments, code=code, stdin=stdin)
        assert result.stdout == ""
        if code == 1:
            assert result.stderr.count("\n") == 1, result.stderr
            assert result.stderr.startswith("Error: ")
        return result.stderr.removeprefix("Error: ").rstrip("\n")

    def account(
        self, name: str = "Shop", *, credits: int = 0, sender_ids: Sequence[str] = ()
    ) -> int:
        """Make an account, and the store when there is none yet; give its number."""
        if not self.environment.get("NGOMA_DATABASE_URL") and not self.folder.exists():
            self.migrate()
        names = [word for name_ in sender_ids for word in ("--sender-id", name_)]
        email = f"{name.replace(' ', '.')}@example.com"
        made = self.json("account", "create", name, "--email", email, "--credits", credits, *names)
        return int(made["account_id"])

    def migrate(self) -> None:
        """Make the store that ``ngoma migrate`` makes, by a copy; copies have one identity."""
        copy_migrated(self.folder)

    # -- as processes ---------------------------------------------------------------------------

    def start(self, *arguments: object) -> PipedProcess:
        """Start a command as a process."""
        words = [str(argument) for argument in arguments]
        return warm().start_piped("worker", words, environment=self._variables, folder=ROOT)

    def process(self, *arguments: object, code: int = 0) -> str:
        """Run a command as a process; give what it prints."""
        words = [str(argument) for argument in arguments]
        done = warm().run(
            *("worker", words), environment=self._variables, folder=ROOT, timeout_s=60
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    @property
    def _variables(self) -> dict[str, str]:
        given = {"NGOMA_DATA_DIR": str(self.folder), **self.environment}
        return environment({k: v for k, v in given.items() if v is not None})
