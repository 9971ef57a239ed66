"""An account says by which words it is asked and what it answers, shows that, and takes it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command, Preparing, R
from application.books.contents import SALT_BYTES, Contents, body_content, reference
from application.books.digests import Digests
from application.books.reader import Reader
from application.messages.accept import require_approved
from application.messages.answering import said_beside
from application.retention.keywords import forget_said
from domain.account import Account, account_id
from domain.contents import KeywordSaid
from domain.errors import NotFound
from domain.keywords import Keywords, keywords_id
from domain.roles import Duty
from domain.sender_id import sender_id_id
from domain.sender_id_rules import folded
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class Unanswered:
    """When a message got no answer by a rule, and which refusal was why."""

    at: Instant
    cause: str


@dataclass(frozen=True, slots=True)
class ShownKeyword:
    """A rule, and the last message that it left unanswered, if there is one."""

    word: str
    answer: str
    sender_id: str | None
    unanswered: Unanswered | None


class _OfAccount(Command[R]):
    """A command about the rules of an account, by itself or by staff."""

    def __init__(self, account: int, rule: str, *, actor: Actor, at: Instant) -> None:
        """``rule`` is the digest of the word (``Digests.keyword``)."""
        self.at = at
        self._account = account
        self._rule = rule
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The account and its rules."""
        yield account_id(self._account)
        yield keywords_id(self._account)

    def _permit(self, books: Books) -> None:
        require_key(books, self._actor)
        books.get(Account, account_id(self._account))
        if self._actor.account != self._account:
            permit(books, self._actor, Duty.RUN_ACCOUNTS)


class SetKeyword(_OfAccount[None]):
    """Have messages that begin with a word answered, or answered differently."""

    def __init__(
        self, account: int, rule: str, said: KeywordSaid, *, actor: Actor, at: Instant
    ) -> None:
        super().__init__(account, rule, actor=actor, at=at)
        self._said = said
        self._number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw the number and the salt of what stands beside the log."""
        self._number = tools.numbers.take("keyword")
        self._salt = tools.randomness.token(SALT_BYTES)

    def touches(self) -> Iterable[UUID]:
        """The account, its rules, and the sender ID that is asked for."""
        yield from super().touches()
        if self._said.sender_id is not None:
            yield sender_id_id(self._account, folded(self._said.sender_id))

    def decide(self, books: Books) -> None:
        """Set it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
            NotPermitted: the actor may not.
            SenderIdNotApproved: the sender ID is not approved for the account.
            TooLate: there are as many rules as there may be, and this one is new.
        """
        self._permit(books)
        if self._said.sender_id is not None:
            require_approved(books, self._account, self._said.sender_id)
        keywords = books.find(Keywords, keywords_id(self._account))
        keywords = keywords or Keywords.open(self._account, at=self.at)
        row = body_content(self._said, self._number, salt=self._salt)
        before = keywords.set_rule(self._rule, reference(row), actor=self._actor.name, at=self.at)
        books.record(keywords)
        books.keep(row)
        forget_said(books, before)


class DeleteKeyword(_OfAccount[None]):
    """Have messages that begin with a word answered no more."""

    def decide(self, books: Books) -> None:
        """Delete it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account, or no such rule.
            NotPermitted: the actor may not.
        """
        self._permit(books)
        keywords = books.find(Keywords, keywords_id(self._account))
        if keywords is None:
            msg = "There is no such keyword."
            raise NotFound(msg)
        forget_said(books, keywords.delete_rule(self._rule, actor=self._actor.name, at=self.at))
        books.record(keywords)


@dataclass(frozen=True, slots=True)
class KeywordList:
    """Reads the rules of accounts, as of the newest event."""

    reader: Reader
    digests: Digests
    source: Contents

    def of(self, account: int) -> Sequence[ShownKeyword]:
        """List them by their words; what was changed past the gateway is no rule.

        Raises:
            StoreDown: they cannot be read now.
        """
        keywords = self.reader.find(Keywords, keywords_id(account))
        rules = keywords.rules.items() if keywords else ()
        rows = [(rule, said_beside(content, self.source)) for rule, content in rules]
        found: list[ShownKeyword] = []
        for rule, row in rows:
            said = KeywordSaid.read(row.body if row else None)
            if said.word is not None and said.answer is not None and keywords is not None:
                told = keywords.unanswered.get(rule)
                unanswered = told and Unanswered(Instant(int(told[0])), str(told[1]))
                found.append(
                    ShownKeyword(said.word, said.answer, said.sender_id, unanswered or None)
                )
        return sorted(found, key=lambda one: one.word)
