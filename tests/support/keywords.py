"""Keyword rules of accounts, as an operator sets them, and what happens to them."""

from collections.abc import Callable

from application.books.actors import Actor
from application.messages.keywords import SetKeyword
from application.system import System
from domain.contents import KeywordSaid
from domain.events import Aggregate
from domain.keyword_answers import KeywordAnswers
from domain.keywords import Keywords
from domain.values import Instant


def keyword_command(system: System, account: int, word: str, answer: str) -> SetKeyword:
    """Give the command that has a word answered."""
    return SetKeyword(
        account,
        system.digests.keyword(account, word),
        KeywordSaid(word=word, answer=answer),
        actor=Actor("os:test@host"),
        at=system.clock.now(),
    )


def set_keyword(system: System, account: int, word: str, answer: str) -> None:
    """Have it answered in a system whose committer runs."""
    system.committer.execute(keyword_command(system, account, word, answer))


def keywords_happen(
    save: Callable[[Aggregate], None], number: int, *, which: int, how: int, at: Instant
) -> None:
    """A word is answered, or not for want of credits, and then answered no more."""
    keywords = Keywords.open(number, at=at)
    keywords.set_rule("d", f"{number}/c", actor="account:1", at=at)
    save(keywords)
    given = KeywordAnswers.begin(f"{number}", account=number, inbound=1, message=1, at=at)
    save(given)
    if how % 2:
        given.give(inbound=2, message=2, at=at)
        save(given)
        keywords.leave_unanswered("d", inbound=which, cause="InsufficientCredits", at=at)
        keywords.delete_rule("d", actor="account:1", at=at)
        save(keywords)
