"""What a purge of personal data did, and how it is told."""

from dataclasses import asdict, dataclass, field

import click

from worker.cli.output import print_json


@dataclass(slots=True)
class Purged:
    """What a purge did, or would do."""

    dry_run: bool
    texts: int = 0
    messages: int = 0
    left_open: int = 0
    inbound: int = 0
    uploads: int = 0
    payers: int = 0
    accounts: int = 0
    segments_on_air: int = 0
    mails: int = 0
    files: list[str] = field(default_factory=list)


def say(done: Purged, *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        print_json(asdict(done))
        return
    would = "would be erased" if done.dry_run else "erased"
    lines = [
        f"{done.texts} texts and {done.messages} messages (recipient and text) {would}.",
        *([f"{done.inbound} messages that came in {would}."] * bool(done.inbound)),
        *([f"{done.uploads} uploaded lists {would}."] * bool(done.uploads)),
        *([f"{done.payers} payers {would}."] * bool(done.payers)),
        *([f"Account {would}."] if done.accounts else []),
        *(
            [f"{done.left_open} are still to be sent, or paid, and stay: come back."]
            * bool(done.left_open)
        ),
        *([f"{done.segments_on_air} lines of modem logs blanked."] * bool(done.segments_on_air)),
        *([f"{done.mails} kept mails deleted."] * bool(done.mails)),
        *done.files,
    ]
    click.echo("\n".join(lines))
