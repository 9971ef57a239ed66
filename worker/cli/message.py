"""``ngoma message``: one message, for staff: no text and a masked number, unless on record."""

from typing import TYPE_CHECKING, Any

import click

from application.ports.queries import LogEntry, MessageFilter
from domain.errors import NotFound, TooLate
from domain.public_ids import MessageRef, feltech_id, parse_message_id, wilcybertek_id
from domain.span import read_span
from domain.values import Network, credits_in_words
from domain.written import NUMBER_MAX
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.inbound import inbound
from worker.cli.message_explained import explained_json, masked_recipient, tell
from worker.cli.message_listed import STATES, print_messages
from worker.cli.options import (
    ACCOUNT,
    NUMBER,
    REASON,
    Place,
    example,
    json_option,
    list_limit_option,
    place_options,
    reason_option,
)
from worker.cli.output import moment, print_json, print_table

if TYPE_CHECKING:
    from domain.message import Message


def message_ref(value: str) -> MessageRef:
    """Read a message's id in any of the three forms: MSG-…, msg_… or its number."""
    found = parse_message_id(value)
    if found is None:
        raise click.BadParameter("is not a message: it is MSG-…, msg_… or a number.")
    return found


@click.group(cls=Group)
def message() -> None:
    """Look at a message, explain or end it.

    ID is either form that clients see (MSG-…, msg_…), or the number alone.
    """


message.add_command(inbound)


@message.command(
    "show",
    epilog=example(
        "ngoma message show msg_1042 --json",
        "ngoma message show msg_1042 --reveal --reason 'complaint 17'",
    ),
)
@click.argument("ref", metavar="ID", type=message_ref)
@click.option(
    "--reveal",
    is_flag=True,
    help="Show the number and the text too: who looked, and why, goes on record.",
)
@click.option("--reason", type=REASON, help="Why they are looked at; needed with --reveal.")
@json_option
@place_options
def show(place: Place, ref: MessageRef, reason: str | None, *, reveal: bool, as_json: bool) -> None:
    """Show where a message stands and what it cost."""
    from application.accounts.reveal import RevealMessage
    from domain.message import message_id

    if reveal != (reason is not None):
        raise click.UsageError("--reveal and --reason go together.")
    with opened(place) as gateway:
        gateway.look("message", ref.number)
        found = require_message(gateway, ref)
        entry = gateway.reading("message_log").log_entry(found.account, found.number)
        if entry is None:
            msg = "No such message."
            raise NotFound(msg)
        (first, *_) = gateway.system.reader.events(message_id(found.number))
        values = _shown(entry, found.account) | {"request_id": vars(first)["request_id"]}
        if reason is not None:
            seen = gateway.run(
                RevealMessage(found.number, actor=gateway.actor, reason=reason, at=gateway.now())
            )
            values |= {
                "recipient": seen.msisdn,
                "text": seen.text,
                "client_reference": entry.client_reference,
            }
    if as_json:
        print_json(values)
    else:
        print_table(["field", "value"], [[name, value] for name, value in values.items()])


def require_message(gateway: Gateway, ref: MessageRef) -> "Message":
    """Load the message that an id names, its time part included.

    Raises:
        NotFound: there is none.
    """
    from domain.message import Message, message_id

    history = gateway.system.reader.events(message_id(ref.number))
    found = gateway.system.reader.find(Message, message_id(ref.number))
    if found is None or not ref.is_of(history[0].at):
        msg = "No such message."
        raise NotFound(msg)
    return found


def _shown(entry: LogEntry, account: int) -> dict[str, Any]:
    return {
        "message_id": wilcybertek_id(entry.number, entry.queued_at),
        "id": feltech_id(entry.number),
        "number": entry.number,
        "account_id": account,
        "batch": entry.batch,
        "recipient": masked_recipient(entry.recipient),
        "sender_id": entry.sender_id,
        "sender_used": entry.sender_used,
        "network": entry.network.value,
        "status": entry.status,
        "state": entry.state.value,
        "encoding": entry.encoding,
        "segments": entry.segments,
        "credits": entry.credits,
        "credits_refunded": entry.credits_refunded,
        "queued_at": moment(entry.queued_at),
        "sent_at": moment(entry.sent_at),
        "delivered_at": moment(entry.delivered_at),
        "failure_code": entry.failure_code,
    }


@message.command("explain", epilog=example("ngoma message explain MSG-1766000000-00SY"))
@click.argument("ref", metavar="ID", type=message_ref)
@json_option
@place_options
def explain_message(place: Place, ref: MessageRef, *, as_json: bool) -> None:
    """Tell a message's life in plain words, with its events in the log and what each posted.

    With --json each event that is sealed has its proof, which `verify.py` reads without us.
    """
    from application.messages.explain import explain
    from worker.cli.exhibits import charge

    with opened(place) as gateway:
        system = gateway.system
        gateway.look("message", ref.number)
        found = explain(
            system.reader,
            system.store,
            require_message(gateway, ref).number,
            account=None,
            now=gateway.now(),
            offline=system.fleet.offline(),
        )
        ledger = charge(gateway, found.number, with_proofs=as_json)
    if as_json:
        print_json(explained_json(found) | {"ledger": ledger.as_json()})
    else:
        tell(found)
        ledger.show()


