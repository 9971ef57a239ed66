"""``ngoma contents``: personal data, erased when its time is over or when somebody asks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import click

from application.books.contents import MessageContent, read_message
from application.retention.doubted import stretches_in
from application.retention.erasure import (
    MESSAGES_MAX,
    EraseAccount,
    Erased,
    EraseMessages,
    erase_due,
)
from application.retention.payers import ErasePayers, Payers, erase_due_payers
from application.retention.recipients import kept_of, number_to_erase
from domain.account import Account, account_id
from domain.contents import ContentKind
from domain.errors import NotFound, TooLate
from domain.message import Extent
from domain.mode import Mode, log_of
from domain.public_ids import MessageRef
from domain.written import NUMBER_MAX
from worker.cli.clock import require_trusted_clock
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.leftovers import forget_mail, forget_on_air
from worker.cli.message import message_ref, require_message
from worker.cli.options import ACCOUNT, REASON, Place, example, json_option, place_options
from worker.cli.output import console
from worker.cli.purged import Purged, say
from worker.cli.purged_inbound import InboundPurge
from worker.cli.purged_uploads import UploadPurge

BATCHES_MAX: Final = 100_000

Advance = Callable[[int], None]


@click.group(cls=Group)
def contents() -> None:
    """Erase personal data: texts, recipients' numbers, names and e-mails."""


