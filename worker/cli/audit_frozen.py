"""``ngoma audit frozen``: the trial balance of a locked period, beside a replay as of then."""

from typing import TYPE_CHECKING, Any

import click

from worker.cli.finance_days import date_option, provider_option, wallet_option
from worker.cli.gateway import opened
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import clock_time, moment, print_json, print_table
from worker.cli.projections import progress

if TYPE_CHECKING:
    from application.audit.frozen import FrozenBalance


@click.command(
    "frozen", epilog=example("ngoma audit frozen --date 2026-11-27 --provider mtn --json")
)
@date_option
@provider_option
@wallet_option
@json_option
@place_options
def frozen(*, place: Place, period: str, provider: str, wallet: str, as_json: bool) -> None:
    """Show the trial balance that was frozen when a period was locked, beside the log's own.

    The books are replayed from the log up to the moment of the lock. Customers are shown together,
    and compared one by one, by a digest. Exit code 0: the log says what it said; 1: it does not.
    """
    from application.audit.frozen import frozen_balance, last_lock
    from domain.provider_account import provider_account

    with opened(place) as gateway:
        gateway.look("frozen")
        store = gateway.reads.store
        lock = last_lock(store, provider_account(provider, wallet), period)
        with progress("Replaying") as advance:
            found = frozen_balance(store, lock, advance=advance)
    if as_json:
        print_json({"provider": provider, "wallet": wallet, "date": period, **_as_json(found)})
    else:
        _show(found)
    if not found.is_equal:
        raise click.exceptions.Exit(1)


def _as_json(found: "FrozenBalance") -> dict[str, Any]:
    checkpoint = found.checkpoint
    return {
        "locked_at": moment(found.lock.at),
        "locked_by": found.lock.actor,
        "locked_position": found.lock.position,
        "position": found.lock.frozen.position,
        "digest": found.lock.frozen.digest,
        "digest_by_log": found.by_log.digest,
        "equal": found.is_equal,
        "totals": [one._asdict() for one in found.totals],
        "seal": None
        if checkpoint is None
        else {"size": checkpoint.size, "root": checkpoint.root.hex()},
    }


def _show(found: "FrozenBalance") -> None:
    print_table(
        ["account", "frozen", "by the log"],
        [[one.account, one.frozen, one.by_log] for one in found.totals],
    )
    lock = found.lock
    click.echo(
        f"As of position {lock.frozen.position:,}, in credits and ngwee, debit is plus; locked by"
        f" {lock.actor} at {clock_time(lock.at)} UTC."
    )
    if found.checkpoint is None:
        click.echo("No seal covers the lock yet.")
    else:
        click.echo(f"The seal over the first {found.checkpoint.size:,} events covers it.")
    if found.is_equal:
        click.echo("A replay of the log as of then gives the same, customer by customer.")
    else:
        click.echo("A replay of the log as of then gives another.", err=True)
