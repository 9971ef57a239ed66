"""Reasons that people typed: events name them by number and seal, readers join their words."""

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause

from domain.contents import ContentKind
from projections.tables import CONTENTS, is_content


def reasons(name: str) -> FromClause:
    """Give the contents under a name of their own, to be joined."""
    return CONTENTS.alias(name)


def is_reason(contents: FromClause, number: Column[Any]) -> ColumnElement[bool]:
    """Give the condition under which a row of ``contents`` is reason ``number``."""
    return is_content(ContentKind.REASON, number, among=contents)
