"""What ``message explain`` and ``topup explain`` show of the log: events, postings and proofs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from domain.money import Ngwee, format_kwacha
from worker.cli.gateway import Gateway
from worker.cli.output import clock_time, moment, print_table

if TYPE_CHECKING:
    from application.audit.evidence import Exhibit


@dataclass(frozen=True)
class Exhibits:
    """Events, in the order of the log; ``proofs`` are by position, of those that are sealed."""

    events: "Sequence[Exhibit]"
    proofs: Mapping[int, str] = field(default_factory=dict)

    def as_json(self, *, with_fields: bool = False) -> list[dict[str, Any]]:
        """Give them for programs."""
        return [
            {
                "position": one.position,
                "at": moment(one.at),
                "event": one.event,
                **({"fields": one.fields} if with_fields else {}),
                "postings": [
                    {"account": row.account, "unit": row.commodity, "amount": row.amount}
                    for row in one.postings
                ],
                "sealed": one.is_sealed,
                "proof": self.proofs.get(one.position),
            }
            for one in self.events
        ]

    def show(self) -> None:
        """Print them for people."""
        click.echo("\nIn the log")
        print_table(
            ["position", "time (UTC)", "event", "sealed"],
            [[one.position, clock_time(one.at), one.event, one.is_sealed] for one in self.events],
        )
        click.echo("\nIn the books (debit is plus)")
        print_table(
            ["position", "account", "amount"],
            [
                [row.position, row.account, _amount(row.commodity, row.amount)]
                for one in self.events
                for row in one.postings
            ],
            empty="Nothing.",
        )


def _amount(commodity: str, amount: int) -> str:
    if commodity == "ZMW":
        return f"{'-' if amount < 0 else '+'}{format_kwacha(Ngwee(abs(amount)))}"
    return f"{amount:+} {commodity}"


def charge(gateway: Gateway, number: int, *, with_proofs: bool) -> Exhibits:
    """Give the events of a message and of its credits.

    Raises:
        NotFound: there is no such message.
    """
    from application.audit.evidence import charge_evidence

    queries, reads = gateway.reading("ledger"), gateway.reads
    found = charge_evidence(reads.store, gateway.system.reader, queries, number)
    return Exhibits(found, _proofs(gateway, found) if with_proofs else {})


def top_up(gateway: Gateway, payment: UUID, *, with_proofs: bool) -> Exhibits:
    """Give the events of a top-up, its receipt, its line on a statement, and its credits.

    Raises:
        NotFound: there is no such top-up.
    """
    from application.audit.evidence import top_up_evidence

    queries, reads = gateway.reading("ledger"), gateway.reads
    found = top_up_evidence(reads.store, gateway.system.reader, queries, payment)
    return Exhibits(found, _proofs(gateway, found) if with_proofs else {})


def _proofs(gateway: Gateway, events: "Sequence[Exhibit]") -> Mapping[int, str]:
    from application.proof.proving import NotWhatWasSealed, prove

    store, reader = gateway.reads.store, gateway.system.reader
    try:
        return {
            one.position: str(prove(store, reader, one.position).receipt)
            for one in events
            if one.is_sealed
        }
    except NotWhatWasSealed as error:
        raise click.ClickException(str(error)) from error


def wire(gateway: Gateway, reference: str) -> list[dict[str, Any]]:
    """Give what is kept on this host of what was said about a payment: of each the first line."""
    from adapters.mobile_money.wire.wire_log import FileWireLog, wire_folder

    said = FileWireLog(wire_folder(gateway.settings.data_dir)).of(reference)
    return [
        {
            "at": moment(one.at),
            "purpose": one.purpose,
            "request": one.request.partition("\n")[0],
            "answer": one.answer.partition("\n")[0],
        }
        for one in said
    ]


def show_wire(said: Sequence[Mapping[str, Any]]) -> None:
    """Print it for people."""
    click.echo("\nOn the wire")
    print_table(
        ["time", "what", "asked", "answered"],
        [list(one.values()) for one in said],
        empty="Nothing is kept of it on this host.",
    )
