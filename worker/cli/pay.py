"""``ngoma pay``: simulated providers of mobile money, and what real ones said."""

from typing import Final

import click

from domain.written import NUMBER_MAX
from worker.cli.group import Group
from worker.cli.options import Place, Whole, example, json_option, place_options
from worker.cli.output import print_json

PROVIDERS: Final = ("mtn", "airtel", "zamtel", "pawapay")
PORT_MAX: Final = 65_535


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


@pay.command("log", epilog=example("ngoma pay log 7b7fca5e-34ad-4d7c-8bd9-2d3c9c9f4d8e"))
@click.argument("payment")
@json_option
@place_options
def log(place: Place, payment: str, *, as_json: bool) -> None:
    """Show what was said to and by the provider about PAYMENT, by the reference it has there.

    The newest is kept, on the host that spoke; secrets and most of a number's digits are not.
    """
    from adapters.mobile_money.wire.wire_log import FileWireLog, wire_folder
    from domain.public_ids import iso_time

    kept = FileWireLog(wire_folder(place.settings().data_dir)).of(payment)
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
        msg = f"Nothing is kept of {payment} on this host."
        raise click.ClickException(msg)
    else:
        for one in kept:
            click.echo(f"{iso_time(one.at)} {one.provider} {one.purpose}, {one.took_ms} ms")
            for mark, text in ((">", one.request), ("<", one.answer)):
                click.echo("\n".join(f"{mark} {line}" for line in text.splitlines()))
