"""What an account has said by keyword is erased with its rules, and all of it with the account."""

from application.books.books import Books
from domain.contents import ContentKind, reason_number
from domain.keywords import Keywords, keywords_id
from domain.values import Instant


def forget_said(books: Books, content: str | None) -> None:
    """Erase what stands beside the log for a rule, by how its event names that; None is nothing."""
    number = reason_number(content)
    if number is not None:
        books.erase(ContentKind.KEYWORD, number)


def forget_keywords(books: Books, account: int, *, actor: str, at: Instant) -> None:
    """Delete all rules of an account, with what they say."""
    keywords = books.find(Keywords, keywords_id(account))
    if keywords is not None:
        for rule in list(keywords.rules):
            forget_said(books, keywords.delete_rule(rule, actor=actor, at=at))
        books.record(keywords)