@message.command("cancel", epilog=example("ngoma message cancel msg_1042"))
@click.argument("ref", metavar="ID", type=message_ref)
@json_option
@place_options
def cancel(place: Place, ref: MessageRef, *, as_json: bool) -> None:
    """Take a waiting message back; its credits are given back."""
    from application.messages.by_hand import CancelMessage

    with opened(place) as gateway:
        number = require_message(gateway, ref).number
        gateway.run(
            CancelMessage(number, account=None, actor=gateway.actor, at=gateway.now()),
        )
        _say_where_it_stands(require_message(gateway, ref), as_json=as_json)


@message.command(
    "resolve",
    epilog=example(
        "ngoma message resolve msg_1042 --sent --reason 'the customer has it'",
        "ngoma message resolve msg_1042 --not-sent --reason 'not on the SIM bill'",
    ),
)
@click.argument("ref", metavar="ID", type=message_ref)
@click.option(
    "--sent/--not-sent",
    "is_sent",
    default=None,
    help="It left, and is spent; or it did not, and its credits are given back.",
)
@reason_option
@json_option
@place_options
def resolve(
    place: Place, ref: MessageRef, reason: str, *, is_sent: bool | None, as_json: bool
) -> None:
    """Settle a message in doubt, or one that is held: say whether it was sent."""
    from application.messages.by_hand import ResolveDoubt

    if is_sent is None:
        raise click.UsageError("Say which it was: --sent or --not-sent.")
    with opened(place) as gateway:
        number = require_message(gateway, ref).number
        gateway.run(
            ResolveDoubt(
                number, sent=is_sent, actor=gateway.actor, reason=reason, at=gateway.now()
            ),
        )
        _say_where_it_stands(require_message(gateway, ref), as_json=as_json)


@message.command(
    "release", epilog=example("ngoma message release msg_1042 --reason 'not on the SIM bill'")
)
@click.argument("ref", metavar="ID", type=message_ref)
@reason_option
@json_option
@place_options
def release(place: Place, ref: MessageRef, reason: str, *, as_json: bool) -> None:
    """Let a message go on that a restore brought back, and that is held since.

    It may have left after the backup was made: then it leaves twice. What waited waits again; what
    had been handed over is in doubt.
    """
    from application.messages.by_hand import ReleaseMessages

    with opened(place) as gateway:
        number = require_message(gateway, ref).number
        command = ReleaseMessages([number], actor=gateway.actor, reason=reason, at=gateway.now())
        if not gateway.run(command):
            msg = f"message {number} is not held"
            raise TooLate(msg)
        _say_where_it_stands(require_message(gateway, ref), as_json=as_json)


@message.command(
    "list",
    epilog=example(
        "ngoma message list --state in-doubt",
        "ngoma message list --state failed --account 7 --since 2026-11-28 --json",
    ),
)
@click.option("--state", type=click.Choice(list(STATES)), help="Only those that stand so.")
@click.option("--account", type=ACCOUNT, help="Only those of this account.")
@click.option("--network", type=click.Choice([each.value for each in Network]), help="Only its.")
@click.option("--since", metavar="TIME", help="Only those accepted on this day or later.")
@click.option(
    "--before", type=NUMBER, default=NUMBER_MAX, help="Only messages with a lower number."
)
@list_limit_option
@json_option
@place_options
def list_messages(
    *,
    place: Place,
    state: str | None,
    account: int | None,
    network: str | None,
    since: str | None,
    before: int,
    limit: int,
    as_json: bool,
) -> None:
    """List messages, newest first.

    Open ones are queued, sending, in-doubt or held; sent and failed are all that ended so.
    """
    from domain.message_states import State

    wanted = MessageFilter(
        before=before,
        limit=limit,
        states=frozenset(State) if state is None else STATES[state],
        account=account,
        network=None if network is None else Network(network),
        since=read_span(since, None).since,
    )
    with opened(place) as gateway:
        gateway.look("messages", account)
        gateway.reading("message_log")
        rows = gateway.reading("dispatch").messages(wanted)
    print_messages(rows, limit=limit, as_json=as_json)


def _say_where_it_stands(found: "Message", *, as_json: bool) -> None:
    refunded = 0 if found.is_open or found.cause is None else found.credits
    if as_json:
        print_json(
            {
                "id": feltech_id(found.number),
                "number": found.number,
                "account_id": found.account,
                "state": found.state.value,
                "credits_refunded": refunded,
            }
        )
        return
    back = (
        f"; {credits_in_words(refunded)} went back to account {found.account}" if refunded else ""
    )
    click.echo(f"{feltech_id(found.number)} is {found.state.value.replace('_', ' ')}{back}.")
