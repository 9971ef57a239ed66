"""``ngoma audit``: a table of commands, each imported only when it is wanted."""

from typing import Final

import click

from worker.cli.lazy import Entry, LazyGroup

COMMANDS: Final[dict[str, Entry]] = {
    "replay": Entry("worker.cli.audit_replay", "replay", "Rebuild the books from the log alone."),
    "trial-balance": Entry(
        "worker.cli.audit_books", "trial_balance", "Say what every ledger account holds."
    ),
    "ledger": Entry("worker.cli.audit_books", "ledger", "List what was posted, and the balances."),
    "journal": Entry(
        "worker.cli.audit_journal", "journal", "Write a month for beancount, hledger, ledger."
    ),
    "holds": Entry("worker.cli.audit_controls", "holds", "List credits that are held for long."),
    "manual": Entry("worker.cli.audit_controls", "manual", "List what people did by hand."),
}


@click.group(cls=LazyGroup, entries=COMMANDS)
def audit() -> None:
    """Replay the ledger, and take the books away."""
