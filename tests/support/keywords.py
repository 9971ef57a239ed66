"""Keyword rules of accounts, as an operator sets them."""

from application.books.actors import Actor
from application.messages.keywords import SetKeyword
from application.system import System
from domain.contents import KeywordSaid


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
