"""The ``ngoma`` command line: a table of commands, each imported only when it is wanted."""

import atexit
import gc
import os
from typing import Final

import click

from worker.cli.lazy import Entry, LazyGroup

OWNER_ALONE: Final = 0o077
"""What is taken from the mode of every file that a command makes: stores hold personal data."""
GARBAGE_OBJECTS: Final = 100_000
"""New objects between two looks for cycles: most commands are over before. Servers set theirs."""

COMMANDS: Final[dict[str, Entry]] = {
    "serve": Entry("worker.cli.serve", "serve", "Run the gateway until it is interrupted."),
    "worker": Entry("worker.cli.processes", "worker", "Drive this host's SIMs and run timed jobs."),
    "project": Entry("worker.cli.processes", "project", "Follow the log into the read models."),
    "seal": Entry("worker.cli.seal", "seal", "Seal the log, so that no one changes it unseen."),
    "status": Entry("worker.cli.status.command", "status", "Tell how the gateway is, on a screen."),
    "migrate": Entry("worker.cli.migrate", "migrate", "Make or update the tables of the store."),
    "login": Entry("worker.cli.login", "login", "Give the commands as your account."),
    "logout": Entry("worker.cli.login", "logout", "Give them as the user of the host again."),
    "second-factor": Entry(
        "worker.cli.second_factor",
        "second_factor",
        "Set up the codes of your logins.",
    ),
    "role": Entry("worker.cli.role", "role", "Say who of staff may do what."),
    "approval": Entry("worker.cli.approval", "approval", "Decide what takes two people."),
    "account": Entry("worker.cli.account", "account", "Make accounts, and say what each may do."),
    "key": Entry("worker.cli.key", "key", "Issue, replace, revoke and list API keys."),
    "wallet": Entry("worker.cli.wallet", "wallet", "Look at credits and move them."),
    "prices": Entry("worker.cli.prices", "prices", "Say what credits cost."),
    "sender-id": Entry("worker.cli.sender_id", "sender_id", "List and decide sender IDs."),
    "message": Entry("worker.cli.message", "message", "Look at a message, explain or end it."),
    "suppression": Entry(
        "worker.cli.suppression", "suppression", "See and say who gets no promotions."
    ),
    "keyword": Entry("worker.cli.keyword", "keyword", "Say what is answered by a word."),
    "number": Entry("worker.cli.number", "number", "Say who carries a ported number."),
    "look": Entry("worker.cli.look", "look", "See who of staff looked at what."),
    "pay": Entry("worker.cli.pay", "pay", "Try mobile money, and see what providers said."),
    "topup": Entry("worker.cli.topup", "topup", "Ask for top-ups, see and refund them."),
    "audit": Entry("worker.cli.audit", "audit", "Verify the log, and replay its books."),
    "events": Entry("worker.cli.events", "events", "Look at the log."),
    "finance": Entry(
        "worker.cli.finance", "finance", "Import and match statements, explain what stays."
    ),
    "contents": Entry("worker.cli.contents", "contents", "Erase personal data."),
    "modem": Entry("worker.cli.modem", "modem", "Look at the SIMs, try and emulate modems."),
    "phone": Entry("worker.cli.phone", "phone", "Let phones send, see them, and emulate one."),
    "webhook": Entry("worker.cli.webhook", "webhook", "Say where accounts are told, and try it."),
    "backup": Entry("worker.cli.backup", "backup", "Make, list and try backups."),
    "restore": Entry("worker.cli.restore", "restore", "Bring a backup back, checked first."),
    "clock": Entry("worker.cli.clock", "clock", "Look at the clock, and vouch for it."),
    "projections": Entry("worker.cli.projections", "projections", "Look at the read models."),
    "doctor": Entry("worker.cli.doctor", "doctor", "Look for what is wrong with this setup."),
    "config": Entry("worker.cli.config", "config", "Look at the settings in force."),
}


@click.group(
    "ngoma",
    cls=LazyGroup,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  ngoma account create Shop --email shop@example.com --credits 100",
)
@click.version_option(package_name="ngoma", prog_name="ngoma", message="%(prog)s %(version)s")
def main() -> None:
    """Ngoma, a prepaid SMS gateway for Zambia.

    Each command works on the store of --data-dir (or of the settings in --config), also while
    `ngoma serve` runs on it.
    """
    os.umask(OWNER_ALONE)
    gc.set_threshold(GARBAGE_OBJECTS)
    atexit.register(gc.freeze)  # what is left goes with the process: no last look for cycles
