"""``ngoma pay``: simulated providers of mobile money, and what real ones said."""

from pathlib import Path
from typing import Final
from uuid import UUID

import click

from domain.written import NUMBER_MAX
from worker.cli.group import Group
from worker.cli.options import Place, Whole, example, json_option, place_options
from worker.cli.output import print_json

PROVIDERS: Final = ("mtn", "airtel", "zamtel", "pawapay")
PORT_MAX: Final = 65_535
GENERATED_MAX: Final = 1_000_000
DAYS_MAX: Final = 366
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group)
def pay() -> None:
    """Try mobile money, and see what providers said."""


@pay.command(
    "simulate",
    epilog=example(
        "ngoma pay simulate --provider mtn --port 9101",
        "ngoma pay simulate --provider airtel --port 9102 --scenario insufficient --seed 7"
        " --callback-url http://127.0.0.1:8080/callbacks/airtel/TOKEN",
    ),
)
@click.option(
    "--provider", type=click.Choice(PROVIDERS), required=True, help="Whose protocol it speaks."
)
@click.option("--port", type=Whole(0, PORT_MAX), required=True, help="Port; 0 picks a free one.")
@click.option(
    "--scenario",
    default="success",
    show_default=True,
    help="What becomes of payments whose payer, amount and header choose nothing else.",
)
@click.option(
    "--seed",
    type=Whole(0, NUMBER_MAX),
    default=0,
    show_default=True,
    help="From which receipts are drawn.",
)
@click.option("--callback-url", help="Where callbacks go that no request names a URL for.")
@place_options
def simulate(
    *,
    place: Place,  # noqa: ARG001 - a simulator needs no store; every command takes the flags
    provider: str,
    port: int,
    scenario: str,
    seed: int,
    callback_url: str | None,
) -> None:
    """Run a simulated provider until it is interrupted.

    A payer whose number ends in 00000 and two digits has the scenario of that place in the list,
    and so has an amount of 7,700 kwacha and as many ngwee. The header X-Sim-Scenario names one.
    `GET /_simulator/payments` lists what was paid.
    """
    from adapters.mobile_money.simulation.scenarios import NAMES
    from worker.cli.pay_simulate import run_simulator

    if scenario not in NAMES:
        msg = f"there is no scenario {scenario!r}; there are {', '.join(NAMES)}."
        raise click.BadParameter(msg, param_hint="'--scenario'")
    run_simulator(provider, port, scenario=scenario, seed=seed, callback_url=callback_url)


@pay.command("poll", epilog=example("ngoma pay poll top_7"))
@click.argument("payment")
@json_option
@place_options
def poll(place: Place, payment: str, *, as_json: bool) -> None:
    """Ask the provider now how PAYMENT, a top-up, stands; once in five seconds at most."""
    from application.money.taking import Turns
    from application.money.tokens import CallbackTokens
    from application.money.turns import BringForward
    from domain.public_ids import parse_top_up_id, top_up_id
    from worker.cli.gateway import opened

    number = parse_top_up_id(payment)
    if number is None:
        msg = f"{payment!r} is not the id of a top-up, for example top_7."
        raise click.BadParameter(msg, param_hint="PAYMENT")
    with opened(place) as gateway:
        turn = gateway.run(BringForward(number, is_callback=False, at=gateway.now()))
        if turn is None:
            msg = "No such top-up."
            raise click.ClickException(msg)
        turns = Turns(
            mobile_money=gateway.system.mobile_money,
            callback_url=CallbackTokens(gateway.system.digests.callback_key).url_of_payment,
            clock=gateway.system.clock,
            aside=lambda piece: piece(),
        )
        was_asked = turns.take([(number, turn.round)], gateway.run) > 0
        row = gateway.reading("topups").top_up(number)
    state = "" if row is None else row.state
    if as_json:
        print_json({"topup_id": top_up_id(number), "asked": was_asked, "state": state})
        return
    asked = "Asked." if was_asked else "Nothing is to be asked now."
    click.echo(f"{asked} It is {state.replace('_', ' ')}.")


@pay.command("callbacks", epilog=example("ngoma pay callbacks"))
@json_option
@place_options
def callbacks(place: Place, *, as_json: bool) -> None:
    """Say where each provider's callbacks go, to be registered with it; keep that secret."""
    from application.money.tokens import CallbackTokens
    from worker.cli.gateway import opened

    with opened(place) as gateway:
        tokens = CallbackTokens(gateway.system.digests.callback_key)
        found = {
            name: "each request names its own" if its.callback_per_payment else tokens.url(its)
            for name, its in gateway.system.mobile_money.traits.items()
        }
    if as_json:
        print_json(found)
        return
    for name, url in found.items():
        click.echo(f"{name}: {url or 'none, without a callback_url in its settings'}")


