"""``ngoma audit verify|prove|keys``: the log against its seals, and proofs to take away."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import print_json, print_table
from worker.cli.projections import progress

if TYPE_CHECKING:
    from application.ports import Store
    from application.proof.verifying import Verified
    from domain.proof.notes import Note

NOT_PROVEN: Final = 3
EVENTS_MAX: Final = 1_000
"""Of one message."""
NOTES_MAX_BYTES: Final = 64 * 1024 * 1024
UNPROVEN: Final = "Consistent with itself; who wrote it is not proven."


def fingerprint(value: str) -> str:
    """Read the fingerprint of a key, as the sealer printed it."""
    from domain.proof.notes import BadNote, read_fingerprint

    try:
        return read_fingerprint(value)
    except BadNote as error:
        raise click.BadParameter(str(error)) from error


key_option = click.option(
    "--key", type=fingerprint, help="Fingerprint of the seal's key, as you were told it."
)
checkpoint_option = click.option(
    "--checkpoint",
    "files",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="Checkpoints that you kept: one, or a file that an anchor appended to.",
)


@click.command(
    epilog=example("ngoma audit verify", "ngoma audit verify --key 2d3b1c… --checkpoint kept.txt")
)
@key_option
@checkpoint_option
@json_option
@place_options
def verify(place: Place, key: str | None, files: Sequence[Path], *, as_json: bool) -> None:
    """Read the whole log and compare it with every seal, and with what you kept yourself.

    Without your own --key and --checkpoint it can only be said that the log fits together.
    """
    from adapters.evidence.hashers import HashingProcesses
    from adapters.security.signing import is_signature
    from application.proof.verifying import LogVerifier

    own = own_notes(files)
    with opened(place) as gateway, progress("Verifying") as advance:
        gateway.look("verify")
        store, settings, writer = gateway.reads.store, gateway.settings, gateway.system.writer
        where = settings.database_url or settings.data_dir / "store.db"
        verifier = LogVerifier(
            store,
            verify=is_signature,
            fingerprint=key,
            own=own,
            writer=writer,
            hashers=HashingProcesses.for_a_log(where, writer, events=store.head()),
        )
        found = verifier.run(advance)
    if as_json:
        print_json(
            {
                "events": found.events,
                "position": found.position,
                "seals": found.seals,
                "sealed_events": found.sealed_events,
                "sealed_position": found.sealed_position,
                "faults": [
                    {"from": fault.first, "to": fault.last, "words": fault.words}
                    for fault in found.faults
                ],
                "key_is_known": found.key_is_known,
                "checkpoints": found.checkpoints,
                "proven": found.is_proven,
                "checkpoint": found.newest,
            }
        )
    else:
        _tell(found, key=key)
    if found.faults:
        raise click.exceptions.Exit(1)
    if not found.is_proven:
        raise click.exceptions.Exit(NOT_PROVEN)


def own_notes(files: Sequence[Path]) -> "Sequence[Note]":
    """Read the checkpoints that an auditor kept."""
    from domain.proof.notes import BadNote, Checkpoint, notes_in

    found: list[Note] = []
    for path in files:
        if path.stat().st_size > NOTES_MAX_BYTES:
            msg = f"{path} is too large for a file of checkpoints."
            raise click.ClickException(msg)
        try:
            notes = list(notes_in(path.read_text(encoding="utf-8")))
            for note in notes:
                Checkpoint.read(note.text)
        except (BadNote, UnicodeDecodeError) as error:
            msg = f"{path} holds what is no checkpoint."
            raise click.ClickException(msg) from error
        if not notes:
            msg = f"{path} holds no checkpoint."
            raise click.ClickException(msg)
        found += notes
    return found


def _tell(found: "Verified", *, key: str | None) -> None:
    click.echo(f"{_count(found.events, 'event')} up to position {found.position:,}.")
    if found.seals:
        fit = "fits" if found.seals == 1 else "fit"
        click.echo(
            f"{_count(found.seals, 'seal')} {fit}, up to position {found.sealed_position:,};"
            f" {_count(found.events - found.sealed_events, 'event')} came after the last one."
        )
    else:
        click.echo("Nothing of it is sealed.")
    if found.tags_checked and not found.faults:
        click.echo("Each event has a right tag of its writer.")
    for fault in found.faults:
        click.echo(f"Wrong: {fault}.", err=True)
    if found.faults:
        return
    if found.key_is_known:
        click.echo("The newest seal is signed by your key.")
    elif key:
        click.echo("The newest seal is not signed by your key, nor by one that it handed over to.")
    if found.checkpoints:
        click.echo(f"{found.checkpoints:,} of your checkpoints fit: nothing was changed since.")
    if found.is_proven:
        click.echo(
            f"Proven: the {found.sealed_events:,} events up to position"
            f" {found.sealed_position:,} are what was sealed."
        )
    else:
        click.echo(UNPROVEN)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@click.command(
    epilog=example(
        "ngoma audit prove 4711 --out 4711.tlog-proof",
        "ngoma audit prove MSG-1765000000-000A --out message.tlog-proof",
    )
)
@click.argument("what", metavar="EVENT|MESSAGE")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File for the proof; it is not overwritten.",
)
@json_option
@place_options
def prove(place: Place, what: str, out: Path, *, as_json: bool) -> None:
    """Write the proof of one event into a file that says it without us.

    EVENT is a position of the log. Of a MESSAGE it is the newest event; the positions of the others
    are named.
    """
    from application.proof.proving import NotWhatWasSealed
    from application.proof.proving import prove as prove_event

    with opened(place) as gateway:
        gateway.look("proof")
        store = gateway.reads.store
        positions = _positions(what, store)
        try:
            proven = prove_event(store, gateway.system.reader, positions[-1])
        except NotWhatWasSealed as error:
            raise click.ClickException(str(error)) from error
    with out.open("x", encoding="utf-8", newline="\n") as file:
        file.write(str(proven.receipt))
    if as_json:
        print_json(
            {
                "file": str(out),
                "position": proven.event.position,
                "topic": proven.event.topic,
                "index": proven.receipt.index,
                "size": proven.checkpoint.size,
                "events": positions,
            }
        )
        return
    click.echo(
        f"{out}: {proven.event.topic} at position {proven.event.position} is event"
        f" {proven.receipt.index + 1:,} of the {proven.checkpoint.size:,} that are sealed."
    )
    if others := [str(position) for position in positions[:-1]]:
        click.echo(f"Its earlier events are at {', '.join(others)}.")


def _positions(what: str, store: "Store") -> Sequence[int]:
    """Give the position that is meant, or those of all events of the message that is.

    Raises:
        NotFound: there is no such event or message.
    """
    from domain.errors import NotFound
    from domain.message import message_id
    from domain.public_ids import parse_message_id
    from domain.written import read_whole

    position = read_whole(what)
    if position is not None:
        return [position]
    ref = parse_message_id(what)
    if ref is None:
        msg = "is neither the position of an event nor the id of a message."
        raise click.BadParameter(msg, param_hint="'EVENT|MESSAGE'")
    events = store.sealed.raw_of(message_id(ref.number), 0, limit=EVENTS_MAX)
    if not events:
        msg = "There is no such message."
        raise NotFound(msg)
    return [event.position for event in events]


@click.command(epilog=example("ngoma audit keys", "ngoma audit keys --json | jq -r '.[-1].key'"))
@json_option
@place_options
def keys(place: Place, *, as_json: bool) -> None:
    """List the keys of the seal, and how each came to be.

    What this says comes from the database: compare fingerprints with those who have the key. The
    line `key` is what `verify.py --key FILE` wants in its file.
    """
    from application.proof.history import KeyTaken, seal_history

    with opened(place) as gateway:
        gateway.look("seal")
        history = seal_history(gateway.reads.store.sealed)
        found = [each for each in history if isinstance(each, KeyTaken)]
    if as_json:
        print_json(
            [
                {
                    "position": each.position,
                    "chapter": each.chapter,
                    "cause": each.cause,
                    "fingerprint": each.key.fingerprint,
                    "key": str(each.key),
                }
                for each in found
            ]
        )
        return
    print_table(
        ["position", "chapter", "cause", "fingerprint"],
        [[each.position, each.chapter, each.cause, each.key.fingerprint] for each in found],
        empty="Nothing was sealed yet.",
    )
    if found:
        click.echo(f"The key in force, for verify.py: {found[-1].key}")
