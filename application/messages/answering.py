"""Answers by keyword: what an account has said, queued in the save that notes the question."""

import hmac
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from application.accounts.principal import Principal
from application.books.books import Books
from application.books.commands import Preparing
from application.books.contents import Contents, reference
from application.books.digests import Digests
from application.books.reader import Reader
from application.messages.accept import SendMessages
from application.messages.sending import Recipient, Sending
from application.ports import ContentRow
from domain.account import Account, account_id
from domain.contents import ContentKind, KeywordSaid, reason_number
from domain.errors import InvalidRecipient, Refused, TooLate
from domain.keyword_answers import KeywordAnswers, keyword_answers_id
from domain.keyword_rules import first_word
from domain.keywords import Keywords, keywords_id
from domain.msisdn import Numbering, normalise
from domain.segments import Text
from domain.values import Instant, Network

logger = logging.getLogger("ngoma.inbound")


def said_beside(content: str, source: Contents) -> ContentRow | None:
    """Read what stands beside the log for a rule; None where it is gone, or is another's."""
    number = reason_number(content)
    row = None if number is None else source.content(ContentKind.KEYWORD, number)
    if row is None or not hmac.compare_digest(reference(row), content):
        return None
    return row


class Answer:
    """One answer to one message that came in, as far as it can be made before the lock."""

    def __init__(
        self, account: int, rule: str, content: str, sending: Sending, *, whom: str
    ) -> None:
        """``rule`` is the digest of the word, ``whom`` that of number and rule."""
        self._account = account
        self._rule = rule
        self._content = content
        self._whom = whom
        self._accept = SendMessages(sending)

    def prepare(self, tools: Preparing) -> None:
        """Prepare the message."""
        self._accept.prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The rules, the answers to this number, and what a message touches."""
        yield keywords_id(self._account)
        yield keyword_answers_id(self._whom)
        yield from self._accept.touches()

    def require_current(self, books: Books) -> None:
        """Refuse to say what the account has said no more.

        Raises:
            TooLate: the rule was changed meanwhile.
        """
        keywords = books.get(Keywords, keywords_id(self._account))
        if keywords.rules.get(self._rule) != self._content:
            msg = "The keyword was changed meanwhile."
            raise TooLate(msg)

    def give(self, books: Books, *, inbound: int, at: Instant) -> None:
        """Queue it, unless the same number was answered by the rule within the hour.

        What an ordinary send would be refused for leaves it unanswered; that is noted.
        """
        before = books.find(KeywordAnswers, keyword_answers_id(self._whom))
        if before is not None and not before.is_due(at):
            return
        try:
            accepted = self._accept.decide(books)
        except Refused as refusal:
            cause = type(refusal).__name__
            keywords = books.get(Keywords, keywords_id(self._account))
            keywords.leave_unanswered(self._rule, inbound=inbound, cause=cause, at=at)
            books.record(keywords)
            logger.warning("in_%d got no answer of account %d: %s", inbound, self._account, cause)
            return
        message = accepted.first_number
        if before is None:
            before = KeywordAnswers.begin(
                self._whom, account=self._account, inbound=inbound, message=message, at=at
            )
        else:
            before.give(inbound=inbound, message=message, at=at)
        books.record(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Finds the answer that an account has for a message."""

    source: Contents
    reader: Reader
    digests: Digests
    numbering: Numbering
    default_sender: Callable[[Account], str]
    offline: Callable[[], frozenset[Network]]

    def find(self, account: int, sender: str, text: str, *, at: Instant) -> Answer | None:
        """Give it; None where no rule is for this message, or its sender cannot be answered.

        Names and short codes are machines, and no SIM of ours reaches numbers from abroad.

        Raises:
            StoreDown: the rules cannot be read now.
        """
        word = first_word(text)
        keywords = word and self.reader.find(Keywords, keywords_id(account))
        if not word or not keywords:
            return None
        rule = self.digests.keyword(account, word)
        content = keywords.rules.get(rule)
        row = None if content is None else said_beside(content, self.source)
        to = self._recipient(sender)
        if content is None or row is None or to is None:
            return None
        said = KeywordSaid.read(row.body)
        sending = self._sending(account, to, said, at)
        if sending is None:
            return None
        whom = self.digests.keyword_answers(rule, to.msisdn)
        return Answer(account, rule, content, sending, whom=whom)

    def _recipient(self, sender: str) -> Recipient | None:
        if not sender.startswith("+"):
            return None
        try:
            msisdn = normalise(sender)
            return Recipient(0, sender, msisdn, self.numbering.route(msisdn))
        except InvalidRecipient:
            return None

    def _sending(
        self, account: int, to: Recipient, said: KeywordSaid, at: Instant
    ) -> Sending | None:
        found = self.reader.find(Account, account_id(account))
        if found is None or said.answer is None:
            return None
        return Sending(
            principal=Principal(account, None, self.default_sender(found)),
            text=Text.measured(said.answer),
            recipients=[to],
            is_bulk=False,
            asked_sender=said.sender_id,
            require_approved_sender=True,
            idempotency_key=None,
            digest=None,
            offline=self.offline(),
            at=at,
        )