@pay.command(
    "generate",
    epilog=example(
        "ngoma pay generate --seed 7 --payments 10000 --days 30 --out month --truth truth.jsonl"
    ),
)
@click.option(
    "--seed", type=Whole(0, NUMBER_MAX), default=0, show_default=True, help="Which story."
)
@click.option("--payments", type=Whole(1, GENERATED_MAX), required=True, help="About how many.")
@click.option("--days", type=Whole(1, DAYS_MAX), required=True, help="Over how many days.")
@click.option("--out", type=FOLDER, required=True, help="Folder for payments and statements.")
@click.option("--truth", type=FILE, required=True, help="File for what is wrong with each row.")
@json_option
@place_options
def generate(
    *,
    place: Place,  # noqa: ARG001 - it needs no store; every command takes the flags
    seed: int,
    payments: int,
    days: int,
    out: Path,
    truth: Path,
    as_json: bool,
) -> None:
    """Write payments, each provider's statement of them, and the truth about every row.

    Rows are missing, extra, repeated, late, reversed, of wrong amounts and fees; some are so that
    the file alone cannot tell. Nothing is stored; files that are there are replaced.
    """
    from adapters.generation import generate as write_files

    try:
        made = write_files(seed=seed, payments=payments, days=days, out=out, truth=truth)
    except OSError as error:
        msg = f"The files cannot be written: {error.strerror}."
        raise click.ClickException(msg) from error
    if as_json:
        print_json(
            {
                "payments": made.payments,
                "rows": made.rows,
                "anomalies": made.anomalies,
                "overlaps": made.overlaps,
                "files": [str(path) for path in made.files],
                "truth": str(truth),
            }
        )
    else:
        click.echo(
            f"{made.payments:,} payments and {made.rows:,} rows, with {made.anomalies:,} anomalies"
            f" of which {made.overlaps:,} overlap; the truth is in {truth}."
        )


def _reference(place: Place, payment: str) -> str:
    """Give what the provider calls a payment: by the id of a top-up, or as it was given."""
    from domain.public_ids import parse_top_up_id

    number = parse_top_up_id(payment)
    if number is None:
        return payment
    from domain.payment import Payment
    from worker.cli.gateway import opened

    with opened(place) as gateway:
        row = gateway.reading("topups").top_up(number)
        found = row and gateway.system.reader.find(Payment, UUID(row.payment))
    if not found:
        msg = "No such top-up."
        raise click.ClickException(msg)
    return found.reference


@pay.command(
    "log",
    epilog=example("ngoma pay log top_7", "ngoma pay log --strangers"),
)
@click.argument("payment", required=False)
@click.option(
    "--strangers", is_flag=True, help="Callbacks about no payment of ours, instead of a payment."
)
@json_option
@place_options
def log(place: Place, payment: str | None, *, strangers: bool, as_json: bool) -> None:
    """Show what the provider was told and said about PAYMENT: a top-up, or its reference there.

    The newest is kept, on the host that spoke; secrets and most of a number's digits are not.
    """
    from adapters.mobile_money.wire.wire_log import FileWireLog, wire_folder
    from domain.public_ids import iso_time

    if strangers == (payment is not None):
        raise click.UsageError("Give a PAYMENT, or --strangers.")
    reference = "" if payment is None else _reference(place, payment)
    kept = FileWireLog(wire_folder(place.settings().data_dir)).of(reference)
    if as_json:
        print_json(
            [
                {
                    "at": iso_time(one.at),
                    "provider": one.provider,
                    "purpose": one.purpose,
                    "request": one.request,
                    "answer": one.answer,
                    "took_ms": one.took_ms,
                }
                for one in kept
            ]
        )
    elif not kept:
        msg = f"Nothing is kept of {payment or 'strangers'} on this host."
        raise click.ClickException(msg)
    else:
        for one in kept:
            click.echo(f"{iso_time(one.at)} {one.provider} {one.purpose}, {one.took_ms} ms")
            for mark, text in ((">", one.request), ("<", one.answer)):
                click.echo("\n".join(f"{mark} {line}" for line in text.splitlines()))
