"""Opens a provider's file by what the settings say of the provider and of sizes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from adapters.settings import Settings
from adapters.spreadsheets.bounds import MEBIBYTE, Bounds
from adapters.statements.file import OnRows, ReadFile, open_statement
from adapters.statements.templates import (
    TEMPLATES,
    DateOrder,
    Template,
    find_template,
)
from domain.errors import InvalidRequest

ORDERS: Final = ("dmy", "mdy", "ymd")


def bounds_of(settings: Settings) -> Bounds:
    """Give how large a spreadsheet may be."""
    return Bounds(
        unpacked_bytes=settings.statement_unpacked_max_mib * MEBIBYTE,
        rows=settings.statement_rows_max,
    )


def open_of(
    settings: Settings,
    path: Path,
    *,
    provider: str,
    template: str | Template | None,
    order: str | None,
    on_rows: OnRows = lambda _rows: None,
) -> ReadFile:
    """Open it (``application.ports.StatementOpener``).

    Raises:
        InvalidRequest: it cannot be read, or it is not sure how.
    """
    if order is not None and order not in ORDERS:
        msg = f"The date_format must be one of {', '.join(ORDERS)}."
        raise InvalidRequest(msg, field="date_format")
    if isinstance(template, str):
        template = find_template(template)
    templates = _of(settings, provider) if template is None else [template]
    return open_statement(
        path,
        templates=templates,
        order=cast("DateOrder | None", order),
        bounds=bounds_of(settings),
        on_rows=on_rows,
    )


def _of(settings: Settings, provider: str) -> Sequence[Template]:
    kinds = {account.name: account.kind for account in settings.providers}
    kind = kinds.get(provider, provider)
    return [one for one in TEMPLATES if one.provider == kind] or TEMPLATES
