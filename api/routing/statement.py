"""A wallet's statement as an answer: one page of its movements, as JSON or as CSV."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from api import schemas
from api.http.wire import Answer, answer
from api.routing.route import Parameter
from application.ports.queries import Statement, StatementLine
from domain.cells import as_text
from domain.errors import InvalidRequest, NotFound
from domain.page_sizes import STATEMENT_PAGE, STATEMENT_PAGE_MAX
from domain.public_ids import iso_time, iso_time_or_none
from domain.span import Span, read_span
from domain.written import NUMBER_MAX, check_whole

JSON: Final = "json"
CSV: Final = "csv"
FORMATS: Final = (JSON, CSV)
QUERY: Final = (
    Parameter("from", "string", "From this day in Lusaka, or this time with its zone, on."),
    Parameter("to", "string", "Up to the end of this day, or up to this time."),
    Parameter("after", "integer", "Only after this position.", least=0, most=NUMBER_MAX, default=0),
    Parameter(
        "limit",
        "integer",
        f"How many movements; {STATEMENT_PAGE} unless given, {STATEMENT_PAGE_MAX} as CSV.",
        least=1,
        most=STATEMENT_PAGE_MAX,
    ),
    Parameter("format", "string", "json unless given.", choices=FORMATS),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a statement is wanted, and how it is written."""

    span: Span
    after: int
    limit: int
    format: str


def read_asked(query: Mapping[str, str]) -> Asked:
    """Read what a query asks for.

    Raises:
        InvalidRequest: a field of it cannot be used.
    """
    format_ = query.get("format") or JSON
    if format_ not in FORMATS:
        msg = f"The format must be one of {', '.join(FORMATS)}."
        raise InvalidRequest(msg, field="format")
    page = STATEMENT_PAGE_MAX if format_ == CSV else STATEMENT_PAGE
    return Asked(
        read_span(query.get("from") or None, query.get("to") or None),
        after=check_whole(query.get("after") or "0", "after", least=0, most=NUMBER_MAX),
        limit=check_whole(query.get("limit") or page, "limit", least=1, most=STATEMENT_PAGE_MAX),
        format=format_,
    )


def statement_answer(
    account: int,
    asked: Asked,
    found: Statement | None,
    *,
    named: Callable[[str | None], str | None],
) -> Answer:
    """Give the page that was found; ``named`` says how people are named to who reads it.

    Raises:
        NotFound: there is no such wallet.
    """
    if found is None:
        msg = "No such account."
        raise NotFound(msg)
    lines = [
        replace(line, actor=named(line.actor), approver=named(line.approver))
        for line in found.lines
    ]
    if asked.format == CSV:
        more = () if found.next is None else ((b"x-next-after", str(found.next).encode()),)
        return Answer(200, _as_csv(lines).encode(), more, content_type=b"text/csv; charset=utf-8")
    return answer(
        schemas.StatementAnswer(
            data=schemas.Statement(
                account_id=account,
                since=iso_time_or_none(asked.span.since),
                until=iso_time_or_none(asked.span.until),
                opening=found.opening,
                closing=found.closing,
                lines=[
                    schemas.StatementLine(**{**asdict(line), "at": iso_time(line.at)})
                    for line in lines
                ],
                next=found.next,
            )
        )
    )


def _as_csv(lines: Sequence[StatementLine]) -> str:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(field.name for field in fields(StatementLine))
    for line in lines:
        rows.writerow(map(_cell, {**asdict(line), "at": iso_time(line.at)}.values()))
    return written.getvalue()


def _cell(value: object) -> object:
    return as_text(value) if isinstance(value, str) else value
