"""``ngoma audit``: a table of commands, each imported only when it is wanted."""

from typing import Final

import click

from worker.cli.lazy import Entry, LazyGroup

COMMANDS: Final[dict[str, Entry]] = {
    "verify": Entry("worker.cli.audit_proof", "verify", "Look whether the log is what was sealed."),
    "prove": Entry("worker.cli.audit_proof", "prove", "Prove one event, in a file of its own."),
    "export": Entry("worker.cli.audit_export", "export", "Write the log into a zip for auditors."),
    "chapter": Entry("worker.cli.audit_chapter", "chapter", "Ask for a chapter of the seal."),
    "keys": Entry("worker.cli.audit_proof", "keys", "Say by which keys the log is sealed."),
    "replay": Entry("worker.cli.audit_replay", "replay", "Rebuild the books from the log alone."),
    "trial-balance": Entry(
        "worker.cli.audit_books", "trial_balance", "Say what every ledger account holds."
    ),
    "ledger": Entry("worker.cli.audit_books", "ledger", "List what was posted, and the balances."),
    "journal": Entry(
        "worker.cli.audit_journal", "journal", "Write a month for beancount, hledger, ledger."
    ),
    "frozen": Entry(
        "worker.cli.audit_frozen", "frozen", "Compare a locked period's books with the log's."
    ),
    "holds": Entry("worker.cli.audit_controls", "holds", "List credits that are held for long."),
    "manual": Entry("worker.cli.audit_controls", "manual", "List what people did by hand."),
}


@click.group(cls=LazyGroup, entries=COMMANDS)
def audit() -> None:
    """Verify the log, prove what is in it, and replay its books.

    The exit code is 0 when it is proven, 1 when something is wrong, and 3 when the log fits
    together but nothing that you brought yourself shows who wrote it.
    """