@contents.command(
    "purge",
    epilog=example(
        "ngoma contents purge",
        "ngoma contents purge --number '097 123 4567' --reason 'request 12'",
        "ngoma contents purge --account 7 --reason 'request 13' --rewrite",
    ),
)
@click.option("--account", type=ACCOUNT, help="Close this account and erase all that is of it.")
@click.option("--number", help="Erase all messages to this number, and that it paid.")
@click.option("--message", "ref", metavar="ID", type=message_ref, help="Erase one message.")
@click.option("--reason", type=REASON, help="Who asked and why; needed with a selection.")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Write the table anew, so that no file keeps old bytes; writers wait meanwhile. "
    "On SQLite a purge with a selection always does.",
)
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
@json_option
@place_options
def purge(
    place: Place,
    account: int | None,
    number: str | None,
    ref: MessageRef | None,
    reason: str | None,
    *,
    rewrite: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Erase what has served its time, or what somebody asked to be erased.

    Without a selection the retention of the settings is applied now. Messages that are still to
    be sent stay: erase them once they ended.
    """
    chosen = [value for value in (account, number, ref) if value is not None]
    if len(chosen) > 1:
        raise click.UsageError("Give one of --account, --number and --message.")
    if bool(chosen) != (reason is not None):
        raise click.UsageError("A selection takes a --reason, and a reason takes a selection.")
    with opened(place) as gateway, _progress() as advance:
        work = _Purge(gateway, reason or "", Purged(dry_run), advance)
        if account is not None:
            work.account(account)
        elif number is not None:
            work.number(number)
        elif ref is not None:
            work.message(ref)
        else:
            work.due()
        if not dry_run:
            is_embedded = gateway.settings.database_url is None
            rewrite = rewrite or (bool(chosen) and is_embedded)
            work.done.files.extend(gateway.system.scrub(rewrite))
    say(work.done, as_json=as_json)


class _Purge:
    """One purge under way; ``done`` counts."""

    def __init__(self, gateway: Gateway, reason: str, done: Purged, advance: Advance) -> None:
        self.done = done
        self._gateway = gateway
        self._reason = reason
        self._advance = advance

    def due(self) -> None:
        """Apply the retention of the settings.

        Raises:
            TooLate: the clock cannot be believed.
        """
        gateway, done = self._gateway, self.done
        if not done.dry_run:
            require_trusted_clock(gateway)
        queries = gateway.reading("retention")
        for what, result in erase_due(
            queries,
            gateway.system.terms.retention,
            actor=gateway.actor,
            as_of=gateway.now(),
            now=gateway.now,
            run=self._count if done.dry_run else gateway.run,
            spared=stretches_in(gateway.system.reader)(),
            batches_max=BATCHES_MAX,
        ):
            done.left_open += result.left_open
            if what is Extent.TEXT:
                done.texts += result.erased
            else:
                done.messages += result.erased
            self._advance(result.erased)
        InboundPurge(gateway, done, self._advance).due()
        UploadPurge(gateway, done, self._advance).due()
        receipts = gateway.reading("receipts")
        terms, now = gateway.system.terms.retention, gateway.now()
        list(
            erase_due_payers(
                receipts, terms, as_of=now, run=self._erase_payers, batches_max=BATCHES_MAX
            )
        )

    def message(self, ref: MessageRef) -> None:
        """Erase one message.

        Raises:
            NotFound: there is none.
            TooLate: it is still to be sent.
        """
        found = require_message(self._gateway, ref)
        if found.is_open:
            msg = "This message is still to be sent: cancel it first, or wait for its end."
            raise TooLate(msg)
        self._erase([found.number])

    def number(self, written: str) -> None:
        """Erase all messages to a number.

        Raises:
            InvalidRequest: it is none, or the reason holds it.
        """
        msisdn = number_to_erase(written, self._reason)
        self._permit()
        for kind, found in kept_of(self._gateway.system.store, msisdn):
            if kind is ContentKind.MESSAGE:
                self._erase(found, is_permitted=True)
            else:
                self._erase_payers(Payers(kind, found))
        UploadPurge(self._gateway, self.done, self._advance).number(msisdn)
        if not self.done.dry_run:
            self.done.segments_on_air += forget_on_air(
                self._gateway.settings.data_dir, lambda recipient, _: recipient == msisdn
            )

    def _erase_payers(self, payers: Payers) -> Erased:
        gateway, done = self._gateway, self.done
        erased = Erased(len(payers.numbers), 0)
        if not done.dry_run:
            erased = gateway.run(ErasePayers(payers, actor=gateway.actor, at=gateway.now()))
        done.payers += erased.erased
        done.left_open += erased.left_open
        self._advance(erased.erased)
        return erased

    def account(self, account: int) -> None:
        """Close an account, erase it and all its messages.

        Raises:
            NotFound: there is none.
            TooLate: it has credits, messages to be sent, or a role.
        """
        gateway, system = self._gateway, self._gateway.system
        balance = gateway.reading("balances").balance(account)
        if balance is None:
            msg = "No such account."
            raise NotFound(msg)
        if balance.reserved:
            msg = f"Account {account} has messages that are still to be sent: wait for their end."
            raise TooLate(msg)
        sender_ids = [row.number for row in gateway.reading("directory").sender_ids(account)]
        if self.done.dry_run:
            known = system.reader.find(Account, account_id(account))
            self.done.accounts = int(known is not None and not known.erased)
        else:
            row = gateway.reading("directory").account(account)
            # First: when this is interrupted, the address is known still.
            self._permit()
            if row is not None and row.email:
                self.done.mails = forget_mail(gateway.settings.data_dir / "mail", row.email)
            self.done.accounts = gateway.run(
                EraseAccount(
                    account,
                    sender_ids=sender_ids,
                    top_ups=self._top_ups_of(account),
                    actor=gateway.actor,
                    reason=self._reason,
                    at=gateway.now(),
                )
            )
        for mode in Mode:
            self._erase_messages_of(log_of(account, mode))
        InboundPurge(gateway, self.done, self._advance).account(account)
        UploadPurge(gateway, self.done, self._advance).account(account)

    def _top_ups_of(self, account: int) -> list[int]:
        """Number all top-ups of an account: who paid them is erased with it."""
        queries, numbers, before = self._gateway.reading("topups"), list[int](), NUMBER_MAX
        for _ in range(BATCHES_MAX):
            found = queries.top_ups(account, [], before=before, limit=MESSAGES_MAX)
            if not found:
                break
            numbers += [row.number for row in found]
            before = found[-1].number
        return numbers

    def _erase_messages_of(self, log: int) -> None:
        queries, after = self._gateway.reading("message_log"), 0
        for _ in range(BATCHES_MAX):
            found = queries.messages_of(log, after=after, limit=MESSAGES_MAX)
            if not found:
                return
            self._erase([number for _, number in found])
            after = found[-1][0]

    def _erase(self, numbers: Sequence[int], *, is_permitted: bool = False) -> None:
        gateway, done = self._gateway, self.done
        if done.dry_run:
            done.messages += sum(1 for _ in self._rows(numbers))
            return
        if not is_permitted:
            self._permit()
        rows = list(self._rows(numbers))
        # Before their rows, by which they are found again when this is interrupted.
        done.segments_on_air += forget_on_air(
            gateway.settings.data_dir,
            lambda recipient, text: any(
                recipient == row.msisdn and text in (row.text or "") for row in rows
            ),
        )
        result = gateway.run(
            EraseMessages(
                numbers,
                what=Extent.ALL,
                actor=gateway.actor,
                reason=self._reason,
                at=gateway.now(),
            )
        )
        done.messages += result.erased
        done.left_open += result.left_open
        self._advance(result.erased)

    def _permit(self) -> None:
        """Refuse who may not erase, before anything is touched."""
        gateway = self._gateway
        gateway.run(
            EraseMessages(
                [], what=Extent.ALL, actor=gateway.actor, reason=self._reason, at=gateway.now()
            )
        )

    def _rows(self, numbers: Sequence[int]) -> Iterator[MessageContent]:
        for number in numbers:
            content = read_message(number, source=self._gateway.system.store)
            if content is not None:
                yield content

    def _count(self, command: EraseMessages) -> Erased:
        return command.preview()


@contextmanager
def _progress() -> Iterator[Advance]:
    """Show on stderr how far it is, where somebody watches."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} erased"), TimeElapsedColumn())
    output = console(to_stderr=True)
    with Progress(*columns, console=output, transient=True, disable=not output.is_terminal) as bar:
        task = bar.add_task("purge", total=None)
        yield lambda count: bar.advance(task, count)
