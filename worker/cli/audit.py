"""``ngoma audit``: a table of commands, each imported only when it is wanted."""

from typing import Final

import click

from worker.cli.lazy import Entry, LazyGroup

COMMANDS: Final[dict[str, Entry]] = {
    "verify": Entry("worker.cli.audit_proof", "verify", "Look whether the log is what was sealed."),
    "prove": Entry("worker.cli.audit_proof", "prove", "Prove one event, in a file of its own."),
    "export": Entry("worker.cli.audit_export", "export", "Write the log into a zip for auditors."),
    "keys": Entry("worker.cli.audit_proof", "keys", "Say by which keys the log is sealed."),
}


@click.group(cls=LazyGroup, entries=COMMANDS)
def audit() -> None:
    """Verify the log, and prove what is in it.

    The exit code is 0 when it is proven, 1 when something is wrong, and 3 when the log fits
    together but nothing that you brought yourself shows who wrote it.
    """
