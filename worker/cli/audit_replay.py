"""``ngoma audit replay``: the books out of the log, beside whatever else says what they are."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from worker.cli.gateway import Gateway, opened
from worker.cli.options import ACCOUNT, Place, example, json_option, place_options
from worker.cli.output import print_json, print_table
from worker.cli.points import POINT, upto
from worker.cli.projections import progress

if TYPE_CHECKING:
    from application.audit.books import Books, Wanted
    from application.audit.replay import Comparison, Divergence

DIFFERENCES_SHOWN: Final = 20

LEDGER: Final = "read model ledger"
WALLETS: Final = "read model balances"
IN_SQL: Final = "count in SQL"


@click.command(
    "replay",
    epilog=example(
        "ngoma audit replay",
        "ngoma audit replay --as-of 2026-11-30 --account 7 --json",
    ),
)
@click.option(
    "--as-of", metavar=POINT, help="Up to this log position, the end of this day, or this time."
)
@click.option("--account", type=ACCOUNT, help="Only what this customer has.")
@click.option(
    "--every-event", is_flag=True, help="Compare what each event posts, not only the balances."
)
@json_option
@place_options
def replay(
    place: Place,
    as_of: str | None,
    account: int | None,
    *,
    every_event: bool,
    as_json: bool,
) -> None:
    """Rebuild the books from the log alone, and compare them with what else says what they are.

    They are compared with the read models at the same position, and with a second count, in SQL
    out of the stored JSON, which shares nothing with the first. What differs is listed, and the
    first event from which on it does is named. Exit code 0: all are equal; 1: they are not.
    """
    from application.audit.books import Wanted, books_at

    wanted = Wanted(customer=account)
    with opened(place) as gateway:
        gateway.look("replay", account)
        store = gateway.reads.store
        queries = gateway.reading("ledger")
        read = queries.books(None if as_of is None else upto(store, as_of, field="as-of"))
        with progress("Replaying") as advance:
            books = books_at(store, read.position, advance=advance)
        comparing = _Comparing(gateway, books, wanted, every_event=every_event)
        compared = [comparing.with_ledger(read.ledger), comparing.with_wallets(read)]
        compared.append(comparing.with_sql())
    if as_json:
        print_json(_as_json(books, compared))
    else:
        _show(books, compared)
    if not all(one.is_equal for one in compared):
        raise click.exceptions.Exit(1)


class _Comparing:
    """Compares the books with each of the others, and looks for the event where it begins."""

    def __init__(
        self, gateway: Gateway, books: "Books", wanted: "Wanted", *, every_event: bool
    ) -> None:
        from adapters.reads import open_recount

        self._gateway = gateway
        self._books = books
        self._wanted = wanted
        self._every_event = every_event
        self._recount = open_recount(gateway.settings)

    def with_ledger(self, theirs: Any) -> "Comparison":
        """Compare with the read model of the ledger."""
        from application.audit.replay import compare_ledger, kept_postings

        compared = compare_ledger(LEDGER, self._books, theirs, self._wanted)
        queries, until = self._gateway.reads.queries, self._books.position
        return self._with_first(compared, lambda: kept_postings(queries, until))

    def with_wallets(self, read: Any) -> "Comparison":
        """Compare with the read model of balances; the event is of the first customer."""
        from dataclasses import replace

        from application.audit.replay import (
            compare_wallets,
            first_wallet_divergence,
            wallet_word,
        )

        compared = compare_wallets(WALLETS, self._books, read, self._wanted)
        differing = {difference.account for difference in compared.differences}
        customer = next(
            (one for one in sorted(read.wallets) if wallet_word(one, "available") in differing),
            None,
        )
        if customer is None:
            return compared
        with progress("Comparing each movement") as advance:
            first = first_wallet_divergence(
                self._gateway.reads.store,
                self._gateway.reads.queries,
                customer,
                until=self._books.position,
                advance=advance,
            )
        return replace(compared, first=first)

    def with_sql(self) -> "Comparison":
        """Compare with the second count."""
        from application.audit.replay import compare_ledger

        recount, until = self._recount, self._books.position
        compared = compare_ledger(IN_SQL, self._books, recount.balances(until), self._wanted)
        return self._with_first(compared, lambda: recount.lines(until))

    def _with_first(
        self, compared: "Comparison", lines: Callable[[], Iterator[tuple[int, str, int]]]
    ) -> "Comparison":
        from dataclasses import replace

        from application.audit.replay import first_divergence

        if not (compared.differences or self._every_event):
            return compared
        with progress("Comparing each event") as advance:
            first = first_divergence(
                self._gateway.reads.store,
                lines(),
                until=self._books.position,
                wanted=self._wanted,
                advance=advance,
            )
        return replace(compared, first=first)


def _as_json(books: "Books", compared: list["Comparison"]) -> dict[str, Any]:
    return {
        "position": books.position,
        "events": books.events,
        "equal": all(one.is_equal for one in compared),
        "compared": [
            {
                "with": one.name,
                "equal": one.is_equal,
                "accounts": one.accounts,
                "differences": [row._asdict() for row in one.differences],
                "first": None if one.first is None else one.first._asdict(),
            }
            for one in compared
        ],
    }


def _show(books: "Books", compared: list["Comparison"]) -> None:
    click.echo(
        f"The log up to position {books.position:,} has {books.events:,} events that move credits"
        " or money."
    )
    print_table(
        ["the replay beside the", "accounts", "equal"],
        [[one.name, one.accounts, one.is_equal] for one in compared],
    )
    for one in compared:
        if one.is_equal:
            continue
        click.echo(f"\nThe {one.name} differs:")
        shown = one.differences[:DIFFERENCES_SHOWN]
        if shown:
            print_table(
                ["account", "by the log", f"by the {one.name}"],
                [[row.account, row.by_log, row.there] for row in shown],
            )
        if len(one.differences) > len(shown):
            click.echo(f"{len(one.differences) - len(shown)} more: --json lists them.", err=True)
        click.echo(_where(one))


def _where(compared: "Comparison") -> str:
    first: Divergence | None = compared.first
    if first is None:
        return "What each event moves is the same: it is a sum that was not kept as it should be."
    words = first.topic or "no event that the log has"
    return (
        f"The first event that diverges is at position {first.position}, {words}.\n"
        f"By the log: {_moves(first.by_log)}.\nBy the {compared.name}: {_moves(first.there)}."
    )


def _moves(lines: Any) -> str:
    return ", ".join(f"{account} {amount:+}" for account, amount in lines.items()) or "nothing"
