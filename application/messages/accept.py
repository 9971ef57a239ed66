"""Accepting messages: one command for a single send and a bulk, decided under the log's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import (
    SALT_BYTES,
    message_content,
    reference_content,
    seal,
    seal_of,
)
from application.messages import repeats
from application.messages.accepted import Accepted
from application.messages.kept_answers import KeptAnswer
from application.messages.sending import Recipient, Sending, measures, own_credits
from application.messages.suppressing import require_welcome
from application.ports import ContentRow, Repeatable
from domain.account import Account, account_id
from domain.errors import AccountSuspended, InvalidKey, NotPermitted, SenderIdNotApproved
from domain.events import Event
from domain.key_rules import Scope
from domain.message import Message, message_id
from domain.message.events import Queued
from domain.message.waiting import due_from
from domain.quiet_hours import is_kept_quiet
from domain.rehearsal import Rehearsal
from domain.sender_id import SenderId, sender_id_id
from domain.sender_id_rules import SenderIdStatus, folded
from domain.tariff import TARIFF
from domain.values import Credits, Lane, Network
from domain.wallet import CreditWallet, wallet_id


@lru_cache(maxsize=4_096)
def _keys_of(account: int) -> tuple[UUID, UUID]:
    """Give the ids of an account and its wallet: each send needs them twice, and a hash is slow."""
    return account_id(account), wallet_id(account)


def require_approved(books: Books, account: int, name: str) -> None:
    """Refuse a sender ID that is not approved for an account.

    Raises:
        SenderIdNotApproved: it is not.
    """
    sender_id = books.find(SenderId, sender_id_id(account, folded(name)))
    if sender_id is None or sender_id.status is not SenderIdStatus.APPROVED:
        msg = "The sender ID is not approved for this account."
        raise SenderIdNotApproved(msg)


class SendMessages(Command[Accepted]):
    """Reserve the credits and queue the messages: all of them, or none."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self.at = sending.at
        self._reached = sending.reached
        self.weight = len(self._reached)
        self._each = TARIFF.charge(sending.text.segments)
        self._own_credits = own_credits(self._reached)
        self._lane = sending.options.lane or (Lane.BULK if sending.is_bulk else Lane.NORMAL)
        self._kept_answer = KeptAnswer(sending, self._lane)
        self._first_number = 0
        self._batch: int | None = None
        self._events: list[StoredEvent] = []
        self._rows: list[ContentRow] = []
        self._answer_salt = b""

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as what was asked for: all else follows from it."""
        return type(self), (self._sending,)

    # -- before the lock ---------------------------------------------------------------------

    def prepare(self, tools: Preparing) -> None:
        """Take numbers and salts, build each message's first event and content row."""
        asked, options = self._sending, self._sending.options
        count = len(self._reached)
        self._first_number = tools.numbers.take("message", count)
        if asked.is_bulk:
            self._batch = tools.numbers.take("batch")
        salts = tools.randomness.token(SALT_BYTES * (count + 1))
        self._answer_salt = salts[-SALT_BYTES:]
        sender = asked.asked_sender or asked.principal.default_sender
        submission = self._kept_answer.id
        shared = {
            "account": asked.principal.account,
            **measures(asked.text),
            "tariff": TARIFF.version,
            "lane": str(self._lane),
            "category": str(options.category),
            "send_at": options.later(self.at),
            "expires_at": options.expires_at(self._lane, options.later(self.at) or self.at),
            "batch": self._batch,
            "submission": submission.hex if submission else None,
            "request_id": asked.request_id,
        }
        self._mapper = tools.mapper
        for place, recipient in enumerate(self._reached):
            number = self._first_number + place
            salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
            network = recipient.route.network
            text, reference = asked.text.value, options.client_reference
            fields = {
                **shared,
                "network": str(network),
                "plan": recipient.route.plan_version,
                "offline": network in asked.offline,
            }
            if recipient.own is not None:
                text, reference = recipient.own.text.value, recipient.own.reference
                fields |= measures(recipient.own.text)
            fields["content"] = seal(salt, recipient.msisdn, sender, text)
            fields["client_reference"] = reference and self._keep_reference(
                number, reference, tools
            )
            event = self._first_event(number, recipient, fields)
            self._events.append(self._mapper.to_stored_event(event))
            self._rows.append(
                message_content(
                    number,
                    salt=salt,
                    msisdn=recipient.msisdn,
                    text=text,
                    sender=sender,
                )
            )

    def _first_event(
        self,
        number: int,
        recipient: Recipient,  # noqa: ARG002 - of tests it decides
        fields: dict[str, Any],
    ) -> Event:
        """Build the event by which a message is accepted."""
        fields["quiet"] = None
        return Message.queued(number, fields, at=self.at)

    def _keep_reference(self, number: int, reference: str, tools: Preparing) -> str:
        """Keep the client's own name for a message beside the log; give its seal."""
        row = reference_content(number, salt=tools.randomness.token(SALT_BYTES), text=reference)
        self._rows.append(row)
        return seal_of(row)

    def touches(self) -> Iterable[UUID]:
        """Account and wallet always; submission and sender ID when named, and who opted out."""
        asked = self._sending
        account = asked.principal.account
        yield from _keys_of(account)
        if self._kept_answer.id:
            yield self._kept_answer.id
        if asked.asked_sender and asked.require_approved_sender:
            yield sender_id_id(account, folded(asked.asked_sender))
        yield from chain.from_iterable(asked.suppressible)

    def digests(self) -> Iterable[bytes]:
        """The request's, where decision 8 applies."""
        asked = self._sending
        return (asked.digest,) if asked.digest and not asked.idempotency_key else ()

    # -- under the lock ----------------------------------------------------------------------

    def decide(self, books: Books) -> Accepted:
        """Check in the contract's order (decision 14), then reserve and queue.

        Raises:
            InvalidKey: the key was revoked meanwhile.
            NotPermitted: the key may not send.
            IdempotencyConflict: the idempotency key stands for another command.
            AccountSuspended: the account may not send.
            SenderIdNotApproved: the asked sender ID is not approved, in dialect feltech.
            RecipientOptedOut: recipients want no promotional messages.
            RateLimited: the account has spent what it may spend today.
            InsufficientCredits: all or nothing, and it is not all there.
        """
        asked = self._sending
        account_key, wallet_key = _keys_of(asked.principal.account)
        account = books.get(Account, account_key)
        key_id = asked.principal.key_id
        if key_id is not None and key_id not in account.keys:  # a session's has none
            msg = "The API key is invalid or was revoked."
            raise InvalidKey(msg)
        if not asked.principal.may(Scope.SEND):
            msg = "This API key may not send."
            raise NotPermitted(msg)
        kept = self._kept_answer.find(books)
        if kept is not None and self._kept_answer.counts(books, kept):
            return self._kept_answer.replay(books, kept)
        if account.suspended:
            msg = "This account is suspended and may not send."
            raise AccountSuspended(msg)
        self._check_sender(books)
        wallet = books.get(CreditWallet, wallet_key)
        repeated = self._find_repeated(books, wallet)
        if repeated is not None:
            return repeated
        require_welcome(books, asked.suppressible, skipped=asked.skipped)
        own = self._own_credits
        total = Credits(self._each * self.weight if own is None else sum(own))
        self._charge(books, wallet, total, daily_max=account.daily_credits)
        events, are_held = self._kept_quiet(account)
        accepted = self._accepted(total, wallet.available, are_held=are_held)
        books.append(events)
        if books.trail is not None:
            books.trail.accepted(
                asked.request_id,
                self.at,
                account=asked.principal.account,
                first_number=self._first_number,
                count=self.weight,
                batch=self._batch,
            )
        books.keep(*self._rows)
        self._kept_answer.keep(books, kept, accepted, salt=self._answer_salt)
        if asked.digest and accepted.is_all_offline:
            books.keep_repeatable(
                Repeatable(asked.digest, self._first_number, accepted.count, self.at, self._batch)
            )
        return accepted

    def _charge(
        self, books: Books, wallet: CreditWallet, total: Credits, *, daily_max: int | None
    ) -> None:
        """Reserve what the messages cost."""
        wallet.require_day(total, daily_max=daily_max, at=self.at)
        wallet.reserve(
            total,
            first_number=self._first_number,
            count=self.weight,
            batch=self._batch,
            at=self.at,
        )
        books.record(wallet)

    def _kept_quiet(self, account: Account) -> tuple[list[StoredEvent], bool]:
        """Give the events, with the quiet hours that hold the messages; and whether they do now.

        Encoded anew only then: few accounts have any, and they have to be those of this moment.
        """
        quiet, options = account.quiet_hours, self._sending.options
        is_kept = is_kept_quiet(options.category, self._lane, is_all=account.quiet_all)
        if quiet is None or not is_kept:
            return self._events, False
        due_at = due_from(quiet, self.at, options.later(self.at))
        are_held = due_at > self.at
        fields: dict[str, Any] = {
            "quiet": quiet,
            "expires_at": options.expires_at(self._lane, due_at),
            **({"offline": False} if are_held else {}),  # now says nothing about then
        }
        read, write = self._mapper.to_domain_event, self._mapper.to_stored_event
        queued = [cast("Queued", read(event)) for event in self._events]
        return [write(replace(event, **fields)) for event in queued], are_held

    def _accepted(self, total: int, remaining: int, *, are_held: bool) -> Accepted:
        asked = self._sending
        networks = {recipient.route.network for recipient in self._reached}
        offline = frozenset[Network]() if are_held else asked.offline
        return Accepted(
            first_number=self._first_number,
            count=self.weight,
            batch=self._batch,
            credits_each=self._each,
            credits_used=total,
            credits_remaining=remaining,
            offline=tuple(sorted(networks & offline)),
            is_all_offline=networks <= offline,
            accepted_at=self.at,
            credits=self._own_credits,
            skipped=tuple(sorted(asked.skipped)),
        )

    def _check_sender(self, books: Books) -> None:
        asked = self._sending
        if asked.asked_sender and asked.require_approved_sender:
            require_approved(books, asked.principal.account, asked.asked_sender)

    def _messages_of(self, books: Books, known: Repeatable) -> Sequence[Message | Rehearsal]:
        """Give the messages that this request stands for when it comes again."""
        return repeats.find_messages(books, known, Message, message_id, at=self.at)

    def _find_repeated(self, books: Books, wallet: CreditWallet) -> Accepted | None:
        """Give the acceptance that this request repeats; a 503 again counts its time anew."""
        asked = self._sending
        known = books.repeatable(asked.digest) if asked.digest else None
        if known is None or asked.idempotency_key:
            return None
        messages = self._messages_of(books, known)
        if not messages:
            return None
        networks = {Network(message.network) for message in messages}
        wanted = [recipient.said for recipient in asked.recipients]
        places = repeats.places_of(books, known, wanted) if asked.is_bulk else ()
        accepted = Accepted(
            first_number=known.first_number,
            count=known.count,
            batch=known.batch,
            credits_each=messages[0].credits,
            credits=self._own_credits and tuple(message.credits for message in messages),
            credits_used=sum(message.credits for message in messages),
            credits_remaining=wallet.available,
            offline=tuple(sorted(networks & asked.offline)),
            is_all_offline=networks <= asked.offline,
            accepted_at=messages[0].opened_at,
            replayed=True,
            places=tuple(place or 0 for place in places) if asked.is_bulk else None,
            skipped=tuple(at for at, place in enumerate(places) if place is None),
        )
        if accepted.is_all_offline:
            books.keep_repeatable(replace(known, answered_at=self.at))
        return accepted
